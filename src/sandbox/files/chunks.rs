//! Owns the uploads in chunks that are under way.
//! It must never keep more than [`MAX_KEPT`] bytes, nor an upload longer than a day.

use std::collections::BTreeMap;

use axum::body::Bytes;
use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;

use super::content::{Content, Hasher, checksum};
use super::fault::Fault;
use super::path::FsPath;
use super::upload::KEPT;

/// Uploads under way at once.
const MAX_OPEN: usize = 100;
/// Chunks of one upload.
const MAX_PARTS: usize = 10_000;
/// Bytes of all uploads under way together.
const MAX_KEPT: u64 = 256 * 1024 * 1024;
/// The smallest chunk, save for the last one.
const MIN_CHUNK: u64 = 10 * 1024 * 1024;
/// From the first chunk on.
const LIFE: SignedDuration = SignedDuration::from_hours(24);

/// The uploads under way.
#[derive(Default)]
pub(super) struct Chunks(BTreeMap<Uuid, Open>);

/// One upload under way.
struct Open {
    path: FsPath,
    user: u64,
    since: Timestamp,
    /// The size that every chunk but the last has.
    size: u64,
    /// By number.
    parts: BTreeMap<u32, Part>,
}

/// One chunk.
pub(super) struct Part {
    pub(super) size: u64,
    pub(super) checksum: String,
    pub(super) kept: Option<Bytes>,
}

/// A chunk on arrival.
pub(super) struct Step<'a> {
    pub(super) path: &'a FsPath,
    pub(super) user: u64,
    pub(super) upload_id: Option<Uuid>,
    pub(super) number: u32,
    pub(super) last: bool,
    pub(super) part: Part,
}

/// A file whose last chunk has come.
pub(super) struct Whole {
    pub(super) size: u64,
    /// Of the bytes, as far as they were kept; otherwise the same as `of_chunks`.
    pub(super) checksum: String,
    /// `2-{chunks}-{chunk size}-{SHA-512 of the chunks' checksums in a row}`
    pub(super) of_chunks: String,
    pub(super) content: Content,
}

impl Chunks {
    /// Takes a chunk; the first one opens an upload under the id `fresh`. The whole file comes with
    /// the last one.
    pub(super) fn take(
        &mut self,
        step: Step,
        fresh: Uuid,
        now: Timestamp,
    ) -> Result<(Uuid, Option<Whole>), Fault> {
        self.0.retain(|_, open| now.duration_since(open.since) < LIFE);
        let invalid = |text: &str| Fault::Invalid(text.to_owned());
        let room = self.kept() + step.part.size <= MAX_KEPT;
        let id = match step.upload_id {
            Some(id) => id,
            None if step.number != 1 => {
                return Err(invalid("X-Egnyte-Upload-Id is required from the second chunk on"));
            }
            None if self.0.len() >= MAX_OPEN => return Err(Fault::Full),
            None => {
                let open = Open {
                    path: step.path.clone(),
                    user: step.user,
                    since: now,
                    size: step.part.size,
                    parts: BTreeMap::new(),
                };
                self.0.insert(fresh, open);
                fresh
            }
        };
        let open = self.0.get_mut(&id);
        let open = open.filter(|open| open.user == step.user && open.path == *step.path);
        let open = open.ok_or_else(|| invalid("Unknown X-Egnyte-Upload-Id"))?;
        if !step.last && step.part.size < MIN_CHUNK {
            return Err(invalid("Every chunk but the last must have at least 10 MB"));
        }
        if step.part.size > open.size || (!step.last && step.part.size != open.size) {
            return Err(invalid("Every chunk but the last must have the size of the first"));
        }
        if open.parts.len() >= MAX_PARTS {
            return Err(Fault::Full);
        }
        // A chunk that is sent again replaces the first try.
        let kept = step.part.kept.filter(|_| room);
        open.parts.insert(step.number, Part { kept, ..step.part });
        if !step.last {
            return Ok((id, None));
        }
        let complete = open.parts.keys().zip(1..).all(|(number, n)| *number == n)
            && open.parts.last_key_value().map(|(number, _)| *number) == Some(step.number);
        if !complete {
            return Err(invalid("A chunk is missing"));
        }
        let whole = self.0.remove(&id).map(Open::whole);
        Ok((id, whole))
    }

    /// How many uploads are under way.
    pub(super) fn open(&self) -> usize {
        self.0.len()
    }

    fn kept(&self) -> u64 {
        let parts = self.0.values().flat_map(|open| open.parts.values());
        parts.filter(|part| part.kept.is_some()).map(|part| part.size).sum()
    }
}

impl Open {
    fn whole(self) -> Whole {
        let size = self.parts.values().map(|part| part.size).sum();
        let mut digests = Hasher::new();
        let mut all = Vec::new();
        for part in self.parts.values() {
            digests.update(part.checksum.as_bytes());
        }
        let kept = size <= KEPT && self.parts.values().all(|part| part.kept.is_some());
        if kept {
            for bytes in self.parts.values().filter_map(|part| part.kept.as_ref()) {
                all.extend_from_slice(bytes);
            }
        }
        let of_chunks = format!("2-{}-{}-{}", self.parts.len(), self.size, digests.finish());
        Whole {
            size,
            checksum: if kept { checksum(&all) } else { of_chunks.clone() },
            of_chunks,
            content: if kept { Content::Kept(all.into()) } else { Content::Forgotten },
        }
    }
}
