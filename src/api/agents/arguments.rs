//! Arguments from a plain request: the id in the path and the query's texts become values of the
//! schema's types and join those of the body. What does not convert stays text, and is refused
//! where all arguments are checked.

use serde_json::{Map, Value};

use super::shown;
use crate::catalog::Tool;
use crate::invoke::Failure;
use crate::invoke::arguments::refuse;

/// The body as the JSON text of the arguments; an empty one holds none.
pub fn text<'a>(tool: &Tool, body: &'a [u8]) -> Result<Option<&'a str>, Failure> {
    let text = std::str::from_utf8(body)
        .map_err(|_| refuse(tool, &["the body is not JSON: it is not UTF-8".to_owned()]))?;
    Ok(Some(text).filter(|text| !text.is_empty()))
}

/// All arguments of a request as JSON text.
pub fn gather(
    tool: &Tool,
    item: Option<&str>,
    query: &[(String, String)],
    body: &[u8],
) -> Result<Option<String>, Failure> {
    let body = text(tool, body)?;
    if item.is_none() && query.is_empty() {
        return Ok(body.map(str::to_owned));
    }
    let mut all = Map::new();
    if let Some(item) = item {
        let name = item_argument(tool);
        all.insert(name.to_owned(), scalar(kind(tool.argument_schema(name)), item));
    }
    let mut faults = Vec::new();
    for (name, value) in of_query(tool, query).into_iter().chain(of_body(tool, body)?) {
        if all.contains_key(&name) {
            faults.push(format!("`{}` is given twice: path, query and body add up", shown(&name)));
        } else {
            all.insert(name, value);
        }
    }
    if faults.is_empty() {
        Ok(Some(Value::Object(all).to_string()))
    } else {
        Err(refuse(tool, &faults))
    }
}

/// The argument that the last part of `/proxy/{resource}/{id}` fills: the path's `id`, or else its
/// last, in which Egnyte names the item itself.
fn item_argument(tool: &Tool) -> &str {
    let line = tool.call().map(|call| &call.endpoint.line);
    let named = line.and_then(|line| line.arguments().find(|name| *name == "id"));
    named.or_else(|| line.and_then(|line| line.arguments().last())).unwrap_or("id")
}

fn of_body(tool: &Tool, body: Option<&str>) -> Result<Map<String, Value>, Failure> {
    let Some(body) = body else { return Ok(Map::new()) };
    match serde_json::from_str(body) {
        Ok(Value::Object(map)) => Ok(map),
        Ok(Value::Null) => Ok(Map::new()),
        Ok(_) => Err(refuse(tool, &["the body must be an object".to_owned()])),
        Err(error) => {
            let fault = format!("the arguments are not JSON this server can read: {error}");
            Err(refuse(tool, &[fault]))
        }
    }
}

fn of_query(tool: &Tool, query: &[(String, String)]) -> Map<String, Value> {
    let mut grouped: Vec<(&str, Vec<&str>)> = Vec::new();
    for (key, text) in query {
        let stem = key.strip_suffix("[]").unwrap_or(key);
        let is_list = kind(tool.argument_schema(stem)) == Some("array");
        let name = if is_list { stem } else { key };
        match grouped.iter_mut().find(|(known, _)| *known == name) {
            Some((_, texts)) => texts.push(text),
            None => grouped.push((name, vec![text])),
        }
    }
    let value = |name, texts: &[&str]| typed(tool.argument_schema(name), texts);
    grouped.iter().map(|(name, texts)| ((*name).to_owned(), value(name, texts))).collect()
}

/// The texts of one parameter as a value of the schema's type.
fn typed(schema: Option<&Value>, texts: &[&str]) -> Value {
    let items = schema.and_then(|schema| schema.get("items"));
    match (kind(schema), texts) {
        (Some("array"), [""]) => Value::Array(Vec::new()),
        (Some("array"), [text]) => match serde_json::from_str(text) {
            Ok(Value::Array(list)) => Value::Array(list),
            _ => text.split(',').map(|text| scalar(kind(items), text)).collect(),
        },
        (Some("array"), texts) => texts.iter().map(|text| scalar(kind(items), text)).collect(),
        (kind, [text]) => scalar(kind, text),
        // Given twice: no value of its type, and refused as such.
        (_, texts) => texts.iter().copied().map(Value::from).collect(),
    }
}

/// One text as a value of this type, or as it is.
fn scalar(kind: Option<&str>, text: &str) -> Value {
    let parsed = || serde_json::from_str::<Value>(text).ok();
    let value = match kind {
        Some("integer" | "number") => parsed().filter(Value::is_number),
        Some("boolean") => parsed().filter(Value::is_boolean),
        Some("object") => parsed().filter(Value::is_object),
        _ => None,
    };
    value.unwrap_or_else(|| Value::from(text))
}

fn kind(schema: Option<&Value>) -> Option<&str> {
    schema?.get("type")?.as_str()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn texts_become_values_of_the_schema_s_type_or_stay_as_they_are() {
        let of = |kind: &str, texts: &[&str]| typed(Some(&json!({ "type": kind })), texts);
        assert_eq!(of("integer", &["12"]), json!(12));
        assert_eq!(of("integer", &["-1"]), json!(-1));
        assert_eq!(of("number", &["1.5"]), json!(1.5));
        assert_eq!(of("boolean", &["true"]), json!(true));
        assert_eq!(of("string", &["12"]), json!("12"));
        assert_eq!(of("object", &[r#"{"a":1}"#]), json!({ "a": 1 }));
        for (kind, text) in [
            ("integer", "a"),
            ("integer", "\"1\""),
            ("integer", ""),
            ("boolean", "1"),
            ("object", "[]"),
        ] {
            assert_eq!(of(kind, &[text]), json!(text), "{kind} {text}");
        }
        assert_eq!(of("integer", &["1", "2"]), json!(["1", "2"]));
        assert_eq!(typed(None, &["1"]), json!("1"));
    }

    #[test]
    fn a_list_is_separated_by_commas_repeated_or_json() {
        let schema = json!({ "type": "array", "items": { "type": "integer" } });
        for texts in [&["1,2"][..], &["1", "2"], &["[1,2]"]] {
            assert_eq!(typed(Some(&schema), texts), json!([1, 2]), "{texts:?}");
        }
        assert_eq!(typed(Some(&schema), &[""]), json!([]));
        let words = json!({ "type": "array", "items": { "type": "string" } });
        assert_eq!(typed(Some(&words), &["a,b", "c"]), json!(["a,b", "c"]));
    }
}
