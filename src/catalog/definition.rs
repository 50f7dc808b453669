//! A resource definition (`resource.yaml`): the wire facts of one Egnyte resource. Everything
//! Egnyte offers may be defined; a definition alone makes no tool.

pub mod paging;
pub mod request_line;
pub mod steps;
pub mod wire;

use std::collections::BTreeMap;

use http::Method;
use schemars::JsonSchema;
use serde::Deserialize;

pub use paging::{Items, PageSize, Paging, PagingPlace};
pub use request_line::{RequestLine, Segment};
pub use steps::StepDefinition;
pub use wire::{Answer, BodyEncoding, FilterExpression, Fixed, Transfer};

use super::problem::{Document, Problem};
use super::shape::Shape;

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

/// One method: the request it makes, and how its answer is paged. Or steps that call others.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct MethodDefinition {
    /// Verb and path, such as `GET /pubapi/v2/users/{id}`.
    #[serde(default)]
    pub request: Option<RequestLine>,
    /// Whether the method only reads. Default: true for GET, false for every other verb; with
    /// steps, whether all that they call only read.
    #[serde(default)]
    pub read_only: Option<bool>,
    /// Tags beside those of the resource.
    #[serde(default)]
    pub tags: Vec<String>,
    /// OAuth scope, where it is another than the resource's.
    #[serde(default)]
    pub scope: Option<String>,
    /// What is always sent.
    #[serde(default)]
    pub fixed: Fixed,
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
    /// What kind of answer comes.
    #[serde(default)]
    pub answer: Answer,
    /// Given, the tool hands out a signed link that makes the request.
    #[serde(default)]
    pub transfer: Option<Transfer>,
    /// The steps of a task tool, instead of `request`.
    #[serde(default)]
    pub steps: Vec<StepDefinition>,
    /// Shape of a task tool's result.
    #[serde(default)]
    pub result: Option<Shape>,
}

impl MethodDefinition {
    /// Whether the method only reads; `None` when that depends on what its steps call.
    pub fn reads(&self) -> Option<bool> {
        self.read_only.or_else(|| Some(self.request.as_ref()?.verb == Method::GET))
    }
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
        if let Some((key, message, hint)) = fault(name, method) {
            return Err(document.problem(&["methods", name, key], message, hint));
        }
    }
    Ok(definition)
}

/// The first thing wrong with a method: the key at fault, message and hint.
fn fault(name: &str, method: &MethodDefinition) -> Option<(&'static str, String, &'static str)> {
    let fault = |key, message: &str, hint: &'static str| Some((key, message.to_owned(), hint));
    if !super::name::is_word(name) {
        let hint = "use lower-case letters, digits and underscores, starting with a letter";
        return Some(("", format!("`{name}` cannot be part of a tool name"), hint));
    }
    match (&method.request, method.steps.is_empty()) {
        (None, true) => {
            let hint = "give a verb and path as `request`, or `steps` that call other methods";
            return Some(("", format!("`{name}` makes no request"), hint));
        }
        (Some(_), false) => {
            return fault("steps", "a method has a `request` or `steps`, not both", "drop one");
        }
        (None, false) => return task_fault(method),
        (Some(line), true) => {
            if let Some(fault) = request_fault(method, line) {
                return Some(fault);
            }
        }
    }
    let paging = method.paging.as_ref()?;
    if let Some((message, hint)) = paging.fault() {
        return Some(("paging", message, hint));
    }
    if paging.place() == PagingPlace::Body && !method.body.is_some_and(BodyEncoding::has_names) {
        let hint = "add `body: json` to the method, or drop `in: body`";
        return fault("paging", "paging stands in a body that the method does not have", hint);
    }
    if method.answer != Answer::Json || method.transfer.is_some() {
        let hint = "drop `paging`, or `answer` and `transfer`";
        return fault("paging", "only a method that answers JSON can be paged", hint);
    }
    None
}

fn request_fault(
    method: &MethodDefinition,
    line: &RequestLine,
) -> Option<(&'static str, String, &'static str)> {
    let fault = |key, message: &str, hint: &'static str| Some((key, message.to_owned(), hint));
    if method.result.is_some() {
        return fault("result", "`result` belongs to `steps`", "drop it");
    }
    if let Err(message) = method.fixed.header_map() {
        let hint = "Egnyte's own input headers may be sent, and nothing that says who calls";
        return Some(("headers", message, hint));
    }
    if !method.fixed.body.is_empty() && !method.body.is_some_and(BodyEncoding::has_names) {
        let hint = "add `body: json` or `body: form` to the method";
        return fault("fixed", "a fixed body needs a body with named properties", hint);
    }
    if method.answer == Answer::Text && line.verb != Method::GET {
        return fault("answer", "only a GET can answer with a file's text", "drop `answer: text`");
    }
    match method.transfer {
        Some(_) if method.answer != Answer::Json => {
            fault("transfer", "a link is not read here", "drop `answer`, or `transfer`")
        }
        Some(Transfer::Download) if line.verb != Method::GET => {
            fault("transfer", "a download is a GET", "mend the request line")
        }
        Some(Transfer::Upload) if line.verb == Method::GET || method.body.is_some() => {
            let hint = "use POST or PUT, and drop `body`";
            fault("transfer", "an upload's body is the file, which comes through the link", hint)
        }
        _ => None,
    }
}

/// What does not go with `steps`, and what is wrong with them.
fn task_fault(method: &MethodDefinition) -> Option<(&'static str, String, &'static str)> {
    let strangers = [
        ("fixed", method.fixed != Fixed::default()),
        ("paging", method.paging.is_some()),
        ("filters", !method.filters.is_empty()),
        ("body", method.body.is_some()),
        ("answer", method.answer != Answer::Json),
        ("transfer", method.transfer.is_some()),
    ];
    if let Some((key, _)) = strangers.iter().find(|(_, given)| *given) {
        let hint = "give it to the method that the step calls";
        return Some((key, format!("`{key}` does not go with `steps`"), hint));
    }
    if method.result.is_none() {
        let hint = "give the shape of the result, such as { users: by_email.resources }";
        return Some(("steps", "the steps have no `result`".to_owned(), hint));
    }
    steps::fault(&method.steps)
}
