//! Every way a stream ends: revocation, removal, rotation, expiry. (Drain has a file of its own.)

use serde_json::json;

use crate::harness::Service;
use crate::http_sse::Stream;
use crate::tokens::offline;

#[tokio::test]
async fn streams_end_when_their_server_is_revoked_and_others_stay() {
    let service = Service::connected().await;
    let (minted, other) = (service.mint(json!({})).await, service.mint(json!({})).await);
    let mut ends = Stream::open(&service, &minted.url).await;
    let mut stays = Stream::open(&service, &other.url).await;
    service.api("DELETE", &service.servers(&format!("/{}", minted.id)), None).await;
    assert_eq!(ends.event().await, None);
    stays.post(&service, r#"{"jsonrpc":"2.0","id":1,"method":"ping"}"#).await;
    assert_eq!(stays.message().await["id"], 1);
}

#[tokio::test]
async fn streams_end_when_their_account_is_removed() {
    let service = Service::connected().await;
    let url = service.mint(json!({})).await.url;
    let mut stream = Stream::open(&service, &url).await;
    service.api("DELETE", &format!("/integrated-account/{}", service.account), None).await;
    assert_eq!(stream.event().await, None);
}

#[tokio::test]
async fn streams_end_when_their_url_is_replaced() {
    let service = Service::connected().await;
    let minted = service.mint(json!({})).await;
    let mut stream = Stream::open(&service, &minted.url).await;
    service.api("POST", &service.servers(&format!("/{}/rotate", minted.id)), None).await;
    assert_eq!(stream.event().await, None);
}

#[tokio::test]
async fn streams_stay_when_their_server_is_only_renamed() {
    let service = Service::connected().await;
    let minted = service.mint(json!({})).await;
    let mut stream = Stream::open(&service, &minted.url).await;
    let path = service.servers(&format!("/{}", minted.id));
    service.api("PATCH", &path, Some(json!({ "name": "Renamed" }))).await;
    stream.post(&service, r#"{"jsonrpc":"2.0","id":1,"method":"ping"}"#).await;
    assert_eq!(stream.message().await["id"], 1);
}

#[tokio::test]
async fn streams_end_when_their_url_expires() {
    let service = Service::connected().await;
    let replica = service.stateless_replica().await;
    let url = format!("{}/mcp/{}", replica.base, offline(&service.keyring(), Some(2)));
    let mut stream = Stream::open(&service, &url).await;
    assert_eq!(stream.event().await, None);
    let refused = service.post(&url, r#"{"jsonrpc":"2.0","id":1,"method":"ping"}"#).await;
    assert_eq!(refused.status, 403);
}
