//! Owns the endpoints of workflows and of their tasks. It must never keep state.

use axum::body::Bytes;
use axum::extract::{Extension, Path, State};
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use jiff::Timestamp;
use serde_json::{Value, json};

use super::super::Sandbox;
use super::super::tokens::Caller;
use super::fields::Kind::{Each, Flag, Moment, OneOf, Shape as Of, Whole};
use super::fields::{
    Field, NUMBER, NUMBERS, Record, TEXT, items, number, optional, required, text,
};
use super::refusal::{Refused, Shape};
use super::workflow::{Step, Task, Workflow};
use super::{done, known, pages};

const ERRORS: Shape = Shape::Description;
const MAX_WORKFLOWS: u64 = 25;
const MAX_TASKS: u64 = 50;
/// The most steps of a workflow.
const MAX_STEPS: usize = 100;

const FILE: &[Field] = &[required("groupId", TEXT), optional("entryId", TEXT)];
const STEP: &[Field] = &[
    required("name", TEXT),
    required("type", OneOf(&["TODO", "REVIEW", "APPROVAL"])),
    optional("description", TEXT),
    required("stepOptions", Of(STEP_OPTIONS)),
];
const STEP_OPTIONS: &[Field] = &[
    required("assignees", NUMBERS),
    optional("minMustComplete", NUMBER),
    optional("dueDate", Moment),
    optional("signatureRequired", Flag),
];
const NEW: &[Field] = &[
    required("name", TEXT),
    required("file", Of(FILE)),
    required("steps", Each(&Of(STEP))),
    optional("reasonForChange", TEXT),
    optional("workflowType", OneOf(&["TODO", "APPROVAL", "REVIEW_APPROVE"])),
];
const DIRECTIONS: &[&str] = &["ASC", "DESC"];
const QUERY: &[Field] = &[
    optional("assignerId", NUMBER),
    optional("assigneeId", NUMBER),
    optional("groupId", TEXT),
    optional(
        "status",
        OneOf(&[
            "NOT_STARTED",
            "IN_PROGRESS",
            "BEING_CANCELLED",
            "CANCELLED",
            "SUSPENDED",
            "COMPLETED",
        ]),
    ),
    optional("completionStatus", OneOf(&["APPROVED", "REJECTED"])),
    optional("limit", Whole(1, u64::MAX)),
    optional("offset", NUMBER),
    optional(
        "sortBy",
        OneOf(&[
            "NAME",
            "CREATION_DATE",
            "DUE_DATE",
            "COMPLETION_DATE",
            "WORKFLOW_STATUS",
            "WORKFLOW_COMPLETION_STATUS",
        ]),
    ),
    optional("sortDirection", OneOf(DIRECTIONS)),
];
const TASK_QUERY: &[Field] = &[
    optional(
        "status",
        OneOf(&[
            "NOT_STARTED",
            "IN_PROGRESS",
            "BEING_CANCELLED",
            "CANCELLED",
            "SUSPENDED",
            "APPROVED",
            "REJECTED",
            "COMPLETED",
        ]),
    ),
    optional("limit", Whole(1, u64::MAX)),
    optional("offset", NUMBER),
    optional("sortBy", OneOf(&["NAME", "DUE_DATE", "STATUS", "TASK_TYPE"])),
    optional("sortDirection", OneOf(DIRECTIONS)),
];

pub(super) fn routes() -> Router<Sandbox> {
    Router::new()
        .route("/pubapi/v1/workflows", get(list).post(create))
        .route("/pubapi/v1/workflows/tasks", get(list_tasks))
        .route("/pubapi/v1/workflows/{id}", get(get_one))
        .route("/pubapi/v1/workflows/{id}/cancel", post(cancel))
        .route("/pubapi/v1/workflows/{id}/tasks/{task}/completion-signal", post(complete))
}

async fn create(
    State(sandbox): State<Sandbox>,
    Extension(caller): Extension<Caller>,
    headers: HeaderMap,
    bytes: Bytes,
) -> Result<Response, Refused> {
    let body = ERRORS.body(&headers, &bytes, NEW)?;
    let wanted = body.get("file").and_then(Value::as_object);
    let group_id = wanted.and_then(|file| text(file, "groupId")).unwrap_or_default();
    let file = known::file(group_id).ok_or_else(|| ERRORS.missing("file", group_id))?;
    let entry_id =
        wanted.and_then(|file| text(file, "entryId")).or(file.entry_ids.first().copied());
    let entry_id = entry_id.unwrap_or_default();
    if !file.entry_ids.contains(&entry_id) {
        return Err(ERRORS.missing("version", entry_id));
    }
    let steps: Vec<Step> =
        items(&body, "steps").filter_map(Value::as_object).map(read_step).collect();
    if steps.len() > MAX_STEPS {
        return Err(ERRORS.invalid("steps", format!("must hold at most {MAX_STEPS} steps")));
    }

    let mut world = sandbox.world();
    let mut assignees = steps.iter().flat_map(|step| &step.tasks).map(|task| task.assignee);
    if let Some(unknown) = assignees.find(|id| world.directory.user(*id).is_none()) {
        let fault = format!("There is no user {unknown}.");
        return Err(ERRORS.invalid("steps.stepOptions.assignees", fault));
    }
    let id = world.services.workflows.start(Workflow {
        name: text(&body, "name").unwrap_or_default().to_owned(),
        reason: text(&body, "reasonForChange").map(str::to_owned),
        kind: text(&body, "workflowType").unwrap_or("REVIEW_APPROVE").to_owned(),
        group_id: group_id.to_owned(),
        entry_id: entry_id.to_owned(),
        creator: caller.user_id,
        created: Timestamp::now(),
        steps,
        cancelled: false,
        ended: None,
    });
    Ok((StatusCode::CREATED, Json(json!({ "workflowId": id }))).into_response())
}

fn read_step(step: &Record) -> Step {
    let options = step.get("stepOptions").and_then(Value::as_object);
    let mut assignees: Vec<u64> = options
        .into_iter()
        .flat_map(|options| items(options, "assignees"))
        .filter_map(Value::as_u64)
        .collect();
    assignees.dedup();
    Step {
        name: text(step, "name").unwrap_or_default().to_owned(),
        kind: text(step, "type").unwrap_or_default().to_owned(),
        description: text(step, "description").map(str::to_owned),
        due: options.and_then(|options| text(options, "dueDate")).map(str::to_owned),
        tasks: assignees.into_iter().map(Task::of).collect(),
    }
}

/// Administrators see all workflows, others those they started or have a task in.
async fn list(
    State(sandbox): State<Sandbox>,
    Extension(caller): Extension<Caller>,
    uri: Uri,
) -> Result<Json<Value>, Refused> {
    let query = ERRORS.query(&uri, QUERY)?;
    let assigner = number(&query, "assignerId");
    let with_task_of = number(&query, "assigneeId");
    let (group_id, status) = (text(&query, "groupId"), text(&query, "status"));
    let completion = text(&query, "completionStatus");
    let has_task = |workflow: &Workflow, user: u64| {
        workflow.steps.iter().flat_map(|step| &step.tasks).any(|task| task.assignee == user)
    };
    let wanted = |workflow: &Workflow| {
        (caller.admin || workflow.creator == caller.user_id || has_task(workflow, caller.user_id))
            && assigner.is_none_or(|id| id == workflow.creator)
            && with_task_of.is_none_or(|id| has_task(workflow, id))
            && group_id.is_none_or(|id| id == workflow.group_id)
            && status.is_none_or(|status| status == workflow.status())
            && completion.is_none_or(|_| completion == workflow.completion())
    };
    let world = sandbox.world();
    let found = world.services.workflows.iter().filter(|(_, workflow)| wanted(workflow));
    let results = found.map(|(id, workflow)| workflow.summary(id, &world.directory)).collect();
    Ok(Json(page(results, &query, MAX_WORKFLOWS)))
}

async fn get_one(
    State(sandbox): State<Sandbox>,
    Path(id): Path<String>,
) -> Result<Json<Value>, Refused> {
    let world = sandbox.world();
    let workflow = world.services.workflows.get(&id).ok_or_else(|| missing(&id))?;
    Ok(Json(workflow.detail(&id, &world.directory)))
}

async fn cancel(
    State(sandbox): State<Sandbox>,
    Path(id): Path<String>,
) -> Result<Response, Refused> {
    let mut world = sandbox.world();
    let workflow = world.services.workflows.get_mut(&id).ok_or_else(|| missing(&id))?;
    if workflow.cancel(Timestamp::now()) {
        return Ok(done());
    }
    Err(ERRORS.invalid("", format!("The workflow is {}.", workflow.status())))
}

/// The tasks of the token's user.
async fn list_tasks(
    State(sandbox): State<Sandbox>,
    Extension(caller): Extension<Caller>,
    uri: Uri,
) -> Result<Json<Value>, Refused> {
    let query = ERRORS.query(&uri, TASK_QUERY)?;
    let status = text(&query, "status");
    let world = sandbox.world();
    let tasks = world
        .services
        .workflows
        .iter()
        .flat_map(|(id, workflow)| workflow.tasks_of(id, caller.user_id, &world.directory));
    let wanted = |task: &Value| {
        status.is_none_or(|status| task.get("status").is_some_and(|of_task| of_task == status))
    };
    Ok(Json(page(tasks.filter(wanted).collect(), &query, MAX_TASKS)))
}

async fn complete(
    State(sandbox): State<Sandbox>,
    Path((id, task)): Path<(String, String)>,
) -> Result<Response, Refused> {
    let mut world = sandbox.world();
    let workflow = world.services.workflows.get_mut(&id).ok_or_else(|| missing(&id))?;
    if !workflow.has(&task) {
        return Err(ERRORS.missing("task", &task));
    }
    if workflow.complete(&task, Timestamp::now()) {
        return Ok(done());
    }
    Err(ERRORS.invalid("", format!("The task {task} does not wait to be completed.")))
}

fn page(mut results: Vec<Value>, query: &Record, most: u64) -> Value {
    let property = text(query, "sortBy").map(|by| match by {
        "CREATION_DATE" => "creationDate",
        "DUE_DATE" => "dueDate",
        "COMPLETION_DATE" => "completionDate",
        "WORKFLOW_STATUS" | "STATUS" => "status",
        "WORKFLOW_COMPLETION_STATUS" => "completionStatus",
        "TASK_TYPE" => "taskType",
        _ => "name",
    });
    pages::sort(&mut results, property, text(query, "sortDirection") == Some("DESC"));
    let total = results.len();
    json!({ "results": pages::cut(results, query, "limit", most, most), "totalCount": total })
}

fn missing(id: &str) -> Refused {
    ERRORS.missing("workflow", id)
}
