//! A resource definition (`resource.yaml`): the wire facts of one Egnyte resource. Everything
//! Egnyte offers may be defined; a definition alone makes no tool.

use std::collections::BTreeMap;

use http::Method;
use schemars::JsonSchema;
use serde::Deserialize;

use super::problem::{Document, Problem};

/// The wire facts of one resource.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ResourceDefinition {
    /// Plural noun, and the name of the folder: `users`.
    pub resource: String,
    /// Singular noun: `user`.
    pub singular: String,
    /// Tags that every method of the resource carries.
    #[serde(default)]
    pub tags: Vec<String>,
    /// OAuth scope an access token needs, such as `Egnyte.user`.
    #[serde(default)]
    pub scope: Option<String>,
    /// Methods by name: `list`, `get`, `create`, `update`, `delete`, or a custom one.
    pub methods: BTreeMap<String, MethodDefinition>,
}

/// One method: the request it makes, and how its answer is paged.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct MethodDefinition {
    /// Verb and path, such as `GET /pubapi/v2/users/{id}`.
    pub request: RequestLine,
    /// Whether the method only reads. Default: true for GET, false for every other verb.
    #[serde(default)]
    pub read_only: Option<bool>,
    /// Tags beside those of the resource.
    #[serde(default)]
    pub tags: Vec<String>,
    /// How a listing is paged. Only for methods that return a list.
    #[serde(default)]
    pub paging: Option<Paging>,
    /// Arguments that become an expression of Egnyte's `filter` parameter, one at a time:
    /// argument → attribute and operator, such as `email: email eq`.
    #[serde(default)]
    pub filters: BTreeMap<String, FilterExpression>,
    /// How the body is encoded. Absent: the method takes none.
    #[serde(default)]
    pub body: Option<BodyEncoding>,
}

impl MethodDefinition {
    /// Whether the method only reads.
    pub fn reads(&self) -> bool {
        self.read_only.unwrap_or(self.request.verb == Method::GET)
    }
}

/// How Egnyte pages a listing (`egnyte` docs call each of these "pagination").
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(tag = "style", rename_all = "snake_case", deny_unknown_fields)]
pub enum Paging {
    /// SCIM: 1-based `startIndex` and `count`; answers `totalResults` and the items.
    ScimStartIndex {
        /// Key of the array in the answer.
        items: String,
        /// Items on a page when the caller names no `limit`.
        default: u32,
        /// The most Egnyte puts on a page.
        max: u32,
    },
}

impl Paging {
    /// Key of the array of items in Egnyte's answer.
    pub fn items(&self) -> &str {
        match self {
            Self::ScimStartIndex { items, .. } => items,
        }
    }

    /// Default and greatest page size.
    pub fn page_size(&self) -> (u32, u32) {
        match self {
            Self::ScimStartIndex { default, max, .. } => (*default, *max),
        }
    }
}

/// How a request body is encoded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum BodyEncoding {
    /// `application/json`, an object.
    Json,
}

/// Attribute and operator of a filter expression; the value is added, as a JSON string.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(try_from = "String")]
#[schemars(with = "String")]
pub struct FilterExpression {
    /// Such as `email`.
    pub attribute: String,
    /// Such as `eq`.
    pub operator: String,
}

impl TryFrom<String> for FilterExpression {
    type Error = String;
    fn try_from(text: String) -> Result<Self, String> {
        match text.split_whitespace().collect::<Vec<_>>().as_slice() {
            [attribute, operator] => {
                Ok(Self { attribute: (*attribute).to_owned(), operator: (*operator).to_owned() })
            }
            _ => Err(format!("`{text}` is not an attribute and an operator, such as `email eq`")),
        }
    }
}

/// A verb and a path template.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(try_from = "String")]
#[schemars(with = "String")]
pub struct RequestLine {
    /// Such as `GET`.
    pub verb: Method,
    /// The path, segment by segment.
    pub path: Vec<Segment>,
}

/// One segment of a path template.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Segment {
    /// Sent as it stands.
    Literal(String),
    /// Filled from the argument of this name, percent-encoded.
    Argument(String),
}

impl RequestLine {
    /// Names of the arguments in the path, in order.
    pub fn arguments(&self) -> impl Iterator<Item = &str> {
        self.path.iter().filter_map(|segment| match segment {
            Segment::Argument(name) => Some(name.as_str()),
            Segment::Literal(_) => None,
        })
    }
}

impl TryFrom<String> for RequestLine {
    type Error = String;
    fn try_from(text: String) -> Result<Self, String> {
        let example = "write it like `GET /pubapi/v2/users/{id}`";
        let (verb, path) = text
            .split_once(' ')
            .ok_or_else(|| format!("`{text}` has no verb and path; {example}"))?;
        let verb = match verb {
            "GET" => Method::GET,
            "POST" => Method::POST,
            "PUT" => Method::PUT,
            "PATCH" => Method::PATCH,
            "DELETE" => Method::DELETE,
            _ => return Err(format!("`{verb}` is not GET, POST, PUT, PATCH or DELETE")),
        };
        let path = path
            .strip_prefix("/pubapi/")
            .ok_or_else(|| format!("the path `{path}` does not start with /pubapi/; {example}"))?;
        let segments = std::iter::once(Ok(Segment::Literal("pubapi".to_owned())))
            .chain(path.split('/').map(|segment| parse_segment(segment, &text)))
            .collect::<Result<Vec<_>, _>>()?;
        Ok(Self { verb, path: segments })
    }
}

fn parse_segment(segment: &str, line: &str) -> Result<Segment, String> {
    let is_name = |text: &str| {
        !text.is_empty() && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"_-.".contains(&b))
    };
    if let Some(name) = segment.strip_prefix('{').and_then(|rest| rest.strip_suffix('}')) {
        if is_name(name) {
            return Ok(Segment::Argument(name.to_owned()));
        }
    } else if is_name(segment) && segment != "." && segment != ".." {
        return Ok(Segment::Literal(segment.to_owned()));
    }
    Err(format!("`{segment}` in `{line}` is neither a plain word nor a {{name}}"))
}

/// Reads a resource definition, checking what its text alone can show.
pub fn parse(document: Document<'_>) -> Result<ResourceDefinition, Problem> {
    let definition: ResourceDefinition = super::yaml::parse(document, document.text, 0)?;
    let folder = document.file.split('/').next().unwrap_or_default();
    if definition.resource != folder {
        return Err(document.problem(
            &["resource"],
            format!("resource `{}` stands in the folder `{folder}`", definition.resource),
            "give the folder the resource's name",
        ));
    }
    for (name, noun) in [("resource", &definition.resource), ("singular", &definition.singular)] {
        if !super::name::is_word(noun) {
            return Err(document.problem(
                &[name],
                format!("`{noun}` cannot be part of a tool name"),
                "use lower-case letters, digits and underscores, starting with a letter",
            ));
        }
    }
    for (name, method) in &definition.methods {
        check_method(document, name, method)?;
    }
    Ok(definition)
}

fn check_method(
    document: Document<'_>,
    name: &str,
    method: &MethodDefinition,
) -> Result<(), Problem> {
    if !super::name::is_word(name) {
        return Err(document.problem(
            &["methods", name],
            format!("`{name}` cannot be part of a tool name"),
            "use lower-case letters, digits and underscores, starting with a letter",
        ));
    }
    if let Some(paging) = &method.paging {
        let (default, max) = paging.page_size();
        if default == 0 || default > max {
            return Err(document.problem(
                &["methods", name, "paging"],
                format!("the default page size {default} is not between 1 and {max}"),
                "choose a default that Egnyte accepts",
            ));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_line_keeps_literals_and_arguments_apart() {
        let line = RequestLine::try_from("PATCH /pubapi/v2/users/{id}".to_owned()).unwrap();
        assert_eq!(line.verb, Method::PATCH);
        assert_eq!(line.arguments().collect::<Vec<_>>(), ["id"]);
    }

    #[test]
    fn a_request_line_that_could_leave_the_api_is_refused() {
        for line in [
            "GET",
            "FETCH /pubapi/v2/users",
            "GET /other/users",
            "GET /pubapi/../x",
            "GET /pubapi/v2/users?x=1",
            "GET /pubapi//x",
        ] {
            assert!(RequestLine::try_from(line.to_owned()).is_err(), "{line}");
        }
    }
}
