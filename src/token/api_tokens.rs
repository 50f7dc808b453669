//! API tokens as the second lock: the admin API and URLs that ask for one check them here. The
//! operator's bootstrap token counts beside those in the store.

use crate::clock::Clock;
use crate::crypto::Secret;
use crate::crypto::digest::{Sha256, equal, sha256};
use crate::store::{Store, StoreError};

/// Checks API tokens. Cheap to clone.
#[derive(Clone, Debug)]
pub struct ApiTokens {
    bootstrap: Option<Sha256>,
    store: Option<Store>,
    clock: Clock,
}

impl ApiTokens {
    /// `bootstrap` is the token given on the command line or in the environment.
    pub fn new(bootstrap: Option<&Secret>, store: Option<Store>, clock: Clock) -> Self {
        let bootstrap = bootstrap.map(|token| sha256(token.expose().as_bytes()));
        Self { bootstrap, store, clock }
    }

    /// Whether `shown` is a valid API token.
    pub async fn is_valid(&self, shown: &str) -> Result<bool, StoreError> {
        let digest = sha256(shown.as_bytes());
        if self.bootstrap.is_some_and(|bootstrap| equal(&bootstrap, &digest)) {
            return Ok(true);
        }
        match &self.store {
            Some(store) => Ok(store.api_tokens().verify(shown, self.clock.now()).await?.is_some()),
            None => Ok(false),
        }
    }
}
