//! The key ring: the few random keys everything else is derived from. The newest key signs and
//! seals; older ones only verify and open, so rotating breaks nothing. Keys never leave this file
//! except as derived keys, one per purpose, and in the text an operator asks to keep.

use std::fmt;
use std::sync::Arc;

use aws_lc_rs::hkdf;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use zeroize::{Zeroize, Zeroizing};

use super::Secret;
use super::digest::{self, NoRandomness};

mod file;

/// Bytes of a ring key and of every key derived from one.
pub const KEY_BYTES: usize = 32;

/// A key derived for one purpose, wiped when dropped.
pub type DerivedKey = Zeroizing<[u8; KEY_BYTES]>;

/// The ring, newest key first. Cheap to clone; never empty.
#[derive(Clone, Debug)]
pub struct Keyring {
    active: Key,
    older: Arc<[Key]>,
}

/// One key of the ring. Its id is safe to say aloud.
#[derive(Clone)]
pub struct Key {
    id: Arc<str>,
    created_at: Timestamp,
    bytes: Arc<DerivedKey>,
}

/// Why there is no usable key ring. Each text names the place and says what to do.
#[derive(Debug, thiserror::Error)]
pub enum KeyringError {
    /// The file or its directory could not be read or written.
    #[error(
        "cannot {action} `{path}`: {source}. Check that the data directory exists and belongs to this service's user"
    )]
    File {
        /// What was tried, such as `read`.
        action: &'static str,
        /// The file or directory.
        path: String,
        /// What the operating system said.
        source: std::io::Error,
    },
    /// Others than the owner can get at the file.
    #[error(
        "the key ring `{path}` can be reached by other users (mode {mode:04o}), who could then open every credential. Run: chmod 600 {path}"
    )]
    TooOpen {
        /// The file.
        path: String,
        /// Its permission bits.
        mode: u32,
    },
    /// Not a key ring.
    #[error(
        "the key ring in {origin} is damaged: {reason}. Restore it from a backup; a new one would invalidate every URL and stored credential"
    )]
    Damaged {
        /// The file, or the environment variable.
        origin: String,
        /// What is wrong with it. Never part of the content.
        reason: String,
    },
    /// No key could be drawn.
    #[error(transparent)]
    NoRandomness(#[from] NoRandomness),
}

impl Key {
    /// `k` and a few random hexadecimal digits.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// When the key was made.
    pub fn created_at(&self) -> Timestamp {
        self.created_at
    }

    fn generate(now: Timestamp) -> Result<Self, NoRandomness> {
        Ok(Self {
            id: format!("k{}", digest::hex(&digest::random::<4>()?[..])).into(),
            created_at: now,
            bytes: Arc::new(digest::random()?),
        })
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Key").field("id", &self.id).finish_non_exhaustive()
    }
}

impl Keyring {
    /// A ring with one new key that is kept nowhere. For demos and tests.
    pub fn generate() -> Result<Self, KeyringError> {
        Ok(Self { active: Key::generate(Timestamp::now())?, older: Arc::default() })
    }

    /// Reads a ring from text, as [`Keyring::to_text`] writes it. `origin` is named in errors,
    /// such as `EGNYTE_MCP_KEYRING`.
    pub fn from_text(origin: &str, text: &Secret) -> Result<Self, KeyringError> {
        let damaged = |reason: &str| KeyringError::Damaged {
            origin: origin.to_owned(),
            reason: reason.into(),
        };
        // serde's message may quote the content, so only the place of the fault is passed on.
        let document: Document = serde_json::from_str(text.expose()).map_err(|fault| {
            damaged(&format!(
                "not the expected JSON at line {}, column {}",
                fault.line(),
                fault.column()
            ))
        })?;
        let mut keys = Vec::with_capacity(document.keys.len());
        for entry in &document.keys {
            let known = |key: &Key| *key.id == *entry.id;
            if !valid_id(&entry.id) || keys.iter().any(known) {
                return Err(damaged("a key id is malformed or stands twice"));
            }
            let bytes = Zeroizing::new(
                URL_SAFE_NO_PAD
                    .decode(&entry.key)
                    .map_err(|_| damaged("a key is not base64url"))?,
            );
            let bytes = <[u8; KEY_BYTES]>::try_from(bytes.as_slice())
                .map_err(|_| damaged("a key is not 32 bytes long"))?;
            keys.push(Key {
                id: entry.id.as_str().into(),
                created_at: entry.created_at,
                bytes: Arc::new(Zeroizing::new(bytes)),
            });
        }
        let (active, older) = keys.split_first().ok_or_else(|| damaged("it holds no key"))?;
        Ok(Self { active: active.clone(), older: older.into() })
    }

    /// The ring as text, to be kept where only this service's operators can read it.
    pub fn to_text(&self) -> Secret {
        let keys = self.keys().map(KeyText::from).collect();
        // Plain strings and dates in a struct: there is no input for which this fails.
        serde_json::to_string_pretty(&Document { keys }).unwrap_or_default().into()
    }

    /// The key that signs and seals.
    pub fn active(&self) -> &Key {
        &self.active
    }

    /// All keys, newest first.
    pub fn keys(&self) -> impl Iterator<Item = &Key> {
        std::iter::once(&self.active).chain(self.older.iter())
    }

    /// The key for one purpose (HKDF-SHA256), or `None` when `key_id` is not in the ring.
    ///
    /// `purpose` is a list whose parts are length-prefixed: `["ab", "c"]` and `["a", "bc"]` give
    /// unrelated keys.
    pub fn derive(&self, key_id: &str, purpose: &[&str]) -> Option<DerivedKey> {
        let key = self.keys().find(|key| *key.id == *key_id)?;
        let salt = hkdf::Salt::new(hkdf::HKDF_SHA256, b"egnyte-mcp key ring 1");
        let secret = salt.extract(key.bytes.as_slice());
        let info = encode_context(purpose);
        let mut derived = DerivedKey::default();
        secret.expand(&[&info], hkdf::HKDF_SHA256).ok()?.fill(derived.as_mut_slice()).ok()?;
        Some(derived)
    }

    fn with_new_key(&self, now: Timestamp) -> Result<Self, KeyringError> {
        let older = self.keys().cloned().collect();
        Ok(Self { active: Key::generate(now)?, older })
    }
}

/// Writes a list so that no two lists give the same bytes: each part after its length.
pub(super) fn encode_context(parts: &[&str]) -> Vec<u8> {
    let mut out = Vec::with_capacity(parts.iter().map(|part| part.len() + 8).sum());
    for part in parts {
        out.extend_from_slice(&(part.len() as u64).to_be_bytes());
        out.extend_from_slice(part.as_bytes());
    }
    out
}

fn valid_id(id: &str) -> bool {
    (2..=16).contains(&id.len())
        && id.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Document {
    keys: Vec<KeyText>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct KeyText {
    id: String,
    created_at: Timestamp,
    key: String,
}

impl From<&Key> for KeyText {
    fn from(key: &Key) -> Self {
        Self {
            id: key.id().to_owned(),
            created_at: key.created_at,
            key: URL_SAFE_NO_PAD.encode(key.bytes.as_slice()),
        }
    }
}

impl Drop for KeyText {
    fn drop(&mut self) {
        self.key.zeroize();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ring_survives_the_way_through_text() {
        let ring = Keyring::generate().unwrap().with_new_key(Timestamp::now()).unwrap();
        let copy = Keyring::from_text("test", &ring.to_text()).unwrap();
        assert_eq!(copy.keys().count(), 2);
        for (a, b) in ring.keys().zip(copy.keys()) {
            assert_eq!(a.id(), b.id());
            assert_eq!(ring.derive(a.id(), &["x"]), copy.derive(b.id(), &["x"]));
        }
    }

    #[test]
    fn damaged_text_is_refused_without_quoting_it() {
        let key = "\"key\":\"c2VjcmV0\"";
        for (text, reason) in [
            ("secret".to_owned(), "not the expected JSON"),
            (r#"{"keys":[]}"#.to_owned(), "holds no key"),
            (
                format!(r#"{{"keys":[{{"id":"k1","created_at":"2026-01-01T00:00:00Z",{key}}}]}}"#),
                "32 bytes",
            ),
            (
                format!(r#"{{"keys":[{{"id":"K.1","created_at":"2026-01-01T00:00:00Z",{key}}}]}}"#),
                "malformed",
            ),
        ] {
            let error = Keyring::from_text("HERE", &text.into()).unwrap_err().to_string();
            assert!(error.contains(reason) && error.contains("HERE"), "{error}");
            assert!(!error.contains("c2VjcmV0") && !error.contains("`secret`"), "{error}");
        }
    }

    #[test]
    fn debug_output_shows_ids_and_no_keys() {
        let ring = Keyring::generate().unwrap();
        let shown = format!("{ring:?}");
        assert!(shown.contains(ring.active().id()));
        assert!(!shown.contains("bytes"), "{shown}");
    }

    #[test]
    fn purposes_and_keys_give_unrelated_keys() {
        let ring = Keyring::generate().unwrap();
        let id = ring.active().id();
        assert_ne!(ring.derive(id, &["ab", "c"]), ring.derive(id, &["a", "bc"]));
        assert_eq!(ring.derive("k0", &["a"]), None);
    }
}
