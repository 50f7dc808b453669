//! What this server says of itself, in every revision.

use serde_json::{Value, json};

/// `_meta` key under which the stateless revision carries it.
pub const KEY: &str = "io.modelcontextprotocol/serverInfo";

/// Name, title and version (MCP 2025-11-25, `Implementation`).
pub fn value() -> Value {
    json!({ "name": "egnyte-mcp", "title": "Egnyte", "version": env!("CARGO_PKG_VERSION") })
}

/// The same as JSON text, for results that are written and not built.
pub const JSON: &str = concat!(
    r#"{"name":"egnyte-mcp","title":"Egnyte","version":""#,
    env!("CARGO_PKG_VERSION"),
    r#""}"#
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_forms_say_the_same() {
        assert_eq!(value().to_string(), JSON);
    }
}
