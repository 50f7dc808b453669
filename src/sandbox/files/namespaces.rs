//! Owns the endpoints of namespaces and keys.
//! It must never keep state.

use std::collections::BTreeMap;

use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::{Extension, Json};
use serde::Deserialize;
use serde_json::Value;
use uuid::Uuid;

use super::bodies::read_json;
use super::complaint::Complaint;
use super::fault::Fault;
use super::metadata::{Key, Kind, Metadata, Namespace, Reach, Scope};
use super::params::Params;
use crate::sandbox::Sandbox;
use crate::sandbox::tokens::Caller;

/// Namespaces of the domain.
const MAX_NAMESPACES: usize = 500;
/// Keys of a namespace.
const MAX_KEYS: usize = 200;

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct NewNamespace {
    name: String,
    scope: Scope,
    display_name: Option<String>,
    #[serde(default)]
    inheritable: bool,
    #[serde(default)]
    metadata_scope_type: Reach,
    #[serde(default)]
    associated_folder_ids: Vec<Uuid>,
    #[serde(default)]
    document_types: Vec<String>,
    keys: BTreeMap<String, Key>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct NamespaceChange {
    display_name: Option<String>,
    #[serde(default)]
    priorities: BTreeMap<String, i64>,
    folder_association: Option<Folders>,
    document_type_association: Option<DocumentTypes>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct Folders {
    #[serde(default)]
    associate_folder_ids: Vec<Uuid>,
    #[serde(default)]
    dissociate_folder_ids: Vec<Uuid>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct DocumentTypes {
    #[serde(default)]
    associate_document_types: Vec<String>,
    #[serde(default)]
    dissociate_document_types: Vec<String>,
}

// No `deny_unknown_fields`: serde does not take it beside `flatten`, and the key refuses them.
#[derive(Deserialize)]
struct NewKey {
    key: String,
    #[serde(flatten)]
    definition: Key,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct KeyChange {
    display_name: Option<String>,
    help_text: Option<String>,
    priority: Option<i64>,
    #[serde(rename = "type")]
    kind: Option<Kind>,
    data: Option<Vec<String>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct Deletions {
    key_data_deletions: Vec<Deletion>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Deletion {
    key: String,
    data: Vec<String>,
}

/// `GET /pubapi/v1/properties/namespace`: a bare array.
pub(super) async fn list(
    State(sandbox): State<Sandbox>,
    uri: Uri,
) -> Result<Json<Value>, Complaint> {
    let params = Params::of(&uri, wording)?;
    let with_folders = params.flag("includeFolderAssociations", false)?;
    let world = sandbox.world();
    let namespaces = world.files.metadata.namespaces.iter();
    Ok(Json(namespaces.map(|namespace| namespace.face(with_folders)).collect()))
}

/// `GET /pubapi/v1/properties/namespace/{namespace}`
pub(super) async fn get(
    State(sandbox): State<Sandbox>,
    Path(name): Path<String>,
) -> Result<Json<Value>, Complaint> {
    let world = sandbox.world();
    Ok(Json(world.files.metadata.namespace(&name).ok_or_else(unknown)?.face(true)))
}

/// `POST /pubapi/v1/properties/namespace`
pub(super) async fn create(
    State(sandbox): State<Sandbox>,
    Extension(caller): Extension<Caller>,
    headers: HeaderMap,
    bytes: Bytes,
) -> Result<StatusCode, Complaint> {
    check_admin(&caller)?;
    let new: NewNamespace = read_json(&headers, &bytes, wording)?;
    let plain = |c: char| c.is_ascii_alphanumeric() || c == '_';
    if new.name.is_empty() || !new.name.chars().all(plain) {
        let text = "A name has letters, digits and underscores only.";
        return Err(Complaint::input("name", "INVALID_NAME", text));
    }
    for (name, key) in &new.keys {
        key.check(name)?;
        // Optional in the documents, demanded by the live service.
        if key.help_text.is_none() {
            return Err(Complaint::input(name, "MISSING_HELP_TEXT", "helpText is required."));
        }
    }
    if new.keys.is_empty() || new.keys.len() > MAX_KEYS {
        return Err(Complaint::input("keys", "INVALID_KEYS", "keys must have 1 to 200 entries."));
    }
    let mut world = sandbox.world();
    let metadata = &mut world.files.metadata;
    if metadata.namespace(&new.name).is_some() {
        return Err(conflict("A namespace with this name exists."));
    }
    if metadata.namespaces.len() >= MAX_NAMESPACES {
        return Err(conflict("There are too many namespaces."));
    }
    metadata.namespaces.push(Namespace {
        display_name: new.display_name.unwrap_or_else(|| new.name.clone()),
        name: new.name,
        scope: new.scope,
        inheritable: new.inheritable,
        reach: new.metadata_scope_type,
        folders: new.associated_folder_ids,
        document_types: new.document_types,
        keys: new.keys,
    });
    Ok(StatusCode::OK)
}

/// `PATCH /pubapi/v1/properties/namespace/{namespace}`
pub(super) async fn update(
    State(sandbox): State<Sandbox>,
    Extension(caller): Extension<Caller>,
    Path(name): Path<String>,
    headers: HeaderMap,
    bytes: Bytes,
) -> Result<Json<Value>, Complaint> {
    check_admin(&caller)?;
    let change: NamespaceChange = read_json(&headers, &bytes, wording)?;
    if change.folder_association.is_some() && change.document_type_association.is_some() {
        let text = "Give either folderAssociation or documentTypeAssociation.";
        return Err(Complaint::input("folderAssociation", "CONFLICT", text));
    }
    let mut world = sandbox.world();
    let namespace = world.files.metadata.namespace_mut(&name).ok_or_else(unknown)?;
    if let Some(key) = change.priorities.keys().find(|key| !namespace.keys.contains_key(*key)) {
        return Err(Complaint::input(key, "UNKNOWN_KEY", "There is no such key."));
    }
    for (key, priority) in change.priorities {
        if let Some(key) = namespace.keys.get_mut(&key) {
            key.priority = Some(priority);
        }
    }
    if let Some(name) = change.display_name {
        namespace.display_name = name;
    }
    if let Some(folders) = change.folder_association {
        namespace.folders.retain(|id| !folders.dissociate_folder_ids.contains(id));
        namespace.folders.extend(folders.associate_folder_ids);
    }
    if let Some(types) = change.document_type_association {
        namespace.document_types.retain(|kind| !types.dissociate_document_types.contains(kind));
        namespace.document_types.extend(types.associate_document_types);
    }
    Ok(Json(namespace.face(true)))
}

/// `DELETE /pubapi/v1/properties/namespace/{namespace}`
pub(super) async fn delete(
    State(sandbox): State<Sandbox>,
    Extension(caller): Extension<Caller>,
    Path(name): Path<String>,
    headers: HeaderMap,
) -> Result<StatusCode, Complaint> {
    check_admin(&caller)?;
    let mut world = sandbox.world();
    let metadata = &mut world.files.metadata;
    metadata.namespace(&name).ok_or_else(unknown)?;
    check_unused(metadata, &headers, &name, None, None)?;
    metadata.namespaces.retain(|namespace| namespace.name != name);
    metadata.forget(&name, None, None);
    Ok(StatusCode::OK)
}

/// `POST /pubapi/v1/properties/namespace/{namespace}/keys`
pub(super) async fn create_key(
    State(sandbox): State<Sandbox>,
    Extension(caller): Extension<Caller>,
    Path(name): Path<String>,
    headers: HeaderMap,
    bytes: Bytes,
) -> Result<StatusCode, Complaint> {
    check_admin(&caller)?;
    let new: NewKey = read_json(&headers, &bytes, wording)?;
    new.definition.check(&new.key)?;
    let mut world = sandbox.world();
    let namespace = world.files.metadata.namespace_mut(&name).ok_or_else(unknown)?;
    if namespace.keys.contains_key(&new.key) {
        return Err(conflict("A key with this name exists."));
    }
    if namespace.keys.len() >= MAX_KEYS {
        return Err(conflict("There are too many keys."));
    }
    namespace.keys.insert(new.key, new.definition);
    Ok(StatusCode::OK)
}

/// `PATCH /pubapi/v1/properties/namespace/{namespace}/keys/{key}`
pub(super) async fn update_key(
    State(sandbox): State<Sandbox>,
    Extension(caller): Extension<Caller>,
    Path((name, key)): Path<(String, String)>,
    headers: HeaderMap,
    bytes: Bytes,
) -> Result<StatusCode, Complaint> {
    check_admin(&caller)?;
    let change: KeyChange = read_json(&headers, &bytes, wording)?;
    let mut world = sandbox.world();
    let namespace = world.files.metadata.namespace_mut(&name).ok_or_else(unknown)?;
    let definition = namespace.keys.get_mut(&key).ok_or_else(unknown)?;
    if let Some(kind) = change.kind {
        let widened = kind == definition.kind
            || matches!(
                (definition.kind, kind),
                (Kind::Integer, Kind::Decimal)
                    | (Kind::Integer | Kind::Decimal | Kind::Enum, Kind::String)
                    | (Kind::Enum, Kind::MultiValueEnum)
            );
        if !widened {
            return Err(Complaint::input("type", "INVALID_TYPE", "A type can only be widened."));
        }
        definition.kind = kind;
    }
    if let Some(data) = change.data {
        definition.data = data;
    }
    definition.display_name = change.display_name.or(definition.display_name.take());
    definition.help_text = change.help_text.or(definition.help_text.take());
    definition.priority = change.priority.or(definition.priority);
    Ok(StatusCode::OK)
}

/// `DELETE /pubapi/v1/properties/namespace/{namespace}/keys/{key}`
pub(super) async fn delete_key(
    State(sandbox): State<Sandbox>,
    Extension(caller): Extension<Caller>,
    Path((name, key)): Path<(String, String)>,
    headers: HeaderMap,
) -> Result<StatusCode, Complaint> {
    check_admin(&caller)?;
    let mut world = sandbox.world();
    let metadata = &mut world.files.metadata;
    check_key(metadata, &name, &key)?;
    check_unused(metadata, &headers, &name, Some(&key), None)?;
    metadata.forget(&name, Some(&key), None);
    if let Some(namespace) = metadata.namespace_mut(&name) {
        namespace.keys.remove(&key);
    }
    Ok(StatusCode::OK)
}

/// `PATCH /pubapi/v1/properties/namespace/{namespace}/keys/{key}/data`: the body is an array.
pub(super) async fn delete_key_values(
    State(sandbox): State<Sandbox>,
    Extension(caller): Extension<Caller>,
    Path((name, key)): Path<(String, String)>,
    headers: HeaderMap,
    bytes: Bytes,
) -> Result<StatusCode, Complaint> {
    check_admin(&caller)?;
    let data: Vec<String> = read_json(&headers, &bytes, wording)?;
    remove_data(&mut sandbox.world().files.metadata, &headers, &name, &[Deletion { key, data }])
}

/// `PATCH /pubapi/v1/properties/namespace/{namespace}/keys/data`
pub(super) async fn delete_keys_values(
    State(sandbox): State<Sandbox>,
    Extension(caller): Extension<Caller>,
    Path(name): Path<String>,
    headers: HeaderMap,
    bytes: Bytes,
) -> Result<StatusCode, Complaint> {
    check_admin(&caller)?;
    let body: Deletions = read_json(&headers, &bytes, wording)?;
    let deletions = body.key_data_deletions;
    remove_data(&mut sandbox.world().files.metadata, &headers, &name, &deletions)
}

fn remove_data(
    metadata: &mut Metadata,
    headers: &HeaderMap,
    name: &str,
    deletions: &[Deletion],
) -> Result<StatusCode, Complaint> {
    for Deletion { key, data } in deletions {
        check_key(metadata, name, key)?;
        check_unused(metadata, headers, name, Some(key), Some(data))?;
    }
    for Deletion { key, data } in deletions {
        metadata.forget(name, Some(key), Some(data));
        let namespace = metadata.namespace_mut(name);
        if let Some(key) = namespace.and_then(|namespace| namespace.keys.get_mut(key)) {
            key.data.retain(|known| !data.contains(known));
        }
    }
    Ok(StatusCode::OK)
}

fn check_key(metadata: &Metadata, name: &str, key: &str) -> Result<(), Complaint> {
    let namespace = metadata.namespace(name).ok_or_else(unknown)?;
    namespace.keys.get(key).map(|_| ()).ok_or_else(unknown)
}

/// What is in use goes only with `X-Egnyte-Force-Delete: Yes`.
fn check_unused(
    metadata: &Metadata,
    headers: &HeaderMap,
    name: &str,
    key: Option<&str>,
    data: Option<&[String]>,
) -> Result<(), Complaint> {
    let forced = headers.get("x-egnyte-force-delete").is_some_and(|value| value == "Yes");
    if !forced && metadata.in_use(name, key, data) {
        return Err(conflict(
            "In use. Send X-Egnyte-Force-Delete: Yes to delete it with its values.",
        ));
    }
    Ok(())
}

fn check_admin(caller: &Caller) -> Result<(), Complaint> {
    if caller.is_admin() { Ok(()) } else { Err(Fault::NotAllowed.into()) }
}

/// No such namespace or key.
pub(super) fn unknown() -> Complaint {
    Complaint::file_system(StatusCode::NOT_FOUND, "There is no such namespace or key")
}

fn conflict(text: &str) -> Complaint {
    Complaint::file_system(StatusCode::CONFLICT, text)
}

/// A body that cannot be, in the shape of metadata.
pub(super) fn wording(_: StatusCode, text: &str) -> Complaint {
    // The reader of bodies names the property first.
    let field = text.split([':', ' ']).next().unwrap_or_default();
    Complaint::input(field, "INVALID_INPUT", text)
}
