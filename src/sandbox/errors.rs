//! Owns every refusal of the stand-in API and how it looks on the wire.
//! It must never decide anything: it only words what the rooms around it decided.

use axum::Json;
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Response};
use serde_json::json;

/// Why a request was refused. Answered as `{"Errors": [{"description", "code"}]}`.
#[derive(Debug, thiserror::Error)]
pub(super) enum Refusal {
    /// No user has this id, or the id is not even an integer.
    #[error("User {0} not found.")]
    NoSuchUser(String),
    /// No group has this id, or the id is not even a UUID.
    #[error("Group {0} not found.")]
    NoSuchGroup(String),
    /// The body or the query breaks a rule; the text says which.
    #[error("{0}")]
    Invalid(String),
    /// A value that must be unique is taken.
    #[error("{what} {value} is already in use.")]
    Taken {
        /// The property.
        what: &'static str,
        /// Its value in the request.
        value: String,
    },
    /// The token's user may not administer users and groups.
    #[error("You do not have permission to perform this action.")]
    NotAdministrator,
    /// The token was granted without the scope that the endpoint needs.
    #[error("The access token does not include the scope {0}.")]
    MissingScope(&'static str),
    /// The path exists, but not with this method.
    #[error("The requested operation is not supported.")]
    Unsupported,
}

impl Refusal {
    /// A body or query that breaks a rule.
    pub(super) fn invalid(text: impl Into<String>) -> Self {
        Self::Invalid(text.into())
    }

    fn status(&self) -> StatusCode {
        match self {
            Self::NoSuchUser(_) | Self::NoSuchGroup(_) => StatusCode::NOT_FOUND,
            Self::Invalid(_) => StatusCode::BAD_REQUEST,
            Self::Taken { .. } => StatusCode::CONFLICT,
            Self::NotAdministrator | Self::MissingScope(_) | Self::Unsupported => {
                StatusCode::FORBIDDEN
            }
        }
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let status = self.status();
        let error = json!({ "description": self.to_string(), "code": status.as_str() });
        (status, Json(json!({ "Errors": [error] }))).into_response()
    }
}

/// A known path with a method it does not know. Egnyte's users page lists 403 for this, not 405.
pub(super) async fn unsupported() -> Refusal {
    Refusal::Unsupported
}

/// A path nobody serves: the web front answers, not the API.
pub(super) async fn unknown_route() -> Response {
    let page = "<!DOCTYPE html>\n<html><head><title>Page not found</title></head>\
                <body><h1>404</h1><p>There is nothing at this address.</p></body></html>\n";
    (StatusCode::NOT_FOUND, Html(page)).into_response()
}

/// A missing, unknown or revoked access token: the gateway answers, in HTML.
pub(super) fn developer_inactive() -> Response {
    let page = Html("<h1>Developer Inactive</h1>");
    (StatusCode::UNAUTHORIZED, page).into_response()
}

/// A request body over the limit.
pub(super) fn body_too_large() -> Response {
    let page = Html("<h1>Request Entity Too Large</h1>");
    (StatusCode::PAYLOAD_TOO_LARGE, page).into_response()
}
