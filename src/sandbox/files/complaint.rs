//! Owns the refusals of the services that stand on files, each in the shape that service uses.
//! It must never decide anything.

use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

/// A refusal, ready to be sent.
#[derive(Debug)]
pub(crate) struct Complaint {
    status: StatusCode,
    body: Value,
}

/// How a service words a refusal: one of the shapes below.
pub(crate) type Wording = fn(StatusCode, &str) -> Complaint;

impl Complaint {
    /// `{"errorMessage"}`: the file system.
    pub(crate) fn file_system(status: StatusCode, text: &str) -> Self {
        Self { status, body: json!({ "errorMessage": text }) }
    }

    /// `{"message"}`: uploads and newer services.
    pub(crate) fn message(status: StatusCode, text: &str) -> Self {
        Self { status, body: json!({ "message": text }) }
    }

    /// `{"Errors": [{"description", "code"}]}`: links.
    pub(crate) fn errors(status: StatusCode, text: &str) -> Self {
        let error = json!({ "description": text, "code": status.as_str() });
        Self { status, body: json!({ "Errors": [error] }) }
    }

    /// `{"formErrors": [{"code", "msg"}]}`: comments and bookmarks.
    pub(crate) fn form(status: StatusCode, code: &str, text: &str) -> Self {
        Self { status, body: json!({ "formErrors": [{ "code": code, "msg": text }] }) }
    }

    /// `{"inputErrors": {field: [{"code", "msg"}]}}`, a 400: metadata.
    pub(crate) fn input(field: &str, code: &str, text: &str) -> Self {
        let body = json!({ "inputErrors": { field: [{ "code": code, "msg": text }] } });
        Self { status: StatusCode::BAD_REQUEST, body }
    }
}

impl IntoResponse for Complaint {
    fn into_response(self) -> Response {
        (self.status, Json(self.body)).into_response()
    }
}
