//! Who calls: an API token may do everything for every account, a minted URL's token what the URL
//! may do for its own account.

use std::sync::Arc;

use http::{HeaderMap, StatusCode};

use super::Agents;
use crate::api::mcp_servers::access_token;
use crate::api::problem::{Problem, no_database_problem};
use crate::catalog::{Exposure, ServerConfig, Tool};
use crate::egnyte::Upstream;
use crate::invoke::{self, Caller, Outcome};
use crate::mcp::transport::bearer;
use crate::store::Account;
use crate::token::{Grant, PREFIX, Refusal};

/// What a request may do.
#[derive(Debug)]
pub struct Access {
    /// The filter of a minted URL, or none.
    pub within: ServerConfig,
    holder: Holder,
}

#[derive(Debug)]
enum Holder {
    Url(Arc<Grant>),
    ApiToken(Box<Account>),
}

/// What the request's token may do for `account`, which a minted URL's token knows by itself.
pub async fn admit(
    agents: &Agents,
    headers: &HeaderMap,
    account: Option<&str>,
) -> Result<Access, Problem> {
    match bearer(headers) {
        Some(token) if token.starts_with(PREFIX) => of_url(agents, token, account).await,
        Some(token) if agents.api_tokens.is_valid(token).await? => {
            of_account(agents, account).await
        }
        _ => {
            let detail = "Send an API token, or the token of a minted URL of this account, as \
                          `Authorization: Bearer <token>`. `egnyte-mcp api-token create` makes an \
                          API token.";
            Err(Problem::new(StatusCode::UNAUTHORIZED, detail))
        }
    }
}

async fn of_url(agents: &Agents, token: &str, account: Option<&str>) -> Result<Access, Problem> {
    let grant = agents.grants.grant(token).await.map_err(|refusal| refused(&refusal))?;
    if grant.config.require_api_token_auth {
        let detail = "This URL also asks for an API token, and one Authorization header cannot \
                      carry both. Send the API token alone.";
        return Err(Problem::new(StatusCode::UNAUTHORIZED, detail));
    }
    if account.is_some_and(|account| account != grant.account_id) {
        let detail = "This token is that of a minted URL of another integrated account.";
        return Err(Problem::new(StatusCode::FORBIDDEN, detail));
    }
    // However the URL shows its tools, here they are all written down and called by name.
    let within = ServerConfig { tool_exposure: Exposure::All, ..grant.config.clone() };
    Ok(Access { within, holder: Holder::Url(grant) })
}

async fn of_account(agents: &Agents, account: Option<&str>) -> Result<Access, Problem> {
    let store = agents.store.as_ref().ok_or_else(no_database_problem)?;
    let account = account.ok_or_else(|| {
        let detail = "Say whose tools are meant: ?integrated_account_id=<id of the account>. \
                      GET /integrated-account lists them.";
        Problem::field("integrated_account_id", detail)
    })?;
    let account = store.accounts().get(account).await?;
    Ok(Access { within: ServerConfig::default(), holder: Holder::ApiToken(Box::new(account)) })
}

fn refused(refusal: &Refusal) -> Problem {
    let (status, detail) = match refusal {
        Refusal::Unknown => {
            let detail = "This is no token of this service. Check that it was pasted whole.";
            (StatusCode::UNAUTHORIZED, detail.to_owned())
        }
        Refusal::Expired { at } => {
            let detail = format!("This token expired at {at}. Ask for a new one.");
            (StatusCode::FORBIDDEN, detail)
        }
        Refusal::Revoked { at } => {
            let when = at.map(|at| format!(" at {at}")).unwrap_or_default();
            let detail = format!("This token was revoked{when}. Ask for a new one.");
            (StatusCode::FORBIDDEN, detail)
        }
        Refusal::Unavailable(source) => {
            tracing::error!(error = %source, "a token could not be checked");
            let detail = "This server cannot check the token right now. Try again in a moment.";
            (StatusCode::SERVICE_UNAVAILABLE, detail.to_owned())
        }
    };
    Problem::new(status, detail)
}

impl Access {
    /// Calls `tool`, which must be one that [`Access::within`] lets through.
    pub async fn call(
        &self,
        agents: &Agents,
        tool: &Tool,
        arguments: Option<&str>,
    ) -> Result<Outcome, Problem> {
        let account = match &self.holder {
            Holder::Url(grant) => {
                let caller = Caller::from(&**grant);
                return Ok(agents.invoker.call(tool, arguments, caller).await);
            }
            Holder::ApiToken(account) => account,
        };
        let access_token = access_token(&agents.keyring, account)?;
        let upstream = Upstream::new(&agents.egnyte_url, &account.domain, &access_token);
        let upstream = upstream.ok_or_else(|| {
            let detail = "The account's access token cannot be sent in a header; set it anew with \
                          PATCH /integrated-account/{id}.";
            Problem::new(StatusCode::CONFLICT, detail)
        })?;
        let caller = Caller {
            account_id: &account.id,
            credentials_version: account.credentials_version,
            marked_refused: account.status.is_refused(),
            upstream: &upstream,
            holder: Some(invoke::Holder {
                server: None,
                expires_at: None,
                domain: &account.domain,
                access_token: &access_token,
            }),
        };
        Ok(agents.invoker.call(tool, arguments, caller).await)
    }
}
