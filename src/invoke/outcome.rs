//! How a call ended: JSON text, or a failure a person and a model can act on. This is the one
//! place where Egnyte's statuses and broken connections become words.

use std::fmt::Write as _;

use http::{Method, StatusCode};
use serde::Serialize;

use super::Caller;
use super::text::Image;
use crate::catalog::Tool;
use crate::catalog::definition::Segment;
use crate::egnyte::{CallError, RateLimit, Response, error, rate_limit};

/// The end of a call.
#[derive(Debug)]
pub struct Outcome {
    /// JSON text, or why there is none.
    pub result: Result<String, Failure>,
    /// A picture beside the JSON.
    pub image: Option<Image>,
    /// What Egnyte said about its limits.
    pub rate_limit: Option<RateLimit>,
}

impl From<Failure> for Outcome {
    fn from(failure: Failure) -> Self {
        Self { result: Err(failure), image: None, rate_limit: None }
    }
}

/// What kind of failure it is. The names are part of the contract.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// The arguments do not fit, by our schema or by Egnyte's judgement.
    InvalidArguments,
    /// Egnyte knows no such thing.
    NotFound,
    /// The connected user may not do this.
    Forbidden,
    /// It clashes with what exists.
    Conflict,
    /// Egnyte's limit is reached; `retry_after_seconds` says for how long.
    RateLimited,
    /// Egnyte no longer accepts the account's access token.
    NeedsReauth,
    /// Egnyte failed, or answered something that cannot be used.
    UpstreamError,
    /// Egnyte did not answer in time.
    UpstreamTimeout,
    /// Egnyte could not be reached.
    UpstreamUnreachable,
    /// The answer is longer than this service reads.
    ResponseTooLarge,
}

/// A call that did not succeed. Serialises as `_meta["egnyte-mcp/error"]`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Failure {
    /// What kind.
    pub kind: Kind,
    /// Egnyte's HTTP status, if it answered.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
    /// What happened, in one or two sentences.
    pub message: String,
    /// What to do next.
    #[serde(skip)]
    pub next_step: String,
    /// How long to wait before calling again.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub retry_after_seconds: Option<u64>,
    /// The OAuth scope the access token seems to lack.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub missing_scope: Option<String>,
}

impl Failure {
    /// A failure without a status.
    pub fn new(kind: Kind, message: impl Into<String>, next_step: impl Into<String>) -> Self {
        Self {
            kind,
            status: None,
            message: message.into(),
            next_step: next_step.into(),
            retry_after_seconds: None,
            missing_scope: None,
        }
    }

    /// The one text a model reads: what happened and what to do.
    pub fn text(&self) -> String {
        let mut text = self.message.clone();
        if !self.next_step.is_empty() {
            _ = write!(text, "\nNext: {}", self.next_step);
        }
        text
    }
}

/// A failure from an answer that is not a success.
pub fn of_status(
    tool: &Tool,
    caller: Caller<'_>,
    response: &Response,
    limit: Option<RateLimit>,
) -> Failure {
    let status = response.status;
    let said = error::message(&response.body);
    let throttle = rate_limit::throttle(status, &response.headers);
    let exists = said.as_deref().is_some_and(|said| said.contains("already exists"));
    let kind = match kind_of(status) {
        _ if throttle.is_some() => Kind::RateLimited,
        // The file system's answer to a folder that is there, beside 409.
        Kind::Forbidden if exists => Kind::Conflict,
        kind => kind,
    };
    let message = match throttle {
        Some(_) => format!(
            "Egnyte refused the call: its rate limit is reached{}",
            said.as_deref().map_or_else(|| ".".to_owned(), |said| format!(" ({said}).")),
        ),
        None => sentence(status, said.as_deref()),
    };
    let mut failure = Failure::new(kind, message, "");
    failure.status = Some(status.as_u16());
    failure.next_step = match kind {
        Kind::RateLimited => {
            failure.status = Some(StatusCode::TOO_MANY_REQUESTS.as_u16());
            let wait = limit.map_or(1, |limit| limit.reset);
            failure.retry_after_seconds = Some(wait);
            let window = match throttle {
                Some(rate_limit::Throttle::PerDay) => "for today",
                _ => "per second",
            };
            format!(
                "wait {wait} seconds, then call again. The account's limit of calls {window} is \
                 used up; nothing was done and this server does not retry."
            )
        }
        Kind::NotFound if takes_a_path(tool) => {
            "check the path: it begins with /Shared or /Private, and what was moved or deleted is \
             no longer there."
                .to_owned()
        }
        Kind::NotFound => "check the id or path: it may be misspelt, renamed or deleted. Listings \
                           and searches tell ids and paths as they are now."
            .to_owned(),
        Kind::Forbidden => {
            if said.as_deref().is_some_and(|said| said.to_ascii_lowercase().contains("scope")) {
                failure.missing_scope.clone_from(&tool.scope);
            }
            forbidden(tool)
        }
        Kind::Conflict => format!(
            "read the existing {} first; then change that one, or use other values.",
            tool.resource
        ),
        Kind::NeedsReauth => reconnect(caller),
        Kind::InvalidArguments => {
            "change the arguments as Egnyte says, then call again.".to_owned()
        }
        _ if status.is_redirection() => "tell the operator of this server: the account's domain \
                                         answers with a redirect, which is never followed."
            .to_owned(),
        _ => unknown_state(tool, "try again later; if it stays, tell the operator of this server."),
    };
    failure
}

/// A failure from a call that got no whole answer.
pub fn of_call_error(tool: &Tool, caller: Caller<'_>, error: &CallError) -> Failure {
    let host = caller.upstream.host();
    let (kind, message, next_step) = match error {
        CallError::Unreachable(_) => (
            Kind::UpstreamUnreachable,
            format!("Egnyte could not be reached at {host}: {error}. Nothing was sent."),
            "try again; if it stays, the operator of this server should check the account's \
             domain and the network."
                .to_owned(),
        ),
        CallError::Timeout(_) | CallError::Idle(_) => (
            Kind::UpstreamTimeout,
            format!("Egnyte took too long: {error}."),
            unknown_state(tool, "try again, or ask for less at once."),
        ),
        CallError::TooLarge(_) => (
            Kind::ResponseTooLarge,
            format!("Egnyte's answer is too large: {error}."),
            "ask for less: a smaller limit, or a narrower filter.".to_owned(),
        ),
        CallError::Closed(_) | CallError::BrokenOff(_) => (
            Kind::UpstreamError,
            format!("Egnyte failed to answer: {error}."),
            unknown_state(tool, "try again."),
        ),
        CallError::BodyTooLong(_) => (
            Kind::InvalidArguments,
            format!("The file is too large to be sent in one piece: {error}."),
            "send a smaller file; a larger one goes through Egnyte's own programs.".to_owned(),
        ),
        CallError::Malformed(_) => (
            Kind::InvalidArguments,
            format!("The arguments make no valid request: {error}."),
            "check the arguments for unusual characters or extreme length.".to_owned(),
        ),
    };
    let mut failure = Failure::new(kind, message, next_step);
    if matches!(error, CallError::BodyTooLong(_)) {
        failure.status = Some(StatusCode::PAYLOAD_TOO_LARGE.as_u16());
    }
    failure
}

/// Whether it is called by a path in the file system.
fn takes_a_path(tool: &Tool) -> bool {
    let path = tool.call().map(|call| call.endpoint.line.path.as_slice()).unwrap_or_default();
    path.iter().any(|segment| matches!(segment, Segment::Rest(_)))
}

fn kind_of(status: StatusCode) -> Kind {
    match status {
        StatusCode::UNAUTHORIZED => Kind::NeedsReauth,
        StatusCode::FORBIDDEN => Kind::Forbidden,
        StatusCode::NOT_FOUND | StatusCode::GONE => Kind::NotFound,
        StatusCode::CONFLICT => Kind::Conflict,
        StatusCode::BAD_REQUEST
        | StatusCode::PAYLOAD_TOO_LARGE
        | StatusCode::RANGE_NOT_SATISFIABLE
        | StatusCode::UNPROCESSABLE_ENTITY => Kind::InvalidArguments,
        _ => Kind::UpstreamError,
    }
}

fn sentence(status: StatusCode, said: Option<&str>) -> String {
    let reason = status.canonical_reason().unwrap_or_default();
    match said {
        Some(said) => format!("Egnyte answered {} {reason}: {said}", status.as_u16()),
        None => format!("Egnyte answered {} {reason}, without saying why.", status.as_u16()),
    }
}

fn forbidden(tool: &Tool) -> String {
    let scope = tool
        .scope
        .as_deref()
        .map_or_else(String::new, |scope| format!(" and its access token the scope {scope}"));
    format!(
        "do not repeat the call. The connected Egnyte user needs the right to manage {}{scope}; \
         an Egnyte administrator can grant it.",
        tool.resource
    )
}

fn reconnect(caller: Caller<'_>) -> String {
    format!(
        "do not repeat the call. Egnyte no longer accepts this account's access token; the \
         operator of this server can set a new one (PATCH /integrated-account/{} with \
         access_token). The URL stays the same.",
        caller.account_id
    )
}

/// After a write that got no clear answer, nobody knows whether it was done.
fn unknown_state(tool: &Tool, otherwise: &str) -> String {
    if tool.reads || tool.call().is_some_and(|call| *call.endpoint.verb() == Method::GET) {
        otherwise.to_owned()
    } else {
        "it is not known whether the change was made: read the current state before trying again."
            .to_owned()
    }
}
