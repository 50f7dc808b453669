//! One service on a free port in front of one sandbox, and clients that speak to both.

use std::path::Path;
use std::time::{Duration, Instant};

use egnyte_mcp::crypto::{Keyring, Secret};
use egnyte_mcp::egnyte::{ClientLimits, EgnyteUrl};
use egnyte_mcp::sandbox::{self, Sandbox};
use egnyte_mcp::server::{App, Database, Settings};
use reqwest::header::HeaderMap;
use reqwest::{Body, Client, Method, Response, StatusCode};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio_util::sync::{CancellationToken, DropGuard};

/// The bootstrap API token of every service here.
pub(crate) const API_TOKEN: &str = "egk_an-api-token-for-tests";
/// What is promised to happen at once has happened by then, also on a busy machine.
pub(crate) const SOON: Duration = Duration::from_secs(10);

/// A service with its sandbox. Both end with it.
pub(crate) struct Service {
    /// Such as `http://127.0.0.1:41234`.
    pub(crate) base: String,
    pub(crate) sandbox: Sandbox,
    pub(crate) client: Client,
    /// The one connected account, if it is connected.
    pub(crate) account: String,
    settings: Settings,
    egnyte: String,
    data: TempDir,
    stop: CancellationToken,
    served: JoinHandle<()>,
    _sandbox_stop: DropGuard,
    _stop: DropGuard,
}

/// Another process with the same key ring. It ends with it.
pub(crate) struct Replica {
    pub(crate) base: String,
    _stop: DropGuard,
}

/// A minted URL.
#[derive(Clone, Debug)]
pub(crate) struct Minted {
    pub(crate) id: String,
    pub(crate) token: String,
    pub(crate) url: String,
}

/// An answer, read to its end.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) text: String,
}

impl Service {
    /// A service in which nothing is connected yet.
    pub(crate) async fn empty() -> Self {
        Self::with(|_| {}).await
    }

    /// A service with one connected account.
    pub(crate) async fn connected() -> Self {
        Self::connected_with(|_| {}).await
    }

    /// The same, with bounds on its calls to Egnyte.
    pub(crate) async fn limited(limits: ClientLimits) -> Self {
        Self::connected_with(move |settings| settings.limits = limits).await
    }

    pub(crate) async fn connected_with(change: impl FnOnce(&mut Settings)) -> Self {
        let mut service = Self::with(change).await;
        service.account = service.connect("acme", Sandbox::ACCESS_TOKEN).await;
        service.forget_requests().await;
        service
    }

    pub(crate) async fn with(change: impl FnOnce(&mut Settings)) -> Self {
        let (listener, egnyte) = listen().await;
        let sandbox = Sandbox::new();
        let sandbox_stop = CancellationToken::new();
        let stopped = sandbox_stop.clone().cancelled_owned();
        tokio::spawn(sandbox::serve(listener, sandbox.clone(), stopped));

        let (listener, base) = listen().await;
        let data = TempDir::new().unwrap();
        let mut settings = Settings {
            data_dir: data.path().to_owned(),
            database: Database::DataDir,
            keyring: None,
            public_url: base.clone(),
            allowed_hosts: Vec::new(),
            allowed_origins: Vec::new(),
            egnyte_url: EgnyteUrl::parse(&egnyte).unwrap(),
            tool_docs: None,
            api_token: Some(API_TOKEN.into()),
            limits: ClientLimits::default(),
        };
        change(&mut settings);
        let app = App::build(settings.clone()).await.unwrap();
        let stop = CancellationToken::new();
        let served = tokio::spawn(app.serve(listener, stop.clone().cancelled_owned()));
        Self {
            base,
            sandbox,
            client: client(),
            account: String::new(),
            settings,
            egnyte,
            data,
            served,
            _sandbox_stop: sandbox_stop.drop_guard(),
            _stop: stop.clone().drop_guard(),
            stop,
        }
    }

    /// A process beside this one with the same key ring and no database.
    pub(crate) async fn stateless_replica(&self) -> Replica {
        let (listener, base) = listen().await;
        let settings = Settings {
            data_dir: self.data.path().join("unused"),
            database: Database::None,
            keyring: Some(self.keyring_text()),
            ..self.settings.clone()
        };
        let app = App::build(settings).await.unwrap();
        let stop = CancellationToken::new();
        tokio::spawn(app.serve(listener, stop.clone().cancelled_owned()));
        Replica { base, _stop: stop.drop_guard() }
    }

    /// Where its Egnyte is.
    pub(crate) fn egnyte_url(&self) -> &str {
        &self.egnyte
    }

    pub(crate) fn data_dir(&self) -> &Path {
        self.data.path()
    }

    pub(crate) fn keyring_text(&self) -> Secret {
        std::fs::read_to_string(self.data.path().join("keyring.json")).unwrap().into()
    }

    pub(crate) fn keyring(&self) -> Keyring {
        Keyring::from_text("the data directory", &self.keyring_text()).unwrap()
    }

    /// Asks the process to stop, as SIGTERM does.
    pub(crate) fn ask_to_stop(&self) {
        self.stop.cancel();
    }

    /// Waits until it has stopped.
    pub(crate) async fn stopped(&mut self) {
        tokio::time::timeout(SOON, &mut self.served).await.unwrap().unwrap();
    }

    // Administration

    /// A request to the admin API with a valid API token.
    pub(crate) async fn api(&self, method: &str, path: &str, body: Option<Value>) -> Answer {
        let body = body.map(|body| body.to_string());
        self.api_as(Some(API_TOKEN), method, path, body).await
    }

    /// The same with whatever body, and whatever API token or none.
    pub(crate) async fn api_as(
        &self,
        token: Option<&str>,
        method: &str,
        path: &str,
        body: Option<impl Into<Body>>,
    ) -> Answer {
        let method = Method::from_bytes(method.as_bytes()).unwrap();
        let mut request = self.client.request(method, format!("{}{path}", self.base));
        if let Some(token) = token {
            request = request.bearer_auth(token);
        }
        if let Some(body) = body {
            request = request.header("content-type", "application/json").body(body);
        }
        Answer::read(request.send().await.unwrap()).await
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.api("GET", path, None).await
    }

    /// Connects an account and returns its id.
    pub(crate) async fn connect(&self, domain: &str, access_token: &str) -> String {
        let body = json!({ "domain": domain, "access_token": access_token });
        let answer = self.api("POST", "/integrated-account", Some(body)).await;
        assert_eq!(answer.status, 201, "{}", answer.text);
        answer.json()["id"].as_str().unwrap().to_owned()
    }

    /// The connected account's record.
    pub(crate) async fn account(&self) -> Value {
        self.get(&format!("/integrated-account/{}", self.account)).await.json()
    }

    /// The path of the connected account's MCP servers, or of what stands below.
    pub(crate) fn servers(&self, rest: &str) -> String {
        format!("/integrated-account/{}/mcp{rest}", self.account)
    }

    /// Mints a URL of the connected account.
    pub(crate) async fn mint(&self, config: Value) -> Minted {
        let body = json!({ "name": "A server", "config": config });
        self.mint_of(&self.account, body).await
    }

    pub(crate) async fn mint_of(&self, account: &str, body: Value) -> Minted {
        let path = format!("/integrated-account/{account}/mcp");
        let answer = self.api("POST", &path, Some(body)).await;
        assert_eq!(answer.status, 201, "{}", answer.text);
        Minted::of(&answer.json())
    }

    // MCP

    /// Posts a body to a URL as most clients do.
    pub(crate) async fn post(&self, url: &str, body: impl Into<Body>) -> Answer {
        self.post_with(url, &[], body).await
    }

    /// The same with headers set or, when empty, left out.
    pub(crate) async fn post_with(
        &self,
        url: &str,
        headers: &[(&str, &str)],
        body: impl Into<Body>,
    ) -> Answer {
        let mut all = HeaderMap::new();
        let usual = [
            ("content-type", "application/json"),
            ("accept", "application/json, text/event-stream"),
        ];
        for (name, value) in usual.iter().chain(headers) {
            let name: reqwest::header::HeaderName = name.parse().unwrap();
            all.insert(name, value.parse().unwrap());
        }
        all = all
            .into_iter()
            .filter_map(|(n, v)| Some((n?, v)))
            .filter(|(_, v)| !v.is_empty())
            .collect();
        let request = self.client.post(url).headers(all).body(body);
        Answer::read(request.send().await.unwrap()).await
    }

    /// One request; the whole JSON-RPC answer.
    pub(crate) async fn rpc(&self, url: &str, method: &str, params: Value) -> Value {
        let answer = self.post(url, message(1, method, params)).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        answer.json()
    }

    /// Calls a tool; the result, which may be an error of the tool.
    pub(crate) async fn call(&self, url: &str, tool: &str, arguments: Value) -> Value {
        let params = json!({ "name": tool, "arguments": arguments });
        let answer = self.rpc(url, "tools/call", params).await;
        assert!(answer.get("error").is_none(), "{tool}: {answer}");
        answer["result"].clone()
    }

    /// Calls a tool that succeeds with JSON.
    pub(crate) async fn called(&self, url: &str, tool: &str, arguments: Value) -> Value {
        let result = self.call(url, tool, arguments).await;
        assert_eq!(result["isError"], false, "{tool}: {result}");
        serde_json::from_str(text_of(&result)).unwrap()
    }

    /// Calls a tool that fails; `_meta["egnyte-mcp/error"]`.
    pub(crate) async fn failed(&self, url: &str, tool: &str, arguments: Value) -> Value {
        let result = self.call(url, tool, arguments).await;
        assert_eq!(result["isError"], true, "{tool}: {result}");
        assert!(result.get("structuredContent").is_none());
        result["_meta"]["egnyte-mcp/error"].clone()
    }

    /// The names a URL lists.
    pub(crate) async fn listed(&self, url: &str) -> Vec<String> {
        let answer = self.rpc(url, "tools/list", json!({})).await;
        let tools = answer["result"]["tools"].as_array().unwrap().iter();
        tools.map(|tool| tool["name"].as_str().unwrap().to_owned()).collect()
    }

    // Egnyte

    /// Requests Egnyte received since they were last forgotten.
    pub(crate) fn received(&self) -> Vec<Value> {
        self.sandbox.requests()["requests"].as_array().unwrap().clone()
    }

    pub(crate) async fn forget_requests(&self) {
        self.control("DELETE", "/_sandbox/requests", None).await;
    }

    /// Switches a failure of Egnyte on.
    pub(crate) async fn fault(&self, fault: Value) {
        self.control("POST", "/_sandbox/faults", Some(fault)).await;
    }

    /// Switches a failure on for one request.
    pub(crate) async fn once(&self, action: Value) {
        self.fault(json!({ "times": 1, "action": action })).await;
    }

    pub(crate) async fn control(&self, method: &str, path: &str, body: Option<Value>) {
        let method = Method::from_bytes(method.as_bytes()).unwrap();
        let mut request = self.client.request(method, format!("{}{path}", self.egnyte));
        if let Some(body) = body {
            request = request.json(&body);
        }
        let answer = Answer::read(request.send().await.unwrap()).await;
        assert!(answer.status.is_success(), "{path}: {}", answer.text);
    }
}

impl Minted {
    pub(crate) fn of(answer: &Value) -> Self {
        let text = |key: &str| answer[key].as_str().unwrap().to_owned();
        Self { id: text("id"), token: text("token"), url: text("url") }
    }
}

impl Answer {
    pub(crate) async fn read(response: Response) -> Self {
        let (status, headers) = (response.status(), response.headers().clone());
        Self { status, headers, text: response.text().await.unwrap() }
    }

    #[track_caller]
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|error| panic!("{error}: {}", self.text))
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }
}

/// One JSON-RPC request as text.
pub(crate) fn message(id: u64, method: &str, params: Value) -> String {
    let mut message = json!({ "jsonrpc": "2.0", "id": id, "method": method });
    message["params"] = params;
    message.to_string()
}

/// The one text of a tool result.
pub(crate) fn text_of(result: &Value) -> &str {
    assert_eq!(result["content"].as_array().map(Vec::len), Some(1), "{result}");
    result["content"][0]["text"].as_str().unwrap()
}

/// Asks until the answer is yes; fails when it stays no.
pub(crate) async fn eventually(what: &str, mut ask: impl AsyncFnMut() -> bool) {
    let start = Instant::now();
    while !ask().await {
        assert!(start.elapsed() < SOON, "it did not come about: {what}");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

pub(crate) fn client() -> Client {
    let builder = Client::builder().redirect(reqwest::redirect::Policy::none()).no_proxy();
    builder.build().unwrap()
}

async fn listen() -> (TcpListener, String) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    (listener, base)
}
