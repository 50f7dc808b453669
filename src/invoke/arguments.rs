//! Arguments: parsed, stripped of nulls, validated against the compiled schema. Every fault is
//! named by its path, in words a model can act on. Nothing is coerced.

use jsonschema::ValidationError;
use jsonschema::error::{TypeKind, ValidationErrorKind};
use serde_json::{Map, Value};

use super::outcome::{Failure, Kind};
use crate::catalog::Signature;

/// More faults than this help nobody.
const MAX_FAULTS: usize = 8;
/// A quoted value is cut after this many characters.
const MAX_QUOTE: usize = 80;

/// Reads `text`, the JSON of the arguments object. Absent or `null` means no arguments.
pub fn read<'a>(
    tool: impl Into<Signature<'a>>,
    text: Option<&str>,
) -> Result<Map<String, Value>, Failure> {
    let tool = tool.into();
    let value = match text {
        None => Value::Object(Map::new()),
        Some(text) => serde_json::from_str(text).map_err(|error| {
            refuse(tool, &[format!("the arguments are not JSON this server can read: {error}")])
        })?,
    };
    let mut value = if value.is_null() { Value::Object(Map::new()) } else { value };
    // Callers bound to a strict schema send null for "not given"; Egnyte would store it.
    drop_nulls(&mut value);
    // Collecting faults costs far more than knowing that there is none, which is the usual case.
    if !tool.validator.is_valid(&value) {
        let faults = tool.validator.iter_errors(&value).take(MAX_FAULTS);
        let faults: Vec<String> = faults.map(|error| describe(tool, &error)).collect();
        return Err(refuse(tool, &faults));
    }
    match value {
        Value::Object(arguments) => {
            let given = tool.one_of.iter().filter(|name| arguments.contains_key(*name)).count();
            if given != 1 && !tool.one_of.is_empty() {
                let names = tool.one_of.join(", ");
                return Err(refuse(tool, &[format!("give exactly one of {names}, not {given}")]));
            }
            Ok(arguments)
        }
        _ => Err(refuse(tool, &["they must be an object".to_owned()])),
    }
}

/// A refusal that lists `faults` and what the tool takes.
pub fn refuse<'a>(tool: impl Into<Signature<'a>>, faults: &[String]) -> Failure {
    let tool = tool.into();
    let takes: Vec<String> = tool
        .arguments()
        .map(
            |name| {
                if tool.requires(name) { format!("{name} (required)") } else { name.to_owned() }
            },
        )
        .collect();
    let takes = if takes.is_empty() { "none".to_owned() } else { takes.join(", ") };
    Failure::new(
        Kind::InvalidArguments,
        format!("The arguments do not fit, so nothing was sent to Egnyte: {}.", faults.join("; ")),
        format!("call again with the arguments corrected. It takes: {takes}."),
    )
}

fn drop_nulls(value: &mut Value) {
    match value {
        Value::Object(map) => {
            map.retain(|_, value| !value.is_null());
            map.values_mut().for_each(drop_nulls);
        }
        // A null that is an element is not "not given": it is left to the schema.
        Value::Array(items) => items.iter_mut().for_each(drop_nulls),
        _ => {}
    }
}

fn describe(tool: Signature<'_>, error: &ValidationError<'_>) -> String {
    let path = error.instance_path().to_string();
    let name = path.trim_start_matches('/').replace('/', ".");
    let at = if name.is_empty() { "the arguments".to_owned() } else { format!("`{name}`") };
    let value = quote(error.instance());
    match error.kind() {
        ValidationErrorKind::AdditionalProperties { unexpected } => unexpected
            .iter()
            .map(|unknown| unknown_argument(tool, &name, unknown))
            .collect::<Vec<_>>()
            .join("; "),
        ValidationErrorKind::Required { property } => {
            let property = property.as_str().unwrap_or_default();
            if name.is_empty() {
                format!("`{property}` is missing{}", purpose(tool, property))
            } else {
                format!("{at} lacks `{property}`")
            }
        }
        ValidationErrorKind::Type { kind } => {
            let kind = match kind {
                TypeKind::Single(kind) => kind.to_string(),
                TypeKind::Multiple(_) => "one of its types".to_owned(),
            };
            let article = if kind.starts_with(['a', 'e', 'i', 'o', 'u']) { "an" } else { "a" };
            format!("{at} must be {article} {kind}, not {value}{}", purpose(tool, &name))
        }
        ValidationErrorKind::Enum { options } => {
            format!("{at} must be one of {options}, not {value}")
        }
        ValidationErrorKind::Minimum { limit } => {
            format!("{at} must be at least {limit}, not {value}")
        }
        ValidationErrorKind::Maximum { limit } => {
            format!("{at} must be at most {limit}, not {value}")
        }
        ValidationErrorKind::Format { format } => {
            format!("{at} must be {}, not {value}{}", format_name(format), purpose(tool, &name))
        }
        ValidationErrorKind::Pattern { .. } => {
            format!("{at} does not have the right form: {value}{}", purpose(tool, &name))
        }
        ValidationErrorKind::MinLength { .. } => format!("{at} is too short: {value}"),
        ValidationErrorKind::MaxLength { limit } => {
            format!("{at} is longer than {limit} characters")
        }
        _ => format!("{at}: {error}"),
    }
}

fn unknown_argument(tool: Signature<'_>, parent: &str, unknown: &str) -> String {
    let unknown: String = unknown.chars().take(MAX_QUOTE).collect();
    if !parent.is_empty() {
        return format!("`{parent}` takes no `{unknown}`");
    }
    let nearest = tool
        .arguments()
        .map(|name| (strsim::jaro_winkler(&name.to_lowercase(), &unknown.to_lowercase()), name))
        .filter(|(likeness, _)| *likeness > 0.75)
        .max_by(|a, b| a.0.total_cmp(&b.0));
    match nearest {
        Some((_, name)) => format!("there is no argument `{unknown}`, did you mean `{name}`?"),
        None => format!("there is no argument `{unknown}`"),
    }
}

/// The doc's own words on an argument, so that the next attempt can be right.
fn purpose(tool: Signature<'_>, name: &str) -> String {
    tool.argument_schema(name)
        .and_then(|schema| schema.get("description")?.as_str())
        .map_or_else(String::new, |words| format!(" ({})", words.trim().trim_end_matches('.')))
}

fn format_name(format: &str) -> String {
    match format {
        "uuid" => "a UUID".to_owned(),
        "email" => "an e-mail address".to_owned(),
        "date" => "a date like 2026-01-31".to_owned(),
        "date-time" => "a time like 2026-01-31T12:00:00Z".to_owned(),
        other => format!("a valid {other}"),
    }
}

fn quote(value: &Value) -> String {
    let text = value.to_string();
    if text.chars().count() <= MAX_QUOTE {
        return text;
    }
    let cut: String = text.chars().take(MAX_QUOTE).collect();
    format!("{cut}…")
}
