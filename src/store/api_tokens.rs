//! API tokens: what opens the admin API. Only digests are kept, so a copy of the database opens
//! nothing. A token is shown once, when it is made.

use jiff::{SignedDuration, Timestamp};
use sqlx::AnyPool;
use sqlx::any::AnyRow;

use super::page::Listed;
use super::row::Row;
use super::{Listing, Page, StoreError, new_id};
use crate::crypto::{Secret, digest};

/// What every API token begins with, so that secret scanners can find one.
pub const PREFIX: &str = "egk_";

/// How exact `last_used_at` is. A write per call would cost more than the call.
const LAST_USED_EVERY: SignedDuration = SignedDuration::from_secs(60);

/// The record of one API token.
#[derive(Clone, Debug)]
pub struct ApiToken {
    /// Random, safe to say aloud.
    pub id: String,
    /// What people call it.
    pub name: String,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was last used, to the minute.
    pub last_used_at: Option<Timestamp>,
    /// When it was revoked.
    pub revoked_at: Option<Timestamp>,
}

impl ApiToken {
    fn from_row(row: &AnyRow) -> Result<Self, StoreError> {
        let row = Row(row);
        Ok(Self {
            id: row.text("id")?,
            name: row.text("name")?,
            created_at: row.time("created_at")?,
            last_used_at: row.optional_time("last_used_at")?,
            revoked_at: row.optional_time("revoked_at")?,
        })
    }
}

impl Listed for ApiToken {
    fn created_at(&self) -> Timestamp {
        self.created_at
    }

    fn id(&self) -> &str {
        &self.id
    }
}

/// The API tokens in the database.
#[derive(Debug)]
pub struct ApiTokens<'a> {
    pub(super) pool: &'a AnyPool,
}

impl ApiTokens<'_> {
    /// Makes a token. This is the only time it can be seen.
    pub async fn create(
        &self,
        name: &str,
        now: Timestamp,
    ) -> Result<(ApiToken, Secret), StoreError> {
        let secret = digest::random_secret(PREFIX).map_err(StoreError::unavailable)?;
        let token = ApiToken {
            id: new_id(),
            name: name.to_owned(),
            created_at: now,
            last_used_at: None,
            revoked_at: None,
        };
        sqlx::query("INSERT INTO api_token (id, name, digest, created_at) VALUES ($1, $2, $3, $4)")
            .bind(&token.id)
            .bind(&token.name)
            .bind(digest_of(secret.expose()))
            .bind(now.as_millisecond())
            .execute(self.pool)
            .await?;
        Ok((token, secret))
    }

    /// The token that was shown, or `None` when it is unknown or revoked.
    pub async fn verify(
        &self,
        shown: &str,
        now: Timestamp,
    ) -> Result<Option<ApiToken>, StoreError> {
        let wanted = digest_of(shown);
        let row = sqlx::query("SELECT * FROM api_token WHERE digest = $1 AND revoked_at IS NULL")
            .bind(&wanted)
            .fetch_optional(self.pool)
            .await?;
        let Some(row) = row else { return Ok(None) };
        // The look-up compares digests, which tells a guesser nothing; this holds even if the
        // database compares loosely.
        if !digest::equal(Row(&row).text("digest")?.as_bytes(), wanted.as_bytes()) {
            return Ok(None);
        }
        let token = ApiToken::from_row(&row)?;
        if token.last_used_at.is_none_or(|last| now.duration_since(last) >= LAST_USED_EVERY) {
            self.note_use(&token.id, now).await;
        }
        Ok(Some(token))
    }

    /// A token is good whether or not its use can be noted, for instance on a full disk.
    async fn note_use(&self, id: &str, now: Timestamp) {
        let done = sqlx::query("UPDATE api_token SET last_used_at = $1 WHERE id = $2")
            .bind(now.as_millisecond())
            .bind(id)
            .execute(self.pool)
            .await;
        if let Err(error) = done {
            tracing::warn!(%error, api_token_id = id, "could not note when an API token was last used");
        }
    }

    /// A page of all tokens, revoked ones too, oldest first.
    pub async fn list(&self, page: &Page) -> Result<Listing<ApiToken>, StoreError> {
        let (created_at, id, limit) = page.bounds();
        let rows = sqlx::query(
            "SELECT * FROM api_token WHERE created_at > $1 OR (created_at = $1 AND id > $2) \
             ORDER BY created_at, id LIMIT $3",
        )
        .bind(created_at)
        .bind(id)
        .bind(limit)
        .fetch_all(self.pool)
        .await?;
        let tokens = rows.iter().map(ApiToken::from_row).collect::<Result<_, _>>()?;
        Ok(page.listing(tokens))
    }

    /// Revokes a token at once. A second time changes nothing.
    pub async fn revoke(&self, id: &str, now: Timestamp) -> Result<(), StoreError> {
        let done =
            sqlx::query("UPDATE api_token SET revoked_at = COALESCE(revoked_at, $1) WHERE id = $2")
                .bind(now.as_millisecond())
                .bind(id)
                .execute(self.pool)
                .await?;
        if done.rows_affected() == 0 {
            return Err(StoreError::NotFound { what: "API token", id: id.to_owned() });
        }
        Ok(())
    }
}

fn digest_of(token: &str) -> String {
    digest::hex(&digest::sha256(token.as_bytes()))
}
