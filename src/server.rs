//! Composition: one [`App`] is built once from the settings and handed down. Nothing here knows
//! what a tool or a message is.

pub mod documents;
pub mod doors;
pub mod health;
pub mod listen;
mod observe;

use std::path::PathBuf;
use std::sync::Arc;

use axum::Router;
use axum::middleware::{from_fn, from_fn_with_state};
use axum::response::Html;
use axum::routing::get;
use tokio_util::sync::CancellationToken;

use crate::account::Health;
use crate::api::{self, Admin, Agents, Transfers, agents, problem, transfer};
use crate::catalog::{Reloader, Shelf};
use crate::clock::Clock;
use crate::crypto::{Keyring, KeyringError, Secret};
use crate::egnyte::{Client, ClientLimits, EgnyteUrl};
use crate::invoke::transfer::Used;
use crate::invoke::{Cursors, Invoker, Links};
use crate::mcp::dispatch::Dispatcher;
use crate::mcp::transport::{self, Transport, http_sse::Sessions};
use crate::store::{Store, StoreError};
use crate::token::{ApiTokens, Grants};
use documents::DocumentsError;
use doors::Doors;

/// Everything that can be set.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Key ring and database.
    pub data_dir: PathBuf,
    /// Where records are kept.
    pub database: Database,
    /// The key ring itself, instead of the one in the data directory.
    pub keyring: Option<Secret>,
    /// What minted URLs begin with.
    pub public_url: String,
    /// Names this service answers to, beside loopback and the host of `public_url`.
    pub allowed_hosts: Vec<String>,
    /// Origins of web pages that may call it, beside those of the same hosts.
    pub allowed_origins: Vec<String>,
    /// Where accounts are reached.
    pub egnyte_url: EgnyteUrl,
    /// Documents that add to and override the built-in ones.
    pub tool_docs: Option<PathBuf>,
    /// An API token that is valid without being in the database.
    pub api_token: Option<Secret>,
    /// Bounds on calls to Egnyte.
    pub limits: ClientLimits,
}

/// Where records are kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Database {
    /// SQLite in the data directory.
    DataDir,
    /// At this URL.
    Url(String),
    /// Nowhere: tokens carry all that is needed, and nothing can be administrated.
    None,
}

/// Why the service did not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The key ring.
    #[error(transparent)]
    Keyring(#[from] KeyringError),
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The documents.
    #[error(transparent)]
    Documents(#[from] DocumentsError),
    /// The HTTP client.
    #[error("this machine's trusted certificates cannot be loaded: {0}")]
    Client(#[source] std::io::Error),
}

/// The service, ready to listen.
#[derive(Debug)]
pub struct App {
    router: Router,
    grants: Grants,
    drain: CancellationToken,
    reloader: Watched,
}

impl App {
    /// Opens what the settings name and puts the parts together.
    pub async fn build(settings: Settings) -> Result<Self, StartError> {
        let clock = Clock::system();
        let keyring = open_keyring(&settings)?;
        let store = open_store(&settings).await?;
        let (shelf, reloader) = open_shelf(&settings, &keyring)?;
        let client = Client::new(settings.limits).map_err(StartError::Client)?;
        let url = settings.egnyte_url.clone();
        let grants = match &store {
            Some(store) => Grants::with_store(keyring.clone(), store.clone(), url, clock.clone()),
            None => Grants::stateless(keyring.clone(), url, clock.clone()),
        };
        let api_tokens = ApiTokens::new(settings.api_token.as_ref(), store.clone(), clock.clone());
        let doors =
            Doors::new(&settings.public_url, &settings.allowed_hosts, &settings.allowed_origins);
        let drain = CancellationToken::new();
        let health = Health::new(store.clone(), clock.clone());
        let cursors = Cursors::new(Arc::new(keyring.clone()));
        let public_url = settings.public_url.trim_end_matches('/').to_owned();
        let links = Links::new(keyring.clone(), public_url.clone(), clock.clone());
        let invoker = Invoker::new(client.clone(), cursors, health, clock.clone());
        let invoker = Arc::new(invoker.with_links(links.clone()));
        let transfers = Transfers::new(transfer::Parts {
            links,
            used: Used::new(store.clone(), clock.clone()),
            grants: grants.clone(),
            shelf: shelf.clone(),
            invoker: Arc::clone(&invoker),
        });
        let transport = Transport::new(transport::Parts {
            dispatcher: Dispatcher::new(shelf.clone(), Arc::clone(&invoker)),
            grants: grants.clone(),
            api_tokens: api_tokens.clone(),
            sessions: Sessions::default(),
            path_prefix: path_of(&settings.public_url),
            drain: drain.clone(),
        });
        let readiness = health::Readiness::new(store.clone(), drain.clone());
        let agents = Agents::new(agents::Parts {
            store: store.clone(),
            keyring: keyring.clone(),
            shelf: shelf.clone(),
            grants: grants.clone(),
            api_tokens: api_tokens.clone(),
            invoker,
            egnyte_url: settings.egnyte_url.clone(),
        });
        let admin = store.map(|store| {
            Admin::new(api::Parts {
                store,
                keyring,
                shelf,
                grants: grants.clone(),
                api_tokens,
                client,
                egnyte_url: settings.egnyte_url,
                public_url,
                clock,
            })
        });
        let router = routes(transport, admin, agents, transfers, readiness, &doors);
        Ok(Self { router, grants, drain, reloader })
    }

    /// The routes, for a test that needs no listener.
    pub fn router(&self) -> Router {
        self.router.clone()
    }

    /// Serves until `shutdown`, then drains.
    pub async fn serve(
        self,
        listener: tokio::net::TcpListener,
        shutdown: impl Future<Output = ()>,
    ) {
        let stop_watching = CancellationToken::new();
        let watching = tokio::spawn({
            let (grants, stop) = (self.grants.clone(), stop_watching.clone());
            async move { grants.watch(stop).await }
        });
        let reloading = self.reloader.map(|(reloader, keyring)| {
            tokio::spawn(reloader.run(move |folder| documents::load(Some(folder), &keyring)))
        });
        listen::serve(listener, self.router, self.drain, shutdown).await;
        if let Some(reloading) = reloading {
            reloading.abort();
        }
        stop_watching.cancel();
        drop(watching.await);
    }
}

fn routes(
    transport: Transport,
    admin: Option<Admin>,
    agents: Agents,
    transfers: Transfers,
    readiness: health::Readiness,
    doors: &Doors,
) -> Router {
    let admin = admin.map_or_else(api::without_database, Admin::routes);
    Router::new()
        .merge(admin)
        .merge(agents.routes())
        .merge(transport.routes())
        .merge(transfers.routes())
        .merge(readiness.routes())
        .route("/", get(Html(include_str!("server/index.html"))))
        .fallback(problem::not_found)
        .layer(doors.cors())
        .layer(from_fn_with_state(doors.clone(), doors::guard))
        .layer(from_fn(observe::observe))
}

fn open_keyring(settings: &Settings) -> Result<Keyring, KeyringError> {
    match &settings.keyring {
        Some(text) => Keyring::from_text("EGNYTE_MCP_KEYRING", text),
        None => Keyring::open_or_create(&settings.data_dir),
    }
}

type Watched = Option<(Reloader, Keyring)>;

fn open_shelf(settings: &Settings, keyring: &Keyring) -> Result<(Shelf, Watched), DocumentsError> {
    let folder = settings.tool_docs.clone();
    let catalog = documents::load(folder.as_deref(), keyring)?;
    Ok(match folder {
        None => (Shelf::fixed(catalog), None),
        Some(folder) => {
            let (shelf, reloader) = Shelf::following(catalog, folder);
            (shelf, Some((reloader, keyring.clone())))
        }
    })
}

async fn open_store(settings: &Settings) -> Result<Option<Store>, StoreError> {
    Ok(match &settings.database {
        Database::DataDir => Some(Store::open_dir(&settings.data_dir).await?),
        Database::Url(url) => Some(Store::open_url(url).await?),
        Database::None => None,
    })
}

/// The path of the public URL, for a service that stands below another.
fn path_of(url: &str) -> String {
    let path = url.parse::<http::Uri>().map(|uri| uri.path().to_owned()).unwrap_or_default();
    path.trim_end_matches('/').to_owned()
}
