//! What a request may do: the outcome of showing a token. Plain data; how it comes about and how
//! long it is believed is decided in `grants`.

use std::sync::Arc;

use jiff::Timestamp;
use tokio_util::sync::CancellationToken;

use super::lifeline::Lifeline;
use crate::catalog::ServerConfig;
use crate::crypto::{Keyring, SealError, Sealed, Secret};
use crate::egnyte::{Domain, EgnyteUrl, Upstream};
use crate::store::servers::Live;
use crate::store::{Account, AccountStatus, Credentials, StoreError};

/// What a token allows, as of now. Ask for a new one on every request.
#[derive(Debug)]
pub struct Grant {
    /// The integrated account calls are made for.
    pub account_id: String,
    /// The MCP server the token opens.
    pub server_id: String,
    /// That server's name, when there is a record.
    pub server_name: Option<String>,
    /// The generation of the token shown.
    pub generation: i64,
    /// What it offers.
    pub config: ServerConfig,
    /// When the server ends by itself.
    pub expires_at: Option<Timestamp>,
    /// Where calls go.
    pub domain: Domain,
    /// What calls are made with.
    pub access_token: Secret,
    /// Where calls go and as whom, ready for use.
    pub upstream: Upstream,
    /// Which version of the account's credentials that is.
    pub credentials_version: i64,
    /// Whether the account can be used, when there is a record.
    pub account_status: Option<AccountStatus>,
    /// When this token ends because a newer one was made for the same server.
    pub(super) superseded_at: Option<Timestamp>,
    pub(super) lifeline: Arc<Lifeline>,
}

/// Why a token allows nothing.
#[derive(Clone, Debug, thiserror::Error)]
pub enum Refusal {
    /// Not a token of this service.
    #[error("this is not a token of this service")]
    Unknown,
    /// Genuine, and past its end.
    #[error("this URL expired at {at}; ask for a new one")]
    Expired {
        /// When it ended.
        at: Timestamp,
    },
    /// Genuine, and revoked: the server or its account was removed, or the URL was replaced.
    #[error("this URL was revoked{}; ask for a new one", when(*at))]
    Revoked {
        /// When, if that is known.
        at: Option<Timestamp>,
    },
    /// Whether it is still good could not be found out, so it counts for nothing for now.
    #[error("whether this URL is still good cannot be checked at the moment; try again shortly")]
    Unavailable(#[source] Arc<CheckError>),
}

/// Why a genuine token could not be checked against its record.
#[derive(Clone, Debug, thiserror::Error)]
pub enum CheckError {
    /// The record could not be read.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The account's credentials could not be opened.
    #[error("the stored credentials cannot be opened: {0}")]
    Seal(#[from] SealError),
    /// The access token holds characters that no HTTP header can carry.
    #[error("the account's access token cannot be sent; set it anew")]
    AccessToken,
}

impl Grant {
    /// What a token says of itself.
    pub(super) fn of_token(lifeline: &Arc<Lifeline>, url: &EgnyteUrl) -> Result<Self, CheckError> {
        let verified = lifeline.verified.clone();
        Ok(Self {
            upstream: upstream(url, &verified.domain, &verified.access_token)?,
            account_id: verified.account_id,
            server_id: verified.server_id,
            server_name: None,
            generation: verified.generation,
            config: verified.config,
            expires_at: verified.expires_at,
            domain: verified.domain,
            access_token: verified.access_token,
            credentials_version: verified.credentials_version,
            account_status: None,
            superseded_at: None,
            lifeline: Arc::clone(lifeline),
        })
    }

    /// What the record says, which wins over the token; `None` when it no longer knows the token.
    pub(super) fn of_record(
        lifeline: &Arc<Lifeline>,
        live: Live,
        keyring: &Keyring,
        url: &EgnyteUrl,
    ) -> Result<Option<Self>, CheckError> {
        let Live { server, domain, status, credentials, credentials_version } = live;
        let mut grant = Self::of_token(lifeline, url)?;
        if server.integrated_account_id != grant.account_id {
            return Ok(None);
        }
        grant.superseded_at = match server.generation.saturating_sub(grant.generation) {
            0 => None,
            1 if server.previous_generation_until.is_some() => server.previous_generation_until,
            _ => return Ok(None),
        };
        grant.server_name = Some(server.name);
        grant.config = server.config;
        grant.expires_at = server.expires_at;
        grant.account_status = Some(status);
        grant.renew((domain, credentials, credentials_version), keyring, url)?;
        Ok(Some(grant))
    }

    /// What the account's record says, for whoever may use the account as a whole.
    pub(super) fn of_account(
        lifeline: &Arc<Lifeline>,
        account: Account,
        keyring: &Keyring,
        url: &EgnyteUrl,
    ) -> Result<Self, CheckError> {
        let Account { domain, status, credentials, credentials_version, .. } = account;
        let mut grant = Self::of_token(lifeline, url)?;
        grant.account_status = Some(status);
        grant.renew((domain, credentials, credentials_version), keyring, url)?;
        Ok(grant)
    }

    /// Takes over what is stored. Domain and access token are taken together or not at all: a
    /// token must never be sent to a domain it was not given for.
    fn renew(
        &mut self,
        (domain, credentials, version): (Domain, Option<Sealed>, i64),
        keyring: &Keyring,
        url: &EgnyteUrl,
    ) -> Result<(), CheckError> {
        let stored = credentials
            .map(|sealed| Credentials::open(keyring, &self.account_id, &sealed))
            .transpose()?;
        if let Some(access_token) = stored.and_then(|stored| stored.access_token) {
            self.upstream = upstream(url, &domain, &access_token)?;
            self.domain = domain;
            self.access_token = access_token;
            self.credentials_version = version;
        }
        Ok(())
    }

    /// Cancelled when the token ends: server revoked, token replaced, account removed, expiry.
    /// Open streams watch it, and hold a [`super::StreamGuard`] so that it is kept up to date.
    pub fn ended(&self) -> &CancellationToken {
        self.lifeline.ended()
    }

    /// The end that comes first, if one is known.
    pub(super) fn ends_at(&self) -> Option<Timestamp> {
        [self.expires_at, self.superseded_at].into_iter().flatten().min()
    }

    /// Whether it still holds at `now`.
    pub(super) fn check(&self, now: Timestamp) -> Result<(), Refusal> {
        if let Some(at) = self.superseded_at.filter(|at| *at <= now) {
            return Err(Refusal::Revoked { at: Some(at) });
        }
        if let Some(at) = self.expires_at.filter(|at| *at <= now) {
            return Err(Refusal::Expired { at });
        }
        Ok(())
    }
}

fn upstream(
    url: &EgnyteUrl,
    domain: &Domain,
    access_token: &Secret,
) -> Result<Upstream, CheckError> {
    Upstream::new(url, domain, access_token).ok_or(CheckError::AccessToken)
}

fn when(at: Option<Timestamp>) -> String {
    at.map(|at| format!(" at {at}")).unwrap_or_default()
}
