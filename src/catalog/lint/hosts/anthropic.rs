//! Anthropic's Messages API, and the clients that hand MCP tools to it.

use super::{Form, Rules, is_name};
use crate::catalog::format::strict;
use crate::catalog::tool::Tool;

pub(super) const RULES: Rules = Rules {
    host: "Anthropic",
    // The API reference of Messages, `tools.name`: `^[a-zA-Z0-9_-]{1,64}$` (128 since, but not in
    // every client). Clients put a prefix of their own before it: anthropics/claude-code#955,
    // #21050. Our own limit of 48 leaves room for most.
    tool_name: Form {
        max: 64,
        begins: is_name,
        goes_on: is_name,
        words: "use 1 to 64 of letters, digits, `_`, `-`",
    },
    // The API refuses the whole request for any other: "Property keys should match pattern
    // '^[a-zA-Z0-9_.-]{1,64}$'".
    property_name: Some(Form {
        max: 64,
        begins: is_property,
        goes_on: is_property,
        words: "use 1 to 64 of letters, digits, `_`, `.`, `-`",
    }),
    // anthropics/claude-code#5973 and #45106: "input_schema does not support oneOf, allOf, or anyOf
    // at the top level". `input_schema.type` must be "object": anthropic-sdk-python, `ToolParam`.
    not_at_root: &["oneOf", "anyOf", "allOf"],
    nowhere: &[],
    formats: None,
    needs_items: false,
    text_enums: false,
};

fn is_property(byte: u8) -> bool {
    is_name(byte) || byte == b'.'
}

/// Structured outputs, JSON Schema limitations: an object whose keys the model chooses has no
/// strict form. Such a tool works, without strict.
pub(super) fn notes(tool: &Tool) -> Option<(&'static str, String)> {
    let reason = strict::anthropic_fault(&tool.input_schema)?;
    Some(("Anthropic: cannot be strict", reason))
}
