//! Owns what the stand-in's artificial intelligence says: canned, made of the question and of what
//! it was asked about, so the same question gives the same answer.

use axum::extract::Request;
use axum::http::HeaderValue;
use axum::middleware::Next;
use axum::response::Response;
use serde_json::{Value, json};

use super::fields::Kind::{Each, OneOf, Shape as Of};
use super::fields::{Field, Record, TEXT, items, required, text};
use super::known::{self, KnownFile};
use super::refusal::{Refused, Shape};

/// How the AI services shape their errors.
pub(super) const ERRORS: Shape = Shape::Description;
/// The longest question to an assistant or agent, in characters.
pub(super) const MAX_QUESTION: usize = 35_000;

const MESSAGE: &[Field] =
    &[required("role", OneOf(&["user", "assistant", "system"])), required("content", TEXT)];
/// What was said before.
pub(super) const CHAT: &[Field] = &[required("messages", Each(&Of(MESSAGE)))];

/// Says so when a caller asks for what policies block to be withheld. Nothing here is blocked.
pub(super) async fn safeguard(request: Request, next: Next) -> Response {
    let asked = request.headers().get("x-egnyte-ai-safeguards-enabled");
    let asked = asked.is_some_and(|value| value.as_bytes().eq_ignore_ascii_case(b"true"));
    let mut response = next.run(request).await;
    if asked {
        let yes = HeaderValue::from_static("true");
        response.headers_mut().insert("x-egnyte-ai-safeguarded", yes);
    }
    response
}

/// The file of a version, when it has text to speak of.
pub(super) fn indexed(entry_id: &str) -> Result<(&'static KnownFile, &'static str), Refused> {
    let found = known::entry(entry_id).and_then(|file| Some((file, file.says?)));
    found.ok_or_else(|| ERRORS.missing("indexed file version", entry_id))
}

/// The files of a list of versions: texts, or objects with `entryId`.
pub(super) fn all_indexed(entries: &Record, list: &str) -> Result<Vec<String>, Refused> {
    let ids = items(entries, list).filter_map(|entry| {
        entry.as_str().or_else(|| entry.get("entryId")?.as_str()).map(str::to_owned)
    });
    ids.map(|id| indexed(&id).map(|_| id)).collect()
}

/// Refuses folders that are not there: texts, or objects with `id`.
pub(super) fn known_folders(selected: &Record) -> Result<(), Refused> {
    for folder in items(selected, "folders") {
        let id = folder.as_str().or_else(|| text(folder.as_object()?, "id")).unwrap_or_default();
        known::folder(id).ok_or_else(|| ERRORS.missing("folder", id))?;
    }
    Ok(())
}

/// What is said to a question about `sources`, or about everything when there are none.
pub(super) fn answer(question: &str, sources: &[String]) -> String {
    let names: Vec<&str> =
        sources.iter().filter_map(|id| known::entry(id)).map(KnownFile::name).collect();
    match names.as_slice() {
        [] => format!("You asked: {question} Nothing was selected, so this is all I can say."),
        names => format!("You asked: {question} The answer comes from {}.", names.join(", ")),
    }
}

/// Where an answer comes from.
pub(super) fn citations(sources: &[String]) -> Vec<Value> {
    sources
        .iter()
        .filter_map(|id| {
            let file = known::entry(id)?;
            Some(json!({
                "filename": file.name(),
                "entryId": id,
                "chunks": [{ "chunkId": format!("{id}-1"), "sourceText": file.says? }],
            }))
        })
        .collect()
}
