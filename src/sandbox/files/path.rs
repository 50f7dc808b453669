//! Owns paths: taken apart segment by segment, decoded once, and what a name may hold.
//! It must never look at the tree.

use std::fmt;

use axum::http::{StatusCode, Uri};
use percent_encoding::percent_decode_str;

use super::complaint::Complaint;

/// What no name may hold. The slash can only get here percent-encoded.
const FORBIDDEN: &[char] = &['\\', '/', ':', '*', '?', '"', '<', '>', '|'];
/// The longest name, in bytes.
const MAX_NAME: usize = 245;

/// An absolute path: the decoded names from the root on.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct FsPath(Vec<String>);

impl FsPath {
    /// What follows `prefix` in the path of `uri`. Each segment is decoded by itself, so an encoded
    /// slash stays part of its name.
    pub(crate) fn of_uri(uri: &Uri, prefix: &str) -> Result<Self, Complaint> {
        let rest = uri.path().strip_prefix(prefix).unwrap_or_default();
        let names = rest.split('/').filter(|segment| !segment.is_empty());
        let decoded = names.map(|segment| {
            let text = percent_decode_str(segment).decode_utf8();
            text.map(std::borrow::Cow::into_owned)
        });
        decoded.collect::<Result<_, _>>().map(Self).map_err(|_| {
            Complaint::file_system(StatusCode::BAD_REQUEST, "The path is not valid UTF-8.")
        })
    }

    /// A path in a query value or in JSON: plain text, with a leading slash.
    pub(crate) fn of_text(text: &str) -> Option<Self> {
        let rest = text.strip_prefix('/')?;
        Some(Self(rest.split('/').filter(|name| !name.is_empty()).map(str::to_owned).collect()))
    }

    /// The names from the root on.
    pub(crate) fn names(&self) -> &[String] {
        &self.0
    }

    /// The path of the folder it lies in, and its own name. `None` for the root.
    pub(crate) fn split(&self) -> Option<(Self, &str)> {
        let (name, parents) = self.0.split_last()?;
        Some((Self(parents.to_vec()), name))
    }

    /// The first name that breaks a rule.
    pub(crate) fn bad_name(&self) -> Option<&str> {
        let bad = |name: &&String| {
            name.contains(FORBIDDEN)
                || name.chars().any(char::is_control)
                || matches!(name.as_str(), "." | "..")
                || name.len() > MAX_NAME
                || name.trim() != name.as_str()
        };
        self.0.iter().find(bad).map(String::as_str)
    }

    /// The path `name` further down.
    pub(crate) fn join(&self, name: &str) -> Self {
        let mut names = self.0.clone();
        names.push(name.to_owned());
        Self(names)
    }

    /// Whether `self` is `other` or lies in it.
    pub(crate) fn within(&self, other: &Self) -> bool {
        self.0.starts_with(&other.0)
    }
}

impl From<Vec<String>> for FsPath {
    fn from(names: Vec<String>) -> Self {
        Self(names)
    }
}

impl fmt::Display for FsPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "/{}", self.0.join("/"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of_uri(text: &str) -> Option<String> {
        let uri = text.parse().unwrap();
        FsPath::of_uri(&uri, "/fs").ok().map(|path| path.to_string())
    }

    #[test]
    fn every_segment_is_decoded_once_and_by_itself() {
        assert_eq!(of_uri("/fs/Shared/a%20b/c"), Some("/Shared/a b/c".into()));
        assert_eq!(of_uri("/fs//Shared/100%2525/"), Some("/Shared/100%25".into()));
        let slash = "/fs/Shared/a%2Fb".parse().unwrap();
        let path = FsPath::of_uri(&slash, "/fs").unwrap();
        assert_eq!((path.names().len(), path.bad_name()), (2, Some("a/b")));
        assert_eq!(of_uri("/fs/Shared/%FF"), None);
    }

    #[test]
    fn a_name_has_no_forbidden_character_and_is_no_dot() {
        for name in ["a:b", "a*", "a?", "a\"b", "<a", "a>", "a|b", "a\\b", ".", "..", " a", "a\n"] {
            assert!(FsPath::from(vec![name.to_owned()]).bad_name().is_some(), "{name:?}");
        }
        for name in ["R&D #2 (50% done)+", "Überblick", "a.b", "...", "$x[1]"] {
            assert_eq!(FsPath::from(vec![name.to_owned()]).bad_name(), None, "{name:?}");
        }
    }
}
