//! The examples of tool docs, as rules: each must produce exactly the request it states. Part of
//! the linter and of start-up; it sits here because building requests does.

use serde_json::Value;

use super::outcome::Failure;
use super::paging::Cursors;
use super::request;
use crate::catalog::doc::Example;
use crate::catalog::problem::{Document, Problem};
use crate::catalog::{Catalog, Tool};
use crate::egnyte::Request;

/// Every example that does not produce its request.
pub fn check(catalog: &Catalog, cursors: &Cursors) -> Vec<Problem> {
    let examples = catalog
        .tools()
        .iter()
        .flat_map(|tool| tool.examples.iter().map(move |example| (tool.as_ref(), example)));
    examples.filter_map(|(tool, example)| check_one(tool, example, cursors)).collect()
}

fn check_one(tool: &Tool, example: &Example, cursors: &Cursors) -> Option<Problem> {
    let document = Document { file: &tool.file, text: "" };
    let problem = |message: String, hint: &str| Some(document.problem(&[], message, hint));
    let title = &example.title;
    let built = match build(tool, example, cursors) {
        Ok(built) => built,
        Err(failure) => {
            let message = format!("example \"{title}\" makes no request: {}", failure.message);
            return problem(message, "mend the example's arguments");
        }
    };
    let line = format!("{} {}", built.method, built.path_and_query);
    if line != example.request {
        let message = format!("example \"{title}\" produces `{line}`, not `{}`", example.request);
        return problem(message, "state the request it produces, or mend the arguments");
    }
    let body = built.body.and_then(|body| serde_json::from_slice::<Value>(&body).ok());
    if body != example.body {
        let shown = body.map_or_else(|| "no body".to_owned(), |body| body.to_string());
        return problem(format!("example \"{title}\" sends {shown}"), "state the body it sends");
    }
    None
}

/// The request an example makes.
pub fn build(tool: &Tool, example: &Example, cursors: &Cursors) -> Result<Request, Failure> {
    let text = Value::Object(example.arguments.clone()).to_string();
    let given = super::arguments::read(tool, Some(&text))?;
    if tool.operation.paging.is_some() {
        let (given, page) = cursors.page(tool, "example", given)?;
        request::build(tool, &given, Some(&page))
    } else {
        request::build(tool, &given, None)
    }
}
