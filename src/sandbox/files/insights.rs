//! Owns the list of recent files. It must never count who looked at what: the last time a file was
//! touched is the time its newest version came.

use std::cmp::Reverse;

use axum::extract::State;
use axum::http::{StatusCode, Uri};
use axum::{Extension, Json};
use serde_json::{Value, json};

use super::access::{self, Level};
use super::complaint::Complaint;
use super::faces::login;
use super::fault::Fault;
use super::params::Params;
use super::path::FsPath;
use super::tree::{File, Node};
use crate::sandbox::Sandbox;
use crate::sandbox::tokens::Caller;

/// Files in an answer.
const MOST: usize = 20;

/// `GET /pubapi/v1/insights/files`
pub(super) async fn recent_files(
    State(sandbox): State<Sandbox>,
    Extension(caller): Extension<Caller>,
    uri: Uri,
) -> Result<Json<Value>, Complaint> {
    let params = Params::of(&uri, Complaint::message)?;
    let world = sandbox.world();
    let (tree, directory) = (&world.files.tree, &world.directory);
    let mut folder = None;
    if let Some(text) = params.text("folder_path") {
        let Some(Node::Folder(id)) = FsPath::of_text(text).and_then(|path| tree.find(&path)) else {
            let text = Fault::Missing.to_string();
            return Err(Complaint::message(StatusCode::NOT_FOUND, &text));
        };
        folder = Some(id);
    }
    let wanted = |file: &&File| {
        folder.is_none_or(|folder| tree.lies_in(file.parent, folder))
            && access::check(tree, directory, &caller, Node::File(file.group_id), Level::Viewer)
                .is_ok()
    };
    let mut files: Vec<&File> = tree.all_files().filter(wanted).collect();
    files.sort_by_key(|file| (Reverse(file.current().map(|v| v.uploaded)), file.name.clone()));
    let face = |file: &File| {
        let version = file.current()?;
        Some(json!({
            "name": file.name,
            "path": tree.file_path(file).to_string(),
            "size": version.size,
            "entry_id": version.entry_id,
            "group_id": file.group_id,
            "uploaded_by": login(directory, version.uploaded_by),
            "num_versions": file.versions.len(),
            "last_modified": version.modified.as_millisecond(),
            "last_accessed": version.uploaded.as_millisecond(),
            "recommendation_type": "RECENTLY_UPLOADED",
        }))
    };
    let recent: Vec<Value> = files.into_iter().take(MOST).filter_map(face).collect();
    Ok(Json(json!({ "recentFiles": recent })))
}
