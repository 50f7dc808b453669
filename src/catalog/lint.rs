//! Rules a compiled tool must meet so that every host accepts it and a model can use it: `general`
//! holds our own, `hosts` those of each host with their sources, `text` what no reader would see or
//! want. A problem keeps the documents out; a note is only told by `docs lint`.

mod general;
mod hosts;
mod schema;
mod text;

use std::sync::Arc;

use serde::Serialize;
use serde_json::Value;

use super::problem::{Document, Problem};
use super::tool::Tool;

pub use general::{gaps, lint_names};

/// Where in a doc, what is wrong, and what to do.
type Report<'a> = dyn FnMut(&[&str], String, &str) + 'a;

/// What an author may want to know of a sound tool.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Note {
    /// The tool's name.
    pub tool: String,
    /// Which host does what.
    pub message: String,
    /// Why.
    pub reason: String,
}

/// Everything wrong with one tool, but for its arguments.
pub fn lint(document: Document<'_>, tool: &Tool) -> Vec<Problem> {
    let mut problems = Vec::new();
    let mut report = |path: &[&str], message: String, hint: &str| {
        problems.push(document.problem(path, message, hint));
    };
    general::tool(tool, &mut report);
    hosts::tool(tool, &mut report);
    problems.extend(general::gaps(document, &tool.description, &tool.examples));
    problems.extend(text::tool(document, tool));
    problems
}

/// Everything wrong with one argument. `place` is the way to it in the doc; `name` is how a
/// person writes it, such as `members[].value`.
pub fn argument(
    document: Document<'_>,
    place: &[&str],
    name: &str,
    schema: &Value,
) -> Vec<Problem> {
    let mut problems = Vec::new();
    let mut report = |path: &[&str], message: String, hint: &str| {
        problems.push(document.problem(path, message, hint));
    };
    schema::visit(place, name, schema, &mut |node| general::argument(node, &mut report));
    general::depth_of(place, name, schema, &mut report);
    hosts::argument(place, name, schema, &mut report);
    problems.extend(text::schema(document, place, name, schema));
    problems
}

/// What authors may want to know of sound tools.
pub fn notes(tools: &[Arc<Tool>]) -> Vec<Note> {
    tools.iter().flat_map(|tool| hosts::notes(tool)).collect()
}
