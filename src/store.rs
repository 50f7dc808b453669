//! The only code that speaks SQL: accounts, MCP servers, API tokens. What it acknowledges is on
//! disk. It holds credentials only as sealed text and never sees a key.
//!
//! Every statement runs unchanged on SQLite and Postgres. None uses `RETURNING`: SQLite hands
//! out the row before it commits, and an acknowledgement must come after.

use std::sync::Arc;

use sqlx::AnyPool;

pub mod accounts;
pub mod api_tokens;
pub mod credentials;
mod open;
pub mod page;
mod row;
pub mod servers;
pub mod transfers;

pub use accounts::{Account, AccountStatus, AuthenticationMethod, NewAccount};
pub use api_tokens::ApiToken;
pub use credentials::{Credentials, OAuthCredentials};
pub use page::{Listing, Page};
pub use servers::{McpServer, NewServer, Standing};

/// The database. Cheap to clone; all clones share one pool.
#[derive(Clone, Debug)]
pub struct Store {
    pool: AnyPool,
}

/// Why the store did not do what was asked.
#[derive(Clone, Debug, thiserror::Error)]
pub enum StoreError {
    /// There is no such record.
    #[error("there is no {what} `{id}`")]
    NotFound {
        /// What was looked for, such as `MCP server`.
        what: &'static str,
        /// Its id.
        id: String,
    },
    /// Somebody else changed the record since it was read.
    #[error("the {what} `{id}` was changed in the meantime; read it again and repeat the change")]
    Conflict {
        /// What was to be changed.
        what: &'static str,
        /// Its id.
        id: String,
    },
    /// A cursor that no list handed out.
    #[error(
        "the cursor is not one this service gave out; leave it away to start from the beginning"
    )]
    Cursor,
    /// A record cannot be read, for instance because a newer version of the service wrote it.
    #[error("a stored {column} cannot be read; was it written by a newer version of this service?")]
    Unreadable {
        /// The column.
        column: &'static str,
    },
    /// This build has no driver for the database.
    #[error("the database URL must begin with `sqlite:`")]
    Unsupported,
    /// The database cannot be reached, is busy, full or damaged.
    #[error("the database cannot be used: {0}")]
    Unavailable(#[source] Arc<dyn std::error::Error + Send + Sync>),
}

impl Store {
    /// The connected Egnyte accounts.
    pub fn accounts(&self) -> accounts::Accounts<'_> {
        accounts::Accounts { pool: &self.pool }
    }

    /// The minted MCP servers.
    pub fn servers(&self) -> servers::Servers<'_> {
        servers::Servers { pool: &self.pool }
    }

    /// The tokens that open the admin API.
    pub fn api_tokens(&self) -> api_tokens::ApiTokens<'_> {
        api_tokens::ApiTokens { pool: &self.pool }
    }

    /// The transfer links that were used.
    pub fn transfers(&self) -> transfers::Transfers<'_> {
        transfers::Transfers { pool: &self.pool }
    }

    /// Whether the database answers. For `/readyz` and `doctor`.
    pub async fn ping(&self) -> Result<(), StoreError> {
        sqlx::query("SELECT 1").execute(&self.pool).await?;
        Ok(())
    }

    /// Closes all connections, after which every call is refused.
    pub async fn close(&self) {
        self.pool.close().await;
    }
}

impl StoreError {
    fn unavailable(source: impl std::error::Error + Send + Sync + 'static) -> Self {
        Self::Unavailable(Arc::new(source))
    }
}

impl From<sqlx::Error> for StoreError {
    fn from(error: sqlx::Error) -> Self {
        Self::unavailable(error)
    }
}

/// A new random record id.
pub fn new_id() -> String {
    uuid::Uuid::new_v4().to_string()
}
