//! Revisions 2024-11-05 to 2025-11-25. No handshake is demanded: a client that was never
//! initialised may list and call. Errors of requests that could be read are HTTP 200, because a
//! 400 or 404 means something else to clients of these revisions.

use serde::Deserialize;
use serde_json::json;
use serde_json::value::RawValue;

use super::dispatch::{Dispatcher, Reply};
use super::error::{INVALID_REQUEST, METHOD_NOT_FOUND, RESOURCE_NOT_FOUND_LEGACY, RpcError};
use super::jsonrpc::{self, Incoming, Message, Request};
use super::revision::{self, Era};
use super::{instructions, server_info, tools};
use crate::catalog::View;
use crate::token::Grant;

/// Answers a whole body: a message, or a batch (2025-03-26 and before; harmless later).
pub async fn body(dispatcher: &Dispatcher, grant: &Grant, body: &[u8]) -> Reply {
    match jsonrpc::read(body) {
        Err(error) => Reply::bad_request(None, &error),
        Ok(Incoming::Single(raw)) => message(dispatcher, grant, raw).await,
        Ok(Incoming::Batch(messages)) => batch(dispatcher, grant, &messages).await,
    }
}

/// Messages of a batch run one after another: they may build on each other, and a batch must not
/// become a way around Egnyte's limits.
async fn batch(dispatcher: &Dispatcher, grant: &Grant, messages: &[&RawValue]) -> Reply {
    let mut answers = Vec::with_capacity(messages.len());
    let mut rate_limit = None;
    for raw in messages {
        let reply = message(dispatcher, grant, raw).await;
        answers.extend(reply.body);
        rate_limit = reply.rate_limit.or(rate_limit);
    }
    let body = (!answers.is_empty()).then(|| jsonrpc::batch(&answers).into());
    Reply { body, rate_limit, ..Reply::default() }
}

async fn message(dispatcher: &Dispatcher, grant: &Grant, raw: &RawValue) -> Reply {
    match jsonrpc::message(raw) {
        Ok(Message::Request(request)) => match answer(dispatcher, grant, &request).await {
            Ok(reply) => reply,
            Err(error) => Reply::error(request.id, &error),
        },
        Ok(Message::Notification { .. } | Message::Response) => Reply::default(),
        Err((id, error)) => Reply::bad_request(id, &error),
    }
}

async fn answer(
    dispatcher: &Dispatcher,
    grant: &Grant,
    request: &Request<'_>,
) -> Result<Reply, RpcError> {
    let view = dispatcher.view(grant);
    match &*request.method {
        "tools/call" => tools::call(dispatcher.invoker(), grant, &view, request, Era::Legacy).await,
        "tools/list" => tools::list(&view, request, Era::Legacy),
        "initialize" => Ok(initialize(dispatcher, grant, &view, request)),
        "ping" => Ok(Reply::result(request.id, b"{}")),
        // Some clients ask for these whatever the capabilities say.
        "prompts/list" => Ok(Reply::result(request.id, br#"{"prompts":[]}"#)),
        "resources/list" => Ok(Reply::result(request.id, br#"{"resources":[]}"#)),
        "resources/templates/list" => Ok(Reply::result(request.id, br#"{"resourceTemplates":[]}"#)),
        "resources/read" => Err(resource_not_found(RESOURCE_NOT_FOUND_LEGACY, request)?),
        other => Err(method_not_found(other)),
    }
}

fn initialize(dispatcher: &Dispatcher, grant: &Grant, view: &View, request: &Request<'_>) -> Reply {
    #[derive(Default, Deserialize)]
    struct Params {
        #[serde(default, rename = "protocolVersion")]
        protocol_version: Option<String>,
    }
    let params: Params = tools::params(request.params).unwrap_or_default();
    let result = json!({
        "protocolVersion": revision::negotiate(params.protocol_version.as_deref()),
        "capabilities": dispatcher.capabilities(),
        "serverInfo": server_info::value(),
        "instructions": instructions::of(view, grant.domain.host()),
    });
    Reply::result(request.id, result.to_string().as_bytes())
}

/// There is no such method.
pub fn method_not_found(method: &str) -> RpcError {
    let shown: String = method.chars().take(100).collect();
    RpcError::new(METHOD_NOT_FOUND, format!("Method not found: {shown}"))
}

/// There are no resources, so none is ever found.
pub fn resource_not_found(code: i32, request: &Request<'_>) -> Result<RpcError, RpcError> {
    #[derive(Deserialize)]
    struct Params {
        uri: String,
    }
    let params: Params = tools::params(request.params)?;
    let message = "Resource not found: this server offers tools, not resources";
    let data = Some(json!({ "uri": params.uri }));
    Ok(RpcError { code, message: message.to_owned(), data })
}

/// A batch is no place for a message of the stateless revision.
pub fn mixed_batch() -> RpcError {
    let message = "Invalid request: a message of revision 2026-07-28 cannot be part of a batch";
    RpcError::new(INVALID_REQUEST, message)
}
