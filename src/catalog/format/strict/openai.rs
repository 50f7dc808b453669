//! OpenAI's strict subset (Structured outputs, supported schemas): all properties required, those
//! that are optional may be null, no object is open. Chat Completions and Responses share it.

use serde_json::{Map, Value};

use super::{Rules, convert};

/// Properties in one schema.
const MAX_PROPERTIES: usize = 5_000;
/// Objects within objects.
const MAX_LEVELS: usize = 10;
/// Values of all enums together.
const MAX_ENUM_VALUES: usize = 1_000;
/// Characters of names and of values of enums together.
const MAX_CHARACTERS: usize = 120_000;
/// An enum with more values than this ...
const LONG_ENUM: usize = 250;
/// ... has at most this many characters.
const MAX_LONG_ENUM: usize = 15_000;

/// Formats of texts. Others are refused, `uri` among them.
pub const FORMATS: [&str; 9] =
    ["date-time", "time", "date", "duration", "email", "hostname", "ipv4", "ipv6", "uuid"];
const KEYWORDS: [&str; 8] = [
    "minimum",
    "maximum",
    "exclusiveMinimum",
    "exclusiveMaximum",
    "multipleOf",
    "minItems",
    "maxItems",
    "const",
];

const RULES: Rules = Rules { all_required: true, takes };

fn takes(keyword: &str, value: &Value) -> bool {
    let text = value.as_str().unwrap_or_default();
    match keyword {
        "format" => FORMATS.contains(&text),
        // Lookaround cannot be part of a grammar.
        "pattern" => !["(?=", "(?!", "(?<"].iter().any(|mark| text.contains(mark)),
        _ => KEYWORDS.contains(&keyword),
    }
}

/// The strict form of a whole input schema, or why there is none.
pub(super) fn schema(schema: &Value) -> Result<Value, String> {
    let strict = convert(&RULES, schema, "")?;
    match too_large(&strict) {
        Some(fault) => Err(fault),
        None => Ok(Value::Object(strict)),
    }
}

/// Which limit on sizes `schema` does not keep.
pub(super) fn too_large(schema: &Map<String, Value>) -> Option<String> {
    let mut size = Size::default();
    size.add(schema, 1);
    let over = [
        (size.properties, MAX_PROPERTIES, "properties"),
        (size.levels, MAX_LEVELS, "levels of objects"),
        (size.enum_values, MAX_ENUM_VALUES, "values of enums"),
        (size.characters, MAX_CHARACTERS, "characters of names and values"),
        (size.long_enum, MAX_LONG_ENUM, "characters in one long enum"),
    ];
    let (is, may, what) = over.into_iter().find(|(is, may, _)| is > may)?;
    Some(format!("the schema has {is} {what}, OpenAI takes {may}"))
}

/// What OpenAI counts.
#[derive(Default)]
struct Size {
    properties: usize,
    levels: usize,
    enum_values: usize,
    characters: usize,
    long_enum: usize,
}

impl Size {
    fn add(&mut self, schema: &Map<String, Value>, level: usize) {
        let length = |value: &Value| value.as_str().map_or(0, |text| text.chars().count());
        if let Some(options) = schema.get("enum").and_then(Value::as_array) {
            let characters = options.iter().map(length).sum();
            self.enum_values += options.len();
            self.characters += characters;
            if options.len() > LONG_ENUM {
                self.long_enum = self.long_enum.max(characters);
            }
        }
        self.characters += schema.get("const").map_or(0, length);
        if let Some(properties) = schema.get("properties").and_then(Value::as_object) {
            self.levels = self.levels.max(level);
            self.properties += properties.len();
            for (name, property) in properties {
                self.characters += name.chars().count();
                if let Some(property) = property.as_object() {
                    self.add(property, level + 1);
                }
            }
        }
        if let Some(items) = schema.get("items").and_then(Value::as_object) {
            self.add(items, level);
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn of(property: &Value) -> Result<Value, String> {
        schema(&json!({ "type": "object", "properties": { "x": property },
            "additionalProperties": false }))
        .map(|strict| strict["properties"]["x"].clone())
    }

    #[test]
    fn an_optional_property_may_be_null_in_its_type_and_its_enum() {
        let strict = of(&json!({ "type": "string", "enum": ["a"] })).unwrap();
        assert_eq!(strict, json!({ "type": ["string", "null"], "enum": ["a", null] }));
        let strict = of(&json!({ "type": "string", "const": "a" })).unwrap();
        assert_eq!(strict, json!({ "type": ["string", "null"], "enum": ["a", null] }));
    }

    #[test]
    fn keywords_it_refuses_are_said_in_words() {
        let strict = of(&json!({ "type": "string", "description": "A link.", "format": "uri",
            "minLength": 1, "default": "a", "pattern": "^(?!x)" }));
        let words = r#"A link. {format: "uri", minLength: 1, default: "a", pattern: "^(?!x)"}"#;
        assert_eq!(strict.unwrap(), json!({ "type": ["string", "null"], "description": words }));
        let strict = of(&json!({ "type": "integer", "minimum": 1, "maximum": 9 })).unwrap();
        assert_eq!(strict, json!({ "type": ["integer", "null"], "minimum": 1, "maximum": 9 }));
    }

    #[test]
    fn what_is_too_large_says_so() {
        let options: Vec<String> = (0..1_001).map(|number| number.to_string()).collect();
        let fault = of(&json!({ "type": "string", "enum": options })).unwrap_err();
        assert_eq!(fault, "the schema has 1002 values of enums, OpenAI takes 1000");

        let options: Vec<String> = (0..300).map(|number| format!("{number:060}")).collect();
        let fault = of(&json!({ "type": "string", "enum": options })).unwrap_err();
        assert!(fault.contains("one long enum"), "{fault}");

        let mut deep = json!({ "type": "string" });
        for _ in 0..10 {
            deep = json!({ "type": "object", "properties": { "y": deep } });
        }
        assert!(of(&deep).unwrap_err().contains("11 levels of objects"));

        let many: Map<String, Value> =
            (0..5_000).map(|n| (n.to_string(), json!({ "type": "string" }))).collect();
        let fault = of(&json!({ "type": "object", "properties": many })).unwrap_err();
        assert!(fault.contains("5001 properties"), "{fault}");
    }
}
