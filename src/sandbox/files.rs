//! Owns everything of the stand-in domain that stands on files: the folder tree with its contents,
//! and its routes, one file a subject below this one.
//! It must never know users and groups but by asking the directory.

#![allow(dead_code, reason = "the subjects that use the rest follow")]

pub(super) mod access;
mod actions;
pub(super) mod bodies;
mod browse;
mod change;
mod chunks;
pub(super) mod complaint;
mod content;
mod download;
mod faces;
mod fault;
mod listing;
pub(super) mod params;
pub(super) mod path;
mod seed;
pub(super) mod tree;
mod upload;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware;
use axum::routing::{get, post};
use serde_json::{Value, json};

use self::chunks::Chunks;
use self::tree::Tree;
use super::directory::Directory;
use super::{Sandbox, errors, tokens};

/// The state of everything that stands on files, one field a subject.
pub(super) struct Files {
    pub(super) tree: Tree,
    chunks: Chunks,
}

impl Files {
    /// As on the first second. Names and ids of people come from `directory`.
    pub(super) fn first_second(directory: &Directory) -> Self {
        Self { tree: seed::tree(directory), chunks: Chunks::default() }
    }

    /// What `GET /_sandbox/state` adds: everything but contents.
    pub(super) fn state(&self, directory: &Directory) -> Value {
        json!({
            "folders": self.tree.all_folders().map(|folder| faces::folder_state(&self.tree, folder)).collect::<Vec<_>>(),
            "files": self.tree.all_files().map(|file| faces::file_state(&self.tree, directory, file)).collect::<Vec<_>>(),
            "uploads": self.chunks.open(),
        })
    }
}

/// All routes that stand on files.
pub(super) fn routes() -> Router<Sandbox> {
    Router::new().merge(filesystem()).merge(contents())
}

/// Folders and files by path and by id.
fn filesystem() -> Router<Sandbox> {
    let by_path = || {
        get(browse::by_path)
            .post(actions::by_path)
            .delete(actions::delete_by_path)
            .patch(actions::options)
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
