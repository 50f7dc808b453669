//! What an Egnyte error body says. Egnyte has ten shapes for it; this finds the sentence in each.

use serde_json::Value;

/// Longer messages are cut: a model needs the sentence, not the page.
const MAX_CHARS: usize = 500;
/// Bodies are looked into up to here.
const MAX_BYTES: usize = 64 * 1024;
/// Errors by input field are looked for so deep.
const MAX_DEPTH: usize = 4;

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
    match value {
        Value::String(text) => return Some(text.clone()),
        Value::Array(errors) => return sentences(errors),
        _ => {}
    }
    // Metadata, by input field; Egnyte's own library looks for it at any depth.
    if let Some(text) = input_errors(value, MAX_DEPTH) {
        return Some(text);
    }
    // Users, groups, links; comments; audit, dates.
    for list in ["Errors", "formErrors", "errors"] {
        let text = match value.get(list) {
            Some(Value::Array(errors)) => sentences(errors),
            Some(error @ Value::Object(_)) => sentence(error),
            _ => None,
        };
        if text.is_some() {
            return text;
        }
    }
    // File system; newer services and OAuth; uploads and throttles.
    if let Some(text) = sentence(value) {
        return Some(text);
    }
    // The Apigee gateway.
    let fault = value.get("fault")?;
    let code = || fault.get("detail")?.get("errorcode")?.as_str();
    fault.get("faultstring").and_then(Value::as_str).or_else(code).map(str::to_owned)
}

/// The sentences of a list of errors.
fn sentences(errors: &[Value]) -> Option<String> {
    let texts: Vec<String> = errors.iter().filter_map(sentence).collect();
    (!texts.is_empty()).then(|| texts.join("; "))
}

/// The sentence of one error, under whichever of the keys it stands; a bare code as the last.
fn sentence(error: &Value) -> Option<String> {
    let keys = [
        "description",
        "msg",
        "errorMessage",
        "error_description",
        "message",
        "error",
        "errorCode",
        "code",
    ];
    if let Value::String(text) = error {
        return Some(text.clone());
    }
    keys.iter().find_map(|key| match error.get(key)? {
        Value::String(text) if !text.is_empty() => Some(text.clone()),
        inner @ Value::Object(_) => inner.get("message")?.as_str().map(str::to_owned),
        _ => None,
    })
}

fn input_errors(value: &Value, depth: usize) -> Option<String> {
    let inner: Vec<&Value> = match value {
        _ if depth == 0 => return None,
        Value::Object(object) => object.values().collect(),
        Value::Array(items) => items.iter().collect(),
        _ => return None,
    };
    if let Some(Value::Object(fields)) = value.get("inputErrors") {
        let texts: Vec<String> = fields.iter().filter_map(input_error).collect();
        if !texts.is_empty() {
            return Some(texts.join("; "));
        }
    }
    inner.into_iter().find_map(|inner| input_errors(inner, depth - 1))
}

fn input_error((field, errors): (&String, &Value)) -> Option<String> {
    let text = match errors {
        Value::Array(errors) => sentences(errors),
        one => sentence(one),
    };
    Some(format!("{field}: {}", text?))
}

/// The heading of a web page, or plain text.
fn from_markup(text: &str) -> Option<String> {
    for tag in ["h1", "title"] {
        // With attributes or without.
        let open = text.split_once(&format!("<{tag}")).and_then(|(_, rest)| rest.split_once('>'));
        let open = open.filter(|(attributes, _)| !attributes.contains('<')).map(|(_, rest)| rest);
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
            (r#"{"fault":{"detail":{"errorcode":"steps.quota"}}}"#, "steps.quota"),
            (r#"{"errors":[{"inputErrors":{"a":["no","never"]}}]}"#, "a: no; never"),
            (r#"{"data":{"inputErrors":{"a":{"msg":"deep"}}}}"#, "a: deep"),
            (r#"{"errorCode":"FOLDER_DESCRIPTION_TOO_LONG"}"#, "FOLDER_DESCRIPTION_TOO_LONG"),
            (r#"{"error":"invalid_grant","error_description":"expired"}"#, "expired"),
            (r#"{"error":{"message":"nested"}}"#, "nested"),
            (r#"{"error":"","message":"","errorMessage":"said"}"#, "said"),
            (r#"{"errors":["first",{"code":"SECOND"}]}"#, "first; SECOND"),
            (r#"[{"code":"X","msg":"listed"}]"#, "listed"),
            ("<html><body><h1 class=\"a\">Not there</h1></body></html>", "Not there"),
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
