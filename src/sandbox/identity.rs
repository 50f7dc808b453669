//! Owns the two calls that say whose access token this is.
//! It must never hand out the token itself.

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use serde_json::json;

use super::Sandbox;
use super::errors::developer_inactive;
use super::tokens::Caller;

/// The application key that every token of this domain was issued to.
const CLIENT_ID: &str = "sandboxclientkey0000000";
/// The name of this domain, as in `https://sandbox.egnyte.com`.
const DOMAIN: &str = "sandbox";

/// `GET /pubapi/v1/userinfo`
pub(super) async fn userinfo(
    State(sandbox): State<Sandbox>,
    Extension(caller): Extension<Caller>,
) -> Response {
    match sandbox.world().directory.user(caller.user_id) {
        // A token outlives its user by no more than this call.
        None => developer_inactive(),
        Some(user) => Json(json!({
            "id": user.id,
            "first_name": user.given_name,
            "last_name": user.family_name,
            "username": user.user_name,
            "user_type": user.user_type,
            "email": user.email,
        }))
        .into_response(),
    }
}

/// `GET /pubapi/v1/whoami`
pub(super) async fn whoami(
    State(sandbox): State<Sandbox>,
    Extension(caller): Extension<Caller>,
) -> Response {
    match sandbox.world().directory.user(caller.user_id) {
        None => developer_inactive(),
        Some(user) => Json(json!({
            "clientId": CLIENT_ID,
            "username": user.user_name,
            "domain": DOMAIN,
            "scopes": caller.scopes,
        }))
        .into_response(),
    }
}
