//! Reading request bodies: to their end, within a limit and a time. Whoever sends too much is
//! still listened to for a while, because a client that is cut off in the middle of sending never
//! reads why.

use std::time::Duration;

use axum::body::Body;
use bytes::{Bytes, BytesMut};
use http::StatusCode;
use http_body_util::BodyExt;
use tokio::time::timeout;

/// A body must have arrived by then.
const DEADLINE: Duration = Duration::from_secs(30);
/// What comes beyond the limit is read and dropped for at most this long.
const PATIENCE: Duration = Duration::from_secs(10);

/// Why there is no body.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BodyError {
    /// It is longer than this many bytes.
    #[error("the body is longer than {0} bytes")]
    TooLong(usize),
    /// The client stopped sending.
    #[error("the body ended before it was complete")]
    Incomplete,
    /// The client sent too slowly.
    #[error("the body did not arrive within {} seconds", DEADLINE.as_secs())]
    TooSlow,
}

impl BodyError {
    /// The HTTP status that says so.
    pub fn status(self) -> StatusCode {
        match self {
            Self::TooLong(_) => StatusCode::PAYLOAD_TOO_LARGE,
            Self::Incomplete => StatusCode::BAD_REQUEST,
            Self::TooSlow => StatusCode::REQUEST_TIMEOUT,
        }
    }
}

/// Reads `body`, of at most `max` bytes.
pub async fn read(body: Body, max: usize) -> Result<Bytes, BodyError> {
    timeout(DEADLINE, collect(body, max)).await.unwrap_or(Err(BodyError::TooSlow))
}

async fn collect(mut body: Body, max: usize) -> Result<Bytes, BodyError> {
    // Nearly every body comes in one piece, which is then passed on as it is.
    let mut first = Bytes::new();
    let mut whole = BytesMut::new();
    while let Some(frame) = body.frame().await {
        let Ok(data) = frame.map_err(|_| BodyError::Incomplete)?.into_data() else { continue };
        if first.len() + whole.len() + data.len() > max {
            drop(timeout(PATIENCE, discard(body)).await);
            return Err(BodyError::TooLong(max));
        }
        if first.is_empty() && whole.is_empty() {
            first = data;
        } else {
            whole.extend_from_slice(&std::mem::take(&mut first));
            whole.extend_from_slice(&data);
        }
    }
    Ok(if whole.is_empty() { first } else { whole.freeze() })
}

async fn discard(mut body: Body) {
    while let Some(Ok(_)) = body.frame().await {}
}
