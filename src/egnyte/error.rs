//! What an Egnyte error body says. Egnyte has ten shapes for it; this finds the sentence in each.

use serde_json::Value;

/// Longer messages are cut: a model needs the sentence, not the page.
const MAX_CHARS: usize = 500;
/// Bodies are looked into up to here.
const MAX_BYTES: usize = 64 * 1024;

/// Egnyte's own message, in whichever shape it came. `None` when the body says nothing.
pub fn message(body: &[u8]) -> Option<String> {
    let body = body.get(..MAX_BYTES.min(body.len())).unwrap_or_default();
    let found = match serde_json::from_slice::<Value>(body) {
        Ok(value) => from_json(&value),
        Err(_) => from_markup(&String::from_utf8_lossy(body)),
    }?;
    let message = found.split_whitespace().collect::<Vec<_>>().join(" ");
    let cut: String = message.chars().take(MAX_CHARS).collect();
    (!cut.is_empty()).then_some(cut)
}

fn from_json(value: &Value) -> Option<String> {
    if let Value::String(text) = value {
        return Some(text.clone());
    }
    // Users, groups, links; comments; audit, dates.
    for (list, text) in [("Errors", "description"), ("formErrors", "msg"), ("errors", "msg")] {
        if let Some(Value::Array(errors)) = value.get(list) {
            let texts: Vec<&str> = errors
                .iter()
                .filter_map(|error| error.as_str().or_else(|| error.get(text)?.as_str()))
                .collect();
            if !texts.is_empty() {
                return Some(texts.join("; "));
            }
        }
    }
    // Metadata: by input field, sometimes inside `errors`.
    let inputs = value.get("inputErrors").or_else(|| value.get("errors")?.get("inputErrors"));
    if let Some(Value::Object(fields)) = inputs {
        let texts: Vec<String> = fields.iter().filter_map(input_error).collect();
        if !texts.is_empty() {
            return Some(texts.join("; "));
        }
    }
    // File system; uploads and throttles; newer services; OAuth.
    for key in ["errorMessage", "error_description", "message", "error", "errorCode"] {
        if let Some(Value::String(text)) = value.get(key) {
            return Some(text.clone());
        }
    }
    // The Apigee gateway.
    value.get("fault")?.get("faultstring")?.as_str().map(str::to_owned)
}

fn input_error((field, errors): (&String, &Value)) -> Option<String> {
    let texts: Vec<&str> =
        errors.as_array()?.iter().filter_map(|error| error.get("msg")?.as_str()).collect();
    (!texts.is_empty()).then(|| format!("{field}: {}", texts.join(", ")))
}

/// The heading of a web page, or plain text.
fn from_markup(text: &str) -> Option<String> {
    for tag in ["h1", "title"] {
        let open = text.split_once(&format!("<{tag}>")).map(|(_, rest)| rest);
        if let Some((inner, _)) = open.and_then(|rest| rest.split_once(&format!("</{tag}>"))) {
            return Some(inner.to_owned());
        }
    }
    let is_markup = text.trim_start().starts_with('<');
    (!is_markup && !text.trim().is_empty()).then(|| text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_shape_yields_its_sentence() {
        let shapes = [
            (
                r#"{"Errors":[{"description":"User 1 not found.","code":"404"}]}"#,
                "User 1 not found.",
            ),
            (r#"{"errorMessage":"Folder already exists"}"#, "Folder already exists"),
            (r#"{"message":"Developer Over Qps"}"#, "Developer Over Qps"),
            (r#"{"formErrors":[{"code":"X","msg":"file is required"}]}"#, "file is required"),
            (r#"{"errors":[{"msg":"bad date","code":"D"}]}"#, "bad date"),
            (r#"{"inputErrors":{"name":[{"msg":"too long","code":"L"}]}}"#, "name: too long"),
            (r#"{"errors":{"inputErrors":{"a":[{"msg":"b","code":"c"}]}}}"#, "a: b"),
            (
                r#"{"errorCode":"E1","error_description":"no such scope","requestId":"r"}"#,
                "no such scope",
            ),
            (r#"{"fault":{"faultstring":"Gateway","detail":{"errorcode":"x"}}}"#, "Gateway"),
            ("<h1>Developer Inactive</h1>", "Developer Inactive"),
            ("<html><head><title>Not\n found</title></head></html>", "Not found"),
            ("plain words", "plain words"),
        ];
        for (body, expected) in shapes {
            assert_eq!(message(body.as_bytes()).as_deref(), Some(expected), "{body}");
        }
    }

    #[test]
    fn a_body_that_says_nothing_has_no_message() {
        for body in ["", "{}", "[]", "<html><body></body></html>", "null"] {
            assert_eq!(message(body.as_bytes()), None, "{body}");
        }
    }
}
