//! Files read as text, in parts of so many bytes. Only the part is read from Egnyte, also when
//! Egnyte sends the whole file: the rest is not waited for, so its size does not matter.

mod decode;
mod image;

use bytes::{Bytes, BytesMut};
use http::header::{CONTENT_RANGE, CONTENT_TYPE, RANGE};
use http::{HeaderMap, HeaderValue, StatusCode};
use serde_json::{Map, Value, json};

use super::outcome::{self, Failure, Kind, Outcome};
use super::request::{self, Parts};
use super::{Caller, Invoker};
use crate::catalog::Tool;
use crate::catalog::endpoint::Endpoint;
use crate::catalog::tool::{Call, LIMIT, OFFSET, TEXT_DEFAULT, TEXT_MAX};
use crate::egnyte::{CallError, RateLimit, Request, Streaming};
use decode::{MARGIN, Part};

pub use image::{Image, MAX_IMAGE};

/// Which part of a file is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Range {
    /// The byte at which it begins.
    pub offset: u64,
    /// Bytes it has at most, but for one character that takes more.
    pub limit: u32,
}

impl Range {
    /// The part that validated arguments ask for.
    pub fn of(arguments: &Map<String, Value>) -> Self {
        let number = |name: &str| arguments.get(name).and_then(Value::as_u64);
        let limit = number(LIMIT).and_then(|limit| limit.try_into().ok()).unwrap_or(TEXT_DEFAULT);
        Self { offset: number(OFFSET).unwrap_or_default(), limit: limit.clamp(1, TEXT_MAX) }
    }
}

/// What came of reading.
#[derive(Debug)]
enum Content {
    Text(Value),
    Image(Image),
    /// Neither: its type, and how long it is.
    Binary(Option<String>, Option<u64>),
}

/// Reads a part of a file for a call.
pub async fn call(
    invoker: &Invoker,
    tool: &Tool,
    call: &Call,
    given: &Map<String, Value>,
    caller: Caller<'_>,
) -> Outcome {
    let request = match request::build(tool, call, given, None) {
        Ok(request) => request,
        Err(failure) => return failure.into(),
    };
    let mut reading = Reading::new(invoker, tool, &call.endpoint, request, caller);
    let (result, image) = match reading.content(Range::of(given)).await {
        Ok(Content::Text(part)) => (Ok(part.to_string()), None),
        Ok(Content::Image(image)) => (Ok(beside(&image).to_string()), Some(image)),
        Ok(Content::Binary(kind, total)) => (Err(not_text(kind.as_deref(), total)), None),
        Err(failure) => (Err(failure), None),
    };
    Outcome { result, image, rate_limit: reading.rate_limit }
}

/// Reads a part of a file for a step of a task. What is not text has no `text`.
pub async fn value(
    invoker: &Invoker,
    tool: &Tool,
    endpoint: &Endpoint,
    parts: Parts,
    range: Range,
    caller: Caller<'_>,
) -> (Result<Value, Failure>, Option<RateLimit>) {
    let request = match request::assemble(endpoint, parts, None) {
        Ok(request) => request,
        Err(fault) => return (Err(super::arguments::refuse(tool, &[fault])), None),
    };
    let mut reading =
        Reading { pictures: false, ..Reading::new(invoker, tool, endpoint, request, caller) };
    let value = reading.content(range).await.map(|content| match content {
        Content::Text(part) => part,
        Content::Image(image) => beside(&image),
        Content::Binary(kind, total) => {
            json!({ "content_type": kind, "total_bytes": total, "next_offset": null })
        }
    });
    (value, reading.rate_limit)
}

/// A file that is being read.
struct Reading<'a> {
    invoker: &'a Invoker,
    tool: &'a Tool,
    endpoint: &'a Endpoint,
    request: Request,
    caller: Caller<'a>,
    rate_limit: Option<RateLimit>,
    /// Whether a small picture is wanted.
    pictures: bool,
}

/// Bytes of a file and what Egnyte said of it.
struct Fetched {
    bytes: Bytes,
    content_type: Option<String>,
    total: Option<u64>,
    /// Whether the file ends with these bytes.
    last: bool,
}

impl<'a> Reading<'a> {
    fn new(
        invoker: &'a Invoker,
        tool: &'a Tool,
        endpoint: &'a Endpoint,
        request: Request,
        caller: Caller<'a>,
    ) -> Self {
        Self { invoker, tool, endpoint, request, caller, rate_limit: None, pictures: true }
    }

    async fn content(&mut self, range: Range) -> Result<Content, Failure> {
        let Range { offset, limit } = range;
        let fetched = self.fetch(offset, u64::from(limit) + u64::from(MARGIN)).await?;
        let part = Part {
            limit: usize::try_from(limit).unwrap_or(usize::MAX),
            first: offset == 0,
            last: fetched.last,
        };
        // A PDF may be made of nothing but ASCII, and yet its words are not in it.
        let is_pdf = fetched.content_type.as_deref().is_some_and(|told| told.contains("/pdf"))
            || (offset == 0 && fetched.bytes.starts_with(b"%PDF-"));
        if is_pdf {
            return Ok(Content::Binary(fetched.content_type, fetched.total));
        }
        let mut text = decode::utf8(&fetched.bytes, part);
        if text.is_none()
            && let Some(order) = self.utf16_order(offset, &fetched).await?
        {
            text = decode::utf16(&fetched.bytes, order, offset, part);
        }
        if let Some(read) = text {
            let start = offset.saturating_add(u64::try_from(read.skipped).unwrap_or_default());
            let next = start.saturating_add(u64::try_from(read.bytes).unwrap_or_default());
            let all = read.skipped + read.bytes == fetched.bytes.len();
            let ended = (fetched.last && all) || fetched.total.is_some_and(|total| next >= total);
            return Ok(Content::Text(json!({
                "text": read.text,
                "offset": start,
                "bytes": read.bytes,
                "total_bytes": fetched.total,
                "next_offset": (!ended).then_some(next),
                "content_type": fetched.content_type,
            })));
        }
        match image::media_type(&fetched.bytes).filter(|_| offset == 0 && self.pictures) {
            Some(media_type) => self.picture(media_type, fetched).await,
            None => Ok(Content::Binary(fetched.content_type, fetched.total)),
        }
    }

    /// The order of a UTF-16 file. Only its beginning tells, which may have to be read for it.
    async fn utf16_order(
        &mut self,
        offset: u64,
        fetched: &Fetched,
    ) -> Result<Option<decode::Utf16>, Failure> {
        if offset == 0 {
            return Ok(decode::utf16_mark(&fetched.bytes));
        }
        Ok(decode::utf16_mark(&self.fetch(0, 2).await?.bytes))
    }

    async fn picture(
        &mut self,
        media_type: &'static str,
        start: Fetched,
    ) -> Result<Content, Failure> {
        let too_large = |total: Option<u64>| total.is_some_and(|total| total > MAX_IMAGE);
        let whole = match start {
            Fetched { last: true, .. } => start,
            start if too_large(start.total) => start,
            _ => self.fetch(0, MAX_IMAGE + 1).await?,
        };
        if !whole.last || too_large(u64::try_from(whole.bytes.len()).ok()) {
            return Ok(Content::Binary(Some(media_type.to_owned()), whole.total));
        }
        Ok(Content::Image(Image { media_type, bytes: whole.bytes }))
    }

    /// Reads up to `count` bytes from `offset` on. Beyond the end there are none.
    async fn fetch(&mut self, offset: u64, count: u64) -> Result<Fetched, Failure> {
        let mut request = self.request.clone();
        let last = offset.saturating_add(count).saturating_sub(1);
        let range = HeaderValue::try_from(format!("bytes={offset}-{last}"));
        request.headers.extend(range.ok().map(|range| (RANGE, range)));
        let (tool, caller) = (self.tool, self.caller);
        let deadline = self.invoker.client.deadline();
        let read = async {
            let accepted = |status: StatusCode| {
                status == StatusCode::RANGE_NOT_SATISFIABLE
                    || super::response::is_answer(self.endpoint, status)
            };
            let (answer, rate_limit) = self.invoker.open(tool, accepted, request, caller).await;
            self.rate_limit = rate_limit.or(self.rate_limit);
            let fetched = take(answer?, offset, count).await;
            fetched.map_err(|error| outcome::of_call_error(tool, caller, &error))
        };
        let late = CallError::Timeout(deadline);
        tokio::time::timeout(deadline, read)
            .await
            .unwrap_or_else(|_| Err(outcome::of_call_error(tool, caller, &late)))
    }
}

/// Takes the bytes out of an answer. Dropping the rest of it closes the connection.
async fn take(mut answer: Streaming, offset: u64, count: u64) -> Result<Fetched, CallError> {
    let content_type = header(&answer.headers, &CONTENT_TYPE).map(str::to_owned);
    let told = header(&answer.headers, &CONTENT_RANGE).and_then(content_range);
    let past_the_end = answer.status == StatusCode::RANGE_NOT_SATISFIABLE;
    let (start, total) = match (answer.status, told) {
        (StatusCode::PARTIAL_CONTENT, Some((start, total))) => (start.unwrap_or(offset), total),
        (StatusCode::PARTIAL_CONTENT, None) => (offset, None),
        (_, Some((_, total))) if past_the_end => (offset, total),
        // The range was ignored: the whole file comes.
        _ => (0, answer.length()),
    };
    if past_the_end {
        return Ok(Fetched { bytes: Bytes::new(), content_type: None, total, last: true });
    }
    let mut before = offset.saturating_sub(start);
    let wanted = usize::try_from(count).unwrap_or(usize::MAX);
    let mut bytes = BytesMut::new();
    let mut ended = false;
    while bytes.len() < wanted {
        let Some(piece) = answer.next().await else {
            ended = true;
            break;
        };
        let mut piece = piece?;
        let skipped = piece.len().min(usize::try_from(before).unwrap_or(usize::MAX));
        before -= u64::try_from(skipped).unwrap_or_default();
        bytes::Buf::advance(&mut piece, skipped);
        piece.truncate(wanted - bytes.len());
        bytes.extend_from_slice(&piece);
    }
    let bytes = bytes.freeze();
    let end = offset.saturating_add(u64::try_from(bytes.len()).unwrap_or_default());
    let last = match total {
        Some(total) => end >= total,
        None => ended,
    };
    Ok(Fetched { bytes, content_type, total, last })
}

/// Where a part begins and how long its file is: `bytes 0-99/1000`, `bytes */1000`.
fn content_range(text: &str) -> Option<(Option<u64>, Option<u64>)> {
    let (range, total) = text.trim().strip_prefix("bytes ")?.split_once('/')?;
    let start = range.split_once('-').and_then(|(start, _)| start.trim().parse().ok());
    Some((start, total.trim().parse().ok()))
}

fn header<'a>(headers: &'a HeaderMap, name: &http::HeaderName) -> Option<&'a str> {
    headers.get(name)?.to_str().ok()
}

/// What is said beside a picture.
fn beside(image: &Image) -> Value {
    json!({
        "image": image.media_type,
        "bytes": image.bytes.len(),
        "total_bytes": image.bytes.len(),
        "next_offset": null,
    })
}

fn not_text(kind: Option<&str>, total: Option<u64>) -> Failure {
    let kind = kind.map_or_else(String::new, |kind| format!(" It is of type {kind}."));
    let size = total.map_or_else(String::new, |total| format!(" It has {total} bytes."));
    Failure::new(
        Kind::InvalidArguments,
        format!(
            "The file is not text that can be read here (UTF-8, or UTF-16 with its mark).{kind}{size}"
        ),
        "do not read it in other parts. Ask for a download link to get its bytes, or for an answer \
         about the document if a tool offers that.",
    )
}
