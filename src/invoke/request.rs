//! Requests: built from structure, never pasted from text. Every path segment and query value is
//! percent-encoded by itself, so an argument cannot leave its place.

use bytes::Bytes;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Map, Value};

use super::arguments::refuse;
use super::outcome::Failure;
use super::paging::Page;
use crate::catalog::Tool;
use crate::catalog::definition::{BodyEncoding, Segment};
use crate::catalog::tool::{FILTER, Place};
use crate::egnyte::Request;

/// Everything but RFC 3986's unreserved characters is encoded: Egnyte wants it so in paths
/// ("Best Practices"), and it is always right in queries.
const ENCODED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// The longest path and query that is sent; servers commonly stop at 8 KiB.
const MAX_PATH_AND_QUERY: usize = 7_000;

/// The request of a validated call.
pub fn build(
    tool: &Tool,
    arguments: &Map<String, Value>,
    page: Option<&Page>,
) -> Result<Request, Failure> {
    let mut target = path(tool, arguments)?;
    let mut separator = '?';
    let mut add = |name: &str, value: &str| {
        target.push(separator);
        target.extend(utf8_percent_encode(name, ENCODED));
        target.push('=');
        target.extend(utf8_percent_encode(value, ENCODED));
        separator = '&';
    };
    let mut filters = Vec::new();
    let mut body = Map::new();
    // The doc's order, so that the same arguments always make the same request.
    for name in tool.arguments() {
        let (Some(value), Some(place)) = (arguments.get(name), tool.operation.places.get(name))
        else {
            continue;
        };
        match place {
            Place::Path | Place::Paging => {}
            Place::Query(wire) if wire == FILTER => filters.push((name, plain(value))),
            Place::Query(wire) => add(wire, &plain(value)),
            Place::Filter { attribute, operator } => {
                // Egnyte: string literals in a filter must be valid JSON strings.
                let literal = Value::String(plain(value));
                filters.push((name, format!("{attribute} {operator} {literal}")));
            }
            Place::Body(wire) => _ = body.insert(wire.clone(), value.clone()),
        }
    }
    match filters.as_slice() {
        [] => {}
        [(_, expression)] => add(FILTER, expression),
        several => {
            let names: Vec<&str> = several.iter().map(|(name, _)| *name).collect();
            let fault = format!("Egnyte takes one filter at a time, not {}", names.join(" and "));
            return Err(refuse(tool, &[fault]));
        }
    }
    for (name, value) in page.iter().flat_map(|page| page.query(tool)) {
        add(name, &value);
    }
    if target.len() > MAX_PATH_AND_QUERY {
        return Err(refuse(
            tool,
            &["the arguments are too long for a request to Egnyte".to_owned()],
        ));
    }
    let body = tool.operation.body.map(|encoding| match encoding {
        BodyEncoding::Json => Bytes::from(Value::Object(body).to_string()),
    });
    Ok(Request { method: tool.operation.verb.clone(), path_and_query: target, body })
}

fn path(tool: &Tool, arguments: &Map<String, Value>) -> Result<String, Failure> {
    let mut path = String::with_capacity(96);
    for segment in &tool.operation.path {
        path.push('/');
        match segment {
            Segment::Literal(text) => path.push_str(text),
            Segment::Argument(name) => {
                let value = arguments.get(name).map(plain).unwrap_or_default();
                if matches!(value.as_str(), "" | "." | "..") {
                    // Normalised on the way, these would name another resource.
                    return Err(refuse(tool, &[format!("`{name}` cannot be \"{value}\"")]));
                }
                path.extend(utf8_percent_encode(&value, ENCODED));
            }
        }
    }
    Ok(path)
}

/// A value as it stands in a path or query: text without its quotes.
fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}
