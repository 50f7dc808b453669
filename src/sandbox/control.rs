//! Owns the control API under `/_sandbox`: looking at the domain and switching its moods.
//! It must never be part of what imitates Egnyte: nothing here is logged, limited or made to fail.

use axum::extract::rejection::JsonRejection;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{delete, get, post};
use axum::{Json, Router};
use serde::Deserialize;
use serde_json::{Value, json};

use super::Sandbox;
use super::faults::{Fault, MAX_FAULTS};
use super::journal::Journal;
use super::limits::LimitsChange;
use super::tokens::{MAX_TOKENS, TokenGrant};

/// The control routes.
pub(super) fn routes() -> Router<Sandbox> {
    Router::new()
        .route("/_sandbox", get(about))
        .route("/_sandbox/state", get(state))
        .route("/_sandbox/reset", post(reset))
        .route("/_sandbox/requests", get(requests).delete(forget_requests))
        .route("/_sandbox/tokens", get(tokens).post(add_token))
        .route("/_sandbox/tokens/{token}", delete(revoke_token))
        .route("/_sandbox/limits", get(limits).patch(change_limits))
        .route("/_sandbox/faults", get(faults).post(add_fault).delete(clear_faults))
        .route("/_sandbox/faults/{id}", delete(remove_fault))
}

async fn about(State(sandbox): State<Sandbox>) -> Json<Value> {
    let world = sandbox.world();
    Json(json!({
        "what": "A stand-in Egnyte domain. Everything is in memory; POST /_sandbox/reset restores it.",
        "access_token": Sandbox::ACCESS_TOKEN,
        "users": world.directory.users().count(),
        "groups": world.directory.groups().count(),
        "control": {
            "GET /_sandbox/state": "everything in the domain but the contents of files",
            "POST /_sandbox/reset": "back to the seeded state; clears tokens, limits, faults and log",
            "GET /_sandbox/requests?since=SEQ": "{received, requests: [{seq, method, target, headers, body, body_cut, status}]}",
            "DELETE /_sandbox/requests": "empties the log",
            "GET /_sandbox/tokens": "the valid access tokens",
            "POST /_sandbox/tokens": "{token, admin?: bool, user_id?, scopes?: [text], qps?, quota?}",
            "DELETE /_sandbox/tokens/{token}": "revokes an access token",
            "GET /_sandbox/limits": "the limits",
            "PATCH /_sandbox/limits": "{qps?, quota?, generation?: legacy|current, announce?: bool}",
            "GET /_sandbox/faults": "the faults that are on",
            "POST /_sandbox/faults": "{method?, path_prefix?, times?, delay_ms?, headers?: {name: value}, action?}",
            "DELETE /_sandbox/faults": "switches all faults off",
            "DELETE /_sandbox/faults/{id}": "switches one fault off",
        },
        "actions": [
            { "kind": "throttle", "generation": "legacy|current", "limit": "qps|quota", "retry_after": "seconds, optional", "allotted": "optional", "current": "optional" },
            { "kind": "error", "status": "400 to 599", "shape": "Errors|errorMessage|message|formErrors|errors|inputErrors|error_description|fault|html|empty", "message": "optional" },
            { "kind": "html" },
            { "kind": "redirect", "location": "address" },
            { "kind": "huge", "bytes": "size", "content_length": "true to announce it" },
            { "kind": "drop", "handled": "true to do the work first" },
            { "kind": "half_body" },
            { "kind": "truncated_json" },
            { "kind": "content_type", "value": "media type" },
        ],
    }))
}

async fn state(State(sandbox): State<Sandbox>) -> Json<Value> {
    Json(sandbox.state())
}

async fn reset(State(sandbox): State<Sandbox>) -> StatusCode {
    sandbox.reset();
    StatusCode::NO_CONTENT
}

#[derive(Deserialize)]
struct Since {
    #[serde(default)]
    since: u64,
}

async fn requests(
    State(sandbox): State<Sandbox>,
    Query(Since { since }): Query<Since>,
) -> Json<Value> {
    Json(sandbox.world().journal.since(since))
}

async fn forget_requests(State(sandbox): State<Sandbox>) -> StatusCode {
    sandbox.world().journal = Journal::default();
    StatusCode::NO_CONTENT
}

async fn tokens(State(sandbox): State<Sandbox>) -> Json<Value> {
    let world = sandbox.world();
    Json(json!({ "tokens": world.tokens.grants().collect::<Vec<_>>() }))
}

async fn add_token(
    State(sandbox): State<Sandbox>,
    grant: Result<Json<TokenGrant>, JsonRejection>,
) -> Result<Response, Problem> {
    let Json(grant) = grant?;
    let shown = Json(&grant).into_response();
    if !sandbox.world().tokens.add(grant) {
        return Err(Problem::full("access tokens", MAX_TOKENS));
    }
    Ok((StatusCode::CREATED, shown).into_response())
}

async fn revoke_token(
    State(sandbox): State<Sandbox>,
    Path(token): Path<String>,
) -> Result<StatusCode, Problem> {
    found(sandbox.world().tokens.revoke(&token), "access token")
}

async fn limits(State(sandbox): State<Sandbox>) -> Response {
    Json(&sandbox.world().limits).into_response()
}

async fn change_limits(
    State(sandbox): State<Sandbox>,
    change: Result<Json<LimitsChange>, JsonRejection>,
) -> Result<Response, Problem> {
    let Json(change) = change?;
    let mut world = sandbox.world();
    world.limits.change(&change);
    Ok(Json(&world.limits).into_response())
}

async fn faults(State(sandbox): State<Sandbox>) -> Json<Value> {
    let world = sandbox.world();
    Json(json!({ "faults": world.faults.waiting().collect::<Vec<_>>() }))
}

async fn add_fault(
    State(sandbox): State<Sandbox>,
    fault: Result<Json<Fault>, JsonRejection>,
) -> Result<Response, Problem> {
    let Json(fault) = fault?;
    if let Some(problem) = fault.problem() {
        return Err(Problem(StatusCode::BAD_REQUEST, problem));
    }
    match sandbox.world().faults.add(fault) {
        Some(waiting) => Ok((StatusCode::CREATED, Json(waiting)).into_response()),
        None => Err(Problem::full("faults", MAX_FAULTS)),
    }
}

async fn clear_faults(State(sandbox): State<Sandbox>) -> StatusCode {
    sandbox.world().faults.clear();
    StatusCode::NO_CONTENT
}

async fn remove_fault(
    State(sandbox): State<Sandbox>,
    Path(id): Path<u64>,
) -> Result<StatusCode, Problem> {
    found(sandbox.world().faults.remove(id), "fault")
}

/// A refused control request, answered as `{"error": text}`.
struct Problem(StatusCode, String);

impl Problem {
    fn full(what: &str, most: usize) -> Self {
        Self(StatusCode::CONFLICT, format!("there are already {most} {what}"))
    }
}

impl From<JsonRejection> for Problem {
    fn from(rejection: JsonRejection) -> Self {
        Self(StatusCode::BAD_REQUEST, rejection.body_text())
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        (self.0, Json(json!({ "error": self.1 }))).into_response()
    }
}

fn found(done: bool, what: &str) -> Result<StatusCode, Problem> {
    if done {
        Ok(StatusCode::NO_CONTENT)
    } else {
        Err(Problem(StatusCode::NOT_FOUND, format!("there is no such {what}")))
    }
}
