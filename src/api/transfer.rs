//! `/transfer/{link}`: a file goes through, once. The link is all the permission there is: it is
//! opened, checked like a call of the URL it was made for, and used up before Egnyte is asked.

use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::{Path, Request, State};
use axum::response::{IntoResponse, Response};
use axum::routing::any;
use http::header::{
    ACCEPT_RANGES, ALLOW, CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_ENCODING, CONTENT_LENGTH,
    CONTENT_SECURITY_POLICY, CONTENT_TYPE, ETAG, LAST_MODIFIED, RETRY_AFTER,
};
use http::request::Parts as RequestHead;
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::problem::Problem;
use crate::catalog::definition::Transfer;
use crate::catalog::{Shelf, Tool};
use crate::egnyte::{Moving, RateLimit};
use crate::invoke::transfer::{Link, Links, MAX_UPLOAD, Used};
use crate::invoke::{Caller, Failure, Invoker};
use crate::token::{Grant, Grants, Refusal};

/// Transfers of a process at once. Each holds two connections and a few pieces of a file.
const MAX_TRANSFERS: usize = 64;
/// What an attribute of `Content-Disposition` may hold unencoded (RFC 8187, `attr-char`).
const ENCODED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');
const CHECKSUM: HeaderName = HeaderName::from_static("x-sha512-checksum");

/// What these routes work with. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Transfers(Arc<Inner>);

/// What [`Transfers`] are made of.
#[derive(Debug)]
pub struct Parts {
    /// Opens links.
    pub links: Links,
    /// Uses them up.
    pub used: Used,
    /// Whether the URL they were made for is still good.
    pub grants: Grants,
    /// Whether it still offers the tool.
    pub shelf: Shelf,
    /// Asks Egnyte.
    pub invoker: Arc<Invoker>,
}

#[derive(Debug)]
struct Inner {
    parts: Parts,
    places: Arc<Semaphore>,
}

/// A link that may be used now.
struct Admitted {
    link: Link,
    grant: Arc<Grant>,
    tool: Arc<Tool>,
    kind: Transfer,
}

/// A refusal, with what goes into its headers.
struct Refused {
    problem: Box<Problem>,
    headers: HeaderMap,
}

impl Transfers {
    /// Transfers over their parts.
    pub fn new(parts: Parts) -> Self {
        Self(Arc::new(Inner { parts, places: Arc::new(Semaphore::new(MAX_TRANSFERS)) }))
    }

    /// The route. It asks for nothing but the link.
    pub fn routes(self) -> Router {
        Router::new().route("/transfer/{link}", any(handle)).with_state(self)
    }

    /// Everything that is asked before a link is used up. Nothing of it is counted as a use.
    async fn admit(&self, sealed: &str, request: &RequestHead) -> Result<Admitted, Refused> {
        let Parts { links, grants, shelf, .. } = &self.0.parts;
        let Some(link) = links.open(sealed) else {
            let detail = "There is no file at this address. Check that it was copied whole.";
            return Err(Problem::new(StatusCode::NOT_FOUND, detail).into());
        };
        if links.has_ended(&link) {
            let detail = format!("This link ended at {}. Ask for a new one.", link.expires_at);
            return Err(Problem::new(StatusCode::GONE, detail).into());
        }
        let grant = grants.of_link(sealed, link.made.clone()).await.map_err(refused)?;
        let view = shelf.catalog().view(&grant.config);
        let tool = view.find(&link.tool).map(Arc::clone);
        let kind = |tool: &Tool| tool.call()?.endpoint.transfer;
        let Some((kind, tool)) = tool.and_then(|tool| Some((kind(&tool)?, tool))) else {
            let detail = "What this link does is no longer offered. Ask for what is.";
            return Err(Problem::new(StatusCode::FORBIDDEN, detail).into());
        };
        check_request(kind, request)?;
        Ok(Admitted { link, grant, tool, kind })
    }

    async fn serve(&self, sealed: &str, request: Request) -> Result<Response, Refused> {
        let (head, body) = request.into_parts();
        let admitted = self.admit(sealed, &head).await?;
        let Ok(place) = Arc::clone(&self.0.places).try_acquire_owned() else {
            let detail = "As many files as this server passes at once are on their way. The link \
                          is still good: try again in a moment.";
            return Err(Problem::new(StatusCode::SERVICE_UNAVAILABLE, detail).into());
        };
        match self.0.parts.used.use_once(&admitted.link).await {
            Ok(true) => {}
            Ok(false) => {
                let detail = "This link was used before; it works once. Ask for a new one.";
                return Err(Problem::new(StatusCode::GONE, detail).into());
            }
            Err(error) => {
                tracing::error!(%error, "it could not be noted that a link is used");
                return Err(unavailable());
            }
        }
        match admitted.kind {
            Transfer::Download => self.download(admitted, place).await,
            Transfer::Upload => self.upload(admitted, place, body).await,
        }
    }

    async fn download(
        &self,
        admitted: Admitted,
        place: OwnedSemaphorePermit,
    ) -> Result<Response, Refused> {
        let Parts { invoker, grants, .. } = &self.0.parts;
        let Admitted { link, grant, tool, .. } = admitted;
        let caller = Caller::from(&*grant);
        let (answer, rate_limit) = invoker.download(&tool, link.request, caller).await;
        let answer = answer.map_err(|failure| failed(failure, rate_limit))?;
        let mut headers = HeaderMap::new();
        for name in [CONTENT_TYPE, CONTENT_LENGTH, CONTENT_ENCODING, ETAG, LAST_MODIFIED, CHECKSUM]
        {
            let value = answer.headers.get(&name).cloned();
            headers.extend(value.map(|value| (name, value)));
        }
        headers.insert(CONTENT_DISPOSITION, attachment(link.file_name.as_deref()));
        headers.insert(ACCEPT_RANGES, HeaderValue::from_static("none"));
        // A page out of Egnyte must not act as a page of this service.
        let policy = HeaderValue::from_static("sandbox; default-src 'none'");
        headers.insert(CONTENT_SECURITY_POLICY, policy);
        headers.extend(rate_limit.iter().flat_map(RateLimit::headers));
        let open = grants.stream(&grant);
        let relay = answer.relay(async move {
            grant.ended().cancelled().await;
            drop((place, open));
        });
        Ok((headers, Body::new(relay)).into_response())
    }

    async fn upload(
        &self,
        admitted: Admitted,
        place: OwnedSemaphorePermit,
        body: Body,
    ) -> Result<Response, Refused> {
        let Parts { invoker, grants, .. } = &self.0.parts;
        let Admitted { link, grant, tool, .. } = admitted;
        let open = grants.stream(&grant);
        let moving = Moving::new(body, MAX_UPLOAD);
        let caller = Caller::from(&*grant);
        let outcome = tokio::select! {
            outcome = invoker.upload(&tool, link.request, moving, caller) => outcome,
            () = grant.ended().cancelled() => return Err(refused(Refusal::Revoked { at: None })),
        };
        drop((place, open));
        let json = outcome.result.map_err(|failure| failed(failure, outcome.rate_limit))?;
        let mut headers = HeaderMap::new();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        headers.extend(outcome.rate_limit.iter().flat_map(RateLimit::headers));
        Ok((headers, json).into_response())
    }
}

async fn handle(
    State(transfers): State<Transfers>,
    Path(link): Path<String>,
    request: Request,
) -> Response {
    let mut response = match transfers.serve(&link, request).await {
        Ok(response) => response,
        Err(refused) => (refused.headers, *refused.problem).into_response(),
    };
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

/// Whether the request is one the link can be used with.
fn check_request(kind: Transfer, request: &RequestHead) -> Result<(), Refused> {
    let (allowed, fits) = match (kind, &request.method) {
        (Transfer::Download, method) => ("GET", *method == Method::GET),
        (Transfer::Upload, method) => ("POST, PUT", matches!(*method, Method::POST | Method::PUT)),
    };
    if !fits {
        // Not HEAD either: programs that look at every link must not use it up.
        let detail = "This link does not take this method; the Allow header names what it takes.";
        let mut refused = Refused::from(Problem::new(StatusCode::METHOD_NOT_ALLOWED, detail));
        refused.headers.insert(ALLOW, HeaderValue::from_static(allowed));
        return Err(refused);
    }
    if kind == Transfer::Download {
        return Ok(());
    }
    let text = |name| request.headers.get(name).and_then(|value| value.to_str().ok());
    let length: Option<u64> = text(CONTENT_LENGTH).and_then(|length| length.parse().ok());
    if length.is_some_and(|length| length > MAX_UPLOAD) {
        let detail = format!(
            "The file is larger than the {MAX_UPLOAD} bytes that can be sent through a link. The \
             link is still good for a smaller one."
        );
        return Err(Problem::new(StatusCode::PAYLOAD_TOO_LARGE, detail).into());
    }
    let form =
        text(CONTENT_TYPE).is_some_and(|kind| kind.to_ascii_lowercase().starts_with("multipart/"));
    if form {
        let detail = "Send the file's bytes themselves as the body, not a form around them (curl \
                      -T FILE). The link is still good.";
        return Err(Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, detail).into());
    }
    Ok(())
}

/// `attachment` with a name that cannot leave its place, in both spellings (RFC 6266, 4.3).
fn attachment(name: Option<&str>) -> HeaderValue {
    let plain = HeaderValue::from_static("attachment");
    let Some(name) = name else { return plain };
    let name: String = name
        .chars()
        .map(|c| if c.is_control() || matches!(c, '/' | '\\' | '"') { '_' } else { c })
        .collect();
    let ascii: String =
        name.chars().map(|c| if c == ' ' || c.is_ascii_graphic() { c } else { '_' }).collect();
    let encoded = utf8_percent_encode(&name, ENCODED);
    let text = format!("attachment; filename=\"{ascii}\"; filename*=UTF-8''{encoded}");
    HeaderValue::try_from(text).unwrap_or(plain)
}

/// The URL for which a link was made is no longer good.
fn refused(refusal: Refusal) -> Refused {
    if let Refusal::Unavailable(source) = refusal {
        tracing::error!(error = %source, "a transfer link could not be checked");
        return unavailable();
    }
    let detail = "The MCP server or account that this link belongs to was revoked or has expired, \
                  and the link with it.";
    Problem::new(StatusCode::FORBIDDEN, detail).into()
}

fn unavailable() -> Refused {
    let detail = "This server cannot check the link right now. Try again in a moment.";
    Problem::new(StatusCode::SERVICE_UNAVAILABLE, detail).into()
}

/// Egnyte's refusal. Its 401 is about the account, and nothing that another sign-in here would
/// mend.
fn failed(mut failure: Failure, rate_limit: Option<RateLimit>) -> Refused {
    if failure.status == Some(StatusCode::UNAUTHORIZED.as_u16()) {
        failure.status = Some(StatusCode::BAD_GATEWAY.as_u16());
    }
    let mut headers = HeaderMap::new();
    headers.extend(rate_limit.iter().flat_map(RateLimit::headers));
    headers.extend(failure.retry_after_seconds.map(|wait| (RETRY_AFTER, HeaderValue::from(wait))));
    Refused { problem: Box::new(Problem::from(failure)), headers }
}

impl From<Problem> for Refused {
    fn from(problem: Problem) -> Self {
        Self { problem: Box::new(problem), headers: HeaderMap::new() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_s_name_stays_in_its_place() {
        for (name, expected) in [
            (None, "attachment"),
            (Some("a b.txt"), r#"attachment; filename="a b.txt"; filename*=UTF-8''a%20b.txt"#),
            (
                Some("Überblick.md"),
                r#"attachment; filename="_berblick.md"; filename*=UTF-8''%C3%9Cberblick.md"#,
            ),
            (
                Some("a\"; x=\"\r\n../b"),
                r#"attachment; filename="a_; x=___.._b"; filename*=UTF-8''a_%3B%20x%3D___.._b"#,
            ),
        ] {
            assert_eq!(attachment(name).to_str().unwrap(), expected);
        }
    }
}
