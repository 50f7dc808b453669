//! Every example of every tool doc, run through MCP against a fresh domain.

use std::path::Path;

use egnyte_mcp::catalog::Catalog;
use egnyte_mcp::catalog::definition::Transfer;
use egnyte_mcp::crypto::Keyring;
use egnyte_mcp::server::documents;
use serde_json::{Value, json};

use crate::harness::{Answer, Service, text_of};

fn catalog() -> Catalog {
    documents::load(None::<&Path>, &Keyring::generate().unwrap()).unwrap()
}

#[tokio::test]
async fn every_documented_example_sends_exactly_the_request_it_states_and_succeeds() {
    let service = Service::connected().await;
    let url = service.mint(json!({})).await.url;
    for tool in catalog().tools() {
        assert!(!tool.examples.is_empty(), "{} has no example", tool.names.long);
        for example in &tool.examples {
            service.sandbox.reset();
            let name = &tool.names.long;
            let result = service.call(&url, name, Value::Object(example.arguments.clone())).await;
            assert_eq!(result["isError"], false, "{name}, {}: {result}", example.title);
            let Some(call) = tool.call() else { continue }; // Steps make several requests.
            if let Some(way) = call.endpoint.transfer {
                use_link(&service, way, &result).await;
            }
            let received = service.received();
            assert_eq!(received.len(), 1, "{name}, {}", example.title);
            let request = &received[0];
            let line = format!("{} {}", request["method"], request["target"]).replace('"', "");
            assert_eq!(Some(line), example.request, "{name}, {}", example.title);
            let body = request["body"].as_str().unwrap();
            let expected = match &example.body {
                Some(Value::String(text)) => text.clone(), // A form or text.
                other => other.as_ref().map(Value::to_string).unwrap_or_default(),
            };
            for (header, value) in &example.headers {
                let sent = &request["headers"][header.to_ascii_lowercase()];
                assert_eq!(sent, value, "{name}, {}", example.title);
            }
            assert_eq!(body, expected, "{name}, {}", example.title);
        }
    }
}

/// Uses the link that a tool made, and with it makes the tool's request.
async fn use_link(service: &Service, way: Transfer, result: &Value) {
    let made: Value = serde_json::from_str(text_of(result)).unwrap();
    let url = made["url"].as_str().unwrap();
    let request = match way {
        Transfer::Download => service.client.get(url),
        Transfer::Upload => service.client.put(url),
    };
    let answer = Answer::read(request.send().await.unwrap()).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
}

#[tokio::test]
async fn a_request_to_egnyte_carries_the_account_s_token_and_nothing_of_the_client_s() {
    let service = Service::connected().await;
    let url = service.mint(json!({})).await.url;
    let body = crate::harness::message(
        1,
        "tools/call",
        json!({ "name": "list_egnyte_users", "arguments": {} }),
    );
    let headers = [("cookie", "a=b"), ("x-forwarded-for", "10.0.0.1"), ("user-agent", "a client")];
    service.post_with(&url, &headers, body).await;
    let mut headers = service.received()[0]["headers"].clone();
    headers["host"] = "[host]".into();
    let expected = json!({
        "host": "[host]",
        "authorization": "Bearer sandbox-access-token",
        "accept": "application/json",
        "user-agent": concat!("egnyte-mcp/", env!("CARGO_PKG_VERSION")),
    });
    assert_eq!(headers, expected);
}
