//! Which names this service answers to and which web pages may call it. Both are checked before
//! anything else, so that a page on another site cannot reach a service on this machine or network
//! through a browser (DNS rebinding; MCP 2025-11-25, transports, security warning).

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http::header::{HOST, ORIGIN};
use http::request::Parts;
use http::{HeaderName, HeaderValue, Method, StatusCode, Uri};
use tower_http::cors::{AllowOrigin, CorsLayer};

use crate::api::problem::Problem;

/// Always answered to: whoever uses these names is on this machine.
const LOOPBACK: [&str; 3] = ["localhost", "127.0.0.1", "[::1]"];
/// Stands for "any".
const ANY: &str = "*";

/// The names and the pages. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Doors(Arc<Lists>);

#[derive(Debug)]
struct Lists {
    hosts: Vec<String>,
    origins: Vec<String>,
}

impl Doors {
    /// Answers to loopback names, the host of `public_url`, and `hosts`; pages may come from those
    /// same hosts and from `origins`. `*` in a list stands for any.
    pub fn new(public_url: &str, hosts: &[String], origins: &[String]) -> Self {
        let public = public_url.parse::<Uri>().ok();
        let public = public.as_ref().and_then(Uri::host).map(str::to_ascii_lowercase);
        let hosts = LOOPBACK
            .into_iter()
            .map(str::to_owned)
            .chain(public)
            .chain(hosts.iter().map(|host| host.to_ascii_lowercase()))
            .collect();
        let origins = origins.iter().map(|origin| origin.to_ascii_lowercase()).collect();
        Self(Arc::new(Lists { hosts, origins }))
    }

    /// Lets browsers on allowed pages read answers, and send the headers MCP needs.
    pub fn cors(&self) -> CorsLayer {
        const SENT: [&str; 9] = [
            "content-type",
            "accept",
            "authorization",
            "mcp-protocol-version",
            "mcp-session-id",
            "mcp-method",
            "mcp-name",
            "last-event-id",
            "if-none-match",
        ];
        const READ: [&str; 6] = [
            "mcp-session-id",
            "ratelimit-limit",
            "ratelimit-remaining",
            "ratelimit-reset",
            "retry-after",
            "etag",
        ];
        let doors = self.clone();
        let allowed = move |origin: &HeaderValue, _: &Parts| doors.allows_origin(origin);
        CorsLayer::new()
            .allow_origin(AllowOrigin::predicate(allowed))
            .allow_methods([Method::GET, Method::POST, Method::PUT, Method::PATCH, Method::DELETE])
            .allow_headers(SENT.map(HeaderName::from_static))
            .expose_headers(READ.map(HeaderName::from_static))
    }

    fn allows_host(&self, host: &str) -> bool {
        let name = without_port(host);
        self.0.hosts.iter().any(|known| known.eq_ignore_ascii_case(name) || known == ANY)
    }

    fn allows_origin(&self, origin: &HeaderValue) -> bool {
        let Ok(origin) = origin.to_str().map(str::to_ascii_lowercase) else { return false };
        let listed = self.0.origins.iter().any(|known| *known == origin || known == ANY);
        let from_known_host = || {
            let host = origin.strip_prefix("https://").or_else(|| origin.strip_prefix("http://"));
            host.is_some_and(|host| self.0.hosts.contains(&without_port(host).to_owned()))
        };
        listed || from_known_host()
    }
}

/// The middleware. Probes are let through: a load balancer uses whatever address it has.
pub async fn guard(State(doors): State<Doors>, request: Request, next: Next) -> Response {
    if matches!(request.uri().path(), "/healthz" | "/readyz") {
        return next.run(request).await;
    }
    let headers = request.headers();
    let host = headers.get(HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
    if !doors.allows_host(host) {
        let detail = "This service does not answer to the name in the Host header. Set \
                      --public-url to the address clients use, or add the name to --allowed-hosts.";
        return Problem::new(StatusCode::FORBIDDEN, detail).into_response();
    }
    if headers.get(ORIGIN).is_some_and(|origin| !doors.allows_origin(origin)) {
        let detail = "Pages of this origin may not call this service. Add the origin to \
                      --allowed-origins if they should.";
        return Problem::new(StatusCode::FORBIDDEN, detail).into_response();
    }
    next.run(request).await
}

/// A host without its port; an IPv6 address keeps its brackets.
fn without_port(host: &str) -> &str {
    match host.rfind(':') {
        Some(colon) if !host.get(colon..).is_some_and(|rest| rest.contains(']')) => {
            host.get(..colon).unwrap_or(host)
        }
        _ => host,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn doors() -> Doors {
        let origins = ["https://app.example.org".to_owned()];
        Doors::new("https://MCP.example.com/egnyte", &["10.1.2.3".to_owned()], &origins)
    }

    #[test]
    fn only_names_of_this_service_are_answered_to() {
        for host in ["localhost:8080", "127.0.0.1", "[::1]:80", "mcp.example.com", "10.1.2.3:1"] {
            assert!(doors().allows_host(host), "{host}");
        }
        for host in ["", "evil.example", "mcp.example.com.evil.example", "localhost.evil.example"] {
            assert!(!doors().allows_host(host), "{host}");
        }
        assert!(Doors::new("", &["*".to_owned()], &[]).allows_host("anything"));
    }

    #[test]
    fn only_pages_of_known_origins_may_call() {
        let allows = |origin: &str| doors().allows_origin(&origin.parse().unwrap());
        for origin in
            ["http://localhost:6274", "https://mcp.example.com", "https://app.example.org"]
        {
            assert!(allows(origin), "{origin}");
        }
        for origin in ["null", "https://evil.example", "http://app.example.org", "file://localhost"]
        {
            assert!(!allows(origin), "{origin}");
        }
    }
}
