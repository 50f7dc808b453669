//! Lists, a page at a time, in the order records were made. Pages are found by the last record
//! seen, not by counting, so records that come and go never shift a page.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::Timestamp;
use serde::Serialize;

use super::StoreError;

/// Which page is wanted.
#[derive(Clone, Debug)]
pub struct Page {
    limit: i64,
    after: (i64, String),
}

/// A page, and where the next one begins.
#[derive(Clone, Debug, Serialize)]
pub struct Listing<T> {
    /// The records, oldest first.
    pub result: Vec<T>,
    /// What to pass to get the next page; absent on the last.
    pub next_cursor: Option<String>,
}

impl<T> Listing<T> {
    /// The same page of something made from each record.
    pub fn map<U>(self, each: impl FnMut(T) -> U) -> Listing<U> {
        Listing {
            result: self.result.into_iter().map(each).collect(),
            next_cursor: self.next_cursor,
        }
    }
}

/// A record that stands in a list.
pub(super) trait Listed {
    fn created_at(&self) -> Timestamp;
    fn id(&self) -> &str;
}

impl Page {
    /// Records of a page when nothing else is asked.
    pub const DEFAULT_LIMIT: u32 = 50;
    /// The most a page holds.
    pub const MAX_LIMIT: u32 = 100;

    /// The page after `cursor`. The limit is brought into `1..=100`.
    pub fn new(limit: Option<u32>, cursor: Option<&str>) -> Result<Self, StoreError> {
        let limit = limit.unwrap_or(Self::DEFAULT_LIMIT).clamp(1, Self::MAX_LIMIT);
        let after =
            cursor.map_or(Some((i64::MIN, String::new())), read).ok_or(StoreError::Cursor)?;
        Ok(Self { limit: i64::from(limit), after })
    }

    /// The arguments of `(created_at, id) > ($1, $2) … LIMIT $3`. One record more than asked is
    /// read, to know whether there is a next page.
    pub(super) fn bounds(&self) -> (i64, &str, i64) {
        (self.after.0, &self.after.1, self.limit + 1)
    }

    pub(super) fn listing<T: Listed>(&self, mut result: Vec<T>) -> Listing<T> {
        let limit = usize::try_from(self.limit).unwrap_or(usize::MAX);
        let more = result.len() > limit;
        result.truncate(limit);
        let next_cursor = result.last().filter(|_| more).map(|last| {
            URL_SAFE_NO_PAD.encode(format!("{}:{}", last.created_at().as_millisecond(), last.id()))
        });
        Listing { result, next_cursor }
    }
}

impl Default for Page {
    fn default() -> Self {
        Self { limit: i64::from(Self::DEFAULT_LIMIT), after: (i64::MIN, String::new()) }
    }
}

fn read(cursor: &str) -> Option<(i64, String)> {
    let text = String::from_utf8(URL_SAFE_NO_PAD.decode(cursor).ok()?).ok()?;
    let (created_at, id) = text.split_once(':')?;
    Some((created_at.parse().ok()?, id.to_owned()))
}
