//! The Model Context Protocol, as a tools server speaks it. The protocol itself knows no HTTP
//! framework; `transport` carries it over Streamable HTTP and HTTP+SSE.

pub mod dispatch;
pub mod error;
pub mod instructions;
pub mod jsonrpc;
pub mod notification;
pub mod revision;
pub mod server_info;

mod discovery;
mod legacy;
mod modern;
mod tool_result;
mod tools;

pub mod transport;
