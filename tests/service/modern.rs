//! Revision 2026-07-28 at the same URL: every request says for itself what it speaks.

use serde_json::{Value, json};

use crate::harness::{Answer, Service, eventually, message};

const VERSION: &str = "2026-07-28";

async fn minted() -> (Service, String) {
    let service = Service::connected().await;
    let url = service.mint(json!({})).await.url;
    (service, url)
}

/// A request of this revision, with its `_meta`.
fn request(method: &str, mut params: Value) -> String {
    params["_meta"] = json!({
        "io.modelcontextprotocol/protocolVersion": VERSION,
        "io.modelcontextprotocol/clientCapabilities": {},
    });
    json!({ "jsonrpc": "2.0", "id": "a", "method": method, "params": params }).to_string()
}

async fn send(service: &Service, url: &str, method: &str, params: Value) -> Answer {
    let name = params["name"].as_str().unwrap_or_default().to_owned();
    let headers =
        [("mcp-protocol-version", VERSION), ("mcp-method", method), ("mcp-name", name.as_str())];
    service.post_with(url, &headers, request(method, params)).await
}

#[tokio::test]
async fn a_client_discovers_lists_and_calls_without_a_handshake() {
    let (service, url) = minted().await;
    let discovered = send(&service, &url, "server/discover", json!({})).await.json();
    assert!(
        discovered["result"]["supportedVersions"].as_array().unwrap().contains(&json!(VERSION))
    );
    let listed = send(&service, &url, "tools/list", json!({})).await.json();
    assert!(listed["result"]["tools"].as_array().unwrap().len() > 100);
    assert_eq!(listed["result"]["cacheScope"], "private");
    let call = json!({ "name": "list_egnyte_users", "arguments": { "limit": 1 } });
    let called = send(&service, &url, "tools/call", call).await.json();
    assert_eq!(called["result"]["isError"], false);
    for answer in [discovered, listed, called] {
        assert_eq!(
            (&answer["id"], &answer["result"]["resultType"]),
            (&json!("a"), &json!("complete"))
        );
    }
}

#[tokio::test]
async fn both_eras_are_answered_in_turn_at_one_url() {
    let (service, url) = minted().await;
    for _ in 0..2 {
        assert_eq!(send(&service, &url, "server/discover", json!({})).await.status, 200);
        let legacy = json!({ "protocolVersion": VERSION });
        let answer = service.rpc(&url, "initialize", legacy).await;
        assert_eq!(answer["result"]["protocolVersion"], "2025-11-25");
        assert_eq!(answer["result"].get("resultType"), None);
    }
}

#[tokio::test]
async fn what_is_wrong_with_a_request_decides_its_status_and_code() {
    let (service, url) = minted().await;
    let list = request("tools/list", json!({}));
    let other = list.replace(VERSION, "2031-01-01");
    let bare = r#"{"jsonrpc":"2.0","id":"a","method":"tools/list","params":{"_meta":{}}}"#;
    let handshake = request("initialize", json!({ "protocolVersion": VERSION }));
    for (what, headers, body, status, code) in [
        ("no version in _meta", [VERSION, "tools/list"], bare, 400, -32602),
        ("header and body differ", ["2025-11-25", "tools/list"], &list, 400, -32020),
        ("no version header", ["", "tools/list"], &list, 400, -32020),
        ("no method header", [VERSION, ""], &list, 400, -32020),
        ("another method in the header", [VERSION, "tools/call"], &list, 400, -32020),
        ("a version nobody knows", ["2031-01-01", "tools/list"], &other, 400, -32022),
        ("a method of before", [VERSION, "initialize"], &handshake, 404, -32601),
    ] {
        let [version, method] = headers;
        let headers = [("mcp-protocol-version", version), ("mcp-method", method)];
        let answer = service.post_with(&url, &headers, body.to_owned()).await;
        assert_eq!(answer.status, status, "{what}: {}", answer.text);
        assert_eq!(answer.json()["error"]["code"], code, "{what}");
        assert_eq!(answer.json()["id"], "a", "{what}");
    }
}

#[tokio::test]
async fn hanging_up_stops_the_call_to_egnyte_in_this_revision_and_in_no_other() {
    let (service, url) = minted().await;
    service.fault(json!({ "times": 2, "delay_ms": 800 })).await;
    let arguments = json!({ "name": "list_egnyte_users", "arguments": {} });
    let modern = service
        .client
        .post(&url)
        .header("mcp-protocol-version", VERSION)
        .header("mcp-method", "tools/call")
        .header("mcp-name", "list_egnyte_users")
        .body(request("tools/call", arguments.clone()));
    let legacy = service.client.post(&url).body(message(1, "tools/call", arguments));
    for (nth, sending) in [modern, legacy].into_iter().enumerate() {
        let sending = tokio::spawn(sending.send());
        eventually("the call has reached Egnyte", async || service.received().len() > nth).await;
        sending.abort();
    }
    let status = |nth: usize| service.received()[nth]["status"].clone();
    eventually("Egnyte has answered the second call", async || status(1) == json!(200)).await;
    assert_eq!(status(0), Value::Null, "the first was sent earlier and would have its answer");
    assert_eq!(send(&service, &url, "tools/list", json!({})).await.status, 200);
}
