//! Bodies, in each of the encodings that a definition can name.

use bytes::Bytes;
use percent_encoding::utf8_percent_encode;
use serde_json::{Map, Value};

use super::ENCODED;
use super::value::plain;
use crate::catalog::definition::BodyEncoding;
use crate::egnyte::Body;

/// The body of these properties. `None` when it is to be one value and there is none.
pub fn encode(encoding: BodyEncoding, properties: Map<String, Value>) -> Option<Body> {
    let only = |properties: Map<String, Value>| properties.into_iter().next().map(|(_, v)| v);
    Some(match encoding {
        BodyEncoding::Json => Body::json(Value::Object(properties).to_string()),
        BodyEncoding::Value => Body::json(only(properties)?.to_string()),
        BodyEncoding::Text => Body {
            content_type: "application/octet-stream",
            bytes: Bytes::from(plain(&only(properties)?)),
        },
        BodyEncoding::Form => Body {
            content_type: "application/x-www-form-urlencoded",
            bytes: Bytes::from(form(&properties)),
        },
    })
}

/// Names and values, percent-encoded; an array repeats its name.
fn form(properties: &Map<String, Value>) -> String {
    let mut form = String::new();
    let mut add = |name: &str, value: &Value| {
        if !form.is_empty() {
            form.push('&');
        }
        form.extend(utf8_percent_encode(name, ENCODED));
        form.push('=');
        form.extend(utf8_percent_encode(&plain(value), ENCODED));
    };
    for (name, value) in properties {
        match value {
            Value::Array(items) => items.iter().for_each(|item| add(name, item)),
            one => add(name, one),
        }
    }
    form
}
