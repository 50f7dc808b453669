//! Revision 2026-07-28: stateless. Every request names its version and the client's capabilities
//! in `_meta`, headers must agree with the body, and every result says what kind it is.
//!
//! Rules are from the revision's pages `basic/index`, `basic/transports/streamable-http`,
//! `server/discover` and `server/utilities/caching`.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::{HeaderMap, HeaderName, StatusCode};
use serde::Deserialize;
use serde_json::json;
use serde_json::value::RawValue;

use super::dispatch::{Dispatcher, Reply, Subscription};
use super::error::{HEADER_MISMATCH, INVALID_PARAMS, RpcError, UNSUPPORTED_VERSION};
use super::jsonrpc::{self, Incoming, Message, Request};
use super::legacy::{method_not_found, mixed_batch, resource_not_found};
use super::revision::{Era, MODERN, VERSION_HEADER, VERSION_KEY};
use super::{instructions, server_info, tools};
use crate::catalog::View;
use crate::token::Grant;

const METHOD_HEADER: HeaderName = HeaderName::from_static("mcp-method");
const NAME_HEADER: HeaderName = HeaderName::from_static("mcp-name");

/// How long a client may keep a listing. It changes only when tool docs or the URL's filter do,
/// and then clients that listen are told.
const TTL_MS: u32 = 60_000;

/// A request that is refused, with its HTTP status.
struct Rejection(StatusCode, RpcError);

impl From<RpcError> for Rejection {
    /// Errors of a method that ran are HTTP 200.
    fn from(error: RpcError) -> Self {
        Self(StatusCode::OK, error)
    }
}

/// Answers a body. Dropping the future cancels: the client that closed its response stream wants
/// the work stopped (`basic/patterns/cancellation`).
pub async fn body(
    dispatcher: &Dispatcher,
    grant: &Grant,
    headers: &HeaderMap,
    body: &[u8],
) -> Reply {
    let raw = match jsonrpc::read(body) {
        Ok(Incoming::Single(raw)) => raw,
        Ok(Incoming::Batch(_)) => return Reply::bad_request(None, &mixed_batch()),
        Err(error) => return Reply::bad_request(None, &error),
    };
    match jsonrpc::message(raw) {
        Ok(Message::Request(request)) => match answer(dispatcher, grant, headers, &request).await {
            Ok(reply) => reply,
            Err(Rejection(status, error)) => Reply { status, ..Reply::error(request.id, &error) },
        },
        Ok(Message::Notification { .. } | Message::Response) => Reply::default(),
        Err((id, error)) => Reply::bad_request(id, &error),
    }
}

async fn answer(
    dispatcher: &Dispatcher,
    grant: &Grant,
    headers: &HeaderMap,
    request: &Request<'_>,
) -> Result<Reply, Rejection> {
    check(headers, request)?;
    let view = dispatcher.view(grant);
    let reply = match &*request.method {
        "tools/call" => {
            tools::call(dispatcher.invoker(), grant, &view, request, Era::Modern).await?
        }
        "tools/list" => tools::list(&view, request, Era::Modern)?,
        "server/discover" => discover(dispatcher, grant, &view, request),
        "subscriptions/listen" if dispatcher.tells_changes() => listen(request)?,
        "prompts/list" => empty_list(request, "prompts"),
        "resources/list" => empty_list(request, "resources"),
        "resources/templates/list" => empty_list(request, "resourceTemplates"),
        "resources/read" => return Err(resource_not_found(INVALID_PARAMS, request)?.into()),
        other => return Err(Rejection(StatusCode::NOT_FOUND, method_not_found(other))),
    };
    Ok(reply)
}

#[derive(Deserialize)]
struct Params<'a> {
    #[serde(default, borrow, rename = "_meta")]
    meta: Option<Meta<'a>>,
    #[serde(default, borrow)]
    name: Option<&'a RawValue>,
    #[serde(default, borrow)]
    uri: Option<&'a RawValue>,
}

#[derive(Deserialize)]
struct Meta<'a> {
    #[serde(default, borrow, rename = "io.modelcontextprotocol/protocolVersion")]
    version: Option<&'a RawValue>,
    #[serde(default, borrow, rename = "io.modelcontextprotocol/clientCapabilities")]
    capabilities: Option<&'a RawValue>,
}

/// The ladder: `_meta`, headers against body, version. The method comes last, in the table.
fn check(headers: &HeaderMap, request: &Request<'_>) -> Result<(), Rejection> {
    let bad = |error| Rejection(StatusCode::BAD_REQUEST, error);
    let missing = |what: &str| {
        bad(RpcError::new(INVALID_PARAMS, format!("Invalid params: `params._meta` needs {what}")))
    };
    let params: Params<'_> = tools::params(request.params).map_err(bad)?;
    let meta = params.meta.ok_or_else(|| missing(&format!("`{VERSION_KEY}`")))?;
    let version: String =
        text(meta.version).ok_or_else(|| missing(&format!("`{VERSION_KEY}`, a string")))?;
    if !meta.capabilities.is_some_and(|raw| raw.get().starts_with('{')) {
        return Err(missing("`io.modelcontextprotocol/clientCapabilities`, an object"));
    }
    agree(headers, &VERSION_HEADER, &version).map_err(bad)?;
    agree(headers, &METHOD_HEADER, &request.method).map_err(bad)?;
    let named = match &*request.method {
        "tools/call" | "prompts/get" => Some(params.name),
        "resources/read" => Some(params.uri),
        _ => None,
    };
    if let Some(named) = named {
        let invalid = || RpcError::new(INVALID_PARAMS, "Invalid params: the name is missing");
        let named = text(named).ok_or_else(|| bad(invalid()))?;
        agree(headers, &NAME_HEADER, &named).map_err(bad)?;
    }
    if version != MODERN {
        let message = format!("Unsupported protocol version: {version}");
        let data = Some(json!({ "supported": [MODERN], "requested": version }));
        return Err(bad(RpcError { code: UNSUPPORTED_VERSION, message, data }));
    }
    Ok(())
}

fn text(raw: Option<&RawValue>) -> Option<String> {
    serde_json::from_str(raw?.get()).ok()
}

/// A header must stand there once and say what the body says.
fn agree(headers: &HeaderMap, name: &HeaderName, body: &str) -> Result<(), RpcError> {
    let mismatch = |detail: String| {
        Err(RpcError::new(HEADER_MISMATCH, format!("Header mismatch: {name} {detail}")))
    };
    let mut values = headers.get_all(name).iter();
    let (Some(value), None) = (values.next(), values.next()) else {
        return mismatch("must be sent, once".to_owned());
    };
    let shown = value.to_str().ok().map(str::trim).and_then(decoded);
    match shown {
        Some(shown) if shown == body => Ok(()),
        Some(_) => mismatch("does not say what the body says".to_owned()),
        None => mismatch("cannot be read".to_owned()),
    }
}

/// A header value, out of its base64 form if it is in one (`=?base64?…?=`).
fn decoded(value: &str) -> Option<String> {
    match value.strip_prefix("=?base64?").and_then(|rest| rest.strip_suffix("?=")) {
        Some(encoded) => String::from_utf8(STANDARD.decode(encoded).ok()?).ok(),
        None => Some(value.to_owned()),
    }
}

fn discover(dispatcher: &Dispatcher, grant: &Grant, view: &View, request: &Request<'_>) -> Reply {
    let mut capabilities = dispatcher.capabilities();
    if let Some(capabilities) = capabilities.as_object_mut() {
        // Lists that are answered must be declared, and they must be answered to be cacheable.
        capabilities.insert("prompts".to_owned(), json!({}));
        capabilities.insert("resources".to_owned(), json!({}));
    }
    let mut fields = json!({
        "supportedVersions": [MODERN],
        "capabilities": capabilities,
        "instructions": instructions::of(view, grant.domain.host()),
    })
    .to_string();
    // The closing brace comes after what every cacheable result ends with.
    fields.pop();
    cacheable(request, fields.as_bytes())
}

fn empty_list(request: &Request<'_>, key: &str) -> Reply {
    cacheable(request, format!(r#"{{"{key}":[]"#).as_bytes())
}

/// A result that begins with `fields`, an object without its closing brace.
fn cacheable(request: &Request<'_>, fields: &[u8]) -> Reply {
    let mut out = jsonrpc::start_result(request.id, fields.len() + 256);
    out.extend_from_slice(fields);
    finish_cacheable(&mut out);
    out.extend_from_slice(b"}}");
    Reply::of(out)
}

/// What every complete, cacheable result of this revision carries. Private, because what a URL
/// shows is for its holder alone.
pub fn finish_cacheable(out: &mut Vec<u8>) {
    out.extend_from_slice(b",\"ttlMs\":");
    out.extend_from_slice(TTL_MS.to_string().as_bytes());
    out.extend_from_slice(b",\"cacheScope\":\"private\",\"resultType\":\"complete\",\"_meta\":{\"");
    out.extend_from_slice(server_info::KEY.as_bytes());
    out.extend_from_slice(b"\":");
    out.extend_from_slice(server_info::JSON.as_bytes());
    out.push(b'}');
}

/// Opens a subscription to what can change here: the list of tools.
fn listen(request: &Request<'_>) -> Result<Reply, RpcError> {
    #[derive(Deserialize)]
    struct Params {
        notifications: Notifications,
    }
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Notifications {
        #[serde(default)]
        tools_list_changed: bool,
    }
    let params: Params = tools::params(request.params)?;
    let subscription = Subscription {
        id: request.id.to_owned(),
        tools_list_changed: params.notifications.tools_list_changed,
    };
    Ok(Reply { subscription: Some(subscription), ..Reply::default() })
}
