//! `truto`: the shape of the managed product's tools endpoint. Arguments of the body stand in
//! `body_schema`, all others in `query_schema`, those of the path too.

use serde_json::{Map, Value, json};

use super::Entry;
use crate::catalog::filter::ToolNames;
use crate::catalog::tool::{Place, Tool};

pub(super) fn envelope(entries: &[Entry<'_>], names: ToolNames) -> Value {
    let result: Vec<Value> = entries.iter().map(|entry| item(entry, names)).collect();
    json!({ "result": result, "next_cursor": null })
}

fn item(entry: &Entry<'_>, names: ToolNames) -> Value {
    let empty = Map::new;
    let (query, body) = entry.tool.map_or_else(|| (empty(), empty()), apart);
    let required = entry.tool.and_then(|tool| tool.input_schema.get("required").cloned());
    let mut item = json!({
        "resource": entry.resource,
        "method": entry.method,
        "name": entry.name(names),
        "description": entry.tool.map(|tool| &tool.description),
        "query_schema": { "type": "object", "properties": query },
        "body_schema": { "type": "object", "properties": body },
        "required": required.unwrap_or_else(|| json!([])),
        "tags": entry.tags,
    });
    if let (None, Some(item)) = (entry.tool, item.as_object_mut()) {
        item.insert("callable".to_owned(), Value::Bool(false));
    }
    item
}

/// The properties of the query and of the body.
fn apart(tool: &Tool) -> (Map<String, Value>, Map<String, Value>) {
    let (mut query, mut body) = (Map::new(), Map::new());
    let properties = tool.input_schema.get("properties").and_then(Value::as_object);
    for (name, schema) in properties.into_iter().flatten() {
        let argument = tool.call().and_then(|call| call.arguments.get(name));
        let part = match argument.map(|argument| &argument.place) {
            Some(Place::Body(_)) => &mut body,
            _ => &mut query,
        };
        part.insert(name.clone(), schema.clone());
    }
    (query, body)
}
