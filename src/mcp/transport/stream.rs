//! Event streams: framing, heartbeat, and every way a stream ends. A stream holds one small
//! bounded queue; a reader that falls behind fills its own queue and nobody else's.

use std::convert::Infallible;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::Body;
use axum::response::Response;
use bytes::Bytes;
use http::header::{CACHE_CONTROL, CONTENT_TYPE};
use http::{HeaderName, HeaderValue};
use tokio::sync::mpsc;
use tokio::time::{Instant, Interval, MissedTickBehavior};
use tokio_stream::Stream;
use tokio_stream::wrappers::WatchStream;
use tokio_util::sync::WaitForCancellationFutureOwned;

use super::Transport;
use super::http_sse::Registration;
use crate::catalog::Catalog;
use crate::token::{Grant, StreamGuard};

/// Proxies drop idle streams after 30 s or more.
const HEARTBEAT: Duration = Duration::from_secs(15);
/// A comment (HTML Living Standard, 9.2.5): readers ignore it, proxies count it.
const COMMENT: &[u8] = b":\n\n";

/// An open stream of server-sent events. It ends with the grant (revocation, expiry) and with the
/// process.
pub struct EventStream {
    first: Option<Bytes>,
    messages: Option<mpsc::Receiver<Bytes>>,
    changes: Option<(WatchStream<Arc<Catalog>>, Bytes)>,
    last: Option<Bytes>,
    heartbeat: Interval,
    ended: Pin<Box<WaitForCancellationFutureOwned>>,
    drained: Pin<Box<WaitForCancellationFutureOwned>>,
    over: bool,
    /// Held, never read: what they stand for ends with the stream.
    held: (StreamGuard, Option<Registration>),
}

impl EventStream {
    /// A stream that begins with `first`.
    pub fn new(first: Bytes, transport: &Transport, grant: &Grant) -> Self {
        let begin = Instant::now() + HEARTBEAT;
        let mut heartbeat = tokio::time::interval_at(begin, HEARTBEAT);
        heartbeat.set_missed_tick_behavior(MissedTickBehavior::Delay);
        Self {
            first: Some(first),
            messages: None,
            changes: None,
            last: None,
            heartbeat,
            ended: Box::pin(grant.ended().clone().cancelled_owned()),
            drained: Box::pin(transport.drain.clone().cancelled_owned()),
            over: false,
            held: (transport.grants.stream(grant), None),
        }
    }

    /// Also carries `messages`; `registration` ends with the stream.
    #[must_use]
    pub fn with_messages(
        mut self,
        messages: mpsc::Receiver<Bytes>,
        registration: Registration,
    ) -> Self {
        self.messages = Some(messages);
        self.held.1 = Some(registration);
        self
    }

    /// Also carries `event` whenever the list of tools changes, if it can.
    #[must_use]
    pub fn with_changes(mut self, transport: &Transport, event: Bytes) -> Self {
        let catalogs = transport.dispatcher.shelf();
        if catalogs.reloads() {
            self.changes = Some((WatchStream::from_changes(catalogs.changes()), event));
        }
        self
    }

    /// Says `last` before it ends by itself.
    #[must_use]
    pub fn with_last(mut self, last: Bytes) -> Self {
        self.last = Some(last);
        self
    }

    /// The response that carries this stream: never cached, transformed, buffered or compressed.
    pub fn into_response(self) -> Response {
        respond(Body::from_stream(self))
    }
}

impl Stream for EventStream {
    type Item = Result<Bytes, Infallible>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        if let Some(first) = self.first.take() {
            return Poll::Ready(Some(Ok(first)));
        }
        if self.over
            || self.ended.as_mut().poll(context).is_ready()
            || self.drained.as_mut().poll(context).is_ready()
        {
            self.over = true;
            return Poll::Ready(self.last.take().map(Ok));
        }
        if let Some(messages) = &mut self.messages
            && let Poll::Ready(message) = messages.poll_recv(context)
        {
            return Poll::Ready(message.map(Ok));
        }
        if let Some((changes, event)) = &mut self.changes
            && let Poll::Ready(Some(_)) = Pin::new(changes).poll_next(context)
        {
            return Poll::Ready(Some(Ok(event.clone())));
        }
        self.heartbeat.poll_tick(context).map(|_| Some(Ok(Bytes::from_static(COMMENT))))
    }
}

/// A comment, to be the first byte of a stream that has nothing to say yet.
pub fn comment() -> Bytes {
    Bytes::from_static(COMMENT)
}

/// One event in one buffer. `data` has no line breaks: it is compact JSON or a path.
pub fn event(name: &str, data: &[u8]) -> Bytes {
    let parts: [&[u8]; 5] = [b"event: ", name.as_bytes(), b"\ndata: ", data, b"\n\n"];
    parts.concat().into()
}

/// Headers of an event stream.
pub fn respond(body: Body) -> Response {
    const BUFFERING: HeaderName = HeaderName::from_static("x-accel-buffering");
    let mut response = Response::new(body);
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/event-stream"));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-cache, no-transform"));
    headers.insert(BUFFERING, HeaderValue::from_static("no"));
    response
}
