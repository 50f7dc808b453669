//! What the fuzz targets share: the whole service behind one minted URL, without a listener and
//! without an Egnyte, and the promises every answer keeps whatever was sent.

use std::sync::LazyLock;

use axum::Router;
use axum::body::Body;
use egnyte_mcp::catalog::ServerConfig;
use egnyte_mcp::crypto::{Keyring, Secret};
use egnyte_mcp::egnyte::{ClientLimits, Domain, EgnyteUrl};
use egnyte_mcp::server::{App, Database, Settings};
use egnyte_mcp::token::{MintRequest, mint};
use http::{Request, StatusCode};
use http_body_util::BodyExt;
use tokio::runtime::Runtime;
use tower::ServiceExt;

/// The service, built once.
pub struct Target {
    runtime: Runtime,
    router: Router,
    path: String,
}

/// The one target of a process.
pub static TARGET: LazyLock<Target> = LazyLock::new(Target::new);

impl Target {
    fn new() -> Self {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let keyring = Keyring::generate().unwrap();
        let request = MintRequest {
            account_id: "account",
            server_id: "server",
            generation: 1,
            domain: &Domain::parse("fuzz").unwrap(),
            access_token: &Secret::from("access-token"),
            credentials_version: 1,
            config: &ServerConfig::default(),
            issued_at: jiff::Timestamp::now(),
            expires_at: None,
        };
        let token = mint(&keyring, &request).unwrap();
        let settings = Settings {
            data_dir: std::env::temp_dir(),
            database: Database::None,
            keyring: Some(keyring.to_text()),
            public_url: "http://127.0.0.1:8080".to_owned(),
            allowed_hosts: Vec::new(),
            allowed_origins: Vec::new(),
            // Nothing listens on port 1: every call ends as "unreachable" at once.
            egnyte_url: EgnyteUrl::parse("http://127.0.0.1:1").unwrap(),
            tool_docs: None,
            api_token: None,
            limits: ClientLimits::default(),
        };
        let app = runtime.block_on(App::build(settings)).unwrap();
        Self { router: app.router(), path: format!("/mcp/{}", token.expose()), runtime }
    }

    /// Path of the minted URL.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// Sends a request and checks what holds for every answer: no fault of ours, and a body that
    /// is JSON where it says so. Streams are not read to their end, for they have none.
    pub fn send(&self, request: Request<Body>) {
        self.runtime.block_on(async {
            let response = self.router.clone().oneshot(request).await.unwrap();
            let status = response.status();
            assert!(
                status.as_u16() < 500 || status == StatusCode::NOT_IMPLEMENTED,
                "answered {status}"
            );
            let is_json = response
                .headers()
                .get(http::header::CONTENT_TYPE)
                .is_some_and(|kind| kind.as_bytes().ends_with(b"json"));
            if is_json {
                let body = response.into_body().collect().await.unwrap().to_bytes();
                serde_json::from_slice::<serde_json::Value>(&body).unwrap();
            }
        });
    }
}
