//! `/healthz` (the process runs) and `/readyz` (it should get traffic). Neither needs an API token
//! and neither says more than a load balancer needs.

use axum::Router;
use axum::extract::State;
use axum::routing::get;
use http::StatusCode;
use tokio_util::sync::CancellationToken;

use crate::store::Store;

/// What readiness depends on.
#[derive(Clone, Debug)]
pub struct Readiness {
    store: Option<Store>,
    drain: CancellationToken,
}

impl Readiness {
    /// Ready while the database answers and the process does not drain.
    pub fn new(store: Option<Store>, drain: CancellationToken) -> Self {
        Self { store, drain }
    }

    /// The two routes.
    pub fn routes(self) -> Router {
        Router::new()
            .route("/healthz", get(|| async { "ok\n" }))
            .route("/readyz", get(ready))
            .with_state(self)
    }
}

async fn ready(State(readiness): State<Readiness>) -> (StatusCode, &'static str) {
    if readiness.drain.is_cancelled() {
        return (StatusCode::SERVICE_UNAVAILABLE, "draining\n");
    }
    match &readiness.store {
        None => (StatusCode::OK, "ready\n"),
        Some(store) => match store.ping().await {
            Ok(()) => (StatusCode::OK, "ready\n"),
            Err(error) => {
                tracing::warn!(%error, "not ready");
                (StatusCode::SERVICE_UNAVAILABLE, "the database does not answer\n")
            }
        },
    }
}
