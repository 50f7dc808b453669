//! The catalog: every tool this service can serve, compiled once from resource definitions and
//! tool docs. No code here or above names a tool.

pub mod filter;

pub use filter::{Exposure, ServerConfig, ToolNames};
