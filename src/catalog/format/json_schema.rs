//! `json-schema`: name → input schema, for frameworks that take a schema and a function of their
//! own. The tool's description stands in the schema, where JSON Schema has a place for it.

use serde_json::{Map, Value};

use crate::catalog::tool::Tool;

pub(super) fn map(tools: &[(&str, &Tool)]) -> Value {
    let one = |(name, tool): &(&str, &Tool)| {
        let mut schema = Map::new();
        schema.insert("description".to_owned(), Value::from(tool.description.as_str()));
        schema.extend(tool.input_schema.as_object().cloned().unwrap_or_default());
        ((*name).to_owned(), Value::Object(schema))
    };
    Value::Object(tools.iter().map(one).collect())
}
