//! The yardstick: the barest reverse proxy hyper can make.
//!
//! hyper's http1 server in front, hyper-util's pooled client behind, bodies streamed through. It
//! swaps the authority of the URI and does nothing else: what it costs, no service can avoid.

use std::net::SocketAddr;

use http::uri::{Authority, Scheme};
use http::{Request, Response, Uri};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::{TokioExecutor, TokioIo};
use tokio::net::TcpListener;

use crate::failure::{Context, Outcome};

type Forwarder = Client<HttpConnector, Incoming>;

/// Serves until the process is ended.
pub async fn serve(listen: SocketAddr, upstream: SocketAddr) -> Outcome<()> {
    let mut connector = HttpConnector::new();
    connector.set_nodelay(true);
    let client: Forwarder = Client::builder(TokioExecutor::new()).build(connector);
    let authority: Authority = upstream.to_string().parse()?;
    let listener = TcpListener::bind(listen).await?;
    loop {
        let (stream, _) = listener.accept().await?;
        stream.set_nodelay(true)?;
        let (client, authority) = (client.clone(), authority.clone());
        tokio::spawn(async move {
            let service = service_fn(|request| forward(&client, &authority, request));
            // A peer that goes away ends its connection; there is nothing to do about it.
            let _closed =
                http1::Builder::new().serve_connection(TokioIo::new(stream), service).await;
        });
    }
}

/// A failure ends the caller's connection, and the load generator reports it.
async fn forward(
    client: &Forwarder,
    authority: &Authority,
    mut request: Request<Incoming>,
) -> Outcome<Response<Incoming>> {
    let mut parts = std::mem::take(request.uri_mut()).into_parts();
    parts.scheme = Some(Scheme::HTTP);
    parts.authority = Some(authority.clone());
    *request.uri_mut() = Uri::from_parts(parts)?;
    client.request(request).await.context(|| format!("could not reach {authority}"))
}
