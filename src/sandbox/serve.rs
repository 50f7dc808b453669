//! Owns the sockets: accepting, TCP_NODELAY, hanging up, draining.
//! It must never look into a request or an answer, save for the mark that asks it to hang up.

use std::io;
use std::pin::pin;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use axum::response::Response;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use tower::ServiceExt;

use super::Sandbox;

/// Connections served at once; more wait in the listener's backlog.
const MAX_CONNECTIONS: usize = 1_024;
/// How long requests in flight may take once shutdown was asked for.
const DRAIN: Duration = Duration::from_secs(2);
/// The pause after a failed accept (out of file descriptors, mostly).
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

/// Marks an answer that must not be sent: the connection is closed instead.
#[derive(Clone, Debug, thiserror::Error)]
#[error("hung up on purpose")]
pub(super) struct HangUp;

/// Serves `sandbox` on `listener` until `shutdown` resolves, then lets requests in flight finish
/// for up to two seconds.
///
/// # Errors
/// None today: a failed accept is retried. The type leaves room for it.
pub async fn serve(
    listener: TcpListener,
    sandbox: Sandbox,
    shutdown: impl Future<Output = ()> + Send + 'static,
) -> io::Result<()> {
    let router = sandbox.router();
    let drain = GracefulShutdown::new();
    let mut connections = JoinSet::new();
    let mut shutdown = pin!(shutdown);

    loop {
        tokio::select! {
            () = &mut shutdown => break,
            Some(_) = connections.join_next() => {}
            accepted = listener.accept(), if connections.len() < MAX_CONNECTIONS => match accepted {
                Ok((stream, _)) => {
                    connections.spawn(connection(stream, router.clone(), &drain));
                }
                Err(_) => tokio::time::sleep(ACCEPT_PAUSE).await,
            },
        }
    }

    drop(listener);
    // Whatever outlives the deadline is aborted when the set is dropped.
    tokio::time::timeout(DRAIN, drain.shutdown()).await.ok();
    Ok(())
}

/// One connection, from accept to close.
fn connection(
    stream: TcpStream,
    router: Router,
    drain: &GracefulShutdown,
) -> impl Future<Output = ()> + Send + 'static {
    // Small answers must not wait for Nagle's timer; a socket that refuses is only slower.
    stream.set_nodelay(true).ok();
    let service = service_fn(move |request: Request<Incoming>| answer(router.clone(), request));
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .serve_connection(TokioIo::new(stream), service);
    let watched = drain.watch(connection);
    async move {
        // A client that went away, or one we hung up on: nobody is left to tell.
        watched.await.ok();
    }
}

async fn answer(router: Router, request: Request<Incoming>) -> Result<Response, HangUp> {
    let Ok(response) = router.oneshot(request.map(Body::new)).await;
    match response.extensions().get::<HangUp>() {
        Some(hang_up) => Err(hang_up.clone()),
        None => Ok(response),
    }
}
