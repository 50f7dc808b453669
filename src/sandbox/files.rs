//! Owns everything of the stand-in domain that stands on files: the folder tree with its contents,
//! and its routes, one file a subject below this one.
//! It must never know users and groups but by asking the directory.

pub(super) mod access;
mod actions;
pub(super) mod bodies;
mod bookmarks;
mod browse;
mod change;
mod chunks;
pub(super) mod complaint;
mod content;
mod download;
mod events;
mod faces;
mod fault;
mod insights;
mod links;
mod listing;
mod metadata;
mod namespaces;
mod notes;
mod options;
pub(super) mod params;
pub(super) mod path;
mod permissions;
mod properties;
mod search;
mod search_v1;
mod search_v2;
mod seed;
mod times;
mod trash;
pub(super) mod tree;
mod upload;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware;
use axum::routing::{get, patch, post};
use serde_json::{Value, json};

use self::bookmarks::Bookmarks;
use self::chunks::Chunks;
use self::events::Events;
use self::links::Links;
use self::metadata::Metadata;
use self::notes::Note;
use self::trash::Item;
use self::tree::Tree;
use super::directory::Directory;
use super::{Sandbox, errors, tokens};

/// The state of everything that stands on files, one field a subject.
pub(super) struct Files {
    pub(super) tree: Tree,
    chunks: Chunks,
    links: Links,
    /// Oldest first.
    notes: Vec<Note>,
    metadata: Metadata,
    bookmarks: Bookmarks,
    /// Oldest first.
    trash: Vec<Item>,
    events: Events,
}

impl Files {
    /// As on the first second. Names and ids of people come from `directory`.
    pub(super) fn first_second(directory: &Directory) -> Self {
        let mut files = Self {
            tree: seed::tree(directory),
            chunks: Chunks::default(),
            links: Links::default(),
            notes: Vec::new(),
            metadata: Metadata::default(),
            bookmarks: Bookmarks::default(),
            trash: Vec::new(),
            events: Events::default(),
        };
        seed::surround(&mut files);
        files
    }

    /// What `GET /_sandbox/state` adds: everything but contents.
    pub(super) fn state(&self, directory: &Directory) -> Value {
        let tree = &self.tree;
        let folders = tree.all_folders().map(|folder| faces::folder_state(tree, folder));
        let files = tree.all_files().map(|file| faces::file_state(tree, directory, file));
        let links = self.links.list.iter().map(|link| link.face(tree, directory));
        let notes = self.notes.iter().map(|note| note.face(tree, directory, None));
        let trash = self.trash.iter().map(|item| item.face(directory));
        let marks = self.bookmarks.list.iter().filter_map(|mark| mark.face(tree));
        json!({
            "folders": folders.collect::<Vec<_>>(),
            "files": files.collect::<Vec<_>>(),
            "uploads": self.chunks.open(),
            "links": links.collect::<Vec<_>>(),
            "comments": notes.collect::<Vec<_>>(),
            "namespaces": self.metadata.namespaces.iter().map(|it| it.face(true)).collect::<Vec<_>>(),
            "metadata": self.metadata.values,
            "bookmarks": marks.collect::<Vec<_>>(),
            "trash": trash.collect::<Vec<_>>(),
            "events": self.events.cursor(),
        })
    }
}

/// All routes that stand on files.
pub(super) fn routes() -> Router<Sandbox> {
    Router::new()
        .merge(filesystem())
        .merge(contents())
        .merge(permissions())
        .merge(links())
        .merge(bookmarks())
        .merge(around())
        .merge(metadata())
        .merge(hybrid())
}

/// Folders and files by path and by id.
fn filesystem() -> Router<Sandbox> {
    let by_path = || {
        get(browse::by_path)
            .post(actions::by_path)
            .delete(actions::delete_by_path)
            .patch(options::update)
    };
    let by_path_v2 =
        || get(browse::by_path).post(actions::by_path_v2).delete(actions::delete_by_path);
    Router::new()
        .route("/pubapi/v1/fs", get(browse::by_path))
        .route("/pubapi/v1/fs/", get(browse::by_path))
        .route("/pubapi/v1/fs/{*path}", by_path())
        .route("/pubapi/v2/fs", get(browse::by_path))
        .route("/pubapi/v2/fs/{*path}", by_path_v2())
        .route(
            "/pubapi/v1/fs/ids/file/{id}",
            get(browse::file_by_id).post(actions::file_by_id).delete(actions::delete_file_by_id),
        )
        .route(
            "/pubapi/v1/fs/ids/folder/{id}",
            get(browse::folder_by_id)
                .post(actions::folder_by_id)
                .delete(actions::delete_folder_by_id),
        )
        .route("/pubapi/v1/fs/ids/folder/{id}/stats", get(browse::stats))
        .method_not_allowed_fallback(errors::unsupported)
        .route_layer(middleware::from_fn(tokens::require_filesystem))
}

/// File contents, both ways. Uploads are streamed, so their bodies have no limit here.
fn contents() -> Router<Sandbox> {
    Router::new()
        .route("/pubapi/v1/fs-content/{*path}", get(download::by_path).post(upload::by_path))
        .route("/pubapi/v1/fs-content/ids/file/{id}", get(download::by_id))
        .route("/pubapi/v1/fs-content-chunked/{*path}", post(upload::chunk_by_path))
        .route("/pubapi/v1/fs-content-chunked/ids/file/{id}", post(upload::chunk_by_id))
        .method_not_allowed_fallback(errors::unsupported)
        .route_layer(middleware::from_fn(tokens::require_filesystem))
        .layer(DefaultBodyLimit::disable())
}

/// Who may do what.
fn permissions() -> Router<Sandbox> {
    Router::new()
        .route("/pubapi/v2/perms/{*path}", get(permissions::get).post(permissions::set))
        .route("/pubapi/v1/perms/user", get(permissions::own))
        .route("/pubapi/v1/perms/user/{username}", get(permissions::of_user))
        .route(
            "/pubapi/v1/perms/folder/{*path}",
            get(permissions::get_v1).post(permissions::set_v1),
        )
        .method_not_allowed_fallback(errors::unsupported)
        .route_layer(middleware::from_fn(|request, next| {
            tokens::require_scope("Egnyte.permission", request, next)
        }))
}

/// Links, in both versions.
fn links() -> Router<Sandbox> {
    Router::new()
        .route("/pubapi/v1/links", get(links::list_ids).post(links::create))
        .route("/pubapi/v1/links/settings", get(links::settings))
        .route("/pubapi/v1/links/{id}", get(links::get_v1).delete(links::delete))
        .route("/pubapi/v2/links", get(links::list).post(links::create))
        .route("/pubapi/v2/links/{id}", get(links::get).delete(links::delete))
        .method_not_allowed_fallback(errors::unsupported)
        .route_layer(middleware::from_fn(|request, next| {
            tokens::require_scope("Egnyte.link", request, next)
        }))
}

/// Bookmarks.
fn bookmarks() -> Router<Sandbox> {
    Router::new()
        .route("/pubapi/v1/bookmarks", get(bookmarks::list).post(bookmarks::create))
        .route("/pubapi/v1/bookmarks/{id}", get(bookmarks::get).delete(bookmarks::delete))
        .method_not_allowed_fallback(errors::unsupported)
        .route_layer(middleware::from_fn(|request, next| {
            tokens::require_scope("Egnyte.bookmark", request, next)
        }))
}

/// What runs on the scope of the file system: comments, trash, events, search, insights.
fn around() -> Router<Sandbox> {
    Router::new()
        .route("/pubapi/v1/notes", get(notes::list).post(notes::create))
        .route("/pubapi/v1/notes/{id}", get(notes::get).delete(notes::delete))
        .route("/pubapi/v1/fs/trash", get(trash::list_v1).post(trash::act))
        .route("/pubapi/v2/fs/trash", get(trash::list))
        .route("/pubapi/v2/fs/trash/totalcount", get(trash::total))
        .route("/pubapi/v1/events/cursor", get(events::cursor))
        .route("/pubapi/v2/events/cursor", get(events::cursor))
        .route("/pubapi/v1/events", get(events::list))
        .route("/pubapi/v2/events", get(events::list_v2))
        .route("/pubapi/v1/search", get(search_v1::by_words).post(search_v1::by_metadata))
        .route("/pubapi/v2/search", post(search_v2::search))
        .route("/pubapi/v1/insights/files", get(insights::recent_files))
        .method_not_allowed_fallback(errors::unsupported)
        .route_layer(middleware::from_fn(tokens::require_filesystem))
}

/// Metadata, for which no scope is published.
fn metadata() -> Router<Sandbox> {
    let namespace = "/pubapi/v1/properties/namespace";
    let values = || get(properties::get).put(properties::set);
    Router::new()
        .route(namespace, get(namespaces::list).post(namespaces::create))
        .route(
            &format!("{namespace}/{{namespace}}"),
            get(namespaces::get).patch(namespaces::update).delete(namespaces::delete),
        )
        .route(&format!("{namespace}/{{namespace}}/keys"), post(namespaces::create_key))
        .route(
            &format!("{namespace}/{{namespace}}/keys/{{key}}"),
            patch(namespaces::update_key).delete(namespaces::delete_key),
        )
        .route(
            &format!("{namespace}/{{namespace}}/keys/{{key}}/data"),
            patch(namespaces::delete_key_values),
        )
        .route(
            &format!("{namespace}/{{namespace}}/keys/data"),
            patch(namespaces::delete_keys_values),
        )
        .route("/pubapi/v1/fs/ids/file/{id}/properties/{namespace}", values())
        .route("/pubapi/v1/fs/ids/folder/{id}/properties/{namespace}", values())
        .method_not_allowed_fallback(errors::unsupported)
}

/// Hybrid search, the one search on another scope.
fn hybrid() -> Router<Sandbox> {
    Router::new()
        .route("/pubapi/v1/hybrid-search", post(search_v2::hybrid))
        .method_not_allowed_fallback(errors::unsupported)
        .route_layer(middleware::from_fn(|request, next| {
            tokens::require_scope("Egnyte.ai", request, next)
        }))
}
