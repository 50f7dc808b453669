//! `GET /integrated-account/{id}/tools`: definitions in the shape a program binds.

use axum::extract::{OriginalUri, Path, State};
use axum::response::{IntoResponse, Response};
use http::header::{CACHE_CONTROL, CONTENT_TYPE, ETAG, IF_NONE_MATCH, VARY};
use http::{HeaderMap, HeaderValue, StatusCode};

use super::Agents;
use super::access::{self, Access};
use super::query::Known;
use crate::api::problem::{Problem, internal};
use crate::catalog::format::{Format, Selection, Strict};
use crate::catalog::{ServerConfig, ToolNames};

const PARAMETERS: [&str; 7] =
    ["format", "methods", "tags", "tools", "names", "strict", "has_description"];

/// Lists the tools that the caller may call, in the format asked for.
pub async fn list(
    State(agents): State<Agents>,
    Path(account): Path<String>,
    OriginalUri(uri): OriginalUri,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let access = access::admit(&agents, &headers, Some(&account)).await?;
    let selection = selection(access, &Known::new(&uri, &PARAMETERS)?)?;
    let listing = agents.shelf.catalog().listing(&selection)?;
    let etag = HeaderValue::from_str(&listing.etag).map_err(|error| internal(&error))?;
    let mut response = if has_already(&headers, &listing.etag) {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        let json = HeaderValue::from_static("application/json");
        ([(CONTENT_TYPE, json)], listing.body.clone()).into_response()
    };
    let answer = response.headers_mut();
    answer.insert(ETAG, etag);
    answer.insert(CACHE_CONTROL, HeaderValue::from_static("private"));
    answer.append(VARY, HeaderValue::from_static("authorization"));
    Ok(response)
}

fn selection(access: Access, query: &Known) -> Result<Selection, Problem> {
    let formats = Format::ALL.map(Format::as_str);
    let stricts = Strict::ALL.map(Strict::as_str);
    let names = query.one("names", &["long", "short"], |name| match name {
        "long" => Some(ToolNames::Long),
        "short" => Some(ToolNames::Short),
        _ => None,
    })?;
    let described = query.one("has_description", &["true", "false"], |text| text.parse().ok())?;
    Ok(Selection {
        filter: ServerConfig {
            methods: query.list("methods")?,
            tags: query.list("tags")?,
            tools: query.list("tools")?,
            ..ServerConfig::default()
        },
        format: query.one("format", &formats, Format::parse)?.unwrap_or_default(),
        strict: query.one("strict", &stricts, Strict::parse)?.unwrap_or_default(),
        names: names.unwrap_or(access.within.tool_names),
        undocumented: !described.unwrap_or(true),
        within: access.within,
    })
}

/// Whether the client has what it would get (RFC 9110, 13.1.2).
fn has_already(headers: &HeaderMap, etag: &str) -> bool {
    let given = headers.get_all(IF_NONE_MATCH).iter().filter_map(|value| value.to_str().ok());
    given
        .flat_map(|value| value.split(','))
        .map(str::trim)
        .any(|tag| tag == "*" || tag.strip_prefix("W/").unwrap_or(tag) == etag)
}
