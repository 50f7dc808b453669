//! An Egnyte that answers what a test tells it to, for shapes that the sandbox does not have, and
//! tool docs made for the test.

use std::collections::VecDeque;
use std::fs;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::request::Parts;
use axum::http::{Response, StatusCode};
use egnyte_mcp::egnyte::EgnyteUrl;
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::net::TcpListener;

use crate::harness::Service;

/// An answer that is to be given: status, headers, body.
type Reply = (u16, Vec<(&'static str, String)>, String);

#[derive(Clone, Default)]
struct Script {
    replies: Arc<Mutex<VecDeque<Reply>>>,
    received: Arc<Mutex<Vec<Value>>>,
}

/// A service over the scripted Egnyte, with one URL for everything.
pub(crate) struct Scripted {
    pub(crate) service: Service,
    pub(crate) url: String,
    script: Script,
    _docs: TempDir,
}

impl Scripted {
    /// With the resource `things`, the text of its `resource.yaml` below `methods:`, and for each
    /// method its schemas.
    pub(crate) async fn new(methods: &str, docs: &[(&str, &str)]) -> Self {
        let folder = TempDir::new().unwrap();
        fs::create_dir(folder.path().join("things")).unwrap();
        let write = |file: String, text: String| {
            fs::write(folder.path().join("things").join(file), text).unwrap();
        };
        let head = "resource: things\nsingular: thing\ntags: [traps]\nmethods:\n";
        write("resource.yaml".to_owned(), format!("{head}{methods}"));
        for (method, front_matter) in docs {
            let text = format!(
                "---\ntitle: {method}\nannotations: {{ readOnlyHint: true, destructiveHint: false, \
                 idempotentHint: true, openWorldHint: false }}\n{front_matter}\n---\nDoes it.\n"
            );
            write(format!("{method}.md"), text);
        }
        let script = Script::default();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let egnyte = format!("http://{}", listener.local_addr().unwrap());
        let router = Router::new().fallback(answer).with_state(script.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        let mut service = Service::with(|settings| {
            settings.egnyte_url = EgnyteUrl::parse(&egnyte).unwrap();
            settings.tool_docs = Some(folder.path().to_owned());
        })
        .await;
        service.account = service.connect("acme", "a-token").await;
        let url = service.mint(json!({ "tags": ["traps"] })).await.url;
        Self { service, url, script, _docs: folder }
    }

    /// What Egnyte answers next, after what it was told before.
    pub(crate) fn then(&self, status: u16, body: &Value) -> &Self {
        self.then_with(status, &[], body.to_string())
    }

    pub(crate) fn then_with(
        &self,
        status: u16,
        headers: &[(&'static str, &str)],
        body: impl Into<String>,
    ) -> &Self {
        let headers = headers.iter().map(|(name, value)| (*name, (*value).to_owned())).collect();
        self.script.replies.lock().unwrap().push_back((status, headers, body.into()));
        self
    }

    /// Calls a tool that succeeds.
    pub(crate) async fn called(&self, tool: &str, arguments: Value) -> Value {
        self.service.called(&self.url, tool, arguments).await
    }

    /// Calls a tool that fails; the whole text, and what kind of failure it is.
    pub(crate) async fn refused(&self, tool: &str, arguments: Value) -> String {
        let result = self.service.call(&self.url, tool, arguments).await;
        assert_eq!(result["isError"], true, "{result}");
        assert_eq!(result["_meta"]["egnyte-mcp/error"]["kind"], "invalid_arguments", "{result}");
        assert_eq!(self.received(), Vec::<Value>::new(), "nothing is sent");
        crate::harness::text_of(&result).to_owned()
    }

    /// What Egnyte received since this was last asked.
    pub(crate) fn received(&self) -> Vec<Value> {
        std::mem::take(&mut *self.script.received.lock().unwrap())
    }

    /// The one request's verb and target.
    pub(crate) fn line(&self) -> String {
        let received = self.received();
        assert_eq!(received.len(), 1, "{received:?}");
        received[0]["line"].as_str().unwrap().to_owned()
    }

    /// Reads a listing to its end, `limit` at a time; the items and each request's line.
    pub(crate) async fn read_all(&self, tool: &str, first: Value) -> (Vec<Value>, Vec<String>) {
        let (mut items, mut arguments) = (Vec::new(), first);
        for _ in 0..20 {
            let page = self.called(tool, arguments.clone()).await;
            items.extend(page["result"].as_array().unwrap().clone());
            if page["next_cursor"].is_null() {
                let line = |request: &Value| request["line"].as_str().unwrap().to_owned();
                return (items, self.received().iter().map(line).collect());
            }
            arguments["next_cursor"] = page["next_cursor"].clone();
        }
        panic!("the listing has no end: {items:?}");
    }
}

async fn answer(State(script): State<Script>, parts: Parts, body: Bytes) -> Response<Body> {
    let target = parts.uri.path_and_query().unwrap().as_str();
    if target == "/pubapi/v1/userinfo" {
        return Response::new(Body::from("{}")); // The check of a new access token.
    }
    let headers: serde_json::Map<String, Value> = parts
        .headers
        .iter()
        .map(|(name, value)| (name.to_string(), value.to_str().unwrap_or_default().into()))
        .collect();
    script.received.lock().unwrap().push(json!({
        "line": format!("{} {target}", parts.method),
        "headers": headers,
        "body": String::from_utf8_lossy(&body),
    }));
    let reply = script.replies.lock().unwrap().pop_front();
    let (status, headers, body) = reply.unwrap_or((200, Vec::new(), "{}".to_owned()));
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = StatusCode::from_u16(status).unwrap();
    for (name, value) in headers {
        response.headers_mut().insert(name, value.parse().unwrap());
    }
    response
}
