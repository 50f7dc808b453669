//! Owns the way of every API request, in order: log, fault, token, limits, handler, headers.
//! It must never know an endpoint, save for where uploads go.

use std::time::Duration;

use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{Request, State};
use axum::http::{HeaderValue, Method};
use axum::middleware::Next;
use axum::response::Response;
use uuid::Uuid;

use super::Sandbox;
use super::errors::{body_too_large, developer_inactive};
use super::serve::HangUp;
use super::spoil;

/// The largest request body.
const MAX_BODY: usize = 1024 * 1024;
/// Where files are uploaded.
const CONTENTS: &str = "/pubapi/v1/fs-content";

/// The whole way of one request.
pub(super) async fn pass(State(sandbox): State<Sandbox>, request: Request, next: Next) -> Response {
    let (head, body) = request.into_parts();
    // Contents of files pass through unread; the handler reads them as they arrive.
    let streamed = head.method == Method::POST && head.uri.path().starts_with(CONTENTS);
    let (body, noted, fits) = if streamed {
        (body, None, true)
    } else {
        match to_bytes(body, MAX_BODY).await {
            Ok(bytes) => (Body::from(bytes.clone()), Some(bytes), true),
            Err(_) => (Body::empty(), Some(Bytes::new()), false),
        }
    };
    let (seq, fault) = {
        let mut world = sandbox.world();
        let seq = world.journal.receive(&head.method, &head.uri, &head.headers, noted.as_deref());
        (seq, world.faults.hit(&head.method, head.uri.path()))
    };

    if let Some(delay) = fault.as_ref().and_then(|fault| fault.delay_ms) {
        tokio::time::sleep(Duration::from_millis(delay)).await;
    }
    let replacement = fault
        .as_ref()
        .and_then(|fault| fault.action.as_ref())
        .and_then(|action| spoil::replacement(action, &sandbox.world().limits));
    let mut response = match replacement {
        Some(response) => response,
        None if !fits => body_too_large(),
        None => answer(&sandbox, Request::from_parts(head, body), next).await,
    };
    if let Some(fault) = &fault {
        response = spoil::damage(response, fault).await;
    }

    if let Ok(id) = HeaderValue::from_str(&Uuid::new_v4().to_string()) {
        response.headers_mut().entry("x-egnyte-request-id").or_insert(id);
    }
    if response.extensions().get::<HangUp>().is_none() {
        sandbox.world().journal.answered(seq, response.status());
    }
    response
}

/// The true answer, or the gateway's refusal.
async fn answer(sandbox: &Sandbox, mut request: Request, next: Next) -> Response {
    let (admitted, limits) = {
        let mut guard = sandbox.world();
        let world = &mut *guard;
        (world.tokens.admit(request.headers(), &world.limits), world.limits.clone())
    };
    let (caller, counts) = match admitted {
        None => return developer_inactive(),
        Some(Err(over)) => return over.answer(limits.generation),
        Some(Ok(admitted)) => admitted,
    };
    request.extensions_mut().insert(caller);
    let mut response = next.run(request).await;
    if limits.announce {
        counts.announce(response.headers_mut());
    }
    response
}
