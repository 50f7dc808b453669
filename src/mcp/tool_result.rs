//! The result of `tools/call`: an outcome of the pipeline, written as MCP wants it. The answer's
//! JSON is escaped straight into the message; it is never parsed here.

use std::borrow::Cow;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::Serialize;
use serde_json::Value;
use serde_json::value::RawValue;

use super::revision::Era;
use super::{jsonrpc, server_info};
use crate::catalog::Tool;
use crate::egnyte::RateLimit;
use crate::invoke::{Failure, Outcome};

/// `_meta` of a result. Keys carry our prefix (MCP 2025-06-18, `_meta` key names).
#[derive(Serialize)]
struct Meta<'a> {
    #[serde(
        rename = "io.modelcontextprotocol/serverInfo",
        skip_serializing_if = "Option::is_none"
    )]
    server_info: Option<Value>,
    #[serde(rename = "egnyte-mcp/ratelimit", skip_serializing_if = "Option::is_none")]
    rate_limit: Option<RateLimit>,
    #[serde(rename = "egnyte-mcp/error", skip_serializing_if = "Option::is_none")]
    error: Option<&'a Failure>,
}

/// The whole JSON-RPC answer to a call.
pub fn answer(id: &RawValue, tool: &Tool, outcome: &Outcome, era: Era) -> Vec<u8> {
    write(id, tool.output_schema.is_some(), outcome, era)
}

/// The same for an answer without structured content.
pub fn plain_answer(id: &RawValue, outcome: &Outcome, era: Era) -> Vec<u8> {
    write(id, false, outcome, era)
}

fn write(id: &RawValue, structured: bool, outcome: &Outcome, era: Era) -> Vec<u8> {
    let failure = outcome.result.as_ref().err();
    let text: Cow<'_, str> = match &outcome.result {
        Ok(json) => json.into(),
        Err(failure) => failure.text().into(),
    };
    let mut out = jsonrpc::start_result(id, text.len() + text.len() / 4 + 256);
    out.extend_from_slice(b"{\"content\":[{\"type\":\"text\",\"text\":");
    json_escape_simd::escape_into(text.as_ref(), &mut out);
    out.push(b'}');
    if let Some(image) = &outcome.image {
        out.extend_from_slice(b",{\"type\":\"image\",\"mimeType\":\"");
        out.extend_from_slice(image.media_type.as_bytes());
        out.extend_from_slice(b"\",\"data\":\"");
        out.extend_from_slice(STANDARD.encode(&image.bytes).as_bytes());
        out.extend_from_slice(b"\"}");
    }
    out.push(b']');
    if let (Ok(json), true) = (&outcome.result, structured) {
        out.extend_from_slice(b",\"structuredContent\":");
        out.extend_from_slice(json.as_bytes());
    }
    out.extend_from_slice(if failure.is_some() {
        b",\"isError\":true"
    } else {
        b",\"isError\":false"
    });
    if era == Era::Modern {
        out.extend_from_slice(b",\"resultType\":\"complete\"");
    }
    if era == Era::Modern || failure.is_some() || outcome.rate_limit.is_some() {
        let server_info = (era == Era::Modern).then(server_info::value);
        let meta = Meta { server_info, rate_limit: outcome.rate_limit, error: failure };
        out.extend_from_slice(b",\"_meta\":");
        // Numbers and text: serialising cannot fail.
        out.extend_from_slice(&serde_json::to_vec(&meta).unwrap_or_else(|_| b"{}".to_vec()));
    }
    out.extend_from_slice(b"}}");
    out
}
