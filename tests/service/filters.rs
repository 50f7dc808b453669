//! Filters: what a URL lists is what it calls, whatever the combination and whatever the name.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::harness::Service;

/// A tool as the dry run shows it, with its short name beside it.
struct Tool {
    long: String,
    short: String,
    method: String,
    reads: bool,
    tags: Vec<String>,
}

impl Tool {
    /// The filter's rules, written once more and independently.
    fn passes(&self, methods: Option<&str>, tags: &[&str], tools: &[&str]) -> bool {
        let standard = ["list", "get", "create", "update", "delete"];
        let by_method = match methods {
            None => true,
            Some("read") => self.reads,
            Some("write") => !self.reads,
            Some("custom") => !standard.contains(&self.method.as_str()),
            Some(literal) => self.method == literal,
        };
        let by_tag = tags.is_empty() || self.tags.iter().any(|tag| tags.contains(&tag.as_str()));
        let by_name = tools.is_empty()
            || tools.contains(&self.long.as_str())
            || tools.contains(&self.short.as_str());
        by_method && by_tag && by_name
    }
}

async fn all_tools(service: &Service) -> Vec<Tool> {
    let dry_run = async |names: &str| {
        let body = json!({ "name": "Dry run", "config": { "tool_names": names } });
        let answer = service.api("POST", &service.servers("?dry_run=true"), Some(body)).await;
        answer.json()["tools"].as_array().unwrap().clone()
    };
    let text = |tool: &Value, key: &str| tool[key].as_str().unwrap().to_owned();
    let short = dry_run("short").await;
    let tools = dry_run("long").await.into_iter().zip(short);
    tools
        .map(|(long, short)| Tool {
            long: text(&long, "name"),
            short: text(&short, "name"),
            method: text(&long, "method"),
            reads: long["annotations"]["readOnlyHint"] == true,
            tags: serde_json::from_value(long["tags"].clone()).unwrap(),
        })
        .collect()
}

/// Every combination of methods, tags and tools.
fn combinations(tools: &[Tool]) -> Vec<(Option<String>, Vec<&'static str>, Vec<String>)> {
    let literal: BTreeSet<&str> = tools.iter().map(|tool| tool.method.as_str()).collect();
    let methods: Vec<Option<String>> = [None]
        .into_iter()
        .chain(["read", "write", "custom"].into_iter().chain(literal).map(|m| Some(m.to_owned())))
        .collect();
    let tags: [&[&'static str]; 4] = [&[], &["users"], &["groups"], &["users", "groups"]];
    // Some by their long and some by their short names.
    let some = tools.iter().enumerate().filter(|(index, _)| index % 3 != 1);
    let some = some.map(|(index, tool)| if index % 2 == 0 { &tool.long } else { &tool.short });
    let names = [Vec::new(), some.cloned().collect()];
    let mut all = Vec::new();
    for method in &methods {
        for tag in tags {
            for names in &names {
                all.push((method.clone(), tag.to_vec(), names.clone()));
            }
        }
    }
    all
}

/// Ways to write a name that name no tool, listed or not.
fn disguises(name: &str) -> Vec<String> {
    let encoded: Vec<String> = name.bytes().map(|byte| format!("%{byte:02x}")).collect();
    vec![
        name.to_uppercase(),
        format!("{name} "),
        format!(" {name}"),
        format!("{name}\0"),
        name.replace('_', "%5f"),
        name.replace('_', "-"),
        encoded.concat(),
    ]
}

/// Calls each name with an argument no tool takes, so that a call that is let through goes no
/// further than the check of its arguments. Whether each was let through.
async fn callable(service: &Service, url: &str, names: &[String]) -> Vec<bool> {
    let mut answers = Vec::new();
    for chunk in names.chunks(100) {
        let batch: Vec<Value> = chunk
            .iter()
            .map(|name| {
                let params = json!({ "name": name, "arguments": { "no such argument": 1 } });
                json!({ "jsonrpc": "2.0", "id": name, "method": "tools/call", "params": params })
            })
            .collect();
        let answer = service.post(url, Value::Array(batch).to_string()).await.json();
        for (answer, name) in answer.as_array().unwrap().iter().zip(chunk) {
            assert_eq!(answer["id"], json!(name));
            answers.push(if answer.get("error").is_some() {
                assert_eq!(answer["error"]["code"], -32602, "{answer}");
                false
            } else {
                let kind = &answer["result"]["_meta"]["egnyte-mcp/error"]["kind"];
                assert_eq!(kind, "invalid_arguments", "{answer}");
                true
            });
        }
    }
    assert_eq!(answers.len(), names.len());
    answers
}

#[tokio::test]
async fn under_every_filter_exactly_what_is_listed_can_be_called_by_either_name() {
    let service = Service::connected().await;
    let tools = all_tools(&service).await;
    let (mut minted, mut refused) = (0, 0);
    for (method, tags, names) in combinations(&tools) {
        let mut config = json!({});
        if let Some(method) = &method {
            config["methods"] = json!([method]);
        }
        if !tags.is_empty() {
            config["tags"] = json!(tags);
        }
        if !names.is_empty() {
            config["tools"] = json!(names);
        }
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let expected: Vec<&Tool> =
            tools.iter().filter(|tool| tool.passes(method.as_deref(), &tags, &names)).collect();
        if expected.is_empty() {
            let body = json!({ "name": "Nothing left", "config": config });
            let answer = service.api("POST", &service.servers(""), Some(body)).await;
            assert_eq!((answer.status.as_u16(), &answer.json()["field"]), (400, &json!("config")));
            refused += 1;
            continue;
        }
        minted += 1;
        let url = service.mint(config.clone()).await.url;
        let long: Vec<&str> = expected.iter().map(|tool| tool.long.as_str()).collect();
        assert_eq!(service.listed(&url).await, long, "{config}");

        for tool in &tools {
            let listed = long.contains(&tool.long.as_str());
            let both = [tool.long.clone(), tool.short.clone()];
            assert_eq!(callable(&service, &url, &both).await, [listed; 2], "{config} {both:?}");
            let disguised: Vec<String> = both.iter().flat_map(|name| disguises(name)).collect();
            let let_through = callable(&service, &url, &disguised).await;
            assert!(!let_through.contains(&true), "{config} {disguised:?}");
        }
    }
    assert_eq!(service.received(), Vec::<Value>::new(), "something reached Egnyte");
    assert!(minted > 50 && refused > 5, "{minted} minted, {refused} refused");
}

#[tokio::test]
async fn a_listing_with_short_names_calls_by_both_names_too() {
    let service = Service::connected().await;
    let config = json!({ "methods": ["list"], "tags": ["users"], "tool_names": "short" });
    let url = service.mint(config).await.url;
    assert_eq!(service.listed(&url).await, ["list_egnyte_users"]);
    for name in ["list_egnyte_users", "list_all_egnyte_users"] {
        assert!(service.called(&url, name, json!({})).await["total"].is_u64());
    }
}

#[tokio::test]
async fn a_changed_filter_holds_for_the_very_next_message() {
    let service = Service::connected().await;
    let minted = service.mint(json!({})).await;
    let everything = service.listed(&minted.url).await.len();
    let body = json!({ "config": { "methods": ["read"] } });
    service.api("PATCH", &service.servers(&format!("/{}", minted.id)), Some(body)).await;
    let name = "delete_an_egnyte_user_by_id".to_owned();
    assert_eq!(callable(&service, &minted.url, &[name]).await, [false]);
    assert!(service.listed(&minted.url).await.len() < everything);
}

#[tokio::test]
async fn an_unknown_tool_is_named_with_the_nearest_that_is_offered() {
    let service = Service::connected().await;
    let url = service.mint(json!({ "methods": ["read"] })).await.url;
    let params = json!({ "name": "list_all_egnyte_user", "arguments": {} });
    let answer = service.rpc(&url, "tools/call", params).await;
    let words = answer["error"]["message"].as_str().unwrap();
    assert!(words.contains("Did you mean `list_all_egnyte_users`?"), "{words}");

    let params = json!({ "name": "create_an_egnyte_user", "arguments": {} });
    let answer = service.rpc(&url, "tools/call", params).await;
    assert!(!answer.to_string().contains("Did you mean `create_an_egnyte_user`"), "{answer}");
}
