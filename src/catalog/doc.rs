//! A tool doc (`<method>.md`): what a model and a person read about one method. YAML front matter
//! holds title, hints, schemas and examples; the Markdown below it is the description.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::problem::{Document, Problem};

/// The parsed front matter and the description.
#[derive(Clone, Debug)]
pub struct ToolDoc {
    /// The front matter.
    pub front: FrontMatter,
    /// The Markdown body: the description the model reads.
    pub description: String,
}

/// The YAML between the two `---` lines.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FrontMatter {
    /// What a person sees in a list of tools, such as "List users".
    pub title: String,
    /// The tool's exact and only name, where a host asks for one. Most docs leave it out and get
    /// the names that follow from resource and method.
    #[serde(default)]
    pub name: Option<String>,
    /// Tags beside those of the resource and the method.
    #[serde(default)]
    pub tags: Vec<String>,
    /// All four MCP hints.
    pub annotations: Annotations,
    /// Arguments that fill `{names}` in the path.
    #[serde(default)]
    pub path_schema: ObjectSchema,
    /// Arguments that become query parameters.
    #[serde(default)]
    pub query_schema: ObjectSchema,
    /// Arguments that become request headers.
    #[serde(default)]
    pub header_schema: ObjectSchema,
    /// Arguments that become properties of the body.
    #[serde(default)]
    pub body_schema: ObjectSchema,
    /// Arguments of which exactly one must be given. Hosts refuse `oneOf` in schemas, so the
    /// arguments' descriptions should say it too.
    #[serde(default)]
    pub one_of: Vec<String>,
    /// JSON Schema of the result. Given, the result is also sent as structured content.
    #[serde(default)]
    pub response_schema: Option<Value>,
    /// Keys anywhere in the answer whose values are times, and how Egnyte writes them. They are
    /// given as RFC 3339 in UTC; a value that cannot be read so is left alone.
    #[serde(default)]
    pub response_times: BTreeMap<String, TimeForm>,
    /// For a list: the keys of an item, which `fields` then is limited to.
    #[serde(default)]
    pub item_fields: Vec<String>,
    /// Arguments and the exact request each must produce.
    #[serde(default)]
    pub examples: Vec<Example>,
}

/// How Egnyte writes a time in an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum TimeForm {
    /// Milliseconds since 1970.
    EpochMs,
    /// Seconds since 1970.
    EpochS,
    /// Such as `Tue, 26 Aug 2014 22:38:54 GMT`.
    Rfc1123,
    /// ISO 8601 in ways of its own, such as `20140826T223854Z` or an offset of `+0000`.
    BasicIso,
}

/// MCP tool annotations (schema 2025-06-18, `ToolAnnotations`), all of them required here because
/// hosts read an absent hint as the worst case.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[expect(clippy::struct_excessive_bools, reason = "MCP has these four, each a boolean")]
pub struct Annotations {
    /// The tool changes nothing.
    pub read_only_hint: bool,
    /// The tool may destroy or take away something.
    pub destructive_hint: bool,
    /// Calling it again with the same arguments changes nothing more.
    pub idempotent_hint: bool,
    /// The tool reaches people or systems outside the Egnyte domain.
    pub open_world_hint: bool,
}

/// Properties of one part of the input, as JSON Schema.
///
/// A property may carry `x-egnyte-name` when its name on the wire differs from the argument's,
/// `x-egnyte-values` when its values do, `x-egnyte-time` when a time is sent as a number, and
/// `x-egnyte-join` when an array is sent as one text.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ObjectSchema {
    /// JSON Schema of each property.
    #[serde(default)]
    pub properties: Map<String, Value>,
    /// Names of the properties that must be given.
    #[serde(default)]
    pub required: Vec<String>,
}

/// One worked example. The linter builds the request from the arguments and compares.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Example {
    /// What a person would have asked for.
    pub title: String,
    /// Arguments as a model would send them.
    pub arguments: Map<String, Value>,
    /// Verb, path and query of the request, such as `GET /pubapi/v2/users/12345678`. Left out
    /// for tools that are made of steps.
    #[serde(default)]
    pub request: Option<String>,
    /// Headers the request must carry, fixed ones included. Left out: not compared.
    #[serde(default)]
    pub headers: BTreeMap<String, String>,
    /// Body of the request: JSON, or the text of a form or text body. Absent: no body.
    #[serde(default)]
    pub body: Option<Value>,
}

/// Splits a doc into front matter and description, and parses both.
pub fn parse(document: Document<'_>) -> Result<ToolDoc, Problem> {
    let malformed = |message: &str| {
        let hint = "start the file with `---`, the YAML, and another `---` on a line of its own";
        Err(document.problem(&[], message, hint))
    };
    let text = document.text.replace("\r\n", "\n");
    let Some(rest) = text.strip_prefix("---\n") else {
        return malformed("the file does not start with front matter");
    };
    let Some((yaml, description)) = rest.split_once("\n---\n") else {
        return malformed("the front matter does not end");
    };
    let front: FrontMatter = super::yaml::parse(document, yaml, 1)?;
    let description = description.trim().to_owned();
    Ok(ToolDoc { front, description })
}
