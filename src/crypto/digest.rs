//! Digests, comparison in constant time, and random secrets. Plain functions; keys live in the
//! key ring.

use aws_lc_rs::{constant_time, digest, rand};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use zeroize::Zeroizing;

use super::Secret;

/// A SHA-256 digest.
pub type Sha256 = [u8; 32];

/// The operating system gave no randomness. Nothing secret can be made until it does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the operating system gave no random numbers; nothing secret can be made without them")]
pub struct NoRandomness;

/// SHA-256 of `data`.
pub fn sha256(data: &[u8]) -> Sha256 {
    let mut out = Sha256::default();
    // Lengths are equal by definition of SHA-256; `zip` keeps that free of a panic path.
    for (to, from) in out.iter_mut().zip(digest::digest(&digest::SHA256, data).as_ref()) {
        *to = *from;
    }
    out
}

/// Whether two byte strings are equal, in a time that depends on their lengths only.
pub fn equal(a: &[u8], b: &[u8]) -> bool {
    constant_time::verify_slices_are_equal(a, b).is_ok()
}

/// Lower-case hexadecimal.
pub fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let digit = |nibble: u8| DIGITS.get(usize::from(nibble)).copied().map_or('0', char::from);
    bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect()
}

/// `N` random bytes from the operating system, wiped when dropped.
pub fn random<const N: usize>() -> Result<Zeroizing<[u8; N]>, NoRandomness> {
    let mut bytes = Zeroizing::new([0; N]);
    rand::fill(bytes.as_mut_slice()).map_err(|_| NoRandomness)?;
    Ok(bytes)
}

/// A random secret of 256 bits, safe in a URL and a header, that scanners can know by `prefix`.
pub fn random_secret(prefix: &str) -> Result<Secret, NoRandomness> {
    let text = Zeroizing::new(URL_SAFE_NO_PAD.encode(random::<32>()?.as_slice()));
    Ok(Secret::from([prefix, text.as_str()].concat()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sha256_agrees_with_the_published_vector() {
        assert_eq!(
            hex(&sha256(b"abc")),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        );
    }

    #[test]
    fn random_secrets_differ_and_carry_their_prefix() {
        let (a, b) = (random_secret("egk_").unwrap(), random_secret("egk_").unwrap());
        assert!(a.expose().starts_with("egk_") && a.expose().len() == 47);
        assert_ne!(a.expose(), b.expose());
    }

    #[test]
    fn comparison_looks_at_every_byte_and_the_length() {
        assert!(equal(b"abc", b"abc"));
        assert!(!equal(b"abc", b"abd") && !equal(b"abc", b"abcd") && !equal(b"", b"a"));
    }
}
