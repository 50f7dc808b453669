//! Owns the tasks on files of the legacy task API. It must never touch a workflow's tasks.

use axum::body::Bytes;
use axum::extract::{Extension, Path, State};
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use jiff::Timestamp;
use serde_json::{Value, json};

use super::super::Sandbox;
use super::super::directory::Directory;
use super::super::seed::ADMINISTRATOR;
use super::super::tokens::Caller;
use super::fields::Kind::{Day, Each, OneOf, Shape as Of};
use super::fields::{Field, NUMBER, Record, TEXT, items, number, optional, required, text};
use super::refusal::{Refused, Shape};
use super::shelf::Shelf;
use super::{done, known, moments, pages};

/// The tasks, by id.
pub(super) type Tasks = Shelf<Task>;

/// One task.
pub(super) struct Task {
    /// What is to be done.
    text: String,
    group_id: String,
    assignor: u64,
    assignee: u64,
    due: Option<String>,
    created: Timestamp,
    completed: Option<Timestamp>,
}

const ERRORS: Shape = Shape::Message;
const MAX_LIMIT: u64 = 50;

const FILE: &[Field] = &[required("groupId", TEXT)];
const ASSIGNEE: &[Field] = &[required("id", NUMBER)];
const BODY: &[Field] = &[
    required("task", TEXT),
    required("file", Of(FILE)),
    required("assignees", Each(&Of(ASSIGNEE))),
    optional("dueDate", Day),
];
const STATUS: &[Field] = &[required("status", OneOf(&["OPEN", "COMPLETED"]))];
const QUERY: &[Field] = &[
    optional("groupId", TEXT),
    optional("assigneeId", NUMBER),
    optional("assignorId", NUMBER),
    optional("limit", NUMBER),
    optional("offset", NUMBER),
    optional("sortBy", OneOf(&["creationDate", "dueDate"])),
    optional("sortDirection", OneOf(&["ASC", "DESC"])),
];

/// Sixty tasks, so that there is more than one page.
pub(super) fn seeded() -> Tasks {
    let mut tasks = Shelf::new(|n| format!("t-{}", 1000 + n));
    for (n, file) in (0..60).zip(known::FILES.iter().cycle()) {
        let created = moments::seeded(-86_400 * 30 + 3_600 * n);
        tasks.add(Task {
            text: format!("Check {}", file.name()),
            group_id: file.group_id.to_owned(),
            assignor: 2104,
            assignee: if n % 12 == 11 { 2163 } else { ADMINISTRATOR },
            due: (n % 3 != 2).then(|| moments::show_day(moments::seeded(86_400 * (n % 20)))),
            created,
            completed: (n % 5 == 4).then_some(created),
        });
    }
    tasks
}

pub(super) fn state(tasks: &Tasks) -> Value {
    tasks.iter().map(|(id, task)| show(id, task)).collect()
}

pub(super) fn routes() -> Router<Sandbox> {
    Router::new()
        .route("/pubapi/v1/tasks", get(list).post(create))
        .route("/pubapi/v1/tasks/{id}", get(get_one).put(replace).patch(set_status).delete(delete))
}

async fn list(State(sandbox): State<Sandbox>, uri: Uri) -> Result<Json<Value>, Refused> {
    let query = ERRORS.query(&uri, QUERY)?;
    let group_id = text(&query, "groupId");
    let assignee = number(&query, "assigneeId");
    let assignor = number(&query, "assignorId");
    if group_id.is_none() && assignee.is_none() && assignor.is_none() {
        return Err(ERRORS.invalid("", "One of groupId, assigneeId and assignorId is required."));
    }
    let world = sandbox.world();
    let wanted = |task: &Task| {
        group_id.is_none_or(|id| id == task.group_id)
            && assignee.is_none_or(|id| id == task.assignee)
            && assignor.is_none_or(|id| id == task.assignor)
    };
    let found = world.services.tasks.iter().filter(|(_, task)| wanted(task));
    let mut found: Vec<Value> = found.map(|(id, task)| show(id, task)).collect();
    let descending = text(&query, "sortDirection") == Some("DESC");
    pages::sort(&mut found, text(&query, "sortBy"), descending);
    let count = found.len();
    // A limit of 0 asks for the count alone.
    let tasks = pages::cut(found, &query, "limit", MAX_LIMIT, MAX_LIMIT);
    Ok(Json(json!({ "tasks": tasks, "count": count })))
}

async fn create(
    State(sandbox): State<Sandbox>,
    Extension(caller): Extension<Caller>,
    headers: HeaderMap,
    bytes: Bytes,
) -> Result<Response, Refused> {
    let body = ERRORS.body(&headers, &bytes, BODY)?;
    let mut guard = sandbox.world();
    let world = &mut *guard;
    let task = read(&body, &world.directory, caller.user_id, Timestamp::now())?;
    let tasks = &mut world.services.tasks;
    let id = tasks.add(task);
    let shown = tasks.get(&id).map(|task| show(&id, task));
    Ok((StatusCode::CREATED, Json(shown)).into_response())
}

async fn get_one(
    State(sandbox): State<Sandbox>,
    Path(id): Path<String>,
) -> Result<Json<Value>, Refused> {
    let world = sandbox.world();
    let task = world.services.tasks.get(&id).ok_or_else(|| missing(&id))?;
    Ok(Json(show(&id, task)))
}

async fn replace(
    State(sandbox): State<Sandbox>,
    Path(id): Path<String>,
    headers: HeaderMap,
    bytes: Bytes,
) -> Result<Json<Value>, Refused> {
    let body = ERRORS.body(&headers, &bytes, BODY)?;
    let mut guard = sandbox.world();
    let world = &mut *guard;
    let task = world.services.tasks.get_mut(&id).ok_or_else(|| missing(&id))?;
    let completed = task.completed;
    *task = read(&body, &world.directory, task.assignor, task.created)?;
    task.completed = completed;
    Ok(Json(show(&id, task)))
}

async fn set_status(
    State(sandbox): State<Sandbox>,
    Path(id): Path<String>,
    headers: HeaderMap,
    bytes: Bytes,
) -> Result<Response, Refused> {
    let body = ERRORS.body(&headers, &bytes, STATUS)?;
    let mut world = sandbox.world();
    let task = world.services.tasks.get_mut(&id).ok_or_else(|| missing(&id))?;
    task.completed = match text(&body, "status") {
        Some("COMPLETED") => task.completed.or_else(|| Some(Timestamp::now())),
        _ => None,
    };
    Ok(done())
}

async fn delete(
    State(sandbox): State<Sandbox>,
    Path(id): Path<String>,
) -> Result<Response, Refused> {
    let removed = sandbox.world().services.tasks.remove(&id);
    removed.then(done).ok_or_else(|| missing(&id))
}

/// The task that a body describes.
fn read(
    body: &Record,
    directory: &Directory,
    assignor: u64,
    created: Timestamp,
) -> Result<Task, Refused> {
    let file = body.get("file").and_then(Value::as_object);
    let group_id = file.and_then(|file| text(file, "groupId")).unwrap_or_default();
    known::file(group_id).ok_or_else(|| ERRORS.missing("file", group_id))?;
    let assignees: Vec<u64> = items(body, "assignees")
        .filter_map(|assignee| number(assignee.as_object()?, "id"))
        .collect();
    let [assignee] = assignees.as_slice() else {
        return Err(ERRORS.invalid("assignees", "must hold exactly one user"));
    };
    if directory.user(*assignee).is_none() {
        return Err(ERRORS.invalid("assignees", format!("There is no user {assignee}.")));
    }
    Ok(Task {
        text: text(body, "task").unwrap_or_default().to_owned(),
        group_id: group_id.to_owned(),
        assignor,
        assignee: *assignee,
        due: text(body, "dueDate").map(str::to_owned),
        created,
        completed: None,
    })
}

fn show(id: &str, task: &Task) -> Value {
    let due = task.due.as_deref().and_then(moments::parse);
    json!({
        "id": id,
        "task": task.text,
        "creationDate": moments::show(task.created),
        "completionDate": task.completed.map(moments::show),
        "dueDate": task.due,
        "dueDateTimestamp": due.map(Timestamp::as_millisecond),
        "assignor": { "id": task.assignor },
        "assignees": [{ "id": task.assignee }],
        "status": if task.completed.is_some() { "COMPLETED" } else { "OPEN" },
        "file": { "groupId": task.group_id },
    })
}

fn missing(id: &str) -> Refused {
    ERRORS.missing("task", id)
}
