//! Owns the services of the stand-in beside users, groups and files: one room each, with its state
//! and its routes. They know the files of the domain by id only.

mod agents;
mod ai;
mod answers;
mod audit;
mod audit_rows;
mod audit_stream;
mod audit_types;
mod custom_fields;
mod fields;
mod knowledge;
mod known;
mod moments;
mod pages;
mod portal;
mod projects;
mod refusal;
mod shelf;
mod sign;
mod tasks;
mod uploads;
mod webhooks;
mod workflow;
mod workflows;

use axum::Router;
use axum::extract::Request;
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use super::directory::Directory;
use super::{Sandbox, errors, tokens};

/// Everything of these services that can change.
pub(super) struct Services {
    audit: audit::Jobs,
    workflows: workflow::Workflows,
    tasks: tasks::Tasks,
    projects: projects::Projects,
    custom_fields: custom_fields::CustomFields,
    webhooks: webhooks::Webhooks,
    assistant: ai::Runs,
    agents: agents::Runs,
    sign: sign::Agreements,
    uploads: uploads::Requests,
    portal: portal::Workspaces,
}

impl Services {
    /// What there is in the domain's first second.
    pub(super) fn first_second() -> Self {
        Self {
            audit: audit::seeded(),
            workflows: workflow::Workflows::seeded(),
            tasks: tasks::seeded(),
            projects: projects::seeded(),
            custom_fields: custom_fields::seeded(),
            webhooks: webhooks::seeded(),
            assistant: ai::seeded(),
            agents: agents::seeded(),
            sign: sign::seeded(),
            uploads: uploads::none_made(),
            portal: portal::seeded(),
        }
    }

    /// All of it, for `GET /_sandbox/state`.
    pub(super) fn state(&self, directory: &Directory) -> Value {
        json!({
            "audit_jobs": audit::state(&self.audit),
            "workflows": self.workflows.state(directory),
            "tasks": tasks::state(&self.tasks),
            "projects": projects::state(&self.projects),
            "project_custom_fields": custom_fields::state(&self.custom_fields),
            "webhooks": webhooks::state(&self.webhooks),
            "assistant_runs": ai::state(&self.assistant),
            "agent_runs": agents::state(&self.agents),
            "signature_requests": sign::state(&self.sign),
            "upload_requests": uploads::state(&self.uploads),
            "workspaces": portal::state(&self.portal),
        })
    }
}

/// The routes of all services.
pub(super) fn routes() -> Router<Sandbox> {
    Router::new()
        .merge(behind("Egnyte.audit", Who::Administrators, audit::routes()))
        .merge(behind("Egnyte.audit", Who::Administrators, audit_stream::routes()))
        .merge(behind("Egnyte.filesystem", Who::Everybody, workflows::routes()))
        .merge(behind("Egnyte.filesystem", Who::Everybody, tasks::routes()))
        .merge(behind("Egnyte.projectfolders", Who::Everybody, projects::routes()))
        .merge(unsupported(custom_fields::routes()))
        .merge(behind("Egnyte.webhooks", Who::Everybody, webhooks::routes()))
        .merge(behind("Egnyte.ai", Who::Everybody, ai::routes()))
        .merge(behind("Egnyte.ai", Who::Everybody, agents::routes()))
        .merge(behind("Egnyte.sign", Who::Everybody, sign::routes()))
        .merge(behind("Egnyte.uploadrequests", Who::Everybody, uploads::routes()))
        .merge(behind("Egnyte.documentportal", Who::Everybody, portal::routes()))
}

/// Who may use a service, the scope aside.
#[derive(Clone, Copy)]
enum Who {
    Administrators,
    Everybody,
}

/// Puts routes behind a scope.
fn behind(scope: &'static str, who: Who, routes: Router<Sandbox>) -> Router<Sandbox> {
    unsupported(routes).route_layer(middleware::from_fn(
        move |request: Request, next: Next| async move {
            match who {
                Who::Administrators => tokens::require(scope, request, next).await,
                Who::Everybody => tokens::require_scope(scope, request, next).await,
            }
        },
    ))
}

fn unsupported(routes: Router<Sandbox>) -> Router<Sandbox> {
    routes.method_not_allowed_fallback(errors::unsupported)
}

/// How these services name a user.
fn person(directory: &Directory, id: u64) -> Value {
    match directory.user(id) {
        None => json!({ "id": id }),
        Some(user) => json!({
            "id": id,
            "username": user.user_name,
            "firstName": user.given_name,
            "lastName": user.family_name,
            "email": user.email,
        }),
    }
}

/// An answer without a body.
fn done() -> Response {
    axum::http::StatusCode::OK.into_response()
}
