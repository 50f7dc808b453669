//! JSON-RPC errors: protocol faults only. A tool that fails is a result with `isError`, not this.

use serde::Serialize;
use serde_json::Value;

/// An error object (JSON-RPC 2.0, section 5.1).
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct RpcError {
    /// One of the constants here.
    pub code: i32,
    /// What is wrong and what to do.
    pub message: String,
    /// Details for programs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub data: Option<Value>,
}

/// The body is not JSON.
pub const PARSE_ERROR: i32 = -32700;
/// The body is JSON, but no JSON-RPC message.
pub const INVALID_REQUEST: i32 = -32600;
/// There is no such method.
pub const METHOD_NOT_FOUND: i32 = -32601;
/// The method's parameters do not fit.
pub const INVALID_PARAMS: i32 = -32602;
/// 2026-07-28: a header is missing or does not say what the body says.
pub const HEADER_MISMATCH: i32 = -32020;
/// 2026-07-28: the revision is not supported; `data` names those that are.
pub const UNSUPPORTED_VERSION: i32 = -32022;
/// Before 2026-07-28: there is no such resource.
pub const RESOURCE_NOT_FOUND_LEGACY: i32 = -32002;
/// The URL no longer works, or needs more than was sent. Ours: JSON-RPC reserves -32768..-32000.
pub const REFUSED: i32 = -31001;
/// Too much at once. Ours.
pub const OVERLOADED: i32 = -31002;

impl RpcError {
    /// An error without data.
    pub fn new(code: i32, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), data: None }
    }
}
