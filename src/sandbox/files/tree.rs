//! Owns the folders and files of the domain and how they are found. Changes are `change`'s matter.
//! It must never know HTTP, JSON or who is asking.

use std::collections::BTreeMap;

use jiff::Timestamp;
use uuid::Uuid;

use super::access::Grants;
use super::content::Content;
use super::path::FsPath;
use crate::sandbox::directory::mix;

/// All folders and files.
pub(crate) struct Tree {
    pub(super) folders: BTreeMap<Uuid, Folder>,
    pub(super) files: BTreeMap<Uuid, File>,
    /// Counts up for ever, so that no id is given twice.
    made: u64,
}

/// A folder. The root is the one without a parent.
#[derive(Clone, Debug)]
pub(crate) struct Folder {
    pub(crate) id: Uuid,
    pub(crate) name: String,
    pub(crate) parent: Option<Uuid>,
    pub(crate) created: Timestamp,
    pub(crate) modified: Timestamp,
    pub(crate) grants: Grants,
    pub(crate) options: Options,
}

/// What can be set on a folder.
#[derive(Clone, Debug)]
pub(crate) struct Options {
    pub(crate) description: String,
    pub(crate) allow_links: bool,
    pub(crate) allow_upload_links: bool,
    pub(crate) public_links: String,
    pub(crate) restrict_move_delete: bool,
    pub(crate) move_delete_restriction: String,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            description: String::new(),
            allow_links: true,
            allow_upload_links: true,
            public_links: "files_folders".to_owned(),
            restrict_move_delete: false,
            move_delete_restriction: "admins_owners_or_full_access_users".to_owned(),
        }
    }
}

/// A file and all its versions.
#[derive(Clone, Debug)]
pub(crate) struct File {
    pub(crate) group_id: Uuid,
    pub(crate) name: String,
    pub(crate) parent: Uuid,
    /// Oldest first; never empty.
    pub(crate) versions: Vec<Version>,
    pub(crate) lock: Option<Lock>,
}

/// One version of a file.
#[derive(Clone, Debug)]
pub(crate) struct Version {
    pub(crate) entry_id: Uuid,
    pub(crate) size: u64,
    pub(crate) checksum: String,
    pub(crate) content: Content,
    /// When the content was last changed, as whoever uploaded it says.
    pub(crate) modified: Timestamp,
    pub(crate) uploaded: Timestamp,
    /// A user's id.
    pub(crate) uploaded_by: u64,
}

/// A lock on a file.
#[derive(Clone, Debug)]
pub(crate) struct Lock {
    pub(crate) token: String,
    /// A user's id.
    pub(crate) owner: u64,
    /// In seconds.
    pub(crate) timeout: u64,
    /// `None`: until it is released.
    pub(crate) expires: Option<Timestamp>,
}

/// Something in the tree.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Node {
    /// A folder, by its id.
    Folder(Uuid),
    /// A file, by its group id.
    File(Uuid),
}

/// The root's id.
pub(super) const ROOT: Uuid = Uuid::from_u128(0xa100_0000_0000_4000_8000_0000_0000_0000);

impl Tree {
    /// Nothing but the root.
    pub(super) fn empty(created: Timestamp) -> Self {
        let root = Folder {
            id: ROOT,
            name: String::new(),
            parent: None,
            created,
            modified: created,
            grants: Grants::default(),
            options: Options::default(),
        };
        Self { folders: BTreeMap::from([(ROOT, root)]), files: BTreeMap::new(), made: 0 }
    }

    /// Every folder but the root.
    pub(crate) fn all_folders(&self) -> impl Iterator<Item = &Folder> {
        self.folders.values().filter(|folder| folder.parent.is_some())
    }

    /// Every file.
    pub(crate) fn all_files(&self) -> impl Iterator<Item = &File> {
        self.files.values()
    }

    /// One folder.
    pub(crate) fn folder(&self, id: Uuid) -> Option<&Folder> {
        self.folders.get(&id)
    }

    /// One file, by its group id.
    pub(crate) fn file(&self, group_id: Uuid) -> Option<&File> {
        self.files.get(&group_id)
    }

    /// The file that one of its versions belongs to, and that version.
    pub(crate) fn entry(&self, entry_id: Uuid) -> Option<(&File, &Version)> {
        self.files.values().find_map(|file| Some((file, file.version(entry_id)?)))
    }

    /// The folders in a folder.
    pub(crate) fn folders_in(&self, id: Uuid) -> impl Iterator<Item = &Folder> {
        self.folders.values().filter(move |folder| folder.parent == Some(id))
    }

    /// The files in a folder.
    pub(crate) fn files_in(&self, id: Uuid) -> impl Iterator<Item = &File> {
        self.files.values().filter(move |file| file.parent == id)
    }

    /// What lies at a path.
    pub(crate) fn find(&self, path: &FsPath) -> Option<Node> {
        let mut at = ROOT;
        let mut names = path.names().iter().peekable();
        while let Some(name) = names.next() {
            match self.child(at, name)? {
                Node::Folder(id) => at = id,
                file @ Node::File(_) => return names.peek().is_none().then_some(file),
            }
        }
        Some(Node::Folder(at))
    }

    /// What has this name in a folder.
    pub(crate) fn child(&self, folder: Uuid, name: &str) -> Option<Node> {
        let inner = self.folders_in(folder).find(|inner| inner.name == name);
        let file = || self.files_in(folder).find(|file| file.name == name);
        inner
            .map(|inner| Node::Folder(inner.id))
            .or_else(|| file().map(|file| Node::File(file.group_id)))
    }

    /// The path of a folder.
    pub(crate) fn folder_path(&self, id: Uuid) -> FsPath {
        let mut names: Vec<String> = self.ancestry(id).map(|folder| folder.name.clone()).collect();
        names.pop();
        names.reverse();
        FsPath::from(names)
    }

    /// The path of a file.
    pub(crate) fn file_path(&self, file: &File) -> FsPath {
        self.folder_path(file.parent).join(&file.name)
    }

    /// The path of anything in the tree.
    pub(crate) fn path(&self, node: Node) -> FsPath {
        match node {
            Node::Folder(id) => self.folder_path(id),
            Node::File(id) => {
                self.file(id).map_or_else(|| FsPath::from(vec![]), |file| self.file_path(file))
            }
        }
    }

    /// The folder whose permissions count for `node`: itself, or the one it lies in.
    pub(crate) fn governing(&self, node: Node) -> Uuid {
        match node {
            Node::Folder(id) => id,
            Node::File(id) => self.file(id).map_or(ROOT, |file| file.parent),
        }
    }

    /// A folder, the one it lies in, and so on up to the root.
    pub(crate) fn ancestry(&self, id: Uuid) -> impl Iterator<Item = &Folder> {
        std::iter::successors(self.folder(id), |folder| self.folder(folder.parent?))
    }

    /// Whether a folder is another or lies somewhere in it.
    pub(crate) fn lies_in(&self, inner: Uuid, outer: Uuid) -> bool {
        self.ancestry(inner).any(|folder| folder.id == outer)
    }

    /// An id nobody has: looks random, is the same after the same changes.
    pub(crate) fn new_id(&mut self) -> Uuid {
        self.made += 1;
        let (high, low) = (mix(self.made ^ 0x7eee), mix(mix(self.made) ^ 0x1eaf));
        let bits = u128::from(high) << 64 | u128::from(low);
        uuid::Builder::from_random_bytes(bits.to_be_bytes()).into_uuid()
    }
}

impl File {
    /// The newest version.
    pub(crate) fn current(&self) -> Option<&Version> {
        self.versions.last()
    }

    /// One version.
    pub(crate) fn version(&self, entry_id: Uuid) -> Option<&Version> {
        self.versions.iter().find(|version| version.entry_id == entry_id)
    }

    /// The lock, unless its time is over.
    pub(crate) fn lock_at(&self, now: Timestamp) -> Option<&Lock> {
        self.lock.as_ref().filter(|lock| lock.expires.is_none_or(|expires| now < expires))
    }

    /// The media type, by the name's ending.
    pub(crate) fn media_type(&self) -> &'static str {
        let ending = self.name.rsplit_once('.').map(|(_, ending)| ending.to_ascii_lowercase());
        match ending.as_deref() {
            Some("txt") => "text/plain",
            Some("md") => "text/markdown",
            Some("csv") => "text/csv",
            Some("json") => "application/json",
            Some("pdf") => "application/pdf",
            Some("png") => "image/png",
            Some("jpg" | "jpeg") => "image/jpeg",
            Some("mp4") => "video/mp4",
            Some("docx") => {
                "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
            }
            Some("xlsx") => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            _ => "application/octet-stream",
        }
    }
}
