//! Owns the knowledge bases: the list and the questions to one. It must never change one.

use axum::Json;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use serde_json::{Value, json};

use super::super::Sandbox;
use super::super::seed::ADMINISTRATOR;
use super::answers::{CHAT, ERRORS, answer, citations};
use super::fields::Kind::{Each, Flag, OneOf, Shape as Of, Whole};
use super::fields::{Field, NUMBER, Record, TEXT, flag, items, number, optional, required, text};
use super::refusal::Refused;
use super::shelf::uuid;
use super::{known, moments, pages, person};

const USUAL_SIZE: u64 = 200;
const FILE_LIMIT: u64 = 1_000;

/// Name, description, folder, status.
const BASES: &[(&str, &str, &str, &str)] = &[
    ("Contract library", "All signed contracts.", "/Shared/Legal/Contracts", "ACTIVE"),
    ("Finance handbook", "Reports and budgets.", "/Shared/Finance/Reports", "ACTIVE"),
    ("Brand guide", "How we look and speak.", "/Shared/Marketing", "ACTIVE"),
    ("Harbor Tower", "Everything about the site.", "/Shared/Projects/Harbor Tower", "ACTIVE"),
    ("Archive of 2019", "Old papers.", "/Shared/Archive/2019", "DELETED"),
    ("Research", "Not processed yet.", "/Shared/Projects/R&D #2 (50% done)+", "CREATED"),
];

const LIST: &[Field] = &[
    required("sortBy", Each(&OneOf(&["createdOn", "name"]))),
    required("sortDirection", Each(&OneOf(&["ASC", "DESC"]))),
    required("status", Each(&OneOf(&["ACTIVE", "DELETED", "CREATED"]))),
    optional("page", NUMBER),
    optional("size", Whole(1, u64::MAX)),
    optional("createdBy", NUMBER),
    optional("createdAfter", NUMBER),
    optional("createdBefore", NUMBER),
    optional("includePlaceholderData", Flag),
    optional("includeProcessingStatistics", Flag),
    optional("includePrompts", Flag),
];
const ASK: &[Field] = &[
    required("question", TEXT),
    optional("includeCitations", Flag),
    optional("chatHistory", Of(CHAT)),
];

/// `POST /pubapi/v1/ai/kb/list`: the page is asked for in the body.
pub(super) async fn list(
    State(sandbox): State<Sandbox>,
    headers: HeaderMap,
    bytes: Bytes,
) -> Result<Json<Value>, Refused> {
    let query = ERRORS.body(&headers, &bytes, LIST)?;
    let world = sandbox.world();
    let wanted = |base: &Value| {
        let created = base.get("createdOn").and_then(Value::as_u64).unwrap_or_default();
        items(&query, "status").any(|status| base.get("status") == Some(status))
            && number(&query, "createdBy").is_none_or(|id| id == ADMINISTRATOR)
            && number(&query, "createdAfter").is_none_or(|time| created > time)
            && number(&query, "createdBefore").is_none_or(|time| created < time)
    };
    let creator = person(&world.directory, ADMINISTRATOR);
    let mut found: Vec<Value> =
        (1..).zip(BASES).map(|(n, base)| show(n, base, &query, &creator)).filter(wanted).collect();
    let descending = items(&query, "sortDirection").next().is_some_and(|to| to == "DESC");
    pages::sort(&mut found, items(&query, "sortBy").next().and_then(Value::as_str), descending);

    let total = found.len();
    let size = number(&query, "size").unwrap_or(USUAL_SIZE);
    let page = number(&query, "page").unwrap_or_default();
    let mut window = Record::new();
    window.insert("offset".to_owned(), page.saturating_mul(size).into());
    let content = pages::cut(found, &window, "limit", size, u64::MAX);
    let pages = u64::try_from(total).unwrap_or_default().div_ceil(size);
    Ok(Json(json!({
        "number": page,
        "size": size,
        "first": page == 0,
        "last": page + 1 >= pages,
        "empty": content.is_empty(),
        "numberOfElements": content.len(),
        "totalElements": total,
        "totalPages": pages,
        "fileLimit": FILE_LIMIT,
        "content": content,
    })))
}

/// `POST /pubapi/v1/ai/kb/{kbId}/ask`
pub(super) async fn ask(
    Path(id): Path<String>,
    headers: HeaderMap,
    bytes: Bytes,
) -> Result<Json<Value>, Refused> {
    let (_, name, folder) = (1..)
        .zip(BASES)
        .filter(|(_, (.., status))| *status == "ACTIVE")
        .map(|(n, (name, _, folder, _))| (uuid("a9", n), name, folder))
        .find(|(known, ..)| *known == id)
        .ok_or_else(|| ERRORS.missing("active knowledge base", &id))?;
    let body = ERRORS.body(&headers, &bytes, ASK)?;
    let question = text(&body, "question").unwrap_or_default();
    let sources: Vec<String> = known::FILES
        .iter()
        .filter(|file| file.says.is_some() && file.path.starts_with(folder))
        .filter_map(|file| file.entry_ids.first().map(|id| (*id).to_owned()))
        .collect();
    let shown = if flag(&body, "includeCitations") { citations(&sources) } else { Vec::new() };
    Ok(Json(json!({
        "response": { "text": format!("{name}: {}", answer(question, &sources)) },
        "citations": shown,
        "conversationId": id,
    })))
}

fn show(
    n: u64,
    (name, description, folder, status): &(&str, &str, &str, &str),
    query: &Record,
    creator: &Value,
) -> Value {
    let made = i64::try_from(n).unwrap_or_default() * 86_400 - 86_400 * 100;
    let processed = (*status == "ACTIVE").then(|| moments::seeded(-3_600).as_millisecond());
    json!({
        "id": uuid("a9", n),
        "name": name,
        "description": description,
        "paths": [folder],
        "status": status,
        "type": "KNOWLEDGE_BASE",
        "createdBy": ADMINISTRATOR,
        "createdByUser": creator,
        "createdOn": moments::seeded(made).as_millisecond(),
        "noResponseMessage": "I found nothing about this.",
        "iconName": "book",
        "subType": null,
        "progress": flag(query, "includeProcessingStatistics").then_some(100),
        "lastProcessedAt": processed,
        "pathCount": 1,
        "prompts": flag(query, "includePrompts").then(|| json!(["What is in here?"])),
        "subStatus": null,
    })
}
