//! Owns the making of bad answers: the ones that replace an answer, and the ones that damage it.
//! It must never decide when: a fault is handed in.

use std::io;
use std::time::Duration;

use axum::Json;
use axum::body::{Body, Bytes, to_bytes};
use axum::http::header::{CONTENT_LENGTH, CONTENT_TYPE, LOCATION};
use axum::http::{HeaderName, HeaderValue, StatusCode};
use axum::response::{Html, IntoResponse, Response};
use serde_json::json;
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;

use super::faults::{Action, Fault, Shape};
use super::limits::{Counts, Limit, Limits, OverLimit};
use super::serve::HangUp;

/// The piece size of a streamed answer.
const CHUNK: usize = 64 * 1024;
/// The largest true answer that can be damaged; the whole directory is far smaller.
const MAX_ANSWER: usize = 16 * 1024 * 1024;
/// Long enough for the first half of a body to leave before the connection breaks.
const HALF_TIME: Duration = Duration::from_millis(50);

/// The answer that `action` puts in place of the true one. `None` when it needs the true one.
pub(super) fn replacement(action: &Action, limits: &Limits) -> Option<Response> {
    match action {
        Action::Throttle { generation, limit, retry_after, allotted, current } => {
            let over = over_limit(limits, *limit, *retry_after, *allotted, *current);
            Some(over.answer(*generation))
        }
        Action::Error { status, shape, message } => {
            let status = StatusCode::from_u16(*status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
            Some(error(status, *shape, message.as_deref()))
        }
        Action::Html => {
            let page = "<!DOCTYPE html><html><body><h1>Scheduled maintenance</h1></body></html>";
            Some(Html(page).into_response())
        }
        Action::Redirect { location } => {
            let mut response = StatusCode::FOUND.into_response();
            set(&mut response, LOCATION, location);
            Some(response)
        }
        Action::Huge { bytes, content_length } => Some(huge(*bytes, *content_length)),
        Action::Drop { handled: false } => Some(hang_up()),
        Action::Drop { handled: true }
        | Action::HalfBody
        | Action::TruncatedJson
        | Action::ContentType { .. } => None,
    }
}

/// The true answer, damaged as `fault` says.
pub(super) async fn damage(mut response: Response, fault: &Fault) -> Response {
    response = match &fault.action {
        Some(Action::Drop { handled: true }) => hang_up(),
        Some(Action::HalfBody) => half_body(response).await,
        Some(Action::TruncatedJson) => truncated(response).await,
        Some(Action::ContentType { value }) => {
            set(&mut response, CONTENT_TYPE, value);
            response
        }
        _ => response,
    };
    for (name, value) in &fault.headers {
        if let Ok(name) = HeaderName::try_from(name) {
            set(&mut response, name, value);
        }
    }
    response
}

fn hang_up() -> Response {
    let mut response = StatusCode::INTERNAL_SERVER_ERROR.into_response();
    response.extensions_mut().insert(HangUp);
    response
}

fn over_limit(
    limits: &Limits,
    limit: Limit,
    retry_after: Option<u64>,
    allotted: Option<u64>,
    current: Option<u64>,
) -> OverLimit {
    let mut counts = Counts {
        qps_allotted: limits.qps,
        qps_current: 0,
        quota_allotted: limits.quota,
        quota_current: 0,
    };
    let (of_limit, used) = match limit {
        Limit::Qps => (&mut counts.qps_allotted, &mut counts.qps_current),
        Limit::Quota => (&mut counts.quota_allotted, &mut counts.quota_current),
    };
    *of_limit = allotted.unwrap_or(*of_limit);
    *used = current.unwrap_or(*of_limit);
    OverLimit { limit, counts, retry_after }
}

fn error(status: StatusCode, shape: Shape, message: Option<&str>) -> Response {
    let reason = status.canonical_reason().unwrap_or("Error");
    let text = message.unwrap_or(reason);
    let code = status.as_str();
    let body = match shape {
        Shape::Errors => json!({ "Errors": [{ "description": text, "code": code }] }),
        Shape::ErrorMessage => json!({ "errorMessage": text }),
        Shape::Message => json!({ "message": text }),
        Shape::FormErrors => {
            json!({ "formErrors": [{ "code": "VALIDATION_EXCEPTION", "msg": text }] })
        }
        Shape::LowerErrors => json!({ "errors": [{ "msg": text, "code": code }] }),
        Shape::InputErrors => {
            json!({ "inputErrors": { "field": [{ "msg": text, "code": code }] } })
        }
        Shape::ErrorDescription => {
            let request_id = "00000000-0000-4000-8000-000000000000";
            json!({ "error": code, "error_description": text, "requestId": request_id })
        }
        Shape::Fault => {
            json!({ "fault": { "faultstring": text, "detail": { "errorcode": code } } })
        }
        Shape::Html => return (status, Html(format!("<h1>{text}</h1>"))).into_response(),
        Shape::Empty => return status.into_response(),
    };
    (status, Json(body)).into_response()
}

/// `{"padding":"xxx…"}` of exactly `bytes` bytes, but never less than the frame itself.
fn huge(bytes: u64, content_length: bool) -> Response {
    const OPEN: &[u8] = br#"{"padding":""#;
    const CLOSE: &[u8] = br#""}"#;
    let frame = OPEN.len() + CLOSE.len();
    let padding = bytes.saturating_sub(frame as u64);
    let chunk = Bytes::from(vec![b'x'; CHUNK]);
    let chunk_size = CHUNK as u64;

    let rest = usize::try_from(padding % chunk_size).unwrap_or_default();
    let whole = (0..padding / chunk_size).map({
        let chunk = chunk.clone();
        move |_| chunk.clone()
    });
    let pieces = std::iter::once(Bytes::from_static(OPEN))
        .chain(whole)
        .chain([chunk.slice(..rest), Bytes::from_static(CLOSE)])
        .map(Ok::<_, io::Error>);

    let body = Body::from_stream(tokio_stream::iter(pieces));
    let mut response = ([(CONTENT_TYPE, "application/json")], body).into_response();
    if content_length {
        set(&mut response, CONTENT_LENGTH, &(padding + frame as u64).to_string());
    }
    response
}

/// Announces the whole length, sends half, breaks the connection.
async fn half_body(response: Response) -> Response {
    let (mut response, whole) = opened(response).await;
    set(&mut response, CONTENT_LENGTH, &whole.len().to_string());
    let half = whole.slice(..whole.len() / 2);
    let (sender, receiver) = mpsc::channel(1);
    tokio::spawn(async move {
        // Fails only when the client has gone already.
        sender.send(Ok(half)).await.ok();
        tokio::time::sleep(HALF_TIME).await;
        sender.send(Err(io::Error::other(HangUp))).await.ok();
    });
    *response.body_mut() = Body::from_stream(ReceiverStream::new(receiver));
    response
}

/// Half of the body, with everything else in order.
async fn truncated(response: Response) -> Response {
    let (mut response, whole) = opened(response).await;
    let half = whole.slice(..whole.len() / 2);
    response.headers_mut().remove(CONTENT_LENGTH);
    *response.body_mut() = Body::from(half);
    response
}

/// The head of an answer, and its body in memory.
async fn opened(response: Response) -> (Response, Bytes) {
    let (head, body) = response.into_parts();
    let whole = to_bytes(body, MAX_ANSWER).await.unwrap_or_default();
    (Response::from_parts(head, Body::empty()), whole)
}

/// Sets a header, unless the text cannot be one.
fn set(response: &mut Response, name: HeaderName, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        response.headers_mut().insert(name, value);
    }
}
