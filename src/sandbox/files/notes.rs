//! Owns comments, which Egnyte calls notes. What is missing is a 403 here, as Egnyte has it.
//! It must never keep a comment that nobody could find: each stands on a file or folder.

use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Value, json};
use uuid::Uuid;

use super::access::{self, Level};
use super::bodies::read_json;
use super::complaint::Complaint;
use super::events::Change;
use super::faces::login;
use super::params::Params;
use super::path::FsPath;
use super::times::{iso, parse};
use super::tree::{Node, Tree};
use crate::sandbox::directory::Directory;
use crate::sandbox::tokens::Caller;
use crate::sandbox::{Sandbox, World};

/// Comments of the whole domain.
const MAX_NOTES: usize = 10_000;
/// Comments on a page, unless asked otherwise.
const DEFAULT_COUNT: usize = 25;
/// Comments on a page, at most.
const MAX_COUNT: usize = 100;

/// One comment.
pub(super) struct Note {
    pub(super) id: Uuid,
    pub(super) on: Node,
    pub(super) message: String,
    /// A user's id.
    pub(super) by: u64,
    pub(super) created: Timestamp,
}

/// The body of a new comment. Whatever else is in it is refused.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NewNote {
    path: String,
    body: String,
}

impl Note {
    /// How it looks to somebody.
    pub(super) fn face(
        &self,
        tree: &Tree,
        directory: &Directory,
        caller: Option<&Caller>,
    ) -> Value {
        let name = directory.user(self.by);
        let name = name.map(|user| format!("{} {}", user.given_name, user.family_name));
        let can_delete = caller.is_none_or(|caller| caller.is_admin() || caller.user_id == self.by);
        json!({
            "id": self.id,
            "message": self.message,
            "username": login(directory, self.by),
            "can_delete": can_delete,
            "creation_time": iso(self.created),
            "formatted_name": name,
            "file_path": tree.path(self.on).to_string(),
            "group_id": match self.on { Node::File(id) | Node::Folder(id) => id },
        })
    }

    /// Whether what it stands on is still there.
    pub(super) fn stands(&self, tree: &Tree) -> bool {
        match self.on {
            Node::File(id) => tree.file(id).is_some(),
            Node::Folder(id) => tree.folder(id).is_some(),
        }
    }
}

/// `POST /pubapi/v1/notes`
pub(super) async fn create(
    State(sandbox): State<Sandbox>,
    Extension(caller): Extension<Caller>,
    headers: HeaderMap,
    bytes: Bytes,
) -> Result<Response, Complaint> {
    let new: NewNote = read_json(&headers, &bytes, wording)?;
    if new.body.trim().is_empty() {
        return Err(wording(StatusCode::BAD_REQUEST, "body must not be empty."));
    }
    let mut guard = sandbox.world();
    let world = &mut *guard;
    let on = visible(world, &caller, &new.path)?;
    if world.files.notes.len() >= MAX_NOTES {
        return Err(wording(StatusCode::INSUFFICIENT_STORAGE, "The sandbox is full."));
    }
    let id = world.files.tree.new_id();
    let note = Note { id, on, message: new.body, by: caller.user_id, created: Timestamp::now() };
    let face = note.face(&world.files.tree, &world.directory, Some(&caller));
    world.files.notes.push(note);
    let change = Change::to_note(caller.user_id, "create", &new.path, &id.to_string());
    world.files.events.record(change);
    Ok((StatusCode::CREATED, Json(face)).into_response())
}

/// `GET /pubapi/v1/notes`: the newest first.
pub(super) async fn list(
    State(sandbox): State<Sandbox>,
    Extension(caller): Extension<Caller>,
    uri: Uri,
) -> Result<Json<Value>, Complaint> {
    let params = Params::of(&uri, wording)?;
    let offset = params.number("offset", 0, 0, usize::MAX)?;
    let count = params.number("count", DEFAULT_COUNT, 1, MAX_COUNT)?;
    let time = |name: &str| match params.text(name) {
        None => Ok(None),
        Some(text) => parse(text)
            .map(Some)
            .ok_or_else(|| params.refuse(&format!("{name} must be a date or time in ISO 8601."))),
    };
    let (start, end) = (time("start_time")?, time("end_time")?);
    let world = sandbox.world();
    let tree = &world.files.tree;
    let file = params.text("file").map(|path| visible(&world, &caller, path)).transpose()?;
    let folder = params.text("folder").map(|path| visible(&world, &caller, path)).transpose()?;
    if file.is_none() && folder.is_none() && !caller.is_admin() {
        return Err(wording(StatusCode::BAD_REQUEST, "file is required."));
    }
    let within = folder.map(|node| tree.path(node));
    let wanted = |note: &&Note| {
        note.stands(tree)
            && file.is_none_or(|file| note.on == file)
            && within.as_ref().is_none_or(|folder| tree.path(note.on).within(folder))
            && start.is_none_or(|start| note.created >= start)
            && end.is_none_or(|end| note.created <= end)
    };
    let mut found: Vec<&Note> = world.files.notes.iter().rev().filter(wanted).collect();
    found.sort_by_key(|note| std::cmp::Reverse(note.created));
    let total = found.len();
    let faces = found.into_iter().skip(offset).take(count);
    let page: Vec<Value> =
        faces.map(|note| note.face(tree, &world.directory, Some(&caller))).collect();
    Ok(Json(json!({
        "total_results": total,
        "offset": offset,
        "count": page.len(),
        "notes": page,
    })))
}

/// `GET /pubapi/v1/notes/{id}`
pub(super) async fn get(
    State(sandbox): State<Sandbox>,
    Extension(caller): Extension<Caller>,
    Path(id): Path<String>,
) -> Result<Json<Value>, Complaint> {
    let world = sandbox.world();
    let at = position(&world, &caller, &id)?;
    let note = world.files.notes.get(at).ok_or_else(unknown)?;
    Ok(Json(note.face(&world.files.tree, &world.directory, Some(&caller))))
}

/// `DELETE /pubapi/v1/notes/{id}`
pub(super) async fn delete(
    State(sandbox): State<Sandbox>,
    Extension(caller): Extension<Caller>,
    Path(id): Path<String>,
) -> Result<StatusCode, Complaint> {
    let mut guard = sandbox.world();
    let world = &mut *guard;
    let at = position(world, &caller, &id)?;
    let by = world.files.notes.get(at).map(|note| note.by);
    if !caller.is_admin() && by != Some(caller.user_id) {
        return Err(forbidden());
    }
    let note = world.files.notes.remove(at);
    let path = world.files.tree.path(note.on).to_string();
    let change = Change::to_note(caller.user_id, "delete", &path, &id);
    world.files.events.record(change);
    Ok(StatusCode::OK)
}

fn position(world: &World, caller: &Caller, id: &str) -> Result<usize, Complaint> {
    let tree = &world.files.tree;
    let seen = |note: &Note| {
        let level = Level::ViewerOnly;
        note.id.to_string() == id
            && note.stands(tree)
            && access::check(tree, &world.directory, caller, note.on, level).is_ok()
    };
    world.files.notes.iter().position(seen).ok_or_else(unknown)
}

/// What lies at a path, for a caller who may see it; for everybody else a 403.
fn visible(world: &World, caller: &Caller, path: &str) -> Result<Node, Complaint> {
    let tree = &world.files.tree;
    let node = FsPath::of_text(path).and_then(|path| tree.find(&path)).ok_or_else(forbidden)?;
    access::check(tree, &world.directory, caller, node, Level::ViewerOnly)
        .map_err(|_| forbidden())?;
    Ok(node)
}

fn forbidden() -> Complaint {
    let text = "You do not have access to this item.";
    Complaint::form(StatusCode::FORBIDDEN, "FORBIDDEN", text)
}

fn unknown() -> Complaint {
    Complaint::form(StatusCode::NOT_FOUND, "NOT_FOUND", "The comment does not exist.")
}

fn wording(status: StatusCode, text: &str) -> Complaint {
    Complaint::form(status, "VALIDATION_EXCEPTION", text)
}
