//! Owns the step from a request's bytes to a typed body. The types say which properties exist; an
//! unknown one, a missing one or a wrong type is refused here, naming where it stands.
//! It must never know what a body means.

use axum::http::HeaderMap;
use axum::http::header::CONTENT_TYPE;
use serde::de::DeserializeOwned;

use super::errors::Refusal;

/// Reads a JSON body that was sent as JSON.
pub(super) fn read<T: DeserializeOwned>(headers: &HeaderMap, bytes: &[u8]) -> Result<T, Refusal> {
    let media_type = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let essence = media_type.and_then(|value| value.split(';').next()).map(str::trim);
    if !essence.is_some_and(|essence| essence.eq_ignore_ascii_case("application/json")) {
        return Err(Refusal::invalid("Content-Type must be application/json."));
    }

    let mut json = serde_json::Deserializer::from_slice(bytes);
    let value = serde_path_to_error::deserialize(&mut json).map_err(|error| {
        let path = error.path().to_string();
        match path.as_str() {
            "." => Refusal::invalid(error.inner().to_string()),
            _ => Refusal::invalid(format!("{path}: {}", error.inner())),
        }
    })?;
    json.end().map_err(|error| Refusal::invalid(error.to_string()))?;
    Ok(value)
}
