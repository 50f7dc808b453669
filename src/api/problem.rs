//! Problems (RFC 9457): the only shape in which the admin API says no. `detail` tells a person
//! what to do; `field` names the member of the body at fault, where there is one.

use axum::response::{IntoResponse, Response};
use http::header::{CONTENT_TYPE, WWW_AUTHENTICATE};
use http::{HeaderValue, StatusCode};
use serde::Serialize;

use crate::catalog::FilterError;
use crate::catalog::format::SelectionError;
use crate::invoke::{Failure, Kind};
use crate::store::StoreError;
use crate::token::MintError;

/// A problem, on its way to becoming a response.
#[derive(Clone, Debug, Serialize)]
pub struct Problem {
    #[serde(rename = "type")]
    kind: &'static str,
    title: &'static str,
    status: u16,
    detail: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    field: Option<String>,
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    failure: Option<Box<CallFailure>>,
}

/// What a problem says beyond its detail when a call failed: the same as MCP's `_meta`.
#[derive(Clone, Debug, Serialize)]
struct CallFailure {
    kind: Kind,
    message: String,
    next_step: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    retry_after_seconds: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    missing_scope: Option<String>,
}

impl Problem {
    /// A problem with a status and what to do.
    pub fn new(status: StatusCode, detail: impl Into<String>) -> Self {
        Self {
            kind: "about:blank",
            title: status.canonical_reason().unwrap_or("Error"),
            status: status.as_u16(),
            detail: detail.into(),
            field: None,
            failure: None,
        }
    }

    /// The same about one member of the body or address.
    pub fn at(status: StatusCode, field: impl Into<String>, detail: impl Into<String>) -> Self {
        let mut problem = Self::new(status, detail);
        problem.field = Some(field.into());
        problem
    }

    /// A 400 about one member of the body or one query parameter.
    pub fn field(field: impl Into<String>, detail: impl Into<String>) -> Self {
        Self::at(StatusCode::BAD_REQUEST, field, detail)
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let body = serde_json::to_vec(&self).unwrap_or_default();
        let json = HeaderValue::from_static("application/problem+json");
        let mut response = (status, [(CONTENT_TYPE, json)], body).into_response();
        // Not when it is Egnyte that refuses: another token for this service would not help.
        if status == StatusCode::UNAUTHORIZED && self.failure.is_none() {
            let bearer = HeaderValue::from_static("Bearer");
            response.headers_mut().insert(WWW_AUTHENTICATE, bearer);
        }
        response
    }
}

impl From<Failure> for Problem {
    fn from(failure: Failure) -> Self {
        let told = failure.status.and_then(|status| StatusCode::from_u16(status).ok());
        // Egnyte's own status, as long as it is one of a refusal.
        let told = told.filter(|status| status.is_client_error() || status.is_server_error());
        let status = told.unwrap_or(match failure.kind {
            Kind::InvalidArguments => StatusCode::BAD_REQUEST,
            Kind::NotFound => StatusCode::NOT_FOUND,
            Kind::Forbidden => StatusCode::FORBIDDEN,
            Kind::Conflict => StatusCode::CONFLICT,
            Kind::RateLimited => StatusCode::TOO_MANY_REQUESTS,
            Kind::NeedsReauth => StatusCode::UNAUTHORIZED,
            Kind::UpstreamTimeout => StatusCode::GATEWAY_TIMEOUT,
            Kind::UpstreamError | Kind::UpstreamUnreachable | Kind::ResponseTooLarge => {
                StatusCode::BAD_GATEWAY
            }
        });
        let mut problem = Self::new(status, failure.text());
        problem.failure = Some(Box::new(CallFailure {
            kind: failure.kind,
            message: failure.message,
            next_step: failure.next_step,
            retry_after_seconds: failure.retry_after_seconds,
            missing_scope: failure.missing_scope,
        }));
        problem
    }
}

impl From<SelectionError> for Problem {
    fn from(error: SelectionError) -> Self {
        Self::field(error.field(), error.to_string())
    }
}

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        match &error {
            StoreError::NotFound { .. } => Self::new(StatusCode::NOT_FOUND, error.to_string()),
            StoreError::Conflict { .. } => Self::new(StatusCode::CONFLICT, error.to_string()),
            StoreError::Cursor => Self::field("next_cursor", error.to_string()),
            StoreError::Unreadable { .. }
            | StoreError::Unsupported
            | StoreError::Unavailable(_) => {
                tracing::error!(%error, "the database failed");
                let detail = "The database cannot be used right now. Nothing was changed; try \
                              again, and see the server's log if it stays.";
                Self::new(StatusCode::SERVICE_UNAVAILABLE, detail)
            }
        }
    }
}

impl From<FilterError> for Problem {
    fn from(error: FilterError) -> Self {
        Self::field(error.field(), error.to_string())
    }
}

impl From<MintError> for Problem {
    fn from(error: MintError) -> Self {
        match error {
            MintError::TooLong { .. } => Self::field("config", error.to_string()),
            MintError::Seal(_) | MintError::Sign(_) => internal(&error),
        }
    }
}

/// A fault of ours. The log has the reason, the answer does not.
pub fn internal(error: &(dyn std::error::Error + 'static)) -> Problem {
    tracing::error!(error, "a request of the admin API failed");
    let detail = "This server failed at it. The reason is in its log.";
    Problem::new(StatusCode::INTERNAL_SERVER_ERROR, detail)
}

/// No route of this service.
pub async fn not_found() -> Problem {
    Problem::new(StatusCode::NOT_FOUND, "There is nothing at this address.")
}

/// A route, but not for this method.
pub async fn method_not_allowed() -> Problem {
    let detail = "This address does not take this method; the Allow header names those it takes.";
    Problem::new(StatusCode::METHOD_NOT_ALLOWED, detail)
}

/// An address that needs a database, in a process without one.
pub async fn no_database() -> Problem {
    no_database_problem()
}

/// The same, where a request turns out to need one.
pub fn no_database_problem() -> Problem {
    let detail = "This process runs without a database (--database-url none): it serves minted \
                  URLs and keeps no records. Mint with `egnyte-mcp mint`, or administrate a \
                  process that has a database and the same key ring.";
    Problem::new(StatusCode::NOT_IMPLEMENTED, detail)
}
