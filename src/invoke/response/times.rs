//! Times in answers: Egnyte has five ways to write one; a doc names them by key, and they become
//! RFC 3339 in UTC. What cannot be read as a time is left as it came.

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::fmt::{rfc2822, temporal};
use serde_json::Value;

use crate::catalog::doc::TimeForm;

/// `json` with its times rewritten. `None` when there is nothing to do.
pub fn rewrite(json: &str, times: &BTreeMap<String, TimeForm>) -> Option<String> {
    if times.is_empty() {
        return None;
    }
    let mut value: Value = serde_json::from_str(json).ok()?;
    walk(&mut value, times);
    Some(value.to_string())
}

fn walk(value: &mut Value, times: &BTreeMap<String, TimeForm>) {
    match value {
        Value::Object(object) => {
            for (key, value) in object {
                match times.get(key) {
                    Some(form) => stamp(value, *form),
                    None => walk(value, times),
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| walk(item, times)),
        _ => {}
    }
}

fn stamp(value: &mut Value, form: TimeForm) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(|item| stamp(item, form)),
        other => {
            if let Some(time) = parse(other, form) {
                *other = Value::String(time.to_string());
            }
        }
    }
}

fn parse(value: &Value, form: TimeForm) -> Option<Timestamp> {
    match form {
        TimeForm::EpochMs => Timestamp::from_millisecond(number(value)?).ok(),
        TimeForm::EpochS => Timestamp::from_second(number(value)?).ok(),
        TimeForm::Rfc1123 => rfc2822::DateTimeParser::new().parse_timestamp(value.as_str()?).ok(),
        TimeForm::BasicIso => temporal::DateTimeParser::new().parse_timestamp(value.as_str()?).ok(),
    }
}

/// A number, or one written as text. Zero stands for "no time" and is no time.
fn number(value: &Value) -> Option<i64> {
    let number = match value {
        Value::String(text) => text.parse().ok(),
        other => other.as_i64(),
    };
    number.filter(|number| *number != 0)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn rewritten(form: TimeForm, value: &Value) -> Value {
        let json = json!({ "a": [{ "t": value }] }).to_string();
        let text = rewrite(&json, &BTreeMap::from([("t".to_owned(), form)])).unwrap();
        serde_json::from_str::<Value>(&text).unwrap()["a"][0]["t"].clone()
    }

    #[test]
    fn every_form_becomes_rfc_3339_in_utc() {
        for (form, value, expected) in [
            (TimeForm::EpochMs, json!(1_409_092_734_000_i64), "2014-08-26T22:38:54Z"),
            (TimeForm::EpochMs, json!("1409092734123"), "2014-08-26T22:38:54.123Z"),
            (TimeForm::EpochS, json!(1_409_092_734), "2014-08-26T22:38:54Z"),
            (TimeForm::Rfc1123, json!("Tue, 26 Aug 2014 22:38:54 GMT"), "2014-08-26T22:38:54Z"),
            (TimeForm::BasicIso, json!("20140826T223854Z"), "2014-08-26T22:38:54Z"),
            (TimeForm::BasicIso, json!("2014-08-26T22:38:54.000+0200"), "2014-08-26T20:38:54Z"),
        ] {
            assert_eq!(rewritten(form, &value), expected);
        }
    }

    #[test]
    fn what_is_no_time_stays_as_it_came() {
        for (form, value) in [
            (TimeForm::EpochMs, json!(0)),
            (TimeForm::EpochMs, json!("soon")),
            (TimeForm::EpochMs, json!(i64::MAX)),
            (TimeForm::EpochS, json!(1.5)),
            (TimeForm::Rfc1123, json!("2014-08-26T22:38:54Z")),
            (TimeForm::BasicIso, json!("2014-08-26")),
            (TimeForm::BasicIso, json!(null)),
            (TimeForm::BasicIso, json!({ "t": 1 })),
        ] {
            assert_eq!(rewritten(form, &value), value);
        }
    }
}
