//! A view: the tools one filter lets through, with the listing already serialised. What is listed
//! and what is callable come from the same list, so they cannot differ.

use std::collections::HashMap;
use std::sync::Arc;

use bytes::Bytes;
use serde_json::{Value, json};

use super::filter::{ServerConfig, ToolNames};
use super::tool::Tool;

/// The tools of one filter.
#[derive(Debug)]
pub struct View {
    tools: Vec<Arc<Tool>>,
    by_name: HashMap<String, Arc<Tool>>,
    names: ToolNames,
    listing: Bytes,
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
        Self { tools, by_name, names, listing }
    }

    /// The tools, in listing order.
    pub fn tools(&self) -> &[Arc<Tool>] {
        &self.tools
    }

    /// The tool a caller may call by `name`, in its long or short form.
    pub fn find(&self, name: &str) -> Option<&Arc<Tool>> {
        self.by_name.get(name)
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

/// A tool as MCP lists it (schema 2025-06-18 and later; older clients ignore what they lack).
pub fn mcp_tool(tool: &Tool, names: ToolNames) -> Value {
    let hints = tool.annotations;
    let mut listed = json!({
        "name": tool.names.listed(names),
        "title": tool.title,
        "description": tool.description,
        "inputSchema": tool.input_schema,
        "annotations": {
            "title": tool.title,
            "readOnlyHint": hints.read_only_hint,
            "destructiveHint": hints.destructive_hint,
            "idempotentHint": hints.idempotent_hint,
            "openWorldHint": hints.open_world_hint,
        },
    });
    if let (Some(object), Some(schema)) = (listed.as_object_mut(), &tool.output_schema) {
        object.insert("outputSchema".to_owned(), schema.clone());
    }
    listed
}
