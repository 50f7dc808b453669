//! MCP itself, 2025-06-18 and later.

use serde_json::Value;

use super::{Form, Rules};

pub(super) const RULES: Rules = Rules {
    host: "MCP",
    // Specification 2025-11-25, server/tools, "Tool Names" (SEP-986).
    tool_name: Form {
        max: 128,
        begins: is_tool_name,
        goes_on: is_tool_name,
        words: "use 1 to 128 of letters, digits, `_`, `-`, `.`",
    },
    property_name: None,
    // Schema, `Tool.inputSchema`: an object schema. What else may stand there is JSON Schema.
    not_at_root: &[],
    nowhere: &[],
    formats: None,
    needs_items: false,
    text_enums: false,
};

fn is_tool_name(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"_-.".contains(&byte)
}

/// Schema 2025-06-18, `Tool.outputSchema`: an object schema. Clients drop the whole list otherwise:
/// opentokenz/mcpx#28.
pub(super) fn output_fault(schema: &Value) -> Option<String> {
    (schema.get("type") != Some(&Value::from("object")))
        .then(|| "the root of response_schema is not `type: object`".to_owned())
}
