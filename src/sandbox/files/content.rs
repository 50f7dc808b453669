//! Owns the bytes of a version: kept, or made on the fly, and read in pieces either way.
//! It must never hold more than the tree allows.

use std::ops::Range;

use aws_lc_rs::digest;
use axum::body::{Body, Bytes};

use crate::sandbox::directory::mix;

/// The piece size of a download.
const PIECE: u64 = 64 * 1024;
/// The first bytes of a film, so that it is taken for one.
const FILM_HEAD: [u8; 8] = *b"\0\0\0\x18ftyp";

/// The bytes of one version.
#[derive(Clone, Debug)]
pub(crate) enum Content {
    /// In memory.
    Kept(Bytes),
    /// A film: computed wherever it is read, never in memory as a whole.
    Film,
    /// An upload that was too large to keep. Size and checksum are all that is known.
    Forgotten,
}

impl Content {
    /// The bytes in `range` as an answer's body. `None` when they were not kept.
    pub(crate) fn body(&self, range: Range<u64>) -> Option<Body> {
        match self {
            Self::Kept(bytes) => {
                let from = usize::try_from(range.start).unwrap_or(usize::MAX);
                let to = usize::try_from(range.end).unwrap_or(usize::MAX);
                let in_range = from <= to && to <= bytes.len();
                Some(Body::from(if in_range { bytes.slice(from..to) } else { Bytes::new() }))
            }
            Self::Film => {
                let mut at = range.start;
                let pieces = std::iter::from_fn(move || {
                    let to = range.end.min(at + PIECE);
                    let piece = (at < to).then(|| film(at..to));
                    at = to;
                    piece.map(Ok::<_, std::convert::Infallible>)
                });
                Some(Body::from_stream(tokio_stream::iter(pieces)))
            }
            Self::Forgotten => None,
        }
    }

    /// As text, when it is kept and is text.
    pub(crate) fn text(&self) -> Option<&str> {
        match self {
            Self::Kept(bytes) => std::str::from_utf8(bytes).ok(),
            Self::Film | Self::Forgotten => None,
        }
    }
}

/// Some bytes of the film.
pub(super) fn film(range: Range<u64>) -> Bytes {
    let words = range.start / 8..range.end.div_ceil(8);
    let skip = usize::try_from(range.start % 8).unwrap_or_default();
    let take = usize::try_from(range.end - range.start).unwrap_or_default();
    let word = |n: u64| if n == 0 { FILM_HEAD } else { mix(n).to_le_bytes() };
    words.flat_map(word).skip(skip).take(take).collect()
}

/// SHA-512 in hexadecimal, bit by bit.
pub(crate) struct Hasher(digest::Context);

impl Hasher {
    /// Nothing hashed yet.
    pub(crate) fn new() -> Self {
        Self(digest::Context::new(&digest::SHA512))
    }

    /// Takes in more bytes.
    pub(crate) fn update(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    /// The checksum.
    pub(crate) fn finish(self) -> String {
        use std::fmt::Write as _;
        let digest = self.0.finish();
        digest.as_ref().iter().fold(String::with_capacity(128), |mut hex, byte| {
            write!(hex, "{byte:02x}").ok();
            hex
        })
    }
}

/// The checksum of `bytes`.
pub(crate) fn checksum(bytes: &[u8]) -> String {
    let mut hasher = Hasher::new();
    hasher.update(bytes);
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_film_is_the_same_in_whatever_pieces_it_is_read() {
        let whole = film(0..1000);
        assert_eq!(whole.get(..8), Some(&FILM_HEAD[..]));
        for (from, to) in [(0, 3), (3, 17), (8, 16), (999, 1000), (1, 1000)] {
            let range = usize::try_from(from).unwrap()..usize::try_from(to).unwrap();
            assert_eq!(film(from..to), whole.slice(range), "{from}..{to}");
        }
    }
}
