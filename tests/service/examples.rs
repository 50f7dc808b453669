//! Every example of every tool doc, run through MCP against a fresh domain.

use std::path::Path;

use egnyte_mcp::catalog::Catalog;
use egnyte_mcp::catalog::definition::Transfer;
use egnyte_mcp::catalog::doc::Example;
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
    let mut faults = Vec::new();
    for tool in catalog().tools() {
        let name = &tool.names.long;
        if tool.examples.is_empty() {
            faults.push(format!("{name} has no example"));
        }
        for example in &tool.examples {
            service.sandbox.reset();
            let arguments = Value::Object(example.arguments.clone());
            let result = service.call(&url, name, arguments).await;
            if let (false, Some(call)) = (result["isError"] == true, tool.call())
                && let Some(way) = call.endpoint.transfer
            {
                use_link(&service, way, &result).await;
            }
            if let Some(fault) = fault(example, &result, &service.received()) {
                faults.push(format!("{name}, {}: {fault}", example.title));
            }
        }
    }
    assert!(faults.is_empty(), "{} wrong:\n{}", faults.len(), faults.join("\n"));
}

/// What an example promises and did not happen. A tool of several steps states no request: that it
/// succeeds is all that is asked of it here.
fn fault(example: &Example, result: &Value, received: &[Value]) -> Option<String> {
    if result["isError"] != false {
        return Some(format!("failed: {result}"));
    }
    let stated = example.request.as_ref()?;
    let [request] = received else {
        return Some(format!("{} requests instead of one", received.len()));
    };
    let line = format!("{} {}", request["method"], request["target"]).replace('"', "");
    if line != *stated {
        return Some(format!("sent {line}"));
    }
    let (sent, cut) = (&request["body"], request["body_cut"] == true);
    let as_stated = match &example.body {
        None => sent == "",
        // The domain keeps no uploads; that as much arrived has to do.
        Some(Value::String(text)) if cut => {
            request["headers"]["content-length"] == text.len().to_string().as_str()
        }
        Some(Value::String(text)) => sent == text.as_str(), // A form or text.
        // The order of keys means nothing.
        Some(body) => serde_json::from_str(sent.as_str()?).is_ok_and(|sent: Value| sent == *body),
    };
    if !as_stated {
        return Some(format!("sent the body {sent}"));
    }
    let mut headers = example.headers.iter();
    let other = headers
        .find(|(name, value)| request["headers"][name.to_ascii_lowercase()] != value.as_str());
    other.map(|(name, _)| format!("sent another {name}: {}", request["headers"]))
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
