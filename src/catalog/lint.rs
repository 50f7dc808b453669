//! Rules a compiled tool must meet so that every host accepts it and a model can use it. A rule
//! that comes from outside names its source.

use std::collections::HashMap;
use std::sync::Arc;

use serde_json::Value;

use super::name::{MAX_LONG, MAX_SHORT};
use super::problem::{Document, Problem};
use super::tool::Tool;

/// Claude Code cuts descriptions at 2,048 characters; ours stay well below.
const MAX_DESCRIPTION: usize = 1_500;
const MAX_TITLE: usize = 60;
/// Schemas deeper than this are refused by some hosts and help no model.
const MAX_DEPTH: usize = 6;

/// Everything wrong with one tool.
pub fn lint(document: Document<'_>, tool: &Tool) -> Vec<Problem> {
    let mut problems = Vec::new();
    let mut report = |path: &[&str], message: String, hint: &str| {
        problems.push(document.problem(path, message, hint));
    };
    texts(tool, &mut report);
    hints(tool, &mut report);
    for name in tool.arguments() {
        if let Some(schema) = tool.argument_schema(name) {
            argument(name, schema, &mut report);
        }
    }
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
    for example in &tool.examples {
        let arguments = Value::Object(example.arguments.clone());
        for error in tool.validator.iter_errors(&arguments) {
            let message = format!("example \"{}\" does not fit the schema: {error}", example.title);
            report(&["examples", "arguments"], message, "mend the example or the schema");
        }
    }
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

fn texts(tool: &Tool, report: &mut impl FnMut(&[&str], String, &str)) {
    let title = tool.title.chars().count();
    if title == 0 || title > MAX_TITLE {
        let message = format!("the title has {title} characters");
        report(&["title"], message, "use 1 to 60, such as \"List users\"");
    }
    let length = tool.description.chars().count();
    if length == 0 {
        let hint = "write below the front matter what it returns, when to use it, what instead";
        report(&[], "there is no description".to_owned(), hint);
    }
    if length > MAX_DESCRIPTION {
        let message = format!("the description has {length} characters");
        report(&[], message, "keep to 1,500; move detail into the arguments' descriptions");
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
    if tool.operation.verb == http::Method::DELETE && !hints.destructive_hint {
        let message = "a DELETE is destructive".to_owned();
        report(&["annotations", "destructiveHint"], message, "set destructiveHint: true");
    }
}

fn argument(name: &str, schema: &Value, report: &mut impl FnMut(&[&str], String, &str)) {
    let path = ["properties", name];
    // Anthropic's API refuses the whole request for any other property name.
    let plain = |b: u8| b.is_ascii_alphanumeric() || b"_.-".contains(&b);
    if name.is_empty() || name.len() > 64 || !name.bytes().all(plain) {
        let message = format!("`{name}` is not a name every host accepts");
        report(&path, message, "use 1 to 64 of letters, digits, `_`, `.`, `-`");
    }
    if schema.get("type").and_then(Value::as_str).is_none() {
        let message = format!("`{name}` has no single type");
        report(&path, message, "give one: string, integer, number, boolean, array, object");
    }
    if schema.get("description").and_then(Value::as_str).is_none_or(str::is_empty) {
        let message = format!("`{name}` has no description");
        report(&path, message, "say what it is, in which form, and where to get it");
    }
    if depth(schema) > MAX_DEPTH {
        report(&path, format!("`{name}` is nested too deep"), "flatten it");
    }
    for keyword in ["$ref", "$defs", "$schema", "oneOf", "anyOf", "allOf", "not"] {
        if mentions(schema, keyword) {
            // Gemini and Anthropic refuse or ignore these in tool schemas.
            let message = format!("`{name}` uses `{keyword}`");
            report(&path, message, "write a plain schema: one type, enum lists, nested objects");
        }
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
