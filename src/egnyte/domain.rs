//! An Egnyte domain: which host an account's calls go to. Accepts what people paste
//! (`acme`, `acme.egnyte.com`, `https://acme.egnyte.com/`), keeps one form, and refuses
//! everything that is not a public host name.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A host name such as `acme.egnyte.com`, in lower case, without scheme, port or path.
///
/// Customers may have a host of their own, so any full name is accepted; a bare word is taken as
/// `{word}.egnyte.com`. IP addresses, ports and single-label hosts are refused.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Domain(String);

/// Why a text is not an Egnyte domain.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error(
    "`{given}` is not an Egnyte domain: {reason}. Give the name before `.egnyte.com`, such as `acme`, or the full host name"
)]
pub struct DomainError {
    given: String,
    reason: &'static str,
}

impl Domain {
    /// Reads a domain as a person would write it.
    pub fn parse(given: &str) -> Result<Self, DomainError> {
        let fail = |reason| Err(DomainError { given: given.chars().take(100).collect(), reason });
        let text = given.trim().to_ascii_lowercase();
        if text.starts_with("http://") {
            return fail("Egnyte is reached over https only");
        }
        let host = text.strip_prefix("https://").unwrap_or(&text);
        let host = host.strip_suffix('/').unwrap_or(host);
        if host.is_empty() {
            return fail("it is empty");
        }
        if host.len() > 253 {
            return fail("it is longer than a host name can be");
        }
        let label_ok = |label: &str| {
            !label.is_empty()
                && label.len() <= 63
                && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
                && !label.starts_with('-')
                && !label.ends_with('-')
        };
        if !host.split('.').all(label_ok) {
            return fail("a host name has only letters, digits, hyphens and dots");
        }
        if !host.contains('.') {
            if host == "localhost" {
                return fail("it names this machine");
            }
            return Ok(Self(format!("{host}.egnyte.com")));
        }
        let last = host.rsplit('.').next().unwrap_or_default();
        if last.bytes().all(|b| b.is_ascii_digit()) {
            return fail("an IP address is not accepted");
        }
        if matches!(last, "localhost" | "local" | "internal") {
            return fail("it names a private host");
        }
        Ok(Self(host.to_owned()))
    }

    /// The full host name.
    pub fn host(&self) -> &str {
        &self.0
    }

    /// What stands for `{domain}` in `--egnyte-url`: the name before `.egnyte.com`, or the full
    /// host of a customer that has its own.
    pub fn short(&self) -> &str {
        self.0.strip_suffix(".egnyte.com").unwrap_or(&self.0)
    }
}

impl fmt::Display for Domain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl TryFrom<String> for Domain {
    type Error = DomainError;
    fn try_from(text: String) -> Result<Self, DomainError> {
        Self::parse(&text)
    }
}

impl From<Domain> for String {
    fn from(domain: Domain) -> Self {
        domain.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_people_paste_becomes_one_host_name() {
        for given in ["acme", "ACME.egnyte.com", " https://acme.egnyte.com/ "] {
            assert_eq!(Domain::parse(given).unwrap().host(), "acme.egnyte.com", "{given}");
        }
        assert_eq!(Domain::parse("files.acme.org").unwrap().short(), "files.acme.org");
        assert_eq!(Domain::parse("acme.egnytegov.com").unwrap().host(), "acme.egnytegov.com");
    }

    #[test]
    fn what_is_not_a_public_host_is_refused_with_a_reason() {
        for given in [
            "",
            "http://acme.egnyte.com",
            "127.0.0.1",
            "localhost",
            "a.localhost",
            "acme:8080",
            "acme/..",
            "user@acme",
            "[::1]",
            "acme..com",
            "-acme",
            "db.internal",
        ] {
            let error = Domain::parse(given).unwrap_err().to_string();
            assert!(error.contains("is not an Egnyte domain"), "{given}: {error}");
        }
    }
}
