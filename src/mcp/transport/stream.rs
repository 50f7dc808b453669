//! Event streams: framing, heartbeat, and every way a stream ends. A stream holds one small
//! bounded queue; a reader that falls behind fills its own queue and nobody else's.

use std::convert::Infallible;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::Body;
use axum::response::Response;
use bytes::Bytes;
use http::header::{CACHE_CONTROL, CONTENT_TYPE};
use http::{HeaderName, HeaderValue};
use tokio::sync::mpsc;
use tokio::time::{Interval, MissedTickBehavior};
use tokio_stream::Stream;
use tokio_util::sync::{CancellationToken, WaitForCancellationFutureOwned};

use crate::token::{Grant, Grants, StreamGuard};

/// Proxies drop idle streams after 30 s or more.
const HEARTBEAT: Duration = Duration::from_secs(15);
/// A comment (HTML Living Standard, 9.2.5): readers ignore it, proxies count it.
const COMMENT: &[u8] = b":\n\n";

/// An open stream of server-sent events.
pub struct EventStream {
    first: Option<Bytes>,
    messages: Option<mpsc::Receiver<Bytes>>,
    heartbeat: Interval,
    ended: Pin<Box<WaitForCancellationFutureOwned>>,
    drained: Pin<Box<WaitForCancellationFutureOwned>>,
    _open: StreamGuard,
    _registered: Option<Box<dyn Send>>,
}

impl EventStream {
    /// A stream that begins with `first` and goes on with `messages`, if any can come. It ends
    /// with the grant (revocation, expiry) and with the process (`drain`). `registered` is dropped
    /// with it.
    pub fn new(
        first: Bytes,
        messages: Option<mpsc::Receiver<Bytes>>,
        grants: &Grants,
        grant: &Grant,
        drain: &CancellationToken,
        registered: Option<Box<dyn Send>>,
    ) -> Self {
        let mut heartbeat =
            tokio::time::interval_at(tokio::time::Instant::now() + HEARTBEAT, HEARTBEAT);
        heartbeat.set_missed_tick_behavior(MissedTickBehavior::Delay);
        Self {
            first: Some(first),
            messages,
            heartbeat,
            ended: Box::pin(grant.ended().clone().cancelled_owned()),
            drained: Box::pin(drain.clone().cancelled_owned()),
            _open: grants.stream(grant),
            _registered: registered,
        }
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
        if self.ended.as_mut().poll(context).is_ready()
            || self.drained.as_mut().poll(context).is_ready()
        {
            return Poll::Ready(None);
        }
        if let Some(messages) = &mut self.messages
            && let Poll::Ready(message) = messages.poll_recv(context)
        {
            return Poll::Ready(message.map(Ok));
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
