//! Verifying: from a string somebody sent to what this service once minted, or to nothing.
//! Everything that is not genuine looks the same from outside. Expiry is not judged here: an
//! expired genuine token deserves a better answer than a forged one.

use std::collections::HashSet;

use jiff::Timestamp;
use jsonwebtoken::{Algorithm, DecodingKey, Validation};

use super::PREFIX;
use super::claims::{Claims, Credential, Place, signing_key};
use crate::catalog::ServerConfig;
use crate::crypto::{Keyring, Secret};
use crate::egnyte::Domain;

/// The longest input that is looked at.
pub const MAX_INPUT: usize = 4_096;

/// What a genuine token says.
#[derive(Clone, Debug)]
pub struct Verified {
    /// The integrated account it acts for.
    pub account_id: String,
    /// The MCP server it opens.
    pub server_id: String,
    /// The generation of that server's tokens.
    pub generation: i64,
    /// When it was minted, to the second.
    pub issued_at: Timestamp,
    /// When it ends or ended, to the second.
    pub expires_at: Option<Timestamp>,
    /// What it offered when it was minted.
    pub config: ServerConfig,
    /// Where calls go.
    pub domain: Domain,
    /// What calls are made with.
    pub access_token: Secret,
    /// Which version of the account's credentials that is.
    pub credentials_version: i64,
}

/// Why a string is not a token of this service.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TokenError {
    /// Malformed, foreign, changed or signed with an unknown key: one answer for all.
    #[error("this is not a token of this service")]
    Unknown,
}

/// Checks a token's signature and opens its sealed part.
pub fn verify(keyring: &Keyring, token: &str) -> Result<Verified, TokenError> {
    genuine(keyring, token).ok_or(TokenError::Unknown)
}

/// `None` at the first thing that is not as [`super::mint`] makes it.
fn genuine(keyring: &Keyring, token: &str) -> Option<Verified> {
    if token.len() > MAX_INPUT {
        return None;
    }
    let jwt = token.strip_prefix(PREFIX)?;
    let key_id = jsonwebtoken::decode_header(jwt).ok()?.kid?;
    let key = DecodingKey::from_secret(signing_key(keyring, &key_id)?.as_slice());
    let claims = jsonwebtoken::decode::<Claims>(jwt, &key, &rules()).ok()?.claims;

    let place = Place {
        key_id: &key_id,
        account_id: &claims.sub,
        server_id: &claims.jti,
        generation: claims.generation,
    };
    let credential = Credential::open(keyring, &place, &claims.cred).ok()?;
    Some(Verified {
        issued_at: Timestamp::from_second(claims.iat).ok()?,
        expires_at: claims.exp.map(Timestamp::from_second).transpose().ok()?,
        account_id: claims.sub,
        server_id: claims.jti,
        generation: claims.generation,
        config: claims.cfg.into(),
        domain: credential.domain,
        access_token: credential.access_token,
        credentials_version: credential.version,
    })
}

/// HS256 and nothing else; times are judged by the caller, by its own clock.
fn rules() -> Validation {
    let mut rules = Validation::new(Algorithm::HS256);
    rules.required_spec_claims = HashSet::new();
    rules.validate_exp = false;
    rules
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn anything_that_is_no_token_is_unknown() {
        let ring = Keyring::generate().unwrap();
        let long = format!("egm_{}", "a".repeat(MAX_INPUT));
        for given in ["", "egm_", "egm_..", "egm_a.b.c", "a.b.c", "egm_e30.e30.e30", "ü", &long] {
            assert_eq!(verify(&ring, given).unwrap_err(), TokenError::Unknown);
        }
    }
}
