//! Tokens: what is not one of ours, what no longer is, and the second lock.

use egnyte_mcp::catalog::ServerConfig;
use egnyte_mcp::crypto::Keyring;
use egnyte_mcp::egnyte::Domain;
use egnyte_mcp::token::{MintRequest, mint};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use crate::harness::{API_TOKEN, Service, eventually};

const PING: &str = r#"{"jsonrpc":"2.0","id":1,"method":"ping"}"#;

/// A token minted without a record, as `egnyte-mcp mint` does.
pub(crate) fn offline(keyring: &Keyring, ends_in: Option<i64>) -> String {
    let now = Timestamp::now();
    let request = MintRequest {
        account_id: "0198f2c0-0000-7000-8000-000000000001",
        server_id: "0198f2c0-0000-7000-8000-000000000002",
        generation: 1,
        domain: &Domain::parse("acme").unwrap(),
        access_token: &"sandbox-access-token".into(),
        credentials_version: 1,
        config: &ServerConfig::default(),
        issued_at: now,
        expires_at: ends_in.map(|seconds| now + SignedDuration::from_secs(seconds)),
    };
    mint(keyring, &request).unwrap().expose().to_owned()
}

#[tokio::test]
async fn what_is_no_token_of_this_service_is_a_404_whatever_is_wrong_with_it() {
    let service = Service::connected().await;
    let good = service.mint(json!({})).await.token;
    let foreign = offline(&Keyring::generate().unwrap(), None);
    let (head, signature) = good.rsplit_once('.').unwrap();
    let changed = if signature.starts_with('A') { "B" } else { "A" };
    let mut bodies = Vec::new();
    for token in [
        "made-up".to_owned(),
        "egm_".to_owned(),
        "egm_a.b.c".to_owned(),
        foreign,
        good[..good.len() - 1].to_owned(),
        good[..good.len() / 2].to_owned(),
        good.trim_start_matches("egm_").to_owned(),
        good.to_uppercase(),
        format!("{good}A"),
        format!("{good}%00"),
        format!("{good}%20"),
        format!("{head}.{changed}{}", &signature[1..]),
        format!("{head}."),
        "%ff%fe".to_owned(),
        "x".repeat(5_000),
    ] {
        let answer = service.post(&format!("{}/mcp/{token}", service.base), PING).await;
        assert!(matches!(answer.status.as_u16(), 404 | 400), "{token}: {}", answer.status);
        assert!(answer.header("www-authenticate").is_empty());
        bodies.push(answer);
    }
    let refused = bodies.iter().filter(|answer| answer.status == 404).collect::<Vec<_>>();
    assert!(refused.len() >= 14, "{refused:?}");
    for answer in refused {
        assert_eq!(answer.text, bodies[0].text, "one answer for all");
        assert!(answer.json()["error"]["message"].as_str().unwrap().contains("pasted whole"));
    }
}

#[tokio::test]
async fn a_revoked_url_is_a_403_that_says_so_and_when() {
    let service = Service::connected().await;
    let minted = service.mint(json!({})).await;
    let before = Timestamp::now();
    service.api("DELETE", &service.servers(&format!("/{}", minted.id)), None).await;
    let answer = service.post(&minted.url, PING).await;
    assert_eq!(answer.status, 403);
    assert_eq!(answer.header("content-type"), "application/json");
    let body = answer.json();
    assert_eq!((&body["jsonrpc"], &body["id"]), (&json!("2.0"), &Value::Null));
    assert!(body["error"]["message"].as_str().unwrap().contains("was revoked at"), "{body}");
    let data = &body["error"]["data"];
    let at: Timestamp = data["revoked_at"].as_str().unwrap().parse().unwrap();
    assert_eq!(data["reason"], "revoked");
    assert!(at.duration_since(before).abs() < SignedDuration::from_secs(10), "{at}");
}

#[tokio::test]
async fn an_expired_url_is_a_403_that_says_so_and_when() {
    let service = Service::connected().await;
    let replica = service.stateless_replica().await;
    let url = format!("{}/mcp/{}", replica.base, offline(&service.keyring(), Some(-60)));
    let answer = service.post(&url, PING).await;
    assert_eq!(answer.status, 403);
    let error = answer.json()["error"].clone();
    assert!(error["message"].as_str().unwrap().contains("expired at"), "{error}");
    assert_eq!(error["data"]["reason"], "expired");
    assert!(error["data"]["expired_at"].is_string());
}

#[tokio::test]
async fn a_genuine_token_without_a_record_counts_as_revoked() {
    let service = Service::connected().await;
    let token = offline(&service.keyring(), None);
    let answer = service.post(&format!("{}/mcp/{token}", service.base), PING).await;
    assert_eq!(answer.status, 403);
    assert!(answer.text.contains("revoked"), "{}", answer.text);
}

#[tokio::test]
async fn a_revocation_holds_for_the_very_next_request() {
    let service = Service::connected().await;
    for _ in 0..10 {
        let minted = service.mint(json!({})).await;
        assert_eq!(service.post(&minted.url, PING).await.status, 200);
        service.api("DELETE", &service.servers(&format!("/{}", minted.id)), None).await;
        assert_eq!(service.post(&minted.url, PING).await.status, 403);
    }
}

#[tokio::test]
async fn no_refusal_of_a_minted_url_is_ever_a_401() {
    let service = Service::connected().await;
    let revoked = service.mint(json!({})).await;
    service.api("DELETE", &service.servers(&format!("/{}", revoked.id)), None).await;
    let unknown = format!("{}/mcp/egm_a.b.c", service.base);
    for url in [&revoked.url, &unknown] {
        for (method, accept) in
            [("POST", "*/*"), ("GET", "text/event-stream"), ("GET", "text/html"), ("DELETE", "*/*")]
        {
            let request = service.client.request(method.parse().unwrap(), url);
            let answer = request.header("accept", accept).bearer_auth("something").send().await;
            assert!(matches!(answer.unwrap().status().as_u16(), 403 | 404), "{method} {accept}");
        }
    }
}

#[tokio::test]
async fn a_url_that_asks_for_an_api_token_opens_with_a_valid_one_only() {
    let service = Service::connected().await;
    let minted = service.mint(json!({ "require_api_token_auth": true })).await;
    let valid = format!("Bearer {API_TOKEN}");
    let own = format!("Bearer {}", minted.token);
    for (authorization, status) in
        [("", 401), ("Bearer egk_wrong", 401), (own.as_str(), 401), (valid.as_str(), 200)]
    {
        let answer =
            service.post_with(&minted.url, &[("authorization", authorization)], PING).await;
        assert_eq!(answer.status, status, "{authorization}");
        if status == 401 {
            assert_eq!(answer.header("www-authenticate"), "Bearer");
            assert!(answer.json()["error"]["message"].as_str().unwrap().contains("API token"));
        }
    }
    let stream = service.client.get(&minted.url).header("accept", "text/event-stream");
    assert_eq!(stream.send().await.unwrap().status(), 401);
}

#[tokio::test]
async fn an_api_token_from_the_store_opens_too_until_it_is_revoked() {
    let service = Service::connected().await;
    let store = egnyte_mcp::store::Store::open_dir(service.data_dir()).await.unwrap();
    let (record, secret) = store.api_tokens().create("Test", Timestamp::now()).await.unwrap();
    let path = "/integrated-account";
    let ask = async || service.api_as(Some(secret.expose()), "GET", path, None::<String>).await;
    assert_eq!(ask().await.status, 200);
    store.api_tokens().revoke(&record.id, Timestamp::now()).await.unwrap();
    eventually("the token is refused", async || ask().await.status == 401).await;
}
