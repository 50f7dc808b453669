//! The way through an argument's schema: the argument, the properties in it, the items of its
//! lists, each with the way to it in the doc and the name a person gives it.

use serde_json::{Map, Value};

/// One schema inside an argument, or the argument itself.
pub struct Node<'a> {
    /// The way to it in the doc, as far as a doc shows it.
    pub place: Vec<&'a str>,
    /// How a person writes it, such as `members[].value`.
    pub name: String,
    /// The property's own name; none for the items of a list and the values of a map.
    pub key: Option<&'a str>,
    /// The schema.
    pub schema: &'a Value,
}

/// Shows every schema in the argument at `place` to `see`, the outer before the inner.
pub fn visit<'a>(place: &[&'a str], name: &str, schema: &'a Value, see: &mut dyn FnMut(&Node<'a>)) {
    let key = place.last().copied();
    go(Node { place: place.to_vec(), name: name.to_owned(), key, schema }, see);
}

fn go<'a>(node: Node<'a>, see: &mut dyn FnMut(&Node<'a>)) {
    see(&node);
    let Node { place, name, schema, .. } = node;
    for (key, schema) in schema.get("properties").and_then(Value::as_object).into_iter().flatten() {
        let place = [&place[..], &["properties", key.as_str()]].concat();
        go(Node { place, name: format!("{name}.{key}"), key: Some(key), schema }, see);
    }
    for (keyword, mark) in [("items", "[]"), ("additionalProperties", ".*")] {
        if let Some(schema) = schema.get(keyword).filter(|schema| schema.is_object()) {
            go(
                Node { place: place.clone(), name: format!("{name}{mark}"), key: None, schema },
                see,
            );
        }
    }
}

/// The keywords of a schema.
pub fn keywords(schema: &Value) -> impl Iterator<Item = (&String, &Value)> {
    schema.as_object().into_iter().flat_map(Map::iter)
}
