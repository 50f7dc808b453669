//! Requests: built from structure, never pasted from text. Every path segment and query value is
//! percent-encoded by itself, so an argument cannot leave its place.

mod body;
mod path;
mod value;

use http::{HeaderMap, HeaderName};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Map, Value};

use super::arguments::refuse;
use super::outcome::Failure;
use super::paging::Page;
use crate::catalog::Tool;
use crate::catalog::definition::PagingPlace;
use crate::catalog::definition::wire::{header_name, header_value};
use crate::catalog::endpoint::Endpoint;
use crate::catalog::tool::{Call, FILTER, Place};
use crate::egnyte::Request;

pub use value::plain;

/// Everything but RFC 3986's unreserved characters is encoded: Egnyte wants it so in paths
/// ("Best Practices"), and it is always right in queries.
const ENCODED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// The longest path and query that is sent; servers commonly stop at 8 KiB.
const MAX_PATH_AND_QUERY: usize = 7_000;

/// What goes into a request, under Egnyte's names and not yet encoded.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Parts {
    /// Values of the path's arguments.
    pub path: Vec<(String, String)>,
    /// Query parameters, in order. A name may be repeated.
    pub query: Vec<(String, String)>,
    /// Headers.
    pub headers: HeaderMap,
    /// Properties of the body; for a body that is one value, that one under any name.
    pub body: Map<String, Value>,
}

impl Parts {
    /// Adds a header, if it is one that may be sent.
    pub fn add_header(&mut self, name: &str, value: &str) -> Result<(), String> {
        let header: HeaderName = header_name(name)?;
        self.headers.insert(header, header_value(name, value)?);
        Ok(())
    }
}

/// The request of a validated call.
pub fn build(
    tool: &Tool,
    call: &Call,
    arguments: &Map<String, Value>,
    page: Option<&Page>,
) -> Result<Request, Failure> {
    parts(tool, call, arguments)
        .and_then(|parts| assemble(&call.endpoint, parts, page))
        .map_err(|fault| refuse(tool, &[fault]))
}

/// A request to `endpoint`, or what stands in the way of it.
pub fn assemble(endpoint: &Endpoint, parts: Parts, page: Option<&Page>) -> Result<Request, String> {
    let mut target = path::build(endpoint, &parts.path)?;
    let mut separator = '?';
    let mut add = |name: &str, value: &str| {
        target.push(separator);
        target.extend(utf8_percent_encode(name, ENCODED));
        target.push('=');
        target.extend(utf8_percent_encode(value, ENCODED));
        separator = '&';
    };
    let mut body = parts.body;
    let paging = endpoint.paging.as_ref().zip(page);
    let left_out = |name: &str| paging.is_some_and(|(paging, page)| page.leaves_out(paging, name));
    body.retain(|name, _| !left_out(name));
    let asked = paging.map(|(paging, page)| page.parameters(paging)).unwrap_or_default();
    let in_body = paging.is_some_and(|(paging, _)| paging.place() == PagingPlace::Body);
    // The address of a next page has the whole query.
    if !paging.is_some_and(|(paging, page)| page.is_whole_query(paging)) {
        for (name, value) in parts.query.iter().filter(|(name, _)| !left_out(name)) {
            if in_body || !asked.iter().any(|(asked, _)| asked == name) {
                add(name, value);
            }
        }
        for (name, value) in &endpoint.fixed.query {
            add(name, value);
        }
    }
    for (name, value) in asked {
        if in_body {
            body.insert(name, value.into());
        } else {
            add(&name, &value.to_string());
        }
    }
    if target.len() > MAX_PATH_AND_QUERY {
        return Err("the arguments are too long for a request to Egnyte".to_owned());
    }
    let mut headers = parts.headers;
    headers.extend(endpoint.fixed_headers.clone());
    let body = endpoint.body.and_then(|encoding| {
        body.extend(endpoint.fixed.body.clone());
        body::encode(encoding, body)
    });
    Ok(Request { method: endpoint.verb().clone(), path_and_query: target, headers, body })
}

/// Puts every argument in its place.
fn parts(tool: &Tool, call: &Call, arguments: &Map<String, Value>) -> Result<Parts, String> {
    let mut parts = Parts::default();
    let mut filters = Vec::new();
    // The doc's order, so that the same arguments always make the same request.
    for name in tool.arguments() {
        let (Some(given), Some(argument)) = (arguments.get(name), call.arguments.get(name)) else {
            continue;
        };
        let Some(value) = value::on_the_wire(name, given, &argument.form)? else { continue };
        match &argument.place {
            Place::Paging | Place::Range | Place::Task => {}
            Place::Path => parts.path.push((name.to_owned(), value::plain(&value))),
            Place::Query(wire) if wire == FILTER => filters.push((name, value::plain(&value))),
            Place::Query(wire) => match value.as_ref() {
                Value::Array(items) => {
                    let items = items.iter().map(|item| (wire.clone(), value::plain(item)));
                    parts.query.extend(items);
                }
                one => parts.query.push((wire.clone(), value::plain(one))),
            },
            Place::Filter { attribute, operator } => {
                // Egnyte: string literals in a filter must be valid JSON strings.
                let literal = Value::String(value::plain(&value));
                filters.push((name, format!("{attribute} {operator} {literal}")));
            }
            Place::Header(header) => {
                // Asked again here: a document is not the last word on who is calling.
                header_name(header.as_str())?;
                let sent = header_value(name, &value::plain(&value))?;
                parts.headers.insert(header.clone(), sent);
            }
            Place::Body(wire) => _ = parts.body.insert(wire.clone(), value.into_owned()),
        }
    }
    match filters.as_slice() {
        [] => {}
        [(_, expression)] => parts.query.push((FILTER.to_owned(), expression.clone())),
        several => {
            let names: Vec<&str> = several.iter().map(|(name, _)| *name).collect();
            return Err(format!("Egnyte takes one filter at a time, not {}", names.join(" and ")));
        }
    }
    Ok(parts)
}
