//! Anthropic's strict subset (structured outputs, JSON Schema limitations): no object is open, and
//! of the keywords that restrict a value hardly any is taken. Optional properties stay optional.

use serde_json::Value;

use super::{Rules, convert};

const FORMATS: [&str; 10] =
    ["date-time", "time", "date", "duration", "email", "hostname", "uri", "ipv4", "ipv6", "uuid"];

const RULES: Rules = Rules { all_required: false, takes };

fn takes(keyword: &str, value: &Value) -> bool {
    match keyword {
        "format" => value.as_str().is_some_and(|format| FORMATS.contains(&format)),
        "minItems" => value.as_u64().is_some_and(|least| least <= 1),
        _ => false,
    }
}

/// The strict form of a whole input schema, or why there is none.
pub(super) fn schema(schema: &Value) -> Result<Value, String> {
    convert(&RULES, schema, "").map(Value::Object)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn restrictions_are_said_in_words_and_optional_stays_optional() {
        let strict = schema(&json!({
            "type": "object",
            "properties": {
                "limit": { "type": "integer", "description": "How many.", "minimum": 1,
                    "default": 50 },
                "list": { "type": "array", "items": { "type": "string", "format": "uri" },
                    "minItems": 1, "maxItems": 3 },
            },
            "required": ["list"],
            "additionalProperties": false,
        }));
        let expected = json!({
            "type": "object",
            "properties": {
                "limit": { "type": "integer", "description": "How many. {minimum: 1, default: 50}" },
                "list": { "type": "array", "minItems": 1, "description": "{maxItems: 3}",
                    "items": { "type": "string", "format": "uri" } },
            },
            "required": ["list"],
            "additionalProperties": false,
        });
        assert_eq!(strict.unwrap(), expected);
    }
}
