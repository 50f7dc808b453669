//! Owns the options of folders: description, link policy, restrictions.
//! It must never enforce more of them than whether links can be made.

use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, Uri};
use axum::{Extension, Json};
use serde::Deserialize;
use serde_json::Value;

use super::access::{self, Level};
use super::bodies::read_json;
use super::browse::fs_path;
use super::complaint::Complaint;
use super::faces;
use super::fault::Fault;
use super::tree::{Node, Options};
use crate::sandbox::Sandbox;
use crate::sandbox::tokens::Caller;

/// The longest description of a folder, in characters.
const MAX_DESCRIPTION: usize = 200;

/// The body of a change of options: what is absent stays.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct OptionsChange {
    folder_description: Option<String>,
    allow_links: Option<bool>,
    allow_upload_links: Option<bool>,
    public_links: Option<PublicLinks>,
    restrict_move_delete: Option<bool>,
    move_delete_folder_restriction: Option<Restriction>,
    inheritance_rule: Option<InheritanceRule>,
    email_preferences: Option<EmailPreferences>,
}

/// Declares an enum of words and how to say one.
macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($variant:ident = $word:literal),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Deserialize)]
        enum $name { $(#[serde(rename = $word)] $variant),+ }
        impl $name {
            fn word(&self) -> &'static str {
                match self { $(Self::$variant => $word),+ }
            }
        }
    };
}

words! {
    /// What may be shared by link.
    PublicLinks { FilesFolders = "files_folders", Folders = "folders", Files = "files", Disabled = "disabled" }
}
words! {
    /// Who may move and delete subfolders.
    Restriction {
        Full = "admins_owners_or_full_access_users",
        Owners = "admins_or_owners",
        Admins = "admins_only",
    }
}
/// How far options reach. Here they reach no further than their folder.
#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum InheritanceRule {
    Legacy,
    ThisFolderOnly,
    ThisFolderAndSubfoldersUntilOverridden,
    ThisFolderAndSubfolders,
}

/// Write-only at Egnyte, and here without effect.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct EmailPreferences {
    #[serde(rename = "content_updates")]
    _content_updates: Option<bool>,
    #[serde(rename = "content_accessed")]
    _content_accessed: Option<bool>,
}

/// `PATCH /pubapi/v1/fs/{path}`: the options of a folder.
pub(super) async fn update(
    State(sandbox): State<Sandbox>,
    Extension(caller): Extension<Caller>,
    uri: Uri,
    headers: HeaderMap,
    bytes: Bytes,
) -> Result<Json<Value>, Complaint> {
    let path = fs_path(&uri)?;
    let change: OptionsChange = read_json(&headers, &bytes, Complaint::file_system)?;
    change.check()?;
    let mut guard = sandbox.world();
    let world = &mut *guard;
    let Some(Node::Folder(id)) = world.files.tree.find(&path) else {
        return Err(Fault::Missing.into());
    };
    let tree = &mut world.files.tree;
    access::check(tree, &world.directory, &caller, Node::Folder(id), Level::Full)?;
    if path.names().len() < 2 && change.move_delete_folder_restriction.is_some() {
        return Err(Fault::TopLevel.into());
    }
    let folder = tree.folders.get_mut(&id).ok_or(Fault::Missing)?;
    change.apply(&mut folder.options);
    let folder = folder.clone();
    let mut face = faces::folder(tree, &folder);
    face.extend(faces::folder_options(&folder));
    Ok(Json(Value::Object(face)))
}

impl OptionsChange {
    fn check(&self) -> Result<(), Fault> {
        let nothing = self.folder_description.is_none()
            && self.allow_links.is_none()
            && self.allow_upload_links.is_none()
            && self.public_links.is_none()
            && self.restrict_move_delete.is_none()
            && self.move_delete_folder_restriction.is_none()
            && self.inheritance_rule.is_none()
            && self.email_preferences.is_none();
        if nothing {
            return Err(Fault::Invalid("At least one option is required".to_owned()));
        }
        let length = self.folder_description.as_ref().map_or(0, |text| text.chars().count());
        if length > MAX_DESCRIPTION {
            return Err(Fault::Invalid("FOLDER_DESCRIPTION_TOO_LONG".to_owned()));
        }
        Ok(())
    }

    fn apply(self, options: &mut Options) {
        if let Some(text) = self.folder_description {
            options.description = text;
        }
        options.allow_links = self.allow_links.unwrap_or(options.allow_links);
        options.allow_upload_links = self.allow_upload_links.unwrap_or(options.allow_upload_links);
        if let Some(links) = self.public_links {
            links.word().clone_into(&mut options.public_links);
        }
        options.restrict_move_delete =
            self.restrict_move_delete.unwrap_or(options.restrict_move_delete);
        if let Some(restriction) = self.move_delete_folder_restriction {
            restriction.word().clone_into(&mut options.move_delete_restriction);
        }
    }
}
