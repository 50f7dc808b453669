//! Owns the agents and their runs. A run is done at the second look, and never changes anything.

use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, Uri};
use axum::routing::{get, post};
use axum::{Json, Router, middleware};
use serde_json::{Value, json};

use super::super::Sandbox;
use super::super::seed::ADMINISTRATOR;
use super::answers::{self, CHAT, ERRORS, MAX_QUESTION, answer, citations};
use super::fields::Kind::{Any, Each, OneOf, Shape as Of, Text};
use super::fields::{Field, Record, TEXT, TEXTS, optional, required, text};
use super::refusal::Refused;
use super::shelf::{Shelf, uuid};
use super::{moments, pages};

/// The runs of all agents, by request id.
pub(super) type Runs = Shelf<Run>;

/// One question to one agent.
pub(super) struct Run {
    agent: String,
    question: String,
    sources: Vec<String>,
    looks: u64,
}

/// Name, category, what it is told.
const AGENTS: &[(&str, &str, &str)] = &[
    ("Contract reviewer", "Legal", "Point out unusual clauses."),
    ("Budget checker", "Finance", "Compare plans with what was spent."),
    ("Site diary writer", "Projects", "Turn notes into a diary."),
];

const QUERY: &[Field] = &[
    optional("sortBy", OneOf(&["name", "createdOn"])),
    optional("sortOrder", OneOf(&["asc", "desc"])),
];
const SELECTED_FILE: &[Field] = &[required("entryId", TEXT), optional("filePath", TEXT)];
/// Sources disagree whether folders are texts or objects.
const SELECTED: &[Field] =
    &[optional("files", Each(&Of(SELECTED_FILE))), optional("folders", Each(&Any))];
const ASK: &[Field] = &[
    required("question", Text(MAX_QUESTION)),
    optional("instructions", TEXT),
    optional("conversationId", TEXT),
    optional("chatHistory", Of(CHAT)),
    optional("entryIds", TEXTS),
    optional("selectedItems", Of(SELECTED)),
];

/// One question to the first agent, asked before the first second and answered at the next look.
pub(super) fn seeded() -> Runs {
    let mut runs = Runs::new(|n| uuid("aa", 0x1000 + n));
    runs.add(Run {
        agent: uuid("aa", 1),
        question: "Which clauses of this contract are unusual?".to_owned(),
        sources: vec!["c3000000-0000-4000-8000-000000000004".to_owned()],
        looks: 1,
    });
    runs
}

pub(super) fn state(runs: &Runs) -> Value {
    let show = |(id, run): (&str, &Run)| json!({ "id": id, "agent": run.agent, "question": run.question, "looks": run.looks });
    runs.iter().map(show).collect()
}

pub(super) fn routes() -> Router<Sandbox> {
    Router::new()
        .route("/pubapi/v1/ai/agents/list", get(list))
        .route("/pubapi/v1/ai/agents/{agent}/ask", post(ask))
        .route("/pubapi/v1/ai/agents/{agent}/ask/{id}/status", get(status))
        .route_layer(middleware::from_fn(answers::safeguard))
}

async fn list(uri: Uri) -> Result<Json<Value>, Refused> {
    let query = ERRORS.query(&uri, QUERY)?;
    let mut agents: Vec<Value> = (1..)
        .zip(AGENTS)
        .map(|(n, (name, category, instruction))| {
            json!({
                "agentId": uuid("aa", n),
                "name": name,
                "description": format!("{instruction} For {category}."),
                "status": "ACTIVE",
                "subType": "CUSTOM",
                "category": category,
                "instruction": instruction,
                "createdBy": ADMINISTRATOR,
            })
        })
        .collect();
    // They stand in the order of their making.
    let property = (text(&query, "sortBy") != Some("createdOn")).then_some("name");
    pages::sort(&mut agents, property, text(&query, "sortOrder") == Some("desc"));
    Ok(Json(Value::Array(agents)))
}

async fn ask(
    State(sandbox): State<Sandbox>,
    Path(agent): Path<String>,
    headers: HeaderMap,
    bytes: Bytes,
) -> Result<Json<Value>, Refused> {
    known_agent(&agent)?;
    let body = ERRORS.body(&headers, &bytes, ASK)?;
    let nothing = Record::new();
    let selected = body.get("selectedItems").and_then(Value::as_object).unwrap_or(&nothing);
    answers::known_folders(selected)?;
    let mut sources = answers::all_indexed(&body, "entryIds")?;
    sources.extend(answers::all_indexed(selected, "files")?);
    let mut world = sandbox.world();
    let runs = &mut world.services.agents;
    let next = u64::try_from(runs.len()).unwrap_or_default() + 1;
    let question = text(&body, "question").unwrap_or_default().to_owned();
    let id = runs.add(Run { agent, question, sources, looks: 0 });
    let conversation = text(&body, "conversationId").map(str::to_owned);
    Ok(Json(json!({
        "requestId": id,
        "conversationId": conversation.unwrap_or_else(|| uuid("aa", 0x2000 + next)),
    })))
}

async fn status(
    State(sandbox): State<Sandbox>,
    Path((agent, id)): Path<(String, String)>,
) -> Result<Json<Value>, Refused> {
    known_agent(&agent)?;
    let mut world = sandbox.world();
    let run = world.services.agents.get_mut(&id).filter(|run| run.agent == agent);
    let run = run.ok_or_else(|| ERRORS.missing("agent run", &id))?;
    run.looks += 1;
    let ready = run.looks > 1;
    Ok(Json(json!({
        "status": if ready { "COMPLETED" } else { "RUNNING" },
        "responseText": ready.then(|| answer(&run.question, &run.sources)),
        "citations": if ready { citations(&run.sources) } else { Vec::new() },
        "lastUpdated": moments::seeded(i64::from(ready)).as_millisecond(),
    })))
}

fn known_agent(id: &str) -> Result<(), Refused> {
    let known = (1..).zip(AGENTS).any(|(n, _)| uuid("aa", n) == id);
    known.then_some(()).ok_or_else(|| ERRORS.missing("agent", id))
}
