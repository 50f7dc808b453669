//! Owns bookmarks: everybody has their own, and they follow their folder.
//! It must never show one to somebody else.

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
use super::params::Params;
use super::path::FsPath;
use super::times::iso;
use super::tree::{Node, Tree};
use crate::sandbox::Sandbox;
use crate::sandbox::tokens::Caller;

/// Bookmarks of everybody together.
const MAX_BOOKMARKS: usize = 10_000;
/// Bookmarks on a page, at most.
const MAX_COUNT: usize = 500;

/// All bookmarks, oldest first.
#[derive(Default)]
pub(super) struct Bookmarks {
    pub(super) list: Vec<Bookmark>,
    pub(super) next: u64,
}

/// One bookmark.
pub(super) struct Bookmark {
    pub(super) id: u64,
    /// A user's id.
    pub(super) owner: u64,
    pub(super) folder: Uuid,
    pub(super) created: Timestamp,
}

impl Bookmark {
    /// How it looks. `None` when its folder is gone.
    pub(super) fn face(&self, tree: &Tree) -> Option<Value> {
        tree.folder(self.folder)?;
        Some(json!({
            "id": self.id,
            "path": tree.folder_path(self.folder).to_string(),
            "folder_id": self.folder,
            "creation_date": iso(self.created),
        }))
    }
}

#[derive(Deserialize)]
struct NewBookmark {
    path: Option<String>,
    folder_id: Option<String>,
}

/// `POST /pubapi/v1/bookmarks`
pub(super) async fn create(
    State(sandbox): State<Sandbox>,
    Extension(caller): Extension<Caller>,
    headers: HeaderMap,
    bytes: Bytes,
) -> Result<Response, Complaint> {
    let new: NewBookmark = read_json(&headers, &bytes, wording)?;
    let mut guard = sandbox.world();
    let world = &mut *guard;
    let tree = &world.files.tree;
    let found = match (&new.path, &new.folder_id) {
        (Some(_), Some(_)) => {
            let text = "Give either path or folder_id.";
            return Err(form(StatusCode::BAD_REQUEST, "BOOKMARK_PATH_AND_ID_CONFLICT", text));
        }
        (Some(path), None) => FsPath::of_text(path).and_then(|path| tree.find(&path)),
        (None, Some(id)) => Uuid::try_parse(id).ok().map(Node::Folder),
        (None, None) => {
            return Err(wording(StatusCode::BAD_REQUEST, "path or folder_id is required."));
        }
    };
    let missing =
        || form(StatusCode::NOT_FOUND, "FOLDER_DOES_NOT_EXIST", "The folder does not exist.");
    let Some(node @ Node::Folder(folder)) = found else { return Err(missing()) };
    access::check(tree, &world.directory, &caller, node, Level::Nav).map_err(|_| missing())?;
    let bookmarks = &mut world.files.bookmarks;
    if bookmarks.list.len() >= MAX_BOOKMARKS {
        return Err(wording(StatusCode::INSUFFICIENT_STORAGE, "The sandbox is full."));
    }
    bookmarks.next += 1;
    let id = bookmarks.next;
    let made = Bookmark { id, owner: caller.user_id, folder, created: Timestamp::now() };
    let face = made.face(tree).ok_or_else(missing)?;
    bookmarks.list.push(made);
    Ok((StatusCode::CREATED, Json(face)).into_response())
}

/// `GET /pubapi/v1/bookmarks`
pub(super) async fn list(
    State(sandbox): State<Sandbox>,
    Extension(caller): Extension<Caller>,
    uri: Uri,
) -> Result<Json<Value>, Complaint> {
    let params = Params::of(&uri, wording)?;
    let offset = params.number("offset", 0, 0, usize::MAX)?;
    let count = params.number("count", MAX_COUNT, 1, MAX_COUNT)?;
    let world = sandbox.world();
    let own = world.files.bookmarks.list.iter().filter(|mark| mark.owner == caller.user_id);
    let faces = own.filter_map(|mark| mark.face(&world.files.tree));
    let page: Vec<Value> = faces.skip(offset).take(count).collect();
    Ok(Json(json!({ "offset": offset, "count": page.len(), "bookmarks": page })))
}

/// `GET /pubapi/v1/bookmarks/{id}`
pub(super) async fn get(
    State(sandbox): State<Sandbox>,
    Extension(caller): Extension<Caller>,
    Path(id): Path<String>,
) -> Result<Json<Value>, Complaint> {
    let world = sandbox.world();
    let mut own = world.files.bookmarks.list.iter().filter(|mark| mark.owner == caller.user_id);
    let found = own.find(|mark| mark.id.to_string() == id);
    found.and_then(|mark| mark.face(&world.files.tree)).map(Json).ok_or_else(unknown)
}

/// `DELETE /pubapi/v1/bookmarks/{id}`
pub(super) async fn delete(
    State(sandbox): State<Sandbox>,
    Extension(caller): Extension<Caller>,
    Path(id): Path<String>,
) -> Result<StatusCode, Complaint> {
    let list = &mut sandbox.world().files.bookmarks.list;
    let before = list.len();
    list.retain(|mark| mark.owner != caller.user_id || mark.id.to_string() != id);
    if list.len() < before { Ok(StatusCode::OK) } else { Err(unknown()) }
}

fn unknown() -> Complaint {
    form(StatusCode::NOT_FOUND, "BOOKMARK_DOES_NOT_EXIST", "The bookmark does not exist.")
}

fn form(status: StatusCode, code: &str, text: &str) -> Complaint {
    Complaint::form(status, code, text)
}

fn wording(status: StatusCode, text: &str) -> Complaint {
    form(status, "VALIDATION_EXCEPTION", text)
}
