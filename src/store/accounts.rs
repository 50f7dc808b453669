//! Integrated accounts: the connected Egnyte tenants. Deleting one revokes its MCP servers and
//! leaves nothing of its credentials.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sqlx::AnyPool;
use sqlx::any::AnyRow;

use super::page::Listed;
use super::row::{Row, later};
use super::{Listing, Page, StoreError};
use crate::crypto::Sealed;
use crate::egnyte::Domain;

/// One connected Egnyte tenant and user.
#[derive(Clone, Debug)]
pub struct Account {
    /// Random, safe to say aloud.
    pub id: String,
    /// What people call it.
    pub name: String,
    /// Where its calls go.
    pub domain: Domain,
    /// How it came by its access token.
    pub authentication_method: AuthenticationMethod,
    /// Whether it can be used.
    pub status: AccountStatus,
    /// What went wrong last, in words for the operator.
    pub last_error: Option<String>,
    /// Sealed [`super::Credentials`].
    pub credentials: Option<Sealed>,
    /// Counts the changes of `credentials`.
    pub credentials_version: i64,
    /// When it was connected.
    pub created_at: Timestamp,
    /// When it was last changed; a new value with every change.
    pub updated_at: Timestamp,
}

/// Whether an account can be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AccountStatus {
    /// Waits for somebody to agree in a browser.
    Connecting,
    /// Works, as far as is known.
    Active,
    /// Egnyte no longer accepts the credentials.
    NeedsReauth,
    /// The credentials were never accepted.
    ValidationError,
}

/// How an account comes by its access token.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AuthenticationMethod {
    /// It was given one.
    AccessToken,
    /// By OAuth, in a browser.
    Oauth2,
}

/// An account to be created.
#[derive(Clone, Debug)]
pub struct NewAccount {
    /// From [`super::new_id`]; needed beforehand, because credentials are sealed for it.
    pub id: String,
    /// What people call it.
    pub name: String,
    /// Where its calls go.
    pub domain: Domain,
    /// How it comes by its access token.
    pub authentication_method: AuthenticationMethod,
    /// Its first status.
    pub status: AccountStatus,
    /// Sealed [`super::Credentials`].
    pub credentials: Option<Sealed>,
}

impl AccountStatus {
    /// The name in the database, the API and the logs.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Connecting => "connecting",
            Self::Active => "active",
            Self::NeedsReauth => "needs_reauth",
            Self::ValidationError => "validation_error",
        }
    }

    /// Whether Egnyte refused the credentials when they were last used.
    pub fn is_refused(self) -> bool {
        matches!(self, Self::NeedsReauth | Self::ValidationError)
    }

    pub(super) fn parse(text: &str) -> Option<Self> {
        [Self::Connecting, Self::Active, Self::NeedsReauth, Self::ValidationError]
            .into_iter()
            .find(|status| status.as_str() == text)
    }
}

impl AuthenticationMethod {
    /// The name in the database, the API and the logs.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::AccessToken => "access_token",
            Self::Oauth2 => "oauth2",
        }
    }

    fn parse(text: &str) -> Option<Self> {
        [Self::AccessToken, Self::Oauth2].into_iter().find(|method| method.as_str() == text)
    }
}

impl Account {
    /// Puts other credentials in place of the present ones. Stored by [`Accounts::update`].
    pub fn replace_credentials(&mut self, sealed: Sealed) {
        self.credentials = Some(sealed);
        self.credentials_version += 1;
    }

    fn from_row(row: &AnyRow) -> Result<Self, StoreError> {
        let row = Row(row);
        Ok(Self {
            id: row.text("id")?,
            name: row.text("name")?,
            domain: row.parsed("domain", |text| Domain::parse(text).ok())?,
            authentication_method: row
                .parsed("authentication_method", AuthenticationMethod::parse)?,
            status: row.parsed("status", AccountStatus::parse)?,
            last_error: row.optional_text("last_error")?,
            credentials: row.optional_text("credentials")?.map(Sealed::from_stored),
            credentials_version: row.number("credentials_version")?,
            created_at: row.time("created_at")?,
            updated_at: row.time("updated_at")?,
        })
    }
}

impl Listed for Account {
    fn created_at(&self) -> Timestamp {
        self.created_at
    }

    fn id(&self) -> &str {
        &self.id
    }
}

/// The accounts in the database.
#[derive(Debug)]
pub struct Accounts<'a> {
    pub(super) pool: &'a AnyPool,
}

impl Accounts<'_> {
    /// Stores a new account.
    pub async fn create(&self, new: NewAccount, now: Timestamp) -> Result<Account, StoreError> {
        sqlx::query(
            "INSERT INTO integrated_account (id, name, domain, authentication_method, status, \
             credentials, credentials_version, created_at, updated_at) \
             VALUES ($1, $2, $3, $4, $5, $6, 1, $7, $7)",
        )
        .bind(&new.id)
        .bind(&new.name)
        .bind(new.domain.host())
        .bind(new.authentication_method.as_str())
        .bind(new.status.as_str())
        .bind(new.credentials.as_ref().map(Sealed::as_str))
        .bind(now.as_millisecond())
        .execute(self.pool)
        .await?;
        self.get(&new.id).await
    }

    /// One account.
    pub async fn get(&self, id: &str) -> Result<Account, StoreError> {
        let row = sqlx::query("SELECT * FROM integrated_account WHERE id = $1")
            .bind(id)
            .fetch_optional(self.pool)
            .await?;
        Account::from_row(&row.ok_or_else(|| not_found(id))?)
    }

    /// A page of all accounts, oldest first.
    pub async fn list(&self, page: &Page) -> Result<Listing<Account>, StoreError> {
        let (created_at, id, limit) = page.bounds();
        let rows = sqlx::query(
            "SELECT * FROM integrated_account \
             WHERE created_at > $1 OR (created_at = $1 AND id > $2) \
             ORDER BY created_at, id LIMIT $3",
        )
        .bind(created_at)
        .bind(id)
        .bind(limit)
        .fetch_all(self.pool)
        .await?;
        let accounts = rows.iter().map(Account::from_row).collect::<Result<_, _>>()?;
        Ok(page.listing(accounts))
    }

    /// Stores a changed account. Refused with a conflict when someone else changed it since
    /// `account` was read.
    pub async fn update(&self, account: &Account, now: Timestamp) -> Result<Account, StoreError> {
        let done = sqlx::query(
            "UPDATE integrated_account SET name = $1, domain = $2, authentication_method = $3, \
             status = $4, last_error = $5, credentials = $6, credentials_version = $7, \
             updated_at = $8 WHERE id = $9 AND updated_at = $10",
        )
        .bind(&account.name)
        .bind(account.domain.host())
        .bind(account.authentication_method.as_str())
        .bind(account.status.as_str())
        .bind(account.last_error.as_deref())
        .bind(account.credentials.as_ref().map(Sealed::as_str))
        .bind(account.credentials_version)
        .bind(later(now, account.updated_at))
        .bind(&account.id)
        .bind(account.updated_at.as_millisecond())
        .execute(self.pool)
        .await?;
        let current = self.get(&account.id).await?;
        if done.rows_affected() == 0 {
            return Err(StoreError::Conflict { what: WHAT, id: current.id });
        }
        Ok(current)
    }

    /// Deletes an account with its credentials, and revokes all its MCP servers.
    pub async fn delete(&self, id: &str, now: Timestamp) -> Result<(), StoreError> {
        let mut transaction = self.pool.begin().await?;
        sqlx::query(
            "INSERT INTO revoked_mcp_server (id, revoked_at) \
             SELECT id, $1 FROM mcp_server WHERE integrated_account_id = $2",
        )
        .bind(now.as_millisecond())
        .bind(id)
        .execute(&mut *transaction)
        .await?;
        // Its servers go with it: the foreign key cascades.
        let done = sqlx::query("DELETE FROM integrated_account WHERE id = $1")
            .bind(id)
            .execute(&mut *transaction)
            .await?;
        transaction.commit().await?;
        if done.rows_affected() == 0 { Err(not_found(id)) } else { Ok(()) }
    }
}

const WHAT: &str = "integrated account";

pub(super) fn not_found(id: &str) -> StoreError {
    StoreError::NotFound { what: WHAT, id: id.to_owned() }
}
