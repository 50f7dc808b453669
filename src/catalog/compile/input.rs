//! The flat input of a tool while it is put together: every argument's schema, where it goes, and
//! what is wrong with it.

use std::collections::HashMap;

use serde_json::{Map, Value, json};

use super::argument;
use crate::catalog::definition::wire::header_name;
use crate::catalog::definition::{BodyEncoding, FilterExpression, MethodDefinition, RequestLine};
use crate::catalog::doc::ObjectSchema;
use crate::catalog::endpoint::Endpoint;
use crate::catalog::lint;
use crate::catalog::problem::{Document, Problem};
use crate::catalog::tool::{Argument, FILTER, Form, Place};

/// The input of one tool.
pub struct Input<'a> {
    document: Document<'a>,
    properties: Map<String, Value>,
    required: Vec<Value>,
    /// What becomes of each argument.
    pub arguments: HashMap<String, Argument>,
    /// What is wrong so far.
    pub problems: Vec<Problem>,
}

impl<'a> Input<'a> {
    /// Without an argument.
    pub fn new(document: Document<'a>) -> Self {
        Self {
            document,
            properties: Map::new(),
            required: Vec::new(),
            arguments: HashMap::new(),
            problems: Vec::new(),
        }
    }

    /// Whether there is an argument of this name.
    pub fn has(&self, name: &str) -> bool {
        self.properties.contains_key(name)
    }

    /// Notes what stands in the way.
    pub fn problem(&mut self, path: &[&str], message: impl Into<String>, hint: &str) {
        self.problems.push(self.document.problem(path, message, hint));
    }

    /// Arguments of the path: exactly those of the request line, all of them required.
    pub fn add_path(&mut self, schema: &ObjectSchema, line: &RequestLine) {
        for name in line.arguments() {
            if !schema.properties.contains_key(name) {
                let message = format!("the path has {{{name}}}, path_schema does not");
                self.problem(&["path_schema"], message, "describe it under path_schema.properties");
            } else if !schema.required.iter().any(|required| required == name) {
                let message = format!("`{name}` is in the path but not required");
                self.problem(&["path_schema"], message, "add it to path_schema.required");
            }
        }
        for name in schema.properties.keys() {
            if !line.arguments().any(|argument| argument == name) {
                let message = format!("the path has no {{{name}}}");
                let hint = "remove it, or move it to query_schema or body_schema";
                self.problem(&["path_schema", "properties", name], message, hint);
            }
        }
        self.add("path_schema", schema, |_, _| Place::Path);
    }

    /// Arguments of the query, those of `filters` among them.
    pub fn add_query(&mut self, schema: &ObjectSchema, method: &MethodDefinition) {
        for argument in method.filters.keys() {
            if !schema.properties.contains_key(argument) {
                let message = format!("the definition filters by `{argument}`, the doc lacks it");
                self.problem(&["query_schema"], message, "describe it, or drop the filter");
            }
        }
        self.add("query_schema", schema, |name, wire| match method.filters.get(name) {
            Some(FilterExpression { attribute, operator }) => {
                Place::Filter { attribute: attribute.clone(), operator: operator.clone() }
            }
            None => Place::Query(wire),
        });
        self.check_sent_once("query_schema", method);
    }

    /// Arguments of headers. Those that nobody may send are refused.
    pub fn add_headers(&mut self, schema: &ObjectSchema, endpoint: &Endpoint) {
        let mut sendable = schema.clone();
        for (name, property) in &schema.properties {
            let wire = argument::wire_name(property).unwrap_or(name);
            let fault = match header_name(wire) {
                Ok(header) if endpoint.fixed_headers.contains_key(&header) => {
                    Some(format!("the header `{wire}` is fixed in the definition"))
                }
                Ok(_) => None,
                Err(message) => Some(message),
            };
            if let Some(message) = fault {
                let hint = "remove it, or give the right name on the wire as x-egnyte-name";
                self.problem(&["header_schema", "properties", name], message, hint);
                sendable.properties.remove(name);
            }
        }
        self.add("header_schema", &sendable, |_, wire| {
            header_name(&wire).map_or(Place::Query(wire), Place::Header)
        });
    }

    /// Arguments of the body.
    pub fn add_body(&mut self, schema: &ObjectSchema, endpoint: &Endpoint) {
        match endpoint.body {
            None if !schema.properties.is_empty() => {
                let hint = "add `body: json` to the method in resource.yaml, or remove body_schema";
                self.problem(&["body_schema"], "the method takes no body", hint);
            }
            Some(encoding @ (BodyEncoding::Value | BodyEncoding::Text)) => {
                self.check_single(schema, encoding);
            }
            _ => {}
        }
        self.add("body_schema", schema, |_, wire| Place::Body(wire));
        for (name, property) in &schema.properties {
            let place = ["body_schema", "properties", name];
            let wire = argument::wire_name(property).unwrap_or(name);
            if endpoint.fixed.body.contains_key(wire) {
                let message = format!("`{wire}` is fixed in the definition");
                self.problem(&place, message, "remove the argument, or the fixed value");
            }
            let kind = property.get("type").and_then(Value::as_str);
            if endpoint.body == Some(BodyEncoding::Form) && kind == Some("object") {
                let message = format!("`{name}` is an object, which a form cannot hold");
                self.problem(&place, message, "use `body: json`, or plain arguments");
            }
            self.check_not_paged(&place, wire, endpoint);
        }
    }

    fn check_single(&mut self, schema: &ObjectSchema, encoding: BodyEncoding) {
        let mut properties = schema.properties.iter();
        let (Some((name, property)), None) = (properties.next(), properties.next()) else {
            let hint = "describe the body as one property, or use `body: json`";
            self.problem(&["body_schema"], "the whole body must be exactly one property", hint);
            return;
        };
        if !schema.required.contains(name) {
            let message = format!("`{name}` is the whole body but not required");
            self.problem(&["body_schema"], message, "add it to body_schema.required");
        }
        let kind = property.get("type").and_then(Value::as_str);
        if encoding == BodyEncoding::Text && kind != Some("string") {
            let message = format!("`{name}` is the text of the body but no string");
            self.problem(&["body_schema", "properties", name], message, "give `type: string`");
        }
    }

    /// Arguments of a task, which its steps read.
    pub fn add_task(&mut self, schema: &ObjectSchema) {
        self.add("query_schema", schema, |_, _| Place::Task);
    }

    /// An argument that no doc defines. One that does gets a problem.
    pub fn inject(&mut self, name: &str, schema: Value, place: Place, whose: &str) {
        if self.properties.contains_key(name) {
            let hint = "rename it and give its wire name as x-egnyte-name";
            let message = format!("`{name}` is added to {whose} and cannot be defined");
            self.problem(&["query_schema", "properties", name], message, hint);
        }
        self.properties.insert(name.to_owned(), schema);
        self.arguments.insert(name.to_owned(), Argument { place, form: Form::default() });
    }

    fn add(&mut self, part: &str, schema: &ObjectSchema, place: impl Fn(&str, String) -> Place) {
        for name in &schema.required {
            if !schema.properties.contains_key(name) {
                let message = format!("`{name}` is required but not described");
                self.problem(&[part, "required"], message, "add it to properties");
            }
        }
        self.required.extend(schema.required.iter().map(|name| Value::from(name.as_str())));
        for (name, property) in &schema.properties {
            let at = [part, "properties", name];
            let mut property = property.clone();
            let (wire, form) = match argument::take(name, part, &mut property) {
                Ok(taken) => taken,
                Err((message, hint)) => {
                    self.problem(&at, message, hint);
                    continue;
                }
            };
            if part == "query_schema" && wire == FILTER && name != FILTER {
                self.problem(&at, "two arguments fill `filter`", "drop one");
            }
            let argument = Argument { place: place(name, wire), form };
            if self.arguments.insert(name.clone(), argument).is_some() {
                let message = format!("`{name}` stands in two of the schemas");
                let hint = "rename one and give its wire name as x-egnyte-name";
                self.problem(&at, message, hint);
            }
            self.check(&at, name, &property);
            self.properties.insert(name.clone(), property);
        }
    }

    /// No query parameter comes from two places.
    fn check_sent_once(&mut self, part: &str, method: &MethodDefinition) {
        let mut faults = Vec::new();
        for (name, argument) in &self.arguments {
            if let Place::Query(wire) = &argument.place
                && method.fixed.query.contains_key(wire)
            {
                faults.push((name.clone(), format!("`{wire}` is fixed in the definition")));
            }
        }
        for (name, message) in faults {
            let hint = "remove the argument, or the fixed value";
            self.problem(&[part, "properties", &name], message, hint);
        }
    }

    fn check_not_paged(&mut self, place: &[&str], wire: &str, endpoint: &Endpoint) {
        let Some(paging) = &endpoint.paging else { return };
        if paging.place() == crate::catalog::definition::PagingPlace::Body
            && paging.parameters().contains(&wire)
        {
            let message = format!("`{wire}` is sent by the paging");
            self.problem(place, message, "remove it: limit and next_cursor take its place");
        }
    }

    /// Lints one property by itself, so that a fault is reported where it stands.
    fn check(&mut self, place: &[&str], name: &str, property: &Value) {
        let faults = lint::argument(self.document, place, name, property);
        if !faults.is_empty() {
            self.problems.extend(faults);
            return;
        }
        if let Err(error) = jsonschema::validator_for(property) {
            let message = format!("`{name}` is not a JSON Schema: {error}");
            self.problem(place, message, "check its types, patterns and enum lists");
        }
    }

    /// The input schema, as every host reads it.
    pub fn schema(&self) -> Value {
        let mut schema = json!({ "type": "object", "properties": self.properties });
        if let (Some(object), false) = (schema.as_object_mut(), self.required.is_empty()) {
            object.insert("required".to_owned(), Value::from(self.required.clone()));
        }
        if let Some(object) = schema.as_object_mut() {
            object.insert("additionalProperties".to_owned(), Value::Bool(false));
        }
        schema
    }
}
