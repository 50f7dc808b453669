//! Minting: from an account's credentials and a filter to the one string that goes into a URL.
//! Needs nothing but the key ring and keeps nothing.

use jiff::Timestamp;
use jsonwebtoken::{Algorithm, EncodingKey, Header};

use super::PREFIX;
use super::claims::{Claims, Credential, Filter, Place, signing_key};
use crate::catalog::ServerConfig;
use crate::crypto::{Keyring, SealError, Secret};
use crate::egnyte::Domain;

/// The longest token. With 200 characters for scheme, host and path, a URL stays under 2,000,
/// which is what every client and proxy takes.
pub const MAX_CHARS: usize = 1_800;

/// What a token is to say.
#[derive(Debug)]
pub struct MintRequest<'a> {
    /// The integrated account it acts for.
    pub account_id: &'a str,
    /// The MCP server it opens.
    pub server_id: &'a str,
    /// The generation of that server's tokens.
    pub generation: i64,
    /// Where calls go.
    pub domain: &'a Domain,
    /// What calls are made with.
    pub access_token: &'a Secret,
    /// Which version of the account's credentials that is.
    pub credentials_version: i64,
    /// What it offers.
    pub config: &'a ServerConfig,
    /// Now.
    pub issued_at: Timestamp,
    /// When it ends, down to the second; a fraction is dropped.
    pub expires_at: Option<Timestamp>,
}

/// Why no token was made.
#[derive(Clone, Debug, thiserror::Error)]
pub enum MintError {
    /// It would not fit into a URL.
    #[error(
        "the URL would be too long for some clients: its token has {chars} characters and {max} are possible, \
         {filter} of them for the filter. Name fewer tools, or choose them by tags or methods"
    )]
    TooLong {
        /// Characters of the token.
        chars: usize,
        /// Characters that are possible.
        max: usize,
        /// Bytes of the filter within it.
        filter: usize,
    },
    /// The credentials could not be sealed.
    #[error("the credentials could not be sealed: {0}")]
    Seal(#[from] SealError),
    /// The claims could not be signed.
    #[error("the token could not be signed: {0}")]
    Sign(#[from] jsonwebtoken::errors::Error),
}

/// Mints a token under the ring's active key.
pub fn mint(keyring: &Keyring, request: &MintRequest<'_>) -> Result<Secret, MintError> {
    let key_id = keyring.active().id();
    let place = Place {
        key_id,
        account_id: request.account_id,
        server_id: request.server_id,
        generation: request.generation,
    };
    let credential = Credential {
        domain: request.domain.clone(),
        access_token: request.access_token.clone(),
        version: request.credentials_version,
    };
    let claims = Claims {
        sub: request.account_id.to_owned(),
        jti: request.server_id.to_owned(),
        generation: request.generation,
        iat: request.issued_at.as_second(),
        exp: request.expires_at.map(Timestamp::as_second),
        cfg: Filter::from(request.config),
        cred: credential.seal(keyring, &place)?,
    };
    let header = Header { kid: Some(key_id.to_owned()), ..Header::new(Algorithm::HS256) };
    let key = signing_key(keyring, key_id).ok_or(SealError::UnknownKey)?;
    let jwt = jsonwebtoken::encode(&header, &claims, &EncodingKey::from_secret(key.as_slice()))?;

    let chars = PREFIX.len() + jwt.len();
    if chars > MAX_CHARS {
        let filter = serde_json::to_string(&claims.cfg).map_or(0, |text| text.len());
        return Err(MintError::TooLong { chars, max: MAX_CHARS, filter });
    }
    Ok(Secret::from([PREFIX, &jwt].concat()))
}
