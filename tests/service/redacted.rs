//! Snapshots without what differs from run to run.

use serde_json::Value;

/// `value` with what differs from run to run replaced by what it is.
pub(crate) fn redacted(mut value: Value) -> Value {
    redact(&mut value);
    value
}

fn redact(value: &mut Value) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(redact),
        Value::Object(members) => {
            for (name, member) in members {
                let differs = matches!(
                    name.as_str(),
                    "id" | "integrated_account_id" | "token" | "url" | "sse_url" | "next_cursor"
                ) || name.ends_with("_at");
                if differs && member.is_string() {
                    *member = format!("[{name}]").into();
                } else {
                    redact(member);
                }
            }
        }
        _ => {}
    }
}
