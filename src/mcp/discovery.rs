//! Discovery mode's calls: finding tools, showing their definitions, and running them. What may
//! be found is what may be called: both come from the URL's view.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::{Map, Value, json};

use crate::catalog::discovery::{self, Action, Discovery, MetaTool};
use crate::catalog::{Signature, Tool, View};
use crate::invoke::{Failure, Kind, arguments};

/// A description is summed up in at most this many characters.
const MAX_SUMMARY: usize = 200;

/// What a call asks for.
pub enum Asked<'v> {
    /// Nothing of Egnyte: this is the answer, as JSON text, or why there is none.
    Answer(Result<String, Failure>),
    /// A tool, with the JSON text of its arguments.
    Tool(&'v Arc<Tool>, String),
}

/// Reads a call to one of this mode's own tools.
pub fn read<'v>(
    view: &'v View,
    discovery: &Discovery,
    called: &MetaTool,
    given: Option<&str>,
) -> Asked<'v> {
    let given = match arguments::read(called, given) {
        Ok(given) => given,
        Err(failure) => return Asked::Answer(Err(failure)),
    };
    match called.action {
        Action::Search => Asked::Answer(Ok(search(view, &given))),
        Action::Schema => Asked::Answer(schemas(view, &given)),
        Action::Call | Action::CallRead => {
            let name = text(&given, "tool_name");
            let Some(tool) = view.find(name) else {
                return Asked::Answer(Err(unknown(view, discovery, name)));
            };
            if called.action == Action::CallRead && !tool.reads {
                return Asked::Answer(Err(not_a_read(view, discovery, tool)));
            }
            let arguments =
                given.get("arguments").map_or_else(|| "{}".to_owned(), Value::to_string);
            Asked::Tool(tool, arguments)
        }
    }
}

/// A tool of the view was called by its own name.
pub fn not_listed(view: &View, discovery: &Discovery, tool: &Tool) -> Failure {
    let (name, caller) = (view.listed_name(tool), discovery.caller_of(tool));
    Failure::new(
        Kind::InvalidArguments,
        format!(
            "`{name}` is not called by its own name at this URL, so nothing was sent to Egnyte."
        ),
        format!(
            "call {caller} with {{\"tool_name\": \"{name}\", \"arguments\": {{…}}}}. {} finds \
             other tools, {} shows their arguments.",
            discovery::SEARCH_TOOLS,
            discovery::GET_TOOL_SCHEMA
        ),
    )
}

fn search(view: &View, given: &Map<String, Value>) -> String {
    let hits = discovery::hits(given.get("limit").and_then(Value::as_u64));
    let query = text(given, "query").trim();
    let found = view.search(query);
    if !found.is_empty() {
        let shown: Vec<Value> = found.iter().take(hits).map(|tool| summary(view, tool)).collect();
        return json!({ "result": shown }).to_string();
    }
    let mut by_resource: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for tool in view.tools() {
        by_resource.entry(&tool.resource).or_default().push(view.listed_name(tool));
    }
    let note = if query.is_empty() {
        "These are all tools of this URL."
    } else {
        "Nothing matches the query. These are all tools of this URL."
    };
    json!({ "result": [], "note": note, "tools": by_resource }).to_string()
}

/// Enough of a tool to choose it, and often enough to call it.
fn summary(view: &View, tool: &Tool) -> Value {
    let access = match (tool.reads, tool.annotations.destructive_hint) {
        (true, _) => "read",
        (false, false) => "write",
        (false, true) => "destructive",
    };
    let signature = Signature::from(tool);
    let (required, optional): (Vec<&str>, Vec<&str>) =
        signature.arguments().partition(|name| signature.requires(name));
    json!({
        "name": view.listed_name(tool),
        "title": tool.title,
        "summary": first_sentence(&tool.description),
        "access": access,
        "required": required,
        "optional": optional,
    })
}

fn first_sentence(text: &str) -> String {
    let line = text.lines().next().unwrap_or_default();
    let sentence = line.split_once(". ").map_or(line, |(sentence, _)| sentence);
    if sentence.chars().count() <= MAX_SUMMARY {
        return sentence.trim_end_matches('.').to_owned();
    }
    let cut: String = sentence.chars().take(MAX_SUMMARY).collect();
    let whole = cut.rsplit_once(' ').map_or(cut.as_str(), |(whole, _)| whole);
    format!("{whole} …")
}

fn schemas(view: &View, given: &Map<String, Value>) -> Result<String, Failure> {
    let names = given.get("tool_names").and_then(Value::as_array);
    let names = names.into_iter().flatten().filter_map(Value::as_str);
    let mut shown: Vec<&Arc<Tool>> = Vec::new();
    let mut missing = Vec::new();
    for name in names {
        match view.find(name) {
            Some(tool) if shown.iter().any(|other| Arc::ptr_eq(other, tool)) => {}
            Some(tool) => shown.push(tool),
            None => missing.push(name),
        }
    }
    if shown.is_empty() {
        let words: Vec<String> = missing.iter().map(|name| no_such_tool(view, name)).collect();
        return Err(Failure::new(Kind::InvalidArguments, words.join(" "), find_it()));
    }
    let definitions: Vec<Value> = shown.into_iter().map(|tool| view.definition(tool)).collect();
    let mut answer = json!({ "result": definitions });
    if let (Some(answer), false) = (answer.as_object_mut(), missing.is_empty()) {
        let unknown = missing
            .into_iter()
            .map(|name| json!({ "name": cut(name), "did_you_mean": view.nearest(name) }));
        answer.insert("unknown".to_owned(), unknown.collect());
    }
    Ok(answer.to_string())
}

fn unknown(view: &View, discovery: &Discovery, name: &str) -> Failure {
    if discovery.find(name).is_some() {
        let message = format!("`{name}` is itself a tool of this URL and is called directly.");
        return Failure::new(Kind::InvalidArguments, message, find_it());
    }
    Failure::new(Kind::InvalidArguments, no_such_tool(view, name), find_it())
}

fn no_such_tool(view: &View, name: &str) -> String {
    let nearest = view.nearest(name).map(|nearest| format!(" Did you mean `{nearest}`?"));
    let nearest = nearest.unwrap_or_default();
    format!("This URL offers no tool `{}`, so nothing was sent to Egnyte.{nearest}", cut(name))
}

fn not_a_read(view: &View, discovery: &Discovery, tool: &Tool) -> Failure {
    let name = view.listed_name(tool);
    Failure::new(
        Kind::InvalidArguments,
        format!(
            "`{name}` changes something, and only tools that read run here. Nothing was sent to Egnyte."
        ),
        format!(
            "if the change is wanted, call {} with the same arguments.",
            discovery.caller_of(tool)
        ),
    )
}

fn find_it() -> String {
    format!("call {} with what is to be done, in plain words.", discovery::SEARCH_TOOLS)
}

fn text<'a>(given: &'a Map<String, Value>, name: &str) -> &'a str {
    given.get(name).and_then(Value::as_str).unwrap_or_default()
}

fn cut(name: &str) -> String {
    name.chars().take(100).collect()
}
