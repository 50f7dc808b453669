//! A tool: a resource definition and a tool doc, compiled. What a caller sees (names, schema,
//! hints) and what is sent to Egnyte (the operation), side by side and immutable.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use http::HeaderName;
use jsonschema::Validator;
use serde_json::{Map, Value};

use super::definition::{Paging, StepDefinition};
use super::doc::{Annotations, Example, TimeForm};
use super::endpoint::Endpoint;
use super::filter::Traits;
use super::name::Names;
use super::shape::Shape;

/// The name of the argument that caps a page.
pub const LIMIT: &str = "limit";
/// The name of the argument, and of the result's key, that carries an opaque cursor.
pub const NEXT_CURSOR: &str = "next_cursor";
/// The name of the argument that picks keys of a list's items.
pub const FIELDS: &str = "fields";
/// The name of the argument at which the reading of a file's text starts, in bytes.
pub const OFFSET: &str = "offset";
/// Bytes of a file's text that are read when the caller names no `limit`.
pub const TEXT_DEFAULT: u32 = 32_768;
/// Bytes of a file's text that are read at most.
pub const TEXT_MAX: u32 = 100_000;

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
    /// The same schema, compiled once; nested objects with properties take no others.
    pub validator: Validator,
    /// Arguments of which exactly one must be given.
    pub one_of: Vec<String>,
    /// JSON Schema of the result, if the doc gives one.
    pub output_schema: Option<Value>,
    /// What a call does.
    pub operation: Operation,
    /// Worked examples of the doc.
    pub examples: Vec<Example>,
    /// The doc's path, for messages.
    pub file: String,
}

/// What a call of the tool does.
#[derive(Debug)]
pub enum Operation {
    /// One request to Egnyte.
    Request(Call),
    /// Steps that call other methods.
    Steps(Task),
}

/// How arguments become a request and an answer becomes a result.
#[derive(Debug)]
pub struct Call {
    /// What is sent, and where.
    pub endpoint: Arc<Endpoint>,
    /// Where each argument goes.
    pub arguments: HashMap<String, Argument>,
    /// Keys of the answer whose values are times, and how Egnyte writes them.
    pub response_times: BTreeMap<String, TimeForm>,
}

/// A task tool: a documented composition of defined methods.
#[derive(Debug)]
pub struct Task {
    /// The steps, in order.
    pub steps: Vec<Step>,
    /// The shape of the result.
    pub result: Shape,
}

/// One step of a task.
#[derive(Debug)]
pub struct Step {
    /// Name, conditions and expressions.
    pub definition: StepDefinition,
    /// The method that it calls; `None` for a step that only makes a value.
    pub endpoint: Option<Arc<Endpoint>>,
}

/// What becomes of one argument.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Argument {
    /// Where it goes.
    pub place: Place,
    /// How its value is written there.
    pub form: Form,
}

/// How an argument's value is written on the wire. All of it is rare.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Form {
    /// Values of ours and those on the wire. A value that is not here is not sent.
    pub values: Option<Map<String, Value>>,
    /// A time is sent as a number.
    pub time: Option<EpochUnit>,
    /// An array is sent as one text with this between its items.
    pub join: Option<String>,
}

impl Form {
    /// Whether a value is sent as it came.
    pub fn is_plain(&self) -> bool {
        self.values.is_none() && self.time.is_none() && self.join.is_none()
    }
}

/// What a time on the wire counts since 1970.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EpochUnit {
    /// Milliseconds.
    Milliseconds,
    /// Seconds.
    Seconds,
}

/// Where an argument goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// Into the path, where the request line names it.
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
    /// Into this header.
    Header(HeaderName),
    /// Into the body, under this name.
    Body(String),
    /// Nowhere by itself: `limit`, `next_cursor` and `fields` steer the paging.
    Paging,
    /// Nowhere by itself: `offset` and `limit` say which part of a file's text is read.
    Range,
    /// Nowhere by itself: the steps of a task read it.
    Task,
}

/// Egnyte's query parameter for filter expressions.
pub const FILTER: &str = "filter";

impl Tool {
    /// What filters look at.
    pub fn traits(&self) -> Traits<'_> {
        let Self { names, method, reads, tags, .. } = self;
        Traits { names, method, reads: *reads, tags }
    }

    /// The request it makes; `None` for a task.
    pub fn call(&self) -> Option<&Call> {
        match &self.operation {
            Operation::Request(call) => Some(call),
            Operation::Steps(_) => None,
        }
    }

    /// How its listing is paged; `None` when its result is not a list.
    pub fn paging(&self) -> Option<&Paging> {
        self.call()?.endpoint.paging.as_ref()
    }

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
