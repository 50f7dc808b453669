//! Answers: checked to be JSON, kept to a size, and a list put into its common shape. Items of a
//! list are copied as bytes; values are built only where a doc or the budget asks for a change.

pub mod budget;
pub mod list;

mod fields;
mod reader;
mod times;

use std::collections::BTreeMap;

use http::StatusCode;
use http::header::{CONTENT_TYPE, LOCATION};
use serde::de::IgnoredAny;
use serde_json::{Map, Value};

use super::outcome::{Failure, Kind};
use crate::catalog::definition::Answer;
use crate::catalog::doc::TimeForm;
use crate::catalog::endpoint::Endpoint;
use crate::egnyte::{Response, error};

pub use list::{Listed, list};

/// What a model reads when Egnyte says "done" with an empty body.
const DONE: &str = r#"{"ok":true}"#;

/// Whether `status` is an answer of `endpoint`, and no failure.
pub fn is_answer(endpoint: &Endpoint, status: StatusCode) -> bool {
    status.is_success() || is_redirect(endpoint, status)
}

/// Where an audit report or a page of the web interface is; it is told and not followed.
fn is_redirect(endpoint: &Endpoint, status: StatusCode) -> bool {
    endpoint.answer == Answer::Redirect
        && matches!(status, StatusCode::FOUND | StatusCode::SEE_OTHER)
}

/// The result of an answer that is not a list, within `budget` bytes.
pub fn single(
    endpoint: &Endpoint,
    response: Response,
    times: &BTreeMap<String, TimeForm>,
    budget: usize,
) -> Result<String, Failure> {
    let json = if is_redirect(endpoint, response.status) {
        redirect(&response)
    } else {
        match text(response)? {
            None => return Ok(DONE.to_owned()),
            Some(json) => json,
        }
    };
    let json = times::rewrite(&json, times).unwrap_or(json);
    budget::keep(json, budget)
}

/// The body as compact JSON text, checked unless it is a list, which is parsed later. `None` when
/// it is empty.
pub fn text(response: Response) -> Result<Option<String>, Failure> {
    let status = response.status;
    let Some((body, shown)) = raw(response)? else { return Ok(None) };
    if serde_json::from_str::<IgnoredAny>(&body).is_err() {
        return Err(unusable(status, &[], "the answer is not JSON", &shown));
    }
    Ok(Some(body))
}

/// The body as text that is not markup, without line breaks, and its content type.
fn raw(response: Response) -> Result<Option<(String, String)>, Failure> {
    let status = response.status;
    if status == StatusCode::NO_CONTENT || response.body.is_empty() {
        return Ok(None);
    }
    let content_type = response.headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let shown = content_type.unwrap_or("no content type").to_owned();
    let body = String::from_utf8(Vec::from(response.body))
        .map_err(|error| unusable(status, error.as_bytes(), "the answer is not text", &shown))?;
    if body.trim_start().starts_with('<') {
        let detail = "with a web page instead of JSON";
        return Err(unusable(status, body.as_bytes(), detail, &shown));
    }
    Ok(Some((if body.contains('\n') { compact(&body) } else { body }, shown)))
}

fn unusable(status: StatusCode, body: &[u8], detail: &str, content_type: &str) -> Failure {
    let said = error::message(body).map_or_else(String::new, |said| format!(" It says: {said}"));
    let mut failure = Failure::new(
        Kind::UpstreamError,
        format!("Egnyte answered {}, but {detail} ({content_type}).{said}", status.as_u16()),
        "try again; if it stays, the operator of this server should check the account's domain.",
    );
    failure.status = Some(status.as_u16());
    failure
}

/// `{"status": 303, "location": "/pubapi/…", …}` and what the body says beside it.
fn redirect(response: &Response) -> String {
    let mut said = Map::new();
    said.insert("status".to_owned(), response.status.as_u16().into());
    let location = response.headers.get(LOCATION).and_then(|location| location.to_str().ok());
    if let Some(location) = location {
        said.insert("location".to_owned(), path_of(location).into());
    }
    if let Ok(Value::Object(body)) = serde_json::from_slice(&response.body) {
        for (key, value) in body {
            said.entry(key).or_insert(value);
        }
    }
    Value::Object(said).to_string()
}

/// Path and query of an address.
fn path_of(address: &str) -> String {
    match address.parse::<http::Uri>() {
        Ok(uri) => uri.path_and_query().map_or_else(String::new, ToString::to_string),
        Err(_) => String::new(),
    }
}

/// Valid JSON without the white space between its tokens.
fn compact(json: &str) -> String {
    let mut in_string = false;
    let mut escaped = false;
    json.chars()
        .filter(|&c| {
            if in_string {
                in_string = escaped || c != '"';
                escaped = !escaped && c == '\\';
                return true;
            }
            in_string = c == '"';
            !matches!(c, ' ' | '\n' | '\r' | '\t')
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::Value;

    use super::*;

    proptest! {
        #[test]
        fn compacting_changes_nothing_but_white_space(text in "\\PC*", number in any::<i64>()) {
            let value = serde_json::json!({ "a \"b": [text, { "n": number, "\\": "\n\t \"" }] });
            let pretty = serde_json::to_string_pretty(&value).unwrap();
            prop_assert_eq!(compact(&pretty), value.to_string());
            prop_assert_eq!(serde_json::from_str::<Value>(&compact(&pretty)).unwrap(), value);
        }
    }
}
