//! Owns downloads: whole files, ranges, old versions, by path and by id.
//! It must never hold a file in memory that is not there already.

use std::ops::Range;

use axum::Extension;
use axum::extract::{Path, State};
use axum::http::header::{
    ACCEPT_RANGES, CONTENT_LENGTH, CONTENT_RANGE, CONTENT_TYPE, ETAG, LAST_MODIFIED, RANGE,
};
use axum::http::{HeaderMap, HeaderValue, StatusCode, Uri};
use axum::response::{IntoResponse, Response};

use super::access::{self, Level};
use super::browse::parse_id;
use super::complaint::Complaint;
use super::faces::rfc1123;
use super::fault::Fault;
use super::params::Params;
use super::path::FsPath;
use super::search::withheld;
use super::search_v1::safeguarded;
use super::tree::{File, Node, Version};
use crate::sandbox::tokens::Caller;
use crate::sandbox::{Sandbox, World};

/// `GET /pubapi/v1/fs-content/{path}`
pub(super) async fn by_path(
    State(sandbox): State<Sandbox>,
    Extension(caller): Extension<Caller>,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response, Complaint> {
    let path = FsPath::of_uri(&uri, "/pubapi/v1/fs-content")?;
    let world = sandbox.world();
    let node = world.files.tree.find(&path).ok_or(Fault::Missing)?;
    send(&world, &caller, &uri, &headers, node)
}

/// `GET /pubapi/v1/fs-content/ids/file/{group_id}`
pub(super) async fn by_id(
    State(sandbox): State<Sandbox>,
    Extension(caller): Extension<Caller>,
    Path(id): Path<String>,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response, Complaint> {
    send(&sandbox.world(), &caller, &uri, &headers, Node::File(parse_id(&id)?))
}

fn send(
    world: &World,
    caller: &Caller,
    uri: &Uri,
    headers: &HeaderMap,
    node: Node,
) -> Result<Response, Complaint> {
    let tree = &world.files.tree;
    let Node::File(id) = node else {
        return Err(Fault::Invalid("A folder has no content".to_owned()).into());
    };
    let file = tree.file(id).ok_or(Fault::Missing)?;
    // "Viewer Only" may look at a preview, which is no download.
    access::check(tree, &world.directory, caller, node, Level::Viewer)?;
    if safeguarded(headers) && withheld(&tree.file_path(file)) {
        return Err(Fault::NotAllowed.into());
    }
    let params = Params::of(uri, Complaint::file_system)?;
    let version = match params.text("entry_id") {
        Some(entry) => file.version(parse_id(entry)?),
        None => file.current(),
    };
    let version = version.ok_or(Fault::Missing)?;
    let asked = headers.get(RANGE).and_then(|value| value.to_str().ok());
    let (status, range) = match asked.and_then(|text| parse_range(text, version.size)) {
        None => (StatusCode::OK, 0..version.size),
        Some(Some(range)) => (StatusCode::PARTIAL_CONTENT, range),
        Some(None) => return Ok(unsatisfiable(version.size)),
    };
    Ok(answer(file, version, status, range))
}

fn answer(file: &File, version: &Version, status: StatusCode, range: Range<u64>) -> Response {
    let Some(body) = version.content.body(range.clone()) else {
        let text = "The sandbox did not keep the content of this upload";
        return Complaint::message(StatusCode::INTERNAL_SERVER_ERROR, text).into_response();
    };
    let mut response = (status, body).into_response();
    let headers = response.headers_mut();
    let mut set = |name, text: String| {
        if let Ok(value) = HeaderValue::from_str(&text) {
            headers.insert(name, value);
        }
    };
    set(CONTENT_TYPE, file.media_type().to_owned());
    set(CONTENT_LENGTH, (range.end - range.start).to_string());
    set(ETAG, format!("\"{}\"", version.entry_id));
    set(LAST_MODIFIED, rfc1123(version.modified));
    set(ACCEPT_RANGES, "bytes".to_owned());
    set("x-sha512-checksum".parse().unwrap_or(ETAG), version.checksum.clone());
    if status == StatusCode::PARTIAL_CONTENT {
        let text = format!("bytes {}-{}/{}", range.start, range.end - 1, version.size);
        set(CONTENT_RANGE, text);
    }
    response
}

fn unsatisfiable(size: u64) -> Response {
    let text = "Requested range not satisfiable";
    let complaint = Complaint::file_system(StatusCode::RANGE_NOT_SATISFIABLE, text);
    ([(CONTENT_RANGE, format!("bytes */{size}"))], complaint).into_response()
}

/// The bytes a `Range` header asks for. `None`: not a single range of bytes, so it is ignored;
/// `Some(None)`: nothing of it is there.
#[expect(clippy::option_option, reason = "the two absences mean different things")]
fn parse_range(text: &str, size: u64) -> Option<Option<Range<u64>>> {
    let (first, last) = text.strip_prefix("bytes=")?.split_once('-')?;
    let range = match (first, last) {
        ("", suffix) => {
            let suffix: u64 = suffix.parse().ok()?;
            size.saturating_sub(suffix)..size
        }
        (first, "") => first.parse().ok()?..size,
        (first, last) => {
            let (first, last): (u64, u64) = (first.parse().ok()?, last.parse().ok()?);
            if last < first {
                return None;
            }
            first..last.saturating_add(1).min(size)
        }
    };
    Some((range.start < range.end).then_some(range))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_range_is_taken_from_the_start_the_middle_or_the_end() {
        for (text, expected) in [
            ("bytes=0-9", Some(Some(0..10))),
            ("bytes=90-", Some(Some(90..100))),
            ("bytes=90-200", Some(Some(90..100))),
            ("bytes=-10", Some(Some(90..100))),
            ("bytes=-200", Some(Some(0..100))),
            ("bytes=100-", Some(None)),
            ("bytes=-0", Some(None)),
            ("bytes=9-0", None),
            ("bytes=0-1,5-6", None),
            ("lines=0-9", None),
        ] {
            assert_eq!(parse_range(text, 100), expected, "{text}");
        }
    }
}
