//! Strict schemas: a provider that holds the model to a schema takes only part of JSON Schema.
//! What it does not take goes into the description in words; what cannot be said at all leaves the
//! tool as it is, with the reason.

mod anthropic;
mod openai;

use std::fmt::Write as _;

use serde_json::{Map, Value, json};

use super::{Note, Notes, Strict};
use crate::catalog::tool::Tool;

/// Schemas put together from others; the linter keeps them out of tool docs.
const COMBINED: [&str; 13] = [
    "$ref",
    "$defs",
    "oneOf",
    "anyOf",
    "allOf",
    "not",
    "if",
    "then",
    "else",
    "dependentRequired",
    "dependentSchemas",
    "patternProperties",
    "prefixItems",
];

/// What one provider takes.
struct Rules {
    /// Whether optional properties are required and may be null instead.
    all_required: bool,
    /// Whether a keyword with this value is taken.
    takes: fn(&str, &Value) -> bool,
}

/// Formats of texts that OpenAI knows.
pub use openai::FORMATS as OPENAI_FORMATS;

/// Why an input schema has no strict form for OpenAI.
pub fn openai_fault(schema: &Value) -> Option<String> {
    openai::schema(schema).err()
}

/// What of an input schema is more than OpenAI takes.
pub fn openai_size_fault(schema: &Value) -> Option<String> {
    openai::too_large(schema.as_object()?)
}

/// Why an input schema has no strict form for Anthropic.
pub fn anthropic_fault(schema: &Value) -> Option<String> {
    anthropic::schema(schema).err()
}

/// A tool's parameters for OpenAI, and whether they are strict.
pub(super) fn parameters(
    name: &str,
    tool: &Tool,
    wanted: Strict,
    notes: &mut Notes,
) -> (Value, bool) {
    let wanted = wanted != Strict::No;
    chosen(name, tool, wanted.then(|| openai::schema(&tool.input_schema)), notes)
}

/// A tool's input schema for Anthropic, and whether it is strict.
pub(super) fn input_schema(
    name: &str,
    tool: &Tool,
    wanted: Strict,
    notes: &mut Notes,
) -> (Value, bool) {
    let wanted = match wanted {
        Strict::No => false,
        Strict::Yes => true,
        Strict::Auto => !tool.reads,
    };
    chosen(name, tool, wanted.then(|| anthropic::schema(&tool.input_schema)), notes)
}

fn chosen(
    name: &str,
    tool: &Tool,
    strict: Option<Result<Value, String>>,
    notes: &mut Notes,
) -> (Value, bool) {
    match strict {
        Some(Ok(schema)) => return (schema, true),
        Some(Err(reason)) => notes.not_strict.push(Note { name: name.to_owned(), reason }),
        None => {}
    }
    (tool.input_schema.clone(), false)
}

/// `schema` within `rules`, or why that cannot be. `at` is how a person writes the way to it.
fn convert(rules: &Rules, schema: &Value, at: &str) -> Result<Map<String, Value>, String> {
    let whole = || if at.is_empty() { "the schema".to_owned() } else { format!("`{at}`") };
    let Some(schema) = schema.as_object() else {
        return Err(format!("{} is not described", whole()));
    };
    if let Some(keyword) = schema.keys().find(|keyword| COMBINED.contains(&keyword.as_str())) {
        return Err(format!("{} uses {keyword}", whole()));
    }
    let kind = schema.get("type").and_then(Value::as_str);
    let mut strict = Map::new();
    let mut in_words = String::new();
    for (keyword, value) in schema {
        match keyword.as_str() {
            "type" | "title" | "description" | "enum" => {
                strict.insert(keyword.clone(), value.clone());
            }
            "properties" | "required" | "items" | "additionalProperties" => {}
            _ if (rules.takes)(keyword, value) => {
                strict.insert(keyword.clone(), value.clone());
            }
            _ => {
                let comma = if in_words.is_empty() { "" } else { ", " };
                _ = write!(in_words, "{comma}{keyword}: {value}");
            }
        }
    }
    match kind {
        None => return Err(format!("{} has no single type", whole())),
        Some("object") => object(rules, schema, at, &mut strict).map_err(|reason| {
            reason.unwrap_or_else(|| format!("{} takes any properties", whole()))
        })?,
        Some("array") => {
            let items = schema.get("items").unwrap_or(&Value::Null);
            let items = convert(rules, items, &format!("{at}[]"))?;
            strict.insert("items".to_owned(), Value::Object(items));
        }
        Some(_) => {}
    }
    if !in_words.is_empty() {
        let said = strict.get("description").and_then(Value::as_str).unwrap_or_default();
        let description = format!("{said} {{{in_words}}}").trim_start().to_owned();
        strict.insert("description".to_owned(), Value::from(description));
    }
    Ok(strict)
}

/// The keywords of an object. No reason means that it is open: neither provider lets a model
/// choose names of properties.
fn object(
    rules: &Rules,
    schema: &Map<String, Value>,
    at: &str,
    strict: &mut Map<String, Value>,
) -> Result<(), Option<String>> {
    let Some(properties) = schema.get("properties").and_then(Value::as_object) else {
        return Err(None);
    };
    let closed = schema.get("additionalProperties") == Some(&Value::Bool(false));
    if !closed && (properties.is_empty() || schema.contains_key("additionalProperties")) {
        return Err(None);
    }
    let needed = schema.get("required").and_then(Value::as_array);
    let is_needed = |name: &str| needed.is_some_and(|needed| needed.iter().any(|n| n == name));
    let mut converted = Map::new();
    for (name, property) in properties {
        let at = if at.is_empty() { name.clone() } else { format!("{at}.{name}") };
        let mut property = convert(rules, property, &at).map_err(Some)?;
        if rules.all_required && !is_needed(name) {
            allow_null(&mut property);
        }
        converted.insert(name.clone(), Value::Object(property));
    }
    let required: Vec<&String> =
        properties.keys().filter(|name| rules.all_required || is_needed(name)).collect();
    strict.insert("required".to_owned(), json!(required));
    strict.insert("properties".to_owned(), Value::Object(converted));
    strict.insert("additionalProperties".to_owned(), Value::Bool(false));
    Ok(())
}

/// Lets a property be null, which a caller of ours may send for "not given".
fn allow_null(property: &mut Map<String, Value>) {
    if let Some(constant) = property.remove("const") {
        property.insert("enum".to_owned(), json!([constant]));
    }
    if let Some(options) = property.get_mut("enum").and_then(Value::as_array_mut) {
        options.push(Value::Null);
    }
    if let Some(kind) = property.get_mut("type") {
        *kind = json!([kind.take(), "null"]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reasons(schema: &Value) -> [String; 2] {
        let properties = json!({ "type": "object", "properties": { "x": schema },
            "additionalProperties": false });
        [openai::schema(&properties).unwrap_err(), anthropic::schema(&properties).unwrap_err()]
    }

    #[test]
    fn what_cannot_be_strict_says_why() {
        let open = [
            json!({ "type": "object" }),
            json!({ "type": "object", "properties": {} }),
            json!({ "type": "object", "properties": { "y": { "type": "string" } },
                "additionalProperties": true }),
            json!({ "type": "object", "additionalProperties": { "type": "string" } }),
        ];
        for schema in open {
            assert_eq!(reasons(&schema), ["`x` takes any properties"; 2], "{schema}");
        }
        assert_eq!(reasons(&json!({ "type": "array" })), ["`x[]` is not described"; 2]);
        assert_eq!(reasons(&json!({})), ["`x` has no single type"; 2]);
        assert_eq!(reasons(&json!({ "oneOf": [{ "type": "string" }] })), ["`x` uses oneOf"; 2]);
        let nested = json!({ "type": "array", "items": { "type": "object",
            "properties": { "y": { "type": "object" } } } });
        assert_eq!(reasons(&nested), ["`x[].y` takes any properties"; 2]);
    }
}
