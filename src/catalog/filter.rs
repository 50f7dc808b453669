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
    /// Whether all tools are listed, or three that find and call the others.
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
