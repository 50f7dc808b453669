//! A tool: a resource definition and a tool doc, compiled. What a caller sees (names, schema,
//! hints) and what is sent to Egnyte (the operation), side by side and immutable.

use std::collections::HashMap;

use http::Method;
use jsonschema::Validator;
use serde_json::Value;

use super::definition::{BodyEncoding, Paging, Segment};
use super::doc::{Annotations, Example};
use super::name::Names;

/// The name of the argument that caps a page.
pub const LIMIT: &str = "limit";
/// The name of the argument, and of the result's key, that carries an opaque cursor.
pub const NEXT_CURSOR: &str = "next_cursor";

/// One callable tool.
#[derive(Debug)]
pub struct Tool {
    /// Long and short name; both are callable.
    pub names: Names,
    /// What a person sees.
    pub title: String,
    /// What the model reads.
    pub description: String,
    /// Resource, such as `users`.
    pub resource: String,
    /// Method, such as `list`.
    pub method: String,
    /// Whether it only reads.
    pub reads: bool,
    /// Tags of resource, method and doc, without repeats.
    pub tags: Vec<String>,
    /// OAuth scope the access token needs.
    pub scope: Option<String>,
    /// MCP hints.
    pub annotations: Annotations,
    /// The flat input schema, as every host reads it.
    pub input_schema: Value,
    /// The same schema, compiled once.
    pub validator: Validator,
    /// JSON Schema of the result, if the doc gives one.
    pub output_schema: Option<Value>,
    /// The request it makes.
    pub operation: Operation,
    /// Worked examples of the doc.
    pub examples: Vec<Example>,
    /// The doc's path, for messages.
    pub file: String,
}

/// How arguments become a request and an answer becomes a result.
#[derive(Debug)]
pub struct Operation {
    /// HTTP verb.
    pub verb: Method,
    /// Path template.
    pub path: Vec<Segment>,
    /// Where each argument goes.
    pub places: HashMap<String, Place>,
    /// How the listing is paged; `None` when the answer is not a list.
    pub paging: Option<Paging>,
    /// How the body is encoded; `None` when there is none.
    pub body: Option<BodyEncoding>,
}

/// Where an argument goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// Into the path segment of the same name.
    Path,
    /// Into the query, under this name.
    Query(String),
    /// Into Egnyte's `filter` query parameter: `attribute operator "value"`.
    Filter {
        /// Such as `email`.
        attribute: String,
        /// Such as `eq`.
        operator: String,
    },
    /// Into the body, under this name.
    Body(String),
    /// Nowhere by itself: `limit` and `next_cursor` steer the paging.
    Paging,
}

/// Egnyte's query parameter for filter expressions.
pub const FILTER: &str = "filter";

impl Tool {
    /// The schema of one argument.
    pub fn argument_schema(&self, name: &str) -> Option<&Value> {
        self.input_schema.get("properties")?.get(name)
    }

    /// Names of the arguments, in the order of the doc.
    pub fn arguments(&self) -> impl Iterator<Item = &str> {
        self.input_schema
            .get("properties")
            .and_then(Value::as_object)
            .into_iter()
            .flat_map(|properties| properties.keys().map(String::as_str))
    }
}
