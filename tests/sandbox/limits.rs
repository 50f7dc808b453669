//! Counted calls, and real throttling in both generations.

use serde_json::json;

use crate::domain::{Answer, Domain};

const USERS: &str = "/pubapi/v2/users?count=1";

fn number(answer: &Answer, name: &str) -> u64 {
    answer.header(name).unwrap_or_else(|| panic!("no {name}")).parse().unwrap()
}

#[tokio::test]
async fn every_ordinary_answer_carries_counts_and_a_request_id() {
    let domain = Domain::serve().await;
    let first = domain.get(USERS).await;
    let second = domain.get("/pubapi/v2/users/0").await;
    assert_eq!(number(&first, "x-accesstoken-qps-allotted"), 1_000);
    assert_eq!(number(&first, "x-accesstoken-quota-allotted"), 1_000_000);
    assert!(number(&first, "x-accesstoken-qps-current") >= 1);
    assert_eq!(number(&first, "x-accesstoken-quota-current"), 1);
    assert_eq!(number(&second, "x-accesstoken-quota-current"), 2);
    assert_ne!(first.header("x-egnyte-request-id"), second.header("x-egnyte-request-id"));
}

#[tokio::test]
async fn counts_can_be_kept_quiet() {
    let domain = Domain::serve().await;
    domain.send("PATCH", "/_sandbox/limits", json!({ "announce": false })).await;
    assert_eq!(domain.get(USERS).await.header("x-accesstoken-qps-current"), None);
}

#[tokio::test]
async fn calls_beyond_the_day_are_throttled_in_the_current_way() {
    let domain = Domain::serve().await;
    domain.send("PATCH", "/_sandbox/limits", json!({ "quota": 2 })).await;
    assert_eq!(domain.get(USERS).await.status, 200);
    assert_eq!(domain.get(USERS).await.status, 200);
    let refused = domain.get(USERS).await;
    assert_eq!(refused.status, 429);
    assert_eq!(refused.json(), json!({ "message": "Developer Over Rate" }));
    assert_eq!(refused.header("x-mashery-error-code"), None);
    assert_eq!(number(&refused, "x-accesstoken-quota-allotted"), 2);
    assert_eq!(number(&refused, "x-accesstoken-quota-current"), 2);
    assert!((1..=86_400).contains(&number(&refused, "retry-after")));
}

#[tokio::test]
async fn calls_beyond_the_second_are_throttled_in_the_legacy_way_until_it_is_over() {
    let domain = Domain::serve().await;
    let limits = json!({ "qps": 0, "generation": "legacy" });
    domain.send("PATCH", "/_sandbox/limits", limits).await;
    let refused = domain.get(USERS).await;
    assert_eq!(refused.status, 403);
    assert_eq!(refused.text, "<h1>Developer Over Qps</h1>");
    assert_eq!(refused.header("x-mashery-error-code"), Some("ERR_403_DEVELOPER_OVER_QPS"));
    assert_eq!(number(&refused, "retry-after"), 1);

    domain.send("PATCH", "/_sandbox/limits", json!({ "qps": 1 })).await;
    let mut statuses = Vec::new();
    for _ in 0..3 {
        statuses.push(domain.get(USERS).await.status.as_u16());
    }
    assert!(statuses.contains(&403), "three calls within one second: {statuses:?}");
    tokio::time::sleep(std::time::Duration::from_millis(1_050)).await;
    assert_eq!(domain.get(USERS).await.status, 200);
}

#[tokio::test]
async fn each_token_is_counted_alone_and_may_have_limits_of_its_own() {
    let domain = Domain::serve().await;
    let token = json!({ "token": "tight", "quota": 1 });
    domain.send("POST", "/_sandbox/tokens", token).await;
    for (token, status) in
        [("tight", 200), ("tight", 429), ("sandbox-access-token", 200), ("tight", 429)]
    {
        let answer = domain.send_as(Some(token), "GET", USERS, None).await.unwrap();
        assert_eq!(answer.status, status, "{token}");
    }
}
