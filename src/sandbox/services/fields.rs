//! Owns the tables of properties: what a body or a query may hold, and the check against a table.
//! It must never know an endpoint, nor how a flaw looks on the wire.

use axum::extract::Query;
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderMap, Uri};
use serde_json::{Map, Value};

use super::moments;

/// A JSON object: a body, a query, or an item as it is kept and shown.
pub(super) type Record = Map<String, Value>;

/// One property of a table.
pub(super) struct Field {
    name: &'static str,
    kind: Kind,
    required: bool,
}

/// What a value must be.
pub(super) enum Kind {
    /// Text of at most so many characters.
    Text(usize),
    /// One of these texts.
    OneOf(&'static [&'static str]),
    Flag,
    /// A number from the first to the second.
    Whole(u64, u64),
    /// A date, `YYYY-MM-DD`.
    Day,
    /// A date, or a date and time, as ISO 8601 has them.
    Moment,
    /// A list of these.
    Each(&'static Kind),
    /// An object with these properties and no others.
    Shape(&'static [Field]),
    /// An object with any properties.
    Object,
    Any,
}

/// Text without a bound of its own; the body has one.
pub(super) const TEXT: Kind = Kind::Text(usize::MAX);
/// Any number that is not negative.
pub(super) const NUMBER: Kind = Kind::Whole(0, u64::MAX);
/// A list of texts.
pub(super) const TEXTS: Kind = Kind::Each(&TEXT);
/// A list of numbers.
pub(super) const NUMBERS: Kind = Kind::Each(&NUMBER);

/// A property that has to be there, and not empty.
pub(super) const fn required(name: &'static str, kind: Kind) -> Field {
    Field { name, kind, required: true }
}

/// A property that may be there.
pub(super) const fn optional(name: &'static str, kind: Kind) -> Field {
    Field { name, kind, required: false }
}

/// Where a body or query breaks its table, and how.
#[derive(Debug)]
pub(super) struct Flaw {
    /// Empty when it is the whole body.
    pub(super) field: String,
    /// Such as `must be a boolean`.
    pub(super) text: String,
}

impl Flaw {
    pub(super) fn new(field: impl Into<String>, text: impl Into<String>) -> Self {
        Self { field: field.into(), text: text.into() }
    }
}

/// Reads a JSON object with the properties of all `tables`.
pub(super) fn body(headers: &HeaderMap, bytes: &[u8], tables: &[&[Field]]) -> Result<Record, Flaw> {
    match json(headers, bytes)? {
        Value::Object(record) => check_all("", tables, &record).map(|()| record),
        _ => Err(Flaw::new("", "The body must be a JSON object.")),
    }
}

/// Reads JSON that was sent as JSON.
pub(super) fn json(headers: &HeaderMap, bytes: &[u8]) -> Result<Value, Flaw> {
    let media_type = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let essence = media_type.and_then(|value| value.split(';').next()).map(str::trim);
    if !essence.is_some_and(|essence| essence.eq_ignore_ascii_case("application/json")) {
        return Err(Flaw::new("", "Content-Type must be application/json."));
    }
    serde_json::from_slice(bytes)
        .map_err(|error| Flaw::new("", format!("The body is not valid JSON: {error}")))
}

/// Reads a query. Parameters of no table are ignored; of repeated ones the first counts, unless
/// the table wants a list.
pub(super) fn query(uri: &Uri, table: &[Field]) -> Result<Record, Flaw> {
    let Query(pairs) = Query::<Vec<(String, String)>>::try_from_uri(uri)
        .map_err(|error| Flaw::new("", error.body_text()))?;
    let mut record = Record::new();
    for field in table {
        let mut given = pairs.iter().filter(|(name, _)| name == field.name).map(|(_, text)| text);
        let value = if let Kind::Each(kind) = &field.kind {
            let values: Vec<Value> = given.map(|text| typed(kind, text)).collect();
            (!values.is_empty()).then_some(Value::Array(values))
        } else {
            given.next().map(|text| typed(&field.kind, text))
        };
        if let Some(value) = value {
            record.insert(field.name.to_owned(), value);
        }
    }
    check_all("", &[table], &record).map(|()| record)
}

/// A query's text as the value it stands for; what does not fit stays text, and is refused then.
fn typed(kind: &Kind, text: &str) -> Value {
    let value = match kind {
        Kind::Whole(..) if text.bytes().all(|byte| byte.is_ascii_digit()) => {
            text.parse::<u64>().ok().map(Value::from)
        }
        Kind::Flag => text.parse::<bool>().ok().map(Value::from),
        _ => None,
    };
    value.unwrap_or_else(|| Value::from(text))
}

fn check_all(path: &str, tables: &[&[Field]], record: &Record) -> Result<(), Flaw> {
    let at = |name: &str| if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") };
    let fields = || tables.iter().copied().flatten();
    for name in record.keys() {
        if !fields().any(|field| field.name == name) {
            return Err(Flaw::new(at(name), "is not a known property"));
        }
    }
    for field in fields() {
        match record.get(field.name) {
            None if field.required => return Err(Flaw::new(at(field.name), "is required")),
            None => {}
            Some(value) => {
                if field.required && is_empty(value) {
                    return Err(Flaw::new(at(field.name), "must not be empty"));
                }
                check(&at(field.name), &field.kind, value)?;
            }
        }
    }
    Ok(())
}

/// Checks one value, `path` saying where it stands.
pub(super) fn check(path: &str, kind: &Kind, value: &Value) -> Result<(), Flaw> {
    let text = value.as_str();
    let fault = match kind {
        Kind::Any => None,
        Kind::Text(most) => match text {
            None => Some("must be a string".to_owned()),
            Some(text) if text.chars().count() > *most => {
                Some(format!("must be at most {most} characters long"))
            }
            Some(_) => None,
        },
        Kind::OneOf(known) => (!text.is_some_and(|text| known.contains(&text)))
            .then(|| format!("must be one of {}", known.join(", "))),
        Kind::Flag => (!value.is_boolean()).then(|| "must be a boolean".to_owned()),
        Kind::Whole(least, most) => match value.as_u64() {
            Some(number) if (*least..=*most).contains(&number) => None,
            Some(_) => Some(format!("must be from {least} to {most}")),
            None => Some("must be a non-negative integer".to_owned()),
        },
        Kind::Day => (!text.is_some_and(moments::is_day))
            .then(|| "must be a date such as 2026-06-30".to_owned()),
        Kind::Moment => text
            .and_then(moments::parse)
            .is_none()
            .then(|| "must be a date or time in ISO 8601".to_owned()),
        Kind::Object => (!value.is_object()).then(|| "must be an object".to_owned()),
        Kind::Each(kind) => match value.as_array() {
            None => Some("must be an array".to_owned()),
            Some(items) => {
                for (index, item) in items.iter().enumerate() {
                    check(&format!("{path}[{index}]"), kind, item)?;
                }
                None
            }
        },
        Kind::Shape(table) => match value.as_object() {
            None => Some("must be an object".to_owned()),
            Some(record) => return check_all(path, &[table], record),
        },
    };
    fault.map_or(Ok(()), |text| Err(Flaw::new(path, text)))
}

fn is_empty(value: &Value) -> bool {
    match value {
        Value::String(text) => text.trim().is_empty(),
        Value::Array(items) => items.is_empty(),
        _ => false,
    }
}

/// The text of a property.
pub(super) fn text<'a>(record: &'a Record, name: &str) -> Option<&'a str> {
    record.get(name)?.as_str()
}

/// The number of a property.
pub(super) fn number(record: &Record, name: &str) -> Option<u64> {
    record.get(name)?.as_u64()
}

/// Whether a property is there and true.
pub(super) fn flag(record: &Record, name: &str) -> bool {
    record.get(name).and_then(Value::as_bool).unwrap_or_default()
}

/// The items of a property that is a list.
pub(super) fn items<'a>(record: &'a Record, name: &str) -> impl Iterator<Item = &'a Value> {
    record.get(name).and_then(Value::as_array).into_iter().flatten()
}
