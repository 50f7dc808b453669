//! A signature: what a caller may give. A tool has one, and so have the tools of discovery mode,
//! so that arguments are checked and faults worded in one place.

use jsonschema::Validator;
use serde_json::Value;

use super::discovery::MetaTool;
use super::tool::Tool;

/// An input schema and the same schema, compiled.
#[derive(Clone, Copy, Debug)]
pub struct Signature<'a> {
    /// The flat input schema.
    pub schema: &'a Value,
    /// The same schema, compiled once.
    pub validator: &'a Validator,
    /// Arguments of which exactly one must be given; empty when there is no such rule.
    pub one_of: &'a [String],
}

impl<'a> Signature<'a> {
    /// The schema of one argument.
    pub fn argument_schema(&self, name: &str) -> Option<&'a Value> {
        self.schema.get("properties")?.get(name)
    }

    /// Names of the arguments, in the order of the schema.
    pub fn arguments(&self) -> impl Iterator<Item = &'a str> {
        let properties = self.schema.get("properties").and_then(Value::as_object);
        properties.into_iter().flat_map(|properties| properties.keys().map(String::as_str))
    }

    /// Whether an argument must be given.
    pub fn requires(&self, name: &str) -> bool {
        let required = self.schema.get("required").and_then(Value::as_array);
        required.is_some_and(|names| names.iter().any(|other| other == name))
    }
}

impl<'a> From<&'a Tool> for Signature<'a> {
    fn from(tool: &'a Tool) -> Self {
        Self { schema: &tool.input_schema, validator: &tool.validator, one_of: &tool.one_of }
    }
}

impl<'a> From<&'a MetaTool> for Signature<'a> {
    fn from(tool: &'a MetaTool) -> Self {
        Self { schema: &tool.input.schema, validator: &tool.input.validator, one_of: &[] }
    }
}
