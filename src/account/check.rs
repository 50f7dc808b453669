//! Checking an access token when it is given, so that a wrong one is known at once and not from
//! the first agent that fails.

use std::time::Duration;

use http::{HeaderMap, Method, StatusCode};

use crate::crypto::Secret;
use crate::egnyte::{Client, Domain, EgnyteUrl, Request, Upstream, error};

/// Connecting must not hang on a wrong domain.
const DEADLINE: Duration = Duration::from_secs(8);
/// Answers to every valid token, whatever its scopes (Egnyte API, user info).
const PATH: &str = "/pubapi/v1/userinfo";

/// What Egnyte thinks of an access token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Checked {
    /// It knows it.
    Accepted,
    /// It does not; in words for the operator.
    Refused(String),
    /// It could not be asked; in words for the operator.
    Unknown(String),
}

/// Asks Egnyte once.
pub async fn access_token(
    client: &Client,
    url: &EgnyteUrl,
    domain: &Domain,
    token: &Secret,
) -> Checked {
    let Some(upstream) = Upstream::new(url, domain, token) else {
        return Checked::Refused("The access token cannot be sent in a header.".to_owned());
    };
    let host = upstream.host().to_owned();
    let request = Request {
        method: Method::GET,
        path_and_query: PATH.to_owned(),
        headers: HeaderMap::new(),
        body: None,
    };
    match tokio::time::timeout(DEADLINE, client.call(&upstream, request)).await {
        Err(_) => Checked::Unknown(format!(
            "{host} did not answer in time, so the access token was not checked."
        )),
        Ok(Err(error)) => {
            Checked::Unknown(format!("{host} could not be asked about the access token: {error}."))
        }
        Ok(Ok(response)) if response.status == StatusCode::UNAUTHORIZED => {
            let said =
                error::message(&response.body).unwrap_or_else(|| "no reason given".to_owned());
            Checked::Refused(format!("{host} does not accept the access token: {said}."))
        }
        // Anything else comes from behind the check of the token: a missing scope, a limit.
        Ok(Ok(_)) => Checked::Accepted,
    }
}
