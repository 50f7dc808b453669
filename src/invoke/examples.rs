//! The examples of tool docs, as rules: each must produce exactly the request it states. Part of
//! the linter and of start-up; it sits here because building requests does.

use std::collections::BTreeMap;

use serde_json::Value;

use super::outcome::Failure;
use super::paging::Cursors;
use super::request;
use crate::catalog::doc::Example;
use crate::catalog::problem::{Document, Problem};
use crate::catalog::{Catalog, Tool};
use crate::egnyte::{Body, Request};

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
        Ok(Some(built)) => built,
        // Steps make as many requests as the answers ask for.
        Ok(None) => return None,
        Err(failure) => {
            let message = format!("example \"{title}\" makes no request: {}", failure.message);
            return problem(message, "mend the example's arguments");
        }
    };
    let line = format!("{} {}", built.method, built.path_and_query);
    let stated = example.request.as_deref().unwrap_or_default();
    if line != stated {
        let message = format!("example \"{title}\" produces `{line}`, not `{stated}`");
        return problem(message, "state the request it produces, or mend the arguments");
    }
    if !example.headers.is_empty() && stated_headers(example) != sent_headers(&built) {
        let message = format!("example \"{title}\" sends the headers {:?}", sent_headers(&built));
        return problem(message, "state all headers it sends, fixed ones included, or none");
    }
    let body = built.body.as_ref().and_then(sent_body);
    if body != example.body {
        let shown = body.map_or_else(|| "no body".to_owned(), |body| body.to_string());
        return problem(format!("example \"{title}\" sends {shown}"), "state the body it sends");
    }
    None
}

fn stated_headers(example: &Example) -> BTreeMap<String, String> {
    let lower = |(name, value): (&String, &String)| (name.to_ascii_lowercase(), value.clone());
    example.headers.iter().map(lower).collect()
}

fn sent_headers(request: &Request) -> BTreeMap<String, String> {
    let shown = |(name, value): (&http::HeaderName, &http::HeaderValue)| {
        (name.to_string(), value.to_str().unwrap_or_default().to_owned())
    };
    request.headers.iter().map(shown).collect()
}

/// A JSON body as it is, any other as text.
fn sent_body(body: &Body) -> Option<Value> {
    if body.content_type == "application/json" {
        return serde_json::from_slice(&body.bytes).ok();
    }
    String::from_utf8(body.bytes.to_vec()).ok().map(Value::String)
}

/// The request an example makes; `None` for a tool made of steps.
pub fn build(
    tool: &Tool,
    example: &Example,
    cursors: &Cursors,
) -> Result<Option<Request>, Failure> {
    let text = Value::Object(example.arguments.clone()).to_string();
    let given = super::arguments::read(tool, Some(&text))?;
    let Some(call) = tool.call() else { return Ok(None) };
    let Some(paging) = &call.endpoint.paging else {
        return request::build(tool, call, &given, None).map(Some);
    };
    let (given, page) = cursors.page(tool, paging, "example", given)?;
    request::build(tool, call, &given, Some(&page)).map(Some)
}
