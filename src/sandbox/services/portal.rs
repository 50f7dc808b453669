//! Owns the workspaces of the document portal. It must never make a folder.

use axum::body::Bytes;
use axum::extract::{Extension, State};
use axum::http::HeaderMap;
use axum::routing::get;
use axum::{Json, Router};
use serde_json::{Value, json};

use super::super::Sandbox;
use super::super::seed::ADMINISTRATOR;
use super::super::tokens::Caller;
use super::fields::Kind::{Each, OneOf, Shape as Of};
use super::fields::{Field, NUMBERS, Record, TEXT, items, optional, required, text};
use super::refusal::{Refused, Shape};
use super::shelf::{Shelf, uuid};
use super::{known, person};

/// The workspaces, by id.
pub(super) type Workspaces = Shelf<Record>;

const ERRORS: Shape = Shape::Message;
const TYPES: &[&str] = &["Client", "Project", "Vendor"];
/// A folder that serves as a template.
const TEMPLATE: &str = "af000000-0000-4000-8000-000000000001";

const VARIABLE: &[Field] = &[required("name", TEXT), required("value", NUMBERS)];
const NEW: &[Field] = &[
    required("name", TEXT),
    required("status", OneOf(&["ACTIVE", "INACTIVE"])),
    required("type", OneOf(TYPES)),
    optional("workspaceFolderId", TEXT),
    optional("workspaceParentFolderId", TEXT),
    optional("workspaceTemplateId", TEXT),
    optional("variables", Each(&Of(VARIABLE))),
];

pub(super) fn seeded() -> Workspaces {
    let mut workspaces = Shelf::new(|n| uuid("ae", n));
    for (name, kind, status, tasks) in [
        ("Harbor Tower handover", "Project", "ACTIVE", 4),
        ("Bright Pixel campaign", "Vendor", "ACTIVE", 2),
        ("Old client archive", "Client", "INACTIVE", 0),
    ] {
        let workspace = json!({
            "name": name, "type": kind, "status": status, "taskCount": tasks,
            "creator": ADMINISTRATOR,
        });
        workspaces.add(workspace.as_object().cloned().unwrap_or_default());
    }
    workspaces
}

pub(super) fn state(workspaces: &Workspaces) -> Value {
    workspaces.iter().map(|(id, workspace)| json!({ "id": id, "workspace": workspace })).collect()
}

pub(super) fn routes() -> Router<Sandbox> {
    Router::new()
        .route("/pubapi/v1/document-portal/workspaces", get(list).post(create))
        .route("/pubapi/v1/document-portal/settings", get(settings))
}

async fn list(State(sandbox): State<Sandbox>) -> Json<Value> {
    let world = sandbox.world();
    let show = |(id, workspace): (&str, &Record)| {
        let creator = workspace.get("creator").and_then(Value::as_u64).unwrap_or_default();
        json!({
            "id": id,
            "name": workspace.get("name"),
            "type": workspace.get("type"),
            "status": workspace.get("status"),
            "taskCount": workspace.get("taskCount"),
            "creator": person(&world.directory, creator),
        })
    };
    let results: Vec<Value> = world.services.portal.iter().map(show).collect();
    Json(json!({ "count": results.len(), "results": results }))
}

async fn create(
    State(sandbox): State<Sandbox>,
    Extension(caller): Extension<Caller>,
    headers: HeaderMap,
    bytes: Bytes,
) -> Result<Json<Value>, Refused> {
    let mut workspace = ERRORS.body(&headers, &bytes, NEW)?;
    let folder = text(&workspace, "workspaceFolderId");
    let parent = text(&workspace, "workspaceParentFolderId");
    let template = text(&workspace, "workspaceTemplateId");
    let (field, id) = match (folder, parent) {
        (Some(id), None) => ("workspaceFolderId", id),
        (None, Some(id)) => ("workspaceParentFolderId", id),
        _ => {
            let either = "is needed, or else workspaceParentFolderId, but not both";
            return Err(ERRORS.invalid("workspaceFolderId", either));
        }
    };
    if known::folder(id).is_none() {
        return Err(ERRORS.invalid(field, "is no folder of this domain"));
    }
    if template.is_some() && parent.is_none() {
        return Err(ERRORS.invalid("workspaceTemplateId", "needs workspaceParentFolderId"));
    }
    if template.is_some_and(|id| id != TEMPLATE) {
        return Err(ERRORS.invalid("workspaceTemplateId", "is no workspace template"));
    }
    let mut world = sandbox.world();
    let variables = items(&workspace, "variables").filter_map(Value::as_object);
    for id in variables.flat_map(|variable| items(variable, "value")).filter_map(Value::as_u64) {
        if world.directory.user(id).is_none() {
            return Err(ERRORS.invalid("variables", format!("There is no user {id}.")));
        }
    }
    workspace.insert("taskCount".to_owned(), 0.into());
    workspace.insert("creator".to_owned(), caller.user_id.into());
    Ok(Json(json!({ "id": world.services.portal.add(workspace) })))
}

async fn settings() -> Json<Value> {
    Json(json!({ "workspaceTypes": TYPES }))
}
