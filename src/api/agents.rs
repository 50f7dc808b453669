//! An account's tools for programs: definitions in the shape an SDK binds, and calls as plain HTTP.
//! A call goes through the same pipeline as one over MCP; only the way in and out is different.

mod access;
mod answer;
mod arguments;
mod call;
mod proxy;
mod query;
mod tools;

use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::routing::{get, post};
use bytes::Bytes;
use http::StatusCode;

use super::problem::{self, Problem};
use crate::body;
use crate::catalog::Shelf;
use crate::crypto::Keyring;
use crate::egnyte::EgnyteUrl;
use crate::invoke::Invoker;
use crate::mcp::transport::streamable_http::MAX_BODY;
use crate::store::Store;
use crate::token::{ApiTokens, Grants};

/// What these routes work with. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Agents(Arc<Parts>);

/// What [`Agents`] are made of.
#[derive(Debug)]
pub struct Parts {
    /// Accounts; without it only minted URLs' tokens open anything.
    pub store: Option<Store>,
    /// Opens accounts' credentials.
    pub keyring: Keyring,
    /// What can be called.
    pub shelf: Shelf,
    /// What a minted URL's token may do.
    pub grants: Grants,
    /// Who else may call.
    pub api_tokens: ApiTokens,
    /// Runs calls.
    pub invoker: Arc<Invoker>,
    /// Where accounts are reached.
    pub egnyte_url: EgnyteUrl,
}

impl std::ops::Deref for Agents {
    type Target = Parts;
    fn deref(&self) -> &Parts {
        &self.0
    }
}

impl Agents {
    /// The routes' state from its parts.
    pub fn new(parts: Parts) -> Self {
        Self(Arc::new(parts))
    }

    /// The routes. Each asks for an API token or a minted URL's token by itself.
    pub fn routes(self) -> Router {
        let item = get(proxy::item).patch(proxy::item).put(proxy::item).delete(proxy::item);
        Router::new()
            .route("/integrated-account/{id}/tools", get(tools::list))
            .route("/integrated-account/{id}/tools/{name}/call", post(call::call))
            .route("/proxy/{resource}", get(proxy::collection).post(proxy::collection))
            .route("/proxy/{resource}/{item}", item.post(proxy::custom))
            .method_not_allowed_fallback(problem::method_not_allowed)
            .with_state(self)
    }
}

/// A body, as long as an MCP message may be.
async fn read_body(body: Body) -> Result<Bytes, Problem> {
    body::read(body, MAX_BODY)
        .await
        .map_err(|error| Problem::new(error.status(), format!("In this request {error}.")))
}

/// The known name most like `name`, as a sentence with a leading space, or nothing.
fn did_you_mean<'a>(name: &str, known: impl Iterator<Item = &'a str>) -> String {
    known
        .map(|candidate| (strsim::jaro_winkler(candidate, name), candidate))
        .filter(|(likeness, _)| *likeness > 0.75)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map_or_else(String::new, |(_, candidate)| format!(" Did you mean `{candidate}`?"))
}

/// A name somebody gave, short enough to be shown.
fn shown(name: &str) -> String {
    name.chars().take(100).collect()
}

/// Nothing of this name.
fn unknown(field: &str, detail: String) -> Problem {
    Problem::at(StatusCode::NOT_FOUND, field, detail)
}
