//! What each message does. One table of methods; transports bring the bytes and carry the answer
//! back, and a client that was never initialised may list and call all the same.

use std::sync::Arc;

use bytes::Bytes;
use http::StatusCode;
use serde::Deserialize;
use serde_json::json;
use serde_json::value::RawValue;

use super::error::{INVALID_PARAMS, METHOD_NOT_FOUND, RpcError};
use super::jsonrpc::{self, Incoming, Message, Request};
use super::{instructions, revision, tool_result};
use crate::catalog::{Catalog, View};
use crate::egnyte::RateLimit;
use crate::invoke::{Caller, Invoker};
use crate::store::AccountStatus;
use crate::token::Grant;

/// What serving needs. One per process, shared by every transport.
#[derive(Debug)]
pub struct Dispatcher {
    catalog: Arc<Catalog>,
    invoker: Arc<Invoker>,
}

/// What goes back to the client.
#[derive(Debug, Default)]
pub struct Reply {
    /// HTTP status, for transports that have one: 200 for every request that could be read, also
    /// when its answer is an error.
    pub status: StatusCode,
    /// The JSON-RPC answer; `None` when the messages asked for none.
    pub body: Option<Bytes>,
    /// What Egnyte said about its limits, for the response headers.
    pub rate_limit: Option<RateLimit>,
}

impl Reply {
    fn result(id: &RawValue, result: &[u8]) -> Self {
        Self { body: Some(jsonrpc::result(id, result).into()), ..Self::default() }
    }

    fn error(id: &RawValue, error: &RpcError) -> Self {
        Self { body: Some(jsonrpc::error(Some(id), error).into()), ..Self::default() }
    }

    /// What cannot be read as a message is a bad HTTP request, too.
    fn unreadable(id: Option<&RawValue>, error: &RpcError) -> Self {
        let body = Some(jsonrpc::error(id, error).into());
        Self { body, status: StatusCode::BAD_REQUEST, rate_limit: None }
    }
}

#[derive(Deserialize)]
struct ListParams<'a> {
    #[serde(default, borrow)]
    cursor: Option<&'a RawValue>,
}

#[derive(Deserialize)]
struct CallParams<'a> {
    name: std::borrow::Cow<'a, str>,
    #[serde(default, borrow)]
    arguments: Option<&'a RawValue>,
}

impl Dispatcher {
    /// A dispatcher over one catalog.
    pub fn new(catalog: Arc<Catalog>, invoker: Arc<Invoker>) -> Self {
        Self { catalog, invoker }
    }

    /// Answers a whole body.
    pub async fn body(&self, grant: &Grant, body: &[u8]) -> Reply {
        match jsonrpc::read(body) {
            Err(error) => Reply::unreadable(None, &error),
            Ok(Incoming::Single(raw)) => self.message(grant, raw).await,
            Ok(Incoming::Batch(messages)) => self.batch(grant, &messages).await,
        }
    }

    /// Messages of a batch run one after another: they may build on each other, and a batch must
    /// not become a way around Egnyte's limits.
    async fn batch(&self, grant: &Grant, messages: &[&RawValue]) -> Reply {
        let mut answers = Vec::with_capacity(messages.len());
        let mut rate_limit = None;
        for raw in messages {
            let reply = self.message(grant, raw).await;
            answers.extend(reply.body);
            rate_limit = reply.rate_limit.or(rate_limit);
        }
        let body = (!answers.is_empty()).then(|| jsonrpc::batch(&answers).into());
        Reply { body, rate_limit, ..Reply::default() }
    }

    /// Answers one message.
    pub async fn message(&self, grant: &Grant, raw: &RawValue) -> Reply {
        match jsonrpc::message(raw) {
            Ok(Message::Request(request)) => self.request(grant, &request).await,
            Ok(Message::Notification { .. } | Message::Response) => Reply::default(),
            Err((id, error)) => Reply::unreadable(id, &error),
        }
    }

    async fn request(&self, grant: &Grant, request: &Request<'_>) -> Reply {
        let view = self.catalog.view(&grant.config);
        let result = match &*request.method {
            "tools/call" => return self.call(grant, &view, request).await,
            "tools/list" => list(&view, request.params),
            "initialize" => Ok(initialize(grant, &view, request.params)),
            "ping" => Ok(b"{}".to_vec()),
            other => Err(RpcError::new(
                METHOD_NOT_FOUND,
                format!("Method not found: {}", other.chars().take(100).collect::<String>()),
            )),
        };
        match result {
            Ok(result) => Reply::result(request.id, &result),
            Err(error) => Reply::error(request.id, &error),
        }
    }

    async fn call(&self, grant: &Grant, view: &View, request: &Request<'_>) -> Reply {
        let params: CallParams<'_> = match params(request.params) {
            Ok(params) => params,
            Err(error) => return Reply::error(request.id, &error),
        };
        let Some(tool) = view.find(&params.name) else {
            return Reply::error(request.id, &unknown_tool(view, &params.name));
        };
        let caller = Caller {
            account_id: &grant.account_id,
            credentials_version: grant.credentials_version,
            marked_refused: matches!(
                grant.account_status,
                Some(AccountStatus::NeedsReauth | AccountStatus::ValidationError)
            ),
            upstream: &grant.upstream,
        };
        let arguments = params.arguments.map(RawValue::get);
        let outcome = self.invoker.call(tool, arguments, caller).await;
        Reply {
            body: Some(tool_result::answer(request.id, tool, &outcome).into()),
            rate_limit: outcome.rate_limit,
            ..Reply::default()
        }
    }
}

/// The whole list in one page: several hosts never ask for a second.
fn list(view: &View, raw: Option<&RawValue>) -> Result<Vec<u8>, RpcError> {
    let cursor = match raw {
        None => None,
        some => params::<ListParams<'_>>(some)?.cursor,
    };
    if cursor.is_some() {
        let message = "Invalid params: `cursor` is not one this server gave out; the whole list \
                       is one page, so ask without a cursor";
        return Err(RpcError::new(INVALID_PARAMS, message));
    }
    Ok([b"{\"tools\":", view.listing().as_ref(), b"}"].concat())
}

fn initialize(grant: &Grant, view: &View, raw: Option<&RawValue>) -> Vec<u8> {
    #[derive(Deserialize)]
    struct InitializeParams {
        #[serde(default, rename = "protocolVersion")]
        protocol_version: Option<String>,
    }
    let requested = params::<InitializeParams>(raw).ok().and_then(|params| params.protocol_version);
    let result = json!({
        "protocolVersion": revision::negotiate(requested.as_deref()),
        "capabilities": { "tools": {} },
        "serverInfo": {
            "name": "egnyte-mcp",
            "title": "Egnyte",
            "version": env!("CARGO_PKG_VERSION"),
        },
        "instructions": instructions::of(view, grant.domain.host()),
    });
    result.to_string().into_bytes()
}

fn params<'a, T: Deserialize<'a>>(raw: Option<&'a RawValue>) -> Result<T, RpcError> {
    let text = raw.map_or("{}", RawValue::get);
    serde_json::from_str(text)
        .map_err(|error| RpcError::new(INVALID_PARAMS, format!("Invalid params: {error}")))
}

fn unknown_tool(view: &View, name: &str) -> RpcError {
    let shown: String = name.chars().take(100).collect();
    let nearest = view
        .nearest(name)
        .map_or_else(String::new, |nearest| format!(" Did you mean `{nearest}`?"));
    let message = format!("Unknown tool: {shown}.{nearest} tools/list shows what this URL offers.");
    RpcError::new(INVALID_PARAMS, message)
}
