//! What an idle event stream costs the service in resident memory.

use std::net::SocketAddr;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::client;
use crate::failure::{Context, Failure, Outcome, Stop};
use crate::load::count;
use crate::service::Service;

/// Fewer streams than this say nothing about one.
const FEWEST: usize = 100;
/// Open files this process needs beside its streams.
const OTHER_FILES: usize = 256;
const SETTLE: Duration = Duration::from_secs(1);
const FIRST_EVENT_LIMIT: Duration = Duration::from_secs(5);

/// What was found.
pub struct Streams {
    /// Streams held open at once.
    pub open: usize,
    /// Resident memory added by each, in bytes.
    pub bytes_each: f64,
    /// Why there are fewer than was wanted.
    pub shortfall: Option<String>,
}

/// Opens `wanted` idle streams on a fresh service and divides what its memory grew by.
pub fn measure(service: &Service, wanted: usize, stop: &Stop) -> Outcome<Streams> {
    let allowed = open_file_limit()?.saturating_sub(OTHER_FILES);
    let mut shortfall = (allowed < wanted).then(|| {
        format!(
            "the limit on open files (`ulimit -n`) leaves room for {allowed} streams, not {wanted}"
        )
    });
    let address = service.process.address;
    let accept = [("Accept", "text/event-stream")];
    let request = client::request("GET", address, &service.sse_path, &accept, "");
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        // The first stream pays for what all of them share.
        let _first = open(address, &request)
            .await
            .context(|| "no event stream could be opened".to_owned())?;
        tokio::time::sleep(SETTLE).await;
        let before = service.process.resident_bytes()?;
        let mut streams = Vec::new();
        for _ in 0..wanted.min(allowed) {
            stop.check()?;
            match open(address, &request).await {
                Ok(stream) => streams.push(stream),
                Err(refusal) => {
                    shortfall = Some(format!(
                        "stream {} could not be opened: {refusal}",
                        streams.len() + 2
                    ));
                    break;
                }
            }
        }
        tokio::time::sleep(SETTLE).await;
        let after = service.process.resident_bytes()?;
        let open = streams.iter().filter(|stream| is_open(stream)).count();
        if open < FEWEST {
            let why = shortfall.unwrap_or_else(|| "the service closed the others".to_owned());
            return Err(format!("only {open} idle event streams stayed open: {why}").into());
        }
        if open < streams.len() {
            shortfall =
                Some(format!("the service closed {} streams at once", streams.len() - open));
        }
        let grown = usize::try_from(after.saturating_sub(before))?;
        Ok(Streams { open, bytes_each: count(grown) / count(open), shortfall })
    })
}

/// Opens one stream and waits for its first event.
async fn open(address: SocketAddr, request: &[u8]) -> Outcome<TcpStream> {
    let mut stream = TcpStream::connect(address).await?;
    stream.write_all(request).await?;
    let mut seen = Vec::new();
    let mut buffer = [0; 1024];
    let first_event = async {
        loop {
            let read = stream.read(&mut buffer).await?;
            seen.extend_from_slice(buffer.get(..read).unwrap_or_default());
            let text = String::from_utf8_lossy(&seen);
            if read == 0 || (text.contains("\r\n\r\n") && !text.starts_with("HTTP/1.1 200")) {
                let status = text.lines().next().unwrap_or("nothing");
                return Err::<(), Failure>(format!("the service answered {status:?}").into());
            }
            if text.contains("event: endpoint") || text.contains("event:endpoint") {
                return Ok(());
            }
        }
    };
    tokio::time::timeout(FIRST_EVENT_LIMIT, first_event)
        .await
        .context(|| "no first event came".to_owned())??;
    Ok(stream)
}

/// Takes what has come meanwhile, such as a heartbeat; false when the peer has closed.
fn is_open(stream: &TcpStream) -> bool {
    let mut buffer = [0; 1024];
    !matches!(stream.try_read(&mut buffer), Ok(0))
}

/// The soft limit on open files, which the processes started here inherit.
fn open_file_limit() -> Outcome<usize> {
    let limits = std::fs::read_to_string("/proc/self/limits")
        .context(|| "this system has no /proc".to_owned())?;
    let line = limits.lines().find_map(|line| line.strip_prefix("Max open files"));
    let soft = line
        .and_then(|line| line.split_whitespace().next())
        .ok_or("the limit on open files cannot be read")?;
    Ok(soft.parse().unwrap_or(usize::MAX))
}
