//! A folder of tool docs that changes under a running service: good documents are taken up and
//! clients told, bad ones change nothing.

use std::fs;
use std::path::Path;

use serde_json::json;
use tempfile::TempDir;

use crate::harness::{SOON, Service, eventually};
use crate::http_sse::Stream;

const LISTED: &str = "list_all_egnyte_things";
const CHANGED: &str = "notifications/tools/list_changed";

/// Writes the documents of one tool. `title` is what is changed.
fn write(folder: &Path, title: &str) {
    let things = folder.join("things");
    fs::create_dir_all(&things).unwrap();
    let definition =
        "resource: things\nsingular: thing\nmethods:\n  list: { request: GET /pubapi/v1/things }\n";
    fs::write(things.join("resource.yaml"), definition).unwrap();
    let doc = format!(
        "---\n{title}\nannotations: {{ readOnlyHint: true, destructiveHint: false, idempotentHint: \
         true, openWorldHint: false }}\nexamples: [{{ title: All, arguments: {{}}, request: GET \
         /pubapi/v1/things }}]\n---\nReturns things.\n"
    );
    fs::write(things.join("list.md"), doc).unwrap();
}

async fn following() -> (Service, TempDir, String) {
    let docs = TempDir::new().unwrap();
    let folder = docs.path().to_owned();
    let service = Service::connected_with(|settings| settings.tool_docs = Some(folder)).await;
    let url = service.mint(json!({})).await.url;
    (service, docs, url)
}

async fn read_until(response: &mut reqwest::Response, what: &str) {
    let mut read = String::new();
    while !read.contains(what) {
        let chunk = tokio::time::timeout(SOON, response.chunk()).await.unwrap().unwrap().unwrap();
        read.push_str(std::str::from_utf8(&chunk).unwrap());
    }
}

#[tokio::test]
async fn a_bad_document_never_takes_the_place_of_a_good_one() {
    let (service, docs, url) = following().await;
    assert!(!service.listed(&url).await.contains(&LISTED.to_owned()));
    write(docs.path(), "title: List things");
    eventually("the tool is listed", async || {
        service.listed(&url).await.contains(&LISTED.to_owned())
    })
    .await;
    let before = service.rpc(&url, "tools/list", json!({})).await;

    write(docs.path(), "titel: List all the things");
    fs::write(docs.path().join("things/get.md"), "no front matter").unwrap();
    // Twice as long as the folder is left alone between two looks.
    tokio::time::sleep(std::time::Duration::from_millis(1_100)).await;
    assert_eq!(service.rpc(&url, "tools/list", json!({})).await, before);

    fs::remove_file(docs.path().join("things/get.md")).unwrap();
    write(docs.path(), "title: List all the things");
    eventually("the mended title is listed", async || {
        let listing = service.rpc(&url, "tools/list", json!({})).await;
        listing.to_string().contains("List all the things")
    })
    .await;
}

#[tokio::test]
async fn clients_of_every_transport_are_told_that_the_list_changed() {
    let (service, docs, url) = following().await;
    let mut legacy = Stream::open(&service, &url).await;
    let get = service.client.get(&url).header("accept", "text/event-stream");
    let mut listening = get.header("mcp-protocol-version", "2025-11-25").send().await.unwrap();
    let body = json!({ "jsonrpc": "2.0", "id": "s", "method": "subscriptions/listen", "params": {
        "notifications": { "toolsListChanged": true },
        "_meta": { "io.modelcontextprotocol/protocolVersion": "2026-07-28",
                   "io.modelcontextprotocol/clientCapabilities": {} } } });
    let post = service.client.post(&url).header("accept", "application/json, text/event-stream");
    let post = post.header("mcp-protocol-version", "2026-07-28");
    let post = post.header("mcp-method", "subscriptions/listen").body(body.to_string());
    let mut subscribed = post.send().await.unwrap();
    read_until(&mut subscribed, "notifications/subscriptions/acknowledged").await;

    write(docs.path(), "title: List things");
    assert_eq!(legacy.message().await["method"], CHANGED);
    read_until(&mut listening, CHANGED).await;
    read_until(&mut subscribed, CHANGED).await;
}
