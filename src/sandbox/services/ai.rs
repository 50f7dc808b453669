//! Owns the questions to documents and to the assistant. The assistant's answers are ready at the
//! second look, and it never changes anything.

use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, Uri};
use axum::routing::{get, post};
use axum::{Json, Router, middleware};
use serde_json::{Value, json};

use super::super::Sandbox;
use super::answers::{self, CHAT, ERRORS, MAX_QUESTION, answer, citations, indexed};
use super::fields::Kind::{Each, Flag, Shape as Of, Text};
use super::fields::{Field, Record, TEXT, flag, optional, required, text};
use super::refusal::Refused;
use super::shelf::{Shelf, uuid};
use super::{knowledge, moments};

/// The questions to the assistant, by execution id.
pub(super) type Runs = Shelf<Run>;

/// One question to the assistant.
pub(super) struct Run {
    question: String,
    sources: Vec<String>,
    cited: bool,
    looks: u64,
}

const ASK_DOCUMENT: &[Field] = &[
    required("question", TEXT),
    optional("includeCitations", Flag),
    optional("chatHistory", Of(CHAT)),
];
const SUMMARIZE: &[Field] = &[optional("chatHistory", Of(CHAT))];
const SELECTED_FOLDER: &[Field] = &[required("id", TEXT)];
const SELECTED_FILE: &[Field] = &[required("entryId", TEXT)];
const SELECTED: &[Field] = &[
    optional("folders", Each(&Of(SELECTED_FOLDER))),
    optional("files", Each(&Of(SELECTED_FILE))),
    optional("allEgnyteSearch", Flag),
    optional("webSearch", Flag),
];
const MODEL: &[Field] = &[required("name", TEXT), optional("version", TEXT)];
const ASK_ASSISTANT: &[Field] = &[
    required("question", Text(MAX_QUESTION)),
    optional("selectedItems", Of(SELECTED)),
    optional("includeCitations", Flag),
    optional("chatHistory", Of(CHAT)),
    optional("conversationId", TEXT),
    optional("mcpSelectionId", TEXT),
    optional("modelDetails", Of(MODEL)),
];
const STATUS_QUERY: &[Field] = &[optional("includeCitations", Flag)];

/// One question, asked before the first second and answered at the next look.
pub(super) fn seeded() -> Runs {
    let mut runs = Runs::new(|n| uuid("a9", 0x1000 + n));
    runs.add(Run {
        question: "Which contracts renew this year?".to_owned(),
        sources: vec!["c3000000-0000-4000-8000-000000000004".to_owned()],
        cited: true,
        looks: 1,
    });
    runs
}

pub(super) fn state(runs: &Runs) -> Value {
    runs.iter()
        .map(|(id, run)| json!({ "id": id, "question": run.question, "looks": run.looks }))
        .collect()
}

pub(super) fn routes() -> Router<Sandbox> {
    Router::new()
        .route("/pubapi/v1/ai/document/{id}/ask", post(ask_document))
        .route("/pubapi/v1/ai/document/{id}/summary", post(summarize))
        .route("/pubapi/v1/ai/assistant/ask", post(ask_assistant))
        .route("/pubapi/v1/ai/assistant/{id}/status", get(assistant_status))
        .route("/pubapi/v1/ai/kb/list", post(knowledge::list))
        .route("/pubapi/v1/ai/kb/{id}/ask", post(knowledge::ask))
        .route_layer(middleware::from_fn(answers::safeguard))
}

async fn ask_document(
    Path(id): Path<String>,
    headers: HeaderMap,
    bytes: Bytes,
) -> Result<Json<Value>, Refused> {
    let body = ERRORS.body(&headers, &bytes, ASK_DOCUMENT)?;
    indexed(&id)?;
    let question = text(&body, "question").unwrap_or_default();
    let sources = [id];
    let shown = if flag(&body, "includeCitations") { citations(&sources) } else { Vec::new() };
    Ok(Json(json!({
        "response": { "text": answer(question, &sources) },
        "citations": shown,
    })))
}

/// The body may be missing altogether.
async fn summarize(
    Path(id): Path<String>,
    headers: HeaderMap,
    bytes: Bytes,
) -> Result<Json<Value>, Refused> {
    if !bytes.is_empty() {
        ERRORS.body(&headers, &bytes, SUMMARIZE)?;
    }
    let (file, says) = indexed(&id)?;
    let summary = format!("{} ({id}) is {says}.", file.name());
    Ok(Json(json!({ "response": { "text": summary } })))
}

async fn ask_assistant(
    State(sandbox): State<Sandbox>,
    headers: HeaderMap,
    bytes: Bytes,
) -> Result<Json<Value>, Refused> {
    let body = ERRORS.body(&headers, &bytes, ASK_ASSISTANT)?;
    let nothing = Record::new();
    let selected = body.get("selectedItems").and_then(Value::as_object).unwrap_or(&nothing);
    answers::known_folders(selected)?;
    let sources = answers::all_indexed(selected, "files")?;
    let mut world = sandbox.world();
    let runs = &mut world.services.assistant;
    let next = u64::try_from(runs.len()).unwrap_or_default() + 1;
    let conversation = text(&body, "conversationId").map(str::to_owned);
    let conversation = conversation.unwrap_or_else(|| uuid("a9", 0x2000 + next));
    let id = runs.add(Run {
        question: text(&body, "question").unwrap_or_default().to_owned(),
        sources,
        cited: flag(&body, "includeCitations"),
        looks: 0,
    });
    Ok(Json(json!({
        "conversationId": conversation,
        "executionId": id,
        "executionStatus": "IN_PROGRESS",
        "truncated": false,
        "actions": [],
    })))
}

async fn assistant_status(
    State(sandbox): State<Sandbox>,
    Path(id): Path<String>,
    uri: Uri,
) -> Result<Json<Value>, Refused> {
    let query = ERRORS.query(&uri, STATUS_QUERY)?;
    let mut world = sandbox.world();
    let run = world.services.assistant.get_mut(&id);
    let run = run.ok_or_else(|| ERRORS.missing("assistant execution", &id))?;
    run.looks += 1;
    let ready = run.looks > 1;
    let cited = ready && (run.cited || flag(&query, "includeCitations"));
    Ok(Json(json!({
        "status": if ready { "COMPLETED" } else { "IN_PROGRESS" },
        "responseText": ready.then(|| answer(&run.question, &run.sources)),
        "thoughts": [],
        "citations": if cited { citations(&run.sources) } else { Vec::new() },
        "actions": [],
        "intent": null,
        "lastUpdated": moments::seeded(i64::from(ready)).as_millisecond(),
        "numToolCalls": 0,
        "pendingActions": [],
        "toolCalls": [],
    })))
}
