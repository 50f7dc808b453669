//! How a call ends as plain HTTP: Egnyte's JSON, or a problem with Egnyte's status; in either case
//! with what Egnyte said of its limits.

use axum::response::{IntoResponse, Response};
use http::header::{CACHE_CONTROL, CONTENT_TYPE, RETRY_AFTER};
use http::{HeaderValue, StatusCode};

use crate::api::problem::Problem;
use crate::invoke::Outcome;

/// The response to a call.
pub fn respond(outcome: Outcome) -> Response {
    let mut response = match outcome.result {
        Ok(json) => {
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
