//! Owns the five user endpoints and the four faces a user has on the wire: the documents show a
//! different set of properties for list, get, create and update, and so does this file.
//! It must never keep state.

use axum::Json;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::header::{HOST, LOCATION};
use axum::http::{HeaderMap, HeaderName, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use jiff::Timestamp;
use serde_json::{Value, json};

use super::Sandbox;
use super::body::read;
use super::directory::{Directory, Group};
use super::errors::Refusal;
use super::filter::{Expression, same};
use super::paging::ListQuery;
use super::user::User;

/// `GET /pubapi/v2/users`
pub(super) async fn list(State(sandbox): State<Sandbox>, uri: Uri) -> Result<Response, Refusal> {
    let query = ListQuery::parse(&uri)?;
    let wanted = Wanted::parse(query.filter.as_deref())?;
    let world = sandbox.world();
    let matching = world.directory.users().filter(|user| wanted.includes(user));
    Ok(Json(query.page(matching, summary)).into_response())
}

/// `GET /pubapi/v2/users/{id}`
pub(super) async fn get(
    State(sandbox): State<Sandbox>,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Refusal> {
    let world = sandbox.world();
    let user = world.directory.user(parse_id(&id)?).ok_or(Refusal::NoSuchUser(id))?;
    Ok((location(&headers, user), Json(detail(user, &world.directory))).into_response())
}

/// `POST /pubapi/v2/users`
pub(super) async fn create(
    State(sandbox): State<Sandbox>,
    headers: HeaderMap,
    bytes: Bytes,
) -> Result<Response, Refusal> {
    let new = read(&headers, &bytes)?;
    let user = sandbox.world().directory.create_user(new, Timestamp::now())?;
    Ok((StatusCode::CREATED, location(&headers, &user), Json(summary(&user))).into_response())
}

/// `PATCH /pubapi/v2/users/{id}`
pub(super) async fn update(
    State(sandbox): State<Sandbox>,
    Path(id): Path<String>,
    headers: HeaderMap,
    bytes: Bytes,
) -> Result<Response, Refusal> {
    let id = parse_id(&id)?;
    let change = read(&headers, &bytes)?;
    let user = sandbox.world().directory.change_user(id, change, Timestamp::now())?;
    Ok((location(&headers, &user), Json(updated(&user))).into_response())
}

/// `DELETE /pubapi/v2/users/{id}`. The documents show no body and list 200 as the success.
pub(super) async fn delete(
    State(sandbox): State<Sandbox>,
    Path(id): Path<String>,
) -> Result<StatusCode, Refusal> {
    sandbox.world().directory.delete_user(parse_id(&id)?)?;
    Ok(StatusCode::OK)
}

/// Which users a list request is after.
enum Wanted {
    All,
    Email(String),
    ExternalId(String),
    UserName(String),
}

impl Wanted {
    fn parse(filter: Option<&str>) -> Result<Self, Refusal> {
        let Some(text) = filter else {
            return Ok(Self::All);
        };
        let expression = Expression::parse(text)?;
        if expression.operator != "eq" {
            return Err(expression.unknown_operator("eq"));
        }
        match expression.attribute.as_str() {
            "email" => Ok(Self::Email(expression.value)),
            "externalid" => Ok(Self::ExternalId(expression.value)),
            "username" => Ok(Self::UserName(expression.value)),
            _ => Err(expression.unknown_attribute("email, externalId, userName")),
        }
    }

    /// Logins and addresses are the same in any case; an external id is the consumer's own text.
    fn includes(&self, user: &User) -> bool {
        match self {
            Self::All => true,
            Self::Email(email) => same(&user.email, email),
            Self::ExternalId(id) => user.external_id.as_ref() == Some(id),
            Self::UserName(name) => same(&user.user_name, name),
        }
    }
}

/// An id that is not an integer belongs to no user: the path simply leads nowhere.
fn parse_id(text: &str) -> Result<u64, Refusal> {
    text.parse().map_err(|_| Refusal::NoSuchUser(text.to_owned()))
}

/// The `Location` header: the user's address at the host the client used.
fn location(headers: &HeaderMap, user: &User) -> [(HeaderName, String); 1] {
    let host = headers.get(HOST).and_then(|host| host.to_str().ok()).unwrap_or("localhost");
    [(LOCATION, format!("http://{host}/pubapi/v2/users/{}", user.id))]
}

/// A user in a list, and as the answer to its creation.
fn summary(user: &User) -> Value {
    json!({
        "id": user.id,
        "userName": user.user_name,
        "externalId": user.external_id,
        "idpUserId": idp_user_id(user),
        "email": user.email,
        "emailChangePending": false,
        "name": {
            "familyName": user.family_name,
            "givenName": user.given_name,
            "formatted": format!("{} {}", user.given_name, user.family_name),
        },
        "active": user.active,
        "createdDate": date(user.created),
        "lastModificationDate": date(user.modified),
        "lastActiveDate": user.last_active.map(date),
        "locked": user.locked,
        "authType": user.auth_type,
        "userType": user.user_type,
        "role": user.role,
        "userPrincipalName": user.user_principal_name,
        "expiryDate": user.expires.map(date),
        "deleteOnExpiry": user.delete_on_expiry,
    })
}

/// A user fetched by id: the only face with groups, and the only one without `formatted`.
pub(super) fn detail(user: &User, directory: &Directory) -> Value {
    let group = |group: &Group| json!({ "displayName": group.display_name, "value": group.id });
    json!({
        "id": user.id,
        "userName": user.user_name,
        "externalId": user.external_id,
        "email": user.email,
        "name": { "familyName": user.family_name, "givenName": user.given_name },
        "active": user.active,
        "createdDate": date(user.created),
        "lastModificationDate": date(user.modified),
        "lastActiveDate": user.last_active.map(date),
        "locked": user.locked,
        "authType": user.auth_type,
        "userType": user.user_type,
        "idpUserId": idp_user_id(user),
        "isServiceAccount": user.service_account,
        "deleteOnExpiry": user.delete_on_expiry,
        "emailChangePending": false,
        "expiryDate": user.expires.map(date),
        "role": user.role,
        "userPrincipalName": user.user_principal_name,
        "groups": directory.groups_of(user.id).map(group).collect::<Vec<_>>(),
    })
}

/// A user after an update. `active` and `locked` are texts here, as in the documented sample;
/// a client that expects booleans everywhere should find out from us first.
fn updated(user: &User) -> Value {
    json!({
        "id": user.id,
        "userName": user.user_name,
        "externalId": user.external_id,
        "email": user.email,
        "name": { "familyName": user.family_name, "givenName": user.given_name },
        "active": user.active.to_string(),
        "locked": user.locked.to_string(),
        "authType": user.auth_type,
        "userType": user.user_type,
        "idpUserId": idp_user_id(user),
    })
}

/// Unset, this one property is an empty text in the documented samples, where others are null.
fn idp_user_id(user: &User) -> &str {
    user.idp_user_id.as_deref().unwrap_or_default()
}

/// `2015-12-22T04:56:07.000+0000`
fn date(time: Timestamp) -> String {
    time.strftime("%Y-%m-%dT%H:%M:%S%.3f%z").to_string()
}
