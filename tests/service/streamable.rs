//! Streamable HTTP: headers, addresses, and what else is asked for at a minted URL.

use serde_json::{Value, json};

use crate::harness::{Answer, Service};

const PING: &str = r#"{"jsonrpc":"2.0","id":1,"method":"ping"}"#;
const PONG: &str = r#"{"jsonrpc":"2.0","id":1,"result":{}}"#;

async fn minted() -> (Service, String) {
    let service = Service::connected().await;
    let url = service.mint(json!({})).await.url;
    (service, url)
}

/// A GET whose answer is read to its end.
async fn get(service: &Service, url: &str, accept: &str) -> Answer {
    Answer::read(service.client.get(url).header("accept", accept).send().await.unwrap()).await
}

#[tokio::test]
async fn any_accept_header_is_answered_with_json_unless_only_events_are_read() {
    let (service, url) = minted().await;
    for accept in [
        "",
        "*/*",
        "application/json",
        "application/json, text/event-stream",
        "text/event-stream, application/json",
        "text/event-stream, */*",
        "text/html",
    ] {
        let answer = service.post_with(&url, &[("accept", accept)], PING).await;
        assert_eq!((answer.status.as_u16(), answer.text.as_str()), (200, PONG), "{accept}");
        assert_eq!(answer.header("content-type"), "application/json", "{accept}");
    }
    let answer = service.post_with(&url, &[("accept", "text/event-stream")], PING).await;
    assert_eq!(answer.text, format!("event: message\ndata: {PONG}\n\n"));
    assert_eq!(answer.header("content-type"), "text/event-stream");
    assert_eq!(answer.header("cache-control"), "no-cache, no-transform");
    assert_eq!(answer.header("x-accel-buffering"), "no");
}

#[tokio::test]
async fn the_content_type_of_a_message_does_not_matter() {
    let (service, url) = minted().await;
    for kind in ["", "text/plain", "application/json; charset=utf-8", "application/octet-stream"] {
        let answer = service.post_with(&url, &[("content-type", kind)], PING).await;
        assert_eq!(answer.text, PONG, "{kind}");
    }
}

#[tokio::test]
async fn a_session_id_is_neither_given_nor_needed_nor_minded() {
    let (service, url) = minted().await;
    for session in ["", "made-up", "of-another-replica"] {
        let answer = service.post_with(&url, &[("mcp-session-id", session)], PING).await;
        assert_eq!((answer.text.as_str(), answer.header("mcp-session-id")), (PONG, ""));
    }
    let answer = service.client.delete(&url).header("mcp-session-id", "made-up").send().await;
    assert!(answer.unwrap().status().is_success());
    assert_eq!(service.post(&url, PING).await.text, PONG, "ending a session ends nothing");
}

#[tokio::test]
async fn every_known_revision_is_accepted_in_the_version_header() {
    let (service, url) = minted().await;
    for version in ["2025-03-26", "2025-06-18", "2025-11-25"] {
        let answer = service.post_with(&url, &[("mcp-protocol-version", version)], PING).await;
        assert_eq!(answer.text, PONG, "{version}");
    }
}

#[tokio::test]
async fn a_get_after_the_handshake_opens_a_stream_whose_first_byte_comes_at_once() {
    let (service, url) = minted().await;
    for header in ["mcp-session-id", "mcp-protocol-version"] {
        let request = service.client.get(&url).header("accept", "text/event-stream");
        let mut answer = request.header(header, "2025-11-25").send().await.unwrap();
        assert_eq!(answer.status(), 200);
        assert_eq!(answer.headers()["content-type"], "text/event-stream");
        let first = tokio::time::timeout(crate::harness::SOON, answer.chunk()).await;
        assert_eq!(first.unwrap().unwrap().unwrap(), ":\n\n", "{header}");
    }
}

#[tokio::test]
async fn a_browser_gets_a_page_that_does_not_repeat_the_address() {
    let (service, url) = minted().await;
    for accept in ["text/html,application/xhtml+xml,*/*;q=0.8", "*/*", "application/json"] {
        let page = get(&service, &url, accept).await;
        assert_eq!(page.status, 200);
        assert!(page.header("content-type").starts_with("text/html"), "{accept}");
        assert!(page.text.contains("This address is for AI clients"));
        assert!(!page.text.contains("egm_"));
    }
}

#[tokio::test]
async fn a_trailing_slash_makes_no_difference() {
    let (service, url) = minted().await;
    for suffix in ["", "/", "/sse", "/sse/"] {
        assert_eq!(service.post(&format!("{url}{suffix}"), PING).await.text, PONG, "{suffix}");
    }
    let token = url.rsplit('/').next().unwrap();
    let authorization = format!("Bearer {token}");
    for path in ["/mcp", "/mcp/"] {
        let headers = [("authorization", authorization.as_str())];
        let answer = service.post_with(&format!("{}{path}", service.base), &headers, PING).await;
        assert_eq!(answer.text, PONG, "{path}");
    }
}

#[tokio::test]
async fn without_a_token_mcp_itself_is_a_404_that_says_how_to_send_one() {
    let service = Service::connected().await;
    for (header, words) in
        [("", "Authorization: Bearer"), ("Bearer egm_made.up.token", "pasted whole")]
    {
        let headers = [("authorization", header)];
        let answer = service.post_with(&format!("{}/mcp", service.base), &headers, PING).await;
        assert_eq!(answer.status, 404);
        assert!(answer.text.contains(words), "{}", answer.text);
    }
}

#[tokio::test]
async fn every_oauth_well_known_path_is_a_404_in_json() {
    let (service, url) = minted().await;
    let path = url.strip_prefix(&service.base).unwrap();
    let mut asked = 0;
    for name in ["oauth-protected-resource", "oauth-authorization-server", "openid-configuration"] {
        let known = format!("/.well-known/{name}");
        for place in [
            known.clone(),
            format!("{known}/mcp"),
            format!("{known}{path}"),
            format!("{known}{path}/sse"),
            format!("{path}{known}"),
            format!("{path}/sse{known}"),
            format!("/mcp{known}"),
            format!("{known}/"),
        ] {
            for accept in ["application/json", "text/html", "text/event-stream"] {
                let answer = get(&service, &format!("{}{place}", service.base), accept).await;
                assert_eq!(answer.status, 404, "{place}");
                assert!(answer.header("content-type").contains("json"), "{place}");
                assert!(answer.json().is_object() && !answer.text.contains("egm_"));
                asked += 1;
            }
        }
    }
    for path in ["/register", "/authorize", "/token"] {
        let answer = service.post(&format!("{}{path}", service.base), "{}").await;
        assert_eq!(answer.status, 404, "{path}");
    }
    assert_eq!(asked, 72);
}

#[tokio::test]
async fn nothing_ever_redirects() {
    let (service, url) = minted().await;
    let path = url.strip_prefix(&service.base).unwrap();
    let methods = ["GET", "POST", "DELETE", "PUT", "PATCH", "HEAD", "OPTIONS"];
    let doubled = path.replacen('/', "//", 1);
    for target in [
        path,
        &format!("{path}/"),
        &format!("{path}/sse"),
        &format!("{path}//"),
        &format!("{path}/x"),
        "/mcp",
        "/mcp/",
        "//mcp",
        &doubled,
        "/",
        "/sse",
        "/nowhere",
        "/healthz/",
        "/integrated-account/",
    ] {
        for method in methods {
            let answer = service.api_as(None, method, target, Some("{}")).await;
            assert!(!answer.status.is_redirection(), "{method} {target}: {}", answer.status);
            assert_eq!(answer.header("location"), "");
        }
    }
}

#[tokio::test]
async fn a_method_that_means_nothing_at_a_url_is_a_405_that_names_those_that_do() {
    let (service, url) = minted().await;
    for method in ["PUT", "PATCH"] {
        let method: reqwest::Method = method.parse().unwrap();
        let answer = service.client.request(method, &url).send().await.unwrap();
        assert_eq!(answer.status(), 405);
        assert_eq!(answer.headers()["allow"], "GET, POST, DELETE");
    }
}

#[tokio::test]
async fn the_list_is_one_page_in_the_same_order_every_time() {
    let (service, url) = minted().await;
    let first = service.post(&url, crate::harness::message(1, "tools/list", json!({}))).await;
    let second = service.post(&url, r#"{"jsonrpc":"2.0","id":1,"method":"tools/list"}"#).await;
    assert_eq!(first.text, second.text);
    assert_eq!(first.json()["result"].get("nextCursor"), None);
    let tools = first.json()["result"]["tools"].clone();
    for tool in tools.as_array().unwrap() {
        let hints = tool["annotations"].as_object().unwrap();
        assert_eq!(hints.values().filter(|hint| hint.is_boolean()).count(), 4, "{tool}");
        assert_eq!(tool["inputSchema"]["type"], "object");
        assert_ne!(tool["title"], Value::Null);
    }
}
