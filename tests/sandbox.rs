//! The stand-in Egnyte, over real HTTP: what the documents say must be what it answers.

#[path = "sandbox/domain.rs"]
mod domain;
#[path = "sandbox/faults.rs"]
mod faults;
#[path = "sandbox/groups.rs"]
mod groups;
#[path = "sandbox/limits.rs"]
mod limits;
#[path = "sandbox/scenarios.rs"]
mod scenarios;
#[path = "sandbox/tokens.rs"]
mod tokens;
#[path = "sandbox/users.rs"]
mod users;
