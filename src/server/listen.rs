//! The listener: accepts, serves HTTP/1.1, and drains. It uses hyper directly because an idle
//! stream costs half as much memory as under `axum::serve`, and because Nagle must be off.

use std::pin::pin;
use std::time::Duration;

use axum::Router;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use socket2::SockRef;
use tokio::net::{TcpListener, TcpStream};
use tokio_util::sync::CancellationToken;

/// A client must have sent its headers by then.
const HEADER_DEADLINE: Duration = Duration::from_secs(30);
/// Calls in flight get this long when the service stops; Egnyte's deadline is longer, the
/// orchestrator's patience is not.
const DRAIN_DEADLINE: Duration = Duration::from_secs(28);
/// What was sent must be acknowledged by then, heartbeats of streams included.
const PEER_TIMEOUT: Duration = Duration::from_mins(1);
/// After a failed accept (out of file descriptors), wait before trying again.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

/// Serves until `shutdown`, then cancels `drain` (streams end, readiness fails) and waits for the
/// calls in flight.
pub async fn serve(
    listener: TcpListener,
    router: Router,
    drain: CancellationToken,
    shutdown: impl Future<Output = ()>,
) {
    let connections = GracefulShutdown::new();
    let mut shutdown = pin!(shutdown);
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = &mut shutdown => break,
        };
        match accepted {
            Ok((stream, _)) => connect(stream, router.clone(), &connections),
            Err(error) => {
                tracing::warn!(%error, "could not accept a connection");
                tokio::time::sleep(ACCEPT_PAUSE).await;
            }
        }
    }
    drop(listener);
    drain.cancel();
    let open = connections.count();
    tracing::info!(connections = open, "draining");
    if tokio::time::timeout(DRAIN_DEADLINE, connections.shutdown()).await.is_err() {
        tracing::warn!("some calls did not finish in time and were cut off");
    }
}

fn connect(stream: TcpStream, router: Router, connections: &GracefulShutdown) {
    // An answer of two writes would wait 40 ms for the first to be acknowledged.
    // And a peer that vanished without a word must not hold a stream for a quarter of an hour.
    let socket = SockRef::from(&stream);
    let set = socket.set_tcp_nodelay(true).and(socket.set_tcp_user_timeout(Some(PEER_TIMEOUT)));
    if let Err(error) = set {
        tracing::debug!(%error, "could not set socket options");
    }
    let service = TowerToHyperService::new(router);
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEADER_DEADLINE)
        .serve_connection(TokioIo::new(stream), service);
    let connection = connections.watch(connection);
    tokio::spawn(async move {
        // A client that goes away is no fault of ours.
        let ended: Result<(), hyper::Error> = connection.await;
        drop(ended);
    });
}

/// Resolves when the process is asked to stop.
pub async fn stop_signal() {
    use tokio::signal::unix::{SignalKind, signal};
    let terminated = async {
        match signal(SignalKind::terminate()) {
            Ok(mut signal) => _ = signal.recv().await,
            Err(_) => std::future::pending().await,
        }
    };
    tokio::select! {
        () = terminated => {}
        _ = tokio::signal::ctrl_c() => {}
    }
}
