//! Grants: the answer to "what may this token do?", asked on every request.
//!
//! How it works: a token is verified, its record read, and the outcome believed for at most
//! [`FRESH`]. A change made through this process raises `change`, which is part of every cache key,
//! so that nothing read before the change is ever used after it, not even a read under way.
//! A change made elsewhere is seen when the outcome is no longer believed. Expiry is compared with
//! the clock each time. When the record cannot be read, nothing is allowed.
//! Forged tokens are never cached: finding them out is about as cheap as a look-up, and a flood
//! of them must not push out those in use.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use jiff::Timestamp;
use moka::Expiry;
use moka::future::Cache;
use tokio::time::{MissedTickBehavior, interval, sleep};
use tokio_util::sync::CancellationToken;

use super::grant::{CheckError, Grant, Refusal};
use super::lifeline::{Lifeline, Lifelines, StreamGuard};
use super::verify::{MAX_INPUT, Verified, verify};
use crate::clock::Clock;
use crate::crypto::Keyring;
use crate::crypto::digest::{Sha256, sha256};
use crate::egnyte::EgnyteUrl;
use crate::store::{Standing, Store, StoreError};

/// How long the outcome of a look into the database is believed. Changes made by another process
/// are promised to hold within a second.
pub const FRESH: Duration = Duration::from_millis(750);
/// The same without a database, where nothing can change but the clock.
const FRESH_STATELESS: Duration = Duration::from_mins(10);
/// Outcomes kept at a time.
const CAPACITY: u64 = 10_000;
/// How often uses are written down.
const WRITE_USES_EVERY: Duration = Duration::from_secs(5);

/// All grants of this process. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Grants(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    keyring: Keyring,
    url: EgnyteUrl,
    clock: Clock,
    store: Option<Store>,
    change: AtomicU64,
    cache: Cache<(Sha256, u64), Outcome>,
    lifelines: Lifelines,
}

/// What was found out about a genuine token, and when the look began.
#[derive(Clone, Debug)]
struct Outcome {
    found: Found,
    looked_at: Instant,
}

#[derive(Clone, Debug)]
enum Found {
    Granted(Arc<Grant>),
    Revoked { at: Option<Timestamp> },
}

impl Grants {
    /// Grants from tokens alone: nothing can be revoked before it expires.
    pub fn stateless(keyring: Keyring, url: EgnyteUrl, clock: Clock) -> Self {
        Self::new(keyring, None, url, clock)
    }

    /// Grants from tokens and their records, where the record wins.
    pub fn with_store(keyring: Keyring, store: Store, url: EgnyteUrl, clock: Clock) -> Self {
        Self::new(keyring, Some(store), url, clock)
    }

    fn new(keyring: Keyring, store: Option<Store>, url: EgnyteUrl, clock: Clock) -> Self {
        let fresh = if store.is_some() { FRESH } else { FRESH_STATELESS };
        let cache =
            Cache::builder().max_capacity(CAPACITY).expire_after(FromTheLook { fresh }).build();
        let (change, lifelines) = (AtomicU64::new(0), Lifelines::default());
        Self(Arc::new(Inner { keyring, url, clock, store, change, cache, lifelines }))
    }

    /// What `token` allows now.
    pub async fn grant(&self, token: &str) -> Result<Arc<Grant>, Refusal> {
        if token.len() > MAX_INPUT {
            return Err(Refusal::Unknown);
        }
        let digest = sha256(token.as_bytes());
        let key = (digest, self.0.change.load(Ordering::Acquire));
        let outcome = if let Some(outcome) = self.0.cache.get(&key).await {
            outcome
        } else {
            let verified = verify(&self.0.keyring, token).map_err(|_| Refusal::Unknown)?;
            // Requests that miss together wait for one look.
            let look = self.0.look(digest, verified);
            self.0.cache.try_get_with(key, look).await.map_err(Refusal::Unavailable)?
        };
        match outcome.found {
            Found::Revoked { at } => Err(Refusal::Revoked { at }),
            Found::Granted(grant) => {
                let now = self.0.clock.now();
                grant.check(now)?;
                grant.lifeline.note_use(now);
                Ok(grant)
            }
        }
    }

    /// What the holder of a link may do now. `made` is what the URL for which it was made said, or
    /// the account alone, without a server, for a link that an API token asked for.
    pub async fn of_link(&self, link: &str, made: Verified) -> Result<Arc<Grant>, Refusal> {
        let lifeline = self.0.lifelines.of(sha256(link.as_bytes()), made);
        let found = self.0.judge(&lifeline).await;
        match found.map_err(|error| Refusal::Unavailable(Arc::new(error)))? {
            Found::Revoked { at } => Err(Refusal::Revoked { at }),
            Found::Granted(grant) => {
                grant.check(self.0.clock.now())?;
                Ok(grant)
            }
        }
    }

    /// To be held by an open stream, so that [`Grant::ended`] is kept up to date for it.
    pub fn stream(&self, grant: &Grant) -> StreamGuard {
        StreamGuard::new(grant)
    }

    /// To be called after a server was changed, rotated or revoked. The next request sees the
    /// change, and if the token is no longer good its streams have ended when this returns.
    pub async fn invalidate_server(&self, server_id: &str) {
        self.invalidate(|verified| verified.server_id == server_id).await;
    }

    /// The same for an account and all its servers.
    pub async fn invalidate_account(&self, account_id: &str) {
        self.invalidate(|verified| verified.account_id == account_id).await;
    }

    async fn invalidate(&self, concerned: impl Fn(&Verified) -> bool) {
        self.0.change.fetch_add(1, Ordering::AcqRel);
        let lifelines = self.0.lifelines.find(|lifeline| concerned(&lifeline.verified));
        if let Err(error) = self.0.check_again(&lifelines).await {
            tracing::warn!(%error, "could not check open streams after a change; trying again");
        }
    }

    /// Ends streams whose token was revoked elsewhere or has expired, and writes down when servers
    /// were last used. Runs until `shutdown`; exactly one of these belongs to a `Grants`.
    pub async fn watch(&self, shutdown: CancellationToken) {
        let mut check = interval(FRESH);
        let mut write = interval(WRITE_USES_EVERY);
        check.set_missed_tick_behavior(MissedTickBehavior::Delay);
        write.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut failing = false;
        loop {
            tokio::select! {
                () = shutdown.cancelled() => break,
                () = sleep(self.0.until_next_end()) => {}
                _ = check.tick() => {
                    let open = self.0.lifelines.find(Lifeline::has_streams);
                    let checked = self.0.check_again(&open).await;
                    if let Err(error) = checked.as_ref() && !failing {
                        tracing::warn!(%error, streams = open.len(), "cannot check open streams; trying on");
                    }
                    failing = checked.is_err();
                }
                _ = write.tick() => {
                    self.write_uses().await;
                    self.0.cache.run_pending_tasks().await;
                    self.0.lifelines.prune();
                }
            }
            self.0.end_expired();
        }
        self.write_uses().await;
    }

    /// Writes down when servers were last used. What cannot be written is kept for the next time.
    pub async fn write_uses(&self) {
        let Some(store) = &self.0.store else { return };
        let used: Vec<_> = (self.0.lifelines.find(|_| true).into_iter())
            .filter_map(|lifeline| lifeline.take_use().map(|at| (lifeline, at)))
            .collect();
        if used.is_empty() {
            return;
        }
        let entries: Vec<_> = (used.iter())
            .map(|(lifeline, at)| (lifeline.verified.server_id.clone(), *at))
            .collect();
        if let Err(error) = store.servers().touch(&entries).await {
            tracing::warn!(%error, servers = entries.len(), "could not note when servers were last used");
            for (lifeline, at) in used {
                lifeline.note_use(at);
            }
        }
    }
}

impl Inner {
    /// Finds out what a genuine token is good for.
    async fn look(&self, token: Sha256, verified: Verified) -> Result<Outcome, CheckError> {
        let looked_at = Instant::now();
        let found = self.judge(&self.lifelines.of(token, verified)).await?;
        Ok(Outcome { found, looked_at })
    }

    async fn judge(&self, lifeline: &Arc<Lifeline>) -> Result<Found, CheckError> {
        let found = match &self.store {
            None => Found::Granted(Arc::new(Grant::of_token(lifeline, &self.url)?)),
            Some(store) if lifeline.verified.server_id.is_empty() => {
                match store.accounts().get(&lifeline.verified.account_id).await {
                    Err(StoreError::NotFound { .. }) => Found::Revoked { at: None },
                    account => {
                        let account = account?;
                        let grant = Grant::of_account(lifeline, account, &self.keyring, &self.url)?;
                        Found::Granted(Arc::new(grant))
                    }
                }
            }
            Some(store) => match store.servers().standing(&lifeline.verified.server_id).await? {
                Standing::Revoked { at } => Found::Revoked { at },
                Standing::Live(live) => {
                    Grant::of_record(lifeline, *live, &self.keyring, &self.url)?
                        .map_or(Found::Revoked { at: None }, |grant| {
                            Found::Granted(Arc::new(grant))
                        })
                }
            },
        };
        if let Found::Granted(grant) = &found {
            lifeline.note_end(grant.ends_at());
        }
        Ok(found)
    }

    /// Judges tokens again and ends those that are no longer good.
    async fn check_again(&self, lifelines: &[Arc<Lifeline>]) -> Result<(), CheckError> {
        for lifeline in lifelines {
            let good = match self.judge(lifeline).await? {
                Found::Granted(grant) => grant.check(self.clock.now()).is_ok(),
                Found::Revoked { .. } => false,
            };
            if !good {
                lifeline.ended().cancel();
            }
        }
        Ok(())
    }

    /// How long the stream that ends first has left.
    fn until_next_end(&self) -> Duration {
        let now = self.clock.now();
        (self.lifelines.find(Lifeline::has_streams).iter())
            .filter(|lifeline| !lifeline.ended().is_cancelled())
            .filter_map(|lifeline| lifeline.ends_at())
            .map(|at| Duration::try_from(at.duration_since(now)).unwrap_or_default())
            .min()
            .unwrap_or(FRESH)
    }

    fn end_expired(&self) {
        let now = self.clock.now();
        for lifeline in
            self.lifelines.find(|lifeline| lifeline.ends_at().is_some_and(|at| at <= now))
        {
            lifeline.ended().cancel();
        }
    }
}

/// Lets outcomes lapse a fixed time after the look began, however long the look took.
struct FromTheLook {
    fresh: Duration,
}

impl Expiry<(Sha256, u64), Outcome> for FromTheLook {
    fn expire_after_create(
        &self,
        _: &(Sha256, u64),
        outcome: &Outcome,
        created_at: Instant,
    ) -> Option<Duration> {
        let age = created_at.saturating_duration_since(outcome.looked_at);
        Some(self.fresh.saturating_sub(age))
    }
}
