//! Owns the cutting of pages and the order of lists. It must never know what is listed.

use serde_json::Value;

use super::fields::{Record, number};

/// The items from the query's `offset` on, as many as `name` says: `usual` when it says nothing,
/// at most `most`. The documents name maxima and no error for asking more.
pub(super) fn cut<T>(items: Vec<T>, query: &Record, name: &str, usual: u64, most: u64) -> Vec<T> {
    let offset = number(query, "offset").unwrap_or_default();
    let limit = number(query, name).unwrap_or(usual).min(most);
    let place = |number: u64| usize::try_from(number).unwrap_or(usize::MAX);
    items.into_iter().skip(place(offset)).take(place(limit)).collect()
}

/// Sorts by one property; without one the order stays as it is.
pub(super) fn sort(items: &mut [Value], property: Option<&str>, descending: bool) {
    if let Some(property) = property {
        items.sort_by_cached_key(|item| rank(item.get(property)));
    }
    if descending {
        items.reverse();
    }
}

/// Nothing first, then numbers, then texts without regard to case.
fn rank(value: Option<&Value>) -> (u8, u64, String) {
    match value {
        None | Some(Value::Null) => (0, 0, String::new()),
        Some(Value::Number(number)) => (1, number.as_u64().unwrap_or_default(), String::new()),
        Some(Value::String(text)) => (2, 0, text.to_lowercase()),
        Some(other) => (3, 0, other.to_string()),
    }
}
