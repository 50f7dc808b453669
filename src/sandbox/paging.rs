//! Owns the list query (`startIndex`, `count`, `filter`) and the list envelope.
//! It must never know what is being listed.

use axum::extract::Query;
use axum::http::Uri;
use serde::Serialize;
use serde_json::Value;

use super::errors::Refusal;

/// The most items of one page, and the number given when the caller names none.
const MAX_COUNT: usize = 100;

/// What a list request asks for.
pub(super) struct ListQuery {
    /// 1-based position of the first item.
    start_index: usize,
    /// Items wanted; at most [`MAX_COUNT`].
    count: usize,
    /// The filter expression, percent-decoded, not yet parsed.
    pub(super) filter: Option<String>,
}

impl ListQuery {
    /// Reads the query of `uri`. Unknown parameters are ignored; of repeated ones the first counts.
    pub(super) fn parse(uri: &Uri) -> Result<Self, Refusal> {
        let Query(pairs) = Query::<Vec<(String, String)>>::try_from_uri(uri)
            .map_err(|error| Refusal::invalid(error.body_text()))?;
        let value = |name: &str| pairs.iter().find(|(key, _)| key == name).map(|(_, v)| v);

        let start_index = match value("startIndex") {
            None => 1,
            Some(text) => integer(text).filter(|start| *start >= 1).ok_or_else(|| {
                Refusal::invalid("startIndex must be an integer greater than or equal to 1")
            })?,
        };
        let count = match value("count") {
            None => MAX_COUNT,
            Some(text) => integer(text)
                .ok_or_else(|| Refusal::invalid("count must be a non-negative integer"))?,
        };
        Ok(Self {
            start_index,
            // The documents name a maximum and no error for asking more: give what there is.
            count: count.min(MAX_COUNT),
            filter: value("filter").cloned(),
        })
    }

    /// Cuts the asked page out of `items` and shows it, and only it.
    pub(super) fn page<T>(
        &self,
        items: impl Iterator<Item = T>,
        show: impl Fn(T) -> Value,
    ) -> Listing {
        let all: Vec<T> = items.collect();
        let total_results = all.len();
        let resources: Vec<Value> =
            all.into_iter().skip(self.start_index - 1).take(self.count).map(show).collect();
        Listing {
            schemas: None,
            total_results,
            items_per_page: resources.len(),
            start_index: self.start_index,
            resources,
        }
    }
}

/// The answer to a list request.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Listing {
    /// Groups have it, users do not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) schemas: Option<[&'static str; 1]>,
    /// Items in all.
    total_results: usize,
    /// Items on this page.
    items_per_page: usize,
    start_index: usize,
    resources: Vec<Value>,
}

/// A plain decimal number: `parse` alone would also take a leading plus sign.
fn integer(text: &str) -> Option<usize> {
    let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    digits.then(|| text.parse().ok()).flatten()
}
