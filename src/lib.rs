//! egnyte-mcp: a self-hosted MCP server for Egnyte.
//!
//! This file is the map. Modules are listed top to bottom; a module imports only modules that
//! stand below it (`tests/architecture.rs` checks this), and `sandbox` imports nothing of the rest.

/// Commands: one file each, argument parsing to exit code.
pub mod cli;
/// Composition: the `App`, routes, middleware, listener, drain.
pub mod server;
/// Administration over HTTP: accounts, MCP servers, problem+json.
pub mod api;
/// The Model Context Protocol: JSON-RPC, revisions, dispatch; transports in `mcp::transport`.
pub mod mcp;
/// The pipeline of a call: arguments → request → Egnyte → result.
pub mod invoke;
/// The minted URL's secret: claims, mint, verify, grants and their revocation.
pub mod token;
/// Connected Egnyte accounts: does Egnyte still accept their credentials?
pub mod account;
/// The only code that speaks SQL.
pub mod store;
/// What can be called: definitions + docs, compiled, filtered, listed.
pub mod catalog;
/// The only code that dials out: client, errors, rate limits, domains.
pub mod egnyte;
/// Key ring, sealing, digests.
pub mod crypto;
/// Logs, redaction, metrics.
pub mod telemetry;
/// Request bodies, read within bounds.
pub mod body;
/// The time of day, handed in so that tests can set it.
pub mod clock;

/// A stand-in Egnyte domain, independent of everything above.
pub mod sandbox;
