//! Small pictures, which a model can look at: which kinds, how large, and how they are recognised.

use bytes::Bytes;

/// The largest picture that is handed over.
pub const MAX_IMAGE: u64 = 1024 * 1024;

/// A picture beside a result.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Image {
    /// Such as `image/png`.
    pub media_type: &'static str,
    /// The whole file.
    pub bytes: Bytes,
}

/// The media type of a picture that begins with `bytes`. A file's name or its told type may lie.
pub fn media_type(bytes: &[u8]) -> Option<&'static str> {
    match bytes {
        [0x89, b'P', b'N', b'G', b'\r', b'\n', 0x1A, b'\n', ..] => Some("image/png"),
        [0xFF, 0xD8, 0xFF, ..] => Some("image/jpeg"),
        [b'G', b'I', b'F', b'8', b'7' | b'9', b'a', ..] => Some("image/gif"),
        [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => Some("image/webp"),
        _ => None,
    }
}
