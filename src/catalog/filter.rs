//! A filter: which tools an MCP server offers. It is part of the record, of the token and of the
//! admin API, so it has one shape everywhere.

use serde::{Deserialize, Serialize};

/// `config` of an MCP server.
///
/// `methods`, `tags` and `tools` combine with AND; inside each list any match is enough; an absent
/// list does not restrict.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ServerConfig {
    /// `read`, `write`, `custom`, or literal method names such as `list`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub methods: Option<Vec<String>>,
    /// Tags of which a tool must carry at least one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tags: Option<Vec<String>>,
    /// Exact tool names, long or short.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tools: Option<Vec<String>>,
    /// Whether the client must also send a valid API token.
    pub require_api_token_auth: bool,
    /// Whether all tools are listed, or a few that find and call the others.
    pub tool_exposure: Exposure,
    /// Which names the listing shows; both are always callable.
    pub tool_names: ToolNames,
}

/// How tools are shown to the client.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Exposure {
    /// Every tool is listed.
    #[default]
    All,
    /// A few tools are listed that find and call the others.
    Discovery,
}

/// Which of a tool's two names a listing shows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ToolNames {
    /// `list_all_egnyte_users`.
    #[default]
    Long,
    /// `list_egnyte_users`.
    Short,
}

use super::name::{self, Names};
use super::tool::Tool;

/// What a filter looks at in a method, whether or not it is a tool.
#[derive(Clone, Copy, Debug)]
pub struct Traits<'a> {
    /// Its names, or those it would have.
    pub names: &'a Names,
    /// Such as `list`.
    pub method: &'a str,
    /// Whether it only reads.
    pub reads: bool,
    /// Its tags.
    pub tags: &'a [String],
}

/// Method filters that stand for several methods.
const METHOD_GROUPS: [&str; 3] = ["read", "write", "custom"];

impl ServerConfig {
    /// Whether this filter lets `tool` through.
    pub fn allows(&self, tool: &Tool) -> bool {
        self.lets_through(&tool.traits())
    }

    /// Whether this filter lets through what has these traits.
    pub(super) fn lets_through(&self, traits: &Traits<'_>) -> bool {
        let any = |list: &Option<Vec<String>>, matches: &dyn Fn(&str) -> bool| {
            list.as_ref().is_none_or(|list| list.iter().any(|item| matches(item)))
        };
        any(&self.methods, &|filter| method_matches(filter, traits))
            && any(&self.tags, &|tag| traits.tags.iter().any(|own| own == tag))
            && any(&self.tools, &|name| name == traits.names.long || name == traits.names.short)
    }

    /// Checks every name in the filter against what exists.
    pub(super) fn check_names(&self, tools: &[Traits<'_>]) -> Result<(), FilterError> {
        let check = |field, list: &Option<Vec<String>>, known: Vec<&str>| {
            let unknown = list.iter().flatten().find(|name| !known.contains(&name.as_str()));
            unknown.map_or(Ok(()), |name| Err(FilterError::unknown(field, name, known.clone())))
        };
        let distinct = |names: &mut dyn Iterator<Item = &'_ str>| -> Vec<String> {
            let mut names: Vec<String> = names.map(str::to_owned).collect();
            names.sort();
            names.dedup();
            names
        };
        let methods = distinct(&mut tools.iter().map(|tool| tool.method));
        let methods = METHOD_GROUPS.into_iter().chain(methods.iter().map(String::as_str));
        check("config.methods", &self.methods, methods.collect())?;
        let tags =
            distinct(&mut tools.iter().flat_map(|tool| tool.tags.iter().map(String::as_str)));
        check("config.tags", &self.tags, tags.iter().map(String::as_str).collect())?;
        let names = tools.iter().flat_map(|tool| [&tool.names.long, &tool.names.short]);
        check("config.tools", &self.tools, names.map(String::as_str).collect())
    }
}

fn method_matches(filter: &str, traits: &Traits<'_>) -> bool {
    match filter {
        "read" => traits.reads,
        "write" => !traits.reads,
        "custom" => name::is_custom(traits.method),
        literal => literal == traits.method,
    }
}

/// Why a filter cannot be minted.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum FilterError {
    /// A name that nothing has.
    #[error("{field}: there is no `{name}`.{nearest} Known are: {known}")]
    Unknown {
        /// `config.methods`, `config.tags` or `config.tools`.
        field: &'static str,
        /// The name as given.
        name: String,
        /// A did-you-mean, with a leading space, or nothing.
        nearest: String,
        /// The names that exist.
        known: String,
    },
    /// Every name exists, and together they let nothing through.
    #[error(
        "config: no tool matches methods, tags and tools together. Loosen one of them; a dry run (?dry_run=true) shows what a filter lets through"
    )]
    Empty,
    /// The same of a filter in a query.
    #[error(
        "methods, tags, tools: every name exists, but no tool matches all of them. Loosen one; each may name several, separated by commas"
    )]
    EmptyQuery,
}

impl FilterError {
    fn unknown(field: &'static str, name: &str, mut known: Vec<&str>) -> Self {
        let nearest = known
            .iter()
            .map(|candidate| (strsim::jaro_winkler(candidate, name), candidate))
            .filter(|(likeness, _)| *likeness > 0.8)
            .max_by(|a, b| a.0.total_cmp(&b.0))
            .map_or_else(String::new, |(_, name)| format!(" Did you mean `{name}`?"));
        known.dedup();
        let name = name.chars().take(100).collect();
        Self::Unknown { field, name, nearest, known: known.join(", ") }
    }

    /// The same of a filter that stands in a query: its lists are parameters of their own.
    #[must_use]
    pub fn of_query(self) -> Self {
        match self {
            Self::Unknown { field, name, nearest, known } => {
                let field = field.trim_start_matches("config.");
                Self::Unknown { field, name, nearest, known }
            }
            Self::Empty | Self::EmptyQuery => Self::EmptyQuery,
        }
    }

    /// The field at fault.
    pub fn field(&self) -> &'static str {
        match self {
            Self::Unknown { field, .. } => field,
            Self::Empty => "config",
            Self::EmptyQuery => "methods",
        }
    }
}
