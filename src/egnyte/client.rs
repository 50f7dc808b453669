//! The one HTTP client that dials Egnyte. It sends a request once: no retry, no redirect, no
//! back-off. Every wait has a deadline and every body a limit.
//!
//! It is hyper-util's client rather than reqwest because this is the hot path: the target is
//! parsed once per account, not once per call (`docs/benchmarks.md`).

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::header::{ACCEPT, AUTHORIZATION, CONTENT_LENGTH, CONTENT_TYPE, HOST, USER_AGENT};
use http::response::Parts;
use http::uri::{Authority, PathAndQuery, Scheme};
use http::{HeaderMap, HeaderValue, Method, StatusCode, Uri};
use http_body_util::{BodyExt, Either, Full};
use hyper::body::Incoming;
use hyper_rustls::HttpsConnector;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::{TokioExecutor, TokioTimer};

use super::Domain;
use super::stream::Moving;
use crate::crypto::Secret;

/// Bounds on one call.
#[derive(Clone, Copy, Debug)]
pub struct ClientLimits {
    /// From the first byte sent to the last received. Clients give up at 60 s, so this stays below.
    pub deadline: Duration,
    /// Longest answer that is read, in bytes.
    pub max_response_bytes: usize,
    /// A file on its way may stand still for so long.
    pub idle: Duration,
}

impl Default for ClientLimits {
    fn default() -> Self {
        Self {
            deadline: Duration::from_secs(40),
            max_response_bytes: 16 * 1024 * 1024,
            idle: Duration::from_secs(30),
        }
    }
}

/// Idle connections kept open to one host.
const MAX_IDLE: usize = 128;
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
const IDLE_TIMEOUT: Duration = Duration::from_mins(1);
const PRODUCT: &str = concat!("egnyte-mcp/", env!("CARGO_PKG_VERSION"));

/// Where accounts are reached: `https://{host of the account}`, or what the operator set.
#[derive(Clone, Debug, Default)]
pub struct EgnyteUrl(Option<Arc<str>>);

/// Why `--egnyte-url` cannot be used.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error(
    "--egnyte-url `{given}` {reason}. Give an origin such as `https://{{domain}}.egnyte.com` or `http://127.0.0.1:9090`"
)]
pub struct EgnyteUrlError {
    given: String,
    reason: &'static str,
}

impl EgnyteUrl {
    /// Reads `--egnyte-url`. `{domain}` stands for an account's domain without `.egnyte.com`.
    pub fn parse(given: &str) -> Result<Self, EgnyteUrlError> {
        let fail = |reason| Err(EgnyteUrlError { given: given.to_owned(), reason });
        let probe = given.replace("{domain}", "x");
        let Ok(uri) = probe.trim_end_matches('/').parse::<Uri>() else {
            return fail("is not a URL");
        };
        if !matches!(uri.scheme_str(), Some("http" | "https")) || uri.authority().is_none() {
            return fail("has no http(s) scheme and host");
        }
        if !matches!(uri.path(), "" | "/") || uri.query().is_some() {
            return fail("has a path");
        }
        Ok(Self(Some(given.trim_end_matches('/').into())))
    }

    fn origin(&self, domain: &Domain) -> Option<(Scheme, Authority)> {
        let text = match &self.0 {
            None => format!("https://{}", domain.host()),
            Some(template) => template.replace("{domain}", domain.short()),
        };
        let parts = text.parse::<Uri>().ok()?.into_parts();
        Some((parts.scheme?, parts.authority?))
    }
}

/// One account's way to Egnyte, parsed once: origin and authorization.
#[derive(Clone, Debug)]
pub struct Upstream {
    scheme: Scheme,
    authority: Authority,
    web: Arc<str>,
    host: HeaderValue,
    authorization: HeaderValue,
}

impl Upstream {
    /// The upstream of an account. `None` when the access token cannot stand in a header.
    pub fn new(url: &EgnyteUrl, domain: &Domain, access_token: &Secret) -> Option<Self> {
        let (scheme, authority) = url.origin(domain)?;
        let host = HeaderValue::from_str(authority.as_str()).ok()?;
        let bearer = format!("Bearer {}", access_token.expose());
        let mut authorization = HeaderValue::from_str(&bearer).ok()?;
        authorization.set_sensitive(true);
        let web = format!("https://{}", domain.host()).into();
        Some(Self { scheme, authority, web, host, authorization })
    }

    /// Where people open the domain in a browser.
    pub fn web(&self) -> &str {
        &self.web
    }

    /// The host that is called, for messages.
    pub fn host(&self) -> &str {
        self.authority.as_str()
    }
}

/// A request to Egnyte, already encoded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// HTTP verb.
    pub method: Method,
    /// Percent-encoded path and query.
    pub path_and_query: String,
    /// Headers beside the client's own.
    pub headers: HeaderMap,
    /// The body.
    pub body: Option<Body>,
}

/// The body of a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Body {
    /// Its media type.
    pub content_type: &'static str,
    /// The bytes.
    pub bytes: Bytes,
}

impl Body {
    /// A body of JSON text.
    pub fn json(text: String) -> Self {
        Self { content_type: "application/json", bytes: Bytes::from(text) }
    }
}

/// An answer, read to its end.
#[derive(Debug)]
pub struct Response {
    /// HTTP status.
    pub status: StatusCode,
    /// Response headers.
    pub headers: HeaderMap,
    /// The body, within the limit.
    pub body: Bytes,
}

/// Why there is no whole answer.
#[derive(Debug, thiserror::Error)]
pub enum CallError {
    /// No connection was made: nothing was sent.
    #[error("no connection could be made")]
    Unreachable(#[source] hyper_util::client::legacy::Error),
    /// The connection ended before an answer came.
    #[error("the connection was closed before an answer came")]
    Closed(#[source] hyper_util::client::legacy::Error),
    /// The connection ended in the middle of the answer.
    #[error("the answer broke off")]
    BrokenOff(#[source] hyper::Error),
    /// The deadline passed.
    #[error("no whole answer came within {} seconds", .0.as_secs())]
    Timeout(Duration),
    /// A file on its way stood still.
    #[error("nothing moved for {} seconds", .0.as_secs())]
    Idle(Duration),
    /// What was to be sent is longer than the limit, in bytes.
    #[error("more than {0} bytes were sent")]
    BodyTooLong(u64),
    /// The answer is longer than the limit, in bytes.
    #[error("the answer is longer than {0} bytes")]
    TooLarge(usize),
    /// The request could not be formed. Arguments are checked before, so this is a fault of ours.
    #[error("the request could not be formed")]
    Malformed(#[source] http::Error),
}

/// The client. Cheap to clone; one per process.
#[derive(Clone, Debug)]
pub struct Client {
    http: hyper_util::client::legacy::Client<HttpsConnector<HttpConnector>, Outgoing>,
    pub(super) limits: ClientLimits,
}

/// A body that is sent: whole, or as it comes.
pub(super) type Outgoing = Either<Full<Bytes>, Moving>;

impl Client {
    /// A client that trusts the certificates this machine trusts.
    ///
    /// # Errors
    /// When the machine's certificates cannot be loaded.
    pub fn new(limits: ClientLimits) -> std::io::Result<Self> {
        let mut tcp = HttpConnector::new();
        tcp.set_nodelay(true);
        tcp.enforce_http(false);
        tcp.set_connect_timeout(Some(CONNECT_TIMEOUT));
        let connector = hyper_rustls::HttpsConnectorBuilder::new()
            .try_with_platform_verifier()
            .map_err(std::io::Error::other)?
            .https_or_http()
            .enable_http1()
            .wrap_connector(tcp);
        let http = hyper_util::client::legacy::Client::builder(TokioExecutor::new())
            .pool_idle_timeout(IDLE_TIMEOUT)
            .pool_max_idle_per_host(MAX_IDLE)
            .pool_timer(TokioTimer::new())
            .set_host(false)
            .build(connector);
        Ok(Self { http, limits })
    }

    /// The time an ordinary call has.
    pub fn deadline(&self) -> Duration {
        self.limits.deadline
    }

    /// Sends `request` once and reads the whole answer, whatever its status.
    pub async fn call(&self, upstream: &Upstream, request: Request) -> Result<Response, CallError> {
        let deadline = self.limits.deadline;
        tokio::time::timeout(deadline, self.exchange(upstream, request))
            .await
            .unwrap_or(Err(CallError::Timeout(deadline)))
    }

    async fn exchange(&self, upstream: &Upstream, request: Request) -> Result<Response, CallError> {
        let (parts, body) = self.begin(upstream, request, None).await?;
        let body = read_body(&parts.headers, body, self.limits.max_response_bytes).await?;
        Ok(Response { status: parts.status, headers: parts.headers, body })
    }

    /// Sends `request` once, with `moving` for its body if there is one; the head of the answer.
    pub(super) async fn begin(
        &self,
        upstream: &Upstream,
        request: Request,
        moving: Option<Moving>,
    ) -> Result<(Parts, Incoming), CallError> {
        let request = encode(upstream, request, moving).map_err(CallError::Malformed)?;
        let response = self.http.request(request).await.map_err(|error| {
            if error.is_connect() {
                CallError::Unreachable(error)
            } else {
                CallError::Closed(error)
            }
        })?;
        Ok(response.into_parts())
    }
}

fn encode(
    upstream: &Upstream,
    request: Request,
    moving: Option<Moving>,
) -> Result<http::Request<Outgoing>, http::Error> {
    let path = PathAndQuery::try_from(request.path_and_query)?;
    let uri = Uri::builder()
        .scheme(upstream.scheme.clone())
        .authority(upstream.authority.clone())
        .path_and_query(path)
        .build()?;
    let mut builder = http::Request::builder()
        .method(request.method)
        .uri(uri)
        .header(HOST, upstream.host.clone())
        .header(AUTHORIZATION, upstream.authorization.clone())
        .header(ACCEPT, HeaderValue::from_static("application/json"))
        .header(USER_AGENT, HeaderValue::from_static(PRODUCT));
    if let Some(headers) = builder.headers_mut() {
        headers.extend(request.headers);
    }
    if let Some(moving) = moving {
        let bytes = HeaderValue::from_static("application/octet-stream");
        return builder.header(CONTENT_TYPE, bytes).body(Either::Right(moving));
    }
    let Some(body) = request.body else { return builder.body(Either::Left(Full::default())) };
    builder
        .header(CONTENT_TYPE, HeaderValue::from_static(body.content_type))
        .body(Either::Left(Full::new(body.bytes)))
}

/// Reads a body to its end, as long as it has no more than `max` bytes.
pub(super) async fn read_body(
    headers: &HeaderMap,
    body: Incoming,
    max: usize,
) -> Result<Bytes, CallError> {
    let announced =
        headers.get(CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse::<usize>().ok());
    if announced.is_some_and(|length| length > max) {
        return Err(CallError::TooLarge(max));
    }
    let mut body = std::pin::pin!(body);
    let mut whole = Vec::with_capacity(announced.unwrap_or(0));
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(CallError::BrokenOff)?;
        if let Some(data) = frame.data_ref() {
            if whole.len() + data.len() > max {
                return Err(CallError::TooLarge(max));
            }
            whole.extend_from_slice(data);
        }
    }
    Ok(Bytes::from(whole))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_account_is_called_at_its_host_unless_the_operator_says_otherwise() {
        let domain = Domain::parse("acme").unwrap();
        let own = Domain::parse("files.acme.org").unwrap();
        let origin = |url: &EgnyteUrl, domain: &Domain| url.origin(domain).unwrap().1.to_string();
        assert_eq!(origin(&EgnyteUrl::default(), &domain), "acme.egnyte.com");
        assert_eq!(origin(&EgnyteUrl::default(), &own), "files.acme.org");
        let template = EgnyteUrl::parse("https://{domain}.egnytegov.com").unwrap();
        assert_eq!(origin(&template, &domain), "acme.egnytegov.com");
        let sandbox = EgnyteUrl::parse("http://127.0.0.1:9090/").unwrap();
        assert_eq!(origin(&sandbox, &domain), "127.0.0.1:9090");
    }

    #[test]
    fn an_egnyte_url_that_is_no_origin_is_refused() {
        for given in ["", "acme", "ftp://acme", "https://acme/path", "https://acme?x"] {
            assert!(EgnyteUrl::parse(given).is_err(), "{given}");
        }
    }
}
