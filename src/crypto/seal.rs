//! Sealing: AES-256-GCM under a key derived for exactly one context. What was sealed for one
//! account, server or purpose does not open for another. Never decides who may open.

use std::fmt;

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use zeroize::Zeroizing;

use super::digest::{self, NoRandomness};
use super::keyring::{Keyring, encode_context};

/// Why something could not be sealed or opened.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SealError {
    /// The key is not in this ring.
    #[error(
        "it was sealed with a key that is not in this key ring; use the key ring it was sealed with"
    )]
    UnknownKey,
    /// Changed, cut, or sealed for another context. Which of these cannot be told apart.
    #[error("it was changed since it was sealed, or was sealed for something else")]
    Broken,
    /// No nonce could be drawn.
    #[error(transparent)]
    NoRandomness(#[from] NoRandomness),
}

/// Sealed text that names its key: `<key id>.<base64url>`. For database columns and cursors.
///
/// A column of this type cannot be given plain text by accident: only [`seal_text`] makes one
/// from plain bytes, and [`Sealed::from_stored`] is for what was sealed before.
#[derive(Clone, PartialEq, Eq)]
pub struct Sealed(String);

impl Sealed {
    /// Text that was sealed earlier, from where it was kept. Not checked until it is opened.
    pub fn from_stored(text: String) -> Self {
        Self(text)
    }

    /// The text to keep.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Sealed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Sealed(…)")
    }
}

/// Seals `plain` for `context` under the ring key `key_id`: nonce, ciphertext, tag.
///
/// For callers that carry the key id themselves, such as a token in its header.
pub fn seal(
    keyring: &Keyring,
    key_id: &str,
    context: &[&str],
    plain: &[u8],
) -> Result<Vec<u8>, SealError> {
    let key = key_for(keyring, key_id, context)?;
    // A random nonce is safe here: a derived key seals few messages, far from the 2^32 at which
    // the chance of a repeat begins to matter.
    let nonce = *digest::random::<NONCE_LEN>()?;
    let mut text = plain.to_vec();
    key.seal_in_place_append_tag(
        Nonce::assume_unique_for_key(nonce),
        Aad::from(encode_context(context)),
        &mut text,
    )
    .map_err(|_| SealError::Broken)?;
    Ok([nonce.as_slice(), &text].concat())
}

/// Opens what [`seal`] made with the same key id and context.
pub fn open(
    keyring: &Keyring,
    key_id: &str,
    context: &[&str],
    sealed: &[u8],
) -> Result<Zeroizing<Vec<u8>>, SealError> {
    let key = key_for(keyring, key_id, context)?;
    let (nonce, text) = sealed.split_first_chunk::<NONCE_LEN>().ok_or(SealError::Broken)?;
    let mut text = Zeroizing::new(text.to_vec());
    let length = key
        .open_in_place(
            Nonce::assume_unique_for_key(*nonce),
            Aad::from(encode_context(context)),
            &mut text,
        )
        .map_err(|_| SealError::Broken)?
        .len();
    text.truncate(length);
    Ok(text)
}

/// Seals `plain` for `context` under the ring's active key, as text that names the key.
pub fn seal_text(keyring: &Keyring, context: &[&str], plain: &[u8]) -> Result<Sealed, SealError> {
    let key_id = keyring.active().id();
    let sealed = seal(keyring, key_id, context, plain)?;
    Ok(Sealed(format!("{key_id}.{}", URL_SAFE_NO_PAD.encode(sealed))))
}

/// Opens what [`seal_text`] made for the same context, under whichever ring key sealed it.
pub fn open_text(
    keyring: &Keyring,
    context: &[&str],
    sealed: &Sealed,
) -> Result<Zeroizing<Vec<u8>>, SealError> {
    let (key_id, text) = sealed.0.split_once('.').ok_or(SealError::Broken)?;
    let bytes = URL_SAFE_NO_PAD.decode(text).map_err(|_| SealError::Broken)?;
    open(keyring, key_id, context, &bytes)
}

fn key_for(keyring: &Keyring, key_id: &str, context: &[&str]) -> Result<LessSafeKey, SealError> {
    let purpose = [&["seal"], context].concat();
    let key = keyring.derive(key_id, &purpose).ok_or(SealError::UnknownKey)?;
    let key = UnboundKey::new(&AES_256_GCM, key.as_slice()).map_err(|_| SealError::Broken)?;
    Ok(LessSafeKey::new(key))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn ring() -> Keyring {
        Keyring::generate().unwrap()
    }

    #[test]
    fn sealed_text_names_its_key_and_hides_the_rest() {
        let ring = ring();
        let sealed = seal_text(&ring, &["account", "1"], b"secret").unwrap();
        assert!(sealed.as_str().starts_with(&format!("{}.", ring.active().id())));
        assert!(!sealed.as_str().contains("secret"));
        assert_eq!(format!("{sealed:?}"), "Sealed(…)");
    }

    #[test]
    fn another_ring_cannot_open_it() {
        let sealed = seal_text(&ring(), &["a"], b"secret").unwrap();
        assert_eq!(open_text(&ring(), &["a"], &sealed), Err(SealError::UnknownKey));
    }

    #[test]
    fn every_flipped_bit_is_noticed() {
        let ring = ring();
        let id = ring.active().id();
        let sealed = seal(&ring, id, &["a"], b"secret").unwrap();
        for bit in 0..sealed.len() * 8 {
            let mut changed = sealed.clone();
            changed[bit / 8] ^= 1 << (bit % 8);
            assert_eq!(open(&ring, id, &["a"], &changed), Err(SealError::Broken), "bit {bit}");
        }
    }

    #[test]
    fn what_is_too_short_or_no_sealed_text_is_broken() {
        let ring = ring();
        let id = ring.active().id();
        assert_eq!(open(&ring, id, &[], &[0; 11]), Err(SealError::Broken));
        assert_eq!(open(&ring, id, &[], &[0; 12]), Err(SealError::Broken));
        for text in ["", "no-dot", "k.*"] {
            let sealed = Sealed::from_stored(text.to_owned());
            assert_eq!(open_text(&ring, &[], &sealed), Err(SealError::Broken), "{text}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn what_is_sealed_opens_again(
            context in prop::collection::vec(".{0,12}", 0..4),
            plain in prop::collection::vec(any::<u8>(), 0..200),
        ) {
            let ring = ring();
            let context: Vec<&str> = context.iter().map(String::as_str).collect();
            let sealed = seal_text(&ring, &context, &plain).unwrap();
            prop_assert_eq!(&*open_text(&ring, &context, &sealed).unwrap(), &plain);
        }

        #[test]
        fn no_two_contexts_share_a_key(
            a in prop::collection::vec("[ab]{0,3}", 0..4),
            b in prop::collection::vec("[ab]{0,3}", 0..4),
        ) {
            let ring = ring();
            let (x, y): (Vec<&str>, Vec<&str>) =
                (a.iter().map(String::as_str).collect(), b.iter().map(String::as_str).collect());
            let sealed = seal_text(&ring, &x, b"secret").unwrap();
            prop_assert_eq!(open_text(&ring, &y, &sealed).is_ok(), a == b);
        }
    }
}
