//! An access token Egnyte stops accepting: the account says so, and heals under the same URL.

use serde_json::{Value, json};

use crate::harness::{Service, text_of};

const LIST: &str = "list_egnyte_users";
const TOKEN: &str = "/_sandbox/tokens/sandbox-access-token";

/// A service whose account's access token has just been refused, and a URL of it.
async fn refused() -> (Service, String) {
    let service = Service::connected().await;
    let url = service.mint(json!({})).await.url;
    service.called(&url, LIST, json!({})).await;
    service.control("DELETE", TOKEN, None).await;
    let error = service.failed(&url, LIST, json!({})).await;
    assert_eq!((&error["kind"], &error["status"]), (&json!("needs_reauth"), &json!(401)));
    (service, url)
}

#[tokio::test]
async fn a_refused_access_token_marks_the_account_and_says_how_to_mend_it() {
    let (service, url) = refused().await;
    let account = service.account().await;
    assert_eq!(account["status"], "needs_reauth");
    assert!(account["last_error"].as_str().unwrap().contains("401"), "{account}");
    let result = service.call(&url, LIST, json!({})).await;
    let next = format!("PATCH /integrated-account/{}", service.account);
    assert!(text_of(&result).contains(&next), "{result}");
}

#[tokio::test]
async fn a_marked_account_is_still_asked_once_a_call() {
    let (service, url) = refused().await;
    service.forget_requests().await;
    service.failed(&url, LIST, json!({})).await;
    assert_eq!(service.received().len(), 1);
}

#[tokio::test]
async fn a_later_success_heals_the_account_by_itself() {
    let (service, url) = refused().await;
    let again = json!({ "token": "sandbox-access-token" });
    service.control("POST", "/_sandbox/tokens", Some(again)).await;
    service.called(&url, LIST, json!({})).await;
    let account = service.account().await;
    assert_eq!((&account["status"], &account["last_error"]), (&json!("active"), &Value::Null));
}

#[tokio::test]
async fn a_new_access_token_heals_the_account_under_the_same_url() {
    let (service, url) = refused().await;
    service.control("POST", "/_sandbox/tokens", Some(json!({ "token": "a-new-one" }))).await;
    let path = format!("/integrated-account/{}", service.account);
    let answer = service.api("PATCH", &path, Some(json!({ "access_token": "a-new-one" }))).await;
    assert_eq!(answer.json()["status"], "active");
    service.forget_requests().await;
    service.called(&url, LIST, json!({})).await;
    assert_eq!(service.received()[0]["headers"]["authorization"], "Bearer a-new-one");
    assert_eq!(service.account().await["status"], "active");
}

#[tokio::test]
async fn a_new_access_token_that_is_refused_too_does_not_pass_for_healed() {
    let (service, _) = refused().await;
    let path = format!("/integrated-account/{}", service.account);
    let answer = service.api("PATCH", &path, Some(json!({ "access_token": "wrong" }))).await;
    assert_eq!(answer.json()["status"], "validation_error");
}
