//! Protocol revisions. Which rules a request is under is decided here and nowhere else: by what it
//! says of itself in `_meta` and in `MCP-Protocol-Version`, never by anything else it carries.

use http::{HeaderMap, HeaderName};
use memchr::memmem;
use serde::Deserialize;
use serde_json::value::RawValue;

/// Revisions with the `initialize` handshake, oldest first.
pub const LEGACY: [&str; 4] = ["2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25"];

/// The newest of them: the answer to a client that asks for one we do not know.
pub const NEWEST_LEGACY: &str = "2025-11-25";

/// The stateless revision: every request says its version itself.
pub const MODERN: &str = "2026-07-28";

/// The header that names the revision of a request.
pub const VERSION_HEADER: HeaderName = HeaderName::from_static("mcp-protocol-version");

/// `_meta` key that marks a request of the stateless revision.
pub const VERSION_KEY: &str = "io.modelcontextprotocol/protocolVersion";

/// Which set of rules a request is under.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Era {
    /// `initialize`, or nothing at all before the first call.
    Legacy,
    /// 2026-07-28 and later.
    Modern,
}

/// The era of a POST. `Mcp-Method` proves nothing: clients send it on legacy handshakes, too.
pub fn era(headers: &HeaderMap, body: &[u8]) -> Era {
    let named = headers.get(VERSION_HEADER).map(|value| value.to_str().unwrap_or_default().trim());
    // A version we do not know is answered by the rules that have an error for it.
    let unknown = named.is_some_and(|version| !LEGACY.contains(&version));
    if unknown || says_modern(body) { Era::Modern } else { Era::Legacy }
}

/// Whether a message, or one in a batch, carries the stateless revision's `_meta`.
pub fn says_modern(body: &[u8]) -> bool {
    // The text may escape its slash, so this looks for the part before it.
    if memmem::find(body, b"io.modelcontextprotocol").is_none() {
        return false;
    }
    match serde_json::from_slice::<Vec<&RawValue>>(body) {
        Ok(messages) => messages.iter().any(|raw| message_says_modern(raw.get().as_bytes())),
        Err(_) => message_says_modern(body),
    }
}

fn message_says_modern(message: &[u8]) -> bool {
    #[derive(Deserialize)]
    struct Envelope<'a> {
        #[serde(borrow)]
        params: Params<'a>,
    }
    #[derive(Deserialize)]
    struct Params<'a> {
        #[serde(borrow)]
        _meta: Meta<'a>,
    }
    #[derive(Deserialize)]
    struct Meta<'a> {
        #[serde(borrow, rename = "io.modelcontextprotocol/protocolVersion")]
        _version: &'a RawValue,
    }
    serde_json::from_slice::<Envelope<'_>>(message).is_ok_and(|envelope| {
        let Params { _meta: Meta { _version } } = envelope.params;
        true
    })
}

/// The revision to answer an `initialize` with (MCP 2025-11-25, lifecycle, version negotiation):
/// the requested one if it is supported, else the newest that is. Never an error.
pub fn negotiate(requested: Option<&str>) -> &'static str {
    LEGACY.into_iter().find(|known| Some(*known) == requested).unwrap_or(NEWEST_LEGACY)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with_version(version: &str) -> HeaderMap {
        HeaderMap::from_iter([(VERSION_HEADER, version.parse().unwrap())])
    }

    #[test]
    fn a_known_revision_is_echoed_and_any_other_gets_the_newest() {
        for known in LEGACY {
            assert_eq!(negotiate(Some(known)), known);
        }
        for other in [None, Some(""), Some("1999-01-01"), Some("2026-07-28"), Some("2099-01-01")] {
            assert_eq!(negotiate(other), NEWEST_LEGACY, "{other:?}");
        }
    }

    #[test]
    fn the_era_is_told_by_the_version_header_or_by_meta() {
        let plain = br#"{"jsonrpc":"2.0","id":1,"method":"tools/list"}"#;
        let modern = br#"{"jsonrpc":"2.0","id":1,"method":"tools/list","params":{"_meta":{"io.modelcontextprotocol\/protocolVersion":"2026-07-28"}}}"#;
        assert_eq!(era(&HeaderMap::new(), plain), Era::Legacy);
        assert_eq!(era(&HeaderMap::new(), modern), Era::Modern);
        assert_eq!(era(&with_version("2026-07-28"), plain), Era::Modern);
        assert_eq!(era(&with_version("1999-01-01"), plain), Era::Modern);
        for known in LEGACY {
            assert_eq!(era(&with_version(known), plain), Era::Legacy);
        }
    }

    #[test]
    fn neither_a_method_header_nor_the_words_elsewhere_make_a_request_modern() {
        let mut headers = HeaderMap::new();
        headers.insert("mcp-method", "initialize".parse().unwrap());
        let words = br#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"io.modelcontextprotocol/protocolVersion"}}"#;
        assert_eq!(era(&headers, words), Era::Legacy);
    }
}
