//! HTTP+SSE: a stream says where to post, and answers come on the stream.

use serde_json::{Value, json};

use crate::harness::{Answer, Minted, SOON, Service, eventually, message};

const PING: &str = r#"{"jsonrpc":"2.0","id":1,"method":"ping"}"#;

/// An open stream.
pub(crate) struct Stream {
    response: reqwest::Response,
    read: String,
    /// Where to post: the data of the first event.
    pub(crate) endpoint: String,
}

impl Stream {
    pub(crate) async fn open(service: &Service, url: &str) -> Self {
        let request = service.client.get(url).header("accept", "text/event-stream");
        let response = request.send().await.unwrap();
        assert_eq!(response.status(), 200);
        assert_eq!(response.headers()["content-type"], "text/event-stream");
        let mut stream = Self { response, read: String::new(), endpoint: String::new() };
        let (name, data) = stream.event().await.unwrap();
        assert_eq!(name, "endpoint");
        stream.endpoint = data;
        stream
    }

    /// The next event, or `None` when the stream has ended.
    pub(crate) async fn event(&mut self) -> Option<(String, String)> {
        loop {
            if let Some(end) = self.read.find("\n\n") {
                let event: String = self.read.drain(..end + 2).collect();
                if let Some((name, data)) = event.trim_end().split_once("\ndata: ") {
                    let name = name.strip_prefix("event: ").unwrap();
                    return Some((name.to_owned(), data.to_owned()));
                }
                continue;
            }
            let chunk = tokio::time::timeout(SOON, self.response.chunk()).await;
            let chunk = chunk.unwrap().unwrap()?;
            self.read.push_str(std::str::from_utf8(&chunk).unwrap());
        }
    }

    /// The next message.
    pub(crate) async fn message(&mut self) -> Value {
        let (name, data) = self.event().await.unwrap();
        assert_eq!(name, "message");
        serde_json::from_str(&data).unwrap()
    }

    pub(crate) async fn post(&self, service: &Service, body: impl Into<reqwest::Body>) -> Answer {
        service.post(&format!("{}{}", service.base, self.endpoint), body).await
    }
}

async fn minted() -> (Service, Minted) {
    let service = Service::connected().await;
    let minted = service.mint(json!({})).await;
    (service, minted)
}

#[tokio::test]
async fn the_first_event_refers_to_the_same_path_without_a_host() {
    let (service, minted) = minted().await;
    for suffix in ["", "/", "/sse", "/sse/"] {
        let stream = Stream::open(&service, &format!("{}{suffix}", minted.url)).await;
        let (path, sid) = stream.endpoint.split_once("?sid=").unwrap();
        assert_eq!(path, format!("/mcp/{}{suffix}", minted.token));
        assert_eq!(sid.len(), 32);
    }
}

#[tokio::test]
async fn below_another_service_the_reference_holds_the_whole_path() {
    let service = Service::connected_with(|settings| {
        settings.public_url = "https://example.com/egnyte".to_owned();
    })
    .await;
    let token = service.mint(json!({})).await.token;
    let stream = Stream::open(&service, &format!("{}/mcp/{token}", service.base)).await;
    assert!(stream.endpoint.starts_with(&format!("/egnyte/mcp/{token}?sid=")));
}

#[tokio::test]
async fn a_posted_message_is_accepted_and_answered_on_the_stream() {
    let (service, minted) = minted().await;
    let mut stream = Stream::open(&service, &minted.url).await;
    let call = json!({ "name": "list_egnyte_users", "arguments": { "limit": 1 } });
    for (body, id) in [
        (PING.to_owned(), 1),
        (message(2, "initialize", json!({ "protocolVersion": "2024-11-05" })), 2),
        (message(3, "tools/list", json!({})), 3),
        (message(4, "tools/call", call), 4),
    ] {
        let answer = stream.post(&service, body).await;
        assert_eq!((answer.status.as_u16(), answer.text.as_str()), (202, ""));
        let message = stream.message().await;
        assert_eq!(message["id"], id);
        assert!(message["result"].is_object());
    }
}

#[tokio::test]
async fn what_cannot_be_read_is_answered_on_the_stream_too() {
    let (service, minted) = minted().await;
    let mut stream = Stream::open(&service, &minted.url).await;
    for (body, code) in [("{", -32700), ("[]", -32600), ("{}", -32600)] {
        stream.post(&service, body).await;
        assert_eq!(stream.message().await["error"]["code"], code);
    }
}

#[tokio::test]
async fn two_streams_of_one_url_do_not_mix() {
    let (service, minted) = minted().await;
    let mut first = Stream::open(&service, &minted.url).await;
    let mut second = Stream::open(&service, &minted.url).await;
    assert_ne!(first.endpoint, second.endpoint);
    for id in [10, 20, 30] {
        first.post(&service, message(id, "ping", json!({}))).await;
        second.post(&service, message(id + 1, "ping", json!({}))).await;
    }
    for id in [10, 20, 30] {
        assert_eq!(first.message().await["id"], id);
        assert_eq!(second.message().await["id"], id + 1);
    }
}

#[tokio::test]
async fn another_server_s_url_cannot_post_to_a_stream() {
    let (service, minted) = minted().await;
    let other = service.mint(json!({})).await;
    let mut stream = Stream::open(&service, &minted.url).await;
    let sid = stream.endpoint.split_once("?sid=").unwrap().1.to_owned();
    let answer =
        service.post(&format!("{}?sid={sid}", other.url), message(7, "ping", json!({}))).await;
    assert_eq!(answer.status, 404);
    stream.post(&service, PING).await;
    assert_eq!(stream.message().await["id"], 1, "nothing of the other server's came");
}

#[tokio::test]
async fn a_stream_that_is_not_open_cannot_be_posted_to() {
    let (service, minted) = minted().await;
    for sid in ["made-up", "", "0123456789abcdef0123456789abcdef"] {
        let answer = service.post(&format!("{}?sid={sid}", minted.url), PING).await;
        assert_eq!(answer.status, 404, "{sid}");
        assert!(answer.text.contains("Connect again"), "{}", answer.text);
    }
    let stream = Stream::open(&service, &minted.url).await;
    let endpoint = format!("{}{}", service.base, stream.endpoint);
    drop(stream);
    eventually("a stream its client left is forgotten", async || {
        service.post(&endpoint, PING).await.status == 404
    })
    .await;
}

#[tokio::test]
async fn a_stream_with_too_much_under_way_refuses_more_and_nobody_else_notices() {
    let (service, minted) = minted().await;
    let stream = Stream::open(&service, &minted.url).await;
    service.fault(json!({ "delay_ms": 60_000 })).await;
    let call = message(1, "tools/call", json!({ "name": "list_egnyte_users", "arguments": {} }));
    for _ in 0..64 {
        assert_eq!(stream.post(&service, call.clone()).await.status, 202);
    }
    let refused = stream.post(&service, call).await;
    assert_eq!(refused.status, 429);
    assert!(refused.json()["error"]["message"].as_str().unwrap().contains("Too many"));
    let mut other = Stream::open(&service, &minted.url).await;
    other.post(&service, PING).await;
    assert_eq!(other.message().await["id"], 1);
    assert_eq!(service.post(&minted.url, PING).await.status, 200);
}
