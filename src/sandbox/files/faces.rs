//! Owns how folders, files and versions look on the wire. Folders tell their times in milliseconds
//! since 1970; files tell one of theirs as RFC 1123 text.
//! It must never change anything.

use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::access;
use super::tree::{File, Folder, Tree, Version};
use crate::sandbox::directory::Directory;

/// The link types this domain allows.
const LINK_TYPES: [&str; 4] = ["anyone", "password", "domain", "recipients"];

/// `Fri, 24 Jul 2026 09:15:00 GMT`
pub(crate) fn rfc1123(time: Timestamp) -> String {
    time.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string()
}

/// The login of a user, or an empty text when there is no such user any more.
pub(crate) fn login(directory: &Directory, user: u64) -> &str {
    directory.user(user).map_or("", |user| user.user_name.as_str())
}

/// A folder as it stands in a listing.
pub(super) fn folder(tree: &Tree, folder: &Folder) -> Map<String, Value> {
    object(json!({
        "name": folder.name,
        "lastModified": folder.modified.as_millisecond(),
        "uploaded": folder.created.as_millisecond(),
        "path": tree.folder_path(folder.id).to_string(),
        "folder_id": folder.id,
        "parent_id": folder.parent,
        "is_folder": true,
    }))
}

/// What a folder fetched by itself shows, too.
pub(super) fn folder_options(folder: &Folder) -> Map<String, Value> {
    let options = &folder.options;
    object(json!({
        "folder_description": options.description,
        "public_links": options.public_links,
        "allow_links": options.allow_links,
        "allow_upload_links": options.allow_upload_links,
        "restrict_move_delete": options.restrict_move_delete,
        "move_delete_folder_restriction": options.move_delete_restriction,
    }))
}

/// The link types that are allowed, when they were asked for.
pub(super) fn link_types() -> Map<String, Value> {
    object(json!({
        "allowed_file_link_types": LINK_TYPES,
        "allowed_folder_link_types": LINK_TYPES,
    }))
}

/// A file at one of its versions.
pub(super) fn file(
    tree: &Tree,
    directory: &Directory,
    file: &File,
    version: &Version,
    now: Timestamp,
) -> Map<String, Value> {
    object(json!({
        "name": file.name,
        "path": tree.file_path(file).to_string(),
        "is_folder": false,
        "size": version.size,
        "checksum": version.checksum,
        "locked": file.lock_at(now).is_some(),
        "entry_id": version.entry_id,
        "group_id": file.group_id,
        "parent_id": file.parent,
        "last_modified": rfc1123(version.modified),
        "uploaded": version.uploaded.as_millisecond(),
        "uploaded_by": login(directory, version.uploaded_by),
        "num_versions": file.versions.len(),
    }))
}

/// A version that is not the current one.
pub(super) fn version(directory: &Directory, version: &Version) -> Value {
    json!({
        "entry_id": version.entry_id,
        "size": version.size,
        "checksum": version.checksum,
        "is_folder": false,
        "last_modified": rfc1123(version.modified),
        "uploaded": version.uploaded.as_millisecond(),
        "uploaded_by": login(directory, version.uploaded_by),
    })
}

/// Who holds the lock of a file. Its token is for nobody else.
pub(super) fn lock_info(directory: &Directory, file: &File, now: Timestamp) -> Value {
    let owner = file.lock_at(now).and_then(|lock| directory.user(lock.owner));
    owner.map_or(Value::Null, |owner| {
        json!({
            "first_name": owner.given_name,
            "last_name": owner.family_name,
            "username": owner.user_name,
        })
    })
}

/// A folder for `GET /_sandbox/state`.
pub(super) fn folder_state(tree: &Tree, it: &Folder) -> Value {
    let mut face = folder(tree, it);
    face.extend(folder_options(it));
    face.insert("userPerms".into(), json!(it.grants.users));
    face.insert("groupPerms".into(), json!(it.grants.groups));
    face.insert("inheritsPermissions".into(), json!(it.grants.inherits));
    let in_force = access::in_force(tree, it.id);
    face.insert("groupPermsInForce".into(), json!(in_force.groups));
    Value::Object(face)
}

/// A file for `GET /_sandbox/state`, with all its versions.
pub(super) fn file_state(tree: &Tree, directory: &Directory, it: &File) -> Value {
    let versions: Vec<Value> = it.versions.iter().map(|old| version(directory, old)).collect();
    json!({
        "name": it.name,
        "path": tree.file_path(it).to_string(),
        "group_id": it.group_id,
        "parent_id": it.parent,
        "versions": versions,
        "lock": it.lock.as_ref().map(|lock| json!({
            "owner": login(directory, lock.owner),
            "lock_token": lock.token,
            "timeout": lock.timeout,
        })),
    })
}

/// The map in an object made by `json!`.
pub(crate) fn object(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(map) => map,
        _ => Map::new(),
    }
}
