//! Pages and cursors. A cursor is opaque to the caller: sealed, bound to the account and the tool,
//! and it carries the arguments of the first page, so that a caller may leave them out.

use std::fmt;
use std::sync::Arc;

use percent_encoding::percent_decode_str;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::arguments::refuse;
use super::outcome::{Failure, Kind};
use crate::catalog::Tool;
use crate::catalog::definition::Paging;
use crate::catalog::tool::{FIELDS, LIMIT, NEXT_CURSOR};
use crate::crypto::{Keyring, seal};

/// A longer cursor was not made here.
const MAX_CURSOR: usize = 8_192;

/// A place in a listing, as Egnyte names it: a count, an id, a cursor, the query of an address.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(untagged)]
pub enum Position {
    /// A number.
    Number(u64),
    /// A text.
    Text(String),
}

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Number(number) => number.fmt(f),
            Self::Text(text) => f.write_str(text),
        }
    }
}

impl From<Position> for Value {
    fn from(position: Position) -> Self {
        match position {
            Position::Number(number) => number.into(),
            Position::Text(text) => text.into(),
        }
    }
}

/// Where a page begins.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Start {
    /// What Egnyte is asked for; `None` for its own beginning.
    pub position: Option<Position>,
    /// Items of Egnyte's answer that earlier pages had already.
    pub skip: u64,
}

impl Start {
    /// At an item, counted as Egnyte counts.
    pub fn at(index: u64) -> Self {
        Self { position: Some(Position::Number(index)), skip: 0 }
    }

    /// The item it is at, for the styles that count items.
    pub fn index(&self) -> u64 {
        match self.position {
            Some(Position::Number(index)) => index,
            _ => 0,
        }
    }
}

/// One page of a listing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page {
    /// Where it begins.
    pub start: Start,
    /// Items at most; `None` when Egnyte decides.
    pub limit: Option<u64>,
    /// Keys of an item that are returned; `None` for all.
    pub fields: Option<Vec<String>>,
    /// The arguments beside `limit`, `next_cursor` and `fields`.
    arguments: Map<String, Value>,
}

impl Page {
    /// The first page of a listing, for whoever reads pages without a cursor of ours.
    pub fn first(paging: &Paging, limit: Option<u64>) -> Self {
        let default = paging.page_size().default.map(u64::from);
        Self { start: first(paging), limit: limit.or(default), fields: None, arguments: Map::new() }
    }

    /// The same listing from another place.
    #[must_use]
    pub fn starting(&self, start: Start) -> Self {
        Self { start, ..self.clone() }
    }

    /// The parameters that ask Egnyte for this page.
    pub fn parameters(&self, paging: &Paging) -> Vec<(String, Position)> {
        let number = |name: &str, value: u64| (name.to_owned(), Position::Number(value));
        let index = self.start.index();
        let limit = self.limit.unwrap_or_default();
        match paging {
            Paging::ScimStartIndex { .. } => {
                vec![number("startIndex", index), number("count", limit)]
            }
            Paging::Offset { offset, limit: size, .. } => {
                vec![number(offset, index), number(size, limit)]
            }
            Paging::EventId { .. } => {
                let id = self.start.position.clone().map(|id| ("id".to_owned(), id));
                id.into_iter().chain([number("count", limit)]).collect()
            }
            Paging::Cursor { cursor, limit: size, .. } => {
                let held = self.start.position.clone().map(|held| (cursor.clone(), held));
                let size = size.iter().map(|size| number(size, limit));
                held.into_iter().chain(size).collect()
            }
            Paging::Page { page, limit: size, .. } => {
                vec![number(page, index / limit.max(1)), number(size, limit)]
            }
            Paging::Link { .. } => match &self.start.position {
                Some(Position::Text(query)) => pairs(query),
                _ => Vec::new(),
            },
            Paging::Whole { .. } => Vec::new(),
        }
    }

    /// Whether the parameters are the whole query, arguments and all.
    pub fn is_whole_query(&self, paging: &Paging) -> bool {
        matches!(paging, Paging::Link { .. }) && self.start.position.is_some()
    }

    /// Whether `parameter` is left out of this page's request, because a cursor excludes it.
    pub fn leaves_out(&self, paging: &Paging, parameter: &str) -> bool {
        self.start.position.is_some() && paging.first_only().iter().any(|name| name == parameter)
    }

    /// How many items at the beginning of Egnyte's answer belong to earlier pages.
    pub fn skip(&self, paging: &Paging) -> u64 {
        match paging {
            Paging::Whole { .. } => self.start.index(),
            Paging::Page { .. } => self.start.index() % self.limit.unwrap_or(1).max(1),
            _ => self.start.skip,
        }
    }
}

fn first(paging: &Paging) -> Start {
    match paging {
        Paging::ScimStartIndex { .. } => Start::at(1),
        Paging::Offset { .. } | Paging::Page { .. } | Paging::Whole { .. } => Start::at(0),
        Paging::EventId { .. } | Paging::Cursor { .. } | Paging::Link { .. } => Start::default(),
    }
}

/// Names and values of a query, decoded.
fn pairs(query: &str) -> Vec<(String, Position)> {
    let decode =
        |text: &str| percent_decode_str(&text.replace('+', " ")).decode_utf8_lossy().into_owned();
    query
        .split('&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            (decode(name), Position::Text(decode(value)))
        })
        .collect()
}

/// What a cursor holds. Short keys: a model has to repeat it.
#[derive(Deserialize, Serialize)]
struct Held {
    #[serde(rename = "p", default, skip_serializing_if = "Option::is_none")]
    position: Option<Position>,
    #[serde(rename = "s", default, skip_serializing_if = "is_zero")]
    skip: u64,
    #[serde(rename = "l", default, skip_serializing_if = "Option::is_none")]
    limit: Option<u64>,
    #[serde(rename = "f", default, skip_serializing_if = "Option::is_none")]
    fields: Option<Vec<String>>,
    #[serde(rename = "a", default, skip_serializing_if = "Map::is_empty")]
    arguments: Map<String, Value>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks for this signature")]
fn is_zero(number: &u64) -> bool {
    *number == 0
}

/// Makes and reads cursors under the key ring, so that any replica can read any other's.
#[derive(Clone, Debug)]
pub struct Cursors(Arc<Keyring>);

impl Cursors {
    /// Cursors sealed with this ring.
    pub fn new(keyring: Arc<Keyring>) -> Self {
        Self(keyring)
    }

    /// Splits `given` into the request's arguments and the page it asks for.
    pub fn page(
        &self,
        tool: &Tool,
        paging: &Paging,
        account_id: &str,
        mut given: Map<String, Value>,
    ) -> Result<(Map<String, Value>, Page), Failure> {
        let limit = given.remove(LIMIT).and_then(|limit| limit.as_u64());
        let fields = given.remove(FIELDS).and_then(|fields| names(&fields));
        let cursor = given.remove(NEXT_CURSOR);
        let page = match cursor.as_ref().and_then(Value::as_str) {
            None => Page { fields, arguments: given, ..Page::first(paging, limit) },
            Some(cursor) => {
                let held = self.open(tool, account_id, cursor)?;
                // Whoever repeats arguments, as the schema asks for those that are required, may
                // leave others out but not change any.
                if given.iter().any(|(name, value)| held.arguments.get(name) != Some(value)) {
                    let fault = "`next_cursor` belongs to a listing with other arguments";
                    return Err(refuse(tool, &[fault.to_owned()]));
                }
                Page {
                    start: Start { position: held.position, skip: held.skip },
                    limit: limit.or(held.limit),
                    fields: fields.or(held.fields),
                    arguments: held.arguments,
                }
            }
        };
        Ok((page.arguments.clone(), page))
    }

    /// The cursor of the page that starts at `start`.
    pub fn next(
        &self,
        tool: &Tool,
        account_id: &str,
        page: &Page,
        start: Start,
    ) -> Result<String, Failure> {
        let held = Held {
            position: start.position,
            skip: start.skip,
            limit: page.limit,
            fields: page.fields.clone(),
            arguments: page.arguments.clone(),
        };
        let failed = |detail: String| {
            Failure::new(Kind::UpstreamError, format!("No cursor could be made: {detail}."), "")
        };
        let plain = serde_json::to_vec(&held).map_err(|error| failed(error.to_string()))?;
        let sealed = seal::seal_text(&self.0, &context(tool, account_id), &plain)
            .map_err(|error| failed(error.to_string()))?;
        if sealed.as_str().len() > MAX_CURSOR {
            // It would be refused when it comes back; better to say so than to end the list.
            let fault = "there are further pages, and the arguments are too long to be carried in \
                         a next_cursor";
            return Err(refuse(tool, &[fault.to_owned()]));
        }
        Ok(sealed.as_str().to_owned())
    }

    fn open(&self, tool: &Tool, account_id: &str, cursor: &str) -> Result<Held, Failure> {
        let broken = || {
            let fault = "`next_cursor` is not one this tool gave out: it was changed, or comes \
                         from another tool or account; send it back exactly as received, or \
                         leave it out to start again";
            refuse(tool, &[fault.to_owned()])
        };
        if cursor.len() > MAX_CURSOR {
            return Err(broken());
        }
        let sealed = seal::Sealed::from_stored(cursor.to_owned());
        let plain =
            seal::open_text(&self.0, &context(tool, account_id), &sealed).map_err(|_| broken())?;
        serde_json::from_slice(&plain).map_err(|_| broken())
    }
}

/// The names in `fields`; an empty list asks for everything.
fn names(fields: &Value) -> Option<Vec<String>> {
    let names = fields.as_array()?.iter().filter_map(Value::as_str).map(str::to_owned);
    Some(names.collect::<Vec<_>>()).filter(|names| !names.is_empty())
}

fn context<'a>(tool: &'a Tool, account_id: &'a str) -> [&'a str; 3] {
    ["cursor", account_id, &tool.names.long]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_cursor_excludes_goes_with_the_first_page_only() {
        let paging = r#"{
            "style": "cursor", "items": "events", "cursor": "nextCursor", "next": "nextCursor",
            "first_only": ["startDate"]
        }"#;
        let paging: Paging = serde_json::from_str(paging).unwrap();
        let first = Page::first(&paging, None);
        let cut = first.starting(Start { position: None, skip: 3 });
        let held = Some(Position::Text("abc".to_owned()));
        let second = first.starting(Start { position: held, skip: 0 });
        let left_out = |page: &Page, name| page.leaves_out(&paging, name);
        assert!(!left_out(&first, "startDate") && !left_out(&cut, "startDate"));
        assert!(left_out(&second, "startDate") && !left_out(&second, "auditType"));
    }
}
