//! Transports: how messages reach the dispatcher and answers reach the client. One URL speaks
//! Streamable HTTP and HTTP+SSE; which one a request means is decided by its method and headers.

mod detach;
pub mod gate;
pub mod http_sse;
pub mod stream;
pub mod streamable_http;

use std::sync::Arc;

use axum::Router;
use axum::extract::{Path, Query, Request, State};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::any;
use http::header::{ALLOW, AUTHORIZATION, HeaderName};
use http::{HeaderMap, Method, StatusCode};
use serde::Deserialize;
use tokio_util::sync::CancellationToken;

use super::dispatch::Dispatcher;
use super::error::{REFUSED, RpcError};
use crate::token::{ApiTokens, Grants};
use http_sse::Sessions;

/// Everything the transports share.
#[derive(Clone, Debug)]
pub struct Transport(Arc<Parts>);

/// What a [`Transport`] is made of.
#[derive(Debug)]
pub struct Parts {
    /// What each message does.
    pub dispatcher: Dispatcher,
    /// What each token may do.
    pub grants: Grants,
    /// The second lock of URLs that ask for it.
    pub api_tokens: ApiTokens,
    /// Open HTTP+SSE streams.
    pub sessions: Sessions,
    /// Path of the public URL, put before `endpoint` references; empty for most.
    pub path_prefix: String,
    /// Cancelled when the process drains: streams end.
    pub drain: CancellationToken,
}

impl std::ops::Deref for Transport {
    type Target = Parts;
    fn deref(&self) -> &Parts {
        &self.0
    }
}

impl Transport {
    /// A transport over its parts.
    pub fn new(parts: Parts) -> Self {
        Self(Arc::new(parts))
    }

    /// The routes of every minted URL. A trailing slash is accepted, and nothing redirects.
    pub fn routes(self) -> Router {
        Router::new()
            .route("/mcp", any(by_header))
            .route("/mcp/", any(by_header))
            .route("/mcp/{token}", any(by_path))
            .route("/mcp/{token}/", any(by_path))
            .route("/mcp/{token}/sse", any(by_path))
            .route("/mcp/{token}/sse/", any(by_path))
            .with_state(self)
    }
}

/// Query of a message for a stream.
#[derive(Debug, Default, Deserialize)]
struct StreamQuery {
    /// Which stream the answer goes to.
    sid: Option<String>,
}

async fn by_path(
    State(transport): State<Transport>,
    Path(token): Path<String>,
    query: Query<StreamQuery>,
    request: Request,
) -> Response {
    serve(transport, &token, query.0, request, false).await
}

async fn by_header(
    State(transport): State<Transport>,
    query: Query<StreamQuery>,
    request: Request,
) -> Response {
    let Some(token) = bearer(request.headers()).map(str::to_owned) else {
        let message = "There is no MCP server here. Use a minted URL, /mcp/<token>, or send its \
                       token as `Authorization: Bearer <token>`.";
        return gate::refuse(StatusCode::NOT_FOUND, &RpcError::new(REFUSED, message));
    };
    serve(transport, &token, query.0, request, true).await
}

async fn serve(
    transport: Transport,
    token: &str,
    query: StreamQuery,
    request: Request,
    token_in_header: bool,
) -> Response {
    let shown = if token_in_header { None } else { bearer(request.headers()) };
    let grant = match gate::admit(&transport, token, shown).await {
        Ok(grant) => grant,
        Err(response) => return *response,
    };
    match *request.method() {
        Method::POST => match query.sid {
            Some(sid) => http_sse::message(transport, grant, &sid, request).await,
            None => streamable_http::post(transport, grant, request).await,
        },
        Method::GET if wants_events(request.headers()) => {
            if is_streamable(&request) {
                streamable_http::listen(&transport, &grant)
            } else {
                http_sse::open(&transport, &grant, request.uri().path())
            }
        }
        Method::GET => Html(include_str!("transport/page.html")).into_response(),
        // Nothing is kept for a client, so there is nothing to end.
        Method::DELETE => StatusCode::NO_CONTENT.into_response(),
        _ => {
            let mut response = StatusCode::METHOD_NOT_ALLOWED.into_response();
            let allowed = http::HeaderValue::from_static("GET, POST, DELETE");
            response.headers_mut().insert(ALLOW, allowed);
            response
        }
    }
}

/// The token of an `Authorization: Bearer` header.
pub fn bearer(headers: &HeaderMap) -> Option<&str> {
    let (scheme, token) = headers.get(AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

/// Whether the client reads an event stream. Clients of HTTP+SSE always say so.
fn wants_events(headers: &HeaderMap) -> bool {
    accepts(headers, "text/event-stream")
}

fn accepts(headers: &HeaderMap, media_type: &str) -> bool {
    headers
        .get_all(http::header::ACCEPT)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .any(|value| value.to_ascii_lowercase().contains(media_type))
}

/// Whether a GET belongs to Streamable HTTP: its clients send these headers, and only after an
/// `initialize` or with every request. So does the official TypeScript client when it reconnects a
/// broken HTTP+SSE stream, and it needs a new `endpoint`; the path named after that transport is
/// therefore always HTTP+SSE.
fn is_streamable(request: &Request) -> bool {
    const SESSION: HeaderName = HeaderName::from_static("mcp-session-id");
    const VERSION: HeaderName = HeaderName::from_static("mcp-protocol-version");
    let headers = request.headers();
    let named_sse = request.uri().path().trim_end_matches('/').ends_with("/sse");
    !named_sse && (headers.contains_key(SESSION) || headers.contains_key(VERSION))
}
