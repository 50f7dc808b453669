//! How a call ends as plain HTTP: Egnyte's JSON, or a problem with Egnyte's status; in either case
//! with what Egnyte said of its limits.

use axum::response::{IntoResponse, Response};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::header::{CACHE_CONTROL, CONTENT_TYPE, RETRY_AFTER};
use http::{HeaderValue, StatusCode};
use serde_json::{Map, Value};

use crate::api::problem::Problem;
use crate::invoke::{Image, Outcome};

/// The response to a call.
pub fn respond(outcome: Outcome) -> Response {
    let mut response = match outcome.result {
        Ok(json) => {
            let json = match outcome.image {
                Some(image) => with_data(&json, &image),
                None => json,
            };
            let kind = HeaderValue::from_static("application/json");
            (StatusCode::OK, [(CONTENT_TYPE, kind)], json).into_response()
        }
        Err(failure) => {
            let wait = failure.retry_after_seconds;
            let mut response = Problem::from(failure).into_response();
            if let Some(seconds) = wait {
                response.headers_mut().insert(RETRY_AFTER, HeaderValue::from(seconds));
            }
            response
        }
    };
    let headers = response.headers_mut();
    if let Some(rate_limit) = outcome.rate_limit {
        headers.extend(rate_limit.headers());
    }
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

/// The JSON with the picture's bytes as `data`, in base64.
fn with_data(json: &str, image: &Image) -> String {
    let mut said: Map<String, Value> = serde_json::from_str(json).unwrap_or_default();
    said.insert("data".to_owned(), STANDARD.encode(&image.bytes).into());
    Value::Object(said).to_string()
}
