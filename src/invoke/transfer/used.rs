//! Which links were used. With a database every process knows; without one, this process does.
//! When it cannot be noted that a link is used, it is not.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use jiff::Timestamp;

use super::Link;
use crate::clock::Clock;
use crate::store::{Store, StoreError};

/// Used links that a process without a database remembers. More within the life of a link, and
/// links are refused for a while.
const MAX_USED: usize = 10_000;

/// Notes uses. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Used {
    store: Option<Store>,
    clock: Clock,
    here: Arc<Mutex<HashMap<String, Timestamp>>>,
}

/// Why a use could not be noted.
#[derive(Clone, Debug, thiserror::Error)]
pub enum UsedError {
    /// In the database.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// In memory.
    #[error(
        "{MAX_USED} links were used within the last minutes, which is all this process remembers"
    )]
    Full,
}

impl Used {
    /// Noted in `store`, or here when there is none.
    pub fn new(store: Option<Store>, clock: Clock) -> Self {
        Self { store, clock, here: Arc::default() }
    }

    /// Uses `link` up. False when it was before.
    pub async fn use_once(&self, link: &Link) -> Result<bool, UsedError> {
        let now = self.clock.now();
        if let Some(store) = &self.store {
            return Ok(store.transfers().use_once(&link.id, link.expires_at, now).await?);
        }
        let mut here = self.here.lock().unwrap_or_else(PoisonError::into_inner);
        if here.len() >= MAX_USED {
            here.retain(|_, ends| *ends > now);
        }
        if here.contains_key(&link.id) {
            return Ok(false);
        }
        if here.len() >= MAX_USED {
            return Err(UsedError::Full);
        }
        here.insert(link.id.clone(), link.expires_at);
        Ok(true)
    }
}
