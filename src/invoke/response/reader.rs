//! Reads one pass over a listing: the items as raw text, what tells of further pages, and skips
//! the rest.

use std::borrow::Cow;
use std::fmt;

use serde::de::{DeserializeSeed, IgnoredAny, MapAccess, Visitor};
use serde_json::value::RawValue;

use crate::catalog::definition::Paging;
use crate::invoke::paging::Position;

/// The keys of an answer that matter.
#[derive(Clone, Copy, Debug, Default)]
struct Keys<'k> {
    items: &'k [String],
    total: Option<&'k str>,
    more: Option<&'k str>,
    next: Option<&'k str>,
}

/// What an answer has under them.
#[derive(Debug, Default)]
pub struct Received<'a> {
    /// The items, joined; `None` when there is no array of items.
    pub items: Option<Vec<&'a RawValue>>,
    /// The number of all items.
    pub total: Option<u64>,
    /// What the boolean says.
    pub more: Option<bool>,
    /// Where the next page is.
    pub next: Option<Position>,
}

impl Received<'_> {
    /// Whether the answer is one of a listing, though it may have no items.
    pub fn tells_of_pages(&self) -> bool {
        self.total.is_some() || self.more.is_some() || self.next.is_some()
    }
}

/// Reads `text` as an answer of this style.
pub fn read<'a>(text: &'a str, paging: &Paging) -> Result<Received<'a>, serde_json::Error> {
    // Egnyte documents an object for some of its lists and sends the array alone.
    let is_array = matches!(paging, Paging::Whole { .. }) && text.trim_start().starts_with('[');
    if is_array || paging.items().is_empty() {
        let items = Some(serde_json::from_str(text)?);
        return Ok(Received { items, ..Received::default() });
    }
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let received = keys(paging).deserialize(&mut deserializer)?;
    deserializer.end()?;
    Ok(received)
}

fn keys(paging: &Paging) -> Keys<'_> {
    let items = paging.items();
    let keys = Keys { items, ..Keys::default() };
    match paging {
        Paging::ScimStartIndex { .. } => Keys { total: Some("totalResults"), ..keys },
        Paging::Offset { total, more, next, .. } => {
            Keys { items, total: total.as_deref(), more: more.as_deref(), next: next.as_deref() }
        }
        Paging::EventId { .. } => Keys { next: Some("latest_id"), ..keys },
        Paging::Cursor { next, more, .. } => {
            Keys { next: Some(next), more: more.as_deref(), ..keys }
        }
        Paging::Page { last, total, .. } => {
            Keys { more: Some(last), total: total.as_deref(), ..keys }
        }
        Paging::Link { next, total, .. } => {
            Keys { next: Some(next), total: total.as_deref(), ..keys }
        }
        Paging::Whole { .. } => keys,
    }
}

impl<'de> DeserializeSeed<'de> for Keys<'_> {
    type Value = Received<'de>;
    fn deserialize<D: serde::Deserializer<'de>>(self, from: D) -> Result<Self::Value, D::Error> {
        from.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Keys<'_> {
    type Value = Received<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "an object with `{}`", self.items.join("` or `"))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut received = Received::default();
        // By the place of their key: arrays are joined in the definition's order.
        let mut arrays: Vec<(usize, Vec<&'de RawValue>)> = Vec::with_capacity(self.items.len());
        while let Some(key) = map.next_key::<Cow<'de, str>>()? {
            let is = |name: Option<&str>| name == Some(&*key);
            if let Some(place) = self.items.iter().position(|name| *name == key) {
                arrays.extend(map.next_value::<Option<_>>()?.map(|items| (place, items)));
            } else if is(self.total) {
                received.total = unquoted(map.next_value()?).parse().ok();
            } else if is(self.more) {
                received.more = unquoted(map.next_value()?).parse().ok();
            } else if is(self.next) {
                received.next = serde_json::from_str(map.next_value::<&RawValue>()?.get()).ok();
            } else {
                map.next_value::<IgnoredAny>()?;
            }
        }
        arrays.sort_by_key(|(place, _)| *place);
        received.items =
            arrays.into_iter().map(|(_, items)| items).reduce(|mut joined, mut items| {
                joined.append(&mut items);
                joined
            });
        Ok(received)
    }
}

/// A number or boolean, which some of Egnyte's services send as text.
fn unquoted(value: &RawValue) -> &str {
    value.get().trim_matches('"')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_that_is_sent_whole_may_be_an_object_or_the_array_alone() {
        let paging = r#"{ "style": "whole", "items": "resources", "default": 50, "max": 100 }"#;
        let paging: Paging = serde_json::from_str(paging).unwrap();
        for text in [r#"{"totalResults":2,"resources":[1,2]}"#, " [1,2]"] {
            let items = read(text, &paging).unwrap().items.unwrap();
            assert_eq!(items.len(), 2, "{text}");
        }
        assert!(read("{}", &paging).unwrap().items.is_none());
    }
}
