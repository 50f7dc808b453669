//! Streamable HTTP (MCP 2025-03-26 and later): a POST carries messages and is answered in the same
//! response; a GET opens a stream for messages of ours. No session stands behind any of it, so a
//! restart or another replica makes no difference.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::Request;
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use http::StatusCode;
use http_body_util::{BodyExt, LengthLimitError, Limited};

use super::stream::{self, EventStream};
use super::{Transport, accepts, gate};
use crate::mcp::dispatch::Reply;
use crate::mcp::error::{INVALID_REQUEST, RpcError};
use crate::token::Grant;

/// Longest body that is read. A call's arguments are text; files go another way.
pub const MAX_BODY: usize = 4 * 1024 * 1024;

/// Answers a POST.
pub async fn post(transport: Transport, grant: Arc<Grant>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let body = match read_body(body).await {
        Ok(body) => body,
        Err(response) => return *response,
    };
    // A client that goes away has not cancelled (MCP 2025-11-25, transports): the call goes on.
    let work = tokio::spawn(async move { transport.dispatcher.body(&grant, &body).await });
    let Ok(reply) = work.await else {
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    };
    let only_events = accepts(&parts.headers, "text/event-stream")
        && !accepts(&parts.headers, "application/json")
        && !accepts(&parts.headers, "*/*");
    respond(reply, only_events)
}

fn respond(reply: Reply, as_events: bool) -> Response {
    let Some(body) = reply.body else {
        return StatusCode::ACCEPTED.into_response();
    };
    let mut response = if as_events {
        stream::respond(Body::from(stream::event("message", &body)))
    } else {
        gate::json_response(reply.status, body)
    };
    if let Some(rate_limit) = reply.rate_limit {
        response.headers_mut().extend(rate_limit.headers());
    }
    response
}

/// Opens a listening stream. Nothing is sent on it yet but heartbeats; a 405 here has broken
/// clients, a stream has not.
pub fn listen(transport: &Transport, grant: &Grant) -> Response {
    let drain = &transport.drain;
    EventStream::new(stream::comment(), None, &transport.grants, grant, drain, None).into_response()
}

/// Reads a body to its end, or refuses it in words.
pub async fn read_body(body: Body) -> Result<Bytes, Box<Response>> {
    let refuse = |status, message: String| {
        Box::new(gate::refuse(status, &RpcError::new(INVALID_REQUEST, message)))
    };
    match Limited::new(body, MAX_BODY).collect().await {
        Ok(collected) => Ok(collected.to_bytes()),
        Err(error) if error.is::<LengthLimitError>() => {
            let message = format!("Invalid request: the body is longer than {MAX_BODY} bytes");
            Err(refuse(StatusCode::PAYLOAD_TOO_LARGE, message))
        }
        Err(_) => {
            let message = "Invalid request: the body ended before it was complete".to_owned();
            Err(refuse(StatusCode::BAD_REQUEST, message))
        }
    }
}
