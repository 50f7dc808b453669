//! Pages and cursors. A cursor is opaque to the caller: sealed, bound to the account and the tool,
//! and it carries the arguments of the first page, so that a caller may leave them out.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::arguments::refuse;
use super::outcome::{Failure, Kind};
use crate::catalog::Tool;
use crate::catalog::definition::Paging;
use crate::catalog::tool::{LIMIT, NEXT_CURSOR};
use crate::crypto::{Keyring, seal};

/// A longer cursor was not made here.
const MAX_CURSOR: usize = 8_192;

/// One page of a listing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page {
    /// Place of the first item, counted as Egnyte counts.
    pub position: u64,
    /// Items at most.
    pub limit: u64,
    /// The arguments beside `limit` and `next_cursor`.
    arguments: Map<String, Value>,
}

impl Page {
    /// The query parameters that ask Egnyte for this page.
    pub fn query(&self, tool: &Tool) -> Vec<(&'static str, String)> {
        match &tool.operation.paging {
            Some(Paging::ScimStartIndex { .. }) => {
                vec![("startIndex", self.position.to_string()), ("count", self.limit.to_string())]
            }
            None => Vec::new(),
        }
    }
}

/// What a cursor holds. Short keys: a model has to repeat it.
#[derive(Deserialize, Serialize)]
struct Held {
    #[serde(rename = "p")]
    position: u64,
    #[serde(rename = "l")]
    limit: u64,
    #[serde(rename = "a", default, skip_serializing_if = "Map::is_empty")]
    arguments: Map<String, Value>,
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
        account_id: &str,
        mut given: Map<String, Value>,
    ) -> Result<(Map<String, Value>, Page), Failure> {
        let limit = given.remove(LIMIT).and_then(|limit| limit.as_u64());
        let cursor = given.remove(NEXT_CURSOR);
        let (first, default) = match &tool.operation.paging {
            Some(Paging::ScimStartIndex { default, .. }) => (1, u64::from(*default)),
            None => (0, 0),
        };
        let page = match cursor.as_ref().and_then(Value::as_str) {
            None => Page { position: first, limit: limit.unwrap_or(default), arguments: given },
            Some(cursor) => {
                let held = self.open(tool, account_id, cursor)?;
                if !given.is_empty() && given != held.arguments {
                    let fault = "`next_cursor` belongs to a listing with other arguments";
                    return Err(refuse(tool, &[fault.to_owned()]));
                }
                Page {
                    position: held.position,
                    limit: limit.unwrap_or(held.limit),
                    arguments: held.arguments,
                }
            }
        };
        Ok((page.arguments.clone(), page))
    }

    /// The cursor of the page that starts at `position`.
    pub fn next(
        &self,
        tool: &Tool,
        account_id: &str,
        page: &Page,
        position: u64,
    ) -> Result<String, Failure> {
        let held = Held { position, limit: page.limit, arguments: page.arguments.clone() };
        let failed = |detail: String| {
            Failure::new(Kind::UpstreamError, format!("No cursor could be made: {detail}."), "")
        };
        let plain = serde_json::to_vec(&held).map_err(|error| failed(error.to_string()))?;
        seal::seal_text(&self.0, &context(tool, account_id), &plain)
            .map(|sealed| sealed.as_str().to_owned())
            .map_err(|error| failed(error.to_string()))
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

fn context<'a>(tool: &'a Tool, account_id: &'a str) -> [&'a str; 3] {
    ["cursor", account_id, &tool.names.long]
}
