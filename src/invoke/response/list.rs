//! Listings: one page of Egnyte's in the common shape, and the place where the next one begins.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::reader::{self, Received};
use super::{budget, fields, raw, times};
use crate::catalog::Tool;
use crate::catalog::definition::Paging;
use crate::catalog::doc::TimeForm;
use crate::egnyte::Response;
use crate::invoke::outcome::{Failure, Kind};
use crate::invoke::paging::{Page, Position, Start};

/// A page in the common shape, before its cursor is known.
#[derive(Debug, Default)]
pub struct Listed {
    items: String,
    total: Option<u64>,
    note: Option<String>,
    /// Where the next page starts; `None` on the last page.
    pub next: Option<Start>,
}

impl Listed {
    /// `{"result": […], "next_cursor": …, "total": …, "note": …}`.
    pub fn into_json(self, next_cursor: Option<&str>) -> String {
        let mut json = String::with_capacity(self.items.len() + 256);
        json.push_str(r#"{"result":["#);
        json.push_str(&self.items);
        json.push_str(r#"],"next_cursor":"#);
        match next_cursor {
            // Cursors are base64url and dots: nothing to escape.
            Some(cursor) => json.extend(["\"", cursor, "\""]),
            None => json.push_str("null"),
        }
        if let Some(total) = self.total {
            json.extend([r#","total":"#, &total.to_string()]);
        }
        if let Some(note) = self.note {
            _ = write!(json, r#","note":{}"#, serde_json::Value::String(note));
        }
        json.push('}');
        json
    }

    /// How many there are in all, where Egnyte says so.
    pub fn total(&self) -> Option<u64> {
        self.total
    }

    /// The JSON array of the items.
    pub fn into_items(self) -> String {
        format!("[{}]", self.items)
    }
}

/// Puts Egnyte's page into the common shape, keeping to `budget` bytes of items.
pub fn list(
    tool: &Tool,
    paging: &Paging,
    response: Response,
    page: &Page,
    times: &BTreeMap<String, TimeForm>,
    budget: usize,
) -> Result<Listed, Failure> {
    let Some((text, _)) = raw(response)? else { return Ok(Listed::default()) };
    let unusable = |detail: String| {
        Failure::new(
            Kind::UpstreamError,
            format!("Egnyte's answer is not a list of {}: {detail}.", tool.resource),
            "try again; if it stays, tell the operator of this server.",
        )
    };
    let mut received = reader::read(&text, paging).map_err(|error| unusable(error.to_string()))?;
    let all = match received.items.take() {
        Some(items) => items,
        // Some of Egnyte's services leave an empty array out.
        None if received.tells_of_pages() && !matches!(paging, Paging::ScimStartIndex { .. }) => {
            Vec::new()
        }
        None => return Err(unusable(format!("it has no `{}`", paging.items().join("` or `")))),
    };
    let received_count = all.len();
    let skip = usize::try_from(page.skip(paging)).unwrap_or(usize::MAX);
    let rest = all.get(skip.min(received_count)..).unwrap_or_default();
    let limit = page.limit.map_or(usize::MAX, |limit| usize::try_from(limit).unwrap_or(usize::MAX));
    let wanted = rest.len().min(limit);

    let mut listed =
        Listed { items: String::with_capacity(text.len().min(budget + 1024)), ..Listed::default() };
    let mut kept = 0;
    for item in rest.iter().take(wanted) {
        let projected = page.fields.as_deref().and_then(|names| fields::pick(item.get(), names));
        let item = projected.as_deref().unwrap_or(item.get());
        let rewritten = times::rewrite(item, times);
        let item = rewritten.as_deref().unwrap_or(item);
        if kept > 0 {
            if listed.items.len() + item.len() > budget {
                break;
            }
            listed.items.push(',');
        } else if item.len() > budget {
            let (item, note) = budget::shrink(item, budget)?;
            listed.items.push_str(&item);
            listed.note = Some(format!("One item is too long for a result. {note}"));
            kept += 1;
            break;
        }
        listed.items.push_str(item);
        kept += 1;
    }
    if kept < wanted && listed.note.is_none() {
        listed.note = Some(format!(
            "Showing {kept} of {wanted} items of this page, to keep the result short. next_cursor \
             continues after them."
        ));
    }
    listed.total = match paging {
        Paging::Whole { .. } => Some(received_count as u64),
        _ => received.total,
    };
    listed.next = if kept < rest.len() {
        Some(within(paging, page, kept as u64))
    } else {
        after(paging, page, &received, received_count as u64, kept as u64)
    };
    Ok(listed)
}

/// The place after `kept` items of a page that has more of them.
fn within(paging: &Paging, page: &Page, kept: u64) -> Start {
    match paging {
        Paging::EventId { .. } | Paging::Cursor { .. } | Paging::Link { .. } => {
            Start { position: page.start.position.clone(), skip: page.start.skip + kept }
        }
        _ => Start::at(page.start.index() + kept),
    }
}

/// Where the page after this one begins, if there is one. `kept` items were new.
fn after(
    paging: &Paging,
    page: &Page,
    received: &Received<'_>,
    count: u64,
    kept: u64,
) -> Option<Start> {
    let following = page.start.index() + kept;
    let is_full = count > 0 && page.limit.is_some_and(|limit| count >= limit);
    let token = || received.next.clone().filter(|next| Some(next) != page.start.position.as_ref());
    let start = |position| Start { position: Some(position), skip: 0 };
    match paging {
        // SCIM: positions count from 1, so the last item stands at `total`.
        Paging::ScimStartIndex { .. } => {
            let more = received.total.map_or(is_full, |total| following <= total);
            (count > 0 && more).then(|| Start::at(following))
        }
        Paging::Offset { next, .. } => {
            let told = match received.next {
                Some(Position::Number(next)) => Some(next),
                _ => None,
            };
            let more = received
                .more
                .or_else(|| received.total.map(|total| following < total))
                .or_else(|| next.as_ref().map(|_| told.is_some()))
                .unwrap_or(is_full);
            let following = told.unwrap_or(following);
            (more && following > page.start.index()).then(|| Start::at(following))
        }
        // A page may be short because of a filter; only an empty one is surely the last.
        Paging::EventId { .. } => token().filter(|_| count > 0).map(start),
        Paging::Cursor { .. } => {
            let more = received.more.unwrap_or(count > 0);
            token().filter(|next| more && *next != Position::Text(String::new())).map(start)
        }
        Paging::Page { .. } => {
            let last = received.more.unwrap_or(!is_full);
            (count > 0 && !last).then(|| Start::at(following))
        }
        Paging::Link { .. } => match received.next.as_ref()? {
            Position::Text(address) => {
                let query = address.split_once('?')?.1;
                let query = query.split('#').next().unwrap_or_default();
                let position = Position::Text(query.to_owned());
                (Some(&position) != page.start.position.as_ref()).then(|| start(position))
            }
            Position::Number(_) => None,
        },
        Paging::Whole { .. } => None,
    }
}
