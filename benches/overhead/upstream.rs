//! The stand-in upstream: fixed answers from memory, as fast as hyper can send them.
//!
//! It is not a sandbox: it keeps nothing and checks nothing. A POST is answered like a GET, for the
//! bare proxy forwards what an MCP client sends.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use bytes::Bytes;
use http::{Request, Response, StatusCode, header};
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::TcpListener;

use crate::failure::Outcome;
use crate::fixtures;

/// An answer of any size: `/bytes/{n}`.
const BYTES: &str = "/bytes/";
const LARGEST_BYTES: usize = 8 * 1024 * 1024;
const USERS: &str = "/pubapi/v2/users";
const USER_INFO: &str = "/pubapi/v1/userinfo";
const WHO_AM_I: &str = "/pubapi/v1/whoami";

struct Answers {
    user: Bytes,
    page: Bytes,
    user_info: Bytes,
    who_am_i: Bytes,
    filler: Bytes,
    slow_path: String,
    slow_calls: AtomicU64,
}

/// Serves until the process is ended.
pub async fn serve(listen: SocketAddr) -> Outcome<()> {
    let answers = Arc::new(Answers {
        user: fixtures::user().to_string().into(),
        page: fixtures::page().to_string().into(),
        user_info: fixtures::user_info().to_string().into(),
        who_am_i: fixtures::who_am_i().to_string().into(),
        filler: vec![b' '; LARGEST_BYTES].into(),
        slow_path: format!("{USERS}/{}", fixtures::SLOW_USER_ID),
        slow_calls: AtomicU64::new(0),
    });
    let listener = TcpListener::bind(listen).await?;
    loop {
        let (stream, _) = listener.accept().await?;
        stream.set_nodelay(true)?;
        let answers = Arc::clone(&answers);
        tokio::spawn(async move {
            let service = service_fn(|request| answer(&answers, request));
            // A peer that goes away ends its connection; there is nothing to do about it.
            let _closed =
                http1::Builder::new().serve_connection(TokioIo::new(stream), service).await;
        });
    }
}

async fn answer(
    answers: &Answers,
    request: Request<Incoming>,
) -> Result<Response<Full<Bytes>>, Infallible> {
    let arrived = Instant::now();
    let (head, body) = request.into_parts();
    // Read to the end, so that the connection can be used again.
    let _sent = body.collect().await;
    let path = head.uri.path();
    let (status, body) = if path == answers.slow_path {
        (StatusCode::OK, slow(answers, arrived).await)
    } else if path == USERS {
        (StatusCode::OK, answers.page.clone())
    } else if path.starts_with(USERS) {
        (StatusCode::OK, answers.user.clone())
    } else if path == USER_INFO {
        (StatusCode::OK, answers.user_info.clone())
    } else if path == WHO_AM_I {
        (StatusCode::OK, answers.who_am_i.clone())
    } else if let Some(size) = path.strip_prefix(BYTES).and_then(|size| size.parse::<usize>().ok())
    {
        (StatusCode::OK, answers.filler.slice(..size.min(LARGEST_BYTES)))
    } else {
        (
            StatusCode::NOT_FOUND,
            Bytes::from_static(br#"{"formErrors":[{"code":"404","msg":"Not found"}]}"#),
        )
    };
    let mut response = Response::new(Full::new(body));
    *response.status_mut() = status;
    response
        .headers_mut()
        .insert(header::CONTENT_TYPE, header::HeaderValue::from_static("application/json"));
    Ok(response)
}

/// Holds the answer back for 15 to 25 ms and says in it how long that really took.
/// The times differ from call to call, so that the answers do not come in bursts.
async fn slow(answers: &Answers, arrived: Instant) -> Bytes {
    let turn = answers.slow_calls.fetch_add(1, Ordering::Relaxed);
    tokio::time::sleep(Duration::from_millis(15 + turn * 7 % 11)).await;
    let user = fixtures::slow_user(0).to_string();
    let zeros = "0".repeat(fixtures::OWN_TIME_DIGITS);
    let told =
        format!("{:0width$}", arrived.elapsed().as_micros(), width = fixtures::OWN_TIME_DIGITS);
    let mark = fixtures::OWN_TIME_MARK;
    user.replacen(&format!("{mark}{zeros}"), &format!("{mark}{told}"), 1).into()
}
