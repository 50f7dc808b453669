//! The stand-in Egnyte, over real HTTP: what the documents say must be what it answers.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a helper that fails fails the test"
)]

#[path = "sandbox/around.rs"]
mod around;
#[path = "sandbox/contents.rs"]
mod contents;
#[path = "sandbox/domain.rs"]
mod domain;
#[path = "sandbox/faults.rs"]
mod faults;
#[path = "sandbox/groups.rs"]
mod groups;
#[path = "sandbox/limits.rs"]
mod limits;
#[path = "sandbox/links.rs"]
mod links;
#[path = "sandbox/permissions.rs"]
mod permissions;
#[path = "sandbox/scenarios.rs"]
mod scenarios;
#[path = "sandbox/search.rs"]
mod search;
#[path = "sandbox/tokens.rs"]
mod tokens;
#[path = "sandbox/tree.rs"]
mod tree;
#[path = "sandbox/user_writes.rs"]
mod user_writes;
#[path = "sandbox/users.rs"]
mod users;
