//! Protocol revisions and their negotiation. Which rules a request is under is decided here and
//! nowhere else.

/// A revision with the `initialize` handshake, oldest first.
pub const LEGACY: [&str; 4] = ["2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25"];

/// The newest of them: the answer to a client that asks for one we do not know.
pub const NEWEST_LEGACY: &str = "2025-11-25";

/// The revision to answer an `initialize` with (MCP 2025-11-25, lifecycle, version negotiation):
/// the requested one if it is supported, else the newest that is. Never an error.
pub fn negotiate(requested: Option<&str>) -> &'static str {
    LEGACY.into_iter().find(|known| Some(*known) == requested).unwrap_or(NEWEST_LEGACY)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_known_revision_is_echoed_and_any_other_gets_the_newest() {
        for known in LEGACY {
            assert_eq!(negotiate(Some(known)), known);
        }
        for other in [None, Some(""), Some("1999-01-01"), Some("2026-07-28"), Some("2099-01-01")] {
            assert_eq!(negotiate(other), NEWEST_LEGACY, "{other:?}");
        }
    }
}
