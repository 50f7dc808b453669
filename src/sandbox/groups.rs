//! Owns the six group endpoints and how a group looks on the wire.
//! It must never keep state, nor read a PATCH body: the two forms are `group_patch`'s matter.

use axum::Json;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use serde_json::{Value, json};
use uuid::Uuid;

use super::Sandbox;
use super::body::read;
use super::directory::{Directory, Group, GroupChange, Step};
use super::errors::Refusal;
use super::filter::Expression;
use super::group_patch::{Member, Patch};
use super::paging::ListQuery;
use super::user::User;

/// The value of `schemas` in every answer.
const SCHEMA: &str = "urn:scim:schemas:core:1.0";

/// The body of a create or replace request.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(super) struct WholeGroup {
    display_name: String,
    #[serde(default)]
    members: Vec<Member>,
    // Clients that send back what they were given send this too.
    #[serde(rename = "schemas")]
    _schemas: Option<Vec<String>>,
}

/// `GET /pubapi/v2/groups`
pub(super) async fn list(State(sandbox): State<Sandbox>, uri: Uri) -> Result<Response, Refusal> {
    let query = ListQuery::parse(&uri)?;
    let wanted = Wanted::parse(query.filter.as_deref())?;
    let world = sandbox.world();
    let matching = world.directory.groups().filter(|group| wanted.includes(group));
    let mut page =
        query.page(matching, |group| json!({ "id": group.id, "displayName": group.display_name }));
    page.schemas = Some([SCHEMA]);
    Ok(Json(page).into_response())
}

/// `GET /pubapi/v2/groups/{id}`
pub(super) async fn get(
    State(sandbox): State<Sandbox>,
    Path(id): Path<String>,
) -> Result<Json<Value>, Refusal> {
    let world = sandbox.world();
    let group = world.directory.group(parse_id(&id)?).ok_or(Refusal::NoSuchGroup(id))?;
    Ok(Json(detail(group, &world.directory)))
}

/// `POST /pubapi/v2/groups`
pub(super) async fn create(
    State(sandbox): State<Sandbox>,
    headers: HeaderMap,
    bytes: Bytes,
) -> Result<Response, Refusal> {
    let new: WholeGroup = read(&headers, &bytes)?;
    let members = Member::added(new.members)?;
    let mut world = sandbox.world();
    let group = world.directory.create_group(None, new.display_name, members)?;
    Ok((StatusCode::CREATED, Json(detail(&group, &world.directory))).into_response())
}

/// `PUT /pubapi/v2/groups/{id}`: members that are not named leave.
pub(super) async fn replace(
    State(sandbox): State<Sandbox>,
    Path(id): Path<String>,
    headers: HeaderMap,
    bytes: Bytes,
) -> Result<Json<Value>, Refusal> {
    let id = parse_id(&id)?;
    let whole: WholeGroup = read(&headers, &bytes)?;
    let change = GroupChange {
        display_name: Some(whole.display_name),
        steps: vec![Step::Replace(Member::added(whole.members)?)],
    };
    change_group(&sandbox, id, change)
}

/// `PATCH /pubapi/v2/groups/{id}`, in either form.
pub(super) async fn update(
    State(sandbox): State<Sandbox>,
    Path(id): Path<String>,
    headers: HeaderMap,
    bytes: Bytes,
) -> Result<Json<Value>, Refusal> {
    let id = parse_id(&id)?;
    let patch: Patch = read(&headers, &bytes)?;
    change_group(&sandbox, id, patch.into_change()?)
}

/// `DELETE /pubapi/v2/groups/{id}`
pub(super) async fn delete(
    State(sandbox): State<Sandbox>,
    Path(id): Path<String>,
) -> Result<StatusCode, Refusal> {
    sandbox.world().directory.delete_group(parse_id(&id)?)?;
    Ok(StatusCode::OK)
}

fn change_group(sandbox: &Sandbox, id: Uuid, change: GroupChange) -> Result<Json<Value>, Refusal> {
    let mut world = sandbox.world();
    let group = world.directory.change_group(id, change)?;
    Ok(Json(detail(&group, &world.directory)))
}

/// Which groups a list request is after. The text is lower-cased: comparisons ignore case.
enum Wanted {
    All,
    Named(String),
    StartingWith(String),
    Containing(String),
}

impl Wanted {
    fn parse(filter: Option<&str>) -> Result<Self, Refusal> {
        let Some(text) = filter else {
            return Ok(Self::All);
        };
        let expression = Expression::parse(text)?;
        if expression.attribute != "displayname" {
            return Err(expression.unknown_attribute("displayName"));
        }
        let text = expression.value.to_lowercase();
        match expression.operator.as_str() {
            "eq" => Ok(Self::Named(text)),
            "sw" => Ok(Self::StartingWith(text)),
            "co" => Ok(Self::Containing(text)),
            _ => Err(expression.unknown_operator("eq, sw, co")),
        }
    }

    fn includes(&self, group: &Group) -> bool {
        let name = group.display_name.to_lowercase();
        match self {
            Self::All => true,
            Self::Named(text) => name == *text,
            Self::StartingWith(text) => name.starts_with(text.as_str()),
            Self::Containing(text) => name.contains(text.as_str()),
        }
    }
}

/// An id that is not a UUID belongs to no group.
fn parse_id(text: &str) -> Result<Uuid, Refusal> {
    Uuid::try_parse(text).map_err(|_| Refusal::NoSuchGroup(text.to_owned()))
}

/// A group with its members: the answer to everything but list and delete.
pub(super) fn detail(group: &Group, directory: &Directory) -> Value {
    let member = |user: &User| json!({ "username": user.user_name, "value": user.id, "display": user.user_name });
    let members = group.members.iter().filter_map(|id| directory.user(*id)).map(member);
    json!({
        "schemas": [SCHEMA],
        "id": group.id,
        "displayName": group.display_name,
        "members": members.collect::<Vec<_>>(),
    })
}
