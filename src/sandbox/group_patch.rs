//! Owns the two documented bodies of a group PATCH and how a member is written in any group body.
//! It must never touch a group: it turns a body into a [`GroupChange`].

use serde::Deserialize;
use serde_json::Value;

use super::directory::{GroupChange, Step};
use super::errors::Refusal;

/// The only value of `schemas` in the SCIM 2.0 form.
const PATCH_OP: &str = "urn:ietf:params:scim:api:messages:2.0:PatchOp";

/// A PATCH body: the legacy form (`displayName`, `members`) or the SCIM 2.0 form (`schemas`,
/// `Operations`), never both.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Patch {
    #[serde(rename = "displayName")]
    display_name: Option<String>,
    members: Option<Vec<Member>>,
    schemas: Option<Vec<String>>,
    #[serde(rename = "Operations")]
    operations: Option<Vec<Operation>>,
}

/// One member of a group body: `{"value": 7}`, or just `7`; ids may be written as text.
#[derive(Deserialize)]
#[serde(untagged)]
pub(super) enum Member {
    /// The id alone.
    Id(Id),
    /// The id in an object, with what the legacy PATCH form may say about it.
    Entry(Entry),
}

/// The object form of a member. Answers carry `username` and `display`, so requests may too.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Entry {
    value: Id,
    operation: Option<String>,
    #[serde(rename = "username")]
    _username: Option<String>,
    #[serde(rename = "display")]
    _display: Option<String>,
}

/// A user id, as a number or as text.
#[derive(Deserialize)]
#[serde(untagged)]
pub(super) enum Id {
    /// `7`
    Number(u64),
    /// `"7"`
    Text(String),
}

/// One step of the SCIM 2.0 form.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Operation {
    op: String,
    path: String,
    value: Option<Value>,
}

impl Patch {
    /// What the body asks for.
    pub(super) fn into_change(self) -> Result<GroupChange, Refusal> {
        let legacy = self.display_name.is_some() || self.members.is_some();
        let scim = self.schemas.is_some() || self.operations.is_some();
        match (legacy, scim) {
            (true, true) => Err(Refusal::invalid(
                "displayName and members cannot be combined with schemas and Operations.",
            )),
            (false, false) => Err(Refusal::invalid("The request changes nothing.")),
            (true, false) => legacy_change(self.display_name, self.members.unwrap_or_default()),
            (false, true) => {
                scim_change(&self.schemas.unwrap_or_default(), self.operations.unwrap_or_default())
            }
        }
    }
}

fn legacy_change(
    display_name: Option<String>,
    members: Vec<Member>,
) -> Result<GroupChange, Refusal> {
    let mut change = GroupChange { display_name, ..GroupChange::default() };
    for member in members {
        let id = vec![member.id()?];
        change.steps.push(match member.operation() {
            None => Step::Add(id),
            Some("delete") => Step::Remove(id),
            Some(other) => return Err(unknown_operation(other)),
        });
    }
    Ok(change)
}

fn scim_change(schemas: &[String], operations: Vec<Operation>) -> Result<GroupChange, Refusal> {
    if schemas != [PATCH_OP] {
        return Err(Refusal::invalid(format!("schemas must be [\"{PATCH_OP}\"].")));
    }
    if operations.is_empty() {
        return Err(Refusal::invalid("Operations must not be empty."));
    }
    let mut change = GroupChange::default();
    for Operation { op, path, value } in operations {
        match (op.as_str(), path.as_str(), value) {
            ("add" | "replace", "displayName", Some(Value::String(name))) => {
                change.display_name = Some(name);
            }
            ("add", "members", Some(value)) => change.steps.push(Step::Add(ids(value)?)),
            ("remove", "members", Some(value)) => change.steps.push(Step::Remove(ids(value)?)),
            ("remove", "members", None) => change.steps.push(Step::Replace(Vec::new())),
            ("replace", "members", Some(value)) => change.steps.push(Step::Replace(ids(value)?)),
            _ => {
                return Err(Refusal::invalid(format!(
                    "Operations: {op} of {path} with this value is not supported."
                )));
            }
        }
    }
    Ok(change)
}

impl Member {
    /// The ids of members that are only named, without an operation.
    pub(super) fn added(members: Vec<Self>) -> Result<Vec<u64>, Refusal> {
        let id = |member: Self| match member.operation() {
            Some(operation) => Err(unknown_operation(operation)),
            None => member.id(),
        };
        members.into_iter().map(id).collect()
    }

    fn id(&self) -> Result<u64, Refusal> {
        match self {
            Self::Id(id) | Self::Entry(Entry { value: id, .. }) => id.number(),
        }
    }

    fn operation(&self) -> Option<&str> {
        match self {
            Self::Id(_) => None,
            Self::Entry(entry) => entry.operation.as_deref(),
        }
    }
}

impl Id {
    fn number(&self) -> Result<u64, Refusal> {
        match self {
            Self::Number(id) => Ok(*id),
            Self::Text(text) => text
                .parse()
                .map_err(|_| Refusal::invalid(format!("members: {text} is not a user id."))),
        }
    }
}

/// The ids in the value of a SCIM operation: one member or a list of them.
fn ids(value: Value) -> Result<Vec<u64>, Refusal> {
    let list = match value {
        Value::Array(_) => value,
        one => Value::Array(vec![one]),
    };
    let members = serde_json::from_value(list)
        .map_err(|_| Refusal::invalid("Operations: the value must list members."))?;
    Member::added(members)
}

fn unknown_operation(operation: &str) -> Refusal {
    Refusal::invalid(format!("members: the operation {operation} is not supported."))
}
