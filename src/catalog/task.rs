//! Task tools in the catalog: the steps of a definition, tied to the endpoints that they call, and
//! every expression checked for what it reads.

use std::sync::Arc;

use super::definition::steps::KNOWN;
use super::definition::{MethodDefinition, ResourceDefinition, StepDefinition};
use super::endpoint::{Endpoint, Endpoints};
use super::expression::Expressions;
use super::problem::{Document, Problem};
use super::shape::{self, ITEM};
use super::tool::{Step, Task};

/// Everything wrong with what the steps of `resource` call.
pub fn check(
    document: Document<'_>,
    resource: &ResourceDefinition,
    endpoints: &Endpoints,
) -> Vec<Problem> {
    let steps = resource
        .methods
        .iter()
        .flat_map(|(name, method)| method.steps.iter().map(move |step| (name, step)));
    let mut problems: Vec<Problem> = steps
        .filter_map(|(method, step)| {
            let (key, message, hint) = fault(step, endpoints)?;
            let place = ["methods", method, "steps", "name", key];
            Some(document.problem(&place, message, hint))
        })
        .collect();
    for (name, method) in &resource.methods {
        problems.extend(expression_faults(method).into_iter().map(|fault| {
            let hint = "an expression reads args, domain, now, the steps before it, and item where \
                        it goes through a list";
            document.problem(&["methods", name, "steps"], fault, hint)
        }));
    }
    problems
}

/// Every expression of a method that cannot be read, or reads what is not there yet.
fn expression_faults(method: &MethodDefinition) -> Vec<String> {
    let language = Expressions::new();
    let mut faults = Vec::new();
    let mut known: Vec<&str> = KNOWN.to_vec();
    for step in &method.steps {
        for source in step.when.iter().chain(&step.for_each).chain(&step.value) {
            shape::check(&language, source, &known, &mut faults);
        }
        let mut inside = known.clone();
        inside.extend(step.for_each.as_ref().map(|_| ITEM));
        for members in [&step.path, &step.query, &step.headers, &step.body] {
            for shape in members.values() {
                shape.check(&language, &inside, &mut faults);
            }
        }
        known.push(&step.name);
    }
    if let Some(result) = &method.result {
        result.check(&language, &known, &mut faults);
    }
    faults
}

/// The task of a method made of steps. `None` when a step calls nothing that is defined.
pub fn of(method: &MethodDefinition, endpoints: &Endpoints) -> Option<Task> {
    let steps = method.steps.iter().map(|step| {
        let endpoint = match &step.call {
            Some(_) => Some(Arc::clone(target(step, endpoints)?)),
            None => None,
        };
        Some(Step { definition: step.clone(), endpoint })
    });
    Some(Task { steps: steps.collect::<Option<_>>()?, result: method.result.clone()? })
}

fn target<'a>(step: &StepDefinition, endpoints: &'a Endpoints) -> Option<&'a Arc<Endpoint>> {
    let (resource, method) = step.target()?;
    endpoints.get(resource, method)
}

fn fault(
    step: &StepDefinition,
    endpoints: &Endpoints,
) -> Option<(&'static str, String, &'static str)> {
    let name = &step.name;
    let call = step.call.as_ref()?;
    let Some(endpoint) = target(step, endpoints) else {
        let message = format!("the step `{name}` calls `{call}`, which makes no request");
        return Some(("call", message, "call a method that is defined with a `request`"));
    };
    if endpoint.transfer.is_some() {
        let message = format!("the step `{name}` calls `{call}`, which only makes a link");
        return Some(("call", message, "call a method without `transfer`"));
    }
    if step.pages.is_some() && endpoint.paging.is_none() {
        let message = format!("the step `{name}` follows pages of what is not a list");
        return Some(("pages", message, "drop `pages`, or call a method with `paging`"));
    }
    for argument in endpoint.line.arguments() {
        if !step.path.contains_key(argument) {
            let message = format!("the step `{name}` gives no `{argument}` for the path");
            return Some(("call", message, "add it under `path`, as an expression"));
        }
    }
    if let Some(unknown) =
        step.path.keys().find(|key| !endpoint.line.arguments().any(|a| a == *key))
    {
        let message = format!("the path of `{call}` has no {{{unknown}}}");
        return Some(("path", message, "remove it, or move it to `query` or `body`"));
    }
    if endpoint.body.is_none() && !step.body.is_empty() {
        let message = format!("`{call}` takes no body");
        return Some(("body", message, "remove it, or move it to `query`"));
    }
    let unsendable =
        step.headers.keys().find_map(|name| super::definition::wire::header_name(name).err());
    unsendable.map(|message| ("headers", message, "send only Egnyte's own input headers"))
}
