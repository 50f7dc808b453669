//! What a token says: the claims of the JWT, in short, and the sealed part inside them.
//! A JWT can be read by anyone who sees the URL, so nothing secret may stand outside `cred`.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use crate::catalog::{Exposure, ServerConfig, ToolNames};
use crate::crypto::keyring::DerivedKey;
use crate::crypto::{Keyring, SealError, Secret, seal};
use crate::egnyte::Domain;

/// The claims. Names are short because every byte ends up in a URL.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Claims {
    /// The account.
    pub(super) sub: String,
    /// The server.
    pub(super) jti: String,
    /// The server's generation.
    #[serde(rename = "gen")]
    pub(super) generation: i64,
    /// Unix seconds of issue.
    pub(super) iat: i64,
    /// Unix seconds of expiry.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) exp: Option<i64>,
    /// The filter.
    #[serde(default, skip_serializing_if = "Filter::is_default")]
    pub(super) cfg: Filter,
    /// Sealed [`Credential`], base64url.
    pub(super) cred: String,
}

/// [`ServerConfig`] with short names, leaving out what is as usual.
#[derive(Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Filter {
    #[serde(rename = "m", skip_serializing_if = "Option::is_none")]
    methods: Option<Vec<String>>,
    #[serde(rename = "t", skip_serializing_if = "Option::is_none")]
    tags: Option<Vec<String>>,
    #[serde(rename = "n", skip_serializing_if = "Option::is_none")]
    tools: Option<Vec<String>>,
    #[serde(rename = "a", skip_serializing_if = "is_default")]
    require_api_token_auth: bool,
    #[serde(rename = "x", skip_serializing_if = "is_default")]
    tool_exposure: Exposure,
    #[serde(rename = "s", skip_serializing_if = "is_default")]
    tool_names: ToolNames,
}

/// Where calls go and with which access token. These three belong together: a token must never
/// be sent to a domain it was not given for.
#[derive(Clone, Debug)]
pub(super) struct Credential {
    pub(super) domain: Domain,
    pub(super) access_token: Secret,
    pub(super) version: i64,
}

/// Whose credential is sealed. All of it goes into the key and into the additional data, so a
/// sealed part moved to another token does not open.
pub(super) struct Place<'a> {
    pub(super) key_id: &'a str,
    pub(super) account_id: &'a str,
    pub(super) server_id: &'a str,
    pub(super) generation: i64,
}

impl Credential {
    pub(super) fn seal(&self, keyring: &Keyring, place: &Place<'_>) -> Result<String, SealError> {
        let parts = (self.domain.host(), self.access_token.expose(), self.version);
        let plain = Zeroizing::new(serde_json::to_vec(&parts).map_err(|_| SealError::Broken)?);
        let sealed =
            place.with_context(|context| seal::seal(keyring, place.key_id, context, &plain))?;
        Ok(URL_SAFE_NO_PAD.encode(sealed))
    }

    pub(super) fn open(
        keyring: &Keyring,
        place: &Place<'_>,
        sealed: &str,
    ) -> Result<Self, SealError> {
        let sealed = URL_SAFE_NO_PAD.decode(sealed).map_err(|_| SealError::Broken)?;
        let plain =
            place.with_context(|context| seal::open(keyring, place.key_id, context, &sealed))?;
        let (domain, access_token, version): (Domain, Secret, i64) =
            serde_json::from_slice(&plain).map_err(|_| SealError::Broken)?;
        Ok(Self { domain, access_token, version })
    }
}

impl Place<'_> {
    fn with_context<T>(&self, then: impl FnOnce(&[&str]) -> T) -> T {
        let generation = self.generation.to_string();
        then(&["token credential", self.key_id, self.account_id, self.server_id, &generation])
    }
}

/// The HS256 key of a ring key, or `None` when it is not in the ring.
pub(super) fn signing_key(keyring: &Keyring, key_id: &str) -> Option<DerivedKey> {
    keyring.derive(key_id, &["token signature"])
}

impl Filter {
    fn is_default(&self) -> bool {
        *self == Self::default()
    }
}

impl From<&ServerConfig> for Filter {
    fn from(config: &ServerConfig) -> Self {
        // Taken apart by name, so that a new setting cannot be forgotten here.
        let ServerConfig {
            methods,
            tags,
            tools,
            require_api_token_auth,
            tool_exposure,
            tool_names,
        } = config.clone();
        Self { methods, tags, tools, require_api_token_auth, tool_exposure, tool_names }
    }
}

impl From<Filter> for ServerConfig {
    fn from(filter: Filter) -> Self {
        let Filter { methods, tags, tools, require_api_token_auth, tool_exposure, tool_names } =
            filter;
        Self { methods, tags, tools, require_api_token_auth, tool_exposure, tool_names }
    }
}

fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}
