//! The stand-in's services beside users, groups and files, over real HTTP.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a helper that fails fails the test"
)]

#[path = "sandbox_services/ai.rs"]
mod ai;
#[path = "sandbox_services/audit.rs"]
mod audit;
#[expect(dead_code, reason = "shared with tests/sandbox.rs, which uses all of it")]
#[path = "sandbox/domain.rs"]
mod domain;
#[path = "sandbox_services/projects.rs"]
mod projects;
#[path = "sandbox_services/requests.rs"]
mod requests;
#[path = "sandbox_services/scopes.rs"]
mod scopes;
#[path = "sandbox_services/tasks.rs"]
mod tasks;
#[path = "sandbox_services/webhooks.rs"]
mod webhooks;
#[path = "sandbox_services/workflows.rs"]
mod workflows;
