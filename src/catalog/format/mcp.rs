//! `mcp`: the `Tool` objects that `tools/list` shows.

use serde_json::Value;

use crate::catalog::filter::ToolNames;
use crate::catalog::tool::Tool;
use crate::catalog::view::mcp_tool;

pub(super) fn tools(tools: &[(&str, &Tool)], names: ToolNames) -> Value {
    tools.iter().map(|(_, tool)| mcp_tool(tool, names)).collect()
}
