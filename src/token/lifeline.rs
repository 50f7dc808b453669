//! Lifelines: one per token in use, from which its open streams hang. A grant is replaced many
//! times while a stream stays open; the lifeline stays the same, so that one signal ends them all.
//! It also remembers the last use, until that is written down in a batch.

use std::collections::HashMap;
use std::fmt;
use std::sync::atomic::{AtomicI64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;
use tokio_util::sync::CancellationToken;

use super::grant::Grant;
use super::verify::Verified;
use crate::crypto::digest::Sha256;

/// Stands for "never" where a time is kept as milliseconds.
const NEVER: i64 = i64::MAX;
/// Stands for "not since it was last written down".
const UNUSED: i64 = i64::MIN;

/// What all grants of one token share.
pub(super) struct Lifeline {
    /// What the token says, to check it again without the token.
    pub(super) verified: Verified,
    ended: CancellationToken,
    streams: AtomicUsize,
    ends_at: AtomicI64,
    used_at: AtomicI64,
}

impl Lifeline {
    fn new(verified: Verified) -> Self {
        Self {
            verified,
            ended: CancellationToken::new(),
            streams: AtomicUsize::new(0),
            ends_at: AtomicI64::new(NEVER),
            used_at: AtomicI64::new(UNUSED),
        }
    }

    pub(super) fn ended(&self) -> &CancellationToken {
        &self.ended
    }

    pub(super) fn has_streams(&self) -> bool {
        self.streams.load(Ordering::Acquire) > 0
    }

    pub(super) fn note_use(&self, now: Timestamp) {
        self.used_at.fetch_max(now.as_millisecond(), Ordering::Relaxed);
    }

    /// The last use since this was last asked.
    pub(super) fn take_use(&self) -> Option<Timestamp> {
        let used_at = self.used_at.swap(UNUSED, Ordering::Relaxed);
        if used_at == UNUSED { None } else { Timestamp::from_millisecond(used_at).ok() }
    }

    pub(super) fn note_end(&self, at: Option<Timestamp>) {
        self.ends_at.store(at.map_or(NEVER, Timestamp::as_millisecond), Ordering::Release);
    }

    pub(super) fn ends_at(&self) -> Option<Timestamp> {
        let at = self.ends_at.load(Ordering::Acquire);
        if at == NEVER { None } else { Timestamp::from_millisecond(at).ok() }
    }

    fn is_idle(&self) -> bool {
        self.used_at.load(Ordering::Relaxed) == UNUSED
    }
}

impl fmt::Debug for Lifeline {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Lifeline")
            .field("server_id", &self.verified.server_id)
            .field("streams", &self.streams)
            .finish_non_exhaustive()
    }
}

/// Held by an open stream. As long as one is held, the token is checked again every moment and
/// [`Grant::ended`] is up to date.
#[derive(Debug)]
pub struct StreamGuard(Arc<Lifeline>);

impl StreamGuard {
    pub(super) fn new(grant: &Grant) -> Self {
        grant.lifeline.streams.fetch_add(1, Ordering::AcqRel);
        Self(Arc::clone(&grant.lifeline))
    }
}

impl Drop for StreamGuard {
    fn drop(&mut self) {
        self.0.streams.fetch_sub(1, Ordering::AcqRel);
    }
}

/// All lifelines, by the digest of their token. Only genuine tokens get one, so their number is
/// bounded by what was minted.
#[derive(Debug, Default)]
pub(super) struct Lifelines(Mutex<HashMap<Sha256, Arc<Lifeline>>>);

impl Lifelines {
    /// The lifeline of a token; a new one when there is none, or when the last one has ended.
    pub(super) fn of(&self, token: Sha256, verified: Verified) -> Arc<Lifeline> {
        let mut all = self.lock();
        let known = all.get(&token).filter(|lifeline| !lifeline.ended.is_cancelled());
        if let Some(lifeline) = known {
            return Arc::clone(lifeline);
        }
        let lifeline = Arc::new(Lifeline::new(verified));
        all.insert(token, Arc::clone(&lifeline));
        lifeline
    }

    /// Those that `wanted` picks.
    pub(super) fn find(&self, wanted: impl Fn(&Lifeline) -> bool) -> Vec<Arc<Lifeline>> {
        self.lock().values().filter(|lifeline| wanted(lifeline)).cloned().collect()
    }

    /// Forgets those that nobody holds and that have nothing left to write down.
    pub(super) fn prune(&self) {
        self.lock().retain(|_, lifeline| Arc::strong_count(lifeline) > 1 || !lifeline.is_idle());
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Sha256, Arc<Lifeline>>> {
        // Nothing in here can panic half-way through a change.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::ServerConfig;
    use crate::crypto::Secret;
    use crate::egnyte::Domain;

    fn verified() -> Verified {
        Verified {
            account_id: "a".into(),
            server_id: "s".into(),
            generation: 1,
            issued_at: Timestamp::UNIX_EPOCH,
            expires_at: None,
            config: ServerConfig::default(),
            domain: Domain::parse("acme").unwrap(),
            access_token: Secret::default(),
            credentials_version: 1,
        }
    }

    #[test]
    fn a_lifeline_is_kept_while_it_is_held_or_has_a_use_to_write_down() {
        let all = Lifelines::default();
        let lifeline = all.of([1; 32], verified());
        all.prune();
        assert_eq!(all.find(|_| true).len(), 1, "held");

        lifeline.note_use(Timestamp::UNIX_EPOCH);
        drop(lifeline);
        all.prune();
        let unwritten = all.find(|_| true);
        assert_eq!(unwritten.len(), 1, "used");

        assert_eq!(unwritten[0].take_use(), Some(Timestamp::UNIX_EPOCH));
        drop(unwritten);
        all.prune();
        assert!(all.find(|_| true).is_empty());
    }

    #[test]
    fn a_token_that_ended_gets_a_new_lifeline() {
        let all = Lifelines::default();
        let first = all.of([1; 32], verified());
        assert!(Arc::ptr_eq(&first, &all.of([1; 32], verified())));
        first.ended().cancel();
        assert!(!all.of([1; 32], verified()).ended().is_cancelled());
    }
}
