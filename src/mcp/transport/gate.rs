//! The gate every MCP request passes: a token becomes a grant, or a refusal in words. A minted URL
//! never answers 401, which would send clients into OAuth, unless it asks for an API token too.

use std::sync::Arc;

use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use http::header::{CONTENT_TYPE, WWW_AUTHENTICATE};
use http::{HeaderValue, StatusCode};
use serde_json::json;

use super::Transport;
use crate::mcp::error::{REFUSED, RpcError};
use crate::mcp::jsonrpc;
use crate::token::{Grant, Refusal};

/// The grant of `token`; `api_token` is what the `Authorization` header holds, if anything.
pub async fn admit(
    transport: &Transport,
    token: &str,
    api_token: Option<&str>,
) -> Result<Arc<Grant>, Box<Response>> {
    let grant = transport.grants.grant(token).await.map_err(|refusal| Box::new(of(&refusal)))?;
    if grant.config.require_api_token_auth {
        let valid = match api_token {
            Some(shown) => transport.api_tokens.is_valid(shown).await,
            None => Ok(false),
        };
        match valid {
            Ok(true) => {}
            Ok(false) => return Err(Box::new(needs_api_token())),
            Err(error) => {
                tracing::error!(%error, "an API token could not be checked");
                return Err(Box::new(unavailable()));
            }
        }
    }
    Ok(grant)
}

fn of(refusal: &Refusal) -> Response {
    let message = refusal.to_string();
    match refusal {
        Refusal::Unknown => {
            let message = "There is no MCP server at this URL. Check that it was pasted whole.";
            refuse(StatusCode::NOT_FOUND, &RpcError::new(REFUSED, message))
        }
        Refusal::Expired { at } => {
            let data = json!({ "reason": "expired", "expired_at": at });
            let error = RpcError { code: REFUSED, message, data: Some(data) };
            refuse(StatusCode::FORBIDDEN, &error)
        }
        Refusal::Revoked { at } => {
            let message = match at {
                Some(_) => message,
                // Also what an offline URL meets at a service with a database.
                None => "This URL was revoked, or this server has no record of it (a URL minted \
                         offline needs --database-url none). Ask for a new one."
                    .to_owned(),
            };
            let data = json!({ "reason": "revoked", "revoked_at": at });
            let error = RpcError { code: REFUSED, message, data: Some(data) };
            refuse(StatusCode::FORBIDDEN, &error)
        }
        Refusal::Unavailable(source) => {
            tracing::error!(error = %source, "a token could not be checked");
            unavailable()
        }
    }
}

fn unavailable() -> Response {
    let message = "This server cannot check the URL right now. Try again in a moment.";
    refuse(StatusCode::SERVICE_UNAVAILABLE, &RpcError::new(REFUSED, message))
}

fn needs_api_token() -> Response {
    let message = "This URL also needs an API token: send `Authorization: Bearer <API token>` to \
                   its /mcp/<token> address.";
    let mut response = refuse(StatusCode::UNAUTHORIZED, &RpcError::new(REFUSED, message));
    response.headers_mut().insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
    response
}

/// A refusal, in the shape clients of JSON-RPC show.
pub fn refuse(status: StatusCode, error: &RpcError) -> Response {
    json_response(status, jsonrpc::error(None, error).into())
}

/// A JSON body with its type.
pub fn json_response(status: StatusCode, body: Bytes) -> Response {
    let json = HeaderValue::from_static("application/json");
    (status, [(CONTENT_TYPE, json)], body).into_response()
}
