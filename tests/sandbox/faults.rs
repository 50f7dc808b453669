//! Failures on demand, and the log of what was received.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::domain::{Answer, Domain};

const USERS: &str = "/pubapi/v2/users?count=5";

/// The answer to a list while `action` is on.
async fn during(domain: &Domain, action: Value) -> reqwest::Result<Answer> {
    domain.fault(json!({ "times": 1, "action": action })).await;
    domain.try_send("GET", USERS, None).await
}

#[tokio::test]
async fn a_fault_hits_only_what_it_matches_and_only_so_often() {
    let domain = Domain::serve().await;
    let fault = json!({
        "method": "GET", "path_prefix": "/pubapi/v2/groups", "times": 2,
        "action": { "kind": "error", "status": 503, "shape": "empty" }
    });
    domain.fault(fault).await;
    let groups = "/pubapi/v2/groups";
    assert_eq!(domain.get(USERS).await.status, 200);
    let body = json!({ "displayName": "New" });
    assert_eq!(domain.send("POST", groups, body).await.status, 201);
    for status in [503, 503, 200] {
        assert_eq!(domain.get(groups).await.status, status);
    }
    assert_eq!(domain.get("/_sandbox/faults").await.json(), json!({ "faults": [] }));
}

#[tokio::test]
async fn a_fault_without_a_count_holds_until_it_is_cleared() {
    let domain = Domain::serve().await;
    let html = json!({ "action": { "kind": "html" } });
    let id = domain.fault(html.clone()).await.json()["id"].clone();
    for _ in 0..5 {
        assert!(domain.get(USERS).await.text.starts_with("<!DOCTYPE"));
    }
    assert_eq!(domain.delete(&format!("/_sandbox/faults/{id}")).await.status, 204);
    assert!(domain.get(USERS).await.text.starts_with('{'));
    domain.fault(html).await;
    assert_eq!(domain.delete("/_sandbox/faults").await.status, 204);
    assert!(domain.get(USERS).await.text.starts_with('{'));
}

#[tokio::test]
async fn a_throttle_can_be_played_in_both_generations() {
    let domain = Domain::serve().await;
    let legacy = json!({
        "kind": "throttle", "generation": "legacy", "limit": "quota",
        "retry_after": 3600, "allotted": 1000, "current": 1000
    });
    let answer = during(&domain, legacy).await.unwrap();
    assert_eq!(
        (answer.status.as_u16(), answer.text.as_str()),
        (403, "<h1>Developer Over Rate</h1>")
    );
    assert_eq!(answer.header("x-mashery-error-code"), Some("ERR_403_DEVELOPER_OVER_RATE"));
    assert_eq!(answer.header("retry-after"), Some("3600"));
    assert_eq!(answer.header("x-accesstoken-quota-allotted"), Some("1000"));

    let current = json!({
        "kind": "throttle", "generation": "current", "limit": "qps", "retry_after": 2, "allotted": 2
    });
    let answer = during(&domain, current).await.unwrap();
    assert_eq!(answer.status, 429);
    assert_eq!(answer.json(), json!({ "message": "Developer Over Qps" }));
    assert_eq!(answer.header("retry-after"), Some("2"));
    assert_eq!(answer.header("x-accesstoken-qps-allotted"), Some("2"));
    assert_eq!(answer.header("x-accesstoken-qps-current"), Some("2"));
}

#[tokio::test]
async fn an_error_can_wear_each_of_the_ten_shapes() {
    let domain = Domain::serve().await;
    for (shape, body) in [
        ("Errors", r#"{"Errors":[{"description":"Boom","code":"500"}]}"#),
        ("errorMessage", r#"{"errorMessage":"Boom"}"#),
        ("message", r#"{"message":"Boom"}"#),
        ("formErrors", r#"{"formErrors":[{"code":"VALIDATION_EXCEPTION","msg":"Boom"}]}"#),
        ("errors", r#"{"errors":[{"msg":"Boom","code":"500"}]}"#),
        ("inputErrors", r#"{"inputErrors":{"field":[{"msg":"Boom","code":"500"}]}}"#),
        (
            "error_description",
            r#"{"error":"500","error_description":"Boom","requestId":"00000000-0000-4000-8000-000000000000"}"#,
        ),
        ("fault", r#"{"fault":{"faultstring":"Boom","detail":{"errorcode":"500"}}}"#),
        ("html", "<h1>Boom</h1>"),
        ("empty", ""),
    ] {
        let action = json!({ "kind": "error", "status": 500, "shape": shape, "message": "Boom" });
        let answer = during(&domain, action).await.unwrap();
        assert_eq!((answer.status.as_u16(), answer.text.as_str()), (500, body), "{shape}");
    }
}

#[tokio::test]
async fn an_answer_can_be_a_page_a_redirect_or_of_another_type() {
    let domain = Domain::serve().await;
    let page = during(&domain, json!({ "kind": "html" })).await.unwrap();
    assert_eq!(page.status, 200);
    assert!(page.header("content-type").unwrap().starts_with("text/html"));

    let there = json!({ "kind": "redirect", "location": "http://127.0.0.1:1/elsewhere" });
    let redirect = during(&domain, there).await.unwrap();
    assert_eq!(redirect.status, 302);
    assert_eq!(redirect.header("location"), Some("http://127.0.0.1:1/elsewhere"));

    let text = json!({ "kind": "content_type", "value": "text/plain" });
    let plain = during(&domain, text).await.unwrap();
    assert_eq!(plain.header("content-type"), Some("text/plain"));
    assert_eq!(plain.json()["itemsPerPage"], 5);
}

#[tokio::test]
async fn an_answer_can_end_early_with_or_without_admitting_it() {
    let domain = Domain::serve().await;
    let whole = domain.get(USERS).await.text;
    let half = during(&domain, json!({ "kind": "truncated_json" })).await.unwrap();
    assert_eq!(half.status, 200);
    assert_eq!(half.text, whole[..whole.len() / 2]);
    assert!(serde_json::from_str::<Value>(&half.text).is_err());

    domain.fault(json!({ "times": 1, "action": { "kind": "half_body" } })).await;
    let request = domain.client.get(format!("{}{USERS}", domain.base));
    let broken = request.bearer_auth("sandbox-access-token").send().await.unwrap();
    assert_eq!(broken.content_length(), Some(whole.len() as u64));
    assert!(broken.bytes().await.is_err());
}

#[tokio::test]
async fn a_dropped_connection_gives_no_answer_whether_or_not_the_work_was_done() {
    let domain = Domain::serve().await;
    for (handled, left) in [(false, 200), (true, 404)] {
        let drop = json!({ "kind": "drop", "handled": handled });
        domain.fault(json!({ "method": "DELETE", "times": 1, "action": drop })).await;
        assert!(domain.try_send("DELETE", "/pubapi/v2/users/3012", None).await.is_err());
        assert_eq!(domain.get("/pubapi/v2/users/3012").await.status, left);
    }
    let log = domain.sandbox.requests();
    assert_eq!(log["requests"][0]["status"], Value::Null);
}

#[tokio::test]
async fn a_huge_answer_is_valid_json_of_exactly_the_asked_size() {
    let domain = Domain::serve().await;
    for (bytes, announced) in [(14, false), (65_550, true), (3_000_000, false)] {
        let action = json!({ "kind": "huge", "bytes": bytes, "content_length": announced });
        let answer = during(&domain, action).await.unwrap();
        assert_eq!(answer.text.len(), bytes);
        assert_eq!(answer.header("content-length").is_some(), announced);
        assert!(answer.json()["padding"].is_string());
    }
}

#[tokio::test]
async fn a_huge_answer_can_be_left_at_any_time() {
    let domain = Domain::serve().await;
    let action = json!({ "kind": "huge", "bytes": 1_000_000_000_000_u64 });
    domain.fault(json!({ "times": 1, "action": action })).await;
    let request = domain.client.get(format!("{}{USERS}", domain.base));
    let mut answer = request.bearer_auth("sandbox-access-token").send().await.unwrap();
    assert!(answer.chunk().await.unwrap().is_some());
    drop(answer);
    assert_eq!(domain.get(USERS).await.status, 200);
}

#[tokio::test]
async fn a_delay_comes_before_the_true_answer_and_headers_can_be_set_on_it() {
    let domain = Domain::serve().await;
    let headers = json!({ "Retry-After": "Wed, 21 Oct 2026 07:28:00 GMT" });
    domain.fault(json!({ "times": 1, "delay_ms": 120, "headers": headers })).await;
    let start = Instant::now();
    let answer = domain.get(USERS).await;
    assert!(start.elapsed() >= Duration::from_millis(120));
    assert_eq!(answer.header("retry-after"), Some("Wed, 21 Oct 2026 07:28:00 GMT"));
    assert_eq!(answer.json()["itemsPerPage"], 5);
}

#[tokio::test]
async fn a_fault_that_makes_no_sense_is_refused() {
    let domain = Domain::serve().await;
    for fault in [
        json!({ "times": 0 }),
        json!({ "delay_ms": 600_001 }),
        json!({ "tiems": 1 }),
        json!({ "action": { "kind": "explode" } }),
        json!({ "action": { "kind": "error", "status": 200, "shape": "empty" } }),
        json!({ "action": { "kind": "redirect", "location": "x", "status": 301 } }),
    ] {
        let answer = domain.send("POST", "/_sandbox/faults", fault.clone()).await;
        assert_eq!(answer.status, 400, "{fault}");
        assert!(answer.json()["error"].is_string());
    }
}

#[tokio::test]
async fn the_log_keeps_requests_as_they_came_over_the_wire() {
    let domain = Domain::serve().await;
    let target = "/pubapi/v2/users?filter=externalId%20Eq%20xxx%2Bxxx&count=7";
    domain.get(target).await;
    domain.send("PATCH", "/pubapi/v2/users/3012", json!({ "active": false })).await;
    let log = domain.get("/_sandbox/requests").await.json();
    assert_eq!(log["received"], 2, "control calls are not logged");
    let [list, patch] = [&log["requests"][0], &log["requests"][1]];
    assert_eq!((&list["method"], &list["target"]), (&json!("GET"), &json!(target)));
    assert_eq!((&list["status"], &list["body"]), (&json!(200), &json!("")));
    assert_eq!(list["headers"]["authorization"], "Bearer sandbox-access-token");
    assert_eq!(patch["body"], r#"{"active":false}"#);
    assert_eq!(patch["headers"]["content-type"], "application/json");
    let later = domain.get("/_sandbox/requests?since=1").await.json();
    assert_eq!(later["requests"].as_array().unwrap().len(), 1);
    assert_eq!(domain.delete("/_sandbox/requests").await.status, 204);
    assert_eq!(domain.sandbox.requests(), json!({ "received": 0, "requests": [] }));
}

#[tokio::test]
async fn the_log_and_the_bodies_in_it_are_bounded() {
    let domain = Domain::serve().await;
    let change = json!({ "externalId": "x".repeat(20_000) });
    domain.send("PATCH", "/pubapi/v2/users/3012", change).await;
    let entry = domain.sandbox.requests()["requests"][0].clone();
    assert_eq!((entry["body"].as_str().unwrap().len(), &entry["body_cut"]), (16_384, &json!(true)));
    for _ in 1..=1_001 {
        domain.client.get(format!("{}/x", domain.base)).send().await.unwrap();
    }
    let log = domain.sandbox.requests();
    assert_eq!(log["received"], 1_002);
    assert_eq!(log["requests"].as_array().unwrap().len(), 1_000);
}

#[tokio::test]
async fn a_body_over_one_mebibyte_is_too_large() {
    let domain = Domain::serve().await;
    let body = json!({ "displayName": "x".repeat(1024 * 1024) });
    // The server may close before the client has sent everything: both mean "too large".
    if let Ok(answer) = domain.try_send("POST", "/pubapi/v2/groups", Some(body)).await {
        assert_eq!(answer.status, 413);
    }
    assert_eq!(domain.get(USERS).await.status, 200);
}

#[tokio::test]
async fn a_reset_brings_back_the_first_second() {
    let domain = Domain::serve().await;
    let first = domain.get("/_sandbox/state").await.text;
    domain.delete("/pubapi/v2/users/3012").await;
    domain.send("POST", "/pubapi/v2/groups", json!({ "displayName": "New" })).await;
    domain.send("POST", "/_sandbox/tokens", json!({ "token": "second" })).await;
    domain.send("PATCH", "/_sandbox/limits", json!({ "qps": 5 })).await;
    domain.fault(json!({ "action": { "kind": "html" } })).await;
    let answer = domain.try_send("POST", "/_sandbox/reset", None).await.unwrap();
    assert_eq!(answer.status, 204);
    assert_eq!(domain.get("/_sandbox/state").await.text, first);
    assert_eq!(domain.sandbox.requests()["received"], 0);
    assert_eq!(domain.get("/_sandbox/limits").await.json()["qps"], 1_000);
    let tokens = domain.get("/_sandbox/tokens").await.json();
    assert_eq!(tokens["tokens"].as_array().unwrap().len(), 1);
    assert!(domain.get(USERS).await.text.starts_with('{'));
    assert_eq!(first, Domain::serve().await.sandbox.state().to_string(), "the same on each start");
}

#[tokio::test]
async fn the_control_api_explains_itself() {
    let domain = Domain::serve().await;
    let about = domain.get("/_sandbox").await.json();
    assert_eq!(about["access_token"], "sandbox-access-token");
    assert_eq!(about["actions"].as_array().unwrap().len(), 9);
}
