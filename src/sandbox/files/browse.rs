//! Owns the reading of folders and files, by path and by id.
//! It must never change anything.

use axum::extract::{Path, State};
use axum::http::Uri;
use axum::{Extension, Json};
use jiff::Timestamp;
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::access::{self, Level};
use super::complaint::Complaint;
use super::faces;
use super::fault::Fault;
use super::listing::{Stats, Wanted};
use super::params::Params;
use super::path::FsPath;
use super::search_v1::id;
use super::tree::{File, Folder, Node};
use crate::sandbox::tokens::Caller;
use crate::sandbox::{Sandbox, World};

/// `GET /pubapi/v1/fs/{path}` and `GET /pubapi/v2/fs/{path}`
pub(super) async fn by_path(
    State(sandbox): State<Sandbox>,
    Extension(caller): Extension<Caller>,
    uri: Uri,
) -> Result<Json<Value>, Complaint> {
    let path = fs_path(&uri)?;
    let world = sandbox.world();
    let node = world.files.tree.find(&path).ok_or(Fault::Missing)?;
    show(&world, &caller, &uri, node)
}

/// `GET /pubapi/v1/fs/ids/file/{group_id}`
pub(super) async fn file_by_id(
    State(sandbox): State<Sandbox>,
    Extension(caller): Extension<Caller>,
    Path(id): Path<String>,
    uri: Uri,
) -> Result<Json<Value>, Complaint> {
    let world = sandbox.world();
    show(&world, &caller, &uri, Node::File(parse_id(&id)?))
}

/// `GET /pubapi/v1/fs/ids/folder/{folder_id}`
pub(super) async fn folder_by_id(
    State(sandbox): State<Sandbox>,
    Extension(caller): Extension<Caller>,
    Path(id): Path<String>,
    uri: Uri,
) -> Result<Json<Value>, Complaint> {
    let world = sandbox.world();
    show(&world, &caller, &uri, Node::Folder(parse_id(&id)?))
}

/// `GET /pubapi/v1/fs/ids/folder/{folder_id}/stats`
pub(super) async fn stats(
    State(sandbox): State<Sandbox>,
    Extension(caller): Extension<Caller>,
    Path(id): Path<String>,
) -> Result<Json<Value>, Complaint> {
    let world = sandbox.world();
    let tree = &world.files.tree;
    let id = parse_id(&id)?;
    let folder = tree.folder(id).ok_or(Fault::Missing)?;
    access::check(tree, &world.directory, &caller, Node::Folder(id), Level::Nav)?;
    let stats = Stats::of(tree, folder);
    Ok(Json(json!({
        "allVersionsSize": stats.all_versions_size,
        "allFilesSize": stats.size,
        "filesCount": stats.files,
        "fileVersionsCount": stats.versions,
        "foldersCount": stats.folders,
        "allFilesSizeInKB": stats.size / 1024,
        "allVersionsSizeInKB": stats.all_versions_size / 1024,
    })))
}

/// The path after `/pubapi/v1/fs` or `/pubapi/v2/fs`.
pub(super) fn fs_path(uri: &Uri) -> Result<FsPath, Complaint> {
    let prefix =
        if uri.path().starts_with("/pubapi/v2") { "/pubapi/v2/fs" } else { "/pubapi/v1/fs" };
    FsPath::of_uri(uri, prefix)
}

/// An id that is no UUID belongs to nothing.
pub(super) fn parse_id(text: &str) -> Result<Uuid, Fault> {
    Uuid::try_parse(text).map_err(|_| Fault::Missing)
}

fn show(world: &World, caller: &Caller, uri: &Uri, node: Node) -> Result<Json<Value>, Complaint> {
    let params = Params::of(uri, Complaint::file_system)?;
    let view = View { world, caller, params, now: Timestamp::now() };
    let tree = &world.files.tree;
    let face = match node {
        Node::Folder(id) => {
            let folder = tree.folder(id).ok_or(Fault::Missing)?;
            access::check(tree, &world.directory, caller, node, Level::Nav)?;
            view.folder(folder)?
        }
        Node::File(id) => {
            let file = tree.file(id).ok_or(Fault::Missing)?;
            access::check(tree, &world.directory, caller, node, Level::ViewerOnly)?;
            view.file(file)?
        }
    };
    Ok(Json(Value::Object(face)))
}

/// One request's look at the tree.
struct View<'a> {
    world: &'a World,
    caller: &'a Caller,
    params: Params,
    now: Timestamp,
}

impl View<'_> {
    /// A folder, with a page of what is in it unless `list_content=false`.
    fn folder(&self, folder: &Folder) -> Result<Map<String, Value>, Complaint> {
        let tree = &self.world.files.tree;
        let mut face = faces::folder(tree, folder);
        face.extend(faces::folder_options(folder));
        self.add_common(&mut face, Node::Folder(folder.id))?;
        if !self.params.flag("list_content", true)? {
            return Ok(face);
        }

        let wanted = Wanted::parse(&self.params)?;
        let visible = |node| {
            access::check(tree, &self.world.directory, self.caller, node, Level::Nav).is_ok()
        };
        let mut folders: Vec<&Folder> =
            tree.folders_in(folder.id).filter(|inner| visible(Node::Folder(inner.id))).collect();
        wanted.sort_folders(&mut folders);
        let mut files: Vec<&File> = tree.files_in(folder.id).collect();
        wanted.sort_files(&self.world.directory, &mut files);

        let total = folders.len() + files.len();
        let skipped = wanted.offset.min(folders.len());
        let shown_folders: Vec<Value> = folders
            .into_iter()
            .skip(skipped)
            .take(wanted.count)
            .map(|inner| {
                let mut face = faces::folder(tree, inner);
                self.add_common(&mut face, Node::Folder(inner.id))?;
                Ok(Value::Object(face))
            })
            .collect::<Result<_, Complaint>>()?;
        let shown_files: Vec<Value> = files
            .into_iter()
            .skip(wanted.offset - skipped)
            .take(wanted.count - shown_folders.len())
            .map(|file| self.listed_file(file).map(Value::Object))
            .collect::<Result<_, _>>()?;
        face.insert("count".into(), json!(shown_folders.len() + shown_files.len()));
        face.insert("offset".into(), json!(wanted.offset));
        face.insert("total_count".into(), json!(total));
        // An empty list is left out.
        for (key, list) in [("folders", shown_folders), ("files", shown_files)] {
            if !list.is_empty() {
                face.insert(key.into(), Value::Array(list));
            }
        }
        Ok(face)
    }

    /// A file at the version asked for, with its other versions unless `list_content=false`.
    fn file(&self, file: &File) -> Result<Map<String, Value>, Complaint> {
        let directory = &self.world.directory;
        let version = match self.params.text("entry_id") {
            Some(id) => file.version(parse_id(id)?),
            None => file.current(),
        };
        let version = version.ok_or(Fault::Missing)?;
        let mut face = faces::file(&self.world.files.tree, directory, file, version, self.now);
        self.add_for_file(&mut face, file)?;
        let older = file.versions.iter().rev().skip(1);
        let older: Vec<Value> = older.map(|old| faces::version(directory, old)).collect();
        if self.params.flag("list_content", true)? && !older.is_empty() {
            face.insert("versions".into(), Value::Array(older));
        }
        Ok(face)
    }

    /// A file in the listing of its folder.
    fn listed_file(&self, file: &File) -> Result<Map<String, Value>, Complaint> {
        let version = file.current().ok_or(Fault::Missing)?;
        let tree = &self.world.files.tree;
        let mut face = faces::file(tree, &self.world.directory, file, version, self.now);
        self.add_for_file(&mut face, file)?;
        Ok(face)
    }

    fn add_for_file(&self, face: &mut Map<String, Value>, file: &File) -> Result<(), Complaint> {
        if self.params.flag("include_locks", false)? && file.lock_at(self.now).is_some() {
            let info = faces::lock_info(&self.world.directory, file, self.now);
            face.insert("lock_info".into(), info);
        }
        self.add_common(face, Node::File(file.group_id))
    }

    /// What can be asked for on folders and files alike.
    fn add_common(&self, face: &mut Map<String, Value>, node: Node) -> Result<(), Complaint> {
        let tree = &self.world.files.tree;
        if self.params.flag("include_perm", false)? {
            let folder = tree.governing(node);
            let level = access::of_caller(tree, &self.world.directory, self.caller, folder);
            face.insert("permission".into(), json!(level));
        }
        if self.params.flag("allowed_link_types", false)? {
            face.extend(faces::link_types());
        }
        if self.params.flag("list_custom_metadata", false)? {
            let values = self.world.files.metadata.of_item(id(node));
            face.insert("custom_metadata".into(), values);
        }
        Ok(())
    }
}
