//! Owns the first version of search, by words and by metadata, and how something found looks.
//! It must never match anything itself.

use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::bodies::read_json;
use super::complaint::Complaint;
use super::faces::{login, object};
use super::params::Params;
use super::path::FsPath;
use super::search::{Between, Fields, Filter, Hit, Query, find};
use super::times::{iso, parse};
use super::tree::Node;
use crate::sandbox::tokens::Caller;
use crate::sandbox::{Sandbox, World};

/// Results on a page, at most and unless asked otherwise.
pub(super) const MAX_COUNT: usize = 20;
/// A query, in characters.
pub(super) const LENGTH: std::ops::RangeInclusive<usize> = 3..=100;
/// Asks to leave out what the domain's policy keeps from machines.
const SAFEGUARDS: &str = "x-egnyte-ai-safeguards-enabled";

/// How times look: texts in v1, milliseconds in v2.
#[derive(Clone, Copy)]
pub(super) enum Times {
    Iso,
    Milliseconds,
}

/// `GET /pubapi/v1/search`
pub(super) async fn by_words(
    State(sandbox): State<Sandbox>,
    Extension(caller): Extension<Caller>,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response, Complaint> {
    let params = Params::of(&uri, Complaint::file_system)?;
    let text = params.required("query")?;
    if !LENGTH.contains(&text.chars().count()) {
        return Err(params.refuse("query must have 3 to 100 characters."));
    }
    let offset = params.number("offset", 0, 0, usize::MAX)?;
    let count = params.number("count", MAX_COUNT, 1, MAX_COUNT)?;
    let all = params.choice("query_operator", &["ANY", "ALL"])? == Some("ALL");
    let kind = params.choice("type", &["FILE", "FOLDER", "ALL"])?;
    let snippets = params.flag("snippet_requested", true)?;
    let file_fields =
        params.choice("file_query_fields", &["ALL", "FILENAME", "COMMENTS", "CONTENT"])?;
    let folder_fields =
        params.choice("folder_query_fields", &["ALL", "FOLDERNAME", "DESCRIPTION"])?;
    let key = params.choice("sort_by", &["last_modified", "size", "name", "score"])?;
    let direction = params.choice("sort_direction", &["ascending", "descending"])?;
    let fields = fields(
        &file_fields.into_iter().collect::<Vec<_>>(),
        &folder_fields.into_iter().collect::<Vec<_>>(),
    );
    let time = |name: &str| match params.text(name) {
        None => Ok(None),
        Some(text) => parse(text)
            .map(Some)
            .ok_or_else(|| params.refuse(&format!("{name} must be a time in ISO 8601."))),
    };
    let folder = match params.text("folder") {
        None => None,
        Some(text) => Some(
            FsPath::of_text(text)
                .ok_or_else(|| params.refuse("folder must begin with a slash."))?,
        ),
    };
    let filter = Filter {
        folder,
        modified: Between { after: time("modified_after")?, before: time("modified_before")? },
        uploaded: Between { after: time("uploaded_after")?, before: time("uploaded_before")? },
        folders: kinds(kind),
        safeguarded: safeguarded(&headers),
    };

    let world = sandbox.world();
    let query = Query::parse(text, all);
    let mut hits = find(&world, &caller, Some(&query), fields, &filter);
    sort(&world, &mut hits, key, direction);
    Ok(with_mark(filter.safeguarded, page(&world, &hits, offset, count, snippets)))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ByMetadata {
    #[serde(rename = "type")]
    kind: Option<String>,
    #[serde(default)]
    has_key: Vec<HasKey>,
    #[serde(default)]
    key_with_value: Vec<KeyWithValue>,
}

#[derive(Deserialize)]
struct HasKey {
    namespace: String,
    key: String,
}

#[derive(Deserialize)]
struct KeyWithValue {
    namespace: String,
    key: String,
    value: Value,
}

/// `POST /pubapi/v1/search`: items that have a key, or a value that contains a text.
pub(super) async fn by_metadata(
    State(sandbox): State<Sandbox>,
    Extension(caller): Extension<Caller>,
    uri: Uri,
    headers: HeaderMap,
    bytes: Bytes,
) -> Result<Response, Complaint> {
    let params = Params::of(&uri, Complaint::file_system)?;
    let body: ByMetadata = read_json(&headers, &bytes, Complaint::file_system)?;
    if body.has_key.is_empty() && body.key_with_value.is_empty() {
        return Err(params.refuse("has_key or key_with_value is required."));
    }
    let folders = match body.kind.as_deref() {
        None | Some("ALL") => None,
        Some("FOLDER") => Some(true),
        Some("FILE") => Some(false),
        Some(_) => return Err(params.refuse("type must be one of ALL, FOLDER, FILE.")),
    };
    let offset = params.number("offset", 0, 0, usize::MAX)?;
    let count = params.number("count", MAX_COUNT, 1, MAX_COUNT)?;
    let world = sandbox.world();
    let metadata = &world.files.metadata;
    let filter = Filter { folders, ..Filter::default() };
    let mut hits = find(&world, &caller, None, Fields::ALL, &filter);
    hits.retain(|hit| {
        let id = id(hit.node);
        let has = |it: &HasKey| metadata.value(id, &it.namespace, &it.key).is_some();
        let holds = |it: &KeyWithValue| {
            let found = metadata.value(id, &it.namespace, &it.key);
            found.is_some_and(|found| plain(found).contains(&plain(&it.value)))
        };
        body.has_key.iter().any(has) || body.key_with_value.iter().any(holds)
    });
    Ok(page(&world, &hits, offset, count, false))
}

fn page(world: &World, hits: &[Hit], offset: usize, count: usize, snippets: bool) -> Response {
    let page: Vec<Value> = hits
        .iter()
        .skip(offset)
        .take(count)
        .filter_map(|hit| face(world, hit, snippets, Times::Iso))
        .map(Value::Object)
        .collect();
    Json(json!({
        "results": page,
        "total_count": hits.len(),
        "offset": offset,
        "count": page.len(),
    }))
    .into_response()
}

/// Something found. `None` when it is gone.
pub(super) fn face(
    world: &World,
    hit: &Hit,
    snippets: bool,
    times: Times,
) -> Option<Map<String, Value>> {
    let (tree, directory) = (&world.files.tree, &world.directory);
    let time = |time: Timestamp| match times {
        Times::Iso => json!(iso(time)),
        Times::Milliseconds => json!(time.as_millisecond()),
    };
    let snippet = hit.snippet.as_ref().filter(|_| snippets);
    let mut face = match hit.node {
        Node::Folder(id) => {
            let folder = tree.folder(id)?;
            object(json!({
                "name": folder.name,
                "path": tree.folder_path(id).to_string(),
                "is_folder": true,
                "group_id": id,
                "last_modified": time(folder.modified),
            }))
        }
        Node::File(id) => {
            let file = tree.file(id)?;
            let version = file.current()?;
            let by = directory.user(version.uploaded_by);
            object(json!({
                "name": file.name,
                "path": tree.file_path(file).to_string(),
                "type": file.media_type(),
                "size": version.size,
                "snippet": snippet,
                "snippet_html": snippet.map(|text| format!("<p>{}</p>", escaped(text))),
                "entry_id": version.entry_id,
                "group_id": id,
                "last_modified": time(version.modified),
                "uploaded_by": by.map(|by| format!("{} {}", by.given_name, by.family_name)),
                "uploaded_by_username": login(directory, version.uploaded_by),
                "num_versions": file.versions.len(),
                "is_folder": false,
            }))
        }
    };
    face.insert("score".into(), json!(hit.score));
    face.insert("custom_properties".into(), world.files.metadata.of_item(id(hit.node)));
    Some(face)
}

/// Puts hits in order; they come with the best first.
pub(super) fn sort(
    world: &World,
    hits: &mut [Hit],
    key: Option<&'static str>,
    direction: Option<&'static str>,
) {
    let tree = &world.files.tree;
    let version = |hit: &Hit| match hit.node {
        Node::File(id) => tree.file(id).and_then(super::tree::File::current),
        Node::Folder(_) => None,
    };
    let modified = |hit: &Hit| match hit.node {
        Node::Folder(id) => tree.folder(id).map(|folder| folder.modified),
        Node::File(_) => version(hit).map(|version| version.modified),
    };
    match key {
        Some("name") => hits.sort_by_cached_key(|hit| {
            tree.path(hit.node).names().last().map(|name| name.to_lowercase())
        }),
        Some("size") => hits.sort_by_key(|hit| version(hit).map(|version| version.size)),
        Some("last_modified") => hits.sort_by_key(modified),
        // Ascending like the others, so that the direction means the same.
        _ => hits.reverse(),
    }
    let by_score = matches!(key, None | Some("score"));
    if direction == Some("descending") || (by_score && direction.is_none()) {
        hits.reverse();
    }
}

/// Where to look, from the two lists of words for it; an empty list is everywhere.
pub(super) fn fields(file: &[&str], folder: &[&str]) -> Fields {
    let has = |list: &[&str], name: &str| {
        list.is_empty() || list.contains(&"ALL") || list.contains(&name)
    };
    Fields {
        file_name: has(file, "FILENAME"),
        comments: has(file, "COMMENTS"),
        content: has(file, "CONTENT"),
        folder_name: has(folder, "FOLDERNAME"),
        description: has(folder, "DESCRIPTION"),
    }
}

/// What `type` asks for.
pub(super) fn kinds(kind: Option<&str>) -> Option<bool> {
    match kind {
        Some("FOLDER") => Some(true),
        Some("FILE") => Some(false),
        _ => None,
    }
}

/// Whether the caller asks for the domain's policy to be kept.
pub(super) fn safeguarded(headers: &HeaderMap) -> bool {
    headers.get(SAFEGUARDS).is_some_and(|value| value == "true")
}

/// Says in the answer that the policy was kept.
pub(super) fn with_mark(safeguarded: bool, mut response: Response) -> Response {
    if safeguarded {
        let name = HeaderName::from_static("x-egnyte-ai-safeguarded");
        response.headers_mut().insert(name, HeaderValue::from_static("true"));
    }
    response
}

/// The id that metadata is kept under.
pub(super) fn id(node: Node) -> Uuid {
    match node {
        Node::Folder(id) | Node::File(id) => id,
    }
}

/// A value as text.
pub(super) fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned).to_lowercase()
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

/// A refusal in the shape of search.
pub(super) fn invalid(text: &str) -> Complaint {
    Complaint::file_system(StatusCode::BAD_REQUEST, text)
}
