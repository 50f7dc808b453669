//! Owns the access tokens: which are valid, whose they are, what they may do.
//! It must never look at the directory: a token names its user by id only.

use std::collections::BTreeMap;
use std::time::Instant;

use axum::extract::Request;
use axum::http::HeaderMap;
use axum::http::header::AUTHORIZATION;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::errors::Refusal;
use super::limits::{Counts, Limits, Meter, OverLimit};
use super::seed::ADMINISTRATOR;

/// The most tokens valid at once; a further one is refused.
pub(super) const MAX_TOKENS: usize = 1_000;
/// The scopes a token has unless it was made with others.
const SCOPES: [&str; 18] = [
    "Egnyte.filesystem",
    "Egnyte.link",
    "Egnyte.permission",
    "Egnyte.user",
    "Egnyte.group",
    "Egnyte.audit",
    "Egnyte.bookmark",
    "Egnyte.launchwebsession",
    "Egnyte.projectfolders",
    "Egnyte.webhooks",
    "Egnyte.ai",
    "Egnyte.sign",
    "Egnyte.salesforce",
    "Egnyte.integrations",
    "Egnyte.controlleddocs",
    "Egnyte.etmf",
    "Egnyte.documentportal",
    "Egnyte.uploadrequests",
];

/// The valid tokens.
#[derive(Default)]
pub(super) struct Tokens(BTreeMap<String, Token>);

/// One valid token: what it may do, and what it has used.
struct Token {
    grant: TokenGrant,
    meter: Meter,
}

/// What is decided about a token when it is made.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct TokenGrant {
    /// The bearer text.
    token: String,
    /// Whether its user may administer users and groups.
    #[serde(default = "yes")]
    admin: bool,
    /// Its user.
    #[serde(default = "administrator")]
    user_id: u64,
    #[serde(default = "scopes")]
    scopes: Vec<String>,
    /// Calls per second, when other than the domain's limit.
    qps: Option<u64>,
    /// Calls per day, when other than the domain's limit.
    quota: Option<u64>,
}

/// Who is calling: put into every request that passed the gate.
#[derive(Clone)]
pub(super) struct Caller {
    /// Whether the token's user may administer users and groups.
    pub(super) admin: bool,
    /// The token's user.
    pub(super) user_id: u64,
    /// The token's scopes.
    pub(super) scopes: Vec<String>,
}

impl Caller {
    /// Whether the caller may administer the domain.
    pub(super) fn is_admin(&self) -> bool {
        self.admin
    }
}

impl Tokens {
    /// One token, of the seeded administrator.
    pub(super) fn with_administrator(token: &str) -> Self {
        let mut tokens = Self::default();
        tokens.add(TokenGrant {
            token: token.to_owned(),
            admin: yes(),
            user_id: administrator(),
            scopes: scopes(),
            qps: None,
            quota: None,
        });
        tokens
    }

    /// Makes a token valid, with nothing used. False when there are too many already.
    pub(super) fn add(&mut self, grant: TokenGrant) -> bool {
        let room = self.0.len() < MAX_TOKENS || self.0.contains_key(&grant.token);
        if room {
            self.0.insert(grant.token.clone(), Token { grant, meter: Meter::default() });
        }
        room
    }

    /// Makes a token invalid. False when it was not valid.
    pub(super) fn revoke(&mut self, token: &str) -> bool {
        self.0.remove(token).is_some()
    }

    /// All valid tokens.
    pub(super) fn grants(&self) -> impl Iterator<Item = &TokenGrant> {
        self.0.values().map(|token| &token.grant)
    }

    /// Finds the caller by the bearer text and counts the call.
    /// `None`: no such token. `Err`: the token has used up a limit.
    pub(super) fn admit(
        &mut self,
        headers: &HeaderMap,
        limits: &Limits,
    ) -> Option<Result<(Caller, Counts), OverLimit>> {
        let Token { grant, meter } = self.0.get_mut(bearer(headers)?)?;
        let qps = grant.qps.unwrap_or(limits.qps);
        let quota = grant.quota.unwrap_or(limits.quota);
        let counted = meter.count(qps, quota, Instant::now(), Timestamp::now());
        Some(counted.map(|counts| {
            let caller =
                Caller { admin: grant.admin, user_id: grant.user_id, scopes: grant.scopes.clone() };
            (caller, counts)
        }))
    }
}

/// Lets through callers who may administer users.
pub(super) async fn require_users(request: Request, next: Next) -> Response {
    require("Egnyte.user", request, next).await
}

/// Lets through callers who may administer groups.
pub(super) async fn require_groups(request: Request, next: Next) -> Response {
    require("Egnyte.group", request, next).await
}

/// Lets through callers who may use files and folders; what else they may do there is a matter of
/// permissions.
pub(super) async fn require_filesystem(request: Request, next: Next) -> Response {
    require_scope("Egnyte.filesystem", request, next).await
}

/// Lets through callers whose token has `scope`, administrators or not.
pub(super) async fn require_scope(scope: &'static str, request: Request, next: Next) -> Response {
    match request.extensions().get::<Caller>() {
        Some(caller) if caller.scopes.iter().any(|held| held == scope) => next.run(request).await,
        _ => Refusal::MissingScope(scope).into_response(),
    }
}

/// Lets through administrators whose token has `scope`.
pub(super) async fn require(scope: &'static str, request: Request, next: Next) -> Response {
    let caller = request.extensions().get::<Caller>();
    match caller {
        Some(caller) if !caller.scopes.iter().any(|held| held == scope) => {
            Refusal::MissingScope(scope).into_response()
        }
        Some(caller) if caller.admin => next.run(request).await,
        _ => Refusal::NotAdministrator.into_response(),
    }
}

fn bearer(headers: &HeaderMap) -> Option<&str> {
    let (scheme, token) = headers.get(AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then_some(token.trim())
}

fn yes() -> bool {
    true
}

fn administrator() -> u64 {
    ADMINISTRATOR
}

fn scopes() -> Vec<String> {
    SCOPES.map(str::to_owned).to_vec()
}
