//! A stand-in Egnyte domain: an HTTP server that behaves like Egnyte's public API for users, groups,
//! files and the services around them. It is written from Egnyte's documents alone and must never
//! import another module of this crate, or the two sides of the wire could agree on the same
//! mistake.
//!
//! # What it answers
//!
//! | request | answer |
//! |---|---|
//! | `/pubapi/v2/users`, `/pubapi/v2/users/{id}` | list, get, create, update, delete |
//! | `/pubapi/v2/groups`, `/pubapi/v2/groups/{id}` | list, get, create, replace, update, delete |
//! | `GET /pubapi/v1/userinfo`, `GET /pubapi/v1/whoami` | who the access token belongs to |
//! | `/pubapi/v1/fs/{path}`, `/pubapi/v2/fs/{path}`, `/pubapi/v1/fs/ids/…` | folders and files: list, make, move, copy, lock, delete, options |
//! | `/pubapi/v1/fs-content/{path}`, `…/ids/file/{id}` | download, with ranges; upload, raw or as a form |
//! | `/pubapi/v1/fs-content-chunked/…` | upload in chunks of 10 MB and more |
//! | `/pubapi/v2/perms/…`, `/pubapi/v1/perms/…` | grants on a folder, effective permissions |
//! | `/pubapi/v1/links…`, `/pubapi/v2/links…` | list, get, create, delete; settings |
//! | `/pubapi/v1/notes…`, `/pubapi/v1/bookmarks…` | list, get, create, delete |
//! | `/pubapi/v1/properties/namespace…`, `…/properties/{namespace}` | namespaces, keys and values of metadata |
//! | `/pubapi/v1/fs/trash`, `/pubapi/v2/fs/trash…` | list, count, restore, purge |
//! | `/pubapi/v1/events…`, `/pubapi/v2/events…` | cursor and events; every change made here is one |
//! | `/pubapi/v1/search`, `/pubapi/v2/search`, `/pubapi/v1/hybrid-search` | over names, texts, comments and metadata |
//! | `GET /pubapi/v1/insights/files` | recent files |
//! | `/pubapi/v1/audit/{type}`, `/audit/jobs/{id}`, `/audit/{type}/{id}` | report jobs: 202, running, 303; JSON in pages or CSV |
//! | `GET·POST /pubapi/v2/audit/stream` | a week of audit events behind a cursor |
//! | `/pubapi/v1/workflows`, `/workflows/tasks` | list, get, create, cancel, tasks, completion signal |
//! | `/pubapi/v1/tasks` | legacy tasks: list, get, create, replace, status, delete |
//! | `/pubapi/v2/project-folders`, `/pubapi/v1/project-folders` | list, get, search, create, mark, update, delete, clean-up |
//! | `/pubapi/v1/properties/project-tag/custom-fields` | list, create, update, delete, delete values |
//! | `/pubapi/v1/webhooks` | list, create (a quota of 10), replace, delete, status, details |
//! | `/pubapi/v1/ai/…` | documents, knowledge bases, assistant and agents: canned, made of the question |
//! | `/pubapi/v1/egnyte-sign/…` | templates; signature requests: create, sent, mine, cancel |
//! | `/pubapi/v1/upload-requests`, `/pubapi/v1/document-portal/…` | templates and create; workspaces and settings |
//! | anything else | Egnyte's HTML 404; a known path with an unknown method is a 403 |
//!
//! Every start begins with the same people, groups, files and so on ([`Sandbox::ACCESS_TOKEN`] is
//! valid), and everything lives in memory: of an upload above 64 MB only size and checksum are kept.
//!
//! # Control
//!
//! Under `/_sandbox`, JSON, without authentication: never expose a sandbox to a network.
//!
//! | request | effect |
//! |---|---|
//! | `GET /_sandbox` | this table as JSON |
//! | `GET /_sandbox/state` | `{users, groups, folders, files, …}`, in full but for contents |
//! | `POST /_sandbox/reset` | back to the first second: directory, files, services, tokens, limits, faults, log |
//! | `GET·DELETE /_sandbox/requests` | the last 1,000 API requests as received, uploads without body (`?since=SEQ`); forget them |
//! | `GET·POST /_sandbox/tokens`, `DELETE /_sandbox/tokens/{token}` | `{token, admin?, user_id?, scopes?, qps?, quota?}`; revoke |
//! | `GET·PATCH /_sandbox/limits` | `{qps?, quota?, generation?, announce?}` |
//! | `GET·POST·DELETE /_sandbox/faults`, `DELETE /_sandbox/faults/{id}` | switch failures on and off |
//!
//! A fault is `{method?, path_prefix?, times?, delay_ms?, headers?, action?}`; the oldest one that
//! matches a request acts on it. Without `times` it holds until cleared; without `action` it only
//! delays or adds headers. The actions:
//!
//! | `action` | what the client sees |
//! |---|---|
//! | `{"kind":"throttle","generation":"legacy"\|"current","limit":"qps"\|"quota","retry_after?","allotted?","current?"}` | 403 with Mashery headers, or 429 |
//! | `{"kind":"error","status","shape","message?"}` | `shape` is one of `Errors`, `errorMessage`, `message`, `formErrors`, `errors`, `inputErrors`, `error_description`, `fault`, `html`, `empty` |
//! | `{"kind":"html"}` | a page with status 200 |
//! | `{"kind":"redirect","location"}` | 302 |
//! | `{"kind":"huge","bytes","content_length?"}` | valid JSON of exactly that size, streamed |
//! | `{"kind":"drop","handled?"}` | the connection closes without an answer, before or after the work is done |
//! | `{"kind":"half_body"}` | the true answer, broken off in the middle |
//! | `{"kind":"truncated_json"}` | half of the true JSON, as if it were whole |
//! | `{"kind":"content_type","value"}` | the true answer under another media type |

mod body;
mod control;
mod directory;
mod errors;
mod faults;
mod files;
mod filter;
mod gate;
mod group_patch;
mod groups;
mod identity;
mod journal;
mod limits;
mod paging;
mod seed;
mod serve;
mod services;
mod spoil;
mod tokens;
mod user;
mod users;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::routing::get;
use axum::{Router, middleware};
use serde_json::{Value, json};

use self::directory::Directory;
use self::faults::Faults;
use self::files::Files;
use self::journal::Journal;
use self::limits::Limits;
use self::services::Services;
use self::tokens::Tokens;

pub use self::serve::serve;

/// A handle on one stand-in domain. Clones share its state.
#[derive(Clone)]
pub struct Sandbox(Arc<Mutex<World>>);

/// Everything that can change.
struct World {
    directory: Directory,
    files: Files,
    tokens: Tokens,
    limits: Limits,
    faults: Faults,
    journal: Journal,
    services: Services,
}

impl World {
    fn first_second() -> Self {
        let directory = seed::directory();
        Self {
            files: Files::first_second(&directory),
            directory,
            tokens: Tokens::with_administrator(Sandbox::ACCESS_TOKEN),
            limits: Limits::default(),
            faults: Faults::default(),
            journal: Journal::default(),
            services: Services::first_second(),
        }
    }
}

impl Sandbox {
    /// The access token that is valid from the start. It belongs to an administrator.
    pub const ACCESS_TOKEN: &'static str = "sandbox-access-token";

    /// A domain in its first second: the seeded people, groups and services, one token, no faults.
    pub fn new() -> Self {
        Self(Arc::new(Mutex::new(World::first_second())))
    }

    /// Back to the state of [`Sandbox::new`], for this handle and all its clones.
    pub fn reset(&self) {
        *self.world() = World::first_second();
    }

    /// Everything in the domain but the contents of files, as `GET /_sandbox/state` answers it.
    pub fn state(&self) -> Value {
        let world = self.world();
        let directory = &world.directory;
        let mut state = json!({
            "users": directory.users().map(|user| users::detail(user, directory)).collect::<Vec<_>>(),
            "groups": directory.groups().map(|group| groups::detail(group, directory)).collect::<Vec<_>>(),
        });
        for part in [world.files.state(directory), world.services.state(directory)] {
            if let (Value::Object(state), Value::Object(part)) = (&mut state, part) {
                state.extend(part);
            }
        }
        state
    }

    /// The log of received API requests, as `GET /_sandbox/requests` answers it.
    pub fn requests(&self) -> Value {
        self.world().journal.since(0)
    }

    /// All routes, API and control. Behind a server other than [`serve`] the `drop` fault cannot
    /// close the connection and becomes a bare 500.
    pub fn router(&self) -> Router {
        let users = Router::new()
            .route("/pubapi/v2/users", get(users::list).post(users::create))
            .route(
                "/pubapi/v2/users/{id}",
                get(users::get).patch(users::update).delete(users::delete),
            )
            .method_not_allowed_fallback(errors::unsupported)
            .route_layer(middleware::from_fn(tokens::require_users));
        let groups = Router::new()
            .route("/pubapi/v2/groups", get(groups::list).post(groups::create))
            .route(
                "/pubapi/v2/groups/{id}",
                get(groups::get).put(groups::replace).patch(groups::update).delete(groups::delete),
            )
            .method_not_allowed_fallback(errors::unsupported)
            .route_layer(middleware::from_fn(tokens::require_groups));

        Router::new()
            .merge(users)
            .merge(groups)
            .merge(files::routes())
            .merge(services::routes())
            .route("/pubapi/v1/userinfo", get(identity::userinfo))
            .route("/pubapi/v1/whoami", get(identity::whoami))
            .fallback(errors::unknown_route)
            .layer(middleware::from_fn_with_state(self.clone(), gate::pass))
            .merge(control::routes())
            .with_state(self.clone())
    }

    /// The state, locked. Never hold the guard across an `await`.
    fn world(&self) -> MutexGuard<'_, World> {
        // A request that panicked left at worst one half-made change to toy data.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Default for Sandbox {
    fn default() -> Self {
        Self::new()
    }
}
