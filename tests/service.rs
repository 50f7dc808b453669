//! The running service, over real HTTP: what an operator's script, an AI client and Egnyte see.
//! Each test starts a service of its own on a free port, in front of a sandbox of its own.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a helper that fails fails the test"
)]

#[path = "service/accounts.rs"]
mod accounts;
#[path = "service/admin_refusals.rs"]
mod admin_refusals;
#[path = "service/admin_routes.rs"]
mod admin_routes;
#[path = "service/agents_calls.rs"]
mod agents_calls;
#[path = "service/agents_listing.rs"]
mod agents_listing;
#[path = "service/agents_same.rs"]
mod agents_same;
#[path = "service/calls.rs"]
mod calls;
#[path = "service/discovery.rs"]
mod discovery;
#[path = "service/doors.rs"]
mod doors;
#[path = "service/drain.rs"]
mod drain;
#[path = "service/examples.rs"]
mod examples;
#[path = "service/faults.rs"]
mod faults;
#[path = "service/file_tools.rs"]
mod file_tools;
#[path = "service/filters.rs"]
mod filters;
#[path = "service/harness.rs"]
mod harness;
#[path = "service/http_sse.rs"]
mod http_sse;
#[path = "service/http_sse_end.rs"]
mod http_sse_end;
#[path = "service/listings.rs"]
mod listings;
#[path = "service/messages.rs"]
mod messages;
#[path = "service/modern.rs"]
mod modern;
#[path = "service/paging.rs"]
mod paging;
#[path = "service/reauth.rs"]
mod reauth;
#[path = "service/redacted.rs"]
mod redacted;
#[path = "service/reload.rs"]
mod reload;
#[path = "service/secrets.rs"]
mod secrets;
#[path = "service/servers.rs"]
mod servers;
#[path = "service/stateless.rs"]
mod stateless;
#[path = "service/streamable.rs"]
mod streamable;
#[path = "service/text_files.rs"]
mod text_files;
#[path = "service/throttles.rs"]
mod throttles;
#[path = "service/tokens.rs"]
mod tokens;
#[path = "service/transfers.rs"]
mod transfers;
#[path = "service/traps.rs"]
mod traps;
#[path = "service/upstream.rs"]
mod upstream;
