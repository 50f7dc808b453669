//! Values as they are written on the wire, where a doc says that Egnyte writes them otherwise.

use std::borrow::Cow;

use jiff::Timestamp;
use serde_json::Value;

use crate::catalog::tool::{EpochUnit, Form};

/// `value` as Egnyte wants it. `None` when it is one that is not sent.
pub fn on_the_wire<'v>(
    name: &str,
    value: &'v Value,
    form: &Form,
) -> Result<Option<Cow<'v, Value>>, String> {
    if form.is_plain() {
        return Ok(Some(Cow::Borrowed(value)));
    }
    let mut sent = value.clone();
    if let Some(values) = &form.values {
        sent = match sent {
            Value::Array(items) => {
                items.iter().filter_map(|item| values.get(&plain(item)).cloned()).collect()
            }
            one => match values.get(&plain(&one)) {
                Some(other) => other.clone(),
                None => return Ok(None),
            },
        };
    }
    if let Some(unit) = form.time {
        sent = epoch(name, &plain(&sent), unit)?;
    }
    if let (Some(join), Value::Array(items)) = (&form.join, &sent) {
        let items: Vec<String> = items.iter().map(plain).collect();
        sent = Value::String(items.join(join));
    }
    Ok(Some(Cow::Owned(sent)))
}

fn epoch(name: &str, text: &str, unit: EpochUnit) -> Result<Value, String> {
    let time: Timestamp = text
        .parse()
        .map_err(|_| format!("`{name}` must be a time like 2026-01-31T12:00:00Z, not {text}"))?;
    Ok(match unit {
        EpochUnit::Milliseconds => time.as_millisecond().into(),
        EpochUnit::Seconds => time.as_second().into(),
    })
}

/// A value as it stands in a path, query, header or form: text without its quotes.
pub fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn sent(value: &Value, form: &Form) -> Option<Value> {
        on_the_wire("x", value, form).unwrap().map(Cow::into_owned)
    }

    #[test]
    fn a_value_without_a_counterpart_is_not_sent() {
        let values = json!({ "true": "Yes", "a": 1 }).as_object().cloned();
        let form = Form { values, ..Form::default() };
        assert_eq!(sent(&json!(true), &form), Some(json!("Yes")));
        assert_eq!(sent(&json!(false), &form), None);
        assert_eq!(sent(&json!(["a", "b", true]), &form), Some(json!([1, "Yes"])));
    }

    #[test]
    fn a_time_is_sent_as_a_number() {
        let form = |time| Form { time: Some(time), ..Form::default() };
        let time = json!("2026-01-31T12:00:00.5+01:00");
        let milliseconds = sent(&time, &form(EpochUnit::Milliseconds));
        assert_eq!(milliseconds, Some(json!(1_769_857_200_500_i64)));
        assert_eq!(sent(&time, &form(EpochUnit::Seconds)), Some(json!(1_769_857_200)));
        assert!(on_the_wire("x", &json!("today"), &form(EpochUnit::Seconds)).is_err());
    }

    #[test]
    fn an_array_can_be_sent_as_one_text() {
        let form = Form { join: Some("|".to_owned()), ..Form::default() };
        assert_eq!(sent(&json!(["a", 2]), &form), Some(json!("a|2")));
    }
}
