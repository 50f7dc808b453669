//! Owns the trash: what was deleted, in two listings; restoring and purging, up to ten at a time.
//! It must never be shown to anybody but administrators.

use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;
use serde_json::{Value, json};
use uuid::Uuid;

use super::bodies::read_json;
use super::change::Removed;
use super::complaint::Complaint;
use super::events::{Change, facts};
use super::fault::Fault;
use super::params::Params;
use super::times::{iso, parse};
use super::tree::{File, Node};
use crate::sandbox::directory::Directory;
use crate::sandbox::tokens::Caller;
use crate::sandbox::user::User;
use crate::sandbox::{Sandbox, World};

/// Items kept; beyond, the oldest are gone for good.
const MAX_ITEMS: usize = 5_000;
/// Ids in one request.
const MAX_IDS: usize = 10;
/// Items on a page, unless asked otherwise.
const DEFAULT_COUNT: usize = 50;
/// Items on a page, at most.
const MAX_COUNT: usize = 1_000;
/// From deleting to purging.
const LIFE: SignedDuration = SignedDuration::from_hours(30 * 24);

/// What v2 sorts by.
const KEYS: &[&str] =
    &["date_deleted", "name", "deleted_by", "purge_date", "orig_location", "owner", "type"];

/// One deleted file or folder.
pub(super) struct Item {
    pub(super) id: Uuid,
    pub(super) removed: Removed,
    /// A user's id.
    pub(super) by: u64,
    pub(super) at: Timestamp,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Action {
    action: String,
    ids: Vec<String>,
}

impl Item {
    fn kind(&self) -> &'static str {
        match self.removed.node {
            Node::Folder(_) => "FOLDER",
            Node::File(_) => "FILE",
        }
    }

    fn name(&self) -> &str {
        self.removed.path.names().last().map_or("", String::as_str)
    }

    fn size(&self) -> u64 {
        let current = self.removed.files.iter().filter_map(File::current);
        current.map(|version| version.size).sum()
    }

    fn modified(&self) -> Option<Timestamp> {
        let current = self.removed.files.iter().filter_map(File::current);
        current.map(|version| version.modified).max()
    }

    fn owner<'a>(&self, directory: &'a Directory) -> Option<&'a User> {
        let first = self.removed.files.first().and_then(|file| file.versions.first());
        directory.user(first.map_or(self.by, |version| version.uploaded_by))
    }

    /// How it looks in both listings.
    pub(super) fn face(&self, directory: &Directory) -> Value {
        let owner = self.owner(directory).map(|user| {
            json!({
                "id": user.id,
                "username": user.user_name,
                "firstName": user.given_name,
                "lastName": user.family_name,
                "email": user.email,
                "typeName": user.user_type,
            })
        });
        json!({
            "id": self.id,
            "type": self.kind(),
            "path": self.removed.path.to_string(),
            "name": self.name(),
            "size": self.size(),
            "deleted_by": full_name(directory, self.by),
            "delete_date": iso(self.at),
            "purge_date": iso(self.at + LIFE),
            "last_modified": self.modified().map(iso),
            "owner": owner,
            "data_retention_info":
                { "retention": null, "earliest_expiry": null, "is_retained": false },
        })
    }
}

/// Takes `node` out of the tree and into the trash.
pub(super) fn discard(world: &mut World, caller: &Caller, node: Node) -> Result<(), Fault> {
    let tree = &mut world.files.tree;
    let path = tree.path(node);
    let data = facts(tree, node, "target", &path);
    let removed = tree.remove(node)?;
    let id = tree.new_id();
    let trash = &mut world.files.trash;
    trash.push(Item { id, removed, by: caller.user_id, at: Timestamp::now() });
    if trash.len() > MAX_ITEMS {
        trash.remove(0);
    }
    let change = Change::to_item(caller.user_id, "delete", &path.to_string(), data);
    world.files.events.record(change);
    Ok(())
}

/// `GET /pubapi/v2/fs/trash`
pub(super) async fn list(
    State(sandbox): State<Sandbox>,
    Extension(caller): Extension<Caller>,
    uri: Uri,
) -> Result<Json<Value>, Complaint> {
    check_admin(&caller)?;
    let params = Params::of(&uri, Complaint::file_system)?;
    let world = sandbox.world();
    let mut page = Page::parse(&params, KEYS)?;
    page.take_window(&params)?;
    let found = page.sorted(&world);
    let (total, offset) = (found.len(), page.offset);
    let items: Vec<Value> = page.cut(&found, &world.directory);
    let has_more = offset.saturating_add(items.len()) < total;
    Ok(Json(json!({
        "count": items.len(),
        "offset": offset,
        "has_more": has_more,
        "items": items,
    })))
}

/// `GET /pubapi/v1/fs/trash`
pub(super) async fn list_v1(
    State(sandbox): State<Sandbox>,
    Extension(caller): Extension<Caller>,
    uri: Uri,
) -> Result<Json<Value>, Complaint> {
    check_admin(&caller)?;
    let params = Params::of(&uri, Complaint::file_system)?;
    let world = sandbox.world();
    let page = Page::parse(&params, &["delete_date", "name", "deleted_by", "purge_date"])?;
    let found = page.sorted(&world);
    let items: Vec<Value> = page.cut(&found, &world.directory);
    Ok(Json(json!({
        "count": items.len(),
        "offset": page.offset,
        "total_count": found.len(),
        "items": items,
    })))
}

/// `GET /pubapi/v2/fs/trash/totalcount`
pub(super) async fn total(
    State(sandbox): State<Sandbox>,
    Extension(caller): Extension<Caller>,
) -> Result<Json<Value>, Complaint> {
    check_admin(&caller)?;
    Ok(Json(json!({ "totalCount": sandbox.world().files.trash.len() })))
}

/// `POST /pubapi/v1/fs/trash`: 200 when all of it was done, 207 with every outcome otherwise.
pub(super) async fn act(
    State(sandbox): State<Sandbox>,
    Extension(caller): Extension<Caller>,
    headers: HeaderMap,
    bytes: Bytes,
) -> Result<Response, Complaint> {
    check_admin(&caller)?;
    let body: Action = read_json(&headers, &bytes, Complaint::file_system)?;
    let restore = match body.action.as_str() {
        "RESTORE" => true,
        "PURGE" => false,
        _ => return Err(invalid("action must be RESTORE or PURGE")),
    };
    if !(1..=MAX_IDS).contains(&body.ids.len()) {
        return Err(invalid("ids must have 1 to 10 entries"));
    }
    let mut world = sandbox.world();
    let outcomes: Vec<(String, Result<(), Fault>)> = body
        .ids
        .into_iter()
        .map(|id| {
            let outcome =
                if restore { bring_back(&mut world, &caller, &id) } else { purge(&mut world, &id) };
            (id, outcome)
        })
        .collect();
    if outcomes.iter().all(|(_, outcome)| outcome.is_ok()) {
        return Ok(StatusCode::OK.into_response());
    }
    let resource = |(id, outcome): &(String, Result<(), Fault>)| match outcome {
        Ok(()) => json!({ "id": id, "code": 200, "descriptions": [] }),
        Err(fault) => {
            let code = fault.status().as_u16();
            json!({ "id": id, "code": code, "descriptions": [fault.to_string()] })
        }
    };
    let resources: Vec<Value> = outcomes.iter().map(resource).collect();
    Ok((StatusCode::MULTI_STATUS, Json(json!({ "resources": resources }))).into_response())
}

fn bring_back(world: &mut World, caller: &Caller, id: &str) -> Result<(), Fault> {
    let World { files, .. } = world;
    let at = files.trash.iter().position(|item| item.id.to_string() == id);
    let at = at.ok_or(Fault::Missing)?;
    let item = files.trash.get(at).ok_or(Fault::Missing)?;
    files.tree.put_back(item.removed.clone())?;
    let item = files.trash.remove(at);
    let path = &item.removed.path;
    let data = facts(&files.tree, item.removed.node, "target", path);
    files.events.record(Change::to_item(caller.user_id, "create", &path.to_string(), data));
    Ok(())
}

fn purge(world: &mut World, id: &str) -> Result<(), Fault> {
    let trash = &mut world.files.trash;
    let before = trash.len();
    trash.retain(|item| item.id.to_string() != id);
    if trash.len() < before { Ok(()) } else { Err(Fault::Missing) }
}

/// Which items, in which order.
struct Page {
    offset: usize,
    count: usize,
    key: &'static str,
    ascending: bool,
    /// A name, or part of one, and the time between which it was deleted.
    window: Option<(String, Timestamp, Timestamp)>,
}

impl Page {
    fn parse(params: &Params, keys: &[&'static str]) -> Result<Self, Complaint> {
        let direction = params.choice("sort_direction", &["asc", "desc"])?;
        Ok(Self {
            offset: params.number("offset", 0, 0, usize::MAX)?,
            count: params.number("count", DEFAULT_COUNT, 1, MAX_COUNT)?,
            key: params.choice("sort_by", keys)?.unwrap_or("date_deleted"),
            ascending: direction == Some("asc"),
            window: None,
        })
    }

    /// `deletedBy`, `startDate` and `endDate` go together.
    fn take_window(&mut self, params: &Params) -> Result<(), Complaint> {
        let date = |name: &str, text: &str| {
            parse(text).ok_or_else(|| params.refuse(&format!("{name} must be in ISO 8601.")))
        };
        self.window =
            match (params.text("deletedBy"), params.text("startDate"), params.text("endDate")) {
                (None, None, None) => None,
                (Some(by), Some(start), Some(end)) => {
                    Some((by.to_lowercase(), date("startDate", start)?, date("endDate", end)?))
                }
                _ => return Err(params.refuse("deletedBy, startDate and endDate go together.")),
            };
        Ok(())
    }

    fn sorted<'a>(&self, world: &'a World) -> Vec<&'a Item> {
        let directory = &world.directory;
        let wanted = |item: &&Item| {
            self.window.as_ref().is_none_or(|(by, start, end)| {
                let name = full_name(directory, item.by).to_lowercase();
                name.contains(by.as_str()) && item.at >= *start && item.at <= *end
            })
        };
        let mut found: Vec<&Item> = world.files.trash.iter().filter(wanted).collect();
        // Equal ones stay in the order of their deleting.
        found.sort_by_key(|item| item.at);
        match self.key {
            "name" => found.sort_by_key(|item| item.name().to_lowercase()),
            "deleted_by" => found.sort_by_key(|item| full_name(directory, item.by)),
            "orig_location" => found.sort_by_key(|item| item.removed.path.clone()),
            "owner" => found.sort_by_key(|item| item.owner(directory).map(|user| user.id)),
            "type" => found.sort_by_key(|item| item.kind()),
            _ => {}
        }
        if !self.ascending {
            found.reverse();
        }
        found
    }

    fn cut(&self, found: &[&Item], directory: &Directory) -> Vec<Value> {
        found.iter().skip(self.offset).take(self.count).map(|item| item.face(directory)).collect()
    }
}

fn full_name(directory: &Directory, user: u64) -> String {
    let name = directory.user(user);
    name.map(|user| format!("{} {}", user.given_name, user.family_name)).unwrap_or_default()
}

fn check_admin(caller: &Caller) -> Result<(), Complaint> {
    if caller.is_admin() {
        return Ok(());
    }
    let text = "User is not authorized to manage resources.";
    Err(Complaint::file_system(StatusCode::FORBIDDEN, text))
}

fn invalid(text: &str) -> Complaint {
    Complaint::file_system(StatusCode::BAD_REQUEST, text)
}
