//! What an account needs to speak to Egnyte, and its sealed form. Sealed for one account id, so
//! that a row copied to another account is of no use.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use crate::crypto::{Keyring, SealError, Sealed, Secret, seal};

/// The credentials of one account.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Credentials {
    /// What goes into Egnyte's `Authorization: Bearer`. Absent until an OAuth connection is made.
    pub access_token: Option<Secret>,
    /// What is needed to get the next access token; absent when a token was given as it is.
    pub oauth: Option<OAuthCredentials>,
}

/// An OAuth client and what it was granted.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OAuthCredentials {
    /// The client (Egnyte: API key).
    pub client_id: String,
    /// Its secret.
    pub client_secret: Secret,
    /// Scopes asked for, separated by spaces.
    pub scopes: Option<String>,
    /// What buys the next access token.
    pub refresh_token: Option<Secret>,
    /// When the access token ends.
    pub access_token_expires_at: Option<Timestamp>,
}

impl Credentials {
    /// A token that was given as it is.
    pub fn access_token(token: Secret) -> Self {
        Self { access_token: Some(token), oauth: None }
    }

    /// Seals them for `account_id`.
    pub fn seal(&self, keyring: &Keyring, account_id: &str) -> Result<Sealed, SealError> {
        let plain = Plain {
            access_token: self.access_token.as_ref().map(Secret::expose),
            oauth: self.oauth.as_ref().map(|oauth| PlainOAuth {
                client_id: &oauth.client_id,
                client_secret: oauth.client_secret.expose(),
                scopes: oauth.scopes.as_deref(),
                refresh_token: oauth.refresh_token.as_ref().map(Secret::expose),
                access_token_expires_at: oauth.access_token_expires_at,
            }),
        };
        let text = Zeroizing::new(serde_json::to_vec(&plain).map_err(|_| SealError::Broken)?);
        seal::seal_text(keyring, &context(account_id), &text)
    }

    /// Opens what was sealed for `account_id`.
    pub fn open(keyring: &Keyring, account_id: &str, sealed: &Sealed) -> Result<Self, SealError> {
        let text = seal::open_text(keyring, &context(account_id), sealed)?;
        serde_json::from_slice(&text).map_err(|_| SealError::Broken)
    }
}

fn context(account_id: &str) -> [&str; 2] {
    ["integrated account credentials", account_id]
}

/// The one place where credentials are written out, straight into a sealed box.
#[derive(Serialize)]
struct Plain<'a> {
    access_token: Option<&'a str>,
    oauth: Option<PlainOAuth<'a>>,
}

#[derive(Serialize)]
struct PlainOAuth<'a> {
    client_id: &'a str,
    client_secret: &'a str,
    scopes: Option<&'a str>,
    refresh_token: Option<&'a str>,
    access_token_expires_at: Option<Timestamp>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn credentials_open_for_their_account_only() {
        let ring = Keyring::generate().unwrap();
        let credentials = Credentials {
            access_token: Some("egnyte-token".into()),
            oauth: Some(OAuthCredentials {
                client_id: "client".into(),
                client_secret: "hush".into(),
                scopes: Some("Egnyte.filesystem".into()),
                refresh_token: None,
                access_token_expires_at: Some(Timestamp::UNIX_EPOCH),
            }),
        };
        let sealed = credentials.seal(&ring, "a1").unwrap();
        let opened = Credentials::open(&ring, "a1", &sealed).unwrap();
        assert_eq!(opened.access_token.unwrap().expose(), "egnyte-token");
        assert_eq!(opened.oauth.unwrap().client_secret.expose(), "hush");
        assert_eq!(Credentials::open(&ring, "a2", &sealed).unwrap_err(), SealError::Broken);
    }
}
