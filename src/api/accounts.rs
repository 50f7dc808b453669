//! `/integrated-account`: connecting Egnyte accounts. Credentials go in and never come out.

use axum::Json;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::Admin;
use super::extract::{Body, Change, ListQuery, Parameters};
use super::problem::{Problem, internal};
use crate::account::check::{self, Checked};
use crate::crypto::Secret;
use crate::egnyte::Domain;
use crate::store::{
    Account, AccountStatus, AuthenticationMethod, Credentials, Listing, NewAccount, Page, new_id,
};

/// An account as the API shows it.
#[derive(Debug, Serialize)]
pub struct AccountView {
    id: String,
    name: String,
    integration: &'static str,
    domain: Domain,
    authentication_method: AuthenticationMethod,
    status: AccountStatus,
    last_error: Option<String>,
    created_at: Timestamp,
    updated_at: Timestamp,
}

impl From<Account> for AccountView {
    fn from(account: Account) -> Self {
        Self {
            id: account.id,
            name: account.name,
            integration: "egnyte",
            domain: account.domain,
            authentication_method: account.authentication_method,
            status: account.status,
            last_error: account.last_error,
            created_at: account.created_at,
            updated_at: account.updated_at,
        }
    }
}

/// Body of `POST /integrated-account`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Create {
    name: Option<String>,
    domain: String,
    access_token: Secret,
}

/// Body of `PATCH /integrated-account/{id}`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Update {
    name: Option<String>,
    #[serde(default)]
    access_token: Change<Secret>,
}

/// `POST /integrated-account`
pub async fn create(
    State(admin): State<Admin>,
    Body(body): Body<Create>,
) -> Result<Response, Problem> {
    let domain = Domain::parse(&body.domain)
        .map_err(|error| Problem::field("domain", format!("{error}.")))?;
    let name = match body.name {
        Some(name) => valid_name(&name)?,
        None => domain.short().to_owned(),
    };
    check_access_token(&body.access_token)?;
    let checked =
        check::access_token(&admin.client, &admin.egnyte_url, &domain, &body.access_token).await;
    let id = new_id();
    let credentials = Credentials::access_token(body.access_token)
        .seal(&admin.keyring, &id)
        .map_err(|error| internal(&error))?;
    let new = NewAccount {
        id,
        name,
        domain,
        authentication_method: AuthenticationMethod::AccessToken,
        status: AccountStatus::Active,
        credentials: Some(credentials),
    };
    let now = admin.clock.now();
    let mut account = admin.store.accounts().create(new, now).await?;
    if apply(&mut account, checked) {
        account = admin.store.accounts().update(&account, now).await?;
    }
    Ok((StatusCode::CREATED, Json(AccountView::from(account))).into_response())
}

/// `GET /integrated-account`
pub async fn list(
    State(admin): State<Admin>,
    Parameters(query): Parameters<ListQuery>,
) -> Result<Json<Listing<AccountView>>, Problem> {
    let page = Page::new(query.limit, query.next_cursor.as_deref())?;
    let listing = admin.store.accounts().list(&page).await?;
    Ok(Json(listing.map(AccountView::from)))
}

/// `GET /integrated-account/{id}`
pub async fn get(
    State(admin): State<Admin>,
    Path(id): Path<String>,
) -> Result<Json<AccountView>, Problem> {
    Ok(Json(admin.store.accounts().get(&id).await?.into()))
}

/// `PATCH /integrated-account/{id}`: a new name, or a new access token for the same domain.
pub async fn update(
    State(admin): State<Admin>,
    Path(id): Path<String>,
    Body(body): Body<Update>,
) -> Result<Json<AccountView>, Problem> {
    let mut account = admin.store.accounts().get(&id).await?;
    if let Some(name) = body.name {
        account.name = valid_name(&name)?;
    }
    match body.access_token {
        Change::Keep => {}
        Change::Clear => {
            let detail = "An access token cannot be cleared. Delete the account, or set another.";
            return Err(Problem::field("access_token", detail));
        }
        Change::Set(access_token) => {
            check_access_token(&access_token)?;
            let url = &admin.egnyte_url;
            let checked =
                check::access_token(&admin.client, url, &account.domain, &access_token).await;
            let sealed = Credentials::access_token(access_token)
                .seal(&admin.keyring, &account.id)
                .map_err(|error| internal(&error))?;
            account.replace_credentials(sealed);
            account.status = AccountStatus::Active;
            account.last_error = None;
            apply(&mut account, checked);
        }
    }
    let account = admin.store.accounts().update(&account, admin.clock.now()).await?;
    admin.grants.invalidate_account(&account.id).await;
    Ok(Json(account.into()))
}

/// `DELETE /integrated-account/{id}`: revokes its MCP servers with it.
pub async fn delete(
    State(admin): State<Admin>,
    Path(id): Path<String>,
) -> Result<StatusCode, Problem> {
    admin.store.accounts().delete(&id, admin.clock.now()).await?;
    admin.grants.invalidate_account(&id).await;
    Ok(StatusCode::NO_CONTENT)
}

/// Writes what the check found into the record; whether that changed anything.
fn apply(account: &mut Account, checked: Checked) -> bool {
    match checked {
        Checked::Accepted => return false,
        Checked::Refused(words) => {
            account.status = AccountStatus::ValidationError;
            account.last_error = Some(words);
        }
        Checked::Unknown(words) => account.last_error = Some(words),
    }
    true
}

fn check_access_token(token: &Secret) -> Result<(), Problem> {
    let text = token.expose();
    if text.is_empty() || text.len() > 4_096 || !text.bytes().all(|b| b.is_ascii_graphic()) {
        let detail = "An Egnyte access token is one line of up to 4,096 visible ASCII characters.";
        return Err(Problem::field("access_token", detail));
    }
    Ok(())
}

/// A name people gave, without surrounding space.
pub(super) fn valid_name(name: &str) -> Result<String, Problem> {
    let name = name.trim();
    let length = name.chars().count();
    if length == 0 || length > 200 || name.chars().any(char::is_control) {
        let detail = "A name is one line of 1 to 200 characters.";
        return Err(Problem::field("name", detail));
    }
    Ok(name.to_owned())
}
