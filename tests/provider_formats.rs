//! Every tool in every provider's format, held to the provider's own rules. The rules are written
//! down here once more, from what the providers and their SDKs take, and know nothing of `src`.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a helper that fails fails the test"
)]

use std::collections::BTreeSet;
use std::sync::LazyLock;

use egnyte_mcp::catalog::format::{Format, Selection, SelectionError, Strict};
use egnyte_mcp::catalog::{Catalog, ServerConfig, Sources, Tool, ToolNames};
use serde_json::{Map, Value, json};

static BUILT_IN: LazyLock<Catalog> =
    LazyLock::new(|| Catalog::compile(&Sources::built_in()).unwrap());

/// Tools that no provider's strict mode can take, or not as they are.
static AWKWARD: LazyLock<Catalog> = LazyLock::new(|| {
    let resource = "\
resource: things
singular: thing
methods:
  create: { request: POST /pubapi/v2/things, body: json }
  update: { request: 'PATCH /pubapi/v2/things/{id}', body: json }
  sort: { request: POST /pubapi/v2/things/sort, body: json }
  get: { request: 'GET /pubapi/v2/things/{id}', tags: [rare] }
";
    let doc = |schemas: &str, example: &str, text: &str| {
        format!(
            "---\ntitle: A thing\nannotations:\n  readOnlyHint: false\n  destructiveHint: false\n  \
             idempotentHint: true\n  openWorldHint: false\n{schemas}examples:\n  - title: One\n    \
             {example}\n---\n{text}\n"
        )
    };
    let open = doc(
        "body_schema:\n  properties:\n    values: { type: object, description: Any keys. }\n",
        "arguments: {}\n    request: POST /pubapi/v2/things\n    body: {}",
        "Makes a thing.",
    );
    let limits = doc(
        "path_schema:\n  properties:\n    id: { type: integer, description: Id., minimum: 1 }\n  \
         required: [id]\nbody_schema:\n  properties:\n    link: { type: string, format: email, \
         description: A link., maxLength: 90 }\n    kind: { type: string, enum: [a, b], \
         description: Kind., default: a }\n    parts: { type: array, description: Parts., minItems: 2, \
         items: { type: object, properties: { size: { type: number, multipleOf: 0.5, description: \
         Size. } } } }\n",
        "arguments: { id: 1, link: a@b.example, kind: b, parts: [{ size: 1 }, {}] }\n    request: \
         PATCH /pubapi/v2/things/1\n    body: { link: a@b.example, kind: b, parts: [{ size: 1 }, {}] }",
        &format!("Changes a thing. {}", "It says a lot about it. ".repeat(55)),
    );
    let plain =
        doc("", "arguments: {}\n    request: POST /pubapi/v2/things/sort\n    body: {}", "Sorts.");
    Catalog::compile(&Sources::from_texts([
        ("things/resource.yaml", resource),
        ("things/create.md", &open),
        ("things/update.md", &limits),
        ("things/sort.md", &plain),
    ]))
    .unwrap_or_else(|problems| panic!("{problems:?}"))
});

fn catalogs() -> [&'static Catalog; 2] {
    [&BUILT_IN, &AWKWARD]
}

fn listing(catalog: &Catalog, selection: &Selection) -> Value {
    let listing = catalog.listing(selection).unwrap();
    serde_json::from_slice(&listing.body).unwrap()
}

fn of(catalog: &Catalog, format: Format, strict: Strict) -> Value {
    listing(catalog, &Selection { format, strict, ..Selection::default() })
}

fn keys(value: &Value) -> BTreeSet<&str> {
    value.as_object().unwrap().keys().map(String::as_str).collect()
}

/// All schemas in a schema, itself first, with the way there.
fn schemas<'a>(schema: &'a Value, at: &str) -> Vec<(String, &'a Map<String, Value>)> {
    let map = schema.as_object().unwrap_or_else(|| panic!("{at}: {schema}"));
    let mut all = vec![(at.to_owned(), map)];
    for (name, property) in map.get("properties").and_then(Value::as_object).into_iter().flatten() {
        all.extend(schemas(property, &format!("{at}.{name}")));
    }
    if let Some(items) = map.get("items") {
        all.extend(schemas(items, &format!("{at}[]")));
    }
    all
}

fn types(schema: &Map<String, Value>) -> Vec<&str> {
    match &schema["type"] {
        Value::String(kind) => vec![kind],
        Value::Array(kinds) => kinds.iter().map(|kind| kind.as_str().unwrap()).collect(),
        other => panic!("{other}"),
    }
}

// The providers' rules

/// Claude's API, OpenAI's and Gemini's JSON Schema take this: an object with `properties`, nothing
/// combined at the root, nothing referred to anywhere.
fn is_plain(name: &str, schema: &Value) {
    assert_eq!(schema["type"], "object", "{name}");
    assert!(schema["properties"].is_object(), "{name}");
    for (at, schema) in schemas(schema, name) {
        for keyword in ["$ref", "$defs", "$schema", "oneOf", "anyOf", "allOf", "not"] {
            assert!(!schema.contains_key(keyword), "{at} uses {keyword}");
        }
        if types(schema).contains(&"array") {
            assert!(schema.contains_key("items"), "{at}");
        }
        for key in schema.get("properties").and_then(Value::as_object).into_iter().flatten() {
            let fits = |b: u8| b.is_ascii_alphanumeric() || b"_.-".contains(&b);
            assert!((1..=64).contains(&key.0.len()) && key.0.bytes().all(fits), "{at} {}", key.0);
        }
    }
}

/// OpenAI, Structured outputs, supported schemas.
fn is_strict_for_openai(name: &str, schema: &Value) {
    const TAKEN: [&str; 16] = [
        "type",
        "title",
        "description",
        "properties",
        "required",
        "additionalProperties",
        "items",
        "enum",
        "const",
        "pattern",
        "format",
        "minimum",
        "maximum",
        "multipleOf",
        "minItems",
        "maxItems",
    ];
    const FORMATS: [&str; 9] =
        ["date-time", "time", "date", "duration", "email", "hostname", "ipv4", "ipv6", "uuid"];
    let (mut properties, mut enums, mut characters) = (0, 0, 0);
    for (at, schema) in schemas(schema, name) {
        let unknown = schema.keys().find(|keyword| !TAKEN.contains(&keyword.as_str()));
        assert_eq!(unknown, None, "{at}");
        if types(schema).contains(&"object") {
            assert_eq!(schema["additionalProperties"], false, "{at}");
            let named = schema["properties"].as_object().unwrap();
            let required: Vec<&str> = schema["required"]
                .as_array()
                .unwrap()
                .iter()
                .map(|n| n.as_str().unwrap())
                .collect();
            assert_eq!(named.keys().map(String::as_str).collect::<Vec<_>>(), required, "{at}");
            properties += named.len();
            characters += named.keys().map(String::len).sum::<usize>();
            assert!(at.matches('.').count() < 10, "{at}");
        }
        if let Some(format) = schema.get("format") {
            assert!(FORMATS.contains(&format.as_str().unwrap()), "{at}: {format}");
        }
        if let Some(options) = schema.get("enum").and_then(Value::as_array) {
            enums += options.len();
            characters += options.iter().map(|option| option.to_string().len()).sum::<usize>();
            // A value that its own enum does not have can never be given.
            assert_eq!(types(schema).contains(&"null"), options.contains(&Value::Null), "{at}");
        }
    }
    assert_eq!(types(schema.as_object().unwrap()), ["object"], "{name}: the root is not nullable");
    assert!(properties <= 5_000 && enums <= 1_000 && characters <= 120_000, "{name}");
}

/// Anthropic, structured outputs, JSON Schema limitations.
fn is_strict_for_anthropic(name: &str, schema: &Value) {
    const TAKEN: [&str; 10] = [
        "type",
        "title",
        "description",
        "properties",
        "required",
        "additionalProperties",
        "items",
        "enum",
        "format",
        "minItems",
    ];
    const FORMATS: [&str; 10] = [
        "date-time",
        "time",
        "date",
        "duration",
        "email",
        "hostname",
        "uri",
        "ipv4",
        "ipv6",
        "uuid",
    ];
    for (at, schema) in schemas(schema, name) {
        let unknown = schema.keys().find(|keyword| !TAKEN.contains(&keyword.as_str()));
        assert_eq!(unknown, None, "{at}");
        if types(schema).contains(&"object") {
            assert_eq!(schema["additionalProperties"], false, "{at}");
        }
        if let Some(format) = schema.get("format") {
            assert!(FORMATS.contains(&format.as_str().unwrap()), "{at}: {format}");
        }
        assert!(schema.get("minItems").is_none_or(|least| least.as_u64() <= Some(1)), "{at}");
    }
}

/// Names: OpenAI's and Anthropic's rule, of which Gemini's is wider but for its first character.
fn is_name(name: &str) {
    let fits = |b: u8| b.is_ascii_alphanumeric() || b"_-".contains(&b);
    assert!((1..=64).contains(&name.len()) && name.bytes().all(fits), "{name}");
    assert!(name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_'), "{name}");
}

/// Every tool's definition, whose name is at `name`; all tools are there once, in the same order.
fn all<'a>(catalog: &Catalog, tools: &'a Value, name: &str) -> Vec<(&'a str, &'a Value)> {
    let tools: Vec<(&str, &Value)> = (tools.as_array().unwrap().iter())
        .map(|tool| (tool.pointer(name).unwrap().as_str().unwrap(), tool))
        .collect();
    for (name, _) in &tools {
        is_name(name);
    }
    let names: Vec<&str> = catalog.tools().iter().map(|tool| &*tool.names.long).collect();
    assert_eq!(tools.iter().map(|(name, _)| *name).collect::<Vec<_>>(), names);
    tools
}

fn noted<'a>(listing: &'a Value, list: &str) -> Vec<&'a str> {
    let notes = listing["meta"][list].as_array().unwrap().iter();
    notes
        .map(|note| {
            assert_eq!(keys(note), ["name", "reason"].into());
            assert!(note["reason"].as_str().unwrap().len() > 10);
            note["name"].as_str().unwrap()
        })
        .collect()
}

// Each format

#[test]
fn openai_takes_every_tool_in_chat_completions() {
    for (catalog, strict) in catalogs().into_iter().flat_map(|c| Strict::ALL.map(|s| (c, s))) {
        let listing = of(catalog, Format::Openai, strict);
        let mut not_strict = Vec::new();
        let mut shortened = Vec::new();
        for (name, tool) in all(catalog, &listing["tools"], "/function/name") {
            assert_eq!(keys(tool), ["type", "function"].into());
            assert_eq!(tool["type"], "function");
            let function = &tool["function"];
            assert_eq!(keys(function), ["name", "description", "parameters", "strict"].into());
            let description = function["description"].as_str().unwrap();
            assert!((1..=1_024).contains(&description.chars().count()), "{name}");
            let whole = &catalog.tools().iter().find(|t| t.names.long == name).unwrap().description;
            assert!(whole.starts_with(description));
            if whole != description {
                assert!(description.ends_with(['.', ':']), "{name}: {description}");
                shortened.push(name);
            }
            if function["strict"].as_bool().unwrap() {
                is_strict_for_openai(name, &function["parameters"]);
            } else {
                is_plain(name, &function["parameters"]);
                not_strict.push(name);
            }
        }
        assert_eq!(noted(&listing, "shortened"), shortened);
        if strict == Strict::No {
            assert_eq!(not_strict.len(), catalog.tools().len());
        } else {
            assert_eq!(noted(&listing, "not_strict"), not_strict);
        }
    }
}

#[test]
fn openai_takes_every_tool_in_responses() {
    for (catalog, strict) in catalogs().into_iter().flat_map(|c| Strict::ALL.map(|s| (c, s))) {
        let listing = of(catalog, Format::OpenaiResponses, strict);
        let mut not_strict = Vec::new();
        for (name, tool) in all(catalog, &listing["tools"], "/name") {
            assert_eq!(keys(tool), ["type", "name", "description", "parameters", "strict"].into());
            assert_eq!(tool["type"], "function");
            // Left out, the API would try strict by itself.
            if tool["strict"].as_bool().unwrap() {
                is_strict_for_openai(name, &tool["parameters"]);
            } else {
                is_plain(name, &tool["parameters"]);
                not_strict.push(name);
            }
        }
        if strict != Strict::No {
            assert_eq!(noted(&listing, "not_strict"), not_strict);
        }
    }
}

#[test]
fn anthropic_takes_every_tool() {
    for (catalog, strict) in catalogs().into_iter().flat_map(|c| Strict::ALL.map(|s| (c, s))) {
        let listing = of(catalog, Format::Anthropic, strict);
        let mut not_strict = Vec::new();
        for (name, tool) in all(catalog, &listing["tools"], "/name") {
            let known = catalog.tools().iter().find(|t| t.names.long == name).unwrap();
            is_plain(name, &tool["input_schema"]);
            let mut expected = BTreeSet::from(["name", "description", "input_schema"]);
            if let Some(flag) = tool.get("strict") {
                assert_eq!(flag, true);
                expected.insert("strict");
                is_strict_for_anthropic(name, &tool["input_schema"]);
                assert!(strict == Strict::Yes || strict == Strict::Auto && !known.reads, "{name}");
            } else if strict == Strict::Yes || strict == Strict::Auto && !known.reads {
                not_strict.push(name);
            }
            assert_eq!(keys(tool), expected);
        }
        assert_eq!(noted(&listing, "not_strict"), not_strict);
    }
}

#[test]
fn gemini_takes_every_tool() {
    for catalog in catalogs() {
        let listing = of(catalog, Format::Gemini, Strict::No);
        assert_eq!(listing["tools"].as_array().unwrap().len(), 1);
        let tool = &listing["tools"][0];
        assert_eq!(keys(tool), ["functionDeclarations"].into());
        for (name, declaration) in all(catalog, &tool["functionDeclarations"], "/name") {
            // `parameters` beside it would be refused.
            assert_eq!(keys(declaration), ["name", "description", "parametersJsonSchema"].into());
            is_plain(name, &declaration["parametersJsonSchema"]);
        }
        assert_eq!(listing["meta"]["count"], catalog.tools().len());
    }
}

#[test]
fn mcp_is_what_tools_list_shows() {
    for catalog in catalogs() {
        let listing = of(catalog, Format::Mcp, Strict::No);
        let view = catalog.view(&ServerConfig::default());
        let shown: Value = serde_json::from_slice(view.listing()).unwrap();
        assert_eq!(listing["tools"], shown);
        for (name, tool) in all(catalog, &listing["tools"], "/name") {
            is_plain(name, &tool["inputSchema"]);
            assert_eq!(tool["annotations"].as_object().unwrap().len(), 5, "{name}");
        }
    }
}

#[test]
fn truto_has_query_and_body_apart_and_nothing_is_lost() {
    for catalog in catalogs() {
        let listing = of(catalog, Format::Truto, Strict::No);
        assert_eq!(keys(&listing), ["result", "next_cursor"].into());
        assert_eq!(listing["next_cursor"], Value::Null);
        for (name, tool) in all(catalog, &listing["result"], "/name") {
            let known = catalog.tools().iter().find(|t| t.names.long == name).unwrap();
            let expected = [
                "resource",
                "method",
                "name",
                "description",
                "query_schema",
                "body_schema",
                "required",
                "tags",
            ];
            assert_eq!(keys(tool), expected.into());
            assert_eq!(tool["resource"], known.resource);
            assert_eq!(tool["method"], known.method);
            assert_eq!(tool["tags"], json!(known.tags));
            let properties = |part: &str| tool[part]["properties"].as_object().unwrap().clone();
            let (query, body) = (properties("query_schema"), properties("body_schema"));
            assert!(query.keys().all(|name| !body.contains_key(name)), "{name}");
            let mut both = query;
            both.extend(body);
            assert_eq!(json!(both), known.input_schema["properties"], "{name}");
            let required = known.input_schema.get("required").cloned();
            assert_eq!(tool["required"], required.unwrap_or(json!([])), "{name}");
        }
    }
    let listing = of(&BUILT_IN, Format::Truto, Strict::No);
    let update = |part: &str| {
        let mut tools = listing["result"].as_array().unwrap().iter();
        let tool = tools.find(|tool| tool["name"] == "update_an_egnyte_group_by_id").unwrap();
        tool[part]["properties"].as_object().unwrap().keys().cloned().collect::<Vec<_>>()
    };
    assert_eq!(update("query_schema"), ["id"]);
    assert_eq!(update("body_schema"), ["displayName", "members"]);
}

#[test]
fn json_schema_is_name_to_schema_with_the_description_in_it() {
    for catalog in catalogs() {
        let listing = of(catalog, Format::JsonSchema, Strict::No);
        let names: Vec<&str> = catalog.tools().iter().map(|tool| &*tool.names.long).collect();
        assert_eq!(listing.as_object().unwrap().keys().collect::<Vec<_>>(), names);
        for tool in catalog.tools() {
            let mut schema = listing[&tool.names.long].clone();
            is_plain(&tool.names.long, &schema);
            let description = schema.as_object_mut().unwrap().shift_remove("description");
            assert_eq!(description, Some(json!(tool.description)));
            assert_eq!(schema, tool.input_schema);
        }
    }
}

// Strict schemas

/// The arguments as a model held to a strict schema sends them: null for all it does not give.
fn with_nulls(schema: &Value, arguments: &Value) -> Value {
    match (schema.get("properties").and_then(Value::as_object), arguments) {
        (Some(properties), Value::Object(given)) => {
            let value = |(name, schema): (&String, &Value)| {
                let value = given.get(name).map_or(Value::Null, |value| with_nulls(schema, value));
                (name.clone(), value)
            };
            Value::Object(properties.iter().map(value).collect())
        }
        _ => match (schema.get("items"), arguments) {
            (Some(items), Value::Array(list)) => {
                list.iter().map(|v| with_nulls(items, v)).collect()
            }
            _ => arguments.clone(),
        },
    }
}

fn strict_schemas(catalog: &'static Catalog) -> Vec<(&'static Tool, Value, Value)> {
    let openai = of(catalog, Format::Openai, Strict::Yes);
    let anthropic = of(catalog, Format::Anthropic, Strict::Yes);
    let both = catalog.tools().iter().enumerate();
    both.filter(|(index, _)| anthropic["tools"][index]["strict"] == true)
        .map(|(index, tool)| {
            let openai = openai["tools"][index]["function"]["parameters"].clone();
            (&**tool, openai, anthropic["tools"][index]["input_schema"].clone())
        })
        .collect()
}

#[test]
fn what_a_tool_takes_its_strict_forms_take_and_no_word_is_lost() {
    for (tool, openai, anthropic) in catalogs().into_iter().flat_map(strict_schemas) {
        let name = &tool.names.long;
        for example in &tool.examples {
            let arguments = Value::Object(example.arguments.clone());
            let full = with_nulls(&openai, &arguments);
            assert!(jsonschema::is_valid(&openai, &full), "{name}: {full}");
            assert!(jsonschema::is_valid(&anthropic, &arguments), "{name}: {arguments}");
        }
        let required = tool.input_schema.get("required").cloned().unwrap_or(json!([]));
        assert_eq!(anthropic["required"], required, "{name}");
        for strict in [&openai, &anthropic] {
            for ((at, base), (_, strict)) in
                schemas(&tool.input_schema, name).into_iter().zip(schemas(strict, name))
            {
                let said = strict.get("description").and_then(Value::as_str).unwrap_or_default();
                let before = base.get("description").and_then(Value::as_str).unwrap_or_default();
                assert!(said.starts_with(before), "{at}");
                for (keyword, value) in base {
                    let structure = ["type", "description", "properties", "required"];
                    let kept = strict.contains_key(keyword) || structure.contains(&&**keyword);
                    assert!(kept || said.contains(&format!("{keyword}: {value}")), "{at}: {said}");
                }
            }
        }
    }
}

#[test]
fn built_in_tools_with_described_objects_are_all_strict_and_an_open_object_says_why_it_is_not() {
    for format in [Format::Openai, Format::OpenaiResponses, Format::Anthropic] {
        let listing = of(&AWKWARD, format, Strict::Yes);
        let expected = json!([{ "name": "create_an_egnyte_thing",
            "reason": "`values` takes any properties" }]);
        assert_eq!(listing["meta"]["not_strict"], expected);
    }
}

#[test]
fn strict_is_refused_where_there_is_none() {
    for format in Format::ALL.into_iter().filter(|format| !format.has_strict()) {
        let selection = Selection { format, strict: Strict::Yes, ..Selection::default() };
        let error = BUILT_IN.listing(&selection).unwrap_err();
        assert_eq!(error, SelectionError::NotStrict(format));
        let selection = Selection { strict: Strict::Auto, ..selection };
        let plain = Selection { strict: Strict::No, ..selection.clone() };
        assert_eq!(
            BUILT_IN.listing(&selection).unwrap().body,
            BUILT_IN.listing(&plain).unwrap().body
        );
    }
}

// What is said about a listing

#[test]
fn the_same_selection_is_the_same_bytes_and_any_other_content_has_another_tag() {
    let again = Catalog::compile(&Sources::built_in()).unwrap();
    let mut bodies = std::collections::BTreeMap::new();
    for format in Format::ALL {
        for strict in [Strict::No, Strict::Auto] {
            for names in [ToolNames::Long, ToolNames::Short] {
                for methods in [None, Some(vec!["read".to_owned()])] {
                    let filter = ServerConfig { methods, ..ServerConfig::default() };
                    let selection =
                        Selection { format, strict, names, filter, ..Selection::default() };
                    let (one, two) =
                        (BUILT_IN.listing(&selection).unwrap(), again.listing(&selection).unwrap());
                    assert_eq!((&one.body, &one.etag), (&two.body, &two.etag));
                    let other = bodies.insert(one.etag.clone(), one.body.clone());
                    assert!(other.is_none_or(|other| other == one.body), "{selection:?}");
                    assert!(one.etag.starts_with('"') && one.etag.ends_with('"'), "{}", one.etag);
                    if let Some(meta) =
                        serde_json::from_slice::<Value>(&one.body).unwrap().get("meta")
                        && !matches!(format, Format::Truto | Format::JsonSchema)
                    {
                        assert_eq!(meta["etag"], one.etag);
                    }
                }
            }
        }
    }
    assert!(bodies.len() >= 7 * 2 * 2);
}

#[test]
fn short_names_are_in_every_format() {
    for format in Format::ALL {
        let selection = Selection { format, names: ToolNames::Short, ..Selection::default() };
        let text = listing(&BUILT_IN, &selection).to_string();
        assert!(text.contains("\"update_egnyte_user\""), "{format:?}");
        let long = listing(&BUILT_IN, &Selection { format, ..Selection::default() }).to_string();
        assert!(!long.contains("\"update_egnyte_user\""), "{format:?}");
    }
}

#[test]
fn what_is_defined_and_not_documented_is_named_on_request_and_never_as_callable() {
    const NAME: &str = "get_single_egnyte_thing_by_id";
    let selection = |format| Selection { format, undocumented: true, ..Selection::default() };
    let truto = listing(&AWKWARD, &selection(Format::Truto));
    let expected = json!({
        "resource": "things",
        "method": "get",
        "name": NAME,
        "description": null,
        // No schema that says "takes nothing": what it takes is not known.
        "query_schema": { "type": "object", "properties": {} },
        "body_schema": { "type": "object", "properties": {} },
        "required": [],
        "tags": ["rare"],
        "callable": false,
    });
    assert_eq!(truto["result"][0], expected, "it stands in its place in the order");
    let others = truto["result"].as_array().unwrap().get(1..).unwrap();
    assert_eq!(json!(others), of(&AWKWARD, Format::Truto, Strict::No)["result"]);

    for format in [Format::Mcp, Format::Openai, Format::Anthropic, Format::Gemini] {
        let listing = listing(&AWKWARD, &selection(format));
        assert_eq!(listing["tools"], of(&AWKWARD, format, Strict::No)["tools"]);
        assert_eq!(noted(&listing, "omitted"), [NAME]);
    }
    let schemas = listing(&AWKWARD, &selection(Format::JsonSchema));
    assert_eq!(schemas, of(&AWKWARD, Format::JsonSchema, Strict::No));

    let tagged = |undocumented| {
        let tags = Some(vec!["rare".to_owned()]);
        let filter = ServerConfig { tags, ..ServerConfig::default() };
        Selection { filter, undocumented, ..Selection::default() }
    };
    assert_eq!(listing(&AWKWARD, &tagged(true))["result"], json!([expected]));
    assert_eq!(AWKWARD.listing(&tagged(false)).unwrap_err().field(), "tags");
}
