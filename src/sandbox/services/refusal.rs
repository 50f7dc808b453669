//! Owns the refusals of the services beside users and groups, and their four looks on the wire.
//! It must never decide anything: it only words what the services decided.

use axum::Json;
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use serde_json::json;
use uuid::Uuid;

use super::fields::{self, Field, Flaw, Record};

/// How a service shapes its errors.
#[derive(Clone, Copy)]
pub(super) enum Shape {
    /// `{"errors": [{"msg", "code"}]}`
    Errors,
    /// `{"message"}`
    Message,
    /// `{"errorCode", "error_description", "requestId"}`
    Description,
    /// `{"inputErrors": {field: [{"msg", "code"}]}}` for a property, otherwise `{"message"}`
    InputErrors,
}

/// Why a request was refused.
pub(super) struct Refused {
    shape: Shape,
    status: StatusCode,
    code: &'static str,
    flaw: Flaw,
}

impl Shape {
    /// Reads a JSON object by its table.
    pub(super) fn body(
        self,
        headers: &HeaderMap,
        bytes: &[u8],
        table: &[Field],
    ) -> Result<Record, Refused> {
        self.checked(fields::body(headers, bytes, &[table]))
    }

    /// Reads a query by its table.
    pub(super) fn query(self, uri: &Uri, table: &[Field]) -> Result<Record, Refused> {
        self.checked(fields::query(uri, table))
    }

    /// What was read, or its flaw as a refusal.
    pub(super) fn checked<T>(self, read: Result<T, Flaw>) -> Result<T, Refused> {
        read.map_err(|flaw| Refused {
            shape: self,
            status: StatusCode::BAD_REQUEST,
            code: "VALIDATION_EXCEPTION",
            flaw,
        })
    }

    /// A property breaks a rule.
    pub(super) fn invalid(self, field: &str, text: impl Into<String>) -> Refused {
        let (status, code) = (StatusCode::BAD_REQUEST, "VALIDATION_EXCEPTION");
        Refused { shape: self, status, code, flaw: Flaw::new(field, text) }
    }

    /// There is no such thing.
    pub(super) fn missing(self, what: &str, id: &str) -> Refused {
        let flaw = Flaw::new("", format!("There is no {what} {id}."));
        Refused { shape: self, status: StatusCode::NOT_FOUND, code: "NOT_FOUND", flaw }
    }

    /// Not as long as things are as they are.
    pub(super) fn conflict(self, text: impl Into<String>) -> Refused {
        let flaw = Flaw::new("", text);
        Refused { shape: self, status: StatusCode::CONFLICT, code: "CONFLICT", flaw }
    }
}

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        let Self { shape, status, code, flaw: Flaw { field, text } } = self;
        let line = if field.is_empty() { text.clone() } else { format!("{field}: {text}") };
        let body = match shape {
            Shape::Errors => json!({ "errors": [{ "msg": line, "code": code }] }),
            Shape::InputErrors if !field.is_empty() => {
                json!({ "inputErrors": { field: [{ "msg": text, "code": code }] } })
            }
            Shape::Message | Shape::InputErrors => json!({ "message": line }),
            Shape::Description => json!({
                "errorCode": code,
                "error_description": line,
                "requestId": Uuid::nil(),
            }),
        };
        (status, Json(body)).into_response()
    }
}
