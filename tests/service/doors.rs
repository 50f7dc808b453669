//! Who may knock: names this service answers to, and pages that may call it.

use serde_json::json;

use crate::harness::{API_TOKEN, Answer, Service};

const PING: &str = r#"{"jsonrpc":"2.0","id":1,"method":"ping"}"#;

async fn minted() -> (Service, String) {
    let service = Service::connected_with(|settings| {
        settings.allowed_hosts = vec!["mcp.example.org".to_owned()];
        settings.allowed_origins = vec!["https://app.example.org".to_owned()];
    })
    .await;
    let url = service.mint(json!({})).await.url;
    (service, url)
}

#[tokio::test]
async fn a_name_that_is_not_this_service_s_is_refused_on_every_kind_of_route() {
    let (service, url) = minted().await;
    let admin = format!("{}/integrated-account", service.base);
    for (host, allowed) in [("mcp.example.org", true), ("localhost", true), ("evil.example", false)]
    {
        let answer = service.post_with(&url, &[("host", host)], PING).await;
        assert_eq!(answer.status.as_u16(), if allowed { 200 } else { 403 }, "{host}");
        let request = service.client.get(&admin).bearer_auth(API_TOKEN).header("host", host);
        let status = request.send().await.unwrap().status();
        assert_eq!(status.as_u16(), if allowed { 200 } else { 403 }, "{host}");
    }
}

#[tokio::test]
async fn a_page_of_another_site_is_refused_before_its_call_is_read() {
    let (service, url) = minted().await;
    let body =
        r#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"list_egnyte_users"}}"#;
    for (origin, status) in [
        ("https://app.example.org", 200),
        ("http://localhost:6274", 200),
        ("https://evil.example", 403),
        ("null", 403),
    ] {
        service.forget_requests().await;
        let answer = service.post_with(&url, &[("origin", origin)], body).await;
        assert_eq!(answer.status, status, "{origin}");
        assert_eq!(service.received().len(), usize::from(status == 200), "{origin}");
    }
}

#[tokio::test]
async fn a_preflight_allows_known_pages_only_and_tells_nothing_of_what_stands_there() {
    let (service, url) = minted().await;
    let ask = async |url: &str, origin: &str| {
        let request = service.client.request("OPTIONS".parse().unwrap(), url);
        let request =
            request.header("origin", origin).header("access-control-request-method", "POST");
        Answer::read(request.send().await.unwrap()).await
    };
    for target in [url.as_str(), &format!("{}/mcp/made-up", service.base), &service.base] {
        let known = ask(target, "https://app.example.org").await;
        assert_eq!(known.header("access-control-allow-origin"), "https://app.example.org");
        assert!(known.header("access-control-allow-headers").contains("mcp-protocol-version"));
        assert_eq!(known.header("access-control-allow-credentials"), "");
        let unknown = ask(target, "https://evil.example").await;
        assert_eq!(unknown.header("access-control-allow-origin"), "");
        assert_eq!(known.text, "");
    }
}

#[tokio::test]
async fn probes_are_answered_under_any_name() {
    let (service, _) = minted().await;
    for path in ["/healthz", "/readyz"] {
        let request = service.client.get(format!("{}{path}", service.base));
        let answer = request.header("host", "10.4.0.17").send().await.unwrap();
        assert_eq!(answer.status(), 200, "{path}");
    }
}
