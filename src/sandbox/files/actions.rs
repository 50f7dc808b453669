//! Owns what is done to folders and files: making, moving, copying, locking, deleting, options.
//! It must never carry contents.

use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;
use serde_json::{Value, json};

use super::access::{self, Level};
use super::bodies::read_json;
use super::browse::{fs_path, parse_id};
use super::complaint::Complaint;
use super::events::{Change, facts};
use super::faces::{self, login};
use super::fault::Fault;
use super::params::Params;
use super::path::FsPath;
use super::trash;
use super::tree::{Lock, Node};
use crate::sandbox::tokens::Caller;
use crate::sandbox::{Sandbox, World};

/// How long a lock holds unless its maker says otherwise, in seconds.
const LOCK_TIMEOUT: u64 = 3_600;
/// How long a lock can hold, in seconds.
const MAX_LOCK_TIMEOUT: u64 = 366 * 86_400;
/// The body of an action. Whatever else is in it is refused.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(clippy::struct_field_names, reason = "the names are Egnyte's")]
struct Action {
    action: String,
    destination: Option<String>,
    // Folders keep their own grants on every way; Egnyte's sources do not settle its values.
    #[serde(rename = "permissions")]
    _permissions: Option<Value>,
    lock_token: Option<String>,
    lock_timeout: Option<u64>,
}

/// `POST /pubapi/v1/fs/{path}`
pub(super) async fn by_path(
    State(sandbox): State<Sandbox>,
    Extension(caller): Extension<Caller>,
    uri: Uri,
    headers: HeaderMap,
    bytes: Bytes,
) -> Result<Response, Complaint> {
    let path = fs_path(&uri)?;
    let body = read_json(&headers, &bytes, Complaint::file_system)?;
    act_at(
        &mut sandbox.world(),
        &caller,
        &path,
        &body,
        &["add_folder", "move", "copy", "lock", "unlock"],
    )
}

/// `POST /pubapi/v2/fs/{path}`: without locks.
pub(super) async fn by_path_v2(
    State(sandbox): State<Sandbox>,
    Extension(caller): Extension<Caller>,
    uri: Uri,
    headers: HeaderMap,
    bytes: Bytes,
) -> Result<Response, Complaint> {
    let path = fs_path(&uri)?;
    let body = read_json(&headers, &bytes, Complaint::file_system)?;
    act_at(&mut sandbox.world(), &caller, &path, &body, &["add_folder", "move", "copy"])
}

/// `POST /pubapi/v1/fs/ids/file/{group_id}`
pub(super) async fn file_by_id(
    State(sandbox): State<Sandbox>,
    Extension(caller): Extension<Caller>,
    Path(id): Path<String>,
    headers: HeaderMap,
    bytes: Bytes,
) -> Result<Response, Complaint> {
    let body = read_json(&headers, &bytes, Complaint::file_system)?;
    let node = Node::File(parse_id(&id)?);
    act_on(&mut sandbox.world(), &caller, node, &body, &["move", "copy", "lock", "unlock"])
}

/// `POST /pubapi/v1/fs/ids/folder/{folder_id}`
pub(super) async fn folder_by_id(
    State(sandbox): State<Sandbox>,
    Extension(caller): Extension<Caller>,
    Path(id): Path<String>,
    headers: HeaderMap,
    bytes: Bytes,
) -> Result<Response, Complaint> {
    let body = read_json(&headers, &bytes, Complaint::file_system)?;
    let node = Node::Folder(parse_id(&id)?);
    act_on(&mut sandbox.world(), &caller, node, &body, &["move", "copy"])
}

/// `DELETE /pubapi/v1/fs/{path}` and `DELETE /pubapi/v2/fs/{path}`
pub(super) async fn delete_by_path(
    State(sandbox): State<Sandbox>,
    Extension(caller): Extension<Caller>,
    uri: Uri,
) -> Result<StatusCode, Complaint> {
    let path = fs_path(&uri)?;
    let mut world = sandbox.world();
    let node = world.files.tree.find(&path).ok_or(Fault::Missing)?;
    delete(&mut world, &caller, &uri, node)
}

/// `DELETE /pubapi/v1/fs/ids/file/{group_id}`
pub(super) async fn delete_file_by_id(
    State(sandbox): State<Sandbox>,
    Extension(caller): Extension<Caller>,
    Path(id): Path<String>,
    uri: Uri,
) -> Result<StatusCode, Complaint> {
    delete(&mut sandbox.world(), &caller, &uri, Node::File(parse_id(&id)?))
}

/// `DELETE /pubapi/v1/fs/ids/folder/{folder_id}`
pub(super) async fn delete_folder_by_id(
    State(sandbox): State<Sandbox>,
    Extension(caller): Extension<Caller>,
    Path(id): Path<String>,
    uri: Uri,
) -> Result<StatusCode, Complaint> {
    delete(&mut sandbox.world(), &caller, &uri, Node::Folder(parse_id(&id)?))
}

fn act_at(
    world: &mut World,
    caller: &Caller,
    path: &FsPath,
    body: &Action,
    known: &[&str],
) -> Result<Response, Complaint> {
    if body.action == "add_folder" && known.contains(&"add_folder") {
        return add_folder(world, caller, path, body);
    }
    let node = world.files.tree.find(path).ok_or(Fault::Missing)?;
    act_on(world, caller, node, body, known)
}

fn act_on(
    world: &mut World,
    caller: &Caller,
    node: Node,
    body: &Action,
    known: &[&str],
) -> Result<Response, Complaint> {
    if !known.contains(&body.action.as_str()) {
        let text = format!("Unknown action {}; known: {}", body.action, known.join(", "));
        return Err(Fault::Invalid(text).into());
    }
    if path_is_gone(world, node) {
        return Err(Fault::Missing.into());
    }
    match body.action.as_str() {
        "move" => relocate(world, caller, node, body),
        "copy" => duplicate(world, caller, node, body),
        "lock" => lock(world, caller, node, body),
        _ => unlock(world, caller, node, body),
    }
}

fn path_is_gone(world: &World, node: Node) -> bool {
    match node {
        Node::Folder(id) => world.files.tree.folder(id).is_none(),
        Node::File(id) => world.files.tree.file(id).is_none(),
    }
}

fn add_folder(
    world: &mut World,
    caller: &Caller,
    path: &FsPath,
    body: &Action,
) -> Result<Response, Complaint> {
    if body.destination.is_some() || body.lock_token.is_some() || body.lock_timeout.is_some() {
        let text = "add_folder takes no other properties".to_owned();
        return Err(Fault::Invalid(text).into());
    }
    check_destination(world, caller, path)?;
    let owner = login(&world.directory, caller.user_id).to_owned();
    let id = world.files.tree.add_folder(path, Some(&owner), Timestamp::now())?;
    let data = facts(&world.files.tree, Node::Folder(id), "target", path);
    record(world, caller, "create", path, data);
    let face = json!({ "path": path.to_string(), "folder_id": id });
    Ok((StatusCode::CREATED, Json(face)).into_response())
}

fn relocate(
    world: &mut World,
    caller: &Caller,
    node: Node,
    body: &Action,
) -> Result<Response, Complaint> {
    let to = destination(body)?;
    access::check(&world.files.tree, &world.directory, caller, node, Level::Full)?;
    check_destination(world, caller, &to)?;
    check_unlocked(world, caller, node)?;
    let from = world.files.tree.path(node);
    world.files.tree.relocate(node, &to)?;
    record_way(world, caller, "move", (node, &from), (node, &to));
    Ok(placed(node, &to))
}

fn duplicate(
    world: &mut World,
    caller: &Caller,
    node: Node,
    body: &Action,
) -> Result<Response, Complaint> {
    let to = destination(body)?;
    access::check(&world.files.tree, &world.directory, caller, node, Level::Viewer)?;
    check_destination(world, caller, &to)?;
    let copy = world.files.tree.duplicate(node, &to, caller.user_id, Timestamp::now())?;
    let from = world.files.tree.path(node);
    record_way(world, caller, "copy", (node, &from), (copy, &to));
    Ok(placed(copy, &to))
}

/// Notes that something went from one place to another.
fn record_way(
    world: &mut World,
    caller: &Caller,
    action: &'static str,
    (source, from): (Node, &FsPath),
    (target, to): (Node, &FsPath),
) {
    let tree = &world.files.tree;
    let mut data = faces::object(facts(tree, source, "source", from));
    data.extend(faces::object(facts(tree, target, "target", to)));
    record(world, caller, action, to, Value::Object(data));
}

fn record(world: &mut World, caller: &Caller, action: &'static str, path: &FsPath, data: Value) {
    let change = Change::to_item(caller.user_id, action, &path.to_string(), data);
    world.files.events.record(change);
}

/// The answer to a move or a copy.
fn placed(node: Node, path: &FsPath) -> Response {
    let face = match node {
        Node::Folder(id) => json!({ "path": path.to_string(), "folder_id": id }),
        Node::File(id) => json!({ "path": path.to_string(), "group_id": id }),
    };
    Json(face).into_response()
}

fn lock(
    world: &mut World,
    caller: &Caller,
    node: Node,
    body: &Action,
) -> Result<Response, Complaint> {
    let now = Timestamp::now();
    access::check(&world.files.tree, &world.directory, caller, node, Level::Editor)?;
    check_unlocked(world, caller, node)?;
    let timeout = body.lock_timeout.unwrap_or(LOCK_TIMEOUT);
    if !(1..=MAX_LOCK_TIMEOUT).contains(&timeout) {
        let text = format!("lock_timeout must be 1 to {MAX_LOCK_TIMEOUT} seconds");
        return Err(Fault::Invalid(text).into());
    }
    let fresh = world.files.tree.new_id().to_string();
    let Node::File(id) = node else { return Err(files_only().into()) };
    let file = world.files.tree.files.get_mut(&id).ok_or(Fault::Missing)?;
    let held = file.lock_at(now).map(|lock| lock.token.clone());
    let token = match (held, &body.lock_token) {
        // Locking again with the token in hand prolongs the lock.
        (Some(held), Some(token)) if held == *token => held,
        (Some(_), _) => return Err(Fault::WrongToken.into()),
        (None, token) => token.clone().unwrap_or(fresh),
    };
    let seconds = i64::try_from(timeout).unwrap_or(i64::MAX);
    file.lock = Some(Lock {
        token: token.clone(),
        owner: caller.user_id,
        timeout,
        expires: now.checked_add(SignedDuration::from_secs(seconds)).ok(),
    });
    Ok(Json(json!({ "lock_token": token, "timeout": timeout })).into_response())
}

fn unlock(
    world: &mut World,
    caller: &Caller,
    node: Node,
    body: &Action,
) -> Result<Response, Complaint> {
    access::check(&world.files.tree, &world.directory, caller, node, Level::Editor)?;
    let Some(token) = &body.lock_token else {
        return Err(Fault::Invalid("lock_token is required".to_owned()).into());
    };
    let Node::File(id) = node else { return Err(files_only().into()) };
    let file = world.files.tree.files.get_mut(&id).ok_or(Fault::Missing)?;
    match file.lock_at(Timestamp::now()) {
        None => Err(Fault::NotLocked.into()),
        Some(lock) if lock.token != *token => Err(Fault::WrongToken.into()),
        Some(_) => {
            file.lock = None;
            Ok(StatusCode::OK.into_response())
        }
    }
}

fn files_only() -> Fault {
    Fault::Invalid("Only files can be locked".to_owned())
}

fn delete(
    world: &mut World,
    caller: &Caller,
    uri: &Uri,
    node: Node,
) -> Result<StatusCode, Complaint> {
    if path_is_gone(world, node) {
        return Err(Fault::Missing.into());
    }
    let params = Params::of(uri, Complaint::file_system)?;
    access::check(&world.files.tree, &world.directory, caller, node, Level::Full)?;
    check_unlocked(world, caller, node)?;
    if let (Node::File(id), Some(entry)) = (node, params.text("entry_id"))
        && world.files.tree.remove_version(id, parse_id(entry)?)?
    {
        return Ok(StatusCode::OK);
    }
    trash::discard(world, caller, node)?;
    Ok(StatusCode::OK)
}

fn destination(body: &Action) -> Result<FsPath, Fault> {
    let text = body.destination.as_deref();
    let text = text.ok_or_else(|| Fault::Invalid("destination is required".to_owned()))?;
    FsPath::of_text(text)
        .ok_or_else(|| Fault::Invalid("destination must begin with a slash".to_owned()))
}

/// Lets through who may write into the folder that `path` lies in, if it is there.
pub(super) fn check_destination(
    world: &World,
    caller: &Caller,
    path: &FsPath,
) -> Result<(), Fault> {
    let tree = &world.files.tree;
    match path.split().and_then(|(parent, _)| tree.find(&parent)) {
        Some(parent @ Node::Folder(_)) => {
            access::check(tree, &world.directory, caller, parent, Level::Editor)
        }
        _ => Ok(()),
    }
}

/// Refuses when somebody else holds a lock on what is to be changed.
pub(super) fn check_unlocked(world: &World, caller: &Caller, node: Node) -> Result<(), Fault> {
    match world.files.tree.locked_by_other(node, caller.user_id, Timestamp::now()) {
        Some(owner) => Err(Fault::Locked(login(&world.directory, owner).to_owned())),
        None => Ok(()),
    }
}
