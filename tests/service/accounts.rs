//! Connecting accounts: the shape of every answer, and that credentials go in and never come out.

use serde_json::{Value, json};

use crate::harness::Service;
use crate::redacted::redacted;

const ACCOUNTS: &str = "/integrated-account";
const ACCESS_TOKEN: &str = "sandbox-access-token";

#[tokio::test]
async fn connecting_an_account_answers_its_record_without_the_access_token() {
    let service = Service::empty().await;
    let body = json!({ "name": "Acme", "domain": "ACME.egnyte.com", "access_token": ACCESS_TOKEN });
    let answer = service.api("POST", ACCOUNTS, Some(body)).await;
    assert_eq!(answer.status, 201);
    assert!(!answer.text.contains(ACCESS_TOKEN));
    insta::assert_json_snapshot!(redacted(answer.json()));
}

#[tokio::test]
async fn an_account_without_a_name_is_called_after_its_domain() {
    let service = Service::connected().await;
    assert_eq!(service.account().await["name"], "acme");
}

#[tokio::test]
async fn an_access_token_egnyte_refuses_is_known_at_once_and_can_be_mended() {
    let service = Service::empty().await;
    let body = json!({ "domain": "acme", "access_token": "wrong-token" });
    let answer = service.api("POST", ACCOUNTS, Some(body)).await;
    assert_eq!(answer.status, 201);
    let account = answer.json();
    assert_eq!(account["status"], "validation_error");
    let words = account["last_error"].as_str().unwrap();
    assert!(words.contains("does not accept the access token"), "{words}");

    let path = format!("{ACCOUNTS}/{}", account["id"].as_str().unwrap());
    let mended = service.api("PATCH", &path, Some(json!({ "access_token": ACCESS_TOKEN }))).await;
    assert_eq!(mended.json()["status"], "active");
    assert_eq!(mended.json()["last_error"], Value::Null);
}

#[tokio::test]
async fn an_account_whose_domain_cannot_be_asked_is_kept_with_the_reason() {
    let service = Service::empty().await;
    service.fault(json!({ "action": { "kind": "drop" } })).await;
    let body = json!({ "domain": "acme", "access_token": ACCESS_TOKEN });
    let account = service.api("POST", ACCOUNTS, Some(body)).await.json();
    assert_eq!(account["status"], "active");
    let words = account["last_error"].as_str().unwrap();
    assert!(words.contains("could not be asked"), "{words}");
}

#[tokio::test]
async fn accounts_are_listed_page_by_page_each_once_and_oldest_first() {
    let service = Service::empty().await;
    let mut made = Vec::new();
    for number in 0..7 {
        made.push(service.connect(&format!("domain{number}"), ACCESS_TOKEN).await);
    }
    let mut seen = Vec::new();
    let mut path = format!("{ACCOUNTS}?limit=3");
    let mut pages = 0;
    loop {
        let page = service.get(&path).await.json();
        pages += 1;
        seen.extend(page["result"].as_array().unwrap().iter().map(|account| account["id"].clone()));
        match page["next_cursor"].as_str() {
            Some(cursor) => path = format!("{ACCOUNTS}?limit=3&next_cursor={cursor}"),
            None => break,
        }
    }
    assert_eq!((pages, json!(seen)), (3, json!(made)));
}

#[tokio::test]
async fn a_list_of_accounts_has_result_and_next_cursor() {
    let service = Service::connected().await;
    insta::assert_json_snapshot!(redacted(service.get(ACCOUNTS).await.json()));
}

#[tokio::test]
async fn an_account_is_answered_by_its_id() {
    let service = Service::connected().await;
    let listed = service.get(ACCOUNTS).await.json()["result"][0].clone();
    assert_eq!(service.account().await, listed);
}

#[tokio::test]
async fn renaming_an_account_changes_the_name_and_nothing_else() {
    let service = Service::connected().await;
    let mut before = service.account().await;
    let path = format!("{ACCOUNTS}/{}", service.account);
    let answer = service.api("PATCH", &path, Some(json!({ "name": "  Renamed " }))).await;
    assert_eq!(answer.status, 200);
    let mut after = answer.json();
    assert_eq!(after["name"], "Renamed");
    for record in [&mut before, &mut after] {
        record["name"] = "".into();
        record["updated_at"] = "".into();
    }
    assert_eq!(before, after);
    assert_eq!(service.received(), Vec::<Value>::new(), "a name is no reason to ask Egnyte");
}

#[tokio::test]
async fn deleting_an_account_ends_it_and_its_urls() {
    let service = Service::connected().await;
    let url = service.mint(json!({})).await.url;
    let path = format!("{ACCOUNTS}/{}", service.account);
    let answer = service.api("DELETE", &path, None).await;
    assert_eq!((answer.status.as_u16(), answer.text.as_str()), (204, ""));
    assert_eq!(service.get(&path).await.status, 404);
    assert_eq!(service.get(&service.servers("")).await.status, 404);
    assert_eq!(service.get(ACCOUNTS).await.json()["result"], json!([]));
    let refused = service.post(&url, r#"{"jsonrpc":"2.0","id":1,"method":"ping"}"#).await;
    assert_eq!(refused.status, 403, "{}", refused.text);
    assert_eq!(service.api("DELETE", &path, None).await.status, 404, "a second time");
}

#[tokio::test]
async fn no_answer_about_an_account_holds_its_access_token() {
    let service = Service::connected().await;
    let path = format!("{ACCOUNTS}/{}", service.account);
    let second = "second-access-token";
    service.control("POST", "/_sandbox/tokens", Some(json!({ "token": second }))).await;
    for answer in [
        service.api("PATCH", &path, Some(json!({ "access_token": second }))).await,
        service.api("PATCH", &path, Some(json!({ "access_token": "refused-access-token" }))).await,
        service.get(&path).await,
        service.get(ACCOUNTS).await,
        service.api("POST", &service.servers(""), Some(json!({ "name": "A server" }))).await,
        service.get(&service.servers("")).await,
    ] {
        assert!(!answer.text.contains("access-token"), "{}", answer.text);
    }
}
