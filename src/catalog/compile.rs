//! Compiling: one definition's method and its doc become one [`Tool`] with a flat input schema.
//! Anything that cannot become a tool is a [`Problem`]; nothing is guessed.

use std::collections::HashMap;

use serde_json::{Map, Value, json};

use super::definition::{FilterExpression, MethodDefinition, ResourceDefinition};
use super::doc::{ObjectSchema, ToolDoc};
use super::lint;
use super::name;
use super::problem::{Document, Problem};
use super::tool::{FILTER, LIMIT, NEXT_CURSOR, Operation, Place, Tool};

/// Key of a property that names it on the wire.
const WIRE_NAME: &str = "x-egnyte-name";

/// Makes a tool, or says everything that stands in the way.
pub fn compile(
    document: Document<'_>,
    resource: &ResourceDefinition,
    method_name: &str,
    method: &MethodDefinition,
    doc: ToolDoc,
) -> Result<Tool, Vec<Problem>> {
    let mut input = Input::new(document);
    input.add_path(&doc.front.path_schema, method);
    input.add_query(&doc.front.query_schema, method);
    input.add_body(&doc.front.body_schema, method);
    if let Some(paging) = &method.paging {
        input.add_paging(paging.page_size());
    }
    if !input.problems.is_empty() {
        return Err(input.problems);
    }
    let on_one_item = method.request.arguments().next().is_some();
    let input_schema = input.schema();
    let validator = jsonschema::options()
        .should_validate_formats(true)
        .build(&input_schema)
        .map_err(|error| {
            let message = format!("the schemas do not form a JSON Schema: {error}");
            vec![document.problem(&[], message, "check types, patterns and enum lists")]
        })?;
    let mut tags = resource.tags.clone();
    for tag in method.tags.iter().chain(&doc.front.tags) {
        if !tags.contains(tag) {
            tags.push(tag.clone());
        }
    }
    let names = match doc.front.name {
        Some(name) => name::Names { long: name.clone(), short: name },
        None => name::names(method_name, &resource.singular, &resource.resource, on_one_item),
    };
    Ok(Tool {
        names,
        title: doc.front.title,
        description: doc.description,
        resource: resource.resource.clone(),
        method: method_name.to_owned(),
        reads: method.reads(),
        tags,
        scope: resource.scope.clone(),
        annotations: doc.front.annotations,
        input_schema,
        validator,
        output_schema: doc.front.response_schema,
        operation: Operation {
            verb: method.request.verb.clone(),
            path: method.request.path.clone(),
            places: input.places,
            paging: method.paging.clone(),
            body: method.body,
        },
        examples: doc.front.examples,
        file: document.file.to_owned(),
    })
}

/// The flat input while it is put together.
struct Input<'a> {
    document: Document<'a>,
    properties: Map<String, Value>,
    required: Vec<Value>,
    places: HashMap<String, Place>,
    problems: Vec<Problem>,
}

impl<'a> Input<'a> {
    fn new(document: Document<'a>) -> Self {
        Self {
            document,
            properties: Map::new(),
            required: Vec::new(),
            places: HashMap::new(),
            problems: Vec::new(),
        }
    }

    fn problem(&mut self, path: &[&str], message: impl Into<String>, hint: &str) {
        self.problems.push(self.document.problem(path, message, hint));
    }

    fn add_path(&mut self, schema: &ObjectSchema, method: &MethodDefinition) {
        for name in method.request.arguments() {
            if !schema.properties.contains_key(name) {
                let message = format!("the path has {{{name}}}, path_schema does not");
                self.problem(&["path_schema"], message, "describe it under path_schema.properties");
            } else if !schema.required.iter().any(|required| required == name) {
                let message = format!("`{name}` is in the path but not required");
                self.problem(&["path_schema"], message, "add it to path_schema.required");
            }
        }
        for name in schema.properties.keys() {
            if !method.request.arguments().any(|argument| argument == name) {
                let message = format!("the path has no {{{name}}}");
                let hint = "remove it, or move it to query_schema or body_schema";
                self.problem(&["path_schema", "properties", name], message, hint);
            }
        }
        self.add("path_schema", schema, |_, _| Place::Path);
    }

    fn add_query(&mut self, schema: &ObjectSchema, method: &MethodDefinition) {
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
    }

    fn add_body(&mut self, schema: &ObjectSchema, method: &MethodDefinition) {
        if method.body.is_none() && !schema.properties.is_empty() {
            let hint = "add `body: json` to the method in resource.yaml, or remove body_schema";
            self.problem(&["body_schema"], "the method takes no body", hint);
        }
        self.add("body_schema", schema, |_, wire| Place::Body(wire));
    }

    fn add_paging(&mut self, (default, max): (u32, u32)) {
        let limit = json!({
            "type": "integer",
            "minimum": 1,
            "maximum": max,
            "default": default,
            "description": "How many items to return at most.",
        });
        let cursor = json!({
            "type": "string",
            "description": "For the next page: the next_cursor of the page before, sent back \
                            exactly as received. Leave out for the first page. When a result's \
                            next_cursor is null, there is no further page.",
        });
        for (name, schema) in [(LIMIT, limit), (NEXT_CURSOR, cursor)] {
            if self.properties.contains_key(name) {
                let hint = "rename it and give its wire name as x-egnyte-name";
                let message = format!("`{name}` is added to every list tool and cannot be defined");
                self.problem(&["query_schema", "properties", name], message, hint);
            }
            self.properties.insert(name.to_owned(), schema);
            self.places.insert(name.to_owned(), Place::Paging);
        }
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
            let mut property = property.clone();
            let wire = property
                .as_object_mut()
                .and_then(|property| property.remove(WIRE_NAME))
                .map_or_else(|| name.clone(), |wire| wire.as_str().unwrap_or(name).to_owned());
            if part != "path_schema" && wire == FILTER && name != FILTER {
                self.problem(
                    &[part, "properties", name],
                    "two arguments fill `filter`",
                    "drop one",
                );
            }
            if self.places.insert(name.clone(), place(name, wire)).is_some() {
                let message = format!("`{name}` stands in two of the schemas");
                let hint = "rename one and give its wire name as x-egnyte-name";
                self.problem(&[part, "properties", name], message, hint);
            }
            self.check(&[part, "properties", name], name, &property);
            self.properties.insert(name.clone(), property);
        }
    }

    /// Lints one property by itself, so that a fault is reported where it stands.
    fn check(&mut self, place: &[&str], name: &str, property: &Value) {
        let sound = self.problems.len();
        let mut report = |place: &[&str], message: String, hint: &str| {
            self.problems.push(self.document.problem(place, message, hint));
        };
        lint::argument(place, name, property, &mut report);
        if self.problems.len() > sound {
            return;
        }
        if let Err(error) = jsonschema::validator_for(property) {
            let message = format!("`{name}` is not a JSON Schema: {error}");
            self.problem(place, message, "check its types, patterns and enum lists");
        }
    }

    fn schema(&self) -> Value {
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
