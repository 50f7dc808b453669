//! HTTP+SSE (MCP 2024-11-05): a GET opens a stream whose first event names where to post; answers
//! to what is posted there come on the stream. The only transport with state, and it is the
//! stream itself: when it ends, nothing is left.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::extract::Request;
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use http::StatusCode;
use tokio::sync::mpsc::{self, error::TrySendError};

use super::stream::{self, EventStream};
use super::{Transport, gate, streamable_http};
use crate::mcp::error::{OVERLOADED, REFUSED, RpcError};
use crate::mcp::notification::TOOLS_LIST_CHANGED;
use crate::token::Grant;

/// Answers a stream may have waiting or in the making; the next message is refused until the
/// client has read some.
const QUEUE: usize = 64;
/// Streams open at once in one process.
const MAX_STREAMS: usize = 20_000;

/// The open streams of this process, by their secret id.
#[derive(Clone, Debug, Default)]
pub struct Sessions(Arc<Mutex<HashMap<String, Session>>>);

#[derive(Debug)]
struct Session {
    server_id: String,
    sender: mpsc::Sender<Bytes>,
}

/// Takes a stream out of the register when it ends.
#[derive(Debug)]
pub struct Registration {
    sessions: Sessions,
    sid: String,
}

impl Drop for Registration {
    fn drop(&mut self) {
        self.sessions.lock().remove(&self.sid);
    }
}

impl Sessions {
    fn lock(&self) -> MutexGuard<'_, HashMap<String, Session>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn register(&self, server_id: &str) -> Option<(String, mpsc::Receiver<Bytes>, Registration)> {
        let (sender, receiver) = mpsc::channel(QUEUE);
        let sid = uuid::Uuid::new_v4().simple().to_string();
        let mut open = self.lock();
        if open.len() >= MAX_STREAMS {
            return None;
        }
        open.insert(sid.clone(), Session { server_id: server_id.to_owned(), sender });
        let registration = Registration { sessions: self.clone(), sid: sid.clone() };
        Some((sid, receiver, registration))
    }

    fn sender(&self, sid: &str, server_id: &str) -> Option<mpsc::Sender<Bytes>> {
        self.lock()
            .get(sid)
            .filter(|session| session.server_id == server_id)
            .map(|session| session.sender.clone())
    }
}

/// Opens a stream. Its first event is a reference to this same path, relative, so that proxies
/// that end TLS cannot make it wrong.
pub fn open(transport: &Transport, grant: &Grant, path: &str) -> Response {
    let Some((sid, messages, registration)) = transport.sessions.register(&grant.server_id) else {
        let message = "Too many streams are open on this server. Try again later.";
        let error = RpcError::new(OVERLOADED, message);
        return gate::refuse(StatusCode::SERVICE_UNAVAILABLE, &error);
    };
    let endpoint = format!("{}{path}?sid={sid}", transport.path_prefix);
    let first = stream::event("endpoint", endpoint.as_bytes());
    EventStream::new(first, transport, grant)
        .with_messages(messages, registration)
        .with_changes(transport, stream::event("message", TOOLS_LIST_CHANGED))
        .into_response()
}

/// Takes a message for the stream `sid`: 202 at once, the answer on the stream. A place in the
/// stream's queue is held from the start, so an answer always has somewhere to go.
pub async fn message(
    transport: Transport,
    grant: Arc<Grant>,
    sid: &str,
    request: Request,
) -> Response {
    let Some(sender) = transport.sessions.sender(sid, &grant.server_id) else {
        let message = "This stream is not open (any more). Connect again with a GET.";
        return gate::refuse(StatusCode::NOT_FOUND, &RpcError::new(REFUSED, message));
    };
    let place = match sender.try_reserve_owned() {
        Ok(place) => place,
        Err(TrySendError::Closed(_)) => {
            let message = "This stream is closed. Connect again with a GET.";
            return gate::refuse(StatusCode::NOT_FOUND, &RpcError::new(REFUSED, message));
        }
        Err(TrySendError::Full(_)) => {
            let message = "Too many answers of this stream are unread. Read some, then try again.";
            let error = RpcError::new(OVERLOADED, message);
            return gate::refuse(StatusCode::TOO_MANY_REQUESTS, &error);
        }
    };
    let body = match streamable_http::read_body(request.into_body()).await {
        Ok(body) => body,
        Err(response) => return *response,
    };
    tokio::spawn(async move {
        if let Some(answer) = transport.dispatcher.legacy(&grant, &body).await.body {
            place.send(stream::event("message", &answer));
        }
    });
    StatusCode::ACCEPTED.into_response()
}
