//! `/integrated-account/{id}/mcp`: minting URLs, and changing and revoking what was minted. Token
//! and URL are shown once, when they are made.

use axum::Json;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::Admin;
use super::accounts::valid_name;
use super::extract::{Body, Change, ListQuery, Parameters, object};
use super::problem::{Problem, internal};
use crate::catalog::{ServerConfig, View};
use crate::crypto::{Keyring, Secret};
use crate::store::{Account, Credentials, Listing, McpServer, NewServer, Page, new_id};
use crate::token::{MintRequest, mint};

/// A server must live at least this long.
const SHORTEST_LIFE: SignedDuration = SignedDuration::from_secs(60);
/// Longest overlap of two tokens at a rotation: a week.
const LONGEST_OVERLAP: i64 = 7 * 24 * 3600;

/// A server as the API shows it. Never with its token.
#[derive(Debug, Serialize)]
pub struct ServerView {
    id: String,
    name: String,
    config: ServerConfig,
    integrated_account_id: String,
    expires_at: Option<Timestamp>,
    created_at: Timestamp,
    updated_at: Timestamp,
    last_used_at: Option<Timestamp>,
    tool_count: usize,
}

/// A server just minted: the only time its token and URL are shown.
#[derive(Serialize)]
struct Minted<'a> {
    #[serde(flatten)]
    server: ServerView,
    token: &'a str,
    url: String,
    sse_url: String,
}

/// Body of `POST …/mcp`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Create {
    name: String,
    #[serde(default, deserialize_with = "object")]
    config: ServerConfig,
    #[serde(default)]
    expires_at: Option<Timestamp>,
}

/// Query of `POST …/mcp`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CreateQuery {
    #[serde(default)]
    dry_run: bool,
}

/// Body of `PATCH …/mcp/{server}`. `config` is merged key by key; null takes a key away.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Update {
    name: Option<String>,
    config: Option<serde_json::Map<String, Value>>,
    #[serde(default)]
    expires_at: Change<Timestamp>,
}

/// Body of `POST …/rotate`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rotate {
    #[serde(default)]
    overlap_seconds: i64,
}

/// `POST /integrated-account/{id}/mcp`, with `?dry_run=true` to see what it would offer.
pub async fn create(
    State(admin): State<Admin>,
    Path(account_id): Path<String>,
    Parameters(query): Parameters<CreateQuery>,
    Body(body): Body<Create>,
) -> Result<Response, Problem> {
    let account = admin.store.accounts().get(&account_id).await?;
    let name = valid_name(&body.name)?;
    let view = admin.shelf.catalog().checked_view(&body.config)?;
    let now = admin.clock.now();
    check_expiry(body.expires_at, now)?;
    if query.dry_run {
        return Ok(Json(preview(&view)).into_response());
    }
    let access_token = access_token(&admin.keyring, &account)?;
    let new = NewServer {
        id: new_id(),
        integrated_account_id: account.id.clone(),
        name,
        config: body.config,
        expires_at: body.expires_at,
    };
    // The token first: what cannot be minted leaves no record behind.
    let request = MintRequest {
        account_id: &account.id,
        server_id: &new.id,
        generation: 1,
        domain: &account.domain,
        access_token: &access_token,
        credentials_version: account.credentials_version,
        config: &new.config,
        issued_at: now,
        expires_at: new.expires_at,
    };
    let token = mint(&admin.keyring, &request)?;
    let server = admin.store.servers().create(new, now).await?;
    Ok((StatusCode::CREATED, minted(&admin, server, &token)).into_response())
}

/// `GET /integrated-account/{id}/mcp`
pub async fn list(
    State(admin): State<Admin>,
    Path(account_id): Path<String>,
    Parameters(query): Parameters<ListQuery>,
) -> Result<Json<Listing<ServerView>>, Problem> {
    admin.store.accounts().get(&account_id).await?;
    let page = Page::new(query.limit, query.next_cursor.as_deref())?;
    let listing = admin.store.servers().list(&account_id, &page).await?;
    Ok(Json(listing.map(|server| admin.view_of(server))))
}

/// `GET /integrated-account/{id}/mcp/{server}`
pub async fn get(
    State(admin): State<Admin>,
    Path((account_id, id)): Path<(String, String)>,
) -> Result<Json<ServerView>, Problem> {
    let server = find(&admin, &account_id, &id).await?;
    Ok(Json(admin.view_of(server)))
}

/// `PATCH /integrated-account/{id}/mcp/{server}`
pub async fn update(
    State(admin): State<Admin>,
    Path((account_id, id)): Path<(String, String)>,
    Body(body): Body<Update>,
) -> Result<Json<ServerView>, Problem> {
    let mut server = find(&admin, &account_id, &id).await?;
    let now = admin.clock.now();
    if let Some(name) = body.name {
        server.name = valid_name(&name)?;
    }
    if let Some(changes) = body.config {
        server.config = merged(&server.config, changes)?;
        admin.shelf.catalog().checked_view(&server.config)?;
    }
    match body.expires_at {
        Change::Keep => {}
        Change::Clear => server.expires_at = None,
        Change::Set(at) => {
            check_expiry(Some(at), now)?;
            server.expires_at = Some(at);
        }
    }
    let server = admin.store.servers().update(&server, now).await?;
    admin.grants.invalidate_server(&server.id).await;
    Ok(Json(admin.view_of(server)))
}

/// `DELETE /integrated-account/{id}/mcp/{server}`: revokes at once, open streams too.
pub async fn revoke(
    State(admin): State<Admin>,
    Path((account_id, id)): Path<(String, String)>,
) -> Result<StatusCode, Problem> {
    find(&admin, &account_id, &id).await?;
    admin.store.servers().revoke(&id, admin.clock.now()).await?;
    admin.grants.invalidate_server(&id).await;
    Ok(StatusCode::NO_CONTENT)
}

/// `POST /integrated-account/{id}/mcp/{server}/rotate`
pub async fn rotate(
    State(admin): State<Admin>,
    Path((account_id, id)): Path<(String, String)>,
    Body(body): Body<Rotate>,
) -> Result<Response, Problem> {
    if !(0..=LONGEST_OVERLAP).contains(&body.overlap_seconds) {
        let detail = format!("An overlap is 0 to {LONGEST_OVERLAP} seconds (a week).");
        return Err(Problem::field("overlap_seconds", detail));
    }
    find(&admin, &account_id, &id).await?;
    let account = admin.store.accounts().get(&account_id).await?;
    let access_token = access_token(&admin.keyring, &account)?;
    let now = admin.clock.now();
    let until = now
        .checked_add(SignedDuration::from_secs(body.overlap_seconds))
        .map_err(|error| internal(&error))?;
    let server = admin.store.servers().rotate(&id, until, now).await?;
    let token = mint(
        &admin.keyring,
        &MintRequest {
            account_id: &account.id,
            server_id: &server.id,
            generation: server.generation,
            domain: &account.domain,
            access_token: &access_token,
            credentials_version: account.credentials_version,
            config: &server.config,
            issued_at: now,
            expires_at: server.expires_at,
        },
    )?;
    admin.grants.invalidate_server(&server.id).await;
    Ok(minted(&admin, server, &token).into_response())
}

impl Admin {
    fn view_of(&self, server: McpServer) -> ServerView {
        let tool_count = self.shelf.catalog().view(&server.config).tools().len();
        ServerView {
            id: server.id,
            name: server.name,
            config: server.config,
            integrated_account_id: server.integrated_account_id,
            expires_at: server.expires_at,
            created_at: server.created_at,
            updated_at: server.updated_at,
            last_used_at: server.last_used_at,
            tool_count,
        }
    }
}

fn minted(admin: &Admin, server: McpServer, token: &Secret) -> Json<Value> {
    let url = format!("{}/mcp/{}", admin.public_url, token.expose());
    let sse_url = format!("{url}/sse");
    let minted = Minted { server: admin.view_of(server), token: token.expose(), url, sse_url };
    // Strings, numbers and times: this cannot fail.
    Json(serde_json::to_value(&minted).unwrap_or_default())
}

/// A server of this account, or a 404 as if it did not exist.
async fn find(admin: &Admin, account_id: &str, id: &str) -> Result<McpServer, Problem> {
    let server = admin.store.servers().get(id).await?;
    if server.integrated_account_id == account_id {
        return Ok(server);
    }
    let detail = format!("there is no MCP server `{id}` of this account");
    Err(Problem::new(StatusCode::NOT_FOUND, detail))
}

/// The access token an account has now.
pub(super) fn access_token(keyring: &Keyring, account: &Account) -> Result<Secret, Problem> {
    let stored = account
        .credentials
        .as_ref()
        .map(|sealed| Credentials::open(keyring, &account.id, sealed))
        .transpose()
        .map_err(|error| internal(&error))?;
    stored.and_then(|stored| stored.access_token).ok_or_else(|| {
        let detail = "The account is not connected yet, so nothing can be minted or called for it.";
        Problem::new(StatusCode::CONFLICT, detail)
    })
}

fn check_expiry(expires_at: Option<Timestamp>, now: Timestamp) -> Result<(), Problem> {
    match expires_at {
        Some(at) if at.duration_since(now) < SHORTEST_LIFE => {
            let detail = format!("expires_at must be at least 60 seconds ahead; it is {now} now.");
            Err(Problem::field("expires_at", detail))
        }
        _ => Ok(()),
    }
}

fn merged(
    config: &ServerConfig,
    changes: serde_json::Map<String, Value>,
) -> Result<ServerConfig, Problem> {
    let mut whole = serde_json::to_value(config).map_err(|error| internal(&error))?;
    if let Some(object) = whole.as_object_mut() {
        for (key, value) in changes {
            if value.is_null() {
                object.remove(&key);
            } else {
                object.insert(key, value);
            }
        }
    }
    serde_path_to_error::deserialize(whole).map_err(|error| {
        let field = format!("config.{}", error.path());
        Problem::field(field, format!("The body does not fit: {}.", error.into_inner()))
    })
}

fn preview(view: &View) -> Value {
    let tools: Vec<Value> = view
        .tools()
        .iter()
        .map(|tool| {
            json!({
                "name": view.listed_name(tool),
                "title": tool.title,
                "resource": tool.resource,
                "method": tool.method,
                "tags": tool.tags,
                "annotations": tool.annotations,
            })
        })
        .collect();
    // What clients see, and what the estimate is of, where that is not the tools themselves.
    let listed = view
        .discovery()
        .map(|discovery| discovery.tools().iter().map(|tool| tool.name).collect::<Vec<_>>());
    let mut preview = json!({
        "dry_run": true,
        "tool_count": tools.len(),
        "token_estimate": view.token_estimate(),
        "tools": tools,
    });
    if let (Some(object), Some(listed)) = (preview.as_object_mut(), listed) {
        object.insert("listed".to_owned(), json!(listed));
    }
    preview
}
