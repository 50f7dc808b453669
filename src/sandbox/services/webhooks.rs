//! Owns the webhooks: registering and switching. It never delivers anything, and never shows the
//! value of an authentication header.

use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Extension, Json, Router};
use serde_json::{Value, json};

use super::super::Sandbox;
use super::super::errors::Refusal;
use super::super::tokens::Caller;
use super::fields::Kind::{Each, OneOf};
use super::fields::{Field, Record, TEXT, optional, required, text};
use super::refusal::{Refused, Shape};
use super::shelf::{Shelf, uuid};
use super::{done, moments};

/// The webhooks, by id.
pub(super) type Webhooks = Shelf<Record>;

/// How many an application may have on one domain.
const QUOTA: usize = 10;
/// The most folders one webhook watches.
const MAX_FOLDERS: usize = 100;
/// A webhook lives so long after its making.
const LIFE_SECONDS: i64 = 365 * 86_400;
const ERRORS: Shape = Shape::Message;

#[rustfmt::skip]
const EVENTS: &[&str] = &[
    "fs:*", "fs:add_file", "fs:add_folder", "fs:upload_link", "fs:copy_file", "fs:copy_folder",
    "fs:delete_file", "fs:delete_folder", "fs:delete_from_trash", "fs:move_file", "fs:move_folder",
    "fs:restore_from_trash", "fs:lock_file", "fs:unlock_file", "fs:folder_project_activity",
    "link:*", "link:create", "link:create_download_link", "link:create_upload_link", "link:delete",
    "link:delete_download_link", "link:delete_upload_link",
    "comment:*", "comment:set_comment", "comment:remove_comment",
    "meta:*", "meta:add_metadata_key", "meta:delete_metadata_key",
    "permission:*", "permission:permission_change",
    "workflow:*", "workflow:created", "workflow:completed", "workflow:approvaltask_approved",
    "workflow:approvaltask_rejected",
    "group:*", "group:create", "group:delete", "group:rename", "group:add_members",
    "group:remove_members", "group:add_owner", "group:remove_owner",
    "user:*",
];
const STATUSES: &[&str] = &["enabled", "disabled"];

const NEW: &[Field] = &[
    required("url", TEXT),
    optional("eventType", Each(&OneOf(EVENTS))),
    optional("path", TEXT),
    optional("authHeader", TEXT),
    optional("authHeaderValue", TEXT),
];
const REPLACED: &[Field] = &[
    required("url", TEXT),
    optional("eventType", Each(&OneOf(EVENTS))),
    optional("path", TEXT),
    optional("authHeader", TEXT),
    optional("authHeaderValue", TEXT),
    optional("status", OneOf(STATUSES)),
];
const STATUS: &[Field] = &[required("status", OneOf(STATUSES))];

pub(super) fn seeded() -> Webhooks {
    let mut webhooks = Shelf::new(|n| uuid("a8", n));
    for (url, event, path, status) in [
        ("https://hooks.company.com/egnyte", "fs:*", "/Shared/Finance", "enabled"),
        ("https://hooks.company.com/egnyte-links", "link:*", "/Shared/Marketing", "disabled"),
    ] {
        let made = moments::seeded(0).as_second() + LIFE_SECONDS;
        let webhook = json!({
            "url": url, "eventType": [event], "path": path, "authHeader": "X-Hook-Key",
            "status": status, "expires": made,
        });
        webhooks.add(webhook.as_object().cloned().unwrap_or_default());
    }
    webhooks
}

pub(super) fn state(webhooks: &Webhooks) -> Value {
    webhooks.iter().map(|(id, webhook)| details(id, webhook)).collect()
}

pub(super) fn routes() -> Router<Sandbox> {
    Router::new()
        .route("/pubapi/v1/webhooks", get(list).post(create))
        .route("/pubapi/v1/webhooks/{id}", axum::routing::put(replace).delete(delete))
        .route("/pubapi/v1/webhooks/{id}/status", get(get_status).post(set_status))
        .route("/pubapi/v1/webhooks/{id}/details", get(get_details))
}

async fn list(State(sandbox): State<Sandbox>) -> Json<Value> {
    let world = sandbox.world();
    Json(world.services.webhooks.iter().map(|(id, webhook)| summary(id, webhook)).collect())
}

async fn create(
    State(sandbox): State<Sandbox>,
    Extension(caller): Extension<Caller>,
    headers: HeaderMap,
    bytes: Bytes,
) -> Result<Response, Refused> {
    if !caller.admin {
        return Ok(Refusal::NotAdministrator.into_response());
    }
    let mut webhook = checked(ERRORS.body(&headers, &bytes, NEW)?)?;
    let webhooks = &mut sandbox.world().services.webhooks;
    if webhooks.len() >= QUOTA {
        return Err(ERRORS.conflict(format!(
            "The quota of {QUOTA} webhooks for this application and domain is reached."
        )));
    }
    let expires = jiff::Timestamp::now().as_second() + LIFE_SECONDS;
    webhook.insert("status".to_owned(), "enabled".into());
    webhook.insert("expires".to_owned(), expires.into());
    let shown = webhook.clone();
    let id = webhooks.add(webhook);
    Ok(Json(summary(&id, &shown)).into_response())
}

/// `PUT`: what the body leaves out is gone, save for the status.
async fn replace(
    State(sandbox): State<Sandbox>,
    Extension(caller): Extension<Caller>,
    Path(id): Path<String>,
    headers: HeaderMap,
    bytes: Bytes,
) -> Result<Response, Refused> {
    if !caller.admin {
        return Ok(Refusal::NotAdministrator.into_response());
    }
    let mut next = checked(ERRORS.body(&headers, &bytes, REPLACED)?)?;
    let mut world = sandbox.world();
    let webhook = world.services.webhooks.get_mut(&id).ok_or_else(|| missing(&id))?;
    for kept in ["status", "expires"] {
        let value = webhook.get(kept).cloned().unwrap_or_default();
        next.entry(kept).or_insert(value);
    }
    *webhook = next;
    Ok(done())
}

async fn delete(
    State(sandbox): State<Sandbox>,
    Path(id): Path<String>,
) -> Result<Response, Refused> {
    let removed = sandbox.world().services.webhooks.remove(&id);
    removed.then(done).ok_or_else(|| missing(&id))
}

async fn get_status(
    State(sandbox): State<Sandbox>,
    Path(id): Path<String>,
) -> Result<Response, Refused> {
    let world = sandbox.world();
    let webhook = world.services.webhooks.get(&id).ok_or_else(|| missing(&id))?;
    Ok(Json(summary(&id, webhook)).into_response())
}

async fn set_status(
    State(sandbox): State<Sandbox>,
    Path(id): Path<String>,
    headers: HeaderMap,
    bytes: Bytes,
) -> Result<Response, Refused> {
    let change = ERRORS.body(&headers, &bytes, STATUS)?;
    let mut world = sandbox.world();
    let webhook = world.services.webhooks.get_mut(&id).ok_or_else(|| missing(&id))?;
    webhook.extend(change);
    Ok(Json(summary(&id, webhook)).into_response())
}

async fn get_details(
    State(sandbox): State<Sandbox>,
    Path(id): Path<String>,
) -> Result<Response, Refused> {
    let world = sandbox.world();
    let webhook = world.services.webhooks.get(&id).ok_or_else(|| missing(&id))?;
    Ok(Json(details(&id, webhook)).into_response())
}

/// The rules that a table cannot say.
fn checked(webhook: Record) -> Result<Record, Refused> {
    let host = text(&webhook, "url").and_then(|url| url.strip_prefix("https://"));
    if host.is_none_or(str::is_empty) {
        return Err(ERRORS.invalid("url", "must be an HTTPS address"));
    }
    if let Some(path) = text(&webhook, "path") {
        if path.split(',').any(|folder| !folder.trim().starts_with('/')) {
            return Err(ERRORS.invalid("path", "must hold folder paths that begin with /"));
        }
        if path.split(',').count() > MAX_FOLDERS {
            return Err(ERRORS.invalid("path", format!("must hold at most {MAX_FOLDERS} paths")));
        }
    }
    Ok(webhook)
}

fn summary(id: &str, webhook: &Record) -> Value {
    json!({
        "webhookId": id,
        "expires": webhook.get("expires"),
        "status": webhook.get("status"),
    })
}

fn details(id: &str, webhook: &Record) -> Value {
    json!({
        "webhookId": id,
        "expires": webhook.get("expires"),
        "status": webhook.get("status"),
        "eventType": webhook.get("eventType"),
        "path": webhook.get("path"),
        "authHeader": webhook.get("authHeader"),
        "url": webhook.get("url"),
    })
}

fn missing(id: &str) -> Refused {
    ERRORS.missing("webhook", id)
}
