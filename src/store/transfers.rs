//! Transfer links that were used. A link itself is never stored, only the id inside it, and only
//! until the link has ended.

use jiff::{SignedDuration, Timestamp};
use sqlx::AnyPool;

use super::StoreError;

/// An id is kept for so long after its link has ended: the clocks of several processes differ.
const KEPT_LONGER: SignedDuration = SignedDuration::from_hours(1);

/// The used transfer links in the database.
#[derive(Debug)]
pub struct Transfers<'a> {
    pub(super) pool: &'a AnyPool,
}

impl Transfers<'_> {
    /// Notes that the link `id`, good until `expires_at`, is used now. False when it was before,
    /// here or in another process.
    pub async fn use_once(
        &self,
        id: &str,
        expires_at: Timestamp,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let ended = now.saturating_sub(KEPT_LONGER).unwrap_or(now);
        sqlx::query("DELETE FROM used_transfer WHERE expires_at < $1")
            .bind(ended.as_millisecond())
            .execute(self.pool)
            .await?;
        let done = sqlx::query(
            "INSERT INTO used_transfer (id, expires_at) VALUES ($1, $2) ON CONFLICT (id) DO NOTHING",
        )
        .bind(id)
        .bind(expires_at.as_millisecond())
        .execute(self.pool)
        .await?;
        Ok(done.rows_affected() == 1)
    }
}
