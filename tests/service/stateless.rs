//! A process with the key ring and no database serves what others minted, and keeps no records.

use serde_json::json;

use crate::harness::{API_TOKEN, Answer, Service};

#[tokio::test]
async fn a_minted_url_works_on_a_process_that_has_only_the_key_ring() {
    let service = Service::connected().await;
    let minted = service.mint(json!({ "methods": ["read"], "tags": ["users"] })).await;
    let replica = service.stateless_replica().await;
    let url = format!("{}/mcp/{}", replica.base, minted.token);
    assert_eq!(service.listed(&url).await, service.listed(&minted.url).await);
    let arguments = json!({ "email": "jane.smith@external.com" });
    let there = service.called(&url, "list_all_egnyte_users", arguments.clone()).await;
    assert_eq!(there, service.called(&minted.url, "list_all_egnyte_users", arguments).await);
}

#[tokio::test]
async fn a_cursor_from_one_process_continues_on_another() {
    let service = Service::connected().await;
    let minted = service.mint(json!({})).await;
    let replica = service.stateless_replica().await;
    let url = format!("{}/mcp/{}", replica.base, minted.token);
    let first = service.called(&minted.url, "list_egnyte_users", json!({ "limit": 3 })).await;
    let next = json!({ "next_cursor": first["next_cursor"] });
    let second = service.called(&url, "list_egnyte_users", next).await;
    assert_eq!(second["result"].as_array().unwrap().len(), 3);
    assert_ne!(second["result"][0]["id"], first["result"][0]["id"]);
}

#[tokio::test]
async fn administration_without_a_database_is_a_501_that_says_where_to_go() {
    let service = Service::connected().await;
    let replica = service.stateless_replica().await;
    for path in ["", "/some-id", "/some-id/mcp", "/some-id/mcp/other/rotate"] {
        for method in ["GET", "POST", "PATCH", "DELETE"] {
            let url = format!("{}/integrated-account{path}", replica.base);
            let request = service.client.request(method.parse().unwrap(), url);
            let answer = Answer::read(request.bearer_auth(API_TOKEN).send().await.unwrap()).await;
            assert_eq!(answer.status, 501, "{method} {path}");
            assert_eq!(answer.header("content-type"), "application/problem+json");
            assert!(answer.text.contains("egnyte-mcp mint"), "{}", answer.text);
        }
    }
}

#[tokio::test]
async fn a_process_without_a_database_is_healthy_and_ready() {
    let service = Service::empty().await;
    let replica = service.stateless_replica().await;
    for path in ["/healthz", "/readyz"] {
        let answer = service.client.get(format!("{}{path}", replica.base)).send().await;
        assert_eq!(answer.unwrap().status(), 200);
    }
}
