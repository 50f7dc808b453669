//! Egnyte's limits, in both generations: passed on at once, in one form, never retried.

use serde_json::{Value, json};

use crate::harness::{Answer, Service, message, text_of};

async fn list(service: &Service, url: &str) -> Answer {
    let call = json!({ "name": "list_egnyte_users", "arguments": { "limit": 1 } });
    service.post(url, message(1, "tools/call", call)).await
}

fn limits(answer: &Answer) -> [&str; 3] {
    ["ratelimit-limit", "ratelimit-remaining", "ratelimit-reset"].map(|name| answer.header(name))
}

async fn minted() -> (Service, String) {
    let service = Service::connected().await;
    let url = service.mint(json!({})).await.url;
    (service, url)
}

#[tokio::test]
async fn a_throttle_of_either_generation_is_one_error_with_the_same_headers() {
    let (service, url) = minted().await;
    for generation in ["legacy", "current"] {
        for (limit, words) in [("qps", "per second"), ("quota", "for today")] {
            service.forget_requests().await;
            let throttle = json!({
                "kind": "throttle", "generation": generation, "limit": limit,
                "retry_after": 7, "allotted": 20, "current": 20,
            });
            service.once(throttle).await;
            let answer = list(&service, &url).await;
            assert_eq!((answer.status.as_u16(), limits(&answer)), (200, ["20", "0", "7"]));
            let result = &answer.json()["result"];
            let error = &result["_meta"]["egnyte-mcp/error"];
            assert_eq!((&error["kind"], &error["status"]), (&json!("rate_limited"), &json!(429)));
            assert_eq!(error["retry_after_seconds"], 7);
            let expected = json!({ "limit": 20, "remaining": 0, "reset": 7 });
            assert_eq!(result["_meta"]["egnyte-mcp/ratelimit"], expected);
            assert!(text_of(result).contains("wait 7 seconds") && text_of(result).contains(words));
            assert_eq!(service.received().len(), 1, "{generation} {limit}");
            assert_eq!(list(&service, &url).await.json()["result"]["isError"], false);
        }
    }
}

#[tokio::test]
async fn a_throttle_that_says_little_still_says_when_to_come_back() {
    let (service, url) = minted().await;
    service.once(json!({ "kind": "error", "status": 429, "shape": "empty" })).await;
    let answer = list(&service, &url).await;
    assert_eq!(limits(&answer), ["", "0", "1"]);
    assert_eq!(answer.json()["result"]["_meta"]["egnyte-mcp/error"]["retry_after_seconds"], 1);
}

#[tokio::test]
async fn ordinary_answers_tell_what_is_left() {
    let (service, url) = minted().await;
    service.control("PATCH", "/_sandbox/limits", Some(json!({ "qps": 50 }))).await;
    let answer = list(&service, &url).await;
    let [limit, remaining, reset] = limits(&answer);
    assert_eq!((limit, reset), ("50", "1"));
    let told = &answer.json()["result"]["_meta"]["egnyte-mcp/ratelimit"];
    assert_eq!(told["remaining"].to_string(), remaining);
}

#[tokio::test]
async fn without_announced_limits_none_are_made_up() {
    let (service, url) = minted().await;
    service.control("PATCH", "/_sandbox/limits", Some(json!({ "announce": false }))).await;
    let answer = list(&service, &url).await;
    assert_eq!(limits(&answer), ["", "", ""]);
    assert_eq!(answer.json()["result"].get("_meta"), None::<&Value>);
}

#[tokio::test]
async fn a_real_limit_is_met_exactly_and_lifts_again() {
    let (service, url) = minted().await;
    service.control("PATCH", "/_sandbox/limits", Some(json!({ "quota": 1 }))).await;
    service
        .control("POST", "/_sandbox/tokens", Some(json!({ "token": "sandbox-access-token" })))
        .await;
    assert_eq!(list(&service, &url).await.json()["result"]["isError"], false);
    for _ in 0..3 {
        let answer = list(&service, &url).await;
        let error = &answer.json()["result"]["_meta"]["egnyte-mcp/error"];
        assert_eq!(error["kind"], "rate_limited");
        let wait = error["retry_after_seconds"].as_u64().unwrap();
        assert!((1..=86_400).contains(&wait));
    }
    service.control("PATCH", "/_sandbox/limits", Some(json!({ "quota": 100 }))).await;
    assert_eq!(list(&service, &url).await.json()["result"]["isError"], false);
}
