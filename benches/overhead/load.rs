//! One slice of load: so many connections, one request over and over, for so long.
//!
//! Closed loop: each connection sends its next request when the last answer is complete. The
//! generator runs on half the cores, each thread with its own connections and no sharing.

use std::net::SocketAddr;
use std::num::NonZero;
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use tokio::task::JoinSet;

use crate::client::Connection;
use crate::failure::{Context, Failure, Outcome, Stop};
use crate::fixtures::{OWN_TIME_DIGITS, OWN_TIME_MARK};

/// A slice may take this much longer than it should before it has failed.
const GRACE: Duration = Duration::from_secs(10);

/// What is sent, and what must come back.
#[derive(Clone)]
pub struct Load {
    /// Where to.
    pub address: SocketAddr,
    /// The request, byte for byte.
    pub request: Arc<[u8]>,
    /// Length of a right answer's body; one that strays over a tenth from it fails the slice.
    pub answer_bytes: usize,
    /// The answer says how long the upstream held it back, which is to be taken off.
    pub without_own_time: bool,
}

/// What a slice showed.
#[derive(Clone, Copy, Debug)]
pub struct Slice {
    /// Answers.
    pub answers: usize,
    /// Answers per second.
    pub rate: f64,
    /// Median of the time to an answer, in microseconds.
    pub p50: f64,
    /// 99th percentile of the same.
    pub p99: f64,
}

/// Runs one slice.
pub fn run(load: &Load, connections: usize, duration: Duration, stop: &Stop) -> Outcome<Slice> {
    let threads = generator_threads().min(connections);
    let shares: Vec<usize> = (0..threads)
        .map(|index| connections / threads + usize::from(index < connections % threads))
        .collect();
    let parts = thread::scope(|scope| {
        let running: Vec<_> = shares
            .iter()
            .map(|share| scope.spawn(move || run_share(load, *share, duration, stop)))
            .collect();
        running
            .into_iter()
            .map(|part| part.join().unwrap_or_else(|_| Err("a load thread panicked".into())))
            .collect::<Outcome<Vec<_>>>()
    })?;
    let rate = parts.iter().map(|part| count(part.micros.len()) / part.elapsed.as_secs_f64()).sum();
    let mut micros: Vec<f64> = parts.into_iter().flat_map(|part| part.micros).collect();
    if micros.is_empty() {
        return Err("no answer came in the whole slice".into());
    }
    micros.sort_unstable_by(f64::total_cmp);
    Ok(Slice {
        answers: micros.len(),
        rate,
        p50: percentile(&micros, 0.50),
        p99: percentile(&micros, 0.99),
    })
}

/// Threads of the generator: half the cores, so that what is measured has the other half.
pub fn generator_threads() -> usize {
    (cores() / 2).max(1)
}

/// Cores of this machine.
pub fn cores() -> usize {
    thread::available_parallelism().map_or(1, NonZero::get)
}

/// The value below which `share` of the sorted values lie (nearest rank). 0 when there are none.
#[allow(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a rank between 1 and the length"
)]
pub fn percentile(sorted: &[f64], share: f64) -> f64 {
    let rank = (count(sorted.len()) * share).ceil() as usize;
    sorted.get(rank.clamp(1, sorted.len().max(1)) - 1).copied().unwrap_or_default()
}

/// The middle value; the mean of the two middle ones when their number is even.
pub fn median(values: &[f64]) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_unstable_by(f64::total_cmp);
    let middle = sorted.len() / 2;
    match (sorted.len() % 2, sorted.get(middle.saturating_sub(1)), sorted.get(middle)) {
        (0, Some(lower), Some(upper)) => f64::midpoint(*lower, *upper),
        (_, _, Some(value)) => *value,
        _ => 0.0,
    }
}

/// A number of things as a number to reckon with.
#[allow(clippy::cast_precision_loss, reason = "far below 2^52")]
pub fn count(number: usize) -> f64 {
    number as f64
}

struct Part {
    micros: Vec<f64>,
    elapsed: Duration,
}

fn run_share(load: &Load, connections: usize, duration: Duration, stop: &Stop) -> Outcome<Part> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let mut ready = Vec::with_capacity(connections);
        for _ in 0..connections {
            ready.push(Connection::open(load.address).await?);
        }
        let start = Instant::now();
        let mut running = JoinSet::new();
        for connection in ready {
            running.spawn(keep_asking(load.clone(), connection, start + duration, stop.clone()));
        }
        let all = async {
            let mut micros = Vec::new();
            while let Some(done) = running.join_next().await {
                micros.append(&mut done??);
            }
            Ok::<_, Failure>(micros)
        };
        let micros = tokio::time::timeout(duration + GRACE, all)
            .await
            .context(|| format!("an answer was still missing {GRACE:?} after the slice"))??;
        Ok(Part { micros, elapsed: start.elapsed() })
    })
}

async fn keep_asking(
    load: Load,
    mut connection: Connection,
    until: Instant,
    stop: Stop,
) -> Outcome<Vec<f64>> {
    let tolerance = load.answer_bytes / 10;
    let mut micros = Vec::new();
    let mut own_time = Vec::new();
    let mut sent = Instant::now();
    while sent < until {
        stop.check()?;
        let mut bytes = 0;
        own_time.clear();
        let status = connection
            .exchange(&load.request, |piece| {
                bytes += piece.len();
                if load.without_own_time {
                    own_time.extend_from_slice(piece);
                }
            })
            .await?;
        let answered = Instant::now();
        if status != 200 {
            return Err(format!("answer {} has status {status}, not 200", micros.len() + 1).into());
        }
        if bytes.abs_diff(load.answer_bytes) > tolerance {
            let expected = load.answer_bytes;
            return Err(format!(
                "answer {} has {bytes} bytes, not about {expected}",
                micros.len() + 1
            )
            .into());
        }
        let mut taken = (answered - sent).as_secs_f64() * 1e6;
        if load.without_own_time {
            taken -= read_own_time(&own_time)
                .ok_or("an answer does not say how long it was held back")?;
        }
        micros.push(taken);
        sent = answered;
    }
    Ok(micros)
}

/// How long the upstream says it held an answer back, in microseconds.
pub fn read_own_time(body: &[u8]) -> Option<f64> {
    let mark = OWN_TIME_MARK.as_bytes();
    let at = body.windows(mark.len()).position(|window| window == mark)? + mark.len();
    let digits = body.get(at..at + OWN_TIME_DIGITS)?;
    std::str::from_utf8(digits).ok()?.parse::<u32>().ok().map(f64::from)
}
