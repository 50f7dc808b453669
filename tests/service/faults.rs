//! Everything that can go wrong between this service and Egnyte, each followed by a call that
//! goes well.

use std::time::Duration;

use egnyte_mcp::egnyte::ClientLimits;
use serde_json::{Value, json};

use crate::harness::{Service, text_of};

const LIST: &str = "list_egnyte_users";

async fn minted() -> (Service, String) {
    let service = Service::connected().await;
    let url = service.mint(json!({})).await.url;
    (service, url)
}

/// The failure of one list while `fault` is on. Exactly one request is made, and the next call
/// goes well.
async fn during(service: &Service, url: &str, mut fault: Value) -> Value {
    fault["times"] = 1.into();
    service.forget_requests().await;
    service.fault(fault.clone()).await;
    let error = service.failed(url, LIST, json!({ "limit": 5 })).await;
    assert_eq!(service.received().len(), 1, "{fault}");
    let page = service.called(url, LIST, json!({ "limit": 5 })).await;
    assert_eq!(page["result"].as_array().unwrap().len(), 5, "after {fault}");
    error
}

#[tokio::test]
async fn an_answer_that_does_not_come_in_time_is_a_timeout() {
    let limits = ClientLimits { deadline: Duration::from_millis(300), ..ClientLimits::default() };
    let service = Service::limited(limits).await;
    let url = service.mint(json!({})).await.url;
    let error = during(&service, &url, json!({ "delay_ms": 20_000 })).await;
    assert_eq!(error["kind"], "upstream_timeout");
}

#[tokio::test]
async fn a_write_that_got_no_answer_is_said_to_be_of_unknown_outcome() {
    let (service, url) = minted().await;
    for handled in [false, true] {
        service.once(json!({ "kind": "drop", "handled": handled })).await;
        let result = service.call(&url, "delete_egnyte_user", json!({ "id": 3012 })).await;
        assert_eq!(result["_meta"]["egnyte-mcp/error"]["kind"], "upstream_error");
        assert!(text_of(&result).contains("not known whether the change was made"), "{result}");
    }
    assert_eq!(service.received().len(), 2, "nothing is tried again");
}

#[tokio::test]
async fn connections_that_break_and_answers_that_are_no_json_are_upstream_errors() {
    let (service, url) = minted().await;
    for (action, words) in [
        (json!({ "kind": "drop" }), "closed before an answer came"),
        (json!({ "kind": "half_body" }), "broke off"),
        (json!({ "kind": "html" }), "a web page instead of JSON"),
        (json!({ "kind": "truncated_json" }), "not a list of users"),
    ] {
        let error = during(&service, &url, json!({ "action": action })).await;
        assert_eq!(error["kind"], "upstream_error", "{action}");
        let message = error["message"].as_str().unwrap();
        assert!(message.contains(words), "{action}: {message}");
    }
}

#[tokio::test]
async fn a_connection_that_was_kept_open_and_closed_meanwhile_does_not_cost_a_second_request() {
    let (service, url) = minted().await;
    service.called(&url, LIST, json!({})).await;
    for _ in 0..5 {
        let error = during(&service, &url, json!({ "action": { "kind": "drop" } })).await;
        assert_eq!(error["kind"], "upstream_error");
    }
}

#[tokio::test]
async fn json_under_another_media_type_is_read_all_the_same() {
    let (service, url) = minted().await;
    for value in ["text/plain", "text/html", "application/octet-stream", "nonsense"] {
        service.once(json!({ "kind": "content_type", "value": value })).await;
        let page = service.called(&url, LIST, json!({ "limit": 5 })).await;
        assert_eq!(page["result"].as_array().unwrap().len(), 5, "{value}");
    }
}

#[tokio::test]
async fn a_redirect_is_told_and_never_followed() {
    let (service, url) = minted().await;
    for location in ["/pubapi/v2/groups", "http://127.0.0.1:1/", "https://example.com/", ""] {
        let action = json!({ "kind": "redirect", "location": location });
        let error = during(&service, &url, json!({ "action": action })).await;
        assert_eq!((&error["kind"], &error["status"]), (&json!("upstream_error"), &json!(302)));
    }
}

/// The most memory this process has held, in KiB.
fn peak_memory() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with("VmHWM")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse().unwrap()
}

#[tokio::test]
async fn an_answer_of_two_hundred_megabytes_is_refused_without_holding_it() {
    let (service, url) = minted().await;
    service.called(&url, LIST, json!({})).await;
    let before = peak_memory();
    for announced in [true, false] {
        let action = json!({ "kind": "huge", "bytes": 200_000_000, "content_length": announced });
        let error = during(&service, &url, json!({ "action": action })).await;
        assert_eq!(error["kind"], "response_too_large");
    }
    let grown = peak_memory() - before;
    assert!(grown < 80_000, "grew by {grown} KiB");
}

#[tokio::test]
async fn a_list_longer_than_a_model_can_read_is_cut_and_says_how_to_go_on() {
    let (service, url) = minted().await;
    let page = service.called(&url, LIST, json!({ "limit": 100 })).await;
    let text = serde_json::to_string(&page["result"]).unwrap();
    assert!(text.len() <= 100_002, "{}", text.len());
    assert!(page["next_cursor"].is_string());
}

#[tokio::test]
async fn egnyte_s_own_words_are_shown_from_each_of_its_error_shapes() {
    let (service, url) = minted().await;
    for shape in [
        "Errors",
        "errorMessage",
        "message",
        "formErrors",
        "errors",
        "inputErrors",
        "error_description",
        "fault",
        "html",
    ] {
        for (status, kind) in
            [(400, "invalid_arguments"), (500, "upstream_error"), (503, "upstream_error")]
        {
            let words = format!("Boom of the {shape}");
            let action =
                json!({ "kind": "error", "status": status, "shape": shape, "message": words });
            let error = during(&service, &url, json!({ "action": action })).await;
            assert_eq!(
                (&error["kind"], &error["status"]),
                (&json!(kind), &json!(status)),
                "{shape}"
            );
            assert!(error["message"].as_str().unwrap().contains(&words), "{shape}: {error}");
        }
    }
    let action = json!({ "kind": "error", "status": 500, "shape": "empty" });
    let error = during(&service, &url, json!({ "action": action })).await;
    assert!(error["message"].as_str().unwrap().contains("without saying why"), "{error}");
}

#[tokio::test]
async fn statuses_become_the_kinds_of_the_contract() {
    let (service, url) = minted().await;
    for (status, kind) in [
        (400, "invalid_arguments"),
        (403, "forbidden"),
        (404, "not_found"),
        (405, "upstream_error"),
        (409, "conflict"),
        (410, "not_found"),
        (422, "invalid_arguments"),
        (429, "rate_limited"),
        (502, "upstream_error"),
    ] {
        let action = json!({ "kind": "error", "status": status, "shape": "Errors" });
        let error = during(&service, &url, json!({ "action": action })).await;
        assert_eq!((&error["kind"], &error["status"]), (&json!(kind), &json!(status)));
    }
}
