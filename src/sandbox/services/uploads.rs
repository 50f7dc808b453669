//! Owns the upload requests. It never writes to anybody.

use axum::body::Bytes;
use axum::extract::{Extension, State};
use axum::http::HeaderMap;
use axum::routing::{get, post};
use axum::{Json, Router};
use serde_json::{Value, json};

use super::super::Sandbox;
use super::super::tokens::Caller;
use super::fields::Kind::{Each, Moment, Shape as Of};
use super::fields::{Field, NUMBER, Record, TEXT, items, number, optional, required, text};
use super::refusal::{Refused, Shape};
use super::shelf::{Shelf, uuid};
use super::{known, moments};

/// The requests that were made, by id.
pub(super) type Requests = Shelf<Record>;

const ERRORS: Shape = Shape::Message;

/// Id, name, instructions.
const TEMPLATES: &[(&str, &str, &str)] = &[
    (
        "ad000000-0000-4000-8000-000000000001",
        "Vendor documents",
        "Please upload your certificate of insurance and your tax form.",
    ),
    (
        "ad000000-0000-4000-8000-000000000002",
        "Month-end receipts",
        "Please upload all receipts of the month as PDF.",
    ),
];

const ASSIGNEE: &[Field] = &[optional("userId", NUMBER), optional("externalEmail", TEXT)];
const NEW: &[Field] = &[
    required("name", TEXT),
    required("dueDate", Moment),
    required("folderId", TEXT),
    required("templateId", TEXT),
    required("assignees", Each(&Of(ASSIGNEE))),
    required("assigneeInstructions", TEXT),
];

pub(super) fn none_made() -> Requests {
    // Beyond the ids of templates.
    Shelf::new(|n| uuid("ad", 0x100 + n))
}

pub(super) fn state(requests: &Requests) -> Value {
    requests.iter().map(|(id, request)| json!({ "id": id, "request": request })).collect()
}

pub(super) fn routes() -> Router<Sandbox> {
    Router::new()
        .route("/pubapi/v1/upload-requests/templates", get(list_templates))
        .route("/pubapi/v1/upload-requests", post(create))
}

async fn list_templates() -> Json<Value> {
    let show = |(id, name, instructions): &(&str, &str, &str)| {
        json!({
            "templateId": id,
            "version": 1,
            "name": name,
            "status": "ACTIVE",
            "assigneeInstructions": instructions,
        })
    };
    Json(TEMPLATES.iter().map(show).collect())
}

async fn create(
    State(sandbox): State<Sandbox>,
    Extension(caller): Extension<Caller>,
    headers: HeaderMap,
    bytes: Bytes,
) -> Result<Json<Value>, Refused> {
    let mut request = ERRORS.body(&headers, &bytes, NEW)?;
    if text(&request, "folderId").and_then(known::folder).is_none() {
        return Err(ERRORS.invalid("folderId", "is no folder of this domain"));
    }
    let template = text(&request, "templateId");
    if !TEMPLATES.iter().any(|(id, ..)| Some(*id) == template) {
        return Err(ERRORS.invalid("templateId", "is no upload request template"));
    }
    let mut world = sandbox.world();
    for assignee in items(&request, "assignees").filter_map(Value::as_object) {
        let user = number(assignee, "userId");
        let email = text(assignee, "externalEmail");
        let fault = match (user, email) {
            (Some(_), Some(_)) | (None, None) => Some("needs either userId or externalEmail"),
            (Some(id), None) if world.directory.user(id).is_none() => Some("names an unknown user"),
            (None, Some(email)) if !email.contains('@') => Some("needs a valid externalEmail"),
            _ => None,
        };
        if let Some(fault) = fault {
            return Err(ERRORS.invalid("assignees", fault));
        }
    }
    let now = moments::show(jiff::Timestamp::now());
    request.insert("createdOn".to_owned(), now.into());
    request.insert("createdBy".to_owned(), caller.user_id.into());
    Ok(Json(json!({ "id": world.services.uploads.add(request) })))
}
