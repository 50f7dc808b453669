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
const DRAIN_DEADLINE: Duration = Duration::from_secs(27);
/// What was sent must be acknowledged by then, heartbeats of streams included.
const PEER_TIMEOUT: Duration = Duration::from_mins(1);
/// Connections open at once, streams included; more wait to be accepted.
const MAX_CONNECTIONS: usize = 25_000;
/// New connections are still taken for this long when the service stops.
const GOODBYE: Duration = Duration::from_secs(1);
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
    tokio::select! {
        () = accept(&listener, &router, &connections) => {}
        () = &mut shutdown => {}
    }
    drain.cancel();
    // Long enough for a load balancer to ask once more and hear that this process is not ready.
    let goodbye = accept(&listener, &router, &connections);
    drop(tokio::time::timeout(GOODBYE, goodbye).await);
    drop(listener);
    let open = connections.count();
    tracing::info!(connections = open, "draining");
    if tokio::time::timeout(DRAIN_DEADLINE, connections.shutdown()).await.is_err() {
        tracing::warn!("some calls did not finish in time and were cut off");
    }
}

/// Accepts connections, as long as there are not too many.
async fn accept(listener: &TcpListener, router: &Router, connections: &GracefulShutdown) {
    loop {
        if connections.count() >= MAX_CONNECTIONS {
            tokio::time::sleep(ACCEPT_PAUSE).await;
            continue;
        }
        match listener.accept().await {
            Ok((stream, _)) => connect(stream, router.clone(), connections),
            Err(error) => {
                tracing::warn!(%error, "could not accept a connection");
                tokio::time::sleep(ACCEPT_PAUSE).await;
            }
        }
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
