//! Discovery mode: a URL with many tools lists these few instead, which find and call the others.
//! The only place where code names tools; they are part of the protocol of this mode, not of any
//! document. What they do is in `mcp::discovery`.

use std::sync::Arc;

use jsonschema::{ValidationError, Validator};
use serde_json::{Value, json};

use super::Tool;
use super::doc::Annotations;
use super::problem::{Document, Problem};

/// Finds tools by what one wants to do.
pub const SEARCH_TOOLS: &str = "search_tools";
/// Shows the full definition of some tools.
pub const GET_TOOL_SCHEMA: &str = "get_tool_schema";
/// Runs a tool that only reads.
pub const CALL_READ_TOOL: &str = "call_read_tool";
/// Runs a tool.
pub const CALL_TOOL: &str = "call_tool";

const NAMES: [&str; 4] = [SEARCH_TOOLS, GET_TOOL_SCHEMA, CALL_READ_TOOL, CALL_TOOL];

/// Tools whose definitions are shown at once.
const MAX_SCHEMAS: usize = 5;
/// Longest query, in characters.
const MAX_QUERY: usize = 500;
/// Tools a search returns, unless told and at most.
const DEFAULT_HITS: usize = 8;
const MAX_HITS: usize = 25;
/// Longest list of subjects in a description, in characters.
const MAX_SUBJECTS: usize = 600;

/// What one of these tools does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// Finds tools.
    Search,
    /// Shows definitions.
    Schema,
    /// Runs a tool that only reads.
    CallRead,
    /// Runs any tool of the URL.
    Call,
}

/// One of these tools.
#[derive(Debug)]
pub struct MetaTool {
    /// What it does.
    pub action: Action,
    /// Its one name.
    pub name: &'static str,
    /// What a person sees.
    pub title: &'static str,
    /// What the model reads.
    pub description: String,
    /// What it takes.
    pub input: Arc<Input>,
    /// MCP hints, true for the tools behind it.
    pub annotations: Annotations,
}

/// An input schema and the same schema, compiled.
#[derive(Debug)]
pub struct Input {
    /// The schema.
    pub schema: Value,
    /// Compiled once.
    pub validator: Validator,
}

/// What these tools take; the same for every URL.
#[derive(Clone, Debug)]
pub struct Inputs {
    search: Arc<Input>,
    schema: Arc<Input>,
    call: Arc<Input>,
}

/// The tools a URL in discovery mode lists.
#[derive(Debug)]
pub struct Discovery {
    tools: Vec<MetaTool>,
}

impl Inputs {
    /// Compiles the schemas.
    pub(super) fn compile() -> Result<Self, Problem> {
        Self::try_compile().map_err(|error| {
            let document = Document { file: "the tools of discovery mode", text: "" };
            document.problem(&[], error.to_string(), "this is a fault of the program")
        })
    }

    fn try_compile() -> Result<Self, ValidationError<'static>> {
        let name = json!({
            "type": "string",
            "minLength": 1,
            "maxLength": 100,
            "description": format!("The tool's name, as {SEARCH_TOOLS} gives it."),
        });
        let search = json!({
            "query": {
                "type": "string",
                "maxLength": MAX_QUERY,
                "description": "What to do, in a few plain words, such as: deactivate a user. \
                                Empty: the names of all tools.",
            },
            "limit": {
                "type": "integer",
                "minimum": 1,
                "maximum": MAX_HITS,
                "default": DEFAULT_HITS,
                "description": "How many tools to return at most.",
            },
        });
        let schema = json!({
            "tool_names": {
                "type": "array",
                "items": name,
                "minItems": 1,
                "maxItems": MAX_SCHEMAS,
                "description": format!("Names of 1 to {MAX_SCHEMAS} tools."),
            },
        });
        let call = json!({
            "tool_name": name,
            "arguments": {
                "type": "object",
                "description": format!(
                    "That tool's own arguments, by {GET_TOOL_SCHEMA}'s inputSchema. Left out: none."
                ),
            },
        });
        Ok(Self {
            search: Input::compile(&search, "query")?,
            schema: Input::compile(&schema, "tool_names")?,
            call: Input::compile(&call, "tool_name")?,
        })
    }
}

impl Input {
    fn compile(properties: &Value, required: &str) -> Result<Arc<Self>, ValidationError<'static>> {
        let schema = json!({
            "type": "object",
            "properties": properties,
            "required": [required],
            "additionalProperties": false,
        });
        let validator = jsonschema::options().build(&schema)?;
        Ok(Arc::new(Self { schema, validator }))
    }
}

impl Discovery {
    /// What stands for `tools`. Whoever has the same tools gets the same.
    pub(super) fn new(tools: &[Arc<Tool>], inputs: &Inputs) -> Self {
        let (reads, writes): (Vec<&Tool>, Vec<&Tool>) =
            tools.iter().map(AsRef::as_ref).partition(|tool| tool.reads);
        let mut shown = vec![
            MetaTool {
                action: Action::Search,
                name: SEARCH_TOOLS,
                title: "Search tools",
                description: format!(
                    "Finds tools of this URL by what they do: a query in plain words is compared \
                     with names, titles, descriptions, tags and arguments; typos are forgiven. \
                     Returns the best matches, best first, each with name, summary, access (read, \
                     write or destructive) and arguments. An empty query, or one that matches \
                     nothing, returns the names of all {} tools by subject. Subjects: {}.",
                    tools.len(),
                    subjects(tools)
                ),
                input: Arc::clone(&inputs.search),
                annotations: LOOKS_UP,
            },
            MetaTool {
                action: Action::Schema,
                name: GET_TOOL_SCHEMA,
                title: "Get tool schemas",
                description: format!(
                    "Returns the full definition of 1 to {MAX_SCHEMAS} tools: description, \
                     inputSchema and hints. A mistyped name is answered with the nearest one."
                ),
                input: Arc::clone(&inputs.schema),
                annotations: LOOKS_UP,
            },
        ];
        if !reads.is_empty() && !writes.is_empty() {
            let description = format!(
                "Runs one tool whose access is read, and returns exactly its result. Changes \
                 nothing: a tool that writes is refused, {CALL_TOOL} runs it."
            );
            shown.push(MetaTool {
                action: Action::CallRead,
                name: CALL_READ_TOOL,
                title: "Call a tool that reads",
                description,
                input: Arc::clone(&inputs.call),
                annotations: hints(&reads),
            });
        }
        let all: Vec<&Tool> = tools.iter().map(AsRef::as_ref).collect();
        let extent = match (reads.is_empty(), writes.is_empty()) {
            (_, true) => "All tools of this URL only read.".to_owned(),
            (true, _) => "All tools of this URL change something.".to_owned(),
            _ => format!(
                "It can change and delete things; {CALL_READ_TOOL} runs the tools that only read."
            ),
        };
        shown.push(MetaTool {
            action: Action::Call,
            name: CALL_TOOL,
            title: "Call a tool",
            description: format!("Runs one tool and returns exactly its result. {extent}"),
            input: Arc::clone(&inputs.call),
            annotations: hints(&all),
        });
        Self { tools: shown }
    }

    /// The tools, in listing order.
    pub fn tools(&self) -> &[MetaTool] {
        &self.tools
    }

    /// The one a caller may call by `name`.
    pub fn find(&self, name: &str) -> Option<&MetaTool> {
        self.tools.iter().find(|tool| tool.name == name)
    }

    /// The name most like `name`, if one is near enough to be a slip.
    pub fn nearest(&self, name: &str) -> Option<&'static str> {
        let names =
            self.tools.iter().map(|tool| (strsim::jaro_winkler(tool.name, name), tool.name));
        let near = names.filter(|(likeness, _)| *likeness > 0.8);
        near.max_by(|a, b| a.0.total_cmp(&b.0)).map(|(_, name)| name)
    }

    /// The tool that runs `tool` with the least power.
    pub fn caller_of(&self, tool: &Tool) -> &'static str {
        if tool.reads && self.find(CALL_READ_TOOL).is_some() { CALL_READ_TOOL } else { CALL_TOOL }
    }

    /// As MCP lists them.
    pub(super) fn listing(&self) -> Value {
        let listed = self.tools.iter().map(|tool| {
            json!({
                "name": tool.name,
                "title": tool.title,
                "description": tool.description,
                "inputSchema": tool.input.schema,
                "annotations": super::view::annotations(tool.title, tool.annotations),
            })
        });
        Value::Array(listed.collect())
    }
}

/// How many tools a search returns when it is asked for `limit`.
pub fn hits(limit: Option<u64>) -> usize {
    limit.and_then(|limit| usize::try_from(limit).ok()).unwrap_or(DEFAULT_HITS).min(MAX_HITS)
}

const LOOKS_UP: Annotations = Annotations {
    read_only_hint: true,
    destructive_hint: false,
    idempotent_hint: true,
    open_world_hint: false,
};

/// Hints that are true whichever of `tools` is called.
fn hints(tools: &[&Tool]) -> Annotations {
    let any = |hint: fn(&Annotations) -> bool| tools.iter().any(|tool| hint(&tool.annotations));
    Annotations {
        read_only_hint: !any(|hints| !hints.read_only_hint),
        destructive_hint: any(|hints| hints.destructive_hint),
        idempotent_hint: !any(|hints| !hints.idempotent_hint),
        open_world_hint: any(|hints| hints.open_world_hint),
    }
}

/// The resources of `tools`, as far as there is room.
fn subjects(tools: &[Arc<Tool>]) -> String {
    let mut subjects: Vec<String> =
        tools.iter().map(|tool| tool.resource.replace('_', " ")).collect();
    subjects.dedup();
    let mut text = String::new();
    for subject in subjects {
        if text.len() + subject.len() > MAX_SUBJECTS {
            text.push_str(", and others");
            break;
        }
        text.push_str(if text.is_empty() { "" } else { ", " });
        text.push_str(&subject);
    }
    text
}

/// Documents leave these names to this mode.
pub(super) fn lint_names(tools: &[Arc<Tool>]) -> Vec<Problem> {
    let taken = |tool: &&Arc<Tool>| {
        NAMES.contains(&tool.names.long.as_str()) || NAMES.contains(&tool.names.short.as_str())
    };
    let problem = |tool: &Arc<Tool>| {
        let document = Document { file: &tool.file, text: "" };
        let message = format!("`{}` is a tool of discovery mode", tool.names.long);
        document.problem(&[], message, "choose another name")
    };
    tools.iter().filter(taken).map(problem).collect()
}
