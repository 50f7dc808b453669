//! Owns uploads: whole files and chunks, read as they arrive.
//! It must never keep more of a file than [`KEPT`], nor judge an upload before it was read: a
//! client that is still sending would not hear the answer.

use axum::Extension;
use axum::Json;
use axum::body::{Body, Bytes, HttpBody};
use axum::extract::{FromRequest, Multipart, Path, Request, State};
use axum::http::header::{CONTENT_TYPE, ETAG, LAST_MODIFIED};
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use jiff::Timestamp;
use serde_json::json;
use tokio_stream::StreamExt;
use uuid::Uuid;

use super::access::{self, Level};
use super::actions::{check_destination, check_unlocked};
use super::browse::parse_id;
use super::change::Upload;
use super::chunks::{Part, Step};
use super::complaint::Complaint;
use super::content::{Content, Hasher};
use super::events::{Change, facts};
use super::faces::rfc1123;
use super::fault::Fault;
use super::path::FsPath;
use super::tree::Node;
use crate::sandbox::tokens::Caller;
use crate::sandbox::{Sandbox, World};

/// The largest file in one request; larger ones go in chunks.
const MAX_WHOLE: u64 = 100 * 1024 * 1024;
/// The largest chunk.
const MAX_CHUNK: u64 = 1024 * 1024 * 1024;
/// Bytes of one file that are kept. Of a larger one only size and checksum are.
pub(super) const KEPT: u64 = 64 * 1024 * 1024;

/// What came in.
struct Received {
    size: u64,
    checksum: String,
    /// `None` when it was too much to keep.
    kept: Option<Bytes>,
}

/// `POST /pubapi/v1/fs-content/{path}`: the body as it is, or the `file` field of a form.
pub(super) async fn by_path(
    State(sandbox): State<Sandbox>,
    Extension(caller): Extension<Caller>,
    uri: Uri,
    headers: HeaderMap,
    request: Request,
) -> Result<Response, Complaint> {
    let path = FsPath::of_uri(&uri, "/pubapi/v1/fs-content")?;
    let received = if is_form(&headers) {
        form_file(request).await?
    } else {
        receive(request.into_body(), MAX_WHOLE).await?
    };
    if received.size > MAX_WHOLE {
        let text = "File is too large, use the chunked upload";
        return Err(Complaint::message(StatusCode::PAYLOAD_TOO_LARGE, text));
    }
    check_checksum(&headers, "x-sha512-checksum", &[&received.checksum])?;
    let upload = Upload {
        size: received.size,
        content: received.kept.map_or(Content::Forgotten, Content::Kept),
        checksum: received.checksum,
        modified: modified(&headers)?,
        by: caller.user_id,
    };
    finish(&mut sandbox.world(), &caller, &path, upload)
}

/// `POST /pubapi/v1/fs-content-chunked/{path}`
pub(super) async fn chunk_by_path(
    State(sandbox): State<Sandbox>,
    Extension(caller): Extension<Caller>,
    uri: Uri,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Complaint> {
    let path = FsPath::of_uri(&uri, "/pubapi/v1/fs-content-chunked")?;
    chunk(&sandbox, &caller, path, &headers, body).await
}

/// `POST /pubapi/v1/fs-content-chunked/ids/file/{group_id}`
pub(super) async fn chunk_by_id(
    State(sandbox): State<Sandbox>,
    Extension(caller): Extension<Caller>,
    Path(id): Path<String>,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Complaint> {
    let path = {
        let world = sandbox.world();
        let id = parse_id(&id).map_err(worded)?;
        let file = world.files.tree.file(id).ok_or_else(|| worded(Fault::Missing))?;
        world.files.tree.file_path(file)
    };
    chunk(&sandbox, &caller, path, &headers, body).await
}

async fn chunk(
    sandbox: &Sandbox,
    caller: &Caller,
    path: FsPath,
    headers: &HeaderMap,
    body: Body,
) -> Result<Response, Complaint> {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let received = receive(body, MAX_CHUNK).await?;
    check_checksum(headers, "x-egnyte-chunk-sha512-checksum", &[&received.checksum])?;
    let number = text("x-egnyte-chunk-num").and_then(|text| text.parse().ok());
    let number: u32 = number
        .filter(|number| *number >= 1)
        .ok_or_else(|| invalid("X-Egnyte-Chunk-Num is required and counts from 1"))?;
    let upload_id = match text("x-egnyte-upload-id") {
        None => None,
        Some(id) => Some(Uuid::try_parse(id).map_err(|_| invalid("Unknown X-Egnyte-Upload-Id"))?),
    };
    let last = text("x-egnyte-last-chunk").is_some_and(|text| text.eq_ignore_ascii_case("true"));
    let digest = received.checksum.clone();
    let part = Part { size: received.size, checksum: received.checksum, kept: received.kept };

    let mut guard = sandbox.world();
    let world = &mut *guard;
    may_write(world, caller, &path).map_err(worded)?;
    let fresh = world.files.tree.new_id();
    let step = Step { path: &path, user: caller.user_id, upload_id, number, last, part };
    let (id, whole) = world.files.chunks.take(step, fresh, Timestamp::now()).map_err(worded)?;
    let mut response = match whole {
        None => StatusCode::OK.into_response(),
        Some(whole) => {
            let checksums = [whole.checksum.as_str(), whole.of_chunks.as_str()];
            check_checksum(headers, "x-sha512-checksum", &checksums)?;
            let upload = Upload {
                size: whole.size,
                checksum: whole.checksum,
                content: whole.content,
                modified: modified(headers)?,
                by: caller.user_id,
            };
            finish(world, caller, &path, upload)?
        }
    };
    let headers = response.headers_mut();
    for (name, text) in [
        ("x-egnyte-upload-id", id.to_string()),
        ("x-egnyte-chunk-num", number.to_string()),
        ("x-egnyte-chunk-sha512-checksum", digest),
    ] {
        if let Ok(value) = text.parse() {
            headers.insert(name, value);
        }
    }
    Ok(response)
}

/// Writes the file and answers what became of it.
fn finish(
    world: &mut World,
    caller: &Caller,
    path: &FsPath,
    upload: Upload,
) -> Result<Response, Complaint> {
    may_write(world, caller, path).map_err(worded)?;
    let (size, checksum, modified) = (upload.size, upload.checksum.clone(), upload.modified);
    let (group_id, entry_id) =
        world.files.tree.write(path, upload, Timestamp::now()).map_err(worded)?;
    let data = facts(&world.files.tree, Node::File(group_id), "target", path);
    let change = Change::to_item(caller.user_id, "create", &path.to_string(), data);
    world.files.events.record(change);
    let face = json!({
        "path": path.to_string(),
        "filename": path.names().last(),
        "checksum": checksum,
        "entry_id": entry_id,
        "group_id": group_id,
        "last_modified": rfc1123(modified),
        "size": size,
    });
    let headers = [
        ("x-sha512-checksum", checksum),
        (ETAG.as_str(), format!("\"{entry_id}\"")),
        (LAST_MODIFIED.as_str(), rfc1123(modified)),
    ];
    Ok((headers, Json(face)).into_response())
}

/// Whether the caller may write a file at `path`.
fn may_write(world: &World, caller: &Caller, path: &FsPath) -> Result<(), Fault> {
    check_destination(world, caller, path)?;
    world.files.tree.place(path)?;
    match world.files.tree.find(path) {
        Some(node @ Node::File(_)) => {
            let tree = &world.files.tree;
            access::check(tree, &world.directory, caller, node, Level::Editor)?;
            check_unlocked(world, caller, node)
        }
        Some(Node::Folder(_)) => Err(Fault::Occupied),
        None => Ok(()),
    }
}

fn is_form(headers: &HeaderMap) -> bool {
    let media_type = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
    media_type.is_some_and(|text| text.to_ascii_lowercase().starts_with("multipart/form-data"))
}

/// The field `file` of a form.
async fn form_file(request: Request) -> Result<Received, Complaint> {
    let unreadable = || invalid("The form cannot be read");
    let mut form = Multipart::from_request(request, &()).await.map_err(|_| unreadable())?;
    while let Some(mut field) = form.next_field().await.map_err(|_| unreadable())? {
        if field.name() == Some("file") {
            let mut intake = Intake::new();
            while let Some(bytes) = field.chunk().await.map_err(|_| unreadable())? {
                intake.take(&bytes);
                if intake.size > MAX_WHOLE {
                    break;
                }
            }
            return Ok(intake.finish());
        }
    }
    Err(invalid("The form has no field file"))
}

/// Reads a body to its end, or well beyond `most`.
async fn receive(body: Body, most: u64) -> Result<Received, Complaint> {
    let too_large = || {
        let text = "The body is too large";
        Complaint::message(StatusCode::PAYLOAD_TOO_LARGE, text)
    };
    if body.size_hint().lower() > most.saturating_mul(2) {
        return Err(too_large());
    }
    let mut stream = body.into_data_stream();
    let mut intake = Intake::new();
    while let Some(bytes) = stream.next().await {
        intake.take(&bytes.map_err(|_| invalid("The body broke off"))?);
        if intake.size > most.saturating_mul(2) {
            return Err(too_large());
        }
    }
    if intake.size > most { Err(too_large()) } else { Ok(intake.finish()) }
}

/// Bytes on their way in.
struct Intake {
    size: u64,
    hasher: Hasher,
    kept: Option<Vec<u8>>,
}

impl Intake {
    fn new() -> Self {
        Self { size: 0, hasher: Hasher::new(), kept: Some(Vec::new()) }
    }

    fn take(&mut self, bytes: &[u8]) {
        self.size += bytes.len() as u64;
        self.hasher.update(bytes);
        match &mut self.kept {
            Some(kept) if self.size <= KEPT => kept.extend_from_slice(bytes),
            kept => *kept = None,
        }
    }

    fn finish(self) -> Received {
        let kept = self.kept.map(Bytes::from);
        Received { size: self.size, checksum: self.hasher.finish(), kept }
    }
}

/// Compares a checksum the client sent, if any, with what came in.
fn check_checksum(headers: &HeaderMap, name: &str, known: &[&str]) -> Result<(), Complaint> {
    match headers.get(name).map(|value| value.to_str().unwrap_or_default()) {
        Some(sent) if !known.iter().any(|known| known.eq_ignore_ascii_case(sent)) => {
            Err(invalid("Checksum does not match"))
        }
        _ => Ok(()),
    }
}

/// The time to record: the client's `Last-Modified`, or now.
fn modified(headers: &HeaderMap) -> Result<Timestamp, Complaint> {
    let Some(value) = headers.get(LAST_MODIFIED) else { return Ok(Timestamp::now()) };
    let text = value.to_str().unwrap_or_default();
    let parsed = jiff::fmt::rfc2822::parse(text);
    parsed.map(|time| time.timestamp()).map_err(|_| invalid("Last-Modified is not a date"))
}

fn invalid(text: &str) -> Complaint {
    Complaint::message(StatusCode::BAD_REQUEST, text)
}

/// Uploads word their refusals in their own shape, and a name that cannot be is a 403 here.
#[expect(clippy::needless_pass_by_value, reason = "made for map_err")]
fn worded(fault: Fault) -> Complaint {
    let status = match fault {
        Fault::BadName(_) => StatusCode::FORBIDDEN,
        _ => fault.status(),
    };
    Complaint::message(status, &fault.to_string())
}
