//! Owns the permission endpoints: what is granted on a folder, and what that means for a person.
//! It must never decide what a level allows; that is `access`.

use std::collections::BTreeMap;

use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::{Extension, Json};
use serde::Deserialize;
use serde_json::{Value, json};
use uuid::Uuid;

use super::access::{self, Grants, Level};
use super::bodies::read_json;
use super::browse::parse_id;
use super::complaint::Complaint;
use super::events::Change;
use super::fault::Fault;
use super::params::Params;
use super::path::FsPath;
use super::tree::Node;
use crate::sandbox::filter::same;
use crate::sandbox::tokens::Caller;
use crate::sandbox::{Sandbox, World};

/// Groups that are in no listing and can be granted something all the same.
const BUILT_IN: [&str; 3] =
    ["All Power Users", "All Standard Users", "All Standard Users and Power Users"];

/// The body of `POST /pubapi/v2/perms/{path}`: who is not named keeps what they have.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Delta {
    #[serde(default)]
    user_perms: BTreeMap<String, Level>,
    #[serde(default)]
    group_perms: BTreeMap<String, Level>,
    inherits_permissions: Option<Switch>,
    keep_parent_permissions: Option<Switch>,
}

/// A boolean, which some clients send as text.
#[derive(Clone, Copy, Deserialize)]
#[serde(try_from = "Value")]
struct Switch(bool);

impl TryFrom<Value> for Switch {
    type Error = &'static str;

    fn try_from(value: Value) -> Result<Self, Self::Error> {
        match value {
            Value::Bool(on) => Ok(Self(on)),
            Value::String(text) if text == "true" => Ok(Self(true)),
            Value::String(text) if text == "false" => Ok(Self(false)),
            _ => Err("must be true or false"),
        }
    }
}

/// The body of `POST /pubapi/v1/perms/folder/{path}`.
#[derive(Deserialize)]
struct SameForAll {
    #[serde(default)]
    users: Vec<String>,
    #[serde(default)]
    groups: Vec<String>,
    permission: Level,
}

/// `GET /pubapi/v2/perms/{path}`
pub(super) async fn get(
    State(sandbox): State<Sandbox>,
    Extension(caller): Extension<Caller>,
    uri: Uri,
) -> Result<Json<Value>, Complaint> {
    let world = sandbox.world();
    let id = folder_at(&world, &uri, "/pubapi/v2/perms")?;
    check_owner(&world, &caller, id)?;
    let grants = in_force(&world, id);
    Ok(Json(json!({
        "userPerms": grants.users,
        "groupPerms": grants.groups,
        "inheritsPermissions": grants.inherits,
    })))
}

/// `POST /pubapi/v2/perms/{path}`
pub(super) async fn set(
    State(sandbox): State<Sandbox>,
    Extension(caller): Extension<Caller>,
    uri: Uri,
    headers: HeaderMap,
    bytes: Bytes,
) -> Result<StatusCode, Complaint> {
    let delta: Delta = read_json(&headers, &bytes, Complaint::file_system)?;
    let mut world = sandbox.world();
    let id = folder_at(&world, &uri, "/pubapi/v2/perms")?;
    check_owner(&world, &caller, id)?;
    let nobody = delta.user_perms.is_empty() && delta.group_perms.is_empty();
    if nobody && delta.inherits_permissions.is_none() {
        return Err(invalid("userPerms or groupPerms is required"));
    }
    let keep = delta.keep_parent_permissions.is_some_and(|keep| keep.0);
    if keep && !matches!(delta.inherits_permissions, Some(Switch(false))) {
        return Err(invalid("keepParentPermissions goes with inheritsPermissions=false"));
    }
    let change = named(&world, delta.user_perms, delta.group_perms)?;
    if let Some(Switch(inherits)) = delta.inherits_permissions {
        let kept = keep.then(|| access::in_force(&world.files.tree, id));
        let folder = world.files.tree.folders.get_mut(&id).ok_or(Fault::Missing)?;
        if let Some(kept) = kept {
            folder.grants = kept;
        }
        folder.grants.inherits = inherits;
    }
    apply(&mut world, &caller, id, &change)?;
    Ok(StatusCode::OK)
}

/// `GET /pubapi/v1/perms/folder/{path}`
pub(super) async fn get_v1(
    State(sandbox): State<Sandbox>,
    Extension(caller): Extension<Caller>,
    uri: Uri,
) -> Result<Json<Value>, Complaint> {
    let world = sandbox.world();
    let id = folder_at(&world, &uri, "/pubapi/v1/perms/folder")?;
    check_owner(&world, &caller, id)?;
    let params = Params::of(&uri, Complaint::file_system)?;
    let (users, groups) = (params.text("users"), params.text("groups"));
    let grants = in_force(&world, id);
    // Without any filter, everything; with one, only what it names.
    let list = |levels: &BTreeMap<String, Level>, filter: Option<&str>, other: Option<&str>| {
        let wanted = |name: &str| match filter {
            Some(names) => names.split('|').any(|wanted| same(wanted, name)),
            None => other.is_none(),
        };
        let entries = levels.iter().filter(|(name, _)| wanted(name));
        let entry = |(name, level)| json!({ "subject": name, "permission": level });
        entries.map(entry).collect::<Vec<Value>>()
    };
    Ok(Json(json!({
        "users": list(&grants.users, users, groups),
        "groups": list(&grants.groups, groups, users),
    })))
}

/// `POST /pubapi/v1/perms/folder/{path}`
pub(super) async fn set_v1(
    State(sandbox): State<Sandbox>,
    Extension(caller): Extension<Caller>,
    uri: Uri,
    headers: HeaderMap,
    bytes: Bytes,
) -> Result<StatusCode, Complaint> {
    let body: SameForAll = read_json(&headers, &bytes, Complaint::file_system)?;
    let mut world = sandbox.world();
    let id = folder_at(&world, &uri, "/pubapi/v1/perms/folder")?;
    check_owner(&world, &caller, id)?;
    if body.users.is_empty() && body.groups.is_empty() {
        return Err(invalid("users or groups is required"));
    }
    let each = |names: Vec<String>| names.into_iter().map(|name| (name, body.permission)).collect();
    let change = named(&world, each(body.users), each(body.groups))?;
    apply(&mut world, &caller, id, &change)?;
    Ok(StatusCode::OK)
}

/// `GET /pubapi/v1/perms/user/{username}`
pub(super) async fn of_user(
    State(sandbox): State<Sandbox>,
    Extension(caller): Extension<Caller>,
    Path(login): Path<String>,
    uri: Uri,
) -> Result<Json<Value>, Complaint> {
    let world = sandbox.world();
    let folder = asked_folder(&world, &uri)?;
    let mut users = world.directory.users();
    let user = users.find(|user| same(&user.user_name, &login)).ok_or(Fault::Missing)?;
    if user.id != caller.user_id {
        check_owner(&world, &caller, folder)?;
    }
    let level = access::effective(&world.files.tree, &world.directory, user, folder);
    Ok(Json(json!({ "permission": level })))
}

/// `GET /pubapi/v1/perms/user`
pub(super) async fn own(
    State(sandbox): State<Sandbox>,
    Extension(caller): Extension<Caller>,
    uri: Uri,
) -> Result<Json<Value>, Complaint> {
    let world = sandbox.world();
    let folder = asked_folder(&world, &uri)?;
    let level = access::of_caller(&world.files.tree, &world.directory, &caller, folder);
    Ok(Json(json!({ "permission": level })))
}

fn asked_folder(world: &World, uri: &Uri) -> Result<Uuid, Complaint> {
    let params = Params::of(uri, Complaint::file_system)?;
    if let Some(id) = params.text("folder_id") {
        let id = parse_id(id)?;
        return Ok(world.files.tree.folder(id).ok_or(Fault::Missing)?.id);
    }
    let path = FsPath::of_text(params.required("folder")?)
        .ok_or_else(|| invalid("folder must begin with a slash"))?;
    match world.files.tree.find(&path) {
        Some(Node::Folder(id)) => Ok(id),
        _ => Err(Fault::Missing.into()),
    }
}

fn folder_at(world: &World, uri: &Uri, prefix: &str) -> Result<Uuid, Complaint> {
    match world.files.tree.find(&FsPath::of_uri(uri, prefix)?) {
        Some(Node::Folder(id)) => Ok(id),
        _ => Err(Fault::Missing.into()),
    }
}

fn check_owner(world: &World, caller: &Caller, folder: Uuid) -> Result<(), Fault> {
    let node = Node::Folder(folder);
    access::check(&world.files.tree, &world.directory, caller, node, Level::Owner)
}

/// What counts on a folder. A "None" only takes away what would be inherited; it is no grant.
fn in_force(world: &World, folder: Uuid) -> Grants {
    let mut grants = access::in_force(&world.files.tree, folder);
    grants.users.retain(|_, level| *level > Level::None);
    grants.groups.retain(|_, level| *level > Level::None);
    grants
}

/// The change with names as the directory writes them. An unknown name is refused.
fn named(
    world: &World,
    users: BTreeMap<String, Level>,
    groups: BTreeMap<String, Level>,
) -> Result<Grants, Complaint> {
    let mut change = Grants::default();
    for (name, level) in users {
        let user = world.directory.users().find(|user| same(&user.user_name, &name));
        let user = user.ok_or_else(|| invalid(&format!("Unknown user {name}")))?;
        change.users.insert(user.user_name.clone(), level);
    }
    for (name, level) in groups {
        let custom = world.directory.groups().find(|group| same(&group.display_name, &name));
        let built_in = || BUILT_IN.into_iter().find(|group| same(group, &name));
        let known = custom.map(|group| group.display_name.as_str()).or_else(built_in);
        let known = known.ok_or_else(|| invalid(&format!("Unknown group {name}")))?;
        change.groups.insert(known.to_owned(), level);
    }
    Ok(change)
}

fn apply(world: &mut World, caller: &Caller, id: Uuid, change: &Grants) -> Result<(), Fault> {
    let World { files, directory, .. } = world;
    let parent = files.tree.folder(id).and_then(|folder| folder.parent);
    let above = parent.map(|parent| access::in_force(&files.tree, parent)).unwrap_or_default();
    let path = files.tree.folder_path(id).to_string();
    let folder = files.tree.folders.get_mut(&id).ok_or(Fault::Missing)?;
    let above = if folder.grants.inherits { above } else { Grants::default() };
    for (name, level) in &change.users {
        put(&mut folder.grants.users, &above.users, name, *level);
        let user = directory.users().find(|user| user.user_name == *name);
        let subject = user.map(|user| format!("/user/{}", user.id)).unwrap_or_default();
        files.events.record(Change::permission(caller.user_id, &path, &subject, *level));
    }
    for (name, level) in &change.groups {
        put(&mut folder.grants.groups, &above.groups, name, *level);
        let group = directory.groups().find(|group| group.display_name == *name);
        let subject = group.map_or_else(|| name.clone(), |group| group.id.to_string());
        let subject = format!("/group/{subject}");
        files.events.record(Change::permission(caller.user_id, &path, &subject, *level));
    }
    Ok(())
}

/// "None" removes a grant; one from above is covered, not removed.
fn put(own: &mut BTreeMap<String, Level>, above: &BTreeMap<String, Level>, name: &str, to: Level) {
    if to == Level::None && !above.contains_key(name) {
        own.remove(name);
    } else {
        own.insert(name.to_owned(), to);
    }
}

fn invalid(text: &str) -> Complaint {
    Complaint::file_system(StatusCode::BAD_REQUEST, text)
}
