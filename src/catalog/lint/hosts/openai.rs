//! OpenAI: Chat Completions and Responses, strict or not.

use serde_json::Value;

use super::{Form, Rules, is_name};
use crate::catalog::format::{CHAT_DESCRIPTION, strict};
use crate::catalog::tool::Tool;

pub(super) const RULES: Rules = Rules {
    host: "OpenAI",
    // openai/openai-openapi, `FunctionObject`: a-z, A-Z, 0-9, `_`, `-`, at most 64. Responses
    // (`FunctionToolParam`) takes 128, Chat Completions does not.
    tool_name: Form {
        max: 64,
        begins: is_name,
        goes_on: is_name,
        words: "use 1 to 64 of letters, digits, `_`, `-`",
    },
    property_name: None,
    // The API's own words: "schema must have type 'object' and not have 'oneOf'/'anyOf'/'allOf'/
    // 'enum'/'not' at the top level".
    not_at_root: &["oneOf", "anyOf", "allOf", "enum", "not"],
    nowhere: &[],
    // Structured outputs, supported properties. Frameworks that bind every tool as strict send the
    // format as it is, and get 400 for any other, `uri` first of all: langchain-ai/langchainjs#9496.
    formats: Some(&strict::OPENAI_FORMATS),
    // "array schema missing items", with and without strict.
    needs_items: true,
    text_enums: false,
};

/// Structured outputs, limits on the size of a schema: properties, levels, enums, characters.
pub(super) fn too_large(schema: &Value) -> Option<String> {
    strict::openai_size_fault(schema).map(|fault| format!("{fault}, refused by OpenAI"))
}

/// What works in another way than with other tools.
pub(super) fn notes(tool: &Tool) -> Vec<(&'static str, String)> {
    let mut notes = Vec::new();
    if let Some(reason) = strict::openai_fault(&tool.input_schema) {
        notes.push(("OpenAI: cannot be strict", reason));
    }
    let length = tool.description.chars().count();
    if length > CHAT_DESCRIPTION {
        let reason =
            format!("it has {length} characters, Chat Completions takes {CHAT_DESCRIPTION}");
        notes.push(("OpenAI: the description is cut", reason));
    }
    notes
}
