//! Calls: what arguments become, and what Egnyte's refusals become.

use egnyte_mcp::egnyte::EgnyteUrl;
use serde_json::{Value, json};

use crate::harness::{Service, text_of};

const GROUP: &str = "1ee2e04c-bdde-42ee-ae07-c3aad375f6da";

async fn minted() -> (Service, String) {
    let service = Service::connected().await;
    let url = service.mint(json!({})).await.url;
    (service, url)
}

fn new_user() -> Value {
    json!({
        "userName": "ada.lovelace", "email": "ada@company.com", "active": true,
        "name": { "givenName": "Ada", "familyName": "Lovelace" },
        "authType": "egnyte", "userType": "standard",
    })
}

#[tokio::test]
async fn nulls_never_reach_egnyte() {
    let (service, url) = minted().await;
    let nulls = json!({ "email": null, "filter": null, "limit": null, "next_cursor": null });
    service.called(&url, "list_all_egnyte_users", nulls).await;
    let mut user = new_user();
    for name in ["externalId", "role", "idpUserId", "sendInvite"] {
        user[name] = Value::Null;
    }
    service.called(&url, "create_an_egnyte_user", user).await;
    let change = json!({ "id": 3012, "active": false, "email": null });
    service.called(&url, "update_an_egnyte_user_by_id", change).await;

    let received = service.received();
    assert_eq!(received[0]["target"], "/pubapi/v2/users?startIndex=1&count=50");
    let bodies: Vec<Value> = received[1..]
        .iter()
        .map(|request| serde_json::from_str(request["body"].as_str().unwrap()).unwrap())
        .collect();
    assert_eq!(bodies, [new_user(), json!({ "active": false })]);
}

#[tokio::test]
async fn a_path_argument_cannot_leave_its_place() {
    let (service, url) = minted().await;
    for name in ["get_egnyte_user", "delete_egnyte_user", "get_egnyte_group", "delete_egnyte_group"]
    {
        for id in [
            json!(".."),
            json!("."),
            json!(""),
            json!("../groups"),
            json!("1/../2"),
            json!("%2e%2e"),
            json!("1?x=y"),
            json!("1#x"),
            json!("..%2fgroups"),
            json!(-1),
            json!(1.5),
            json!([1]),
            json!({}),
            json!(true),
            json!(format!("{GROUP}/..")),
            json!(format!("{GROUP}\0")),
            json!("1\r\nx: y"),
        ] {
            let error = service.failed(&url, name, json!({ "id": id })).await;
            assert_eq!(error["kind"], "invalid_arguments", "{name} {id}");
        }
    }
    assert_eq!(service.received(), Vec::<Value>::new());
}

#[tokio::test]
async fn text_in_a_filter_stays_one_value() {
    let (service, url) = minted().await;
    let odd = "a\" or displayName co \"b&count=1#\\ü";
    service.called(&url, "list_egnyte_groups", json!({ "displayName": odd })).await;
    let received = service.received();
    let target = received[0]["target"].as_str().unwrap();
    let (filter, rest) = target.split_once("filter=").unwrap().1.split_once('&').unwrap();
    assert_eq!(rest, "startIndex=1&count=50");
    let filter = percent_encoding::percent_decode_str(filter).decode_utf8().unwrap();
    let literal = filter.strip_prefix("displayName eq ").unwrap();
    assert_eq!(serde_json::from_str::<String>(literal).unwrap(), odd);
}

#[tokio::test]
async fn arguments_that_do_not_fit_are_named_and_nothing_is_sent() {
    let (service, url) = minted().await;
    for (name, arguments, words) in [
        ("get_egnyte_user", json!({}), "`id` is missing"),
        ("get_egnyte_user", json!({ "id": "12" }), "`id` must be an integer"),
        ("get_egnyte_user", json!({ "Id": 12 }), "did you mean `id`"),
        ("list_egnyte_users", json!({ "limit": 0 }), "`limit` must be at least 1"),
        ("list_egnyte_users", json!({ "limit": 101 }), "`limit` must be at most 100"),
        ("list_egnyte_users", json!({ "emial": "a@b.c" }), "did you mean `email`"),
        (
            "list_egnyte_users",
            json!({ "email": "*@acme.com" }),
            "`email` does not have the right form",
        ),
        ("list_egnyte_users", json!({ "email": "a@b.c", "userName": "a" }), "one filter at a time"),
        ("list_egnyte_users", json!([1]), "the arguments must be an object"),
        ("get_egnyte_group", json!({ "id": "Marketing" }), "must be a UUID"),
        ("create_egnyte_user", json!({ "userName": "a" }), "`email` is missing"),
        (
            "replace_egnyte_group",
            json!({ "id": GROUP, "displayName": "a", "members": [{ "value": "x" }] }),
            "members.0.value",
        ),
    ] {
        let error = service.failed(&url, name, arguments.clone()).await;
        assert_eq!(error["kind"], "invalid_arguments");
        let message = error["message"].as_str().unwrap();
        assert!(message.contains(words), "{arguments}: {message}");
    }
    assert_eq!(service.received(), Vec::<Value>::new());
}

#[tokio::test]
async fn what_egnyte_does_not_know_is_not_found() {
    let (service, url) = minted().await;
    let error = service.failed(&url, "get_egnyte_user", json!({ "id": 4_000_000_000_u64 })).await;
    assert_eq!((&error["kind"], &error["status"]), (&json!("not_found"), &json!(404)));
}

#[tokio::test]
async fn what_exists_already_is_a_conflict_and_is_sent_once() {
    let (service, url) = minted().await;
    service.called(&url, "create_egnyte_user", new_user()).await;
    let result = service.call(&url, "create_egnyte_user", new_user()).await;
    let error = &result["_meta"]["egnyte-mcp/error"];
    assert_eq!((&error["kind"], &error["status"]), (&json!("conflict"), &json!(409)));
    assert!(text_of(&result).contains("Next: read the existing users first"), "{result}");
    assert_eq!(service.received().len(), 2);
}

#[tokio::test]
async fn a_user_who_is_no_administrator_is_forbidden() {
    let (service, _) = minted().await;
    let grant = json!({ "token": "standard", "admin": false, "user_id": 3012 });
    service.control("POST", "/_sandbox/tokens", Some(grant)).await;
    let account = service.connect("other", "standard").await;
    let url = service.mint_of(&account, json!({ "name": "A server" })).await.url;
    let error = service.failed(&url, "list_egnyte_users", json!({})).await;
    assert_eq!((&error["kind"], &error["status"]), (&json!("forbidden"), &json!(403)));
    assert_eq!(error.get("retry_after_seconds"), None);
}

#[tokio::test]
async fn a_scope_the_access_token_lacks_is_named() {
    let (service, _) = minted().await;
    let grant = json!({ "token": "files-only", "scopes": ["Egnyte.filesystem"] });
    service.control("POST", "/_sandbox/tokens", Some(grant)).await;
    let account = service.connect("other", "files-only").await;
    let url = service.mint_of(&account, json!({ "name": "A server" })).await.url;
    for (tool, scope) in
        [("list_egnyte_users", "Egnyte.user"), ("list_egnyte_groups", "Egnyte.group")]
    {
        let error = service.failed(&url, tool, json!({})).await;
        assert_eq!((&error["kind"], &error["missing_scope"]), (&json!("forbidden"), &json!(scope)));
    }
}

#[tokio::test]
async fn a_domain_that_cannot_be_reached_is_said_to_be_so() {
    let service = Service::connected_with(|settings| {
        settings.egnyte_url = EgnyteUrl::parse("http://127.0.0.1:1").unwrap();
    })
    .await;
    let url = service.mint(json!({})).await.url;
    let error = service.failed(&url, "list_egnyte_users", json!({})).await;
    assert_eq!(error["kind"], "upstream_unreachable");
    assert!(error["message"].as_str().unwrap().contains("Nothing was sent"), "{error}");
}

#[tokio::test]
async fn a_deleted_user_is_done_without_a_body_and_gone() {
    let (service, url) = minted().await;
    let done = service.called(&url, "delete_egnyte_user", json!({ "id": 3012 })).await;
    assert_eq!(done, json!({ "ok": true }));
    let error = service.failed(&url, "get_egnyte_user", json!({ "id": 3012 })).await;
    assert_eq!(error["kind"], "not_found");
}
