//! Streamable HTTP (MCP 2025-03-26 and later): a POST carries messages and is answered in the same
//! response; a GET opens a stream for messages of ours. No session stands behind any of it, so a
//! restart or another replica makes no difference.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::Request;
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use http::StatusCode;

use super::detach::Detached;
use super::stream::{self, EventStream};
use super::{Transport, accepts, gate};
use crate::body;
use crate::mcp::dispatch::{Reply, Subscription};
use crate::mcp::error::{INVALID_REQUEST, RpcError};
use crate::mcp::notification::{self, TOOLS_LIST_CHANGED};
use crate::mcp::revision::{Era, era};
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
    let reply = match era(&parts.headers, &body) {
        // A client that goes away has cancelled: this future is dropped, and with it the call.
        Era::Modern => transport.dispatcher.modern(&grant, &parts.headers, &body).await,
        // A client that goes away has not cancelled (MCP 2025-11-25, transports): it goes on.
        Era::Legacy => {
            let (transport, grant) = (transport.clone(), Arc::clone(&grant));
            Detached::new(async move { transport.dispatcher.legacy(&grant, &body).await }).await
        }
    };
    if let Some(subscription) = reply.subscription {
        return subscribe(&transport, &grant, &subscription);
    }
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

/// Opens a listening stream. It tells of a changed list and is silent otherwise; a 405 here has
/// broken clients, a stream has not.
pub fn listen(transport: &Transport, grant: &Grant) -> Response {
    EventStream::new(stream::comment(), transport, grant)
        .with_changes(transport, stream::event("message", TOOLS_LIST_CHANGED))
        .into_response()
}

/// Opens the stream of a `subscriptions/listen` (2026-07-28): first what is honoured, then what
/// happens, and a result when the server ends it.
fn subscribe(transport: &Transport, grant: &Grant, subscription: &Subscription) -> Response {
    let event = |json: String| stream::event("message", json.as_bytes());
    let stream =
        EventStream::new(event(notification::acknowledged(subscription)), transport, grant)
            .with_last(event(notification::ended(subscription)));
    if subscription.tools_list_changed {
        let changed = event(notification::tools_list_changed(subscription));
        stream.with_changes(transport, changed).into_response()
    } else {
        stream.into_response()
    }
}

/// Reads a body to its end, or refuses it in words.
pub async fn read_body(body: Body) -> Result<Bytes, Box<Response>> {
    body::read(body, MAX_BODY).await.map_err(|error| {
        let message = format!("Invalid request: {error}");
        Box::new(gate::refuse(error.status(), &RpcError::new(INVALID_REQUEST, message)))
    })
}
