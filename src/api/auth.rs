//! Who may administrate: `Authorization: Bearer <API token>`, on every route.

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http::StatusCode;

use super::Admin;
use super::problem::Problem;
use crate::mcp::transport::bearer;

/// Lets a request through when it carries a valid API token.
pub async fn require_api_token(
    State(admin): State<Admin>,
    request: Request,
    next: Next,
) -> Response {
    let shown = bearer(request.headers()).map(str::to_owned);
    let valid = match &shown {
        Some(shown) => admin.api_tokens.is_valid(shown).await,
        None => Ok(false),
    };
    match valid {
        Ok(true) => next.run(request).await,
        Ok(false) => {
            let detail = "Send a valid API token as `Authorization: Bearer <API token>`. \
                          `egnyte-mcp api-token create` makes one.";
            Problem::new(StatusCode::UNAUTHORIZED, detail).into_response()
        }
        Err(error) => Problem::from(error).into_response(),
    }
}
