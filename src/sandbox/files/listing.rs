//! Owns what a listing of a folder asks for: which page, in which order.
//! It must never look at permissions or build an answer.

use std::cmp::Ordering;

use jiff::Timestamp;

use super::complaint::Complaint;
use super::params::Params;
use super::tree::{File, Folder, Tree};
use crate::sandbox::directory::Directory;

use super::faces::login;

/// Children on a page, unless asked otherwise.
const DEFAULT_COUNT: usize = 100;
/// Children on a page, at most.
const MAX_COUNT: usize = 1_000;

/// What to sort by. Folders always come before files.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Key {
    Name,
    Modified,
    UploadedBy,
    Size,
    Created,
}

/// A page of a listing.
pub(super) struct Wanted {
    /// 0-based, over folders and files together.
    pub(super) offset: usize,
    pub(super) count: usize,
    key: Key,
    descending: bool,
}

impl Wanted {
    /// Reads `offset`, `count`, `sort_by` and `sort_direction`.
    pub(super) fn parse(params: &Params) -> Result<Self, Complaint> {
        const KEYS: &[&str] = &[
            "name",
            "path",
            "last_modified",
            "uploaded_by",
            "size",
            "created_time",
            "custom_metadata",
        ];
        let key = match params.choice("sort_by", KEYS)? {
            Some("last_modified") => Key::Modified,
            Some("uploaded_by") => Key::UploadedBy,
            Some("size") => Key::Size,
            Some("created_time") => Key::Created,
            // Within one folder, the path sorts like the name. Values of metadata are no order here.
            _ => Key::Name,
        };
        let direction = params.choice("sort_direction", &["ascending", "descending"])?;
        Ok(Self {
            offset: params.number("offset", 0, 0, usize::MAX)?,
            count: params.number("count", DEFAULT_COUNT, 1, MAX_COUNT)?,
            key,
            descending: direction == Some("descending"),
        })
    }

    /// Puts folders in order.
    pub(super) fn sort_folders(&self, folders: &mut [&Folder]) {
        folders.sort_by(|a, b| {
            let by_key = match self.key {
                Key::Modified => a.modified.cmp(&b.modified),
                Key::Created => a.created.cmp(&b.created),
                Key::Name | Key::UploadedBy | Key::Size => Ordering::Equal,
            };
            self.directed(by_key.then_with(|| names(&a.name, &b.name)))
        });
    }

    /// Puts files in order.
    pub(super) fn sort_files(&self, directory: &Directory, files: &mut [&File]) {
        let modified = |file: &File| file.current().map(|version| version.modified);
        let size = |file: &File| file.current().map(|version| version.size);
        let by = |file: &File| {
            file.current().map(|version| login(directory, version.uploaded_by).to_owned())
        };
        let created = |file: &File| -> Option<Timestamp> {
            file.versions.first().map(|version| version.uploaded)
        };
        files.sort_by(|a, b| {
            let by_key = match self.key {
                Key::Name => Ordering::Equal,
                Key::Modified => modified(a).cmp(&modified(b)),
                Key::UploadedBy => by(a).cmp(&by(b)),
                Key::Size => size(a).cmp(&size(b)),
                Key::Created => created(a).cmp(&created(b)),
            };
            self.directed(by_key.then_with(|| names(&a.name, &b.name)))
        });
    }

    fn directed(&self, order: Ordering) -> Ordering {
        if self.descending { order.reverse() } else { order }
    }
}

/// Names in any case, and a fixed order between those that differ in nothing else.
fn names(a: &str, b: &str) -> Ordering {
    a.to_lowercase().cmp(&b.to_lowercase()).then_with(|| a.cmp(b))
}

/// The totals of a folder, at any depth.
pub(super) struct Stats {
    pub(super) folders: usize,
    pub(super) files: usize,
    pub(super) versions: usize,
    pub(super) size: u64,
    pub(super) all_versions_size: u64,
}

impl Stats {
    /// Counts what is in a folder.
    pub(super) fn of(tree: &Tree, folder: &Folder) -> Self {
        let (folders, files) = tree.inside(folder.id);
        let files: Vec<&File> = files.iter().filter_map(|id| tree.file(*id)).collect();
        let versions = || files.iter().flat_map(|file| &file.versions);
        Self {
            folders: folders.len() - 1,
            files: files.len(),
            versions: versions().count(),
            size: files.iter().filter_map(|file| file.current()).map(|version| version.size).sum(),
            all_versions_size: versions().map(|version| version.size).sum(),
        }
    }
}
