//! The REST API: administration (connect accounts, mint and revoke MCP servers), and tools for
//! programs in `agents`. JSON in, JSON out; every fault is an RFC 9457 problem that says what to do.

pub mod accounts;
pub mod agents;
pub mod auth;
pub mod extract;
pub mod mcp_servers;
pub mod problem;
pub mod transfer;

use std::sync::Arc;

use axum::Router;
use axum::middleware::from_fn_with_state;
use axum::routing::{any, get, post};

use crate::catalog::Shelf;
use crate::clock::Clock;
use crate::crypto::Keyring;
use crate::egnyte::{Client, EgnyteUrl};
use crate::store::Store;
use crate::token::{ApiTokens, Grants};

pub use agents::Agents;
pub use transfer::Transfers;

/// What the admin API works with. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Admin(Arc<Parts>);

/// What an [`Admin`] is made of.
#[derive(Debug)]
pub struct Parts {
    /// Records.
    pub store: Store,
    /// Seals credentials and signs tokens.
    pub keyring: Keyring,
    /// What can be minted.
    pub shelf: Shelf,
    /// Told about every change, so that it holds at once.
    pub grants: Grants,
    /// Who may administrate.
    pub api_tokens: ApiTokens,
    /// Checks new credentials.
    pub client: Client,
    /// Where accounts are reached.
    pub egnyte_url: EgnyteUrl,
    /// What minted URLs begin with, without a trailing slash.
    pub public_url: String,
    /// The time of day.
    pub clock: Clock,
}

impl std::ops::Deref for Admin {
    type Target = Parts;
    fn deref(&self) -> &Parts {
        &self.0
    }
}

impl Admin {
    /// An admin API over its parts.
    pub fn new(parts: Parts) -> Self {
        Self(Arc::new(parts))
    }

    /// The routes, all of them behind an API token.
    pub fn routes(self) -> Router {
        let account = get(accounts::get).patch(accounts::update).delete(accounts::delete);
        let server = get(mcp_servers::get).patch(mcp_servers::update).delete(mcp_servers::revoke);
        Router::new()
            .route("/integrated-account", get(accounts::list).post(accounts::create))
            .route("/integrated-account/{id}", account)
            .route("/integrated-account/{id}/mcp", get(mcp_servers::list).post(mcp_servers::create))
            .route("/integrated-account/{id}/mcp/{server}", server)
            .route("/integrated-account/{id}/mcp/{server}/rotate", post(mcp_servers::rotate))
            .method_not_allowed_fallback(problem::method_not_allowed)
            .layer(from_fn_with_state(self.clone(), auth::require_api_token))
            .with_state(self)
    }
}

/// The same addresses without a database: each says why it cannot do anything.
pub fn without_database() -> Router {
    Router::new()
        .route("/integrated-account", any(problem::no_database))
        .route("/integrated-account/{id}", any(problem::no_database))
        .route("/integrated-account/{id}/mcp", any(problem::no_database))
        .route("/integrated-account/{id}/mcp/{*rest}", any(problem::no_database))
}
