//! The dispatcher: what serving messages needs, and what comes back. The two eras have a file of
//! methods each; transports bring the bytes and carry the reply.

use std::sync::Arc;

use bytes::Bytes;
use http::{HeaderMap, StatusCode};
use serde_json::value::RawValue;
use serde_json::{Value, json};

use super::error::RpcError;
use super::{jsonrpc, legacy, modern, revision};
use crate::catalog::{Shelf, View};
use crate::egnyte::RateLimit;
use crate::invoke::Invoker;
use crate::token::Grant;

/// What serving needs. One per process, shared by every transport.
#[derive(Debug)]
pub struct Dispatcher {
    shelf: Shelf,
    invoker: Arc<Invoker>,
}

/// What goes back to the client.
#[derive(Debug, Default)]
pub struct Reply {
    /// HTTP status, for transports that have one.
    pub status: StatusCode,
    /// The JSON-RPC answer; `None` when the messages asked for none.
    pub body: Option<Bytes>,
    /// What Egnyte said about its limits, for the response headers.
    pub rate_limit: Option<RateLimit>,
    /// A stream to open instead of an answer.
    pub subscription: Option<Subscription>,
}

/// An accepted `subscriptions/listen`.
#[derive(Debug)]
pub struct Subscription {
    /// Id of the request, which is the subscription's.
    pub id: Box<RawValue>,
    /// Whether the client wants to hear of a changed list.
    pub tools_list_changed: bool,
}

impl Reply {
    /// A whole JSON-RPC answer.
    pub fn of(body: Vec<u8>) -> Self {
        Self { body: Some(body.into()), ..Self::default() }
    }

    /// A result that is JSON already.
    pub fn result(id: &RawValue, result: &[u8]) -> Self {
        Self::of(jsonrpc::result(id, result))
    }

    /// An error of a request that could be read.
    pub fn error(id: &RawValue, error: &RpcError) -> Self {
        Self::of(jsonrpc::error(Some(id), error))
    }

    /// What cannot be read as a message is a bad HTTP request, too.
    pub fn bad_request(id: Option<&RawValue>, error: &RpcError) -> Self {
        Self { status: StatusCode::BAD_REQUEST, ..Self::of(jsonrpc::error(id, error)) }
    }
}

impl Dispatcher {
    /// A dispatcher over the catalogs of `shelf`.
    pub fn new(shelf: Shelf, invoker: Arc<Invoker>) -> Self {
        Self { shelf, invoker }
    }

    /// Answers a body by the rules of the legacy revisions.
    pub async fn legacy(&self, grant: &Grant, body: &[u8]) -> Reply {
        if body.starts_with(b"[") && revision::says_modern(body) {
            return Reply::bad_request(None, &legacy::mixed_batch());
        }
        legacy::body(self, grant, body).await
    }

    /// Answers a body by the rules of the stateless revision.
    pub async fn modern(&self, grant: &Grant, headers: &HeaderMap, body: &[u8]) -> Reply {
        modern::body(self, grant, headers, body).await
    }

    /// The shelf, to hear of a changed list.
    pub fn shelf(&self) -> &Shelf {
        &self.shelf
    }

    pub(super) fn invoker(&self) -> &Invoker {
        &self.invoker
    }

    pub(super) fn view(&self, grant: &Grant) -> Arc<View> {
        self.shelf.catalog().view(&grant.config)
    }

    /// Whether clients can hear of a changed list; without a folder to reload, it never changes.
    pub(super) fn tells_changes(&self) -> bool {
        self.shelf.reloads()
    }

    pub(super) fn capabilities(&self) -> Value {
        if self.tells_changes() {
            json!({ "tools": { "listChanged": true } })
        } else {
            json!({ "tools": {} })
        }
    }
}
