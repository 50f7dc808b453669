//! Everything the admin API refuses: the status, the field at fault and what to do, in one table
//! to be read in a diff; and that a refused request leaves nothing behind.

use std::fmt::{Display, Write as _};

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use crate::harness::{API_TOKEN, Answer, Minted, Service, eventually};

/// A request that must be refused.
struct Refused {
    what: &'static str,
    method: &'static str,
    path: String,
    body: String,
}

fn refused(what: &'static str, method: &'static str, path: &str, body: impl Display) -> Refused {
    Refused { what, method, path: path.to_owned(), body: body.to_string() }
}

async fn send(service: &Service, request: &Refused) -> Answer {
    let body = Some(request.body.clone()).filter(|body| !body.is_empty());
    service.api_as(Some(API_TOKEN), request.method, &request.path, body).await
}

/// Everything the admin API knows, to compare before and after.
async fn everything(service: &Service) -> Value {
    let accounts = service.get("/integrated-account").await.json();
    let servers = service.get(&service.servers("")).await.json();
    json!([accounts, servers])
}

/// The table as text: what was wrong → status, field and detail.
async fn told(service: &Service, minted: Option<&Minted>, requests: &[Refused]) -> String {
    let before = everything(service).await;
    let mut table = String::new();
    for request in requests {
        let answer = send(service, request).await;
        let what = request.what;
        let kind = answer.header("content-type");
        assert_eq!(kind, "application/problem+json", "{what}: {}", answer.text);
        let problem = answer.json();
        assert_eq!(problem["status"], answer.status.as_u16(), "{what}");
        assert_eq!(problem["type"], "about:blank", "{what}");
        assert!(problem["title"].is_string(), "{what}");
        let detail = problem["detail"].as_str().unwrap();
        assert!(detail.len() > 20, "{what}: {detail}");
        let field = problem["field"].as_str().map(|field| format!(" {field}")).unwrap_or_default();
        writeln!(table, "{what}\n  {}{field}: {detail}", answer.status.as_u16()).unwrap();
    }
    assert_eq!(everything(service).await, before, "something was half done");
    let steady =
        minted.map_or_else(|| table.clone(), |minted| table.replace(&minted.id, "[server]"));
    without_times(&steady.replace(&service.account, "[account]"))
}

/// Times replaced by what they are.
fn without_times(text: &str) -> String {
    let word = |word: &str| match word.parse::<Timestamp>() {
        Ok(_) => "[time]".to_owned(),
        Err(_) => word.to_owned(),
    };
    let line = |line: &str| line.split(' ').map(word).collect::<Vec<_>>().join(" ");
    text.lines().map(line).collect::<Vec<_>>().join("\n")
}

#[tokio::test]
async fn what_cannot_be_an_account_is_refused_with_the_field_and_what_to_do() {
    let service = Service::connected().await;
    let one = format!("/integrated-account/{}", service.account);
    let all = "/integrated-account";
    let with = |key: &str, value: Value| {
        let mut body = json!({ "domain": "acme", "access_token": "a" });
        body[key] = value;
        body
    };
    let missing = "/integrated-account/01234567-89ab-cdef-0123-456789abcdef";
    let long = "x".repeat(300_000);
    let requests = [
        refused("an empty body", "POST", all, ""),
        refused("broken JSON", "POST", all, r#"{"domain": "#),
        refused("JSON and then more", "POST", all, r#"{"domain":"a","access_token":"b"} {}"#),
        refused("no object", "POST", all, "[1]"),
        refused("a body that is too long", "POST", all, with("name", long.into())),
        refused("an unknown field", "POST", all, with("access_tokn", "a".into())),
        refused("a field of the wrong type", "POST", all, with("domain", 7.into())),
        refused("a missing field", "POST", all, json!({ "domain": "acme" })),
        refused(
            "a field given twice",
            "POST",
            all,
            r#"{"domain":"a","domain":"b","access_token":"c"}"#,
        ),
        refused("an empty domain", "POST", all, with("domain", "".into())),
        refused(
            "a domain without https",
            "POST",
            all,
            with("domain", "http://acme.egnyte.com".into()),
        ),
        refused("a domain with a path", "POST", all, with("domain", "acme/pubapi".into())),
        refused("an IP address", "POST", all, with("domain", "169.254.169.254".into())),
        refused("this machine", "POST", all, with("domain", "localhost".into())),
        refused("a private host", "POST", all, with("domain", "db.internal".into())),
        refused("an empty access token", "POST", all, with("access_token", "".into())),
        refused(
            "an access token of two lines",
            "POST",
            all,
            with("access_token", "a\r\nb: c".into()),
        ),
        refused(
            "an access token that is too long",
            "POST",
            all,
            with("access_token", "x".repeat(4_097).into()),
        ),
        refused("an empty name", "POST", all, with("name", "  ".into())),
        refused("a name of two lines", "POST", all, with("name", "a\nb".into())),
        refused("a name that is too long", "POST", all, with("name", "x".repeat(201).into())),
        refused("an access token that is cleared", "PATCH", &one, json!({ "access_token": null })),
        refused("a domain that is changed", "PATCH", &one, json!({ "domain": "other" })),
        refused("an unknown account, asked for", "GET", missing, ""),
        refused("an unknown account, changed", "PATCH", missing, json!({ "name": "a" })),
        refused("an unknown account, deleted", "DELETE", missing, ""),
        refused("an unknown query parameter", "GET", "/integrated-account?limt=3", ""),
        refused("a limit that is no number", "GET", "/integrated-account?limit=many", ""),
        refused("a cursor of somebody's own", "GET", "/integrated-account?next_cursor=xyz", ""),
        refused("a method it does not take", "PUT", &one, json!({})),
        refused("an address that does not exist", "GET", "/integrated-accounts", ""),
    ];
    insta::assert_snapshot!(told(&service, None, &requests).await);
}

#[tokio::test]
async fn what_cannot_be_minted_is_refused_with_the_field_and_what_to_do() {
    let service = Service::connected().await;
    let all = service.servers("");
    let with = |key: &str, value: Value| json!({ "name": "A server", key: value });
    let config = |config: Value| with("config", config);
    let at = |seconds: i64| (Timestamp::now() + SignedDuration::from_secs(seconds)).to_string();
    let missing = "/integrated-account/01234567-89ab-cdef-0123-456789abcdef/mcp";
    let requests = [
        refused("an empty body", "POST", &all, ""),
        refused("broken JSON", "POST", &all, "{"),
        refused("an empty name", "POST", &all, json!({ "name": "" })),
        refused("an unknown field", "POST", &all, with("expires", at(3_600).into())),
        refused("an unknown field of config", "POST", &all, config(json!({ "method": ["read"] }))),
        refused("config of the wrong type", "POST", &all, with("config", json!([]))),
        refused("methods of the wrong type", "POST", &all, config(json!({ "methods": "read" }))),
        refused("an unknown method", "POST", &all, config(json!({ "methods": ["reed"] }))),
        refused("an unknown tag", "POST", &all, config(json!({ "tags": ["user"] }))),
        refused(
            "an unknown tool",
            "POST",
            &all,
            config(json!({ "tools": ["list_all_egnyte_user"] })),
        ),
        refused(
            "a filter that leaves nothing",
            "POST",
            &all,
            config(json!({ "methods": ["replace"], "tags": ["users"] })),
        ),
        refused("an empty list", "POST", &all, config(json!({ "methods": [] }))),
        refused(
            "an unknown choice of names",
            "POST",
            &all,
            config(json!({ "tool_names": "tiny" })),
        ),
        refused("an unknown exposure", "POST", &all, config(json!({ "tool_exposure": "none" }))),
        refused("an expiry in the past", "POST", &all, with("expires_at", at(-60).into())),
        refused("an expiry that is too near", "POST", &all, with("expires_at", at(59).into())),
        refused("an expiry that is no time", "POST", &all, with("expires_at", "Friday".into())),
        refused("an unknown account", "POST", missing, json!({ "name": "A server" })),
        refused("an unknown account, listed", "GET", missing, ""),
        refused(
            "a dry run that is neither true nor false",
            "POST",
            &format!("{all}?dry_run=perhaps"),
            json!({ "name": "a" }),
        ),
        refused(
            "a dry run that leaves nothing",
            "POST",
            &format!("{all}?dry_run=true"),
            config(json!({ "methods": [] })),
        ),
        refused(
            "an unknown query parameter",
            "POST",
            &format!("{all}?dryrun=true"),
            json!({ "name": "a" }),
        ),
        refused("a cursor of somebody's own", "GET", &format!("{all}?next_cursor=xyz"), ""),
    ];
    insta::assert_snapshot!(told(&service, None, &requests).await);
}

#[tokio::test]
async fn what_cannot_be_done_to_a_server_is_refused_with_the_field_and_what_to_do() {
    let service = Service::connected().await;
    let minted = service.mint(json!({ "methods": ["read"] })).await;
    let listed = service.listed(&minted.url).await;
    let other = service.connect("other", "sandbox-access-token").await;
    let one = service.servers(&format!("/{}", minted.id));
    let rotate = format!("{one}/rotate");
    let missing = service.servers("/01234567-89ab-cdef-0123-456789abcdef");
    let elsewhere = format!("/integrated-account/{other}/mcp/{}", minted.id);
    let config = |config: Value| json!({ "config": config });
    let past = (Timestamp::now() - SignedDuration::from_secs(1)).to_string();
    let requests = [
        refused("an unknown server, asked for", "GET", &missing, ""),
        refused("an unknown server, changed", "PATCH", &missing, json!({ "name": "a" })),
        refused("an unknown server, revoked", "DELETE", &missing, ""),
        refused("an unknown server, rotated", "POST", &format!("{missing}/rotate"), ""),
        refused("a server of another account, asked for", "GET", &elsewhere, ""),
        refused(
            "a server of another account, changed",
            "PATCH",
            &elsewhere,
            json!({ "name": "a" }),
        ),
        refused("a server of another account, revoked", "DELETE", &elsewhere, ""),
        refused("a server of another account, rotated", "POST", &format!("{elsewhere}/rotate"), ""),
        refused("an unknown field", "PATCH", &one, json!({ "nmae": "a" })),
        refused("a field that cannot be changed", "PATCH", &one, json!({ "id": "a" })),
        refused("an unknown field of config", "PATCH", &one, config(json!({ "method": ["read"] }))),
        refused("methods of the wrong type", "PATCH", &one, config(json!({ "methods": 1 }))),
        refused("an unknown tag", "PATCH", &one, config(json!({ "tags": ["user"] }))),
        refused(
            "a change that leaves nothing",
            "PATCH",
            &one,
            config(json!({ "tools": ["create_egnyte_user"] })),
        ),
        refused("an expiry in the past", "PATCH", &one, json!({ "expires_at": past })),
        refused(
            "a good name with a bad expiry",
            "PATCH",
            &one,
            json!({ "name": "B", "expires_at": past }),
        ),
        refused("a negative overlap", "POST", &rotate, json!({ "overlap_seconds": -1 })),
        refused(
            "an overlap of more than a week",
            "POST",
            &rotate,
            json!({ "overlap_seconds": 604_801 }),
        ),
        refused(
            "an overlap of the wrong type",
            "POST",
            &rotate,
            json!({ "overlap_seconds": "1h" }),
        ),
        refused("an unknown field of a rotation", "POST", &rotate, json!({ "overlap": 1 })),
        refused("a method it does not take", "GET", &rotate, ""),
    ];
    insta::assert_snapshot!(told(&service, Some(&minted), &requests).await);
    assert_eq!(service.listed(&minted.url).await, listed, "the URL is as it was");
}

#[tokio::test]
async fn a_filter_too_long_for_a_url_is_refused_and_leaves_no_record() {
    let service = Service::connected().await;
    let names: Vec<String> = (0..60).map(|_| "get_single_egnyte_user_by_id".to_owned()).collect();
    let body = json!({ "name": "Too long", "config": { "tools": names } });
    let answer = service.api("POST", &service.servers(""), Some(body)).await;
    assert_eq!((answer.status.as_u16(), &answer.json()["field"]), (400, &json!("config")));
    assert!(answer.text.contains("too long"), "{}", answer.text);
    assert_eq!(service.get(&service.servers("")).await.json()["result"], json!([]));
}

#[tokio::test]
async fn an_over_long_body_does_not_keep_the_service_from_answering_others() {
    let service = Service::connected().await;
    let body = "x".repeat(20 * 1024 * 1024);
    let request = service.client.post(format!("{}/integrated-account", service.base));
    // The service may close before the client has sent everything: both mean "too long".
    if let Ok(answer) = request.bearer_auth(API_TOKEN).body(body).send().await {
        assert_eq!(answer.status(), 413);
    }
    eventually("the service answers", async || service.get("/healthz").await.status == 200).await;
}

#[tokio::test]
async fn a_known_name_is_offered_for_a_mistyped_one() {
    let service = Service::connected().await;
    let body = json!({ "name": "A server", "config": { "tags": ["grups"] } });
    let problem = service.api("POST", &service.servers(""), Some(body)).await.json();
    let detail = problem["detail"].as_str().unwrap();
    assert!(detail.contains("Did you mean `groups`?") && detail.contains("users"), "{detail}");
}
