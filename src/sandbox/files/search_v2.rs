//! Owns the second version of search, with typed metadata filters and similarity, and hybrid search,
//! which finds pieces of texts. The `offset` that v2 answers is the start of the next page.
//! It must never match words itself.

use axum::body::Bytes;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Value, json};
use uuid::Uuid;

use super::bodies::read_json;
use super::complaint::Complaint;
use super::faces::login;
use super::path::FsPath;
use super::search::{Between, Fields, Filter, Query, find};
use super::search_v1::{
    LENGTH, MAX_COUNT, Times, face, fields, id, invalid, kinds, plain, safeguarded, sort, with_mark,
};
use super::tree::{File, Node};
use crate::sandbox::tokens::Caller;
use crate::sandbox::{Sandbox, World};

/// A hybrid query, in characters.
const HYBRID_LENGTH: std::ops::RangeInclusive<usize> = 3..=250;
/// Results of a hybrid search, unless asked otherwise.
const DEFAULT_LIMIT: usize = 100;
/// Results of a hybrid search, at most.
const MAX_LIMIT: usize = 1_000;
/// The length of a piece of text, in characters.
const CHUNK: usize = 400;

#[derive(Deserialize)]
struct Search {
    query: Option<String>,
    #[serde(default)]
    offset: usize,
    count: Option<usize>,
    folder: Option<String>,
    modified_before: Option<i64>,
    modified_after: Option<i64>,
    uploaded_before: Option<i64>,
    uploaded_after: Option<i64>,
    #[serde(rename = "type")]
    kind: Option<String>,
    #[serde(default)]
    snippet_requested: bool,
    sort_by: Option<String>,
    sort_direction: Option<String>,
    query_operator: Option<String>,
    #[serde(default)]
    file_query_fields: Vec<String>,
    #[serde(default)]
    folder_query_fields: Vec<String>,
    #[serde(default)]
    mlt: Vec<Uuid>,
    #[serde(default)]
    mltt: Vec<String>,
    #[serde(default)]
    namespaces: Vec<String>,
    #[serde(default)]
    custom_metadata: Vec<Condition>,
}

/// One condition on a value; all of them must hold.
#[derive(Deserialize)]
struct Condition {
    namespace: String,
    key: String,
    operator: Operator,
    #[serde(default)]
    value: Value,
    #[serde(default)]
    range: Value,
    #[serde(default)]
    values: Vec<Value>,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
enum Operator {
    Equals,
    GreaterThan,
    LessThan,
    Between,
    In,
    HasKey,
    HasNotKey,
    Contains,
    SubSet,
}

/// `POST /pubapi/v2/search`
pub(super) async fn search(
    State(sandbox): State<Sandbox>,
    Extension(caller): Extension<Caller>,
    headers: HeaderMap,
    bytes: Bytes,
) -> Result<Response, Complaint> {
    let body: Search = read_json(&headers, &bytes, Complaint::file_system)?;
    let count = body.count.unwrap_or(MAX_COUNT);
    if !(1..=MAX_COUNT).contains(&count) {
        return Err(invalid("count must be 1 to 20."));
    }
    match body.query.as_ref().map(|text| text.chars().count()) {
        Some(length) if !LENGTH.contains(&length) => {
            return Err(invalid("query must have 3 to 100 characters."));
        }
        None if body.custom_metadata.is_empty() && body.mlt.is_empty() && body.mltt.is_empty() => {
            return Err(invalid("query, custom_metadata, mlt or mltt is required."));
        }
        _ => {}
    }
    let kind = one_of("type", body.kind.as_deref(), &["FILE", "FOLDER", "ALL"])?;
    let operator = one_of("query_operator", body.query_operator.as_deref(), &["ANY", "ALL"])?;
    let keys = &["last_modified", "size", "name", "score"];
    let key = one_of("sort_by", body.sort_by.as_deref(), keys)?;
    let directions = &["ascending", "descending"];
    let direction = one_of("sort_direction", body.sort_direction.as_deref(), directions)?;
    let texts = |list: &'_ [String]| list.iter().map(String::to_owned).collect::<Vec<String>>();
    let (of_file, of_folder) = (texts(&body.file_query_fields), texts(&body.folder_query_fields));
    let of_file: Vec<&str> = of_file.iter().map(String::as_str).collect();
    let of_folder: Vec<&str> = of_folder.iter().map(String::as_str).collect();
    let filter = Filter {
        folder: folder(body.folder.as_deref())?,
        modified: between(body.modified_after, body.modified_before)?,
        uploaded: between(body.uploaded_after, body.uploaded_before)?,
        folders: kinds(kind),
        safeguarded: safeguarded(&headers),
    };

    let world = sandbox.world();
    let query = body.query.as_ref().map(|text| Query::parse(text, operator == Some("ALL")));
    let mut hits = find(&world, &caller, query.as_ref(), fields(&of_file, &of_folder), &filter);
    if !body.mlt.is_empty() || !body.mltt.is_empty() {
        let sources = body.mlt.iter().filter_map(|id| world.files.tree.entry(*id));
        let sources = sources.filter_map(|(_, version)| version.content.text());
        let like = Query::like(sources.chain(body.mltt.iter().map(String::as_str)));
        let similar = find(&world, &caller, Some(&like), Fields::ALL, &filter);
        hits.retain(|hit| similar.iter().any(|other| other.node == hit.node));
        hits.sort_by_key(|hit| similar.iter().position(|other| other.node == hit.node));
    }
    hits.retain(|hit| body.custom_metadata.iter().all(|it| it.holds(&world, id(hit.node))));
    sort(&world, &mut hits, key, direction);

    let total = hits.len();
    let page: Vec<Value> = hits
        .iter()
        .skip(body.offset)
        .take(count)
        .filter_map(|hit| {
            let mut face = face(&world, hit, body.snippet_requested, Times::Milliseconds)?;
            if let Some(Value::Array(sets)) = face.get_mut("custom_properties") {
                let wanted = |set: &Value| {
                    let name = |name: &String| set.get(name).is_some();
                    body.namespaces.is_empty() || body.namespaces.iter().any(name)
                };
                sets.retain(wanted);
            }
            Some(Value::Object(face))
        })
        .collect();
    let next = body.offset.saturating_add(page.len());
    let answer = Json(json!({
        "results": page,
        "count": page.len(),
        "offset": next,
        "total_count": total,
        "hasMore": next < total,
    }));
    Ok(with_mark(filter.safeguarded, answer.into_response()))
}

impl Condition {
    fn holds(&self, world: &World, item: Uuid) -> bool {
        let found = world.files.metadata.value(item, &self.namespace, &self.key);
        let number = |value: &Value| value.as_f64();
        let compare = |other: &Value, wanted: fn(f64, f64) -> bool| {
            found.and_then(number).zip(number(other)).is_some_and(|(a, b)| wanted(a, b))
        };
        let bound = |name: &str| self.range.get(name).cloned().unwrap_or_default();
        match self.operator {
            Operator::HasKey => found.is_some(),
            Operator::HasNotKey => found.is_none(),
            Operator::Equals => found.is_some_and(|found| plain(found) == plain(&self.value)),
            Operator::Contains => {
                found.is_some_and(|found| plain(found).contains(&plain(&self.value)))
            }
            Operator::GreaterThan => compare(&self.value, |a, b| a > b),
            Operator::LessThan => compare(&self.value, |a, b| a < b),
            Operator::Between => {
                compare(&bound("start"), |a, b| a >= b) && compare(&bound("end"), |a, b| a <= b)
            }
            Operator::In => found
                .is_some_and(|found| self.values.iter().any(|value| plain(value) == plain(found))),
            Operator::SubSet => found
                .and_then(Value::as_array)
                .is_some_and(|found| self.values.iter().all(|value| found.contains(value))),
        }
    }
}

/// The body of a hybrid search. Whatever else is in it is refused.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct Hybrid {
    query: String,
    semantic_weight: Option<f64>,
    limit: Option<usize>,
    #[serde(rename = "collectionId")]
    _collection_id: Option<String>,
    created_by: Option<String>,
    created_after: Option<i64>,
    created_before: Option<i64>,
    folder_path: Option<String>,
    #[serde(default)]
    folder_paths: Vec<String>,
    preferred_folder_path: Option<String>,
    #[serde(default)]
    exclude_folder_paths: Vec<String>,
    #[serde(default)]
    entry_ids: Vec<Uuid>,
}

/// `POST /pubapi/v1/hybrid-search`: here the semantic half finds nothing that the words do not.
pub(super) async fn hybrid(
    State(sandbox): State<Sandbox>,
    Extension(caller): Extension<Caller>,
    headers: HeaderMap,
    bytes: Bytes,
) -> Result<Response, Complaint> {
    let body: Hybrid = read_json(&headers, &bytes, Complaint::message)?;
    let wrong = |text: &str| Complaint::message(axum::http::StatusCode::BAD_REQUEST, text);
    if !HYBRID_LENGTH.contains(&body.query.chars().count()) {
        return Err(wrong("query must have 3 to 250 characters."));
    }
    if body.semantic_weight.is_some_and(|weight| !(0.0..=1.0).contains(&weight)) {
        return Err(wrong("semanticWeight must be from 0 to 1."));
    }
    let limit = body.limit.unwrap_or(DEFAULT_LIMIT);
    if !(1..=MAX_LIMIT).contains(&limit) {
        return Err(wrong("limit must be 1 to 1000."));
    }
    let paths = |texts: &[String]| -> Vec<FsPath> {
        texts.iter().filter_map(|text| FsPath::of_text(text)).collect()
    };
    let (mut inside, outside) = (paths(&body.folder_paths), paths(&body.exclude_folder_paths));
    inside.extend(folder(body.folder_path.as_deref())?);
    let preferred = folder(body.preferred_folder_path.as_deref())?;
    let filter = Filter {
        uploaded: between(body.created_after, body.created_before)?,
        folders: Some(false),
        safeguarded: safeguarded(&headers),
        ..Filter::default()
    };

    let world = sandbox.world();
    let tree = &world.files.tree;
    let query = Query::parse(&body.query, false);
    let mut hits = find(&world, &caller, Some(&query), Fields::ALL, &filter);
    let file = |node: Node| match node {
        Node::File(id) => tree.file(id),
        Node::Folder(_) => None,
    };
    hits.retain(|hit| {
        let path = tree.path(hit.node);
        let version = file(hit.node).and_then(File::current);
        version.is_some_and(|version| {
            let by = login(&world.directory, version.uploaded_by);
            (inside.is_empty() || inside.iter().any(|folder| path.within(folder)))
                && !outside.iter().any(|folder| path.within(folder))
                && body.created_by.as_ref().is_none_or(|wanted| wanted == by)
                && (body.entry_ids.is_empty() || body.entry_ids.contains(&version.entry_id))
        })
    });
    if let Some(preferred) = preferred {
        hits.sort_by_key(|hit| !tree.path(hit.node).within(&preferred));
    }
    let results: Vec<Value> = hits
        .iter()
        .take(limit)
        .filter_map(|hit| {
            let file = file(hit.node)?;
            let version = file.current()?;
            let text = version.content.text().unwrap_or_default();
            Some(json!({
                "filename": file.name,
                "entryId": version.entry_id,
                "groupId": file.group_id,
                "uploadedTimestamp": version.uploaded.as_millisecond(),
                "chunks": chunks(&query, text),
            }))
        })
        .collect();
    let answer = Json(json!({ "results": results, "error": null }));
    Ok(with_mark(filter.safeguarded, answer.into_response()))
}

/// The best pieces of a text, at most five.
fn chunks(query: &Query, text: &str) -> Vec<Value> {
    let letters: Vec<char> = text.chars().collect();
    let pieces = letters.chunks(CHUNK).map(|piece| piece.iter().collect::<String>());
    let rated = pieces.enumerate().filter_map(|(n, piece)| Some((query.score(&piece)?, n, piece)));
    let mut rated: Vec<(u32, usize, String)> = rated.collect();
    rated.sort_by_key(|(score, n, _)| (std::cmp::Reverse(*score), *n));
    let face = |(score, n, piece): (u32, usize, String)| {
        let score = f64::from(score) / f64::from(score + 1);
        json!({ "chunkId": n.to_string(), "chunkText": piece, "type": "TEXT", "score": score })
    };
    rated.into_iter().take(5).map(face).collect()
}

fn folder(text: Option<&str>) -> Result<Option<FsPath>, Complaint> {
    let path = text.map(FsPath::of_text);
    match path {
        None => Ok(None),
        Some(Some(path)) => Ok(Some(path)),
        Some(None) => Err(invalid("A folder's path begins with a slash.")),
    }
}

fn between(after: Option<i64>, before: Option<i64>) -> Result<Between, Complaint> {
    let time = |millis: i64| {
        Timestamp::from_millisecond(millis).map_err(|_| invalid("Times are in milliseconds."))
    };
    Ok(Between { after: after.map(time).transpose()?, before: before.map(time).transpose()? })
}

fn one_of(
    name: &str,
    text: Option<&str>,
    known: &[&'static str],
) -> Result<Option<&'static str>, Complaint> {
    let Some(text) = text else { return Ok(None) };
    let found = known.iter().find(|choice| **choice == text);
    let refused = || invalid(&format!("{name} must be one of {}.", known.join(", ")));
    found.copied().map(Some).ok_or_else(refused)
}
