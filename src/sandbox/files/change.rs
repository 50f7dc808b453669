//! Owns the changes of the tree and their rules: where something may go, what stands in the way.
//! It must never ask who the caller is beyond their id; permissions are checked before.

use jiff::Timestamp;
use uuid::Uuid;

use super::access::{Grants, Level};
use super::content::Content;
use super::fault::Fault;
use super::path::FsPath;
use super::tree::{File, Folder, Node, Options, Tree, Version};

/// Folders and files together; beyond, nothing new is taken.
const MAX_ITEMS: usize = 20_000;
/// Versions of one file; beyond, the oldest goes.
const MAX_VERSIONS: usize = 50;
/// Bytes of contents in memory; beyond, new contents are not kept.
const MAX_KEPT: u64 = 256 * 1024 * 1024;

/// What was taken out of the tree: a file or a folder with all that was in it.
#[derive(Clone, Debug)]
pub(crate) struct Removed {
    /// What was removed.
    pub(crate) node: Node,
    /// Where it was.
    pub(crate) path: FsPath,
    /// The folder first, when it was one.
    pub(crate) folders: Vec<Folder>,
    pub(crate) files: Vec<File>,
}

/// The content of a version to be.
pub(crate) struct Upload {
    pub(crate) size: u64,
    pub(crate) checksum: String,
    pub(crate) content: Content,
    pub(crate) modified: Timestamp,
    /// A user's id.
    pub(crate) by: u64,
}

impl Tree {
    /// Where something new of this path goes: the folder, which must be there, and the name.
    pub(crate) fn place(&self, path: &FsPath) -> Result<(Uuid, String), Fault> {
        if let Some(name) = path.bad_name() {
            return Err(Fault::BadName(name.to_owned()));
        }
        match path.split() {
            Some((parent, name)) if !parent.names().is_empty() => match self.find(&parent) {
                Some(Node::Folder(id)) => Ok((id, name.to_owned())),
                _ => Err(Fault::NoParent),
            },
            _ => Err(Fault::TopLevel),
        }
    }

    /// Where something may be moved or copied to.
    pub(crate) fn free_place(&self, path: &FsPath) -> Result<(Uuid, String), Fault> {
        let (parent, name) = self.place(path)?;
        match self.child(parent, &name) {
            Some(_) => Err(Fault::Occupied),
            None => Ok((parent, name)),
        }
    }

    /// Makes a folder that `owner` owns.
    pub(crate) fn add_folder(
        &mut self,
        path: &FsPath,
        owner: Option<&str>,
        now: Timestamp,
    ) -> Result<Uuid, Fault> {
        match self.find(path) {
            Some(Node::Folder(_)) => return Err(Fault::FolderExists),
            Some(Node::File(_)) => return Err(Fault::Occupied),
            None => {}
        }
        let (parent, name) = self.place(path)?;
        self.check_room(1)?;
        let id = self.new_id();
        let mut grants = Grants::default();
        grants.users.extend(owner.map(|owner| (owner.to_owned(), Level::Owner)));
        let options = Options::default();
        let parent = Some(parent);
        let folder = Folder { id, name, parent, created: now, modified: now, grants, options };
        self.folders.insert(id, folder);
        Ok(id)
    }

    /// Moves `node`, with all that is in it. Ids stay.
    pub(crate) fn relocate(&mut self, node: Node, to: &FsPath) -> Result<(), Fault> {
        self.check_movable(node)?;
        let (parent, name) = self.free_place(to)?;
        match node {
            Node::Folder(id) if self.lies_in(parent, id) => return Err(Fault::IntoItself),
            Node::Folder(id) => {
                let folder = self.folders.get_mut(&id).ok_or(Fault::Missing)?;
                (folder.parent, folder.name) = (Some(parent), name);
            }
            Node::File(id) => {
                let file = self.files.get_mut(&id).ok_or(Fault::Missing)?;
                (file.parent, file.name) = (parent, name);
            }
        }
        Ok(())
    }

    /// Copies `node`, with all that is in it. Ids are new, and only the newest versions go along.
    pub(crate) fn duplicate(
        &mut self,
        node: Node,
        to: &FsPath,
        by: u64,
        now: Timestamp,
    ) -> Result<Node, Fault> {
        self.check_movable(node)?;
        let (parent, name) = self.free_place(to)?;
        match node {
            Node::Folder(id) if self.lies_in(parent, id) => Err(Fault::IntoItself),
            Node::Folder(id) => {
                let (folders, files) = self.inside(id);
                self.check_room(folders.len() + files.len())?;
                self.copy_folder(id, parent, name, by, now).map(Node::Folder)
            }
            Node::File(id) => {
                self.check_room(1)?;
                self.copy_file(id, parent, name, by, now).map(Node::File)
            }
        }
    }

    fn copy_folder(
        &mut self,
        id: Uuid,
        parent: Uuid,
        name: String,
        by: u64,
        now: Timestamp,
    ) -> Result<Uuid, Fault> {
        let source = self.folder(id).ok_or(Fault::Missing)?.clone();
        let folders: Vec<_> = self.folders_in(id).map(|f| (f.id, f.name.clone())).collect();
        let files: Vec<_> = self.files_in(id).map(|f| (f.group_id, f.name.clone())).collect();
        let copy = self.new_id();
        let folder =
            Folder { id: copy, name, parent: Some(parent), created: now, modified: now, ..source };
        self.folders.insert(copy, folder);
        for (inner, name) in folders {
            self.copy_folder(inner, copy, name, by, now)?;
        }
        for (inner, name) in files {
            self.copy_file(inner, copy, name, by, now)?;
        }
        Ok(copy)
    }

    fn copy_file(
        &mut self,
        id: Uuid,
        parent: Uuid,
        name: String,
        by: u64,
        now: Timestamp,
    ) -> Result<Uuid, Fault> {
        let newest = self.file(id).and_then(File::current).ok_or(Fault::Missing)?.clone();
        let group_id = self.new_id();
        let entry_id = self.new_id();
        let version = Version { entry_id, uploaded: now, uploaded_by: by, ..newest };
        let file = File { group_id, name, parent, versions: vec![version], lock: None };
        self.files.insert(group_id, file);
        Ok(group_id)
    }

    /// Adds a version to the file at `path`, or makes the file. Its group and entry id.
    pub(crate) fn write(
        &mut self,
        path: &FsPath,
        upload: Upload,
        now: Timestamp,
    ) -> Result<(Uuid, Uuid), Fault> {
        let (parent, name) = self.place(path)?;
        let existing = match self.child(parent, &name) {
            Some(Node::Folder(_)) => return Err(Fault::Occupied),
            Some(Node::File(id)) => Some(id),
            None => None,
        };
        if existing.is_none() {
            self.check_room(1)?;
        }
        let room = self.kept() + upload.size <= MAX_KEPT;
        let version = Version {
            entry_id: self.new_id(),
            size: upload.size,
            checksum: upload.checksum,
            content: if room { upload.content } else { Content::Forgotten },
            modified: upload.modified,
            uploaded: now,
            uploaded_by: upload.by,
        };
        let entry_id = version.entry_id;
        let group_id = existing.unwrap_or_else(|| self.new_id());
        let file = self.files.entry(group_id).or_insert(File {
            group_id,
            name,
            parent,
            versions: Vec::new(),
            lock: None,
        });
        file.versions.push(version);
        if file.versions.len() > MAX_VERSIONS {
            file.versions.remove(0);
        }
        Ok((group_id, entry_id))
    }

    /// Takes `node` out of the tree, with all that is in it.
    pub(crate) fn remove(&mut self, node: Node) -> Result<Removed, Fault> {
        self.check_movable(node)?;
        let path = self.path(node);
        let (folders, files) = match node {
            Node::Folder(id) => self.inside(id),
            Node::File(id) => (Vec::new(), vec![id]),
        };
        Ok(Removed {
            node,
            path,
            folders: folders.iter().filter_map(|id| self.folders.remove(id)).collect(),
            files: files.iter().filter_map(|id| self.files.remove(id)).collect(),
        })
    }

    /// Puts back what was taken out, where it was, if that place is there and free.
    pub(crate) fn put_back(&mut self, removed: Removed) -> Result<(), Fault> {
        let (parent, _) = self.free_place(&removed.path)?;
        let top = match removed.node {
            Node::Folder(id) | Node::File(id) => id,
        };
        for mut folder in removed.folders {
            if folder.id == top {
                folder.parent = Some(parent);
            }
            self.folders.insert(folder.id, folder);
        }
        for mut file in removed.files {
            if file.group_id == top {
                file.parent = parent;
            }
            self.files.insert(file.group_id, file);
        }
        Ok(())
    }

    /// Removes one version. False when it was the only one, which stays.
    pub(crate) fn remove_version(&mut self, group_id: Uuid, entry_id: Uuid) -> Result<bool, Fault> {
        let file = self.files.get_mut(&group_id).ok_or(Fault::Missing)?;
        if file.version(entry_id).is_none() {
            return Err(Fault::Missing);
        }
        if file.versions.len() > 1 {
            file.versions.retain(|version| version.entry_id != entry_id);
            return Ok(true);
        }
        Ok(false)
    }

    /// A folder and all folders and files in it, at any depth.
    pub(crate) fn inside(&self, id: Uuid) -> (Vec<Uuid>, Vec<Uuid>) {
        let mut folders = vec![id];
        let mut at = 0;
        while let Some(id) = folders.get(at).copied() {
            folders.extend(self.folders_in(id).map(|folder| folder.id));
            at += 1;
        }
        let files = self.files.values().filter(|file| folders.contains(&file.parent));
        let files = files.map(|file| file.group_id).collect();
        (folders, files)
    }

    /// Refuses when a file in question is locked by somebody else; their id is in the answer.
    pub(crate) fn locked_by_other(&self, node: Node, user: u64, now: Timestamp) -> Option<u64> {
        let files = match node {
            Node::Folder(id) => self.inside(id).1,
            Node::File(id) => vec![id],
        };
        let locks = files.iter().filter_map(|id| self.file(*id)?.lock_at(now));
        locks.map(|lock| lock.owner).find(|owner| *owner != user)
    }

    fn check_movable(&self, node: Node) -> Result<(), Fault> {
        match node {
            Node::Folder(id) if self.ancestry(id).count() <= 2 => Err(Fault::TopLevel),
            _ => Ok(()),
        }
    }

    fn check_room(&self, more: usize) -> Result<(), Fault> {
        let full = self.folders.len() + self.files.len() + more > MAX_ITEMS;
        if full { Err(Fault::Full) } else { Ok(()) }
    }

    fn kept(&self) -> u64 {
        let versions = self.files.values().flat_map(|file| &file.versions);
        let kept = versions.filter(|version| matches!(version.content, Content::Kept(_)));
        kept.map(|version| version.size).sum()
    }
}
