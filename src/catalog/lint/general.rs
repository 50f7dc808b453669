//! Our own rules: names, titles, hints, examples, and that every argument says what it is.

use std::collections::HashMap;
use std::sync::Arc;

use serde_json::Value;

use super::Report;
use super::schema::Node;
use crate::catalog::doc::Example;
use crate::catalog::name::{MAX_LONG, MAX_SHORT};
use crate::catalog::problem::{Document, Problem};
use crate::catalog::tool::{Call, Tool};

/// Claude Code cuts descriptions at 2,048 characters; ours stay well below.
const MAX_DESCRIPTION: usize = 1_500;
const MAX_TITLE: usize = 60;
/// Schemas deeper than this help no model. Every map counts, so an array in an object in an array
/// of objects has seven.
const MAX_DEPTH: usize = 8;
/// What an argument can be. No `null`: an optional argument is left out.
const TYPES: [&str; 6] = ["string", "integer", "number", "boolean", "array", "object"];

/// Names, title, hints and examples.
pub fn tool(tool: &Tool, report: &mut Report<'_>) {
    names_and_title(tool, report);
    hints(tool, report);
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

/// What only a person can write and nobody has written yet.
pub fn gaps(document: Document<'_>, description: &str, examples: &[Example]) -> Vec<Problem> {
    let mut gaps: Vec<Problem> = self::description(document, description).into_iter().collect();
    if examples.is_empty() {
        let hint = "add one: title, arguments, request, and body if there is one";
        gaps.push(document.problem(&["examples"], "there is no example", hint));
    }
    for (index, _) in examples.iter().enumerate().filter(|(_, one)| one.title.trim().is_empty()) {
        let message = format!("example {} has no title", index + 1);
        let hint = "say what a person would have asked for";
        gaps.push(document.problem(&["examples", "title"], message, hint));
    }
    gaps
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

fn names_and_title(tool: &Tool, report: &mut Report<'_>) {
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

fn hints(tool: &Tool, report: &mut Report<'_>) {
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

/// Type and description of an argument, or of what is in it.
pub fn argument(node: &Node<'_>, report: &mut Report<'_>) {
    let Node { place, name, key, schema } = node;
    let single_type = schema.get("type").and_then(Value::as_str);
    if !single_type.is_some_and(|single| TYPES.contains(&single)) {
        let message = format!("`{name}` has no single type");
        let hint = format!("give one: {}", TYPES.join(", "));
        report(place, message, &hint);
    }
    let described =
        schema.get("description").and_then(Value::as_str).is_some_and(|d| !d.is_empty());
    if key.is_some() && !described {
        let message = format!("`{name}` has no description");
        report(place, message, "say what it is, in which form, and where to get it");
    }
}

/// How deep an argument is.
pub fn depth_of(place: &[&str], name: &str, schema: &Value, report: &mut Report<'_>) {
    if depth(schema) > MAX_DEPTH {
        report(place, format!("`{name}` is nested too deep"), "flatten it");
    }
}

fn depth(schema: &Value) -> usize {
    match schema {
        Value::Object(map) => 1 + map.values().map(depth).max().unwrap_or(0),
        Value::Array(items) => items.iter().map(depth).max().unwrap_or(0),
        _ => 0,
    }
}
