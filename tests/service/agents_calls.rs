//! Calls as plain HTTP: results, Egnyte's refusals with their status, limits in headers, and what
//! is refused before anything is sent.

use serde_json::{Value, json};

use crate::harness::{API_TOKEN, Answer, Service};

const GROUP: &str = "1ee2e04c-bdde-42ee-ae07-c3aad375f6da";
const LIST: &str = "list_egnyte_users";

async fn call(service: &Service, tool: &str, arguments: Value) -> Answer {
    let path = format!("/integrated-account/{}/tools/{tool}/call", service.account);
    service.api("POST", &path, Some(arguments)).await
}

/// A proxied request; `path` is what stands behind `/proxy/`.
async fn proxy(service: &Service, method: &str, path: &str, body: Option<Value>) -> Answer {
    let sign = if path.contains('?') { '&' } else { '?' };
    let path = format!("/proxy/{path}{sign}integrated_account_id={}", service.account);
    service.api(method, &path, body).await
}

fn limits(answer: &Answer) -> [&str; 4] {
    ["ratelimit-limit", "ratelimit-remaining", "ratelimit-reset", "retry-after"]
        .map(|name| answer.header(name))
}

fn problem(answer: &Answer) -> Value {
    assert_eq!(answer.header("content-type"), "application/problem+json", "{}", answer.text);
    let problem = answer.json();
    assert_eq!(problem["status"], answer.status.as_u16());
    problem
}

#[tokio::test]
async fn a_throttle_is_a_429_with_real_headers_and_is_sent_once() {
    let service = Service::connected().await;
    for generation in ["legacy", "current"] {
        for proxied in [false, true] {
            service.forget_requests().await;
            service
                .once(json!({ "kind": "throttle", "generation": generation, "limit": "qps",
                    "retry_after": 7, "allotted": 20, "current": 20 }))
                .await;
            let answer = if proxied {
                proxy(&service, "GET", "users", None).await
            } else {
                call(&service, LIST, json!({})).await
            };
            assert_eq!(answer.status, 429, "{}", answer.text);
            assert_eq!(limits(&answer), ["20", "0", "7", "7"]);
            let problem = problem(&answer);
            assert_eq!(problem["kind"], "rate_limited");
            assert_eq!(problem["retry_after_seconds"], 7);
            assert!(problem["next_step"].as_str().unwrap().contains("wait 7 seconds"));
            assert_eq!(service.received().len(), 1);
        }
    }
    // What a program does then: wait, and go on.
    assert_eq!(call(&service, LIST, json!({})).await.status, 200);
}

#[tokio::test]
async fn ordinary_answers_and_refusals_tell_what_is_left() {
    let service = Service::connected().await;
    service.control("PATCH", "/_sandbox/limits", Some(json!({ "qps": 50 }))).await;
    let [limit, remaining, reset, after] =
        limits(&call(&service, LIST, json!({})).await).map(str::to_owned);
    assert_eq!((limit.as_str(), reset.as_str(), after.as_str()), ("50", "1", ""));
    assert!(remaining.parse::<u64>().unwrap() < 50);
    let answer = call(&service, "get_egnyte_user", json!({ "id": 4_000_000_000_u64 })).await;
    assert_eq!((answer.status.as_u16(), limits(&answer)[0]), (404, "50"));
    service.control("PATCH", "/_sandbox/limits", Some(json!({ "announce": false }))).await;
    assert_eq!(limits(&call(&service, LIST, json!({})).await), ["", "", "", ""]);
}

#[tokio::test]
async fn egnyte_s_refusals_are_problems_with_its_status_its_words_and_the_next_step() {
    let service = Service::connected().await;
    for (status, kind) in [
        (400, "invalid_arguments"),
        (403, "forbidden"),
        (404, "not_found"),
        (409, "conflict"),
        (500, "upstream_error"),
        (503, "upstream_error"),
    ] {
        let fault = json!({ "kind": "error", "status": status, "shape": "errorMessage",
            "message": "Words of Egnyte" });
        service.once(fault).await;
        let answer = call(&service, LIST, json!({})).await;
        assert_eq!(answer.status.as_u16(), status, "{}", answer.text);
        let problem = problem(&answer);
        assert_eq!(problem["kind"], kind);
        let (message, next) =
            (problem["message"].as_str().unwrap(), problem["next_step"].as_str().unwrap());
        assert!(message.contains(&status.to_string()) && message.contains("Words of Egnyte"));
        assert_eq!(problem["detail"], format!("{message}\nNext: {next}"));
    }
    for (action, status) in [
        (json!({ "kind": "redirect", "location": "http://127.0.0.1:1/" }), 502),
        (json!({ "kind": "truncated_json" }), 502),
        (json!({ "kind": "drop" }), 502),
    ] {
        service.once(action).await;
        let answer = call(&service, LIST, json!({})).await;
        assert_eq!(answer.status.as_u16(), status, "{}", answer.text);
        assert_eq!(problem(&answer)["kind"], "upstream_error");
    }
}

#[tokio::test]
async fn a_refused_access_token_marks_the_account_and_a_success_heals_it() {
    let service = Service::connected().await;
    let token = service.mint(json!({})).await.token;
    for bearer in [API_TOKEN, &token] {
        service.control("DELETE", "/_sandbox/tokens/sandbox-access-token", None).await;
        let path = format!("/integrated-account/{}/tools/{LIST}/call", service.account);
        let answer = service.api_as(Some(bearer), "POST", &path, Some("{}")).await;
        assert_eq!(answer.status, 401, "{}", answer.text);
        assert_eq!(problem(&answer)["kind"], "needs_reauth");
        // Another token for this service would not help.
        assert_eq!(answer.header("www-authenticate"), "");
        assert_eq!(service.account().await["status"], "needs_reauth");
        let again = json!({ "token": "sandbox-access-token" });
        service.control("POST", "/_sandbox/tokens", Some(again)).await;
        let answer = service.api_as(Some(bearer), "POST", &path, Some("{}")).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        assert_eq!(service.account().await["status"], "active");
    }
}

/// Fills what is not given with null, as a model does that is held to a strict schema.
fn with_nulls(schema: &Value, arguments: &Value) -> Value {
    match (schema.get("properties").and_then(Value::as_object), arguments) {
        (Some(properties), Value::Object(given)) => properties
            .iter()
            .map(|(name, schema)| {
                let value = given.get(name).map_or(Value::Null, |value| with_nulls(schema, value));
                (name.clone(), value)
            })
            .collect(),
        _ => match (schema.get("items"), arguments) {
            (Some(items), Value::Array(list)) => {
                list.iter().map(|v| with_nulls(items, v)).collect()
            }
            _ => arguments.clone(),
        },
    }
}

#[tokio::test]
async fn the_nulls_of_a_strict_model_never_reach_egnyte() {
    let service = Service::connected().await;
    let user = json!({
        "userName": "ada.lovelace", "email": "ada@company.com", "active": true,
        "name": { "givenName": "Ada", "familyName": "Lovelace" },
        "authType": "egnyte", "userType": "standard",
    });
    let members = json!([{ "value": 84920 }, { "value": 3012, "operation": "delete" }]);
    let cases = [
        ("create_an_egnyte_user", user.clone(), user),
        (
            "update_an_egnyte_user_by_id",
            json!({ "id": 3012, "active": false }),
            json!({ "active": false }),
        ),
        (
            "update_an_egnyte_group_by_id",
            json!({ "id": GROUP, "members": members }),
            json!({ "members": members }),
        ),
    ];
    for (format, schema) in [
        ("openai", "/function/parameters"),
        ("openai-responses", "/parameters"),
        ("anthropic", "/input_schema"),
    ] {
        service.sandbox.reset();
        let path =
            format!("/integrated-account/{}/tools?format={format}&strict=true", service.account);
        let listing = service.get(&path).await.json();
        for (name, arguments, body) in &cases {
            let mut tools = listing["tools"].as_array().unwrap().iter();
            let name_of =
                |tool: &Value| tool.pointer("/function/name").or(tool.get("name")).cloned();
            let tool = tools.find(|tool| name_of(tool) == Some(json!(name))).unwrap();
            let sent = with_nulls(tool.pointer(schema).unwrap(), arguments);
            assert!(sent.to_string().matches("null").count() > 1, "{name} {sent}");
            service.forget_requests().await;
            let answer = call(&service, name, sent).await;
            assert_eq!(answer.status, 200, "{format} {name}: {}", answer.text);
            let received = service.received();
            let received: Value =
                serde_json::from_str(received[0]["body"].as_str().unwrap()).unwrap();
            assert_eq!(received, *body, "{format} {name}");
        }
    }
}

#[tokio::test]
async fn the_proxy_speaks_resources_and_turns_texts_into_the_schema_s_types() {
    let service = Service::connected().await;
    let get = async |path: &str| {
        let answer = proxy(&service, "GET", path, None).await;
        assert_eq!(answer.status, 200, "{path}: {}", answer.text);
        answer.json()
    };
    let page = get("users?limit=2").await;
    assert_eq!(page["result"].as_array().map(Vec::len), Some(2));
    let rest =
        get(&format!("users?limit=2&next_cursor={}", page["next_cursor"].as_str().unwrap())).await;
    assert_ne!(rest["result"][0], page["result"][0]);
    assert_eq!(get("users/99281").await["userName"], "jane.smith");
    assert_eq!(get("users?email=jane.smith%40external.com").await["total"], 1);

    let user = json!({
        "userName": "ada.lovelace", "email": "ada@company.com", "active": true,
        "name": { "givenName": "Ada", "familyName": "Lovelace" }, "authType": "egnyte",
    });
    // A part of the arguments in the query and the rest in the body.
    let made =
        proxy(&service, "POST", "users?userType=standard&sendInvite=false", Some(user)).await;
    assert_eq!(made.status, 200, "{}", made.text);
    let id = made.json()["id"].to_string();
    let path = format!("users/{id}?active=false");
    assert_eq!(proxy(&service, "PATCH", &path, None).await.status, 200);
    assert_eq!(get(&format!("users/{id}")).await["active"], false);
    assert_eq!(proxy(&service, "DELETE", &format!("users/{id}"), None).await.json()["ok"], true);
    assert_eq!(proxy(&service, "GET", &format!("users/{id}"), None).await.status, 404);

    service.forget_requests().await;
    let group = json!({ "displayName": "Renamed", "members": [{ "value": 3012 }] });
    let put = proxy(&service, "PUT", &format!("groups/{GROUP}"), Some(group.clone())).await;
    assert_eq!(put.status, 200, "{}", put.text);
    let mut all = group;
    all["id"] = json!(GROUP);
    let custom = proxy(&service, "POST", "groups/replace", Some(all)).await;
    assert_eq!(custom.status, 200, "{}", custom.text);
    let received = service.received();
    for request in &received {
        assert_eq!((&request["method"], &request["body"]), (&json!("PUT"), &received[0]["body"]));
        assert!(!request.to_string().contains("integrated_account_id"));
    }
    assert_eq!(received.len(), 2);
}

/// A request that must be refused: verb and path, body, status, and words of the detail. `TOOLS` in a
/// path is the account's tools, `ACCOUNT` the parameter that names it.
type Refused<'a> = (&'a str, &'a str, u16, &'a str);

/// Sends all of them with `token`; nothing reaches Egnyte.
async fn all_refused(service: &Service, token: Option<&str>, requests: &[Refused<'_>]) {
    for (request, body, status, words) in requests {
        let account = format!("integrated_account_id={}", service.account);
        let tools = format!("/integrated-account/{}/tools", service.account);
        let (method, path) = request.split_once(' ').unwrap();
        let path = path.replace("TOOLS", &tools).replace("ACCOUNT", &account);
        let sent = Some((*body).to_owned()).filter(|body| !body.is_empty());
        let answer = service.api_as(token, method, &path, sent).await;
        let shown = format!("{request}: {}", answer.text);
        assert_eq!(answer.status.as_u16(), *status, "{shown}");
        let problem = problem(&answer);
        assert!(problem["detail"].as_str().unwrap().contains(words), "{shown}");
        // Ours names a field, the pipeline's has a kind.
        if matches!(status, 400 | 404) && problem.get("field").is_none() {
            assert!(problem["kind"] == "invalid_arguments" || words.contains("account"), "{shown}");
        }
    }
    assert_eq!(service.received(), Vec::<Value>::new());
}

#[tokio::test]
async fn a_call_that_cannot_be_made_is_refused_and_nothing_is_sent() {
    const CALL: &str = "POST TOOLS/list_egnyte_users/call";
    let service = Service::connected().await;
    let long = format!("{{\"email\":\"{}\"}}", "x".repeat(4 * 1024 * 1024));
    let nearest = "Did you mean `list_all_egnyte_users`?";
    let requests = [
        ("POST TOOLS/list_all_egnyte_user/call", "{}", 404, nearest),
        ("POST TOOLS/LIST_EGNYTE_USERS/call", "{}", 404, "Unknown tool"),
        // Defined, and without a tool doc.
        ("POST TOOLS/get_settings_egnyte_users/call", "{}", 404, "Unknown tool"),
        (CALL, "{", 400, "not JSON"),
        (CALL, "[1]", 400, "must be an object"),
        (CALL, "\"limit\"", 400, "must be an object"),
        (CALL, r#"{"limit":"2"}"#, 400, "`limit` must be an integer, not \"2\""),
        (CALL, r#"{"arguments":{"limit":2}}"#, 400, "no argument `arguments`"),
        (CALL, r#"{"emial":"a@b.c"}"#, 400, "did you mean `email`"),
        (CALL, r#"{"next_cursor":"of my own"}"#, 400, "cursor"),
        (CALL, &long, 413, "longer than 4194304 bytes"),
        ("GET TOOLS/list_egnyte_users/call", "", 405, "does not take this method"),
    ];
    all_refused(&service, Some(API_TOKEN), &requests).await;

    let read_only = service.mint(json!({ "methods": ["read"] })).await.token;
    let requests = [
        ("POST TOOLS/delete_egnyte_user/call", r#"{"id":3012}"#, 404, "not offered"),
        ("DELETE /proxy/users/3012?ACCOUNT", "", 404, "It has: list, get"),
        ("POST /proxy/users/delete?ACCOUNT", r#"{"id":3012}"#, 404, "`delete`"),
        ("POST /proxy/users/delete", r#"{"id":3012}"#, 404, "`delete`"),
    ];
    all_refused(&service, Some(&read_only), &requests).await;
}

#[tokio::test]
async fn a_proxied_request_that_cannot_be_made_is_refused_and_nothing_is_sent() {
    let service = Service::connected().await;
    let long = format!("{{\"email\":\"{}\"}}", "x".repeat(4 * 1024 * 1024));
    let integer = "`id` must be an integer";
    let requests = [
        ("POST /proxy/users?ACCOUNT", "{", 400, "not JSON"),
        ("POST /proxy/users?ACCOUNT", "[1]", 400, "must be an object"),
        ("POST /proxy/users?ACCOUNT&userName=a", "[1]", 400, "must be an object"),
        ("POST /proxy/users?ACCOUNT&userName=a", "{", 400, "not JSON"),
        ("POST /proxy/users?ACCOUNT", &long, 413, "longer than"),
        (
            "GET /proxy/users?ACCOUNT&limit=many",
            "",
            400,
            "`limit` must be an integer, not \"many\"",
        ),
        ("GET /proxy/users?ACCOUNT&limit=1&limit=2", "", 400, "`limit` must be an integer"),
        ("GET /proxy/users?ACCOUNT&limit=0", "", 400, "at least 1"),
        ("GET /proxy/users?ACCOUNT&lmit=1", "", 400, "did you mean `limit`"),
        ("GET /proxy/users/jane?ACCOUNT", "", 400, integer),
        ("GET /proxy/users/..%2Fgroups?ACCOUNT", "", 400, integer),
        ("GET /proxy/users/get_settings?ACCOUNT", "", 400, integer),
        ("PATCH /proxy/users/3012?ACCOUNT&id=3013", "{}", 400, "`id` is given twice"),
        ("PATCH /proxy/users/3012?ACCOUNT", r#"{"id":3013}"#, 400, "`id` is given twice"),
        ("PATCH /proxy/users/3012?ACCOUNT&active=maybe", "", 400, "`active` must be a boolean"),
        ("GET /proxy/user?ACCOUNT", "", 404, "Did you mean `users`?"),
        ("POST /proxy/users/get_settings?ACCOUNT", "", 404, "no method `get_settings`"),
        ("PUT /proxy/users?ACCOUNT", "{}", 405, "does not take this method"),
        ("GET /proxy/users", "", 400, "integrated_account_id"),
        ("GET /proxy/users?ACCOUNT&ACCOUNT", "", 400, "once"),
        ("GET /proxy/users?integrated_account_id=none", "", 404, "no integrated account"),
    ];
    all_refused(&service, Some(API_TOKEN), &requests).await;
    let nobody = [("GET /proxy/users?ACCOUNT", "", 401, "Send an API token")];
    all_refused(&service, None, &nobody).await;
}

#[tokio::test]
async fn an_account_without_credentials_that_work_says_so_before_anything_is_sent() {
    let service = Service::connected().await;
    let other = service.connect("other", "no-such-token").await;
    service.forget_requests().await;
    let path = format!("/integrated-account/{other}/tools/{LIST}/call");
    let answer = service.api("POST", &path, Some(json!({}))).await;
    assert_eq!((answer.status.as_u16(), &problem(&answer)["kind"]), (401, &json!("needs_reauth")));
    assert_eq!(service.received().len(), 1, "a marked account is still asked, once");
}
