//! Transfer links: the way for a file's bytes past the model. A tool makes a link, sealed, with the
//! request it stands for and on whose behalf; whoever opens the link has that request made, once.
//! Nothing is kept for a link that was not used.

mod used;

use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode};
use jiff::{SignedDuration, Timestamp};
use percent_encoding::percent_decode_str;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use zeroize::Zeroizing;

use super::outcome::{self, Failure, Kind, Outcome};
use super::{Caller, Invoker, request, response};
use crate::catalog::definition::{Segment, Transfer};
use crate::catalog::endpoint::Endpoint;
use crate::catalog::tool::Call;
use crate::catalog::{ServerConfig, Tool};
use crate::clock::Clock;
use crate::crypto::{Keyring, SealError, Sealed, Secret, seal};
use crate::egnyte::{Domain, Moving, RateLimit, Request, Streaming};
use crate::store::new_id;
use crate::token::Verified;

pub use used::{Used, UsedError};

/// A link that is not used ends after this.
pub const LIFE: SignedDuration = SignedDuration::from_mins(10);
/// The largest upload, in bytes: what Egnyte takes in one request.
pub const MAX_UPLOAD: u64 = 100 * 1024 * 1024;
/// The longest sealed part. Servers and proxies commonly stop at 8 KiB.
const MAX_CHARS: usize = 6_000;
/// What links are sealed for.
const CONTEXT: [&str; 1] = ["transfer link"];

/// On whose behalf links are made.
#[derive(Clone, Copy, Debug)]
pub struct Holder<'a> {
    /// The MCP server and the generation of the token shown. `None` for an API token, which may use
    /// the account as a whole.
    pub server: Option<(&'a str, i64)>,
    /// When the URL ends, if it does.
    pub expires_at: Option<Timestamp>,
    /// Where calls go.
    pub domain: &'a Domain,
    /// What calls are made with.
    pub access_token: &'a Secret,
}

/// What a link says.
#[derive(Clone, Debug)]
pub struct Link {
    /// Random; what is used up.
    pub id: String,
    /// When it ends.
    pub expires_at: Timestamp,
    /// The long name of the tool that made it.
    pub tool: String,
    /// What it has sent.
    pub request: Request,
    /// The file's name, if the request tells it.
    pub file_name: Option<String>,
    /// What the URL for which it was made said. Without a server, the account alone counts.
    pub made: Verified,
}

/// Makes links and reads them.
#[derive(Clone, Debug)]
pub struct Links {
    keyring: Keyring,
    public_url: String,
    clock: Clock,
}

/// A link as it is sealed, in short names because every byte ends up in a URL.
#[derive(Serialize, Deserialize)]
struct Plain<T> {
    i: String,
    e: i64,
    n: String,
    m: String,
    t: String,
    h: Vec<(String, String)>,
    f: Option<String>,
    a: String,
    s: Option<(String, i64)>,
    x: Option<i64>,
    d: Domain,
    k: T,
    v: i64,
}

impl Links {
    /// Links that begin with `public_url`, which has no slash at its end.
    pub fn new(keyring: Keyring, public_url: String, clock: Clock) -> Self {
        Self { keyring, public_url, clock }
    }

    /// The whole address of a link.
    pub fn seal(&self, link: &Link) -> Result<String, SealError> {
        let made = &link.made;
        let headers = link.request.headers.iter();
        let plain = Plain {
            i: link.id.clone(),
            e: link.expires_at.as_second(),
            n: link.tool.clone(),
            m: link.request.method.to_string(),
            t: link.request.path_and_query.clone(),
            h: headers
                .filter_map(|(name, value)| Some((name.to_string(), value.to_str().ok()?.into())))
                .collect(),
            f: link.file_name.clone(),
            a: made.account_id.clone(),
            s: (!made.server_id.is_empty()).then(|| (made.server_id.clone(), made.generation)),
            x: made.expires_at.map(Timestamp::as_second),
            d: made.domain.clone(),
            k: made.access_token.expose(),
            v: made.credentials_version,
        };
        let plain = Zeroizing::new(serde_json::to_vec(&plain).map_err(|_| SealError::Broken)?);
        let sealed = seal::seal_text(&self.keyring, &CONTEXT, &plain)?;
        Ok(format!("{}/transfer/{}", self.public_url, sealed.as_str()))
    }

    /// What the last part of a link's address says; `None` for anything this key ring did not seal.
    pub fn open(&self, sealed: &str) -> Option<Link> {
        if sealed.len() > MAX_CHARS {
            return None;
        }
        let sealed = Sealed::from_stored(sealed.to_owned());
        let plain = seal::open_text(&self.keyring, &CONTEXT, &sealed).ok()?;
        let plain: Plain<Secret> = serde_json::from_slice(&plain).ok()?;
        let mut headers = HeaderMap::new();
        for (name, value) in plain.h {
            headers.insert(HeaderName::try_from(name).ok()?, HeaderValue::try_from(value).ok()?);
        }
        let (server_id, generation) = plain.s.unwrap_or_default();
        Some(Link {
            id: plain.i,
            expires_at: Timestamp::from_second(plain.e).ok()?,
            tool: plain.n,
            request: Request {
                method: plain.m.parse::<Method>().ok()?,
                path_and_query: plain.t,
                headers,
                body: None,
            },
            file_name: plain.f,
            made: Verified {
                account_id: plain.a,
                server_id,
                generation,
                issued_at: Timestamp::UNIX_EPOCH,
                expires_at: plain.x.map(Timestamp::from_second).transpose().ok()?,
                config: ServerConfig::default(),
                domain: plain.d,
                access_token: plain.k,
                credentials_version: plain.v,
            },
        })
    }

    /// Whether a link has ended.
    pub fn has_ended(&self, link: &Link) -> bool {
        link.expires_at <= self.clock.now()
    }
}

/// The result of a tool that hands out links. Egnyte is not asked.
pub fn call(
    invoker: &Invoker,
    tool: &Tool,
    call: &Call,
    given: &Map<String, Value>,
    caller: Caller<'_>,
) -> Outcome {
    let result = match (&invoker.links, caller.holder) {
        (Some(links), Some(holder)) => make(links, tool, call, given, caller, holder),
        _ => Err(Failure::new(
            Kind::UpstreamError,
            "This tool hands out links, which only a running service can serve.",
            "call it through a minted URL.",
        )),
    };
    Outcome { result, image: None, rate_limit: None }
}

fn make(
    links: &Links,
    tool: &Tool,
    call: &Call,
    given: &Map<String, Value>,
    caller: Caller<'_>,
    holder: Holder<'_>,
) -> Result<String, Failure> {
    let request = request::build(tool, call, given, None)?;
    let (server_id, generation) = holder.server.unwrap_or_default();
    let now = links.clock.now();
    let link = Link {
        id: new_id(),
        expires_at: now.saturating_add(LIFE).unwrap_or(now),
        tool: tool.names.long.clone(),
        file_name: file_name(&call.endpoint, &request.path_and_query),
        request,
        made: Verified {
            account_id: caller.account_id.to_owned(),
            server_id: server_id.to_owned(),
            generation,
            issued_at: now,
            expires_at: holder.expires_at,
            config: ServerConfig::default(),
            domain: holder.domain.clone(),
            access_token: holder.access_token.clone(),
            credentials_version: caller.credentials_version,
        },
    };
    let url = links.seal(&link).map_err(|error| {
        tracing::error!(%error, "a transfer link could not be sealed");
        let next = "try again; if it stays, tell the operator of this server.";
        Failure::new(Kind::UpstreamError, "This server could not make the link.", next)
    })?;
    if url.len() > links.public_url.len() + MAX_CHARS {
        let fault = "the path is too long for a link".to_owned();
        return Err(super::arguments::refuse(tool, &[fault]));
    }
    // Whole seconds, as the link itself has them.
    let expires_at = Timestamp::from_second(link.expires_at.as_second()).unwrap_or(now);
    let said = if call.endpoint.transfer == Some(Transfer::Upload) {
        json!({
            "url": url,
            "method": "PUT",
            "body": "the file's bytes, and nothing around them",
            "max_bytes": MAX_UPLOAD,
            "expires_at": expires_at,
            "single_use": true,
        })
    } else {
        json!({ "url": url, "method": "GET", "expires_at": expires_at, "single_use": true })
    };
    Ok(said.to_string())
}

/// The last segment of a path in the file system.
fn file_name(endpoint: &Endpoint, path_and_query: &str) -> Option<String> {
    if !matches!(endpoint.line.path.last(), Some(Segment::Rest(_))) {
        return None;
    }
    let path = path_and_query.split('?').next().unwrap_or_default();
    let last = path.trim_end_matches('/').rsplit('/').next()?;
    let name = percent_decode_str(last).decode_utf8().ok()?;
    (!name.is_empty()).then(|| name.into_owned())
}

impl Invoker {
    /// Makes a download's request. The body of the answer is still to come.
    pub async fn download(
        &self,
        tool: &Tool,
        request: Request,
        caller: Caller<'_>,
    ) -> (Result<Streaming, Failure>, Option<RateLimit>) {
        self.open(tool, |status| status == StatusCode::OK, request, caller).await
    }

    /// Makes an upload's request, and waits for what Egnyte says to the whole file.
    pub async fn upload(
        &self,
        tool: &Tool,
        request: Request,
        moving: Moving,
        caller: Caller<'_>,
    ) -> Outcome {
        let response = match self.client.send(caller.upstream, request, moving).await {
            Ok(response) => response,
            Err(error) => return outcome::of_call_error(tool, caller, &error).into(),
        };
        if !response.status.is_success() {
            let (failure, rate_limit) = self.refused(tool, &response, caller).await;
            return Outcome { result: Err(failure), image: None, rate_limit };
        }
        let rate_limit = self.accepted(response.status, &response.headers, caller).await;
        let result = match tool.call() {
            Some(Call { endpoint, response_times: times, .. }) => {
                response::single(endpoint, response, times, self.result_budget)
            }
            None => Ok("{}".to_owned()),
        };
        Outcome { result, image: None, rate_limit }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn link() -> Link {
        let mut headers = HeaderMap::new();
        headers.insert("x-egnyte-ai-safeguards-enabled", HeaderValue::from_static("true"));
        Link {
            id: new_id(),
            expires_at: Timestamp::from_second(1_000).unwrap(),
            tool: "a_tool".to_owned(),
            request: Request {
                method: Method::GET,
                path_and_query: "/pubapi/v1/fs-content/Shared/a%20b.txt?entry_id=1".to_owned(),
                headers,
                body: None,
            },
            file_name: Some("a b.txt".to_owned()),
            made: Verified {
                account_id: "account".to_owned(),
                server_id: "server".to_owned(),
                generation: 3,
                issued_at: Timestamp::UNIX_EPOCH,
                expires_at: Timestamp::from_second(2_000).ok(),
                config: ServerConfig::default(),
                domain: Domain::parse("acme").unwrap(),
                access_token: Secret::from("canary"),
                credentials_version: 2,
            },
        }
    }

    fn links(clock: Clock) -> Links {
        Links::new(Keyring::generate().unwrap(), "https://mcp.example.com".to_owned(), clock)
    }

    #[test]
    fn what_is_sealed_into_a_link_comes_out_of_it() {
        let (links, link) = (links(Clock::system()), link());
        let url = links.seal(&link).unwrap();
        let sealed = url.strip_prefix("https://mcp.example.com/transfer/").unwrap();
        let opened = links.open(sealed).unwrap();
        assert_eq!(opened.request, link.request);
        assert_eq!((&opened.id, &opened.tool), (&link.id, &link.tool));
        assert_eq!((opened.expires_at, &opened.file_name), (link.expires_at, &link.file_name));
        let (made, kept) = (&opened.made, &link.made);
        assert_eq!((&made.account_id, &made.server_id), (&kept.account_id, &kept.server_id));
        assert_eq!((made.generation, made.expires_at), (kept.generation, kept.expires_at));
        assert_eq!((&made.domain, made.credentials_version), (&kept.domain, 2));
        assert_eq!(made.access_token.expose(), "canary");
        assert!(!url.contains("canary") && !format!("{opened:?}").contains("canary"));
    }

    #[test]
    fn a_changed_or_foreign_link_is_none() {
        let ours = links(Clock::system());
        let url = ours.seal(&link()).unwrap();
        let sealed = url.rsplit('/').next().unwrap();
        assert!(ours.open(sealed).is_some());
        assert!(links(Clock::system()).open(sealed).is_none());
        for changed in
            [&sealed[1..], &sealed[..sealed.len() - 2], &format!("{sealed}AA"), "", "k.x"]
        {
            assert!(ours.open(changed).is_none(), "{changed}");
        }
    }

    #[test]
    fn a_link_ends_by_the_clock() {
        let clock = Clock::fixed(Timestamp::from_second(999).unwrap());
        let links = links(clock.clone());
        assert!(!links.has_ended(&link()));
        clock.set(Timestamp::from_second(1_000).unwrap());
        assert!(links.has_ended(&link()));
    }
}
