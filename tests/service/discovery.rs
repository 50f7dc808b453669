//! Discovery mode over HTTP: a few tools are listed that find and call the others, in every
//! revision, and what can be found is what can be called.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::harness::{Answer, Minted, Service, message, text_of};

const VERSION: &str = "2026-07-28";
const ALL: [&str; 4] = ["search_tools", "get_tool_schema", "call_read_tool", "call_tool"];

async fn discovery(service: &Service, mut config: Value) -> Minted {
    config["tool_exposure"] = json!("discovery");
    service.mint(config).await
}

async fn modern(service: &Service, url: &str, method: &str, mut params: Value) -> Answer {
    let name = params["name"].as_str().unwrap_or_default().to_owned();
    params["_meta"] = json!({
        "io.modelcontextprotocol/protocolVersion": VERSION,
        "io.modelcontextprotocol/clientCapabilities": {},
    });
    let headers =
        [("mcp-protocol-version", VERSION), ("mcp-method", method), ("mcp-name", name.as_str())];
    service.post_with(url, &headers, message(1, method, params)).await
}

/// The names a search returns, or, when it finds nothing, all names of the URL.
async fn searched(service: &Service, url: &str, query: &str) -> Vec<String> {
    let arguments = json!({ "query": query, "limit": 25 });
    let answer = service.called(url, "search_tools", arguments).await;
    let name = |name: &Value| name.as_str().unwrap().to_owned();
    let by_resource = answer["tools"].as_object().into_iter().flat_map(|all| all.values());
    let all = by_resource.flat_map(|names| names.as_array().unwrap()).map(name);
    answer["result"].as_array().unwrap().iter().map(|tool| name(&tool["name"])).chain(all).collect()
}

#[tokio::test]
async fn four_tools_stand_for_all_in_every_revision() {
    let service = Service::connected().await;
    let url = discovery(&service, json!({})).await.url;
    assert_eq!(service.listed(&url).await, ALL);
    let listed = modern(&service, &url, "tools/list", json!({})).await.json();
    let legacy = service.rpc(&url, "tools/list", json!({})).await;
    assert_eq!(listed["result"]["tools"], legacy["result"]["tools"]);
    assert_eq!(listed["result"]["cacheScope"], "private");

    // Nothing that is called changes the list.
    service.called(&url, "search_tools", json!({ "query": "users" })).await;
    assert_eq!(service.rpc(&url, "tools/list", json!({})).await, legacy);
    assert_eq!(service.received(), Vec::<Value>::new(), "searching reached Egnyte");
}

#[tokio::test]
async fn a_url_that_only_reads_has_one_call_tool_that_says_so() {
    let service = Service::connected().await;
    let url = discovery(&service, json!({ "methods": ["read"] })).await.url;
    let answer = service.rpc(&url, "tools/list", json!({})).await;
    let tools = answer["result"]["tools"].as_array().unwrap();
    assert_eq!(tools.len(), 3);
    assert!(tools.iter().all(|tool| tool["annotations"]["readOnlyHint"] == true));

    let params = json!({ "name": "call_read_tool", "arguments": {} });
    let answer = service.rpc(&url, "tools/call", params).await;
    assert_eq!(answer["error"]["code"], -32602, "what is not listed cannot be called: {answer}");
}

#[tokio::test]
async fn a_model_finds_a_tool_reads_its_schema_and_calls_it() {
    let service = Service::connected().await;
    let url = discovery(&service, json!({})).await.url;
    let found = service.called(&url, "search_tools", json!({ "query": "deactivate jane" })).await;
    let first = &found["result"][0];
    assert_eq!(first["name"], "update_an_egnyte_user_by_id");
    assert_eq!((&first["access"], &first["required"]), (&json!("destructive"), &json!(["id"])));
    assert!(first["optional"].as_array().unwrap().contains(&json!("active")));

    let names = json!({ "tool_names": [first["name"], "list_egnyte_users"] });
    let schemas = service.called(&url, "get_tool_schema", names).await;
    let open = service.mint(json!({})).await.url;
    let listed = service.rpc(&open, "tools/list", json!({})).await;
    for definition in schemas["result"].as_array().unwrap() {
        assert!(listed["result"]["tools"].as_array().unwrap().contains(definition));
    }

    let arguments = json!({ "email": "jane.smith@external.com" });
    let call = json!({ "tool_name": "list_all_egnyte_users", "arguments": arguments });
    let id = service.called(&url, "call_read_tool", call).await["result"][0]["id"].clone();
    let arguments = json!({ "id": id, "active": false });
    let call = json!({ "tool_name": first["name"], "arguments": arguments });
    service.called(&url, "call_tool", call).await;
    let call = json!({ "tool_name": "get_egnyte_user", "arguments": { "id": id } });
    assert_eq!(service.called(&url, "call_read_tool", call).await["active"], false);
}

#[tokio::test]
async fn a_call_by_way_of_call_tool_has_exactly_the_result_of_the_tool() {
    let service = Service::connected().await;
    let (open, hidden) =
        (service.mint(json!({})).await.url, discovery(&service, json!({})).await.url);
    for (tool, arguments) in [
        ("list_all_egnyte_groups", json!({ "limit": 2 })),
        ("list_egnyte_groups", json!({ "limit": 0 })),
        ("list_all_egnyte_users", json!({ "emial": "x@example.com" })),
        ("list_all_egnyte_users", json!({ "email": null, "limit": 1 })),
        ("get_single_egnyte_user_by_id", json!({ "id": 4_000_000 })),
        ("get_single_egnyte_user_by_id", json!({})),
        ("delete_an_egnyte_user_by_id", json!({ "id": "jmiller" })),
    ] {
        let direct = json!({ "name": tool, "arguments": arguments });
        let by_way = json!({
            "name": "call_tool", "arguments": { "tool_name": tool, "arguments": arguments },
        });
        let clear = |mut answer: Value| {
            // What is left of the second's calls is another number each time.
            answer["result"]["_meta"]["egnyte-mcp/ratelimit"].take();
            answer
        };
        let here = clear(service.rpc(&open, "tools/call", direct.clone()).await);
        let there = clear(service.rpc(&hidden, "tools/call", by_way.clone()).await);
        // A cursor is sealed anew each time.
        if here["result"]["isError"] == true {
            assert_eq!(here, there);
        } else {
            let items = |answer: &Value| -> Value {
                serde_json::from_str::<Value>(text_of(&answer["result"])).unwrap()["result"].clone()
            };
            assert_eq!(items(&here), items(&there));
            assert_eq!(
                here["result"].as_object().unwrap().keys().collect::<Vec<_>>(),
                there["result"].as_object().unwrap().keys().collect::<Vec<_>>()
            );
        }
        let here = modern(&service, &open, "tools/call", direct).await;
        let there = modern(&service, &hidden, "tools/call", by_way).await;
        assert_eq!(here.status, there.status);
        assert_eq!(here.json()["result"]["isError"], there.json()["result"]["isError"]);
        assert_eq!(there.json()["result"]["resultType"], "complete");
    }
}

#[tokio::test]
async fn a_throttled_call_carries_the_limits_as_the_tool_itself_would() {
    let service = Service::connected().await;
    let url = discovery(&service, json!({})).await.url;
    service.once(json!({ "kind": "error", "status": 429, "shape": "empty" })).await;
    let params = json!({ "name": "call_tool", "arguments": { "tool_name": "list_egnyte_users" } });
    let answer = service.post(&url, message(1, "tools/call", params)).await;
    let result = answer.json()["result"].clone();
    assert_eq!(result["_meta"]["egnyte-mcp/error"]["kind"], "rate_limited", "{result}");
    assert!(!answer.header("ratelimit-reset").is_empty());
}

#[tokio::test]
async fn under_every_filter_what_is_found_is_what_can_be_called_and_seen() {
    let service = Service::connected().await;
    let every: Vec<String> = service.listed(&service.mint(json!({})).await.url).await;
    for filter in [
        json!({}),
        json!({ "methods": ["read"] }),
        json!({ "methods": ["write"], "tags": ["groups"] }),
        json!({ "methods": ["custom"] }),
        json!({ "tools": ["list_all_egnyte_users", "create_egnyte_group"] }),
    ] {
        let open: BTreeSet<String> =
            service.listed(&service.mint(filter.clone()).await.url).await.into_iter().collect();
        let url = discovery(&service, filter.clone()).await.url;
        let all: BTreeSet<String> = searched(&service, &url, "").await.into_iter().collect();
        assert_eq!(all, open, "{filter}");
        for tool in &every {
            let offered = open.contains(tool);
            assert_eq!(searched(&service, &url, tool).await.contains(tool), offered, "{tool}");

            // An argument no tool takes keeps a call that is let through from going further.
            let arguments = json!({ "tool_name": tool, "arguments": { "no such argument": 1 } });
            let failed = service.failed(&url, "call_tool", arguments).await;
            let words = failed["message"].as_str().unwrap();
            assert_eq!(words.contains("no argument `no such argument`"), offered, "{words}");
            assert_eq!(words.contains("offers no tool"), !offered, "{words}");

            let result =
                service.call(&url, "get_tool_schema", json!({ "tool_names": [tool] })).await;
            assert_eq!(result["isError"] == false, offered, "{result}");

            let params = json!({ "name": tool, "arguments": {} });
            let answer = service.rpc(&url, "tools/call", params).await;
            assert_eq!(answer.get("error").is_none(), offered, "{answer}");
        }
    }
    assert_eq!(service.received(), Vec::<Value>::new(), "something reached Egnyte");
}

#[tokio::test]
async fn a_tool_called_by_its_own_name_says_how_it_is_called_here() {
    let service = Service::connected().await;
    let url = discovery(&service, json!({})).await.url;
    for (tool, caller) in
        [("list_egnyte_users", "call_read_tool"), ("delete_an_egnyte_user_by_id", "call_tool")]
    {
        let result = service.call(&url, tool, json!({ "id": 2163 })).await;
        assert_eq!(result["isError"], true);
        let words = text_of(&result);
        assert!(words.contains("search_tools") && words.contains("get_tool_schema"), "{words}");
        assert!(words.contains(&format!("call {caller} with")), "{words}");
    }
    assert_eq!(service.received(), Vec::<Value>::new());
}

#[tokio::test]
async fn the_tool_for_reading_refuses_to_write() {
    let service = Service::connected().await;
    let url = discovery(&service, json!({})).await.url;
    let call = json!({ "tool_name": "delete_egnyte_user", "arguments": { "id": 2163 } });
    let failed = service.failed(&url, "call_read_tool", call).await;
    assert_eq!(failed["kind"], "invalid_arguments");
    assert!(failed["message"].as_str().unwrap().contains("changes something"), "{failed}");
    assert_eq!(service.received(), Vec::<Value>::new());
}

#[tokio::test]
async fn nothing_found_and_nothing_asked_show_all_names_by_resource() {
    let service = Service::connected().await;
    let url = discovery(&service, json!({ "tags": ["users"], "tool_names": "short" })).await.url;
    for query in ["", "  ", "photosynthesis"] {
        let answer = service.called(&url, "search_tools", json!({ "query": query })).await;
        assert_eq!(answer["result"], json!([]));
        assert_eq!(answer["tools"]["users"][0], "list_egnyte_users");
        let says_so = answer["note"].as_str().unwrap().contains("Nothing matches");
        assert_eq!(says_so, !query.trim().is_empty());
    }
}

#[tokio::test]
async fn a_limit_caps_what_is_found_and_null_is_no_limit() {
    let service = Service::connected().await;
    let url = discovery(&service, json!({})).await.url;
    let count = async |limit: Value| {
        let arguments = json!({ "query": "user or group", "limit": limit });
        let found = service.called(&url, "search_tools", arguments).await;
        found["result"].as_array().unwrap().len()
    };
    assert_eq!(count(json!(1)).await, 1);
    assert_eq!(count(json!(3)).await, 3);
    assert_eq!(count(Value::Null).await, 8);
}

#[tokio::test]
async fn bad_input_is_refused_in_words() {
    let service = Service::connected().await;
    let url = discovery(&service, json!({})).await.url;
    let long = "x".repeat(501);
    for (tool, arguments, words) in [
        ("search_tools", json!({}), "`query` is missing"),
        ("search_tools", json!({ "query": null }), "`query` is missing"),
        ("search_tools", json!({ "query": 5 }), "`query` must be a string"),
        ("search_tools", json!({ "query": long }), "longer than 500 characters"),
        ("search_tools", json!({ "query": "x", "limit": 0 }), "`limit` must be at least 1"),
        ("search_tools", json!({ "qurey": "x" }), "did you mean `query`?"),
        ("search_tools", json!("users"), "object"),
        ("get_tool_schema", json!({ "tool_names": [] }), "`tool_names`"),
        (
            "get_tool_schema",
            json!({ "tool_names": ["a", "b", "c", "d", "e", "f"] }),
            "`tool_names`",
        ),
        ("get_tool_schema", json!({ "tool_names": "list_egnyte_users" }), "must be an array"),
        (
            "get_tool_schema",
            json!({ "tool_names": ["list_all_egnyte_user"] }),
            "Did you mean `list_all_egnyte_users`?",
        ),
        ("call_tool", json!({ "arguments": {} }), "`tool_name` is missing"),
        (
            "call_tool",
            json!({ "tool_name": "list_egnyte_users", "limit": 1 }),
            "no argument `limit`",
        ),
        (
            "call_tool",
            json!({ "tool_name": "list_egnyte_users", "arguments": "{}" }),
            "`arguments` must be an object",
        ),
        (
            "call_tool",
            json!({ "tool_name": "list_all_egnyte_usres" }),
            "Did you mean `list_all_egnyte_users`?",
        ),
        ("call_tool", json!({ "tool_name": "call_tool", "arguments": {} }), "called directly"),
        ("call_read_tool", json!({ "tool_name": "nothing_like_it" }), "offers no tool"),
    ] {
        let result = service.call(&url, tool, arguments.clone()).await;
        let kind = &result["_meta"]["egnyte-mcp/error"]["kind"];
        assert_eq!((&result["isError"], kind), (&json!(true), &json!("invalid_arguments")));
        assert!(text_of(&result).contains(words), "{tool} {arguments}: {}", text_of(&result));
    }
    let params = json!({ "name": "serach_tools", "arguments": {} });
    let answer = service.rpc(&url, "tools/call", params).await;
    let words = answer["error"]["message"].as_str().unwrap();
    assert!(words.contains("Did you mean `search_tools`?"), "{words}");
    assert_eq!(service.received(), Vec::<Value>::new());
}

#[tokio::test]
async fn of_several_schemas_those_that_exist_are_shown() {
    let service = Service::connected().await;
    let url = discovery(&service, json!({})).await.url;
    let names =
        json!(["list_egnyte_users", "list_all_egnyte_users", "list_all_egnyte_gruops", "zzz"]);
    let answer = service.called(&url, "get_tool_schema", json!({ "tool_names": names })).await;
    assert_eq!(answer["result"].as_array().unwrap().len(), 1, "the same tool twice is one");
    assert_eq!(
        answer["unknown"],
        json!([
            { "name": "list_all_egnyte_gruops", "did_you_mean": "list_all_egnyte_groups" },
            { "name": "zzz", "did_you_mean": null },
        ])
    );
}

#[tokio::test]
async fn the_instructions_tell_how_the_mode_is_used() {
    let service = Service::connected().await;
    for (config, callers) in [
        (json!({}), "call_read_tool runs the ones that read, call_tool runs any"),
        (json!({ "methods": ["read"] }), "call_tool runs them"),
    ] {
        let url = discovery(&service, config).await.url;
        let legacy = service.rpc(&url, "initialize", json!({})).await;
        let discovered = modern(&service, &url, "server/discover", json!({})).await.json();
        for answer in [legacy, discovered] {
            let words = answer["result"]["instructions"].as_str().unwrap().to_owned();
            assert!(words.contains("search_tools finds") && words.contains(callers), "{words}");
            assert!(words.find(callers) < Some(512), "hosts cut there");
        }
    }
}

#[tokio::test]
async fn a_dry_run_counts_the_tools_behind_and_the_tokens_of_what_is_listed() {
    let service = Service::connected().await;
    let body = json!({ "name": "Looking", "config": { "tool_exposure": "discovery" } });
    let path = service.servers("?dry_run=true");
    let preview = service.api("POST", &path, Some(body)).await.json();
    assert_eq!(preview["listed"], json!(ALL));
    assert_eq!(preview["tool_count"], preview["tools"].as_array().unwrap().len());
    assert!(preview["tool_count"].as_u64().unwrap() > 10);
    let url = discovery(&service, json!({})).await.url;
    let listing = service.rpc(&url, "tools/list", json!({})).await["result"]["tools"].to_string();
    assert_eq!(preview["token_estimate"], listing.len().div_ceil(4));
}

#[tokio::test]
async fn the_mode_is_kept_in_the_record_and_in_the_token_and_can_be_changed() {
    let service = Service::connected().await;
    let minted = discovery(&service, json!({ "methods": ["read"] })).await;
    let path = service.servers(&format!("/{}", minted.id));
    let record = service.get(&path).await.json();
    assert_eq!(record["config"]["tool_exposure"], "discovery");
    assert!(record["tool_count"].as_u64().unwrap() > 3, "the tools behind are counted");

    let replica = service.stateless_replica().await;
    let there = format!("{}/mcp/{}", replica.base, minted.token);
    assert_eq!(service.listed(&there).await, ["search_tools", "get_tool_schema", "call_tool"]);

    let body = json!({ "config": { "tool_exposure": "all" } });
    service.api("PATCH", &path, Some(body)).await;
    assert!(service.listed(&minted.url).await.contains(&"list_all_egnyte_users".to_owned()));
    let params = json!({ "name": "search_tools", "arguments": { "query": "x" } });
    let answer = service.rpc(&minted.url, "tools/call", params).await;
    assert_eq!(answer["error"]["code"], -32602);
}
