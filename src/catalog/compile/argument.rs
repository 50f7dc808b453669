//! The keys of a property that say how it is sent (`x-egnyte-…`): taken out of the schema that
//! callers see, and checked.

use serde_json::{Map, Value};

use crate::catalog::tool::{EpochUnit, Form};

/// Key of a property that names it on the wire.
const WIRE_NAME: &str = "x-egnyte-name";
/// Key of a property that gives its values on the wire.
const VALUES: &str = "x-egnyte-values";
/// Key of a property that is a time and is sent as a number.
const TIME: &str = "x-egnyte-time";
/// Key of an array that is sent as one text.
const JOIN: &str = "x-egnyte-join";

const PREFIX: &str = "x-egnyte-";

/// Message and hint.
type Fault = (String, &'static str);

/// The name of `property` on the wire, where it is another than the argument's.
pub fn wire_name(property: &Value) -> Option<&String> {
    match property.get(WIRE_NAME)? {
        Value::String(wire) => Some(wire),
        _ => None,
    }
}

/// Takes the keys out of `property`: its name on the wire, and how its values are written.
pub fn take(name: &str, part: &str, property: &mut Value) -> Result<(String, Form), Fault> {
    let kind = property.get("type").and_then(Value::as_str).unwrap_or_default().to_owned();
    let is_time =
        kind == "string" && property.get("format").and_then(Value::as_str) == Some("date-time");
    let Some(object) = property.as_object_mut() else {
        return Ok((name.to_owned(), Form::default()));
    };
    let wire = match object.remove(WIRE_NAME) {
        None => name.to_owned(),
        Some(Value::String(wire)) if !wire.is_empty() => wire,
        Some(_) => return Err(fault(name, WIRE_NAME, "give Egnyte's name for it, as text")),
    };
    let form = Form {
        values: values(name, &kind, object)?,
        time: match object.remove(TIME).as_ref().map(Value::as_str) {
            None => None,
            Some(Some("epoch_ms")) if is_time => Some(EpochUnit::Milliseconds),
            Some(Some("epoch_s")) if is_time => Some(EpochUnit::Seconds),
            Some(_) => {
                let hint = "give epoch_ms or epoch_s, on a string with `format: date-time`";
                return Err(fault(name, TIME, hint));
            }
        },
        join: match object.remove(JOIN) {
            None => None,
            Some(Value::String(join)) if kind == "array" => Some(join),
            Some(_) => return Err(fault(name, JOIN, "give a text, on an array")),
        },
    };
    if let Some(stray) = object.keys().find(|key| key.starts_with(PREFIX)) {
        let hint = "known are x-egnyte-name, x-egnyte-values, x-egnyte-time and x-egnyte-join";
        return Err((format!("`{name}` has the unknown key `{stray}`"), hint));
    }
    if object.values().any(mentions) {
        let message = format!("`{name}` has an x-egnyte- key on something inside it");
        return Err((
            message,
            "only an argument itself can have them; what is inside is sent as it \
                              came",
        ));
    }
    let plain_array = kind == "array" && form.join.is_none();
    let unfit = match part {
        "path_schema" | "header_schema" => kind == "object" || plain_array,
        "query_schema" => kind == "object",
        _ => false,
    };
    if unfit {
        let message = format!("`{name}` is sent as text, which an {kind} is not");
        return Err((message, "use plain types, or an array with x-egnyte-join"));
    }
    Ok((wire, form))
}

fn values(
    name: &str,
    kind: &str,
    object: &mut Map<String, Value>,
) -> Result<Option<Map<String, Value>>, Fault> {
    match object.remove(VALUES) {
        None => Ok(None),
        Some(Value::Object(values)) if kind != "object" && !values.is_empty() => Ok(Some(values)),
        Some(_) => Err(fault(name, VALUES, "give a map of our values to Egnyte's, quoted")),
    }
}

fn fault(name: &str, key: &str, hint: &'static str) -> Fault {
    (format!("`{name}` has an `{key}` that cannot be used"), hint)
}

fn mentions(value: &Value) -> bool {
    match value {
        Value::Object(object) => {
            object.iter().any(|(key, value)| key.starts_with(PREFIX) || mentions(value))
        }
        Value::Array(items) => items.iter().any(mentions),
        _ => false,
    }
}
