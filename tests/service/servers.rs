//! Minting URLs, and changing, rotating and revoking what was minted.

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use crate::harness::{Minted, Service};
use crate::redacted::redacted;

const PING: &str = r#"{"jsonrpc":"2.0","id":1,"method":"ping"}"#;

fn in_seconds(seconds: i64) -> String {
    (Timestamp::now() + SignedDuration::from_secs(seconds)).to_string()
}

async fn record(service: &Service, minted: &Minted) -> Value {
    service.get(&service.servers(&format!("/{}", minted.id))).await.json()
}

async fn patch(service: &Service, minted: &Minted, body: Value) -> Value {
    let path = service.servers(&format!("/{}", minted.id));
    let answer = service.api("PATCH", &path, Some(body)).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    answer.json()
}

#[tokio::test]
async fn minting_answers_the_record_with_token_and_urls() {
    let service = Service::connected().await;
    let config = json!({ "methods": ["read"], "tags": ["users"] });
    let body = json!({ "name": "Read", "config": config, "expires_at": in_seconds(3_600) });
    let answer = service.api("POST", &service.servers(""), Some(body)).await;
    assert_eq!(answer.status, 201);
    let minted = answer.json();
    let token = minted["token"].as_str().unwrap();
    assert!(token.starts_with("egm_"));
    assert_eq!(minted["url"], format!("{}/mcp/{token}", service.base));
    assert_eq!(minted["sse_url"], format!("{}/mcp/{token}/sse", service.base));
    assert!(minted["url"].as_str().unwrap().len() < 1_000);
    insta::assert_json_snapshot!(redacted(minted));
}

#[tokio::test]
async fn the_public_url_is_what_minted_urls_begin_with() {
    let public = |settings: &mut egnyte_mcp::server::Settings| {
        settings.public_url = "https://example.com/egnyte/".to_owned();
    };
    let service = Service::connected_with(public).await;
    let url = service.mint(json!({})).await.url;
    assert!(url.starts_with("https://example.com/egnyte/mcp/egm_"), "{url}");
}

#[tokio::test]
async fn after_minting_the_token_is_never_shown_again() {
    let service = Service::connected().await;
    let minted = service.mint(json!({})).await;
    let one = service.get(&service.servers(&format!("/{}", minted.id))).await;
    let list = service.get(&service.servers("")).await;
    for answer in [&one, &list] {
        assert!(!answer.text.contains("egm_") && !answer.text.contains("url"), "{}", answer.text);
    }
    insta::assert_json_snapshot!("a_server", redacted(one.json()));
    insta::assert_json_snapshot!("a_list_of_servers", redacted(list.json()));
}

#[tokio::test]
async fn a_dry_run_answers_tools_and_token_estimate_and_mints_nothing() {
    let service = Service::connected().await;
    let config = json!({ "methods": ["read"] });
    let body = json!({ "name": "Only looking", "config": config });
    let answer = service.api("POST", &service.servers("?dry_run=true"), Some(body)).await;
    assert_eq!(answer.status, 200);
    let preview = answer.json();
    assert_eq!(service.get(&service.servers("")).await.json()["result"], json!([]));

    let url = service.mint(config).await.url;
    let tools = preview["tools"].as_array().unwrap().iter();
    let previewed: Vec<&str> = tools.map(|tool| tool["name"].as_str().unwrap()).collect();
    assert_eq!(previewed, service.listed(&url).await);
    let listing = service.rpc(&url, "tools/list", json!({})).await["result"]["tools"].to_string();
    assert_eq!(preview["token_estimate"], listing.len().div_ceil(4));
    insta::assert_json_snapshot!(preview);
}

#[tokio::test]
async fn servers_are_listed_page_by_page_and_only_those_of_the_account() {
    let service = Service::connected().await;
    let other = service.connect("other", "sandbox-access-token").await;
    service.mint_of(&other, json!({ "name": "Of another account" })).await;
    let mut made = Vec::new();
    for _ in 0..5 {
        made.push(service.mint(json!({})).await.id);
    }
    let first = service.get(&service.servers("?limit=4")).await.json();
    let cursor = first["next_cursor"].as_str().unwrap();
    let rest = service.get(&service.servers(&format!("?limit=4&next_cursor={cursor}"))).await;
    let pages = [first["result"].clone(), rest.json()["result"].clone()];
    let seen: Vec<&Value> = pages
        .iter()
        .flat_map(|page| page.as_array().unwrap())
        .map(|server| &server["id"])
        .collect();
    assert_eq!((json!(seen), &rest.json()["next_cursor"]), (json!(made), &Value::Null));
}

#[tokio::test]
async fn a_patch_merges_config_key_by_key_and_null_takes_a_key_away() {
    let service = Service::connected().await;
    let config = json!({ "methods": ["read"], "tags": ["users"], "tool_names": "short" });
    let minted = service.mint(config).await;
    let changed = patch(&service, &minted, json!({ "config": { "tags": ["groups"] } })).await;
    assert_eq!(changed["config"]["methods"], json!(["read"]));
    assert_eq!(changed["config"]["tags"], json!(["groups"]));
    assert_eq!(changed["config"]["tool_names"], "short");

    let change = json!({ "config": { "methods": null, "tool_names": null } });
    let changed = patch(&service, &minted, change).await;
    assert_eq!(changed["config"].get("methods"), None);
    assert_eq!(changed["config"]["tags"], json!(["groups"]));
    assert_eq!(changed["config"]["tool_names"], "long");
    assert_eq!(record(&service, &minted).await["config"], changed["config"]);
}

#[tokio::test]
async fn a_patch_sets_and_clears_the_expiry_and_leaves_it_alone_when_it_is_not_named() {
    let service = Service::connected().await;
    let minted = service.mint(json!({})).await;
    let at = in_seconds(3_600);
    let changed = patch(&service, &minted, json!({ "expires_at": at })).await;
    let stored: Timestamp = changed["expires_at"].as_str().unwrap().parse().unwrap();
    assert!(stored.duration_since(at.parse().unwrap()).abs() <= SignedDuration::from_millis(1));

    let changed = patch(&service, &minted, json!({ "name": "Renamed" })).await;
    assert_eq!((&changed["name"], changed["expires_at"].is_string()), (&json!("Renamed"), true));
    let changed = patch(&service, &minted, json!({ "expires_at": null })).await;
    assert_eq!(changed["expires_at"], Value::Null);
    assert_eq!(service.post(&minted.url, PING).await.status, 200);
}

#[tokio::test]
async fn rotating_gives_a_new_url_and_ends_the_old_one_at_once() {
    let service = Service::connected().await;
    let minted = service.mint(json!({ "methods": ["read"] })).await;
    let path = service.servers(&format!("/{}/rotate", minted.id));
    let answer = service.api("POST", &path, None).await;
    assert_eq!(answer.status, 200);
    let rotated = Minted::of(&answer.json());
    assert_eq!(rotated.id, minted.id);
    assert_eq!(service.post(&minted.url, PING).await.status, 403);
    assert_eq!(service.post(&rotated.url, PING).await.status, 200);
    insta::assert_json_snapshot!(redacted(answer.json()));
}

#[tokio::test]
async fn rotating_with_an_overlap_keeps_both_urls_until_it_is_over() {
    let service = Service::connected().await;
    let minted = service.mint(json!({})).await;
    let path = service.servers(&format!("/{}/rotate", minted.id));
    let answer = service.api("POST", &path, Some(json!({ "overlap_seconds": 1 }))).await;
    let rotated = Minted::of(&answer.json());
    assert_eq!(service.post(&minted.url, PING).await.status, 200);
    assert_eq!(service.post(&rotated.url, PING).await.status, 200);
    crate::harness::eventually("the old URL ends after the overlap", async || {
        service.post(&minted.url, PING).await.status == 403
    })
    .await;
    assert_eq!(service.post(&rotated.url, PING).await.status, 200);
}

#[tokio::test]
async fn revoking_takes_the_record_away_and_the_url_with_it() {
    let service = Service::connected().await;
    let (minted, other) = (service.mint(json!({})).await, service.mint(json!({})).await);
    let path = service.servers(&format!("/{}", minted.id));
    let answer = service.api("DELETE", &path, None).await;
    assert_eq!((answer.status.as_u16(), answer.text.as_str()), (204, ""));
    assert_eq!(service.get(&path).await.status, 404);
    assert_eq!(service.post(&minted.url, PING).await.status, 403);
    assert_eq!(service.post(&other.url, PING).await.status, 200);
}

#[tokio::test]
async fn a_server_notes_when_it_was_last_used() {
    let mut service = Service::connected().await;
    let minted = service.mint(json!({})).await;
    assert_eq!(record(&service, &minted).await["last_used_at"], Value::Null);
    service.post(&minted.url, PING).await;
    // Uses are written down in batches, and all of them when the process stops.
    service.ask_to_stop();
    service.stopped().await;
    let store = egnyte_mcp::store::Store::open_dir(service.data_dir()).await.unwrap();
    assert!(store.servers().get(&minted.id).await.unwrap().last_used_at.is_some());
}
