//! Owns the endpoints of metadata values on files and folders. Setting replaces.
//! It must never decide what can be a value; keys do.

use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::{Extension, Json};
use serde_json::{Value, json};
use uuid::Uuid;

use super::access::{self, Level};
use super::bodies::read_json;
use super::complaint::Complaint;
use super::fault::Fault;
use super::metadata::Values;
use super::namespaces::{unknown, wording};
use super::tree::Node;
use crate::sandbox::tokens::Caller;
use crate::sandbox::{Sandbox, World};

/// `PUT /pubapi/v1/fs/ids/{file|folder}/{id}/properties/{namespace}`: replaces all its values.
pub(super) async fn set(
    State(sandbox): State<Sandbox>,
    Extension(caller): Extension<Caller>,
    Path((id, name)): Path<(String, String)>,
    uri: Uri,
    headers: HeaderMap,
    bytes: Bytes,
) -> Result<StatusCode, Complaint> {
    let values: Values = read_json(&headers, &bytes, wording)?;
    let mut world = sandbox.world();
    let item = item(&world, &caller, &uri, &id, Level::Editor)?;
    let namespace = world.files.metadata.namespace(&name).ok_or_else(unknown)?;
    for (key, value) in &values {
        let definition = namespace.keys.get(key);
        let definition = definition
            .ok_or_else(|| Complaint::input(key, "UNKNOWN_KEY", "There is no such key."))?;
        definition.check_value(key, value)?;
    }
    world.files.metadata.replace(item, &name, values);
    Ok(StatusCode::OK)
}

/// `GET /pubapi/v1/fs/ids/{file|folder}/{id}/properties/{namespace}`
pub(super) async fn get(
    State(sandbox): State<Sandbox>,
    Extension(caller): Extension<Caller>,
    Path((id, name)): Path<(String, String)>,
    uri: Uri,
) -> Result<Json<Value>, Complaint> {
    let world = sandbox.world();
    let item = item(&world, &caller, &uri, &id, Level::ViewerOnly)?;
    let metadata = &world.files.metadata;
    metadata.namespace(&name).ok_or_else(unknown)?;
    let values = metadata.values.get(&item).and_then(|sets| sets.get(&name));
    let results: Vec<Value> =
        values.into_iter().map(|values| json!({ name.as_str(): values })).collect();
    Ok(Json(json!({ "results": results })))
}

/// The item of a path `…/ids/file/{id}/…` or `…/ids/folder/{id}/…`.
fn item(
    world: &World,
    caller: &Caller,
    uri: &Uri,
    id: &str,
    least: Level,
) -> Result<Uuid, Complaint> {
    let tree = &world.files.tree;
    let id = Uuid::try_parse(id).map_err(|_| Fault::Missing)?;
    let node = if uri.path().starts_with("/pubapi/v1/fs/ids/folder/") {
        tree.folder(id).map(|folder| Node::Folder(folder.id))
    } else {
        tree.file(id).map(|file| Node::File(file.group_id))
    };
    access::check(tree, &world.directory, caller, node.ok_or(Fault::Missing)?, least)?;
    Ok(id)
}
