//! `anthropic`: `tools` of the Messages API. `strict` stands only on tools that are.

use serde_json::{Value, json};

use super::{Notes, Strict, strict};
use crate::catalog::tool::Tool;

pub(super) fn tools(tools: &[(&str, &Tool)], wanted: Strict, notes: &mut Notes) -> Value {
    let one = |&(name, tool): &(&str, &Tool)| {
        let (schema, strict) = strict::input_schema(name, tool, wanted, notes);
        let mut item = json!({
            "name": name,
            "description": tool.description,
            "input_schema": schema,
        });
        if let (true, Some(item)) = (strict, item.as_object_mut()) {
            item.insert("strict".to_owned(), Value::Bool(true));
        }
        item
    };
    tools.iter().map(one).collect()
}
