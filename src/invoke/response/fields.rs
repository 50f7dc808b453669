//! `fields`: an item with only some of its keys, the values copied as they came.

use std::borrow::Cow;
use std::fmt;

use serde::de::{DeserializeSeed, IgnoredAny, MapAccess, Visitor};
use serde_json::value::RawValue;

/// `item` with only the keys in `names`. `None` when it is not an object.
pub fn pick(item: &str, names: &[String]) -> Option<String> {
    let mut picked = String::with_capacity(item.len().min(1024));
    let mut deserializer = serde_json::Deserializer::from_str(item);
    Picker { names, out: &mut picked }.deserialize(&mut deserializer).ok()?;
    Some(picked)
}

struct Picker<'p> {
    names: &'p [String],
    out: &'p mut String,
}

impl<'de> DeserializeSeed<'de> for Picker<'_> {
    type Value = ();
    fn deserialize<D: serde::Deserializer<'de>>(self, from: D) -> Result<(), D::Error> {
        from.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Picker<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        self.out.push('{');
        let mut first = true;
        while let Some(key) = map.next_key::<Cow<'de, str>>()? {
            if !self.names.iter().any(|name| *name == key) {
                map.next_value::<IgnoredAny>()?;
                continue;
            }
            let value: &RawValue = map.next_value()?;
            if !std::mem::take(&mut first) {
                self.out.push(',');
            }
            self.out.push_str(&serde_json::Value::from(&*key).to_string());
            self.out.push(':');
            self.out.push_str(value.get());
        }
        self.out.push('}');
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_named_keys_stay_and_their_values_as_they_came() {
        let item = r#"{"id": 1.10, "a \"b": {"id": [1, 2]}, "name": "\u00e9"}"#;
        let names = ["a \"b", "name", "missing"].map(str::to_owned);
        let expected = r#"{"a \"b":{"id": [1, 2]},"name":"\u00e9"}"#;
        assert_eq!(pick(item, &names).as_deref(), Some(expected));
    }

    #[test]
    fn what_is_no_object_has_no_keys_to_pick() {
        assert_eq!(pick(r#""text""#, &["id".to_owned()]), None);
        assert_eq!(pick(r#"{"id":1}"#, &["x".to_owned()]).as_deref(), Some("{}"));
    }
}
