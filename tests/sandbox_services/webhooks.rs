//! Webhooks: a bare array, a quota, and secrets that stay inside.

use serde_json::{Value, json};

use crate::domain::{Answer, Domain};

const WEBHOOKS: &str = "/pubapi/v1/webhooks";
const FIRST: &str = "/pubapi/v1/webhooks/a8000000-0000-4000-8000-000000000001";

#[track_caller]
fn refused(answer: &Answer, status: u16) -> String {
    assert_eq!(answer.status, status, "{}", answer.text);
    answer.json()["message"].as_str().unwrap().to_owned()
}

fn new() -> Value {
    json!({
        "url": "https://hooks.company.com/new",
        "eventType": ["fs:add_file", "link:*"],
        "path": "/Shared/Finance,/Shared/Legal",
        "authHeader": "X-Key",
        "authHeaderValue": "s3cret",
    })
}

#[tokio::test]
async fn a_webhook_lives_from_its_making_to_its_deletion() {
    let domain = Domain::serve().await;
    let made = domain.send("POST", WEBHOOKS, new()).await;
    assert_eq!(made.status, 200, "{}", made.text);
    let summary = made.json();
    assert_eq!(summary["status"], "enabled");
    assert!(summary["expires"].as_i64().unwrap() > 1_782_838_800, "a Unix timestamp");
    let list = domain.get(WEBHOOKS).await.json();
    assert!(list.as_array().unwrap().contains(&summary), "a bare array of summaries");

    let target = format!("{WEBHOOKS}/{}", summary["webhookId"].as_str().unwrap());
    let details = domain.get(&format!("{target}/details")).await;
    assert_eq!(details.json()["eventType"], json!(["fs:add_file", "link:*"]));
    assert_eq!(details.json()["authHeader"], "X-Key");
    assert!(!details.text.contains("s3cret"), "the secret is not shown");

    let body = json!({ "url": "https://hooks.company.com/other" });
    let replaced = domain.send("PUT", &target, body).await;
    assert_eq!((replaced.status.as_u16(), replaced.text.as_str()), (200, ""));
    let details = domain.get(&format!("{target}/details")).await.json();
    assert_eq!(details["url"], "https://hooks.company.com/other");
    assert_eq!((&details["path"], &details["status"]), (&Value::Null, &json!("enabled")));

    assert_eq!(domain.delete(&target).await.status, 200);
    refused(&domain.delete(&target).await, 404);
}

#[tokio::test]
async fn a_webhook_is_switched_off_and_on() {
    let domain = Domain::serve().await;
    let status = format!("{FIRST}/status");
    let off = domain.send("POST", &status, json!({ "status": "disabled" })).await.json();
    assert_eq!(off["status"], "disabled");
    assert_eq!(domain.get(&status).await.json(), off);
    let said = refused(&domain.send("POST", &status, json!({ "status": "paused" })).await, 400);
    assert_eq!(said, "status: must be one of enabled, disabled");
}

#[tokio::test]
async fn beyond_the_quota_a_webhook_is_a_conflict() {
    let domain = Domain::serve().await;
    for _ in 2..10 {
        assert_eq!(domain.send("POST", WEBHOOKS, new()).await.status, 200);
    }
    let said = refused(&domain.send("POST", WEBHOOKS, new()).await, 409);
    assert!(said.contains("quota"), "{said}");
    domain.delete(FIRST).await;
    assert_eq!(domain.send("POST", WEBHOOKS, new()).await.status, 200);
}

#[tokio::test]
async fn a_webhook_with_a_fault_is_refused_by_name() {
    let domain = Domain::serve().await;
    let paths = vec!["/Shared/Finance"; 101].join(",");
    let url = "https://x.example";
    for (body, words) in [
        (json!({}), "url: is required"),
        (json!({ "url": "http://x.example" }), "url: must be an HTTPS address"),
        (json!({ "url": url, "eventType": ["fs:burn"] }), "eventType[0]: must be one of"),
        (json!({ "url": url, "eventType": "fs:*" }), "eventType: must be an array"),
        (json!({ "url": url, "path": "Shared" }), "path: must hold folder paths"),
        (json!({ "url": url, "path": paths }), "path: must hold at most 100"),
        (json!({ "url": url, "status": "enabled" }), "status: is not a known property"),
    ] {
        let said = refused(&domain.send("POST", WEBHOOKS, body).await, 400);
        assert!(said.starts_with(words), "{said}");
    }
    for rest in ["", "/status", "/details"] {
        let target = format!("{WEBHOOKS}/unknown{rest}");
        let answer = match rest {
            "" => domain.send("PUT", &target, json!({ "url": url })).await,
            _ => domain.get(&target).await,
        };
        refused(&answer, 404);
    }
}

#[tokio::test]
async fn only_administrators_register_webhooks() {
    let domain = Domain::serve().await;
    let token = json!({ "token": "plain", "admin": false, "user_id": 3012 });
    domain.send("POST", "/_sandbox/tokens", token).await;
    for (method, target) in [("POST", WEBHOOKS), ("PUT", FIRST)] {
        let answer = domain.send_as(Some("plain"), method, target, Some(new())).await.unwrap();
        answer.refused(403);
    }
    let list = domain.send_as(Some("plain"), "GET", WEBHOOKS, None).await.unwrap();
    assert_eq!(list.status, 200);
}
