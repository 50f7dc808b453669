//! Task tools in the catalog: the steps of a definition, tied to the endpoints that they call.
//! Expressions are kept as text here.

use std::sync::Arc;

use super::definition::{MethodDefinition, ResourceDefinition, StepDefinition};
use super::endpoint::{Endpoint, Endpoints};
use super::problem::{Document, Problem};
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
    steps
        .filter_map(|(method, step)| {
            let (key, message, hint) = fault(step, endpoints)?;
            let place = ["methods", method, "steps", "name", key];
            Some(document.problem(&place, message, hint))
        })
        .collect()
}

/// The task of a method made of steps. `None` when a step calls nothing that is defined.
pub fn of(method: &MethodDefinition, endpoints: &Endpoints) -> Option<Task> {
    let steps = method.steps.iter().map(|step| {
        let endpoint = Arc::clone(target(step, endpoints)?);
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
    let Some(endpoint) = target(step, endpoints) else {
        let message = format!("the step `{name}` calls `{}`, which makes no request", step.call);
        return Some(("call", message, "call a method that is defined with a `request`"));
    };
    if endpoint.transfer.is_some() {
        let message = format!("the step `{name}` calls `{}`, which only makes a link", step.call);
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
        let message = format!("the path of `{}` has no {{{unknown}}}", step.call);
        return Some(("path", message, "remove it, or move it to `query` or `body`"));
    }
    if endpoint.body.is_none() && !step.body.is_empty() {
        let message = format!("`{}` takes no body", step.call);
        return Some(("body", message, "remove it, or move it to `query`"));
    }
    let unsendable =
        step.headers.keys().find_map(|name| super::definition::wire::header_name(name).err());
    unsendable.map(|message| ("headers", message, "send only Egnyte's own input headers"))
}
