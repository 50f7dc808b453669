//! Reading columns into the types of records. What cannot be read is an error that names the
//! column and never shows its content.

use jiff::Timestamp;
use sqlx::Row as _;
use sqlx::any::AnyRow;

use super::StoreError;

/// One row, read column by column.
pub(super) struct Row<'r>(pub(super) &'r AnyRow);

impl Row<'_> {
    pub(super) fn text(&self, column: &'static str) -> Result<String, StoreError> {
        Ok(self.0.try_get(column)?)
    }

    pub(super) fn optional_text(&self, column: &'static str) -> Result<Option<String>, StoreError> {
        Ok(self.0.try_get(column)?)
    }

    pub(super) fn number(&self, column: &'static str) -> Result<i64, StoreError> {
        Ok(self.0.try_get(column)?)
    }

    pub(super) fn time(&self, column: &'static str) -> Result<Timestamp, StoreError> {
        time(column, self.number(column)?)
    }

    pub(super) fn optional_time(
        &self,
        column: &'static str,
    ) -> Result<Option<Timestamp>, StoreError> {
        let millisecond: Option<i64> = self.0.try_get(column)?;
        millisecond.map(|millisecond| time(column, millisecond)).transpose()
    }

    /// A column read by `parse`, which says `None` to what it does not know.
    pub(super) fn parsed<T>(
        &self,
        column: &'static str,
        parse: impl FnOnce(&str) -> Option<T>,
    ) -> Result<T, StoreError> {
        parse(&self.text(column)?).ok_or(StoreError::Unreadable { column })
    }
}

fn time(column: &'static str, millisecond: i64) -> Result<Timestamp, StoreError> {
    Timestamp::from_millisecond(millisecond).map_err(|_| StoreError::Unreadable { column })
}

/// The time of a change that follows one at `last`: now, but always later, so that
/// `updated_at` tells any two versions of a record apart.
pub(super) fn later(now: Timestamp, last: Timestamp) -> i64 {
    now.as_millisecond().max(last.as_millisecond().saturating_add(1))
}
