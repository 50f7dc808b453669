//! Gemini: function declarations, from `parameters` (a part of OpenAPI's schemas) and from
//! `parametersJsonSchema` alike, because clients send MCP schemas as either.

use super::{Form, Rules};

pub(super) const RULES: Rules = Rules {
    host: "Gemini",
    // googleapis/python-genai, `FunctionDeclaration.name`: begins with a letter or `_`, then letters,
    // digits, `_`, `.`, `:`, `-`; 128 there, 64 in the reference of `generateContent`.
    tool_name: Form {
        max: 64,
        begins: |byte| byte.is_ascii_alphabetic() || byte == b'_',
        goes_on: |byte| byte.is_ascii_alphanumeric() || b"_.:-".contains(&byte),
        words: "begin with a letter and use at most 64 of letters, digits, `_`, `.`, `-`",
    },
    property_name: None,
    not_at_root: &[],
    // `Schema` of the API has none of these, or only some of them in some places:
    // google-gemini/gemini-cli#13326, anomalyco/opencode#11889, danny-avila/LibreChat#13845,
    // promptfoo/promptfoo#6902.
    nowhere: &[
        "$ref",
        "$defs",
        "definitions",
        "$schema",
        "oneOf",
        "anyOf",
        "allOf",
        "not",
        "if",
        "then",
        "else",
        "const",
        "patternProperties",
        "propertyNames",
        "prefixItems",
        "dependentRequired",
        "dependentSchemas",
        "exclusiveMinimum",
        "exclusiveMaximum",
    ],
    formats: None,
    // "parameters.properties[x].items: missing field".
    needs_items: true,
    // `Schema.enum` is a list of strings; "enum[0]: cannot be empty".
    text_enums: true,
};
