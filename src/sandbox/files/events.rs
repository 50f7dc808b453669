//! Owns the log of changes: what is noted of a change, cursors, and the two listings.
//! It must never grow without end: the oldest events age out.

use std::collections::VecDeque;

use axum::extract::State;
use axum::http::{StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use jiff::Timestamp;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Value, json};

use super::access::Level;
use super::complaint::Complaint;
use super::faces::object;
use super::fault::Fault;
use super::params::Params;
use super::path::FsPath;
use super::times::iso;
use super::tree::{File, Node, Tree};
use crate::sandbox::Sandbox;
use crate::sandbox::tokens::Caller;

/// Events kept; beyond, the oldest age out.
const MAX_EVENTS: usize = 2_000;
/// The id of the first event.
const FIRST: u64 = 1_000_001;
/// Events on a page, unless asked otherwise.
const DEFAULT_COUNT: usize = 50;
/// Events on a page, at most.
const MAX_COUNT: usize = 100;
/// What stays as it is in a segment of a path.
const PLAIN: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// The log.
#[derive(Default)]
pub(super) struct Events {
    kept: VecDeque<Event>,
    made: u64,
}

/// One event.
struct Event {
    id: u64,
    change: Change,
}

/// What happened.
pub(super) struct Change {
    time: Timestamp,
    /// `PublicAPI` for everything done here; the seed knows others.
    source: &'static str,
    /// A user's id.
    actor: u64,
    kind: &'static str,
    action: &'static str,
    /// Where it happened.
    path: String,
    data: Value,
    /// What only events of v2 have.
    specific: Option<Value>,
}

impl Change {
    /// Something was done to what lies, or lay, at a path.
    pub(super) fn to_item(actor: u64, action: &'static str, path: &str, data: Value) -> Self {
        Self {
            time: Timestamp::now(),
            source: "PublicAPI",
            actor,
            kind: "file_system",
            action,
            path: path.to_owned(),
            data,
            specific: None,
        }
    }

    /// A comment was made or deleted.
    pub(super) fn to_note(actor: u64, action: &'static str, path: &str, note: &str) -> Self {
        let data = json!({ "note_id": note, "target_path": path });
        Self { kind: "note", ..Self::to_item(actor, action, path, data) }
    }

    /// A permission was set. Events name levels otherwise than the permission endpoints do.
    pub(super) fn permission(actor: u64, path: &str, subject: &str, level: Level) -> Self {
        let name = match level {
            Level::None => "NONE",
            Level::Nav => "NAV",
            Level::ViewerOnly => "VIEWER_ONLY",
            Level::Viewer => "READ",
            Level::Editor => "READWRITE",
            Level::Full => "RWD",
            Level::Owner => "MODIFY",
        };
        let data = json!({ "target_path": path, "is_folder": true });
        let specific = json!({ "subject": subject, "permission": name });
        Self {
            kind: "permission_change",
            specific: Some(specific),
            ..Self::to_item(actor, "set", path, data)
        }
    }

    /// The same at another time and from another source.
    pub(super) fn seeded(self, time: Timestamp, source: &'static str) -> Self {
        Self { time, source, ..self }
    }
}

impl Events {
    /// Notes a change.
    pub(super) fn record(&mut self, change: Change) {
        let id = FIRST + self.made;
        self.made += 1;
        self.kept.push_back(Event { id, change });
        if self.kept.len() > MAX_EVENTS {
            self.kept.pop_front();
        }
    }

    /// The cursor, as both versions answer it.
    pub(super) fn cursor(&self) -> Value {
        json!({
            "timestamp": self.kept.back().map(|event| iso(event.change.time)),
            "latest_event_id": self.latest(),
            "oldest_event_id": self.oldest(),
        })
    }

    fn latest(&self) -> u64 {
        self.kept.back().map_or(FIRST, |event| event.id)
    }

    fn oldest(&self) -> u64 {
        self.kept.front().map_or(FIRST, |event| event.id)
    }
}

/// What an event says of an item: `{prefix}_path`, `{prefix}_id` and, for a file, its group id.
pub(super) fn facts(tree: &Tree, node: Node, prefix: &str, path: &FsPath) -> Value {
    let mut facts = object(json!({ "is_folder": matches!(node, Node::Folder(_)) }));
    facts.insert(format!("{prefix}_path"), json!(path.to_string()));
    match node {
        Node::Folder(id) => {
            facts.insert(format!("{prefix}_id"), json!(id));
        }
        Node::File(id) => {
            let entry = tree.file(id).and_then(File::current).map(|version| version.entry_id);
            facts.insert(format!("{prefix}_id"), json!(entry));
            facts.insert(format!("{prefix}_group_id"), json!(id));
        }
    }
    Value::Object(facts)
}

/// `GET /pubapi/v1/events/cursor` and `GET /pubapi/v2/events/cursor`
pub(super) async fn cursor(State(sandbox): State<Sandbox>) -> Json<Value> {
    Json(sandbox.world().files.events.cursor())
}

/// `GET /pubapi/v1/events`: without permission changes.
pub(super) async fn list(
    State(sandbox): State<Sandbox>,
    Extension(caller): Extension<Caller>,
    uri: Uri,
) -> Result<Response, Complaint> {
    page(&sandbox, &caller, &uri, &["file_system", "note"])
}

/// `GET /pubapi/v2/events`
pub(super) async fn list_v2(
    State(sandbox): State<Sandbox>,
    Extension(caller): Extension<Caller>,
    uri: Uri,
) -> Result<Response, Complaint> {
    page(&sandbox, &caller, &uri, &["file_system", "note", "permission_change"])
}

fn page(
    sandbox: &Sandbox,
    caller: &Caller,
    uri: &Uri,
    known: &[&'static str],
) -> Result<Response, Complaint> {
    let params = Params::of(uri, Complaint::file_system)?;
    let after: u64 =
        params.required("id")?.parse().map_err(|_| params.refuse("id must be a whole number."))?;
    let count = params.number("count", DEFAULT_COUNT, 1, MAX_COUNT)?;
    let suppress = params.choice("suppress", &["app", "user", "none"])?;
    let reverse = params.choice("reverse", &["0", "1"])? == Some("1");
    let types: Vec<&str> = match params.text("type") {
        None => known.to_vec(),
        Some(text) => text.split('|').collect(),
    };
    if let Some(unknown) = types.iter().find(|kind| !known.contains(kind)) {
        return Err(params.refuse(&format!("Unknown type {unknown}.")));
    }
    let folder = match params.text("folder") {
        None => None,
        Some(text) => Some(
            FsPath::of_text(text)
                .ok_or_else(|| params.refuse("folder must begin with a slash."))?,
        ),
    };

    let world = sandbox.world();
    let events = &world.files.events;
    // The id before the oldest one still asks for nothing that is gone.
    if after + 1 < events.oldest() {
        return Err(Fault::Missing.into());
    }
    let wanted = |event: &&Event| {
        let change = &event.change;
        let suppressed = match suppress {
            Some("app") => change.source == "PublicAPI",
            Some("user") => change.actor == caller.user_id,
            _ => false,
        };
        let path = FsPath::of_text(&change.path);
        let inside = folder.as_ref().is_none_or(|f| path.is_some_and(|path| path.within(f)));
        event.id > after && types.contains(&change.kind) && !suppressed && inside
    };
    let matching = events.kept.iter().filter(wanted);
    let found: Vec<&Event> =
        if reverse { matching.rev().take(count).collect() } else { matching.take(count).collect() };
    let ids = || found.iter().map(|event| event.id);
    match (ids().max(), ids().min()) {
        (Some(latest), Some(oldest)) => Ok(Json(json!({
            "count": found.len(),
            "latest_id": latest,
            "oldest_id": oldest,
            "events": found.into_iter().map(face).collect::<Vec<_>>(),
        }))
        .into_response()),
        _ => Ok(StatusCode::NO_CONTENT.into_response()),
    }
}

fn face(event: &Event) -> Value {
    let change = &event.change;
    let segments = change.path.split('/').filter(|segment| !segment.is_empty());
    let encoded = segments.map(|segment| utf8_percent_encode(segment, PLAIN).to_string());
    let path = encoded.collect::<Vec<_>>().join("/");
    let mut face = object(json!({
        "id": event.id,
        "timestamp": iso(change.time),
        "action_source": change.source,
        "actor": change.actor,
        "type": change.kind,
        "action": change.action,
        "object_detail": format!("https://sandbox.egnyte.com/pubapi/v1/fs/{path}"),
        "data": change.data,
    }));
    if let Some(specific) = &change.specific {
        face.insert("eventTypeSpecificAttributes".into(), specific.clone());
    }
    Value::Object(face)
}
