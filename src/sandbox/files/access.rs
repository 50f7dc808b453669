//! Owns permission levels, what is granted on a folder, and what that means for a person: groups
//! and inheritance applied. It must never change anything.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::complaint::Complaint;
use super::fault::Fault;
use super::tree::{Node, Tree};
use crate::sandbox::directory::Directory;
use crate::sandbox::tokens::Caller;
use crate::sandbox::user::{User, UserType};

/// What somebody may do in a folder, the least first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) enum Level {
    /// Nothing.
    None,
    /// See that it is there, on the way to something below.
    Nav,
    /// Look, but not take away.
    #[serde(rename = "Viewer Only")]
    ViewerOnly,
    /// Read.
    Viewer,
    /// Write.
    Editor,
    /// Delete.
    Full,
    /// Grant.
    Owner,
}

/// What is granted on one folder itself.
#[derive(Clone, Debug)]
pub(crate) struct Grants {
    /// By login.
    pub(crate) users: BTreeMap<String, Level>,
    /// By display name.
    pub(crate) groups: BTreeMap<String, Level>,
    /// Whether the grants of the folder above count, too.
    pub(crate) inherits: bool,
}

impl Default for Grants {
    fn default() -> Self {
        Self { users: BTreeMap::new(), groups: BTreeMap::new(), inherits: true }
    }
}

/// What counts on a folder: its own grants and, as far as it inherits, those above. A folder's own
/// grant to somebody replaces the one above.
pub(crate) fn in_force(tree: &Tree, folder: Uuid) -> Grants {
    let mut chain: Vec<&Grants> = Vec::new();
    for folder in tree.ancestry(folder) {
        chain.push(&folder.grants);
        if !folder.grants.inherits {
            break;
        }
    }
    let mut sum = Grants {
        inherits: tree.folder(folder).is_some_and(|folder| folder.grants.inherits),
        ..Grants::default()
    };
    for grants in chain.into_iter().rev() {
        sum.users.extend(grants.users.iter().map(|(name, level)| (name.clone(), *level)));
        sum.groups.extend(grants.groups.iter().map(|(name, level)| (name.clone(), *level)));
    }
    sum
}

/// What a person may do in a folder. Their own level beats those of groups, except that "None"
/// does not take a group's grant away. Administrators own everything.
pub(crate) fn effective(tree: &Tree, directory: &Directory, user: &User, folder: Uuid) -> Level {
    if user.user_type == UserType::Admin {
        return Level::Owner;
    }
    let grants = in_force(tree, folder);
    let own = grants.users.get(&user.user_name).filter(|level| **level > Level::None);
    let of_groups = || {
        let levels = grants.groups.iter().filter(|(name, _)| belongs(directory, user, name));
        levels.map(|(_, level)| *level).max()
    };
    own.copied().or_else(of_groups).unwrap_or(Level::None)
}

/// Whether a person is in a group. The built-in groups are in no listing.
fn belongs(directory: &Directory, user: &User, group: &str) -> bool {
    match group {
        "All Power Users" => user.user_type == UserType::Power,
        "All Standard Users" => user.user_type == UserType::Standard,
        "All Standard Users and Power Users" => user.user_type != UserType::Admin,
        _ => directory.groups_of(user.id).any(|held| held.display_name == group),
    }
}

/// What the caller may do in a folder.
pub(crate) fn of_caller(
    tree: &Tree,
    directory: &Directory,
    caller: &Caller,
    folder: Uuid,
) -> Level {
    if caller.is_admin() {
        return Level::Owner;
    }
    match directory.user(caller.user_id) {
        Some(user) => effective(tree, directory, user, folder),
        None => Level::None,
    }
}

/// Lets through a caller with at least this level on `node`. Who may not even see it is told that
/// it is not there.
pub(super) fn check(
    tree: &Tree,
    directory: &Directory,
    caller: &Caller,
    node: Node,
    least: Level,
) -> Result<(), Fault> {
    let level = of_caller(tree, directory, caller, tree.governing(node));
    // The root and the folders right under it are for everybody to look at.
    let top = matches!(node, Node::Folder(id) if tree.ancestry(id).count() <= 2);
    if level >= least || (top && least <= Level::Nav) {
        Ok(())
    } else if level == Level::None && !top {
        Err(Fault::Missing)
    } else {
        Err(Fault::NotAllowed)
    }
}

impl From<Fault> for Complaint {
    fn from(fault: Fault) -> Self {
        Self::file_system(fault.status(), &fault.to_string())
    }
}
