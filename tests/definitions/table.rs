//! What Egnyte's API is: `egnyte-api.json`, and what is let pass with a reason.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde::Deserialize;
use serde_json::Value;

use crate::documents::{Method, shape};

/// Defined so that coverage shows them; documented they are not to be.
pub(crate) const KEPT_BACK: [&str; 7] =
    ["controlled_docs", "etmf", "msp", "navigate", "oauth", "procore", "salesforce"];

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Entry {
    pub(crate) resource: String,
    pub(crate) method: String,
    pub(crate) request: String,
    pub(crate) read_only: bool,
    pub(crate) confidence: String,
    #[serde(default)]
    pub(crate) deprecated: bool,
    pub(crate) scope: Option<String>,
    pub(crate) content_type: Option<String>,
    pub(crate) paging: Option<EntryPaging>,
    #[serde(default)]
    pub(crate) query: BTreeMap<String, Parameter>,
    #[serde(default)]
    pub(crate) body: BTreeMap<String, Parameter>,
    #[serde(default)]
    pub(crate) headers: BTreeMap<String, Parameter>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct EntryPaging {
    pub(crate) style: String,
    pub(crate) items: Option<Value>,
    pub(crate) max: Option<u64>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Parameter {
    #[serde(default)]
    pub(crate) required: bool,
    #[serde(default, rename = "enum")]
    pub(crate) values: Vec<String>,
}

impl Entry {
    pub(crate) fn name(&self) -> String {
        format!("{}.{}", self.resource, self.method)
    }

    pub(crate) fn parameters(&self, place: &str) -> &BTreeMap<String, Parameter> {
        match place {
            "query" => &self.query,
            "body" => &self.body,
            _ => &self.headers,
        }
    }

    /// Whether a tool is expected of it.
    pub(crate) fn is_wanted(&self) -> bool {
        self.confidence != "low" && !self.deprecated && !KEPT_BACK.contains(&self.resource.as_str())
    }

    /// Whether the method is this endpoint: same verb and path, and no other constant in the body
    /// than this entry's (`action: move`).
    pub(crate) fn is(&self, method: &Method) -> bool {
        shape(&self.request) == shape(&method.request)
            && self.body.iter().all(|(name, parameter)| match method.fixed("body", name) {
                Some(value) => parameter.values.is_empty() || parameter.values.contains(&value),
                None => true,
            })
    }
}

pub(crate) static TABLE: LazyLock<Vec<Entry>> = LazyLock::new(|| {
    serde_json::from_str(include_str!("../egnyte-api.json"))
        .expect("the table is a list of entries")
});

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Allowances {
    pub(crate) undocumented: BTreeMap<String, String>,
    pub(crate) paging: BTreeMap<String, String>,
}

pub(crate) static ALLOWED: LazyLock<Allowances> = LazyLock::new(|| {
    serde_saphyr::from_str(include_str!("../undocumented.yaml")).expect("a list of reasons")
});
