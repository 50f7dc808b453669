//! MCP servers: one minted URL each. The token itself is never stored. A revoked server is gone;
//! only its id and the time remain, so that the holder of its URL can be told.

use jiff::Timestamp;
use sqlx::AnyPool;
use sqlx::any::AnyRow;

use super::accounts::{self, AccountStatus};
use super::page::Listed;
use super::row::{Row, later};
use super::{Listing, Page, StoreError};
use crate::catalog::ServerConfig;
use crate::crypto::Sealed;
use crate::egnyte::Domain;

/// The record of one minted URL.
#[derive(Clone, Debug)]
pub struct McpServer {
    /// Random, safe to say aloud.
    pub id: String,
    /// The account it acts for.
    pub integrated_account_id: String,
    /// What people call it.
    pub name: String,
    /// What it offers.
    pub config: ServerConfig,
    /// Counts its tokens; only the newest is good, except for an overlap.
    pub generation: i64,
    /// Until when the token before the newest is still good.
    pub previous_generation_until: Option<Timestamp>,
    /// When it ends by itself.
    pub expires_at: Option<Timestamp>,
    /// When it was minted.
    pub created_at: Timestamp,
    /// When it was last changed; a new value with every change.
    pub updated_at: Timestamp,
    /// When it was last called, some seconds late.
    pub last_used_at: Option<Timestamp>,
}

/// A server to be created. Its generation is 1.
#[derive(Clone, Debug)]
pub struct NewServer {
    /// From [`super::new_id`].
    pub id: String,
    /// The account it acts for.
    pub integrated_account_id: String,
    /// What people call it.
    pub name: String,
    /// What it offers.
    pub config: ServerConfig,
    /// When it ends by itself.
    pub expires_at: Option<Timestamp>,
}

/// What the database says of a server whose genuine token was shown.
#[derive(Clone, Debug)]
pub enum Standing {
    /// It exists.
    Live(Box<Live>),
    /// It does not; when it ended, if that is still known.
    Revoked {
        /// When it was revoked.
        at: Option<Timestamp>,
    },
}

/// A server and what its calls need of its account, read in one go.
#[derive(Clone, Debug)]
pub struct Live {
    /// The server.
    pub server: McpServer,
    /// Where its account's calls go.
    pub domain: Domain,
    /// Whether its account can be used.
    pub status: AccountStatus,
    /// The account's sealed credentials.
    pub credentials: Option<Sealed>,
    /// Counts their changes.
    pub credentials_version: i64,
}

impl McpServer {
    fn from_row(row: &AnyRow) -> Result<Self, StoreError> {
        let row = Row(row);
        Ok(Self {
            id: row.text("id")?,
            integrated_account_id: row.text("integrated_account_id")?,
            name: row.text("name")?,
            config: row.parsed("config", |text| serde_json::from_str(text).ok())?,
            generation: row.number("generation")?,
            previous_generation_until: row.optional_time("previous_generation_until")?,
            expires_at: row.optional_time("expires_at")?,
            created_at: row.time("created_at")?,
            updated_at: row.time("updated_at")?,
            last_used_at: row.optional_time("last_used_at")?,
        })
    }
}

impl Listed for McpServer {
    fn created_at(&self) -> Timestamp {
        self.created_at
    }

    fn id(&self) -> &str {
        &self.id
    }
}

/// The MCP servers in the database.
#[derive(Debug)]
pub struct Servers<'a> {
    pub(super) pool: &'a AnyPool,
}

impl Servers<'_> {
    /// Stores a new server.
    pub async fn create(&self, new: NewServer, now: Timestamp) -> Result<McpServer, StoreError> {
        let result = sqlx::query(
            "INSERT INTO mcp_server (id, integrated_account_id, name, config, generation, \
             expires_at, created_at, updated_at) VALUES ($1, $2, $3, $4, 1, $5, $6, $6)",
        )
        .bind(&new.id)
        .bind(&new.integrated_account_id)
        .bind(&new.name)
        .bind(config_text(&new.config)?)
        .bind(new.expires_at.map(Timestamp::as_millisecond))
        .bind(now.as_millisecond())
        .execute(self.pool)
        .await;
        match result {
            Ok(_) => self.get(&new.id).await,
            Err(sqlx::Error::Database(error)) if error.is_foreign_key_violation() => {
                Err(accounts::not_found(&new.integrated_account_id))
            }
            Err(error) => Err(error.into()),
        }
    }

    /// One server.
    pub async fn get(&self, id: &str) -> Result<McpServer, StoreError> {
        let row = sqlx::query("SELECT * FROM mcp_server WHERE id = $1")
            .bind(id)
            .fetch_optional(self.pool)
            .await?;
        McpServer::from_row(&row.ok_or_else(|| not_found(id))?)
    }

    /// A page of an account's servers, oldest first.
    pub async fn list(
        &self,
        account_id: &str,
        page: &Page,
    ) -> Result<Listing<McpServer>, StoreError> {
        let (created_at, id, limit) = page.bounds();
        let rows = sqlx::query(
            "SELECT * FROM mcp_server WHERE integrated_account_id = $4 \
             AND (created_at > $1 OR (created_at = $1 AND id > $2)) \
             ORDER BY created_at, id LIMIT $3",
        )
        .bind(created_at)
        .bind(id)
        .bind(limit)
        .bind(account_id)
        .fetch_all(self.pool)
        .await?;
        let servers = rows.iter().map(McpServer::from_row).collect::<Result<_, _>>()?;
        Ok(page.listing(servers))
    }

    /// Stores a changed name, config or expiry. Refused with a conflict when someone else changed
    /// the server since `server` was read.
    pub async fn update(
        &self,
        server: &McpServer,
        now: Timestamp,
    ) -> Result<McpServer, StoreError> {
        let done = sqlx::query(
            "UPDATE mcp_server SET name = $1, config = $2, expires_at = $3, updated_at = $4 \
             WHERE id = $5 AND updated_at = $6",
        )
        .bind(&server.name)
        .bind(config_text(&server.config)?)
        .bind(server.expires_at.map(Timestamp::as_millisecond))
        .bind(later(now, server.updated_at))
        .bind(&server.id)
        .bind(server.updated_at.as_millisecond())
        .execute(self.pool)
        .await?;
        let current = self.get(&server.id).await?;
        if done.rows_affected() == 0 {
            return Err(StoreError::Conflict { what: WHAT, id: current.id });
        }
        Ok(current)
    }

    /// Begins a new generation: tokens minted for it are good, the previous one's only until
    /// `previous_until`, older ones no more.
    pub async fn rotate(
        &self,
        id: &str,
        previous_until: Timestamp,
        now: Timestamp,
    ) -> Result<McpServer, StoreError> {
        let mut transaction = self.pool.begin().await?;
        sqlx::query(
            "UPDATE mcp_server SET generation = generation + 1, previous_generation_until = $1, \
             updated_at = CASE WHEN updated_at < $2 THEN $2 ELSE updated_at + 1 END WHERE id = $3",
        )
        .bind(previous_until.as_millisecond())
        .bind(now.as_millisecond())
        .bind(id)
        .execute(&mut *transaction)
        .await?;
        // Read inside the transaction, so that the generation is the one begun here.
        let row = sqlx::query("SELECT * FROM mcp_server WHERE id = $1")
            .bind(id)
            .fetch_optional(&mut *transaction)
            .await?;
        let server = McpServer::from_row(&row.ok_or_else(|| not_found(id))?)?;
        transaction.commit().await?;
        Ok(server)
    }

    /// Revokes a server for good.
    pub async fn revoke(&self, id: &str, now: Timestamp) -> Result<(), StoreError> {
        let mut transaction = self.pool.begin().await?;
        sqlx::query(
            "INSERT INTO revoked_mcp_server (id, revoked_at) \
             SELECT id, $1 FROM mcp_server WHERE id = $2",
        )
        .bind(now.as_millisecond())
        .bind(id)
        .execute(&mut *transaction)
        .await?;
        let done = sqlx::query("DELETE FROM mcp_server WHERE id = $1")
            .bind(id)
            .execute(&mut *transaction)
            .await?;
        transaction.commit().await?;
        if done.rows_affected() == 0 { Err(not_found(id)) } else { Ok(()) }
    }

    /// Notes when servers were last called. Meant for a batch every few seconds, never per call.
    pub async fn touch(&self, uses: &[(String, Timestamp)]) -> Result<(), StoreError> {
        let mut transaction = self.pool.begin().await?;
        for (id, at) in uses {
            sqlx::query(
                "UPDATE mcp_server SET last_used_at = $1 \
                 WHERE id = $2 AND (last_used_at IS NULL OR last_used_at < $1)",
            )
            .bind(at.as_millisecond())
            .bind(id)
            .execute(&mut *transaction)
            .await?;
        }
        Ok(transaction.commit().await?)
    }

    /// What is to be known of the server of a genuine token.
    pub async fn standing(&self, id: &str) -> Result<Standing, StoreError> {
        let row = sqlx::query(
            "SELECT s.*, a.domain, a.status, a.credentials, a.credentials_version \
             FROM mcp_server s JOIN integrated_account a ON a.id = s.integrated_account_id \
             WHERE s.id = $1",
        )
        .bind(id)
        .fetch_optional(self.pool)
        .await?;
        if let Some(row) = row {
            let columns = Row(&row);
            return Ok(Standing::Live(Box::new(Live {
                server: McpServer::from_row(&row)?,
                domain: columns.parsed("domain", |text| Domain::parse(text).ok())?,
                status: columns.parsed("status", AccountStatus::parse)?,
                credentials: columns.optional_text("credentials")?.map(Sealed::from_stored),
                credentials_version: columns.number("credentials_version")?,
            })));
        }
        let row = sqlx::query("SELECT revoked_at FROM revoked_mcp_server WHERE id = $1")
            .bind(id)
            .fetch_optional(self.pool)
            .await?;
        let at = row.map(|row| Row(&row).time("revoked_at")).transpose()?;
        Ok(Standing::Revoked { at })
    }
}

const WHAT: &str = "MCP server";

fn not_found(id: &str) -> StoreError {
    StoreError::NotFound { what: WHAT, id: id.to_owned() }
}

fn config_text(config: &ServerConfig) -> Result<String, StoreError> {
    serde_json::to_string(config).map_err(StoreError::unavailable)
}
