//! One pipeline: MCP, the call route and the proxy answer the same for the same arguments, good
//! ones and bad ones, reads and writes. Before each of them the sandbox is as at first.

use std::sync::OnceLock;

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use proptest::prelude::*;
use proptest::sample::select;
use proptest::test_runner::{Config, TestRunner};
use serde_json::{Map, Value, json};
use tokio::runtime::Runtime;

use crate::harness::{Answer, Minted, Service, message};

/// How a refusal begins before anything was sent.
const REFUSED: &str = "The arguments do not fit, so nothing was sent to Egnyte: ";

/// A tool as the default listing shows it.
#[derive(Clone, Debug)]
struct Tool {
    name: String,
    resource: String,
    method: String,
    properties: Map<String, Value>,
}

/// Values for a schema: mostly such as fit, with ids that exist among them.
fn value(schema: &Value) -> BoxedStrategy<Value> {
    let fits = match schema["type"].as_str().unwrap_or_default() {
        "integer" => {
            select(vec![json!(99281), json!(3012), json!(1), json!(0), json!(4_000_000_000_u64)])
                .boxed()
        }
        "number" => select(vec![json!(1), json!(1.5)]).boxed(),
        "boolean" => any::<bool>().prop_map(Value::from).boxed(),
        "array" => {
            prop::collection::vec(value(&schema["items"]), 0..3).prop_map(Value::from).boxed()
        }
        "object" => {
            let none = Map::new();
            let properties = schema["properties"].as_object().unwrap_or(&none).clone();
            object(&properties, 0.9).boxed()
        }
        _ if schema.get("enum").is_some() => {
            let mut options = schema["enum"].as_array().unwrap().clone();
            options.push(json!("none of them"));
            select(options).boxed()
        }
        _ => select(vec![
            json!("jane.smith@external.com"),
            json!("jane.smith"),
            json!("1ee2e04c-bdde-42ee-ae07-c3aad375f6da"),
            json!("Marketing Team"),
            json!("a, b & c=d?%2e \"ü\""),
            json!(""),
        ])
        .boxed(),
    };
    let odd = select(vec![Value::Null, json!("12"), json!(-1), json!({}), json!([]), json!(true)]);
    prop_oneof![9 => fits, 1 => odd].boxed()
}

fn object(properties: &Map<String, Value>, given: f64) -> impl Strategy<Value = Value> + use<> {
    let properties: Vec<_> = properties
        .iter()
        .map(|(name, schema)| (Just(name.clone()), prop::option::weighted(given, value(schema))))
        .collect();
    let unknown = prop::option::weighted(0.05, Just(("emial".to_owned(), json!(1))));
    (properties, unknown).prop_map(|(given, unknown)| {
        let given = given.into_iter().filter_map(|(name, value)| Some((name, value?)));
        Value::Object(given.chain(unknown).collect())
    })
}

fn case(tools: Vec<Tool>) -> impl Strategy<Value = (Tool, Value)> {
    select(tools).prop_flat_map(|tool| {
        // Few of many: Egnyte takes one filter at a time, and an update rarely has all.
        let arguments = prop_oneof![
            object(&tool.properties, 0.3),
            object(&tool.properties, 0.95),
            Just(json!({})),
        ];
        (Just(tool), arguments)
    })
}

/// What an answer says, whichever way it came: the result or the failure, and the limits. Cursors
/// are sealed anew each time, and times are those of the call.
#[derive(Debug, PartialEq)]
struct Said {
    result: Result<Value, Value>,
    limits: [String; 3],
    sent: Vec<Value>,
}

fn limits(answer: &Answer) -> [String; 3] {
    ["ratelimit-limit", "ratelimit-remaining", "ratelimit-reset"]
        .map(|name| answer.header(name).to_owned())
}

fn steady(value: &mut Value) {
    match value {
        Value::Object(map) => {
            for (key, value) in map {
                if key == "next_cursor" && value.is_string() {
                    *value = json!("a cursor");
                }
                steady(value);
            }
        }
        Value::Array(list) => list.iter_mut().for_each(steady),
        Value::String(text)
            if text.ends_with(" GMT") || (text.starts_with("20") && text.contains('T')) =>
        {
            "a time".clone_into(text);
        }
        Value::String(text) if text.contains("/transfer/") => "a link".clone_into(text),
        Value::String(text) if text.starts_with(REFUSED) => {
            // Arguments have no order, and their faults stand in that of the request.
            let faults = text.trim_start_matches(REFUSED);
            let (faults, next) = faults.split_once(".\n").unwrap_or((faults, ""));
            let mut faults: Vec<&str> = faults.trim_end_matches('.').split("; ").collect();
            faults.sort_unstable();
            // No more than eight are named.
            let faults = if faults.len() < 8 { faults.join("; ") } else { "many".to_owned() };
            *text = format!("{REFUSED}{faults}.{next}");
        }
        _ => {}
    }
}

fn said(service: &Service, limits: [String; 3], mut result: Result<Value, Value>) -> Said {
    match &mut result {
        Ok(value) | Err(value) => steady(value),
    }
    let sent = service.received();
    let sent = sent.iter().map(|r| json!([r["method"], r["target"], r["body"]])).collect();
    Said { result, limits, sent }
}

async fn over_mcp(service: &Service, url: &str, tool: &Tool, arguments: &Value) -> Said {
    service.sandbox.reset();
    let params = json!({ "name": tool.name, "arguments": arguments });
    let answer = service.post(url, message(1, "tools/call", params)).await;
    let result = answer.json()["result"].clone();
    let text = result["content"][0]["text"].as_str().unwrap();
    let error = &result["_meta"]["egnyte-mcp/error"];
    let result = if result["isError"] == true {
        let of = |key: &str| error.get(key).cloned().unwrap_or_default();
        let keys = ["kind", "message", "retry_after_seconds", "missing_scope", "status"];
        let [kind, message, retry, scope, status] = keys.map(of);
        Err(json!([text, kind, message, retry, scope, status]))
    } else {
        Ok(serde_json::from_str(text).unwrap())
    };
    said(service, limits(&answer), result)
}

/// What an answer over plain HTTP says, in the words of [`over_mcp`].
fn over_http(service: &Service, answer: &Answer) -> Said {
    let body = answer.json();
    let result = if answer.status == 200 {
        Ok(body)
    } else {
        assert_eq!(answer.header("content-type"), "application/problem+json", "{body}");
        assert_eq!(body["status"], answer.status.as_u16());
        let of = |key: &str| body.get(key).cloned().unwrap_or_default();
        let keys = ["detail", "kind", "message", "retry_after_seconds", "missing_scope", "status"];
        let [detail, kind, message, retry, scope, status] = keys.map(of);
        // A status that is not Egnyte's does not stand in MCP's error.
        let is_egnyte_s = !message.as_str().unwrap().starts_with(REFUSED);
        let status = if is_egnyte_s { status } else { Value::Null };
        Err(json!([detail, kind, message, retry, scope, status]))
    };
    said(service, limits(answer), result)
}

fn encoded(text: &str) -> String {
    utf8_percent_encode(text, NON_ALPHANUMERIC).to_string()
}

/// The request a program would make in resource style, if these arguments can be said in it.
fn resource_style(tool: &Tool, arguments: &Value) -> Option<(&'static str, String, Value)> {
    let mut rest = arguments.as_object()?.clone();
    let (verb, on_item) = match tool.method.as_str() {
        "list" => ("GET", false),
        "create" => ("POST", false),
        "get" => ("GET", true),
        "update" => ("PATCH", true),
        "replace" => ("PUT", true),
        "delete" => ("DELETE", true),
        _ => return None,
    };
    let mut path = tool.resource.clone();
    if on_item {
        let id = match rest.shift_remove("id")? {
            Value::String(id) if !id.is_empty() => id,
            Value::Number(id) => id.to_string(),
            _ => return None,
        };
        // A text that reads as a number is one in a path.
        if tool.properties["id"]["type"] == "integer" && arguments["id"].is_string() {
            return None;
        }
        path = format!("{path}/{}", encoded(&id));
    }
    path.push('?');
    // Every second one whose text stands for exactly this value goes into the query.
    let mut body = Map::new();
    for (index, (name, value)) in rest.into_iter().enumerate() {
        let kind = tool.properties.get(&name).and_then(|schema| schema["type"].as_str());
        let is_own_text = matches!(
            (kind, &value),
            (Some("integer"), Value::Number(_))
                | (Some("boolean"), Value::Bool(_))
                | (Some("array"), Value::Array(_))
                | (Some("object"), Value::Object(_))
        );
        let text = match &value {
            Value::String(text) if kind == Some("string") => Some(text.clone()),
            value => is_own_text.then(|| value.to_string()),
        };
        match text {
            Some(text) if index % 2 == 0 || verb == "GET" => {
                path.extend([name.as_str(), "=", &encoded(&text), "&"]);
            }
            _ => _ = body.insert(name, value),
        }
    }
    Some((verb, path, Value::Object(body)))
}

async fn compare(service: &Service, minted: &Minted, tool: &Tool, arguments: &Value) {
    let mcp = over_mcp(service, &minted.url, tool, arguments).await;
    let call = format!("/integrated-account/{}/tools/{}/call", service.account, tool.name);
    let proxy = |path: &str| {
        let sign = if path.contains('?') { "" } else { "?" };
        format!("/proxy/{path}{sign}integrated_account_id={}", service.account)
    };
    let custom = proxy(&format!("{}/{}", tool.resource, tool.method));
    let mut requests = vec![("POST", call, arguments.clone()), ("POST", custom, arguments.clone())];
    if let Some((verb, path, body)) = resource_style(tool, arguments) {
        requests.push((verb, proxy(&path), body));
    }
    for (method, path, body) in requests {
        for token in [None, Some(minted.token.as_str())] {
            service.sandbox.reset();
            let answer = match token {
                None => service.api(method, &path, Some(body.clone())).await,
                Some(_) => service.api_as(token, method, &path, Some(body.to_string())).await,
            };
            let http = over_http(service, &answer);
            assert_eq!(http, mcp, "{method} {path} {body}");
        }
    }
}

fn tools(listing: &Value) -> Vec<Tool> {
    let text = |tool: &Value, key: &str| tool[key].as_str().unwrap().to_owned();
    let tools = listing["result"].as_array().unwrap().iter();
    tools
        .map(|tool| {
            let mut properties = tool["query_schema"]["properties"].as_object().unwrap().clone();
            properties.extend(tool["body_schema"]["properties"].as_object().unwrap().clone());
            Tool {
                name: text(tool, "name"),
                resource: text(tool, "resource"),
                method: text(tool, "method"),
                properties,
            }
        })
        .collect()
}

#[test]
fn mcp_the_call_route_and_the_proxy_answer_the_same() {
    let runtime = Runtime::new().unwrap();
    let service = runtime.block_on(Service::connected());
    let minted = runtime.block_on(service.mint(json!({})));
    let listing = format!("/integrated-account/{}/tools", service.account);
    let tools = tools(&runtime.block_on(service.get(&listing)).json());
    let seen: [OnceLock<()>; 3] = Default::default();
    let config = Config { cases: 64, failure_persistence: None, ..Config::default() };
    let run = |(tool, arguments): (Tool, Value)| {
        runtime.block_on(async {
            let mcp = over_mcp(&service, &minted.url, &tool, &arguments).await;
            let kind = match (&mcp.result, mcp.sent.is_empty()) {
                (Ok(_), _) => 0,
                (Err(_), false) => 1,
                (Err(_), true) => 2,
            };
            seen[kind].get_or_init(|| ());
            compare(&service, &minted, &tool, &arguments).await;
        });
        Ok(())
    };
    TestRunner::new(config).run(&case(tools), run).unwrap();
    // Answers, refusals of Egnyte's and refusals of ours were all among them.
    assert!(seen.iter().all(|seen| seen.get().is_some()), "{seen:?}");
}

#[tokio::test]
async fn the_examples_of_the_docs_answer_the_same_every_way() {
    use egnyte_mcp::catalog::{Catalog, Sources};
    let service = Service::connected().await;
    let minted = service.mint(json!({})).await;
    let listing = service.get(&format!("/integrated-account/{}/tools", service.account)).await;
    let listed = tools(&listing.json());
    let catalog = Catalog::compile(&Sources::built_in()).unwrap();
    for tool in catalog.tools() {
        let listed = listed.iter().find(|listed| listed.name == tool.names.long).unwrap();
        for example in &tool.examples {
            let arguments = Value::Object(example.arguments.clone());
            compare(&service, &minted, listed, &arguments).await;
        }
    }
}
