//! Filters: what a URL lists is what it calls, whatever the combination and whatever the name.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::harness::{API_TOKEN, Service};

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
    // Tools of every kind are called; the methods of two resources are enough to filter by.
    let directory = |tool: &&Tool| tool.tags.iter().any(|tag| tag == "users" || tag == "groups");
    let literal: BTreeSet<&str> =
        tools.iter().filter(directory).map(|tool| tool.method.as_str()).collect();
    let methods: Vec<Option<String>> = [None]
        .into_iter()
        .chain(["read", "write", "custom"].into_iter().chain(literal).map(|m| Some(m.to_owned())))
        .collect();
    let tags: [&[&'static str]; 4] = [&[], &["users"], &["groups"], &["users", "groups"]];
    // Some by their long and some by their short names.
    let some = tools.iter().filter(directory).enumerate().filter(|(index, _)| index % 3 != 1);
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
    .into_iter()
    .filter(|disguise| disguise != name)
    .collect()
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

        let both: Vec<String> =
            tools.iter().flat_map(|tool| [tool.long.clone(), tool.short.clone()]).collect();
        let listed = tools.iter().flat_map(|tool| [long.contains(&tool.long.as_str()); 2]);
        let let_through = callable(&service, &url, &both).await;
        for ((name, listed), let_through) in both.iter().zip(listed).zip(let_through) {
            assert_eq!(let_through, listed, "{config} {name}");
        }
        // Every name is disguised under some filter.
        let some = both.iter().skip(minted % 11).step_by(11);
        let disguised: Vec<String> = some.flat_map(|name| disguises(name)).collect();
        let let_through = callable(&service, &url, &disguised).await;
        assert!(!let_through.contains(&true), "{config} {disguised:?}");
    }
    assert_eq!(service.received(), Vec::<Value>::new(), "something reached Egnyte");
    assert!(minted > 50 && refused > 5, "{minted} minted, {refused} refused");
}

/// The same as a query.
fn query(methods: Option<&String>, tags: &[&str], names: &[String]) -> String {
    let lists = [
        ("methods", methods.cloned().unwrap_or_default()),
        ("tags", tags.join(",")),
        ("tools", names.join(",")),
    ];
    let given = lists.iter().filter(|(_, list)| !list.is_empty());
    given.flat_map(|(name, list)| ["&", name, "=", list]).collect()
}

/// The names `/tools` lists, to a token; none when the filter leaves nothing.
async fn listed_to(service: &Service, token: &str, query: &str) -> Vec<String> {
    let path = format!("/integrated-account/{}/tools?format=mcp{query}", service.account);
    let answer = service.api_as(Some(token), "GET", &path, None::<String>).await;
    if answer.status == 400 {
        return Vec::new();
    }
    let tools = answer.json()["tools"].as_array().unwrap().clone();
    tools.iter().map(|tool| tool["name"].as_str().unwrap().to_owned()).collect()
}

/// Whether a call to this address is let through, with an argument no tool takes.
async fn lets_through(service: &Service, token: &str, path: &str) -> bool {
    let body = Some(r#"{"no such argument":1}"#);
    let answer = service.api_as(Some(token), "POST", path, body).await;
    match answer.status.as_u16() {
        400 => assert_eq!(answer.json()["kind"], "invalid_arguments", "{path}: {}", answer.text),
        404 => assert!(answer.json()["field"].is_string(), "{path}: {}", answer.text),
        _ => panic!("{path}: {}", answer.text),
    }
    answer.status == 400
}

#[tokio::test]
async fn programs_list_and_call_exactly_what_the_filter_lets_through_on_every_route() {
    let service = Service::connected().await;
    let tools = all_tools(&service).await;
    let everything = format!("/integrated-account/{}/tools", service.account);
    let listing = service.get(&everything).await.json();
    let resources: Vec<&str> = listing["result"]
        .as_array()
        .unwrap()
        .iter()
        .map(|t| t["resource"].as_str().unwrap())
        .collect();
    let (mut some, mut none) = (0, 0);
    // A dozen tools for each filter, others for the next: all of them come up often.
    let stride = tools.len().div_ceil(12);
    let known = ["read", "write", "custom", "list", "get", "create", "update", "delete"];
    let known =
        |method: &Option<String>| method.as_ref().is_none_or(|m| known.contains(&m.as_str()));
    let combinations = combinations(&tools).into_iter().filter(|(method, ..)| known(method));
    for (index, (method, tags, names)) in combinations.enumerate() {
        let named: Vec<&str> = names.iter().map(String::as_str).collect();
        let expected: Vec<&str> = (tools.iter())
            .filter(|tool| tool.passes(method.as_deref(), &tags, &named))
            .map(|tool| tool.long.as_str())
            .collect();
        // An API token that asks for as much sees the same.
        let query = query(method.as_ref(), &tags, &names);
        assert_eq!(listed_to(&service, API_TOKEN, &query).await, expected, "{query}");
        if expected.is_empty() {
            none += 1;
            continue;
        }
        some += 1;
        let mut config = json!({});
        let lists = [("methods", method.iter().cloned().collect()), ("tools", names.clone())];
        for (key, list) in lists.into_iter().filter(|(_, list): &(_, Vec<String>)| !list.is_empty())
        {
            config[key] = json!(list);
        }
        if !tags.is_empty() {
            config["tags"] = json!(tags);
        }
        let token = service.mint(config).await.token;
        assert_eq!(listed_to(&service, &token, "").await, expected, "{query}");
        let some_tools = tools.iter().zip(&resources).enumerate();
        for (at, (tool, resource)) in some_tools.skip(index % stride).step_by(stride) {
            let offered = expected.contains(&tool.long.as_str());
            let name = if (at + index) % 2 == 0 { &tool.long } else { &tool.short };
            let path = format!("{everything}/{name}/call");
            assert_eq!(lets_through(&service, &token, &path).await, offered, "{query} {path}");
            let path = format!("/proxy/{resource}/{}", tool.method);
            assert_eq!(lets_through(&service, &token, &path).await, offered, "{query} {path}");
            // A narrower question than the URL's filter opens nothing beyond it.
            let only = listed_to(&service, &token, &format!("&tools={name}")).await;
            assert_eq!(only.len(), usize::from(offered), "{query} {name}");
        }
    }
    assert_eq!(service.received(), Vec::<Value>::new(), "something reached Egnyte");
    assert!(some > 40 && none > 2, "{some} with tools, {none} without");
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
