//! Owns the project folders: v2, and what only v1 has. It must never make, move or delete the
//! folder of a project.

use axum::body::Bytes;
use axum::extract::{Extension, Path, State};
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use jiff::Timestamp;
use serde_json::{Value, json};

use super::super::Sandbox;
use super::super::seed::ADMINISTRATOR;
use super::super::tokens::Caller;
use super::fields::Kind::{Flag, Moment, Object, Shape as Of, Whole};
use super::fields::{Field, NUMBERS, Record, TEXT, TEXTS, items, number, optional, required, text};
use super::refusal::{Refused, Shape};
use super::shelf::{Shelf, uuid};
use super::{custom_fields, done, known, moments};

/// The projects, by id.
pub(super) type Projects = Shelf<Project>;

/// One project.
pub(super) struct Project {
    /// What is shown, but for the id.
    shown: Record,
    /// A clean-up takes from one request for it to the next.
    cleaning: bool,
}

/// The most projects on a page, and the number given when the caller names none.
const MAX_COUNT: u64 = 100;
const ERRORS: Shape = Shape::Description;

const LOCATION: &[Field] = &[
    optional("streetAddress1", TEXT),
    optional("streetAddress2", TEXT),
    optional("city", TEXT),
    optional("state", TEXT),
    optional("country", TEXT),
    optional("postalCode", TEXT),
];
const MARK: &[Field] = &[
    required("rootFolderId", TEXT),
    required("name", TEXT),
    required("status", TEXT),
    optional("description", TEXT),
    optional("startDate", Moment),
    optional("completionDate", Moment),
];
const NEW: &[Field] = &[
    required("parentFolderId", TEXT),
    required("templateFolderId", TEXT),
    required("folderName", TEXT),
    required("name", TEXT),
    required("status", TEXT),
    optional("projectId", TEXT),
    optional("customerName", TEXT),
    optional("location", Of(LOCATION)),
    optional("customFieldsWithValues", Object),
    optional("description", TEXT),
    optional("startDate", Moment),
    optional("completionDate", Moment),
];
const CHANGE: &[Field] = &[
    optional("name", TEXT),
    optional("status", TEXT),
    optional("projectId", TEXT),
    optional("customerName", TEXT),
    optional("location", Of(LOCATION)),
    optional("customFieldsWithValues", Object),
    optional("deleteCustomFields", TEXTS),
    optional("description", TEXT),
    optional("startDate", Moment),
    optional("completionDate", Moment),
];
const SEARCH: &[Field] = &[required("rootFolderId", TEXT)];
const CLEAN_UP: &[Field] = &[
    required("deleteLinks", Flag),
    optional("usersToDelete", NUMBERS),
    optional("usersToDisable", NUMBERS),
];
const PAGE: &[Field] =
    &[optional("startIndex", Whole(1, u64::MAX)), optional("count", Whole(0, u64::MAX))];

/// Folder, name, project number, customer, status. Those without a folder of their own are old
/// projects whose folders have no part elsewhere.
const SEEDS: &[(&str, &str, &str, &str, &str)] = &[
    ("41", "Harbor Tower", "HT-001", "Harbor Estates", "in-progress"),
    ("42", "R&D #2", "RD-002", "Company", "on-hold"),
    ("61", "Lakeside Clinic", "LC-003", "City Health", "completed"),
    ("62", "North Bridge", "NB-004", "Department of Roads", "completed"),
    ("63", "Old Mill Conversion", "OM-005", "Harbor Estates", "canceled"),
    ("64", "Quay Street Offices", "QS-006", "Quay Holdings", "pending"),
    ("65", "River Gate", "RG-007", "Quay Holdings", "in-progress"),
];

pub(super) fn seeded() -> Projects {
    let mut projects = Shelf::new(|n| uuid("a7", n));
    for (folder, name, number, customer, status) in SEEDS {
        let made = moments::show(moments::seeded(-90 * 86_400));
        let project = json!({
            "rootFolderId": format!("a1000000-0000-4000-8000-0000000000{folder}"),
            "name": name,
            "projectId": number,
            "customerName": customer,
            "description": format!("Everything about {name}."),
            "location": { "city": "Lisbon", "country": "Portugal" },
            "status": status,
            "startDate": "2026-01-12T00:00:00Z",
            "completionDate": null,
            "createdBy": ADMINISTRATOR,
            "lastUpdatedBy": ADMINISTRATOR,
            "creationTime": made,
            "lastModifiedTime": made,
            "customFieldsWithValues": { "site-code": number, "phase": "build" },
        });
        let shown = project.as_object().cloned().unwrap_or_default();
        projects.add(Project { shown, cleaning: false });
    }
    projects
}

pub(super) fn state(projects: &Projects) -> Value {
    projects.iter().map(|(id, project)| show(id, project)).collect()
}

pub(super) fn routes() -> Router<Sandbox> {
    Router::new()
        .route("/pubapi/v2/project-folders", get(list).post(create))
        .route("/pubapi/v2/project-folders/search", post(search))
        .route("/pubapi/v2/project-folders/{id}", get(get_one).patch(update).delete(delete))
        .route("/pubapi/v1/project-folders", get(list_v1).post(mark))
        .route("/pubapi/v1/project-folders/{id}", get(get_one))
        .route("/pubapi/v1/project-folders/{id}/cleanup", post(clean_up))
}

/// Whether a project has a value, or one of `values`, in a custom field.
pub(super) fn uses(projects: &Projects, field: &str, values: Option<&[Value]>) -> bool {
    projects.iter().any(|(_, project)| {
        let value = project.shown.get("customFieldsWithValues").and_then(|all| all.get(field));
        value.is_some_and(|value| values.is_none_or(|values| holds(value, values)))
    })
}

/// Takes a custom field, or `values` of it, away from all projects.
pub(super) fn forget(projects: &mut Projects, field: &str, values: Option<&[Value]>) {
    let ids: Vec<String> = projects.iter().map(|(id, _)| id.to_owned()).collect();
    for id in ids {
        let Some(project) = projects.get_mut(&id) else { continue };
        let Some(all) = project.shown.get_mut("customFieldsWithValues") else { continue };
        let Some(all) = all.as_object_mut() else { continue };
        match (all.get_mut(field), values) {
            (Some(Value::Array(held)), Some(values)) => held.retain(|one| !values.contains(one)),
            (Some(value), Some(values)) if !holds(value, values) => {}
            (Some(_), _) => {
                all.shift_remove(field);
            }
            (None, _) => {}
        }
    }
}

fn holds(value: &Value, values: &[Value]) -> bool {
    match value {
        Value::Array(held) => held.iter().any(|one| values.contains(one)),
        value => values.contains(value),
    }
}

/// The documents show this page; live domains are said to answer a bare array, as v1 does.
async fn list(State(sandbox): State<Sandbox>, uri: Uri) -> Result<Json<Value>, Refused> {
    let query = ERRORS.query(&uri, PAGE)?;
    let world = sandbox.world();
    let projects = &world.services.projects;
    let start = number(&query, "startIndex").unwrap_or(1);
    let count = number(&query, "count").unwrap_or(MAX_COUNT).min(MAX_COUNT);
    let skipped = usize::try_from(start - 1).unwrap_or(usize::MAX);
    let resources: Vec<Value> = projects
        .iter()
        .skip(skipped)
        .take(usize::try_from(count).unwrap_or(usize::MAX))
        .map(|(id, project)| show(id, project))
        .collect();
    Ok(Json(json!({
        "itemsPerPage": resources.len(),
        "totalResults": projects.len(),
        "startIndex": start,
        "resources": resources,
    })))
}

async fn list_v1(State(sandbox): State<Sandbox>) -> Json<Value> {
    Json(state(&sandbox.world().services.projects))
}

async fn get_one(
    State(sandbox): State<Sandbox>,
    Path(id): Path<String>,
) -> Result<Json<Value>, Refused> {
    let world = sandbox.world();
    let project = world.services.projects.get(&id).ok_or_else(|| missing(&id))?;
    Ok(Json(show(&id, project)))
}

async fn search(
    State(sandbox): State<Sandbox>,
    headers: HeaderMap,
    bytes: Bytes,
) -> Result<Json<Value>, Refused> {
    let wanted = ERRORS.body(&headers, &bytes, SEARCH)?;
    let world = sandbox.world();
    let here = |project: &Project| project.shown.get("rootFolderId") == wanted.get("rootFolderId");
    let found = world.services.projects.iter().filter(|(_, project)| here(project));
    Ok(Json(found.map(|(id, project)| show(id, project)).collect()))
}

/// Turns a folder into a project.
async fn mark(
    State(sandbox): State<Sandbox>,
    Extension(caller): Extension<Caller>,
    headers: HeaderMap,
    bytes: Bytes,
) -> Result<Response, Refused> {
    let project = ERRORS.body(&headers, &bytes, MARK)?;
    known_folder(&project, "rootFolderId")?;
    let mut world = sandbox.world();
    let projects = &mut world.services.projects;
    let taken = projects
        .iter()
        .any(|(_, other)| other.shown.get("rootFolderId") == project.get("rootFolderId"));
    if taken {
        return Err(ERRORS.invalid("rootFolderId", "is a project already"));
    }
    let id = projects.add(made(project, &caller));
    let shown = projects.get(&id).map(|project| show(&id, project));
    Ok((StatusCode::CREATED, Json(shown)).into_response())
}

/// Makes a project from a template. The answer names the groups it made, not the project.
async fn create(
    State(sandbox): State<Sandbox>,
    Extension(caller): Extension<Caller>,
    headers: HeaderMap,
    bytes: Bytes,
) -> Result<Response, Refused> {
    let mut project = ERRORS.body(&headers, &bytes, NEW)?;
    for folder in ["parentFolderId", "templateFolderId"] {
        known_folder(&project, folder)?;
    }
    let mut guard = sandbox.world();
    let world = &mut *guard;
    if let Some(Value::Object(values)) = project.get("customFieldsWithValues") {
        ERRORS.checked(custom_fields::fit(&world.services.custom_fields, values))?;
    }
    let mut groups = Vec::new();
    if let Some(number) = text(&project, "projectId") {
        let name = format!("{number} Project Team");
        let group = world.directory.create_group(None, name, Vec::new());
        let group = group.map_err(|refusal| ERRORS.invalid("projectId", refusal.to_string()))?;
        groups.push(json!({ "id": group.id, "name": group.display_name }));
    }
    for gone in ["parentFolderId", "templateFolderId", "folderName"] {
        project.shift_remove(gone);
    }
    let nth = u64::try_from(world.services.projects.len()).unwrap_or_default() + 1;
    project.insert("rootFolderId".to_owned(), uuid("a1", 0xf00 + nth).into());
    world.services.projects.add(made(project, &caller));
    Ok((StatusCode::CREATED, Json(json!({ "groupsCreated": groups }))).into_response())
}

async fn update(
    State(sandbox): State<Sandbox>,
    Extension(caller): Extension<Caller>,
    Path(id): Path<String>,
    headers: HeaderMap,
    bytes: Bytes,
) -> Result<Json<Value>, Refused> {
    let mut change = ERRORS.body(&headers, &bytes, CHANGE)?;
    let mut guard = sandbox.world();
    let services = &mut guard.services;
    let project = services.projects.get_mut(&id).ok_or_else(|| missing(&id))?;
    let mut values = project.shown.get("customFieldsWithValues").cloned().unwrap_or_default();
    if let Some(Value::Object(given)) = change.shift_remove("customFieldsWithValues") {
        ERRORS.checked(custom_fields::fit(&services.custom_fields, &given))?;
        if let Value::Object(values) = &mut values {
            values.extend(given);
        }
    }
    if let (Some(Value::Array(names)), Value::Object(values)) =
        (change.shift_remove("deleteCustomFields"), &mut values)
    {
        values.retain(|name, _| !names.iter().any(|gone| gone == name.as_str()));
    }
    project.shown.extend(change);
    project.shown.insert("customFieldsWithValues".to_owned(), values);
    project.shown.insert("lastUpdatedBy".to_owned(), caller.user_id.into());
    let now = moments::show(Timestamp::now());
    project.shown.insert("lastModifiedTime".to_owned(), now.into());
    Ok(Json(show(&id, project)))
}

async fn delete(
    State(sandbox): State<Sandbox>,
    Path(id): Path<String>,
) -> Result<Response, Refused> {
    let removed = sandbox.world().services.projects.remove(&id);
    removed.then(done).ok_or_else(|| missing(&id))
}

/// Starts a clean-up. It is done when it has been asked about once more, by a 409.
async fn clean_up(
    State(sandbox): State<Sandbox>,
    Path(id): Path<String>,
    headers: HeaderMap,
    bytes: Bytes,
) -> Result<Response, Refused> {
    let body = ERRORS.body(&headers, &bytes, CLEAN_UP)?;
    let mut guard = sandbox.world();
    let world = &mut *guard;
    let project = world.services.projects.get_mut(&id).ok_or_else(|| missing(&id))?;
    if std::mem::take(&mut project.cleaning) {
        return Err(ERRORS.conflict("An earlier clean-up of this project is still running."));
    }
    for list in ["usersToDelete", "usersToDisable"] {
        let mut ids = items(&body, list).filter_map(Value::as_u64);
        if let Some(unknown) = ids.find(|id| world.directory.user(*id).is_none()) {
            return Err(ERRORS.invalid(list, format!("There is no user {unknown}.")));
        }
    }
    project.cleaning = true;
    for id in items(&body, "usersToDisable").filter_map(Value::as_u64) {
        if let Some(mut user) = world.directory.user(id).cloned() {
            user.active = false;
            world.directory.insert(user);
        }
    }
    for id in items(&body, "usersToDelete").filter_map(Value::as_u64) {
        // Named twice, it is gone already.
        world.directory.delete_user(id).ok();
    }
    Ok(StatusCode::ACCEPTED.into_response())
}

fn known_folder(project: &Record, field: &str) -> Result<(), Refused> {
    match text(project, field).and_then(known::folder) {
        Some(_) => Ok(()),
        None => Err(ERRORS.invalid(field, "is no folder of this domain")),
    }
}

/// A new project of the caller.
fn made(mut shown: Record, caller: &Caller) -> Project {
    let now = moments::show(Timestamp::now());
    for field in ["createdBy", "lastUpdatedBy"] {
        shown.insert(field.to_owned(), caller.user_id.into());
    }
    for field in ["creationTime", "lastModifiedTime"] {
        shown.insert(field.to_owned(), now.clone().into());
    }
    shown.entry("customFieldsWithValues").or_insert_with(|| json!({}));
    Project { shown, cleaning: false }
}

/// All properties, null where unset.
fn show(id: &str, project: &Project) -> Value {
    let mut shown = Record::new();
    shown.insert("id".to_owned(), id.into());
    for name in [
        "rootFolderId",
        "name",
        "projectId",
        "customerName",
        "description",
        "location",
        "status",
        "startDate",
        "completionDate",
        "createdBy",
        "lastUpdatedBy",
        "creationTime",
        "lastModifiedTime",
        "customFieldsWithValues",
    ] {
        shown.insert(name.to_owned(), project.shown.get(name).cloned().unwrap_or_default());
    }
    Value::Object(shown)
}

fn missing(id: &str) -> Refused {
    ERRORS.missing("project", id)
}
