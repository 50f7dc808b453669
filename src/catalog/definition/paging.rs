//! How Egnyte pages its listings: seven styles. Facts only; what a cursor is made of and when a
//! list ends is decided in `invoke`.

use schemars::JsonSchema;
use serde::Deserialize;

/// How Egnyte pages a listing (`egnyte` docs call each of these "pagination").
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(tag = "style", rename_all = "snake_case", deny_unknown_fields)]
pub enum Paging {
    /// SCIM: 1-based `startIndex` and `count`; answers `totalResults` and the items.
    ScimStartIndex {
        /// Key of the array in the answer.
        items: Items,
        /// Items on a page when the caller names no `limit`.
        default: u32,
        /// The most Egnyte puts on a page.
        max: u32,
    },
    /// A 0-based offset and a count. The end is told by `total`, `more` or `next`; with none of
    /// them, a full page means that there may be more.
    Offset {
        /// Key of the array in the answer, or several whose arrays are joined in this order.
        items: Items,
        /// Name of the parameter with the offset.
        #[serde(default = "offset")]
        offset: String,
        /// Name of the parameter with the page size.
        #[serde(default = "count")]
        limit: String,
        /// Key of the number of all items.
        #[serde(default)]
        total: Option<String>,
        /// Key of a boolean: whether there is another page.
        #[serde(default)]
        more: Option<String>,
        /// Key of the offset of the next page.
        #[serde(default)]
        next: Option<String>,
        /// Where the two parameters stand.
        #[serde(default, rename = "in")]
        place: PagingPlace,
        /// Items on a page when the caller names no `limit`.
        default: u32,
        /// The most Egnyte puts on a page.
        max: u32,
    },
    /// Events after the one that `id` names; the next id is the answer's `latest_id`, and 204
    /// means that there is nothing newer. The doc gives an argument with `x-egnyte-name: id`.
    EventId {
        /// Key of the array in the answer.
        items: Items,
        /// Items on a page when the caller names no `limit`.
        default: u32,
        /// The most Egnyte puts on a page.
        max: u32,
    },
    /// A cursor that Egnyte hands out.
    Cursor {
        /// Key of the array in the answer.
        items: Items,
        /// Name of the parameter with the cursor.
        cursor: String,
        /// Key of the next cursor in the answer.
        next: String,
        /// Key of a boolean: whether there is another page. Left out, any next cursor means so.
        #[serde(default)]
        more: Option<String>,
        /// Names of parameters that Egnyte refuses beside a cursor; they go with the first page.
        #[serde(default)]
        first_only: Vec<String>,
        /// Name of the parameter with the page size, if there is one.
        #[serde(default)]
        limit: Option<String>,
        /// Where the parameters stand.
        #[serde(default, rename = "in")]
        place: PagingPlace,
        /// Items on a page when the caller names no `limit`. Goes with `limit`.
        #[serde(default)]
        default: Option<u32>,
        /// The most Egnyte puts on a page. Goes with `limit`.
        #[serde(default)]
        max: Option<u32>,
    },
    /// A 0-based page number and a page size.
    Page {
        /// Key of the array in the answer.
        items: Items,
        /// Name of the parameter with the page number.
        page: String,
        /// Name of the parameter with the page size.
        limit: String,
        /// Key of a boolean: whether this page is the last.
        last: String,
        /// Key of the number of all items.
        #[serde(default)]
        total: Option<String>,
        /// Where the two parameters stand.
        #[serde(default, rename = "in")]
        place: PagingPlace,
        /// Items on a page when the caller names no `limit`.
        default: u32,
        /// The most Egnyte puts on a page.
        max: u32,
    },
    /// The answer names the address of the next page. Only its query is used.
    Link {
        /// Key of the array in the answer.
        items: Items,
        /// Key of the next page's address.
        next: String,
        /// Key of the number of all items.
        #[serde(default)]
        total: Option<String>,
    },
    /// Egnyte sends everything at once; pages are cut here.
    Whole {
        /// Key of the array in the answer, which can also be the array itself. Left out, it
        /// always is.
        #[serde(default)]
        items: Items,
        /// Items on a page when the caller names no `limit`.
        default: u32,
        /// The most on a page.
        max: u32,
    },
}

/// Where the parameters of paging stand.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum PagingPlace {
    /// In the query.
    #[default]
    Query,
    /// In the JSON or form body.
    Body,
}

/// The keys of the arrays of items, in the order in which they are joined.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(from = "OneOrSeveral")]
#[schemars(with = "OneOrSeveral")]
pub struct Items(pub Vec<String>);

#[derive(Deserialize, JsonSchema)]
#[serde(untagged)]
enum OneOrSeveral {
    One(String),
    Several(Vec<String>),
}

impl From<OneOrSeveral> for Items {
    fn from(given: OneOrSeveral) -> Self {
        match given {
            OneOrSeveral::One(key) => Self(vec![key]),
            OneOrSeveral::Several(keys) => Self(keys),
        }
    }
}

fn offset() -> String {
    "offset".to_owned()
}

fn count() -> String {
    "count".to_owned()
}

/// The page sizes a caller may ask for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PageSize {
    /// Without a `limit`; `None` when Egnyte decides how long a page is.
    pub default: Option<u32>,
    /// At most.
    pub max: u32,
}

/// The greatest `limit` of a listing whose page size Egnyte decides.
const MAX_OPEN_LIMIT: u32 = 1_000;

impl Paging {
    /// Keys of the arrays of items in Egnyte's answer; none when the answer is the array.
    pub fn items(&self) -> &[String] {
        match self {
            Self::ScimStartIndex { items, .. }
            | Self::Offset { items, .. }
            | Self::EventId { items, .. }
            | Self::Cursor { items, .. }
            | Self::Page { items, .. }
            | Self::Link { items, .. }
            | Self::Whole { items, .. } => &items.0,
        }
    }

    /// Default and greatest page size.
    pub fn page_size(&self) -> PageSize {
        match self {
            Self::ScimStartIndex { default, max, .. }
            | Self::Offset { default, max, .. }
            | Self::EventId { default, max, .. }
            | Self::Page { default, max, .. }
            | Self::Whole { default, max, .. } => PageSize { default: Some(*default), max: *max },
            Self::Cursor { default, max, .. } => {
                PageSize { default: *default, max: max.unwrap_or(MAX_OPEN_LIMIT) }
            }
            Self::Link { .. } => PageSize { default: None, max: MAX_OPEN_LIMIT },
        }
    }

    /// Where its parameters stand.
    pub fn place(&self) -> PagingPlace {
        match self {
            Self::Offset { place, .. } | Self::Cursor { place, .. } | Self::Page { place, .. } => {
                *place
            }
            _ => PagingPlace::Query,
        }
    }

    /// Names of the parameters it sends, which no argument may send as well.
    pub fn parameters(&self) -> Vec<&str> {
        match self {
            Self::ScimStartIndex { .. } => vec!["startIndex", "count"],
            Self::Offset { offset, limit, .. } => vec![offset, limit],
            // `id` is an argument: the first page starts where the caller says.
            Self::EventId { .. } => vec!["count"],
            Self::Cursor { cursor, limit, .. } => {
                std::iter::once(cursor.as_str()).chain(limit.as_deref()).collect()
            }
            Self::Page { page, limit, .. } => vec![page, limit],
            Self::Link { .. } | Self::Whole { .. } => Vec::new(),
        }
    }

    /// Names of parameters that only the first page's request has.
    pub fn first_only(&self) -> &[String] {
        match self {
            Self::Cursor { first_only, .. } => first_only,
            _ => &[],
        }
    }

    /// What is wrong with it by itself: message and hint.
    pub(super) fn fault(&self) -> Option<(String, &'static str)> {
        let size = self.page_size();
        if let Some(default) = size.default
            && (default == 0 || default > size.max)
        {
            let max = size.max;
            let message = format!("the default page size {default} is not between 1 and {max}");
            return Some((message, "choose a default that Egnyte accepts"));
        }
        if let Self::Cursor { limit, default, max, .. } = self
            && (limit.is_some() != default.is_some() || limit.is_some() != max.is_some())
        {
            let message = "`limit`, `default` and `max` go together".to_owned();
            return Some((message, "give all three, or none when Egnyte decides the page size"));
        }
        if self.items().is_empty() && !matches!(self, Self::Whole { .. }) {
            let message = "`items` names no key".to_owned();
            return Some((message, "name the key of the array in Egnyte's answer"));
        }
        None
    }
}
