//! Whether Egnyte accepts an account's access token, as its calls show. A refusal is written to
//! the account's record once; it never blocks later calls, so a passing fault heals by itself.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::clock::Clock;
use crate::store::{Account, AccountStatus, Store, StoreError};

/// Notes what calls show. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Health(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    store: Option<Store>,
    clock: Clock,
    /// Accounts whose refusal is noted, with the version of the credentials that were refused.
    refused: Mutex<HashMap<String, i64>>,
}

impl Health {
    /// Without a store nothing is kept: the caller is told all the same.
    pub fn new(store: Option<Store>, clock: Clock) -> Self {
        Self(Arc::new(Inner { store, clock, refused: Mutex::default() }))
    }

    /// Egnyte answered 401 to this version of the account's credentials.
    pub async fn refused(&self, account_id: &str, version: i64, message: &str) {
        let known = self.noted().insert(account_id.to_owned(), version);
        if known != Some(version) {
            self.write(account_id, |account| {
                if account.credentials_version == version {
                    account.status = AccountStatus::NeedsReauth;
                    account.last_error = Some(message.to_owned());
                }
            })
            .await;
        }
    }

    /// Egnyte accepted the account's credentials; `marked` says whether its record, when it was
    /// last read, said otherwise.
    pub async fn accepted(&self, account_id: &str, marked: bool) {
        let noted = {
            let mut noted = self.noted();
            !noted.is_empty() && noted.remove(account_id).is_some()
        };
        if noted || marked {
            self.write(account_id, |account| {
                account.status = AccountStatus::Active;
                account.last_error = None;
            })
            .await;
        }
    }

    async fn write(&self, account_id: &str, change: impl Fn(&mut Account)) {
        let Some(store) = &self.0.store else { return };
        let written: Result<(), StoreError> = async {
            let mut account = store.accounts().get(account_id).await?;
            change(&mut account);
            store.accounts().update(&account, self.0.clock.now()).await?;
            Ok(())
        }
        .await;
        if let Err(error) = written {
            tracing::warn!(account_id, %error, "could not note the state of an account");
        }
    }

    fn noted(&self) -> MutexGuard<'_, HashMap<String, i64>> {
        self.0.refused.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
