//! `GET /integrated-account/{id}/tools`: who may see what, in which shape, and what is refused.

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use crate::harness::{API_TOKEN, Answer, Service};

/// The tools' address with a query.
fn path(service: &Service, query: &str) -> String {
    format!("/integrated-account/{}/tools{query}", service.account)
}

async fn as_url(service: &Service, token: &str, query: &str) -> Answer {
    service.api_as(Some(token), "GET", &path(service, query), None::<String>).await
}

fn names(answer: &Answer) -> Vec<String> {
    assert_eq!(answer.status, 200, "{}", answer.text);
    let answer = answer.json();
    let list = answer.get("tools").or_else(|| answer.get("result")).unwrap();
    let names = list.as_array().unwrap().iter().map(|tool| tool["name"].as_str().unwrap());
    names.map(str::to_owned).collect()
}

#[tokio::test]
async fn the_default_is_the_envelope_of_a_list_with_everything() {
    let service = Service::connected().await;
    let answer = service.get(&path(&service, "")).await;
    assert_eq!(answer.header("content-type"), "application/json");
    assert_eq!(answer.header("cache-control"), "private");
    let all = service.listed(&service.mint(json!({})).await.url).await;
    assert_eq!(names(&answer), all);
    assert_eq!(answer.json()["next_cursor"], Value::Null);
}

#[tokio::test]
async fn lists_in_the_query_are_separated_by_commas_or_repeated_and_combine() {
    let service = Service::connected().await;
    let of = async |query: &str| names(&service.get(&path(&service, query)).await);
    let expected = ["list_all_egnyte_users", "get_single_egnyte_user_by_id"];
    for query in [
        "?methods=list,get&tags=users",
        "?methods=get&methods=list&tags=users",
        "?tags=users&methods=read&tools=list_egnyte_users,get_single_egnyte_user_by_id,create_egnyte_user",
        "?tools=get_egnyte_user&tools=list_egnyte_users",
        "?methods=%20get%2Clist%20,&tags=users",
    ] {
        assert_eq!(of(query).await, expected, "{query}");
    }
    assert_eq!(of("?tools=list_egnyte_users&names=short").await, ["list_egnyte_users"]);
}

#[tokio::test]
async fn a_listing_the_client_has_is_not_sent_again() {
    let service = Service::connected().await;
    let ask = async |query: &str, tag: &str| {
        let request = service.client.get(format!("{}{}", service.base, path(&service, query)));
        let request = request.bearer_auth(API_TOKEN).header("if-none-match", tag);
        Answer::read(request.send().await.unwrap()).await
    };
    let first = service.get(&path(&service, "?format=openai")).await;
    let tag = first.header("etag").to_owned();
    assert_eq!(first.json()["meta"]["etag"], tag);
    for tag in [tag.clone(), format!("\"other\", {tag}"), format!("W/{tag}"), "*".to_owned()] {
        let answer = ask("?format=openai", &tag).await;
        assert_eq!((answer.status.as_u16(), answer.text.as_str()), (304, ""), "{tag}");
        assert_eq!(answer.header("etag"), first.header("etag"));
        assert_eq!(answer.header("cache-control"), "private");
    }
    for query in ["?format=openai&strict=true", "?format=openai&names=short", "?format=anthropic"] {
        assert_eq!(ask(query, &tag).await.status, 200, "{query}");
    }
}

#[tokio::test]
async fn the_token_of_a_minted_url_sees_what_the_url_offers_and_no_more() {
    let service = Service::connected().await;
    let config = json!({ "methods": ["list", "get"], "tags": ["users"], "tool_names": "short" });
    let token = service.mint(config).await.token;
    let offered = ["list_egnyte_users", "get_egnyte_user"];
    assert_eq!(names(&as_url(&service, &token, "").await), offered);
    assert_eq!(names(&as_url(&service, &token, "?methods=list&format=mcp").await), [offered[0]]);
    assert_eq!(names(&as_url(&service, &token, "?has_description=false").await)[..2], offered);
    let answer = as_url(&service, &token, "?names=long&methods=list").await;
    assert_eq!(names(&answer), ["list_all_egnyte_users"]);
    for query in ["?tools=delete_egnyte_user", "?tags=groups", "?methods=delete"] {
        let answer = as_url(&service, &token, query).await;
        assert_eq!(answer.status, 400, "{query}: {}", answer.text);
        assert!(!answer.json()["detail"].as_str().unwrap().contains("Did you mean `delete"));
    }
}

#[tokio::test]
async fn a_token_that_opens_nothing_here_is_told_why() {
    let service = Service::connected().await;
    let minted = service.mint(json!({})).await;
    let elsewhere = service.connect("other", "sandbox-access-token").await;
    service.forget_requests().await;
    let other = format!("/integrated-account/{elsewhere}/tools");
    let locked = service.mint(json!({ "require_api_token_auth": true })).await.token;
    let soon = Timestamp::now() + SignedDuration::from_secs(61);
    let body = json!({ "name": "Soon", "expires_at": soon });
    let expiring = service.mint_of(&service.account, body).await.token;
    let revoked = service.mint(json!({})).await;
    let gone = service.servers(&format!("/{}", revoked.id));
    assert_eq!(service.api("DELETE", &gone, None).await.status, 204);
    let here = path(&service, "");
    let missing = "/integrated-account/01234567-89ab-cdef-0123-456789abcdef/tools";
    let forged = format!("{}x", minted.token);
    for (token, path, status, words) in [
        (None, here.as_str(), 401, "Send an API token"),
        (Some("wrong"), &here, 401, "Send an API token"),
        (Some(forged.as_str()), &here, 401, "pasted whole"),
        (Some(&minted.token), &other, 403, "another integrated account"),
        (Some(&minted.token), missing, 403, "another integrated account"),
        (Some(&locked), &here, 401, "API token alone"),
        (Some(&revoked.token), &here, 403, "was revoked at"),
        (Some(API_TOKEN), missing, 404, "01234567"),
    ] {
        // Nothing about the request counts before the token does.
        for (method, path) in [
            ("GET", path.to_owned()),
            ("GET", format!("{path}?format=none")),
            ("POST", format!("{path}/list_egnyte_users/call")),
            ("POST", format!("{path}/no_such_tool/call")),
        ] {
            let answer = service.api_as(token, method, &path, Some("{}")).await;
            assert_eq!(answer.status.as_u16(), status, "{path}: {}", answer.text);
            assert_eq!(answer.header("content-type"), "application/problem+json");
            assert!(answer.json()["detail"].as_str().unwrap().contains(words), "{}", answer.text);
        }
        let account = path.split('/').nth(2).unwrap();
        let proxied = format!("/proxy/users?integrated_account_id={account}");
        let answer = service.api_as(token, "GET", &proxied, None::<String>).await;
        assert_eq!(answer.status.as_u16(), status, "{proxied}: {}", answer.text);
    }
    assert_eq!(as_url(&service, &expiring, "").await.status, 200);
    assert_eq!(service.received(), Vec::<Value>::new());
}

#[tokio::test]
async fn an_expired_token_is_told_when_it_ended() {
    use egnyte_mcp::catalog::ServerConfig;
    use egnyte_mcp::egnyte::Domain;
    use egnyte_mcp::token::{MintRequest, mint};
    let service = Service::connected().await;
    let replica = service.stateless_replica().await;
    let now = Timestamp::now();
    let token = mint(
        &service.keyring(),
        &MintRequest {
            account_id: &service.account,
            server_id: "offline",
            generation: 1,
            domain: &Domain::parse("acme").unwrap(),
            access_token: &"sandbox-access-token".into(),
            credentials_version: 1,
            config: &ServerConfig::default(),
            issued_at: now - SignedDuration::from_hours(2),
            expires_at: Some(now - SignedDuration::from_hours(1)),
        },
    )
    .unwrap();
    let path = path(&service, "");
    for address in [path.clone(), format!("{path}/list_egnyte_users/call")] {
        let method = if address == path { "GET" } else { "POST" };
        let request =
            service.client.request(method.parse().unwrap(), replica.base.clone() + &address);
        let answer = Answer::read(request.bearer_auth(token.expose()).send().await.unwrap()).await;
        assert_eq!(answer.status, 403, "{}", answer.text);
        assert!(answer.json()["detail"].as_str().unwrap().contains("This token expired at"));
    }
    assert_eq!(service.received(), Vec::<Value>::new());
}

#[tokio::test]
async fn without_a_database_a_minted_url_s_token_lists_and_calls() {
    let service = Service::connected().await;
    let token = service.mint(json!({ "methods": ["read"] })).await.token;
    let replica = service.stateless_replica().await;
    let send = async |token: &str, method: &str, path: &str| {
        let request = service.client.request(method.parse().unwrap(), replica.base.clone() + path);
        Answer::read(request.bearer_auth(token).send().await.unwrap()).await
    };
    let tools = path(&service, "");
    let url = format!("{}/mcp/{token}", replica.base);
    assert_eq!(names(&send(&token, "GET", &tools).await), service.listed(&url).await);
    for (method, path) in [
        ("POST", format!("{tools}/list_egnyte_users/call")),
        ("GET", "/proxy/users".to_owned()),
        ("GET", format!("/proxy/users?integrated_account_id={}", service.account)),
    ] {
        let answer = send(&token, method, &path).await;
        assert!(answer.json()["total"].is_u64(), "{path}: {}", answer.text);
    }
    for (method, path) in [("GET", tools.as_str()), ("GET", "/proxy/users")] {
        let answer = send(API_TOKEN, method, path).await;
        assert_eq!(answer.status, 501, "{path}: {}", answer.text);
    }
}

#[tokio::test]
async fn what_cannot_be_listed_is_refused_with_the_parameter_at_fault() {
    let service = Service::connected().await;
    for (query, field, words) in [
        ("?format=opnai", "format", "Did you mean `openai`?"),
        ("?format=", "format", "openai-responses"),
        ("?format=mcp&format=mcp", "format", "once"),
        ("?methods=reed", "methods", "Did you mean `read`?"),
        ("?methods=list,reed", "methods", "`reed`"),
        ("?methods=", "methods", "names nothing"),
        ("?tags=user", "tags", "Did you mean `users`?"),
        ("?tools=list_all_egnyte_user", "tools", "Did you mean `list_all_egnyte_users`?"),
        ("?tools=list_egnyte_users&methods=write", "methods", "no tool matches all"),
        ("?names=tiny", "names", "long, short"),
        ("?format=openai&strict=yes", "strict", "true, auto"),
        ("?format=gemini&strict=true", "strict", "gemini has no strict tools"),
        ("?has_description=no", "has_description", "true, false"),
        ("?fromat=mcp", "fromat", "Did you mean `format`?"),
        ("?limit=3", "limit", "no parameter `limit`"),
    ] {
        let answer = service.get(&path(&service, query)).await;
        assert_eq!(answer.status, 400, "{query}: {}", answer.text);
        let problem = answer.json();
        assert_eq!(problem["field"], field, "{query}");
        assert!(problem["detail"].as_str().unwrap().contains(words), "{query}: {problem}");
    }
    let answer = service.api("POST", &path(&service, ""), None).await;
    assert_eq!(answer.status, 405, "{}", answer.text);
    assert_eq!(service.received(), Vec::<Value>::new());
}

#[tokio::test]
async fn a_program_and_a_command_line_get_the_same_bytes() {
    let service = Service::connected().await;
    for (query, arguments) in [
        ("", vec!["--format", "truto"]),
        ("?format=mcp&names=short", vec!["--format", "mcp", "--names", "short"]),
        ("?format=openai&strict=true", vec!["--format", "openai", "--strict"]),
        (
            "?format=openai-responses&strict=auto",
            vec!["--format", "openai-responses", "--strict", "auto"],
        ),
        (
            "?format=anthropic&strict=auto&methods=write,get&tags=users",
            vec![
                "--format",
                "anthropic",
                "--strict",
                "auto",
                "--methods",
                "write,get",
                "--tags",
                "users",
            ],
        ),
        (
            "?format=gemini&tools=list_egnyte_users",
            vec!["--format", "gemini", "--tools", "list_egnyte_users"],
        ),
        ("?format=json-schema", vec!["--format", "json-schema"]),
        ("?has_description=false", vec!["--format", "truto", "--has-description", "false"]),
    ] {
        let answer = service.get(&path(&service, query)).await;
        let program = std::process::Command::new(env!("CARGO_BIN_EXE_egnyte-mcp"))
            .arg("tools")
            .args(&arguments)
            .env_clear()
            .output()
            .unwrap();
        assert!(program.status.success(), "{arguments:?}: {program:?}");
        assert_eq!(answer.text, String::from_utf8(program.stdout).unwrap(), "{arguments:?}");
    }
}
