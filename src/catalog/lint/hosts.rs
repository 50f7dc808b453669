//! What each host accepts: one file a host, its rules as data with their sources, applied here.
//! One bad tool can cost a client the whole list, so a doc must satisfy all of them.

mod anthropic;
mod gemini;
mod mcp;
mod openai;

use std::collections::BTreeMap;

use serde_json::Value;

use super::schema::{Node, keywords, visit};
use super::{Note, Report};
use crate::catalog::tool::Tool;

/// What one host accepts.
struct Rules {
    host: &'static str,
    /// Names of tools.
    tool_name: Form,
    /// Names of properties; none if anything goes.
    property_name: Option<Form>,
    /// Keywords that may not stand at the root of an input schema.
    not_at_root: &'static [&'static str],
    /// Keywords that may stand nowhere in an input schema.
    nowhere: &'static [&'static str],
    /// Values of `format` that it takes; none if it ignores what it does not know.
    formats: Option<&'static [&'static str]>,
    /// Whether an array must say what is in it.
    needs_items: bool,
    /// Whether an enum may only list texts, none of them empty.
    text_enums: bool,
}

/// The form of a name.
struct Form {
    max: usize,
    begins: fn(u8) -> bool,
    goes_on: fn(u8) -> bool,
    /// The same in words.
    words: &'static str,
}

impl Form {
    fn fits(&self, name: &str) -> bool {
        let bytes = name.as_bytes();
        name.len() <= self.max
            && bytes.first().is_some_and(|first| (self.begins)(*first))
            && bytes.iter().all(|byte| (self.goes_on)(*byte))
    }
}

const HOSTS: [&Rules; 4] = [&anthropic::RULES, &openai::RULES, &gemini::RULES, &mcp::RULES];

/// Faults, and which hosts refuse each.
#[derive(Default)]
struct Faults<'a>(BTreeMap<Fault<'a>, Refusal>);

/// Where, and what.
type Fault<'a> = (Vec<&'a str>, String);
/// By whom, and what to do.
type Refusal = (Vec<&'static str>, &'static str);

impl<'a> Faults<'a> {
    fn add(&mut self, rules: &Rules, place: &[&'a str], what: String, hint: &'static str) {
        let hosts = self.0.entry((place.to_vec(), what)).or_insert((Vec::new(), hint));
        if !hosts.0.contains(&rules.host) {
            hosts.0.push(rules.host);
        }
    }

    fn report(self, report: &mut Report<'_>) {
        for ((place, what), (hosts, hint)) in self.0 {
            report(&place, format!("{what}, refused by {}", hosts.join(" and ")), hint);
        }
    }
}

/// Names and root schemas of a tool.
pub fn tool(tool: &Tool, report: &mut Report<'_>) {
    let mut faults = Faults::default();
    for rules in HOSTS {
        for name in [&tool.names.long, &tool.names.short] {
            if !rules.tool_name.fits(name) {
                let what = format!("the name `{name}`");
                faults.add(rules, &[], what, rules.tool_name.words);
            }
        }
        for keyword in root_faults(rules, &tool.input_schema) {
            faults.add(
                rules,
                &[],
                keyword,
                "write plain arguments; `one_of` asks for one of several",
            );
        }
    }
    faults.report(report);
    if let Some(message) = openai::too_large(&tool.input_schema) {
        report(&[], message, "shorten its enum lists, or take arguments away");
    }
    if let Some(message) = tool.output_schema.as_ref().and_then(mcp::output_fault) {
        report(&["response_schema"], message, "wrap it in an object: `type: object`, properties");
    }
}

fn root_faults(rules: &Rules, schema: &Value) -> Vec<String> {
    let mut faults = Vec::new();
    if schema.get("type") != Some(&Value::from("object")) || schema.get("properties").is_none() {
        faults.push("an input schema that is no object with properties".to_owned());
    }
    let stray = keywords(schema).filter(|(word, _)| rules.not_at_root.contains(&word.as_str()));
    faults.extend(stray.map(|(word, _)| format!("`{word}` at the root of the input schema")));
    faults
}

/// Names, keywords, formats and enum lists of an argument and of what is in it.
pub fn argument(place: &[&str], name: &str, schema: &Value, report: &mut Report<'_>) {
    let mut faults = Faults::default();
    visit(place, name, schema, &mut |node| {
        for rules in HOSTS {
            for (what, hint) in node_faults(rules, node) {
                faults.add(rules, &node.place, what, hint);
            }
        }
    });
    faults.report(report);
}

fn node_faults(rules: &Rules, node: &Node<'_>) -> Vec<(String, &'static str)> {
    let Node { name, key, schema, .. } = node;
    let mut faults = Vec::new();
    if let (Some(key), Some(form)) = (key, &rules.property_name)
        && !form.fits(key)
    {
        faults.push((format!("the argument name `{name}`"), form.words));
    }
    for (keyword, value) in keywords(schema) {
        if rules.nowhere.contains(&keyword.as_str()) {
            let hint = "write a plain schema: one type, enum lists, nested objects";
            faults.push((format!("`{name}` uses `{keyword}`"), hint));
        }
        let unknown =
            |known: &&[&str]| value.as_str().is_some_and(|format| !known.contains(&format));
        if keyword == "format" && rules.formats.as_ref().is_some_and(unknown) {
            let hint = "drop it and describe the form in words; known are date-time, date, time, \
                        duration, email, hostname, ipv4, ipv6 and uuid";
            faults.push((format!("`{name}` has the format {value}"), hint));
        }
        let plain = |option: &Value| option.as_str().is_some_and(|text| !text.is_empty());
        let options = value.as_array().map_or(&[][..], Vec::as_slice);
        if keyword == "enum" && rules.text_enums && !options.iter().all(plain) {
            let hint = "list texts only; give a number `minimum` and `maximum`, and use \
                        x-egnyte-values where Egnyte wants something else";
            faults.push((format!("`{name}` has an enum with something that is no text"), hint));
        }
    }
    let is_array = schema.get("type").and_then(Value::as_str) == Some("array");
    if rules.needs_items && is_array && !schema.get("items").is_some_and(Value::is_object) {
        faults.push((format!("`{name}` is an array without `items`"), "say what is in it"));
    }
    faults
}

/// What hosts do with a sound tool that its author may want to know.
pub fn notes(tool: &Tool) -> Vec<Note> {
    let note = |(message, reason): (&str, String)| Note {
        tool: tool.names.long.clone(),
        message: message.to_owned(),
        reason,
    };
    openai::notes(tool).into_iter().chain(anthropic::notes(tool)).map(note).collect()
}

fn is_name(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-')
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn faults(schema: &Value) -> Vec<String> {
        let mut all = Vec::new();
        argument(&["query_schema", "properties", "x"], "x", schema, &mut |_, message, _| {
            all.push(message);
        });
        all
    }

    #[test]
    fn a_plain_argument_suits_every_host() {
        let plain = json!({ "type": "array", "description": "Some.", "maxItems": 9,
            "items": { "type": "string", "enum": ["a"], "format": "date-time" } });
        assert_eq!(faults(&plain), Vec::<String>::new());
    }

    #[test]
    fn what_a_host_refuses_names_the_host() {
        let cases = [
            (json!({ "type": "string", "$ref": "#/a" }), "`x` uses `$ref`, refused by Gemini"),
            (
                json!({ "type": "string", "format": "uri" }),
                "`x` has the format \"uri\", refused by OpenAI",
            ),
            (
                json!({ "type": "array" }),
                "`x` is an array without `items`, refused by OpenAI and Gemini",
            ),
            (
                json!({ "type": "integer", "enum": [1] }),
                "`x` has an enum with something that is no text, refused by Gemini",
            ),
            (
                json!({ "type": "object", "properties": { "a b": { "type": "string" } } }),
                "the argument name `x.a b`, refused by Anthropic",
            ),
            (
                json!({ "type": "array", "items": { "type": "object", "properties": {
                "y": { "type": "string", "anyOf": [] } } } }),
                "`x[].y` uses `anyOf`, refused by Gemini",
            ),
        ];
        for (schema, message) in cases {
            assert_eq!(faults(&schema), [message], "{schema}");
        }
    }

    #[test]
    fn a_root_is_a_plain_object() {
        let root = json!({ "type": "object", "properties": {}, "anyOf": [] });
        for rules in [&anthropic::RULES, &openai::RULES] {
            assert_eq!(root_faults(rules, &root), ["`anyOf` at the root of the input schema"]);
        }
        for rules in HOSTS {
            assert_eq!(root_faults(rules, &json!({ "type": "object" })).len(), 1, "{}", rules.host);
            assert_eq!(root_faults(rules, &json!({ "type": "array" })).len(), 1, "{}", rules.host);
        }
    }

    #[test]
    fn names_of_tools_have_the_form_of_every_host() {
        let refusing = |name: &str| -> Vec<&str> {
            HOSTS.iter().filter(|rules| !rules.tool_name.fits(name)).map(|r| r.host).collect()
        };
        assert!(refusing("list_egnyte_users").is_empty());
        assert_eq!(refusing("list.users"), ["Anthropic", "OpenAI"]);
        assert_eq!(refusing("1_list"), ["Gemini"]);
        assert_eq!(refusing(&"x".repeat(65)), ["Anthropic", "OpenAI", "Gemini"]);
        assert_eq!(refusing("list users"), ["Anthropic", "OpenAI", "Gemini", "MCP"]);
        assert_eq!(refusing("").len(), 4);
    }
}
