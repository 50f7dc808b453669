//! The traps of Egnyte's API on the way there: paths, headers and bodies of every kind.

use serde_json::{Value, json};

use crate::upstream::Scripted;

const PATH: &str = "path_schema: { properties: { path: { type: string, description: A path. } }, \
                    required: [path] }\n";

fn example(arguments: &str, request: &str, rest: &str) -> String {
    format!("examples: [{{ title: One, arguments: {arguments}, request: '{request}'{rest} }}]")
}

async fn files() -> Scripted {
    let methods = "  list: { request: 'GET /pubapi/v1/fs/{path...}' }
  by_id: { request: 'GET /pubapi/v1/fs/ids/file/{id}' }
  trash: { request: GET /pubapi/v1/fs/trash }
  users: { request: 'GET /pubapi/v2/users/{id}' }
  sign: { request: 'POST /pubapi/v1/msp/{path}/activate/', read_only: true }
";
    let list = format!("{PATH}{}", example("{ path: /Shared }", "GET /pubapi/v1/fs/Shared", ""));
    let sign = format!("{PATH}{}", example("{ path: x }", "POST /pubapi/v1/msp/x/activate/", ""));
    Scripted::new(methods, &[("list", list.as_str()), ("sign", sign.as_str())]).await
}

#[tokio::test]
async fn a_path_of_several_segments_arrives_segment_by_segment() {
    let files = files().await;
    for (path, sent) in [
        ("/Shared/example?path/$file.txt", "Shared/example%3Fpath/%24file.txt"),
        ("Shared/Größe & Maß/100%.txt", "Shared/Gr%C3%B6%C3%9Fe%20%26%20Ma%C3%9F/100%25.txt"),
    ] {
        files.called("list_egnyte_things", json!({ "path": path })).await;
        assert_eq!(files.line(), format!("GET /pubapi/v1/fs/{sent}"));
    }
    files.called("sign_egnyte_thing", json!({ "path": "acme" })).await;
    assert_eq!(files.line(), "POST /pubapi/v1/msp/acme/activate/");
}

#[tokio::test]
async fn a_path_that_would_address_another_endpoint_never_leaves() {
    let files = files().await;
    for path in ["trash", "/ids/file/abc", "IDS/file/abc"] {
        let text = files.refused("list_egnyte_things", json!({ "path": path })).await;
        assert!(text.contains("`path` would address another endpoint of Egnyte"), "{text}");
    }
    for path in ["../v2/users/1", "/Shared/%2e%2e/x", "/Shared//x", "/Shared/./x", ""] {
        files.refused("list_egnyte_things", json!({ "path": path })).await;
    }
}

#[tokio::test]
async fn headers_fixed_parts_and_values_of_egnyte_s_own_arrive_as_documented() {
    let methods = "  list:
    request: GET /pubapi/v1/search
    fixed: { query: { list_content: 'true' }, headers: { X-Egnyte-Ai-Safeguards-Enabled: 'true' } }
";
    let doc = "query_schema:
  properties:
    since: { type: string, format: date-time, description: D, x-egnyte-time: epoch_ms }
    kinds: { type: array, items: { type: string }, description: D, x-egnyte-join: '|', x-egnyte-name: type }
    ids: { type: array, items: { type: integer }, description: D }
    perms: { type: boolean, description: D, x-egnyte-values: { 'true': 'Yes' } }
    level: { type: string, description: D, x-egnyte-name: filingLevel.type }
header_schema:
  properties:
    range: { type: string, description: D, x-egnyte-name: Range }
    force: { type: boolean, description: D, x-egnyte-name: X-Egnyte-Force-Delete, x-egnyte-values: { 'true': 'Yes' } }
examples: [{ title: One, arguments: {}, request: 'GET /pubapi/v1/search?list_content=true', headers: { X-Egnyte-Ai-Safeguards-Enabled: 'true' } }]";
    let search = Scripted::new(methods, &[("list", doc)]).await;
    let arguments = json!({
        "since": "2026-01-31T12:00:00Z", "kinds": ["a", "b"], "ids": [1, 2], "perms": true,
        "level": "site", "range": "bytes=0-9", "force": false,
    });
    search.called("list_egnyte_things", arguments).await;
    let received = search.received();
    assert_eq!(
        received[0]["line"],
        "GET /pubapi/v1/search?since=1769860800000&type=a%7Cb&ids=1&ids=2&perms=Yes&\
         filingLevel.type=site&list_content=true"
    );
    assert_eq!(received[0]["headers"]["x-egnyte-ai-safeguards-enabled"], "true");
    assert_eq!(received[0]["headers"]["range"], "bytes=0-9");
    assert_eq!(received[0]["headers"].get("x-egnyte-force-delete"), None::<&Value>);
    for range in ["a\r\nHost: elsewhere", "\u{e9}", "a\u{0}"] {
        let text = search.refused("list_egnyte_things", json!({ "range": range })).await;
        assert!(text.contains("`range` is sent in a header"), "{text}");
    }
    search.refused("list_egnyte_things", json!({ "X-Egnyte-Act-As": "jsmith" })).await;
}

#[tokio::test]
async fn bodies_arrive_in_the_encoding_of_the_definition() {
    let post = "request: POST /pubapi/v1/x, read_only: true";
    let methods = format!(
        "  move: {{ {post}, body: json, fixed: {{ body: {{ action: move }} }} }}
  form: {{ {post}, body: form }}
  value: {{ {post}, body: value }}
  text: {{ {post}, body: text }}
"
    );
    let one = |property: &str| {
        format!(
            "body_schema: {{ properties: {{ a: {{ description: D, {property} }} }}, required: [a] }}\n"
        )
    };
    let docs = [
        (
            "move",
            one("type: object, properties: { b: { type: string, description: D } }"),
            "{ a: {} }",
            "{ a: {}, action: move }",
        ),
        ("form", one("type: string"), "{ a: 'x y&z' }", "'a=x%20y%26z'"),
        ("value", one("type: array, items: { type: object }"), "{ a: [] }", "[]"),
        ("text", one("type: string"), "{ a: b }", "b"),
    ]
    .map(|(method, schema, arguments, body)| {
        let rest = format!(", body: {body}");
        (method, schema + &example(arguments, "POST /pubapi/v1/x", &rest))
    });
    let docs: Vec<(&str, &str)> = docs.iter().map(|(m, text)| (*m, text.as_str())).collect();
    let bodies = Scripted::new(&methods, &docs).await;
    for (method, given, content_type, body) in [
        ("move", json!({ "b": null }), "application/json", r#"{"a":{},"action":"move"}"#),
        ("form", json!("x y&z"), "application/x-www-form-urlencoded", "a=x%20y%26z"),
        ("value", json!([{ "k": 1, "n": null }]), "application/json", r#"[{"k":1}]"#),
        ("text", json!("é\n"), "application/octet-stream", "é\n"),
    ] {
        bodies.called(&format!("{method}_egnyte_things"), json!({ "a": given })).await;
        let received = bodies.received();
        assert_eq!(received[0]["headers"]["content-type"], content_type, "{method}");
        assert_eq!(received[0]["body"], body, "{method}");
    }
    let text = bodies.refused("move_egnyte_things", json!({ "a": { "c": 1 } })).await;
    assert!(text.contains("`a` takes no `c`"), "{text}");
}
