//! Tools that read, hand out and take files, for tests of what those kinds of tools promise.

use std::fs;

use egnyte_mcp::egnyte::ClientLimits;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::harness::{Answer, Service};

const DEFINITION: &str = r#"
resource: blobs
singular: blob
tags: [blobs]
scope: Egnyte.filesystem
methods:
  read:
    request: GET /pubapi/v1/fs-content/{path...}
    fixed: { headers: { X-Egnyte-Ai-Safeguards-Enabled: "true" } }
    answer: text
  download:
    request: GET /pubapi/v1/fs-content/{path...}
    fixed: { headers: { X-Egnyte-Ai-Safeguards-Enabled: "true" } }
    transfer: download
  upload:
    request: POST /pubapi/v1/fs-content/{path...}
    transfer: upload
"#;

pub(crate) const READ: &str = "read_egnyte_blob";
pub(crate) const DOWNLOAD: &str = "download_egnyte_blob";
pub(crate) const UPLOAD: &str = "upload_egnyte_blob";

pub(crate) const FILM: &str = "/Shared/Marketing/launch-film.mp4";
pub(crate) const BUDGET: &str = "/Shared/Finance/Reports/budget-2026.csv";

/// A service with these tools and one URL for them.
pub(crate) struct Files {
    pub(crate) service: Service,
    pub(crate) url: String,
    pub(crate) server: String,
    _docs: TempDir,
}

/// The documents of these tools, in a folder.
pub(crate) fn docs() -> TempDir {
    let folder = TempDir::new().unwrap();
    let blobs = folder.path().join("blobs");
    fs::create_dir(&blobs).unwrap();
    fs::write(blobs.join("resource.yaml"), DEFINITION).unwrap();
    for (method, verb, reads) in
        [("read", "GET", true), ("download", "GET", true), ("upload", "POST", false)]
    {
        let text = format!(
            "---\ntitle: {method}\nannotations: {{ readOnlyHint: {reads}, destructiveHint: false, \
             idempotentHint: {reads}, openWorldHint: false }}\n\
             path_schema: {{ properties: {{ path: {{ type: string, description: Path of the file. \
             }} }}, required: [path] }}\n\
             examples:\n  - title: One\n    arguments: {{ path: /Shared/a.txt }}\n    \
             request: {verb} /pubapi/v1/fs-content/Shared/a.txt\n---\nDoes it.\n"
        );
        fs::write(blobs.join(format!("{method}.md")), text).unwrap();
    }
    folder
}

impl Files {
    pub(crate) async fn new() -> Self {
        Self::limited(ClientLimits::default()).await
    }

    pub(crate) async fn limited(limits: ClientLimits) -> Self {
        let docs = docs();
        let service = Service::connected_with(|settings| {
            settings.tool_docs = Some(docs.path().to_owned());
            settings.limits = limits;
        })
        .await;
        let minted = service.mint(json!({ "tags": ["blobs"] })).await;
        Self { service, url: minted.url, server: minted.id, _docs: docs }
    }

    /// A link, from a call that asks Egnyte for nothing.
    pub(crate) async fn link(&self, tool: &str, path: &str) -> String {
        let made = self.made(tool, path).await;
        made["url"].as_str().unwrap().to_owned()
    }

    pub(crate) async fn made(&self, tool: &str, path: &str) -> Value {
        self.service.called(&self.url, tool, json!({ "path": path })).await
    }

    pub(crate) async fn get(&self, link: &str) -> Answer {
        Answer::read(self.service.client.get(link).send().await.unwrap()).await
    }

    pub(crate) async fn put(&self, link: &str, body: impl Into<reqwest::Body>) -> Answer {
        Answer::read(self.service.client.put(link).body(body).send().await.unwrap()).await
    }

    /// A file's bytes as the sandbox has them.
    pub(crate) async fn stored(&self, path: &str) -> Option<Vec<u8>> {
        let url = format!("{}/pubapi/v1/fs-content{path}", self.service.egnyte_url());
        let token = egnyte_mcp::sandbox::Sandbox::ACCESS_TOKEN;
        let request = self.service.client.get(url).bearer_auth(token);
        let response = request.send().await.unwrap();
        match response.status().as_u16() {
            200 => Some(response.bytes().await.unwrap().to_vec()),
            _ => None,
        }
    }
}
