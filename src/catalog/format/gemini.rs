//! `gemini`: one `Tool` with all function declarations. `parametersJsonSchema` takes JSON Schema,
//! which `parameters` does not; `$schema` is refused in it.

use serde_json::{Value, json};

use crate::catalog::tool::Tool;

pub(super) fn tools(tools: &[(&str, &Tool)]) -> Value {
    let declare = |(name, tool): &(&str, &Tool)| {
        json!({
            "name": name,
            "description": tool.description,
            "parametersJsonSchema": without_dialect(&tool.input_schema),
        })
    };
    let declarations: Vec<Value> = tools.iter().map(declare).collect();
    json!([{ "functionDeclarations": declarations }])
}

fn without_dialect(schema: &Value) -> Value {
    let mut schema = schema.clone();
    if let Some(schema) = schema.as_object_mut() {
        schema.remove("$schema");
    }
    schema
}
