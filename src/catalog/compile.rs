//! Compiling: one definition's method and its doc become one [`Tool`] with a flat input schema.
//! Anything that cannot become a tool is a [`Problem`]; nothing is guessed.

mod argument;
mod injected;
mod input;

use std::sync::Arc;

use serde_json::Value;

use super::definition::{Answer, MethodDefinition, ResourceDefinition};
use super::doc::ToolDoc;
use super::endpoint::{Endpoint, Endpoints};
use super::name;
use super::problem::{Document, Problem};
use super::task;
use super::tool::{Call, Operation, Tool};
use input::Input;

/// Makes a tool, or says everything that stands in the way.
pub fn compile(
    document: Document<'_>,
    resource: &ResourceDefinition,
    method_name: &str,
    endpoints: &Endpoints,
    doc: ToolDoc,
) -> Result<Tool, Vec<Problem>> {
    let Some(method) = resource.methods.get(method_name) else {
        return Err(Vec::new());
    };
    let mut input = Input::new(document);
    let operation = match endpoints.get(&resource.resource, method_name) {
        Some(endpoint) => Some(request(&mut input, method, endpoint, &doc)),
        None => steps(&mut input, method, endpoints, &doc),
    };
    let Some(operation) = operation.filter(|_| input.problems.is_empty()) else {
        return Err(input.problems);
    };
    for name in &doc.front.one_of {
        if !input.has(name) {
            let message = format!("`{name}` is no argument");
            input.problem(&["one_of"], message, "name arguments of the tool");
        }
    }
    if !input.problems.is_empty() {
        return Err(input.problems);
    }
    let input_schema = input.schema();
    let validator = jsonschema::options()
        .should_validate_formats(true)
        .build(&closed(&input_schema))
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
    let line = method.request.as_ref();
    let on_one_item = line.is_some_and(|line| line.arguments().next().is_some());
    let names = match doc.front.name {
        Some(name) => name::Names { long: name.clone(), short: name },
        None => name::names(method_name, &resource.singular, &resource.resource, on_one_item),
    };
    let steps_read = || match &operation {
        Operation::Request(call) => call.endpoint.reads,
        Operation::Steps(task) => {
            task.steps.iter().filter_map(|step| step.endpoint.as_ref()).all(|called| called.reads)
        }
    };
    Ok(Tool {
        names,
        title: doc.front.title,
        description: doc.description,
        resource: resource.resource.clone(),
        method: method_name.to_owned(),
        reads: method.reads().unwrap_or_else(steps_read),
        tags,
        scope: method.scope.clone().or_else(|| resource.scope.clone()),
        annotations: doc.front.annotations,
        input_schema,
        validator,
        one_of: doc.front.one_of,
        output_schema: doc.front.response_schema,
        operation,
        examples: doc.front.examples,
        file: document.file.to_owned(),
    })
}

fn request(
    input: &mut Input<'_>,
    method: &MethodDefinition,
    endpoint: &Arc<Endpoint>,
    doc: &ToolDoc,
) -> Operation {
    let front = &doc.front;
    input.add_path(&front.path_schema, &endpoint.line);
    input.add_query(&front.query_schema, method);
    input.add_headers(&front.header_schema, endpoint);
    input.add_body(&front.body_schema, endpoint);
    if let Some(paging) = &endpoint.paging {
        input.add_paging(paging, &front.item_fields);
    } else if !front.item_fields.is_empty() {
        let hint = "drop it, or give the method `paging`";
        input.problem(&["item_fields"], "the tool lists nothing", hint);
    }
    if endpoint.answer == Answer::Text {
        input.add_range();
    }
    for example in front.examples.iter().filter(|example| example.request.is_none()) {
        let message = format!("example \"{}\" states no request", example.title);
        input.problem(&["examples"], message, "add the verb, path and query it must produce");
    }
    Operation::Request(Call {
        endpoint: Arc::clone(endpoint),
        arguments: std::mem::take(&mut input.arguments),
        response_times: front.response_times.clone(),
    })
}

fn steps(
    input: &mut Input<'_>,
    method: &MethodDefinition,
    endpoints: &Endpoints,
    doc: &ToolDoc,
) -> Option<Operation> {
    let front = &doc.front;
    for (part, schema) in [
        ("path_schema", &front.path_schema),
        ("header_schema", &front.header_schema),
        ("body_schema", &front.body_schema),
    ] {
        if !schema.properties.is_empty() {
            let message = format!("a tool made of steps has no {part}");
            input.problem(&[part], message, "give its arguments under query_schema");
        }
    }
    input.add_task(&front.query_schema);
    // A step that calls nothing was reported where it stands, in the definition.
    task::of(method, endpoints).map(Operation::Steps)
}

/// `schema` as calls are checked against it: an object that lists its properties takes no others,
/// at any depth, unless the doc says so. Egnyte refuses whole requests for one unknown property.
fn closed(schema: &Value) -> Value {
    let mut schema = schema.clone();
    close(&mut schema);
    schema
}

fn close(schema: &mut Value) {
    let Value::Object(object) = schema else { return };
    if let Some(Value::Object(properties)) = object.get_mut("properties") {
        properties.values_mut().for_each(close);
        object.entry("additionalProperties").or_insert(Value::Bool(false));
    }
    for key in ["items", "additionalProperties"] {
        if let Some(inner) = object.get_mut(key) {
            close(inner);
        }
    }
}
