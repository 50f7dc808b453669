//! Owns the log of received requests, for tests that assert what a client put on the wire.
//! It must never grow without end, and never change what it was given.

use std::collections::VecDeque;

use axum::http::{HeaderMap, Method, StatusCode, Uri};
use serde::Serialize;
use serde_json::{Map, Value, json};

/// Requests kept; older ones are forgotten.
const MAX_ENTRIES: usize = 1_000;
/// Bytes of a body that are kept.
const MAX_BODY: usize = 16 * 1024;

/// The last requests, oldest first.
#[derive(Default)]
pub(super) struct Journal {
    entries: VecDeque<Entry>,
    received: u64,
}

/// One request.
#[derive(Serialize)]
struct Entry {
    /// 1 for the first request since the log was emptied.
    seq: u64,
    method: String,
    /// Path and query, byte for byte.
    target: String,
    /// Names in lower case; repeated headers are joined by a comma.
    headers: Map<String, Value>,
    /// As text; what is not UTF-8 is replaced.
    body: String,
    /// Whether the end of `body` is missing.
    body_cut: bool,
    /// Null while unanswered, and for ever if the connection was dropped.
    status: Option<u16>,
}

impl Journal {
    /// Notes a request and returns its number. An upload has no `body`: it is not kept.
    pub(super) fn receive(
        &mut self,
        method: &Method,
        uri: &Uri,
        headers: &HeaderMap,
        body: Option<&[u8]>,
    ) -> u64 {
        self.received += 1;
        if self.entries.len() == MAX_ENTRIES {
            self.entries.pop_front();
        }
        let whole = body.unwrap_or_default();
        let kept = whole.get(..MAX_BODY).unwrap_or(whole);
        self.entries.push_back(Entry {
            seq: self.received,
            method: method.to_string(),
            target: uri.path_and_query().map_or_else(|| uri.to_string(), ToString::to_string),
            headers: texts(headers),
            body: String::from_utf8_lossy(kept).into_owned(),
            body_cut: body.is_none() || kept.len() < whole.len(),
            status: None,
        });
        self.received
    }

    /// Notes how request `seq` was answered.
    pub(super) fn answered(&mut self, seq: u64, status: StatusCode) {
        if let Some(entry) = self.entries.iter_mut().rev().find(|entry| entry.seq == seq) {
            entry.status = Some(status.as_u16());
        }
    }

    /// The kept requests after number `seq`, and how many there have been in all.
    pub(super) fn since(&self, seq: u64) -> Value {
        let entries: Vec<_> = self.entries.iter().filter(|entry| entry.seq > seq).collect();
        json!({ "received": self.received, "requests": entries })
    }
}

fn texts(headers: &HeaderMap) -> Map<String, Value> {
    let text = |name| {
        let values = headers.get_all(name).iter();
        let texts: Vec<_> = values.map(|v| String::from_utf8_lossy(v.as_bytes())).collect();
        texts.join(", ")
    };
    headers.keys().map(|name| (name.to_string(), text(name).into())).collect()
}
