//! Rules a compiled tool must meet so that every host accepts it and a model can use it. A rule
//! that comes from outside names its source.

use std::collections::HashMap;
use std::sync::Arc;

use serde_json::Value;

use super::name::{MAX_LONG, MAX_SHORT};
use super::problem::{Document, Problem};
use super::tool::{Call, Tool};

/// Claude Code cuts descriptions at 2,048 characters; ours stay well below.
const MAX_DESCRIPTION: usize = 1_500;
const MAX_TITLE: usize = 60;
/// Schemas deeper than this are refused by some hosts and help no model. Every map counts, so an
/// array in an object in an array of objects has seven.
const MAX_DEPTH: usize = 8;
/// What an argument can be. No `null`: an optional argument is left out.
const TYPES: [&str; 6] = ["string", "integer", "number", "boolean", "array", "object"];

/// Everything wrong with one tool.
pub fn lint(document: Document<'_>, tool: &Tool) -> Vec<Problem> {
    let mut problems = Vec::new();
    let mut report = |path: &[&str], message: String, hint: &str| {
        problems.push(document.problem(path, message, hint));
    };
    names_and_title(tool, &mut report);
    hints(tool, &mut report);
    if let Some(schema) = &tool.output_schema
        && schema.get("type") != Some(&Value::from("object"))
    {
        // MCP 2025-06-18 `Tool.outputSchema`; clients drop the whole list otherwise.
        let message = "the root of response_schema is not `type: object`".to_owned();
        report(&["response_schema"], message, "wrap it in an object");
    }
    if tool.examples.is_empty() {
        let hint = "add one: title, arguments, request, and body if there is one";
        report(&["examples"], "there is no example".to_owned(), hint);
    }
    for (index, example) in tool.examples.iter().enumerate() {
        // The same key once for each example, so that the place is that of this one.
        let keys = std::iter::repeat_n("arguments", index + 1);
        let place: Vec<&str> = std::iter::once("examples").chain(keys).collect();
        let arguments = Value::Object(example.arguments.clone());
        for error in tool.validator.iter_errors(&arguments) {
            let message = format!("example \"{}\" does not fit the schema: {error}", example.title);
            report(&place, message, "mend the example or the schema");
        }
    }
    problems.extend(description(document, &tool.description));
    problems
}

/// Two tools never share a name, long or short.
pub fn lint_names(tools: &[Arc<Tool>]) -> Vec<Problem> {
    let mut seen: HashMap<&str, &Tool> = HashMap::new();
    let mut problems = Vec::new();
    for tool in tools {
        for name in [&tool.names.long, &tool.names.short] {
            match seen.insert(name, tool) {
                Some(other) if !std::ptr::eq(other, &raw const **tool) => {
                    let document = Document { file: &tool.file, text: "" };
                    let message = format!("`{name}` is also the name of {}", other.file);
                    problems.push(document.problem(&[], message, "rename a method or resource"));
                }
                _ => {}
            }
        }
    }
    problems
}

fn description(document: Document<'_>, text: &str) -> Option<Problem> {
    let length = text.chars().count();
    if length == 0 {
        let hint = "write below the front matter what it returns, when to use it, what instead";
        return Some(document.problem_below_front_matter("there is no description", hint));
    }
    (length > MAX_DESCRIPTION).then(|| {
        let message = format!("the description has {length} characters");
        let hint = "keep to 1,500; move detail into the arguments' descriptions";
        document.problem_below_front_matter(message, hint)
    })
}

fn names_and_title(tool: &Tool, report: &mut impl FnMut(&[&str], String, &str)) {
    let title = tool.title.chars().count();
    if title == 0 || title > MAX_TITLE {
        let message = format!("the title has {title} characters");
        report(&["title"], message, "use 1 to 60, such as \"List users\"");
    }
    let short = (tool.names.short != tool.names.long).then_some((&tool.names.short, MAX_SHORT));
    for (name, max) in std::iter::once((&tool.names.long, MAX_LONG)).chain(short) {
        if name.len() > max {
            let message = format!("`{name}` has {} characters", name.len());
            report(&[], message, "choose a shorter method name: 48 is the limit, 32 if short");
        }
    }
}

fn hints(tool: &Tool, report: &mut impl FnMut(&[&str], String, &str)) {
    let hints = tool.annotations;
    if hints.read_only_hint != tool.reads {
        let (hint, fact) = if tool.reads { ("true", "reads") } else { ("false", "writes") };
        let message = format!("the method {fact}, but readOnlyHint is not {hint}");
        report(&["annotations", "readOnlyHint"], message, "set it to what the method does");
    }
    if tool.reads && hints.destructive_hint {
        let message = "a tool that only reads cannot be destructive".to_owned();
        report(&["annotations", "destructiveHint"], message, "set destructiveHint: false");
    }
    let deletes = |call: &Call| *call.endpoint.verb() == http::Method::DELETE;
    if tool.call().is_some_and(deletes) && !hints.destructive_hint {
        let message = "a DELETE is destructive".to_owned();
        report(&["annotations", "destructiveHint"], message, "set destructiveHint: true");
    }
}

/// Everything wrong with one argument. `place` is the way to it in the doc; `name` is how a
/// person writes it, such as `members[].value`.
pub fn argument(
    place: &[&str],
    name: &str,
    schema: &Value,
    report: &mut impl FnMut(&[&str], String, &str),
) {
    single_argument(place, name, schema, report);
    if depth(schema) > MAX_DEPTH {
        report(place, format!("`{name}` is nested too deep"), "flatten it");
    }
    for keyword in ["$ref", "$defs", "$schema", "oneOf", "anyOf", "allOf", "not"] {
        if mentions(schema, keyword) {
            // Gemini and Anthropic refuse or ignore these in tool schemas.
            let message = format!("`{name}` uses `{keyword}`");
            report(place, message, "write a plain schema: one type, enum lists, nested objects");
        }
    }
}

/// The name, type and description of one argument, and of those nested in it.
fn single_argument(
    place: &[&str],
    name: &str,
    schema: &Value,
    report: &mut impl FnMut(&[&str], String, &str),
) {
    let key = place.last().copied().unwrap_or_default();
    // Anthropic's API refuses the whole request for any other property name.
    let plain = |b: u8| b.is_ascii_alphanumeric() || b"_.-".contains(&b);
    if key.is_empty() || key.len() > 64 || !key.bytes().all(plain) {
        let message = format!("`{name}` is not a name every host accepts");
        report(place, message, "use 1 to 64 of letters, digits, `_`, `.`, `-`");
    }
    let single_type = schema.get("type").and_then(Value::as_str);
    if !single_type.is_some_and(|single| TYPES.contains(&single)) {
        let message = format!("`{name}` has no single type");
        let hint = format!("give one: {}", TYPES.join(", "));
        report(place, message, &hint);
    }
    if schema.get("description").and_then(Value::as_str).is_none_or(str::is_empty) {
        let message = format!("`{name}` has no description");
        report(place, message, "say what it is, in which form, and where to get it");
    }
    let (owner, prefix) = match schema.get("items") {
        Some(items) => (items, format!("{name}[].")),
        None => (schema, format!("{name}.")),
    };
    let nested = owner.get("properties").and_then(Value::as_object);
    for (key, schema) in nested.into_iter().flatten() {
        let place = [place, &["properties", key]].concat();
        single_argument(&place, &format!("{prefix}{key}"), schema, report);
    }
}

fn depth(schema: &Value) -> usize {
    match schema {
        Value::Object(map) => 1 + map.values().map(depth).max().unwrap_or(0),
        Value::Array(items) => items.iter().map(depth).max().unwrap_or(0),
        _ => 0,
    }
}

fn mentions(schema: &Value, keyword: &str) -> bool {
    match schema {
        Value::Object(map) => {
            map.contains_key(keyword) || map.values().any(|value| mentions(value, keyword))
        }
        Value::Array(items) => items.iter().any(|item| mentions(item, keyword)),
        _ => false,
    }
}
