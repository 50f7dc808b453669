//! The byte budget of results: what is too long loses the ends of its longest arrays, then of its
//! longest texts, and says so. Never on the way of what fits.

use std::fmt::Write as _;

use serde_json::{Value, json};

use crate::invoke::outcome::{Failure, Kind};

/// Texts are not cut below this many bytes: less says nothing.
const SHORTEST_TEXT: usize = 200;
/// Places named in a note.
const MAX_NAMED: usize = 8;
/// Room for the note itself.
const NOTE_ROOM: usize = 1_500;

/// `json` if it fits `budget`, else cut and with a `note`.
pub fn keep(json: String, budget: usize) -> Result<String, Failure> {
    if json.len() <= budget {
        return Ok(json);
    }
    let (cut, note) = shrink(&json, budget.saturating_sub(NOTE_ROOM))?;
    let mut value: Value = serde_json::from_str(&cut).unwrap_or_default();
    match &mut value {
        Value::Object(object) => _ = object.insert("note".to_owned(), note.into()),
        other => value = json!({ "result": other.take(), "note": note }),
    }
    Ok(value.to_string())
}

/// `json` cut to `budget` bytes, and what was cut in words.
pub fn shrink(json: &str, budget: usize) -> Result<(String, String), Failure> {
    let too_large = || {
        Failure::new(
            Kind::ResponseTooLarge,
            format!("Egnyte's answer of {} bytes is too long for a result.", json.len()),
            "ask for less: one item instead of all, or a narrower filter.",
        )
    };
    let mut value: Value = serde_json::from_str(json).map_err(|_| too_large())?;
    let caps = fitting(&value, budget).ok_or_else(too_large)?;
    let mut cuts = Vec::new();
    cut(&mut value, caps, &mut String::new(), &mut cuts);
    Ok((value.to_string(), note(&cuts)))
}

/// The longest array, in items, and the longest text, in bytes, that are left whole.
#[derive(Clone, Copy, Debug)]
struct Caps {
    items: usize,
    text: usize,
}

const UNCUT: Caps = Caps { items: usize::MAX, text: usize::MAX };

/// The mildest caps under which `value` fits: arrays alone, texts alone, or both.
fn fitting(value: &Value, budget: usize) -> Option<Caps> {
    let fits = |caps| length(value, caps) <= budget;
    let by_items = |items| Caps { items, ..UNCUT };
    let by_text = |text| Caps { text, ..UNCUT };
    let by_both = |text| Caps { items: 1, text };
    if fits(by_items(1)) {
        return Some(by_items(greatest(1, budget, |items| fits(by_items(items)))));
    }
    [by_text(SHORTEST_TEXT), by_both(SHORTEST_TEXT)].into_iter().find(|caps| fits(*caps)).map(
        |caps| {
            let text = |text| Caps { text, ..caps };
            text(greatest(SHORTEST_TEXT, budget, |bytes| fits(text(bytes))))
        },
    )
}

/// The greatest number from `least`, which passes, to `most` that passes.
fn greatest(least: usize, most: usize, passes: impl Fn(usize) -> bool) -> usize {
    let (mut low, mut high) = (least, most.max(least));
    while low < high {
        let middle = low + (high - low).div_ceil(2);
        if passes(middle) {
            low = middle;
        } else {
            high = middle - 1;
        }
    }
    low
}

/// Length of `value` as JSON under `caps`; for texts, without what escaping adds to the rest.
fn length(value: &Value, caps: Caps) -> usize {
    match value {
        Value::Array(items) => {
            let items = items.iter().take(caps.items);
            2 + items.map(|item| length(item, caps) + 1).sum::<usize>()
        }
        Value::Object(object) => {
            let entries = object.iter();
            2 + entries
                .map(|(key, value)| text_length(key) + 2 + length(value, caps))
                .sum::<usize>()
        }
        Value::String(text) if text.len() > caps.text => {
            text_length(start(text, caps.text)) + "…".len()
        }
        Value::String(text) => text_length(text),
        other => other.to_string().len(),
    }
}

/// Length of a text in JSON, quotes and escapes included.
fn text_length(text: &str) -> usize {
    let escaped = |b: u8| match b {
        b'"' | b'\\' | b'\n' | b'\r' | b'\t' | 8 | 12 => 2,
        0..=31 => 6,
        _ => 1,
    };
    2 + text.bytes().map(escaped).sum::<usize>()
}

/// At most `bytes` of `text`, whole characters.
fn start(text: &str, bytes: usize) -> &str {
    let end = (0..=bytes.min(text.len())).rev().find(|end| text.is_char_boundary(*end));
    end.and_then(|end| text.get(..end)).unwrap_or_default()
}

/// One thing that was cut.
struct Cut {
    place: String,
    kept: usize,
    of: usize,
    unit: &'static str,
}

fn cut(value: &mut Value, caps: Caps, place: &mut String, cuts: &mut Vec<Cut>) {
    let at = place.len();
    match value {
        Value::Array(items) => {
            if items.len() > caps.items {
                cuts.push(Cut {
                    place: place.clone(),
                    kept: caps.items,
                    of: items.len(),
                    unit: "items",
                });
                items.truncate(caps.items);
            }
            for (index, item) in items.iter_mut().enumerate() {
                _ = write!(place, "[{index}]");
                cut(item, caps, place, cuts);
                place.truncate(at);
            }
        }
        Value::Object(object) => {
            for (key, value) in object {
                if !place.is_empty() {
                    place.push('.');
                }
                place.extend(key.chars().take(64));
                cut(value, caps, place, cuts);
                place.truncate(at);
            }
        }
        Value::String(text) if text.len() > caps.text => {
            let kept = start(text, caps.text);
            let (kept, shown) = (kept.len(), format!("{kept}…"));
            cuts.push(Cut { place: place.clone(), kept, of: text.len(), unit: "bytes" });
            *text = shown;
        }
        _ => {}
    }
}

fn note(cuts: &[Cut]) -> String {
    let named: Vec<String> = cuts
        .iter()
        .take(MAX_NAMED)
        .map(|Cut { place, kept, of, unit }| {
            let place = if place.is_empty() { "the answer" } else { place };
            format!("{place} ({kept} of {of} {unit})")
        })
        .collect();
    let others = match cuts.len().saturating_sub(MAX_NAMED) {
        0 => String::new(),
        others => format!(" and {others} more"),
    };
    format!(
        "Cut to keep the result short: {}{others}. For the rest, ask for less at once: narrow the \
         request with this tool's arguments, or read the items one by one.",
        named.join(", ")
    )
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn kept(value: &Value, budget: usize) -> Value {
        serde_json::from_str(&keep(value.to_string(), budget).unwrap()).unwrap()
    }

    #[test]
    fn what_fits_stays_as_it_is() {
        let json = r#"{ "a": [1, 2] }"#;
        assert_eq!(keep(json.to_owned(), json.len()).unwrap(), json);
    }

    #[test]
    fn the_longest_array_is_cut_first_and_the_note_says_where() {
        let versions: Vec<Value> = (0..1_000).map(|id| json!({ "id": id, "by": "x" })).collect();
        let value = json!({ "name": "a", "tags": ["a", "b", "c"], "versions": versions });
        let kept = kept(&value, 10_000);
        assert_eq!(kept["tags"], value["tags"]);
        let count = kept["versions"].as_array().unwrap().len();
        assert!((300..1_000).contains(&count), "{count}");
        let note = kept["note"].as_str().unwrap();
        assert!(note.contains(&format!("versions ({count} of 1000 items)")), "{note}");
    }

    #[test]
    fn a_long_text_is_cut_when_arrays_are_not_the_cause() {
        let value = json!({ "a": [1, 2, 3], "text": "é".repeat(10_000) });
        let kept = kept(&value, 5_000);
        assert_eq!(kept["a"], value["a"]);
        assert!(kept["text"].as_str().unwrap().ends_with("é…"));
        assert!(kept["note"].as_str().unwrap().contains("text ("), "{}", kept["note"]);
    }

    #[test]
    fn a_bare_array_is_cut_inside_an_object_that_says_so() {
        let kept = kept(&json!(vec!["item"; 10_000]), 5_000);
        assert!(kept["result"].as_array().unwrap().len() > 100);
        assert!(kept["note"].as_str().unwrap().contains("the answer ("));
    }

    #[test]
    fn what_cannot_be_cut_is_refused() {
        let map: serde_json::Map<_, _> = (0..5_000).map(|n| (n.to_string(), json!(n))).collect();
        let failure = keep(Value::Object(map).to_string(), 5_000).unwrap_err();
        assert_eq!(failure.kind, Kind::ResponseTooLarge);
    }

    proptest! {
        #[test]
        fn whatever_is_kept_keeps_to_the_budget(
            texts in prop::collection::vec("\\PC{0,600}|[\"\\\\\n]{0,300}", 1..60),
            budget in 3_000_usize..20_000,
        ) {
            let value = json!({ "a": texts, "b": [{ "c": texts }], "d": texts.concat() });
            if let Ok(kept) = keep(value.to_string(), budget) {
                prop_assert!(kept.len() <= budget, "{} > {budget}", kept.len());
            }
        }
    }
}
