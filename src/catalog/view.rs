//! A view: the tools one filter lets through, with the listing already serialised. What is listed
//! and what is callable come from the same list, so they cannot differ.

use std::collections::HashMap;
use std::sync::Arc;

use bytes::Bytes;
use serde_json::{Value, json};

use super::discovery::{Discovery, Inputs};
use super::doc::Annotations;
use super::filter::{ServerConfig, ToolNames};
use super::search::Index;
use super::tool::Tool;

/// The tools of one filter.
#[derive(Debug)]
pub struct View {
    tools: Vec<Arc<Tool>>,
    by_name: HashMap<String, Arc<Tool>>,
    names: ToolNames,
    listing: Bytes,
    finder: Option<Finder>,
}

/// What a view in discovery mode has more.
#[derive(Debug)]
struct Finder {
    discovery: Discovery,
    index: Arc<Index>,
    /// For each tool of the index, where it stands in the view, if it is in it.
    places: Vec<Option<usize>>,
}

impl View {
    pub(super) fn new(tools: Vec<Arc<Tool>>, config: &ServerConfig) -> Self {
        let by_name = tools
            .iter()
            .flat_map(|tool| {
                [&tool.names.long, &tool.names.short].map(|name| (name.clone(), Arc::clone(tool)))
            })
            .collect();
        let names = config.tool_names;
        let items: Vec<Value> = tools.iter().map(|tool| mcp_tool(tool, names)).collect();
        let listing = Bytes::from(Value::Array(items).to_string());
        Self { tools, by_name, names, listing, finder: None }
    }

    /// The same tools, no longer listed themselves. `all` are the tools that `index` is of.
    pub(super) fn behind(mut self, inputs: &Inputs, index: Arc<Index>, all: &[Arc<Tool>]) -> Self {
        let discovery = Discovery::new(&self.tools, inputs);
        self.listing = Bytes::from(discovery.listing().to_string());
        let place = |tool| self.tools.iter().position(|own| Arc::ptr_eq(own, tool));
        let places = all.iter().map(place).collect();
        self.finder = Some(Finder { discovery, index, places });
        self
    }

    /// What is listed in place of the tools, in discovery mode.
    pub fn discovery(&self) -> Option<&Discovery> {
        self.finder.as_ref().map(|finder| &finder.discovery)
    }

    /// The tools that fit `query`, best first. Only a view in discovery mode can be searched.
    pub fn search(&self, query: &str) -> Vec<&Arc<Tool>> {
        let Some(Finder { index, places, .. }) = &self.finder else { return Vec::new() };
        let place = |at: usize| places.get(at).copied().flatten();
        // Whoever knows a name means that tool.
        let is_word = |c: char| c.is_ascii_alphanumeric() || c == '_';
        let named = query.split(|c| !is_word(c)).filter_map(|word| self.find(word));
        let found = index.find(query, |at| place(at).is_some()).into_iter();
        let mut tools: Vec<&Arc<Tool>> = Vec::new();
        for tool in named.chain(found.filter_map(|at| self.tools.get(place(at)?))) {
            if !tools.iter().any(|other| Arc::ptr_eq(other, tool)) {
                tools.push(tool);
            }
        }
        tools
    }

    /// The tools, in listing order.
    pub fn tools(&self) -> &[Arc<Tool>] {
        &self.tools
    }

    /// The tool a caller may call by `name`, in its long or short form.
    pub fn find(&self, name: &str) -> Option<&Arc<Tool>> {
        self.by_name.get(name)
    }

    /// The whole definition of `tool`, as a listing shows it.
    pub fn definition(&self, tool: &Tool) -> Value {
        mcp_tool(tool, self.names)
    }

    /// The name the listing shows for `tool`.
    pub fn listed_name<'a>(&self, tool: &'a Tool) -> &'a str {
        tool.names.listed(self.names)
    }

    /// The listed name most like `name`, if one is near enough to be a slip.
    pub fn nearest(&self, name: &str) -> Option<&str> {
        self.tools
            .iter()
            .map(|tool| self.listed_name(tool))
            .map(|listed| (strsim::jaro_winkler(listed, name), listed))
            .filter(|(likeness, _)| *likeness > 0.8)
            .max_by(|a, b| a.0.total_cmp(&b.0))
            .map(|(_, listed)| listed)
    }

    /// The JSON array of MCP `Tool` objects.
    pub fn listing(&self) -> &Bytes {
        &self.listing
    }

    /// About how many tokens the listing costs a model: four bytes a token, which is close for
    /// JSON in the common tokenizers.
    pub fn token_estimate(&self) -> usize {
        self.listing.len().div_ceil(4)
    }
}

/// About how many tokens one tool in a listing costs a model.
pub fn tool_token_estimate(tool: &Tool) -> usize {
    mcp_tool(tool, ToolNames::default()).to_string().len().div_ceil(4)
}

/// A tool as MCP lists it (schema 2025-06-18 and later; older clients ignore what they lack).
pub fn mcp_tool(tool: &Tool, names: ToolNames) -> Value {
    let mut listed = json!({
        "name": tool.names.listed(names),
        "title": tool.title,
        "description": tool.description,
        "inputSchema": tool.input_schema,
        "annotations": annotations(&tool.title, tool.annotations),
    });
    if let (Some(object), Some(schema)) = (listed.as_object_mut(), &tool.output_schema) {
        object.insert("outputSchema".to_owned(), schema.clone());
    }
    listed
}

/// MCP's `annotations`: the title once more, for older clients, and all four hints.
pub(super) fn annotations(title: &str, hints: Annotations) -> Value {
    json!({
        "title": title,
        "readOnlyHint": hints.read_only_hint,
        "destructiveHint": hints.destructive_hint,
        "idempotentHint": hints.idempotent_hint,
        "openWorldHint": hints.open_world_hint,
    })
}
