//! Owns links: making, listing by id and in full, deleting, the domain's policy.
//! It must never let a link be opened; there is nothing behind its address.

use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::access::{self, Level};
use super::bodies::read_json;
use super::complaint::Complaint;
use super::faces::{login, object};
use super::params::Params;
use super::path::FsPath;
use super::times::{day, iso, parse};
use super::tree::{Node, Tree};
use crate::sandbox::directory::{Directory, mix};
use crate::sandbox::tokens::Caller;
use crate::sandbox::{Sandbox, World};

/// Links of the whole domain.
const MAX_LINKS: usize = 10_000;
/// Links of one request: one for each recipient.
const MAX_RECIPIENTS: usize = 100;
/// Links on a page, at most and unless asked otherwise.
const MAX_COUNT: usize = 500;
/// Clicks after which a link can end, at most.
const MAX_CLICKS: u64 = 10;

/// All links, oldest first.
#[derive(Default)]
pub(super) struct Links {
    pub(super) list: Vec<Link>,
    /// Counts up for ever, so that no id is given twice.
    made: u64,
}

/// One link.
#[derive(Clone)]
#[expect(clippy::struct_field_names, reason = "the names are Egnyte's")]
pub(super) struct Link {
    pub(super) id: String,
    pub(super) target: Node,
    pub(super) kind: Kind,
    pub(super) accessibility: Option<Accessibility>,
    pub(super) recipients: Vec<String>,
    pub(super) notify: bool,
    pub(super) link_to_current: bool,
    pub(super) protection: Protection,
    pub(super) created: Timestamp,
    /// A user's id.
    pub(super) by: u64,
    pub(super) expiry_date: Option<Date>,
    pub(super) expiry_clicks: Option<u64>,
}

/// What a link leads to.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Kind {
    /// A file.
    File,
    /// A folder.
    Folder,
    /// A folder to upload into.
    Upload,
}

/// Whom a link lets in.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Accessibility {
    Anyone,
    Password,
    Domain,
    Recipients,
}

/// What a link shows.
#[derive(Clone, Copy, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub(super) enum Protection {
    /// To look at only.
    Preview,
    /// Everything.
    None,
}

#[derive(Deserialize)]
#[expect(clippy::struct_excessive_bools, reason = "Egnyte has them")]
struct NewLink {
    path: String,
    #[serde(rename = "type")]
    kind: Kind,
    accessibility: Option<Accessibility>,
    #[serde(default)]
    recipients: Vec<String>,
    #[serde(default)]
    send_email: bool,
    #[serde(default)]
    notify: bool,
    #[serde(default)]
    link_to_current: bool,
    expiry_date: Option<String>,
    expiry_clicks: Option<u64>,
    #[serde(default)]
    add_file_name: bool,
    password: Option<String>,
    protection: Option<Protection>,
}

impl Links {
    /// An id nobody has: ten letters and digits, the same after the same changes.
    fn new_id(&mut self) -> String {
        const LETTERS: &[u8] = b"ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnpqrstuvwxyz23456789";
        self.made += 1;
        let mut chance = mix(self.made ^ 0x11_17);
        let letter = |_| {
            let index = usize::try_from(chance % LETTERS.len() as u64).unwrap_or_default();
            chance /= LETTERS.len() as u64;
            LETTERS.get(index).copied().map_or('A', char::from)
        };
        (0..10).map(letter).collect()
    }

    /// Adds a link; without an id it gets the next.
    pub(super) fn add(&mut self, link: Link) -> Link {
        let id = if link.id.is_empty() { self.new_id() } else { link.id.clone() };
        let link = Link { id, ..link };
        self.list.push(link.clone());
        link
    }
}

impl Link {
    /// How it looks in v2.
    pub(super) fn face(&self, tree: &Tree, directory: &Directory) -> Map<String, Value> {
        let resource = match self.target {
            Node::Folder(id) | Node::File(id) => id,
        };
        object(json!({
            "id": self.id,
            "url": url(&self.id, None),
            "path": tree.path(self.target).to_string(),
            "type": self.kind,
            "accessibility": self.accessibility,
            "protection": self.protection,
            "recipients": self.recipients,
            "notify": self.notify,
            "link_to_current": self.link_to_current,
            "creation_date": iso(self.created),
            "created_by": login(directory, self.by),
            "resource_id": resource,
            "expiry_clicks": self.expiry_clicks,
            "expiry_date": self.expiry_date.map(|date| date.to_string()),
            "last_accessed": null,
        }))
    }

    /// How it looks in v1: less, and the day of its creation only.
    fn face_v1(&self, tree: &Tree, directory: &Directory) -> Map<String, Value> {
        let mut face = self.face(tree, directory);
        for key in ["id", "url", "protection", "resource_id", "last_accessed"] {
            face.remove(key);
        }
        face.insert("creation_date".into(), json!(day(self.created)));
        face.retain(|_, value| !value.is_null());
        face
    }

    fn stands(&self, tree: &Tree) -> bool {
        match self.target {
            Node::File(id) => tree.file(id).is_some(),
            Node::Folder(id) => tree.folder(id).is_some(),
        }
    }
}

fn url(id: &str, name: Option<&str>) -> String {
    let name = name.map(|name| format!("/{}", name.replace(' ', "_"))).unwrap_or_default();
    format!("https://sandbox.egnyte.com/dl/{id}{name}")
}

/// `POST /pubapi/v1/links` and `POST /pubapi/v2/links`
pub(super) async fn create(
    State(sandbox): State<Sandbox>,
    Extension(caller): Extension<Caller>,
    headers: HeaderMap,
    bytes: Bytes,
) -> Result<Response, Complaint> {
    let new: NewLink = read_json(&headers, &bytes, Complaint::errors)?;
    let expiry_date = new.check()?;
    let mut guard = sandbox.world();
    let world = &mut *guard;
    let (tree, directory) = (&world.files.tree, &world.directory);
    let missing = || Complaint::errors(StatusCode::NOT_FOUND, "Item does not exist.");
    let target = FsPath::of_text(&new.path).and_then(|path| tree.find(&path));
    let target = target.ok_or_else(missing)?;
    access::check(tree, directory, &caller, target, Level::Viewer).map_err(|_| missing())?;
    if (new.kind == Kind::File) != matches!(target, Node::File(_)) {
        return Err(invalid("type does not fit what is at path."));
    }
    let options = tree.folder(tree.governing(target)).map(|folder| &folder.options);
    let (allowed, uploads) =
        options.map_or((true, true), |options| (options.allow_links, options.allow_upload_links));
    if !(if new.kind == Kind::Upload { uploads } else { allowed }) {
        return Err(invalid("Links of this type are not allowed here."));
    }
    let per_recipient = new.recipients.len().max(1);
    if world.files.links.list.len() + per_recipient > MAX_LINKS {
        return Err(Complaint::errors(StatusCode::INSUFFICIENT_STORAGE, "The sandbox is full."));
    }

    let accessibility = match new.kind {
        Kind::Upload => None,
        _ => Some(new.accessibility.unwrap_or(Accessibility::Domain)),
    };
    let template = Link {
        id: String::new(),
        target,
        kind: new.kind,
        accessibility,
        recipients: Vec::new(),
        notify: new.notify,
        link_to_current: new.link_to_current,
        protection: new.protection.unwrap_or(Protection::None),
        created: Timestamp::now(),
        by: caller.user_id,
        expiry_date,
        expiry_clicks: new.expiry_clicks,
    };
    let path = FsPath::of_text(&new.path);
    let name = path.as_ref().and_then(|path| path.names().last()).filter(|_| new.add_file_name);
    let made: Vec<Value> = (0..per_recipient)
        .map(|n| {
            let recipients: Vec<String> = new.recipients.get(n).cloned().into_iter().collect();
            let link = world.files.links.add(Link { recipients, ..template.clone() });
            let mut face = object(json!({
                "id": link.id,
                "url": url(&link.id, name.map(String::as_str)),
                "recipients": link.recipients,
            }));
            if accessibility == Some(Accessibility::Password) {
                let password = new.password.clone().unwrap_or_else(|| format!("pw-{}", link.id));
                face.insert("password".into(), json!(password));
            }
            Value::Object(face)
        })
        .collect();
    let mut face = template.face_v1(&world.files.tree, &world.directory);
    face.remove("recipients");
    face.insert("links".into(), Value::Array(made));
    Ok(Json(Value::Object(face)).into_response())
}

impl NewLink {
    /// The rules between the properties; the expiry date, read.
    fn check(&self) -> Result<Option<Date>, Complaint> {
        if self.expiry_date.is_some() && self.expiry_clicks.is_some() {
            return Err(invalid("expiry_date and expiry_clicks cannot both be set."));
        }
        if self.expiry_clicks.is_some_and(|clicks| !(1..=MAX_CLICKS).contains(&clicks)) {
            return Err(invalid("expiry_clicks must be 1 to 10."));
        }
        let needs_recipients =
            self.send_email || self.accessibility == Some(Accessibility::Recipients);
        if needs_recipients && self.recipients.is_empty() {
            return Err(invalid("recipients is required."));
        }
        if self.recipients.len() > MAX_RECIPIENTS {
            return Err(invalid("There are too many recipients."));
        }
        if self.kind == Kind::Upload && self.accessibility.is_some() {
            return Err(invalid("accessibility does not apply to upload links."));
        }
        if self.password.is_some() && self.accessibility != Some(Accessibility::Password) {
            return Err(invalid("password goes with accessibility password."));
        }
        let date = self.expiry_date.as_ref().map(|text| text.parse::<Date>());
        date.transpose().map_err(|_| invalid("expiry_date must be YYYY-MM-DD."))
    }
}

/// `GET /pubapi/v1/links`: ids alone.
pub(super) async fn list_ids(
    State(sandbox): State<Sandbox>,
    Extension(caller): Extension<Caller>,
    uri: Uri,
) -> Result<Json<Value>, Complaint> {
    let world = sandbox.world();
    let (found, offset, count) = matching(&world, &caller, &uri)?;
    let total = found.len();
    let ids: Vec<&str> =
        found.into_iter().skip(offset).take(count).map(|link| link.id.as_str()).collect();
    Ok(Json(json!({ "ids": ids, "offset": offset, "count": ids.len(), "total_count": total })))
}

/// `GET /pubapi/v2/links`: whole links, and no total.
pub(super) async fn list(
    State(sandbox): State<Sandbox>,
    Extension(caller): Extension<Caller>,
    uri: Uri,
) -> Result<Json<Value>, Complaint> {
    let world = sandbox.world();
    let (found, offset, count) = matching(&world, &caller, &uri)?;
    let page = found.into_iter().skip(offset).take(count);
    let links: Vec<Value> =
        page.map(|link| link.face(&world.files.tree, &world.directory).into()).collect();
    Ok(Json(json!({ "links": links, "count": links.len() })))
}

/// The links a caller may see and asked for, offset and count.
fn matching<'a>(
    world: &'a World,
    caller: &Caller,
    uri: &Uri,
) -> Result<(Vec<&'a Link>, usize, usize), Complaint> {
    let params = Params::of(uri, Complaint::errors)?;
    let offset = params.number("offset", 0, 0, usize::MAX)?;
    let count = params.number("count", MAX_COUNT, 1, MAX_COUNT)?;
    let time = |name: &str| match params.text(name) {
        None => Ok(None),
        Some(text) => parse(text)
            .map(Some)
            .ok_or_else(|| params.refuse(&format!("{name} must be a date or time in ISO 8601."))),
    };
    let (before, after) = (time("created_before")?, time("created_after")?);
    let kind = params.choice("type", &["file", "folder", "upload"])?;
    let accessibility =
        params.choice("accessibility", &["anyone", "password", "domain", "recipients"])?;
    let path = params.text("path").map(|text| text.trim_end_matches('/').to_owned());
    let username = params.text("username");
    let tree = &world.files.tree;
    let said = |value: Value, wanted: Option<&str>| {
        wanted.is_none_or(|wanted| value.as_str() == Some(wanted))
    };
    let wanted = |link: &&Link| {
        (caller.is_admin() || link.by == caller.user_id)
            && link.stands(tree)
            && path.as_ref().is_none_or(|path| tree.path(link.target).to_string() == *path)
            && username.is_none_or(|name| login(&world.directory, link.by) == name)
            && before.is_none_or(|before| link.created < before)
            && after.is_none_or(|after| link.created > after)
            && said(json!(link.kind), kind)
            && said(json!(link.accessibility), accessibility)
    };
    Ok((world.files.links.list.iter().filter(wanted).collect(), offset, count))
}

/// `GET /pubapi/v1/links/{id}`
pub(super) async fn get_v1(
    State(sandbox): State<Sandbox>,
    Extension(caller): Extension<Caller>,
    Path(id): Path<String>,
) -> Result<Json<Value>, Complaint> {
    let world = sandbox.world();
    let at = position(&world, &caller, &id)?;
    let link = world.files.links.list.get(at).ok_or_else(unknown)?;
    Ok(Json(Value::Object(link.face_v1(&world.files.tree, &world.directory))))
}

/// `GET /pubapi/v2/links/{id}`
pub(super) async fn get(
    State(sandbox): State<Sandbox>,
    Extension(caller): Extension<Caller>,
    Path(id): Path<String>,
) -> Result<Json<Value>, Complaint> {
    let world = sandbox.world();
    let at = position(&world, &caller, &id)?;
    let link = world.files.links.list.get(at).ok_or_else(unknown)?;
    Ok(Json(Value::Object(link.face(&world.files.tree, &world.directory))))
}

/// `DELETE /pubapi/v1/links/{id}` and `DELETE /pubapi/v2/links/{id}`
pub(super) async fn delete(
    State(sandbox): State<Sandbox>,
    Extension(caller): Extension<Caller>,
    Path(id): Path<String>,
) -> Result<StatusCode, Complaint> {
    let mut world = sandbox.world();
    let at = position(&world, &caller, &id)?;
    world.files.links.list.remove(at);
    Ok(StatusCode::OK)
}

/// `GET /pubapi/v1/links/settings`
pub(super) async fn settings() -> Json<Value> {
    let links = json!({
        "types": ["anyone", "password", "domain", "recipients"],
        "default": "domain",
    });
    Json(
        json!({ "file_links": links, "folder_links": links, "expiration": { "default_days": 30 } }),
    )
}

fn position(world: &World, caller: &Caller, id: &str) -> Result<usize, Complaint> {
    let tree = &world.files.tree;
    let seen = |link: &Link| {
        link.id == id && link.stands(tree) && (caller.is_admin() || link.by == caller.user_id)
    };
    world.files.links.list.iter().position(seen).ok_or_else(unknown)
}

fn unknown() -> Complaint {
    Complaint::errors(StatusCode::NOT_FOUND, "Link does not exist.")
}

fn invalid(text: &str) -> Complaint {
    Complaint::errors(StatusCode::BAD_REQUEST, text)
}
