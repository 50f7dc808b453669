//! Files on their way, piece by piece: an answer that is read as far as it is wanted, passed on
//! while it comes, or a body that is sent while it comes. Never holds more than a few pieces, and
//! waits for neither side longer than it may stand still.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::Bytes;
use http::header::CONTENT_LENGTH;
use http::{HeaderMap, StatusCode};
use http_body_util::BodyExt;
use http_body_util::combinators::UnsyncBoxBody;
use hyper::body::{Body, Frame, Incoming, SizeHint};
use tokio::sync::mpsc;
use tokio::time::{Instant, sleep, timeout};

use super::client::{self, CallError, Client, Request, Response, Upstream};

/// A file must have passed by then.
const TOTAL: Duration = Duration::from_mins(30);
/// After the last byte of a file, Egnyte gets this long to store it and answer.
const STORING: Duration = Duration::from_mins(2);
/// Pieces between the two sides of a transfer.
const PIECES: usize = 1;

type Fault = Box<dyn std::error::Error + Send + Sync>;

/// An answer whose body was not read yet.
#[derive(Debug)]
pub struct Streaming {
    /// HTTP status.
    pub status: StatusCode,
    /// Response headers.
    pub headers: HeaderMap,
    body: Incoming,
    idle: Duration,
    max: usize,
}

impl Client {
    /// Sends `request` once. The head of the answer must come within the deadline of a call.
    pub async fn open(
        &self,
        upstream: &Upstream,
        request: Request,
    ) -> Result<Streaming, CallError> {
        let deadline = self.limits.deadline;
        let (parts, body) = timeout(deadline, self.begin(upstream, request, None))
            .await
            .unwrap_or(Err(CallError::Timeout(deadline)))?;
        Ok(Streaming {
            status: parts.status,
            headers: parts.headers,
            body,
            idle: self.limits.idle,
            max: self.limits.max_response_bytes,
        })
    }

    /// Sends `request` once with `moving` as its body, and reads the answer. When this is dropped,
    /// the connection to Egnyte is closed.
    pub async fn send(
        &self,
        upstream: &Upstream,
        request: Request,
        moving: Moving,
    ) -> Result<Response, CallError> {
        let progress = Arc::clone(&moving.progress);
        let most = moving.most;
        let idle = self.limits.idle;
        let exchange = async {
            let (parts, body) = self.begin(upstream, request, Some(moving)).await?;
            let body = client::read_body(&parts.headers, body, self.limits.max_response_bytes);
            let body = body.await?;
            Ok(Response { status: parts.status, headers: parts.headers, body })
        };
        tokio::select! {
            answer = exchange => match answer {
                Err(_) if progress.too_long.load(Ordering::Acquire) => {
                    Err(CallError::BodyTooLong(most))
                }
                answer => answer,
            },
            patience = progress.stands_still(idle) => Err(CallError::Idle(patience)),
            () = sleep(TOTAL) => Err(CallError::Timeout(TOTAL)),
        }
    }
}

impl Streaming {
    /// The next piece; `None` at the end.
    pub async fn next(&mut self) -> Option<Result<Bytes, CallError>> {
        loop {
            match timeout(self.idle, self.body.frame()).await {
                Err(_) => return Some(Err(CallError::Idle(self.idle))),
                Ok(None) => return None,
                Ok(Some(Err(error))) => return Some(Err(CallError::BrokenOff(error))),
                Ok(Some(Ok(frame))) => {
                    if let Ok(data) = frame.into_data() {
                        return Some(Ok(data));
                    }
                }
            }
        }
    }

    /// Its length, if it was told.
    pub fn length(&self) -> Option<u64> {
        self.headers.get(CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
    }

    /// Reads the rest, within the limit of an ordinary answer.
    pub async fn whole(self) -> Result<Response, CallError> {
        let body = client::read_body(&self.headers, self.body, self.max);
        let body = timeout(self.idle, body).await.unwrap_or(Err(CallError::Idle(self.idle)))?;
        Ok(Response { status: self.status, headers: self.headers, body })
    }

    /// Passes the body on to whoever reads the relay, until `stop` resolves. Both sides may stand
    /// still only so long, also a reader that takes nothing: a task of its own watches it.
    pub fn relay(mut self, stop: impl Future<Output = ()> + Send + 'static) -> Relay {
        let (pieces, receiver) = mpsc::channel(PIECES);
        let whole = Arc::new(AtomicBool::new(false));
        let relay = Relay { receiver, whole: Arc::clone(&whole), length: self.length() };
        tokio::spawn(async move {
            let pass = async {
                loop {
                    match self.next().await {
                        None => return whole.store(true, Ordering::Release),
                        Some(Err(_)) => return,
                        Some(Ok(piece)) => {
                            let sent = timeout(self.idle, pieces.send(piece)).await;
                            if !matches!(sent, Ok(Ok(()))) {
                                return;
                            }
                        }
                    }
                }
            };
            tokio::select! {
                () = pass => {}
                () = stop => {}
                () = pieces.closed() => {}
                () = sleep(TOTAL) => {}
            }
        });
        relay
    }
}

/// The far end of [`Streaming::relay`]. What breaks off ends with an error, never as if it were
/// whole.
#[derive(Debug)]
pub struct Relay {
    receiver: mpsc::Receiver<Bytes>,
    whole: Arc<AtomicBool>,
    length: Option<u64>,
}

/// A transfer that did not come to its end.
#[derive(Clone, Copy, Debug, thiserror::Error)]
#[error("the transfer broke off")]
pub struct BrokenTransfer;

impl Body for Relay {
    type Data = Bytes;
    type Error = BrokenTransfer;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BrokenTransfer>>> {
        Poll::Ready(match ready!(self.receiver.poll_recv(context)) {
            Some(piece) => {
                let passed = u64::try_from(piece.len()).unwrap_or(u64::MAX);
                self.length = self.length.map(|left| left.saturating_sub(passed));
                Some(Ok(Frame::data(piece)))
            }
            None if self.whole.load(Ordering::Acquire) => None,
            None => Some(Err(BrokenTransfer)),
        })
    }

    fn size_hint(&self) -> SizeHint {
        self.length.map_or_else(SizeHint::default, SizeHint::with_exact)
    }
}

/// A body on its way to Egnyte: counted, and watched.
#[derive(Debug)]
pub struct Moving {
    body: UnsyncBoxBody<Bytes, Fault>,
    most: u64,
    progress: Arc<Progress>,
}

#[derive(Debug, Default)]
struct Progress {
    moved: AtomicU64,
    ended: AtomicBool,
    too_long: AtomicBool,
}

impl Moving {
    /// `body`, of which no more than `most` bytes are sent.
    pub fn new<B>(body: B, most: u64) -> Self
    where
        B: Body<Data = Bytes> + Send + 'static,
        B::Error: Into<Fault>,
    {
        let body = body.map_err(Into::into).boxed_unsync();
        Self { body, most, progress: Arc::default() }
    }
}

impl Body for Moving {
    type Data = Bytes;
    type Error = Fault;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Fault>>> {
        let frame = ready!(Pin::new(&mut self.body).poll_frame(context));
        let progress = &self.progress;
        if let Some(data) = frame.as_ref().and_then(|frame| frame.as_ref().ok()?.data_ref()) {
            let piece = u64::try_from(data.len()).unwrap_or(u64::MAX);
            if progress.moved.fetch_add(piece, Ordering::AcqRel).saturating_add(piece) > self.most {
                progress.too_long.store(true, Ordering::Release);
                return Poll::Ready(Some(Err(Fault::from(BrokenTransfer))));
            }
        }
        if frame.is_none() || self.body.is_end_stream() {
            progress.ended.store(true, Ordering::Release);
        }
        Poll::Ready(frame)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

impl Progress {
    /// Resolves when nothing moved for `idle`, or no answer came although everything was sent.
    async fn stands_still(&self, idle: Duration) -> Duration {
        let mut last = (0, false, Instant::now());
        loop {
            sleep(idle / 10).await;
            let now = (self.moved.load(Ordering::Acquire), self.ended.load(Ordering::Acquire));
            if now != (last.0, last.1) {
                last = (now.0, now.1, Instant::now());
            }
            let patience = if now.1 { STORING } else { idle };
            if last.2.elapsed() > patience {
                return patience;
            }
        }
    }
}
