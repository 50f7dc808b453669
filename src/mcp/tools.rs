//! `tools/list` and `tools/call`: the same in every era but for what the stateless revision adds
//! to a result.

use std::borrow::Cow;

use serde::Deserialize;
use serde_json::value::RawValue;

use super::discovery::{self, Asked};
use super::error::{INVALID_PARAMS, RpcError};
use super::jsonrpc::{self, Request};
use super::revision::Era;
use super::{dispatch::Reply, modern, tool_result};
use crate::catalog::{Tool, View};
use crate::invoke::{Caller, Invoker, Outcome};
use crate::token::Grant;

#[derive(Deserialize)]
struct ListParams<'a> {
    #[serde(default, borrow)]
    cursor: Option<&'a RawValue>,
}

#[derive(Deserialize)]
struct CallParams<'a> {
    #[serde(borrow)]
    name: Cow<'a, str>,
    #[serde(default, borrow)]
    arguments: Option<&'a RawValue>,
}

/// The whole list in one page: several hosts never ask for a second.
pub fn list(view: &View, request: &Request<'_>, era: Era) -> Result<Reply, RpcError> {
    if request.params.is_some() && params::<ListParams<'_>>(request.params)?.cursor.is_some() {
        let message = "Invalid params: `cursor` is not one this server gave out; the whole list \
                       is one page, so ask without a cursor";
        return Err(RpcError::new(INVALID_PARAMS, message));
    }
    let mut out = jsonrpc::start_result(request.id, view.listing().len() + 256);
    out.extend_from_slice(b"{\"tools\":");
    out.extend_from_slice(view.listing());
    if era == Era::Modern {
        modern::finish_cacheable(&mut out);
    }
    out.extend_from_slice(b"}}");
    Ok(Reply::of(out))
}

/// Calls a tool the view offers; any other name is unknown, whether or not the tool exists.
pub async fn call(
    invoker: &Invoker,
    grant: &Grant,
    view: &View,
    request: &Request<'_>,
    era: Era,
) -> Result<Reply, RpcError> {
    let params: CallParams<'_> = params(request.params)?;
    let (name, arguments) = (&*params.name, params.arguments.map(RawValue::get));
    let Some(discovery) = view.discovery() else {
        let tool = view.find(name).ok_or_else(|| unknown(view, name))?;
        return Ok(run(invoker, grant, tool, arguments, request, era).await);
    };
    let asked = match (discovery.find(name), view.find(name)) {
        (Some(called), _) => discovery::read(view, discovery, called, arguments),
        (None, Some(tool)) => Asked::Answer(Err(discovery::not_listed(view, discovery, tool))),
        (None, None) => return Err(unknown(view, name)),
    };
    match asked {
        Asked::Tool(tool, arguments) => {
            Ok(run(invoker, grant, tool, Some(&arguments), request, era).await)
        }
        Asked::Answer(result) => {
            let outcome = Outcome { result, image: None, rate_limit: None };
            Ok(Reply::of(tool_result::plain_answer(request.id, &outcome, era)))
        }
    }
}

async fn run(
    invoker: &Invoker,
    grant: &Grant,
    tool: &Tool,
    arguments: Option<&str>,
    request: &Request<'_>,
    era: Era,
) -> Reply {
    let outcome = invoker.call(tool, arguments, Caller::from(grant)).await;
    let mut reply = Reply::of(tool_result::answer(request.id, tool, &outcome, era));
    reply.rate_limit = outcome.rate_limit;
    reply
}

/// Reads parameters; absent ones count as `{}`.
pub fn params<'a, T: Deserialize<'a>>(raw: Option<&'a RawValue>) -> Result<T, RpcError> {
    let text = raw.map_or("{}", RawValue::get);
    // Serde alone would also read an array, member by member.
    if !text.starts_with('{') {
        return Err(RpcError::new(INVALID_PARAMS, "Invalid params: `params` must be an object"));
    }
    serde_json::from_str(text)
        .map_err(|error| RpcError::new(INVALID_PARAMS, format!("Invalid params: {error}")))
}

fn unknown(view: &View, name: &str) -> RpcError {
    let shown: String = name.chars().take(100).collect();
    let nearest = match view.discovery() {
        Some(discovery) => discovery.nearest(name),
        None => view.nearest(name),
    };
    let nearest = nearest.map_or_else(String::new, |name| format!(" Did you mean `{name}`?"));
    let message = format!(
        "Unknown tool: {shown}. This URL does not offer it.{nearest} tools/list shows what it offers."
    );
    RpcError::new(INVALID_PARAMS, message)
}
