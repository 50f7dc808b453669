//! Lists, page by page: nothing twice, nothing missing, and no cursor but the one given out.

use serde_json::{Value, json};

use crate::harness::{Service, text_of};

const USERS: &str = "list_all_egnyte_users";

async fn minted() -> (Service, String) {
    let service = Service::connected().await;
    let url = service.mint(json!({})).await.url;
    (service, url)
}

/// The cursor after the first page of `arguments`.
async fn cursor(service: &Service, url: &str, tool: &str, arguments: Value) -> String {
    let page = service.called(url, tool, arguments).await;
    page["next_cursor"].as_str().unwrap().to_owned()
}

/// Asserts that the arguments are refused and that Egnyte is not asked.
async fn refused(service: &Service, url: &str, tool: &str, arguments: Value) {
    service.forget_requests().await;
    let result = service.call(url, tool, arguments.clone()).await;
    let kind = &result["_meta"]["egnyte-mcp/error"]["kind"];
    assert_eq!(kind, "invalid_arguments", "{arguments}: {}", text_of(&result));
    assert!(text_of(&result).contains("next_cursor"), "{}", text_of(&result));
    assert_eq!(service.received(), Vec::<Value>::new());
}

#[tokio::test]
async fn reading_every_page_gives_every_user_and_group_once_and_in_order() {
    let (service, url) = minted().await;
    for (tool, kind) in [(USERS, "users"), ("list_all_egnyte_groups", "groups")] {
        for limit in [7, 100] {
            let state = service.sandbox.state();
            let all: Vec<&Value> =
                state[kind].as_array().unwrap().iter().map(|item| &item["id"]).collect();
            let mut seen = Vec::new();
            let mut arguments = json!({ "limit": limit });
            loop {
                let page = service.called(&url, tool, arguments).await;
                assert_eq!(page["total"], all.len());
                let items = page["result"].as_array().unwrap();
                assert!(items.len() <= limit);
                seen.extend(items.iter().map(|item| item["id"].clone()));
                if page["next_cursor"].is_null() {
                    break;
                }
                arguments = json!({ "next_cursor": page["next_cursor"] });
            }
            assert_eq!(json!(seen), json!(all), "{kind}, {limit} at a time");
        }
    }
}

#[tokio::test]
async fn a_cursor_alone_continues_with_the_arguments_of_the_first_call() {
    let (service, url) = minted().await;
    let first = json!({ "displayNameContains": "e", "limit": 2 });
    let next = cursor(&service, &url, "list_egnyte_groups", first.clone()).await;
    service.forget_requests().await;
    let alone = service.called(&url, "list_egnyte_groups", json!({ "next_cursor": next })).await;
    let mut repeated = first;
    repeated["next_cursor"] = next.into();
    let with_arguments = service.called(&url, "list_egnyte_groups", repeated).await;
    let received = service.received();
    let target = received[0]["target"].as_str().unwrap();
    assert!(target.contains("filter=displayName%20co%20%22e%22&startIndex=3&count=2"), "{target}");
    assert_eq!(received[0]["target"], received[1]["target"]);
    assert_eq!(alone["result"], with_arguments["result"]);
}

#[tokio::test]
async fn the_limit_may_change_from_page_to_page() {
    let (service, url) = minted().await;
    let next = cursor(&service, &url, USERS, json!({ "limit": 2 })).await;
    let page = service.called(&url, USERS, json!({ "next_cursor": next, "limit": 5 })).await;
    assert_eq!(page["result"].as_array().unwrap().len(), 5);
    assert_eq!(page["result"][0]["id"], service.sandbox.state()["users"][2]["id"]);
}

#[tokio::test]
async fn a_cursor_that_was_changed_or_made_up_is_refused() {
    let (service, url) = minted().await;
    let good = cursor(&service, &url, USERS, json!({})).await;
    let middle = good.len() / 2;
    let flipped = if &good[middle..=middle] == "A" { "B" } else { "A" };
    for bad in [
        format!("{}{flipped}{}", &good[..middle], &good[middle + 1..]),
        good[..good.len() - 1].to_owned(),
        format!("{good}A"),
        "2".to_owned(),
        "x".repeat(10_000),
        "../..".to_owned(),
    ] {
        refused(&service, &url, USERS, json!({ "next_cursor": bad })).await;
    }
    service.called(&url, USERS, json!({ "next_cursor": good })).await;
}

#[tokio::test]
async fn a_cursor_of_another_tool_or_another_account_is_refused() {
    let (service, url) = minted().await;
    let users = cursor(&service, &url, USERS, json!({ "limit": 1 })).await;
    let groups = cursor(&service, &url, "list_all_egnyte_groups", json!({ "limit": 1 })).await;
    refused(&service, &url, USERS, json!({ "next_cursor": groups })).await;
    let account = service.connect("other", "sandbox-access-token").await;
    let other = service.mint_of(&account, json!({ "name": "A server" })).await.url;
    refused(&service, &other, USERS, json!({ "next_cursor": users })).await;
}

#[tokio::test]
async fn a_cursor_with_changed_arguments_is_refused() {
    let (service, url) = minted().await;
    let contains = |text: &str| json!({ "displayNameContains": text, "limit": 1 });
    let next = cursor(&service, &url, "list_egnyte_groups", contains("e")).await;
    let mut changed = contains("a");
    changed["next_cursor"] = next.into();
    refused(&service, &url, "list_egnyte_groups", changed).await;
}

#[tokio::test]
async fn a_cursor_works_by_either_name_and_with_any_url_of_the_account() {
    let (service, url) = minted().await;
    let next = cursor(&service, &url, USERS, json!({ "limit": 1 })).await;
    let other = service.mint(json!({ "tool_names": "short" })).await.url;
    let page = service.called(&other, "list_egnyte_users", json!({ "next_cursor": next })).await;
    assert_eq!(page["result"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn an_empty_list_is_whole() {
    let (service, url) = minted().await;
    let page = service.called(&url, USERS, json!({ "email": "nobody@nowhere.com" })).await;
    assert_eq!(page, json!({ "result": [], "next_cursor": null, "total": 0 }));
}
