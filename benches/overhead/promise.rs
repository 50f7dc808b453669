//! The figures the project stands by, and whether this run kept them.

use std::fmt::{self, Display, Formatter};

use crate::load::median;
use crate::report::{OfService, SLOW_CONNECTIONS};
use crate::rounds::{Lane, Measured};

/// One promise.
pub struct Promise {
    name: String,
    limit: Limit,
    measured: f64,
    unit: &'static str,
}

enum Limit {
    AtLeast(f64),
    AtMost(f64),
}

/// Throughput, as ratios to the bare proxy: workload, its lane, the proxy's, connections, at least.
const THROUGHPUT: [(&str, Lane, Lane, usize, f64); 3] = [
    ("tools/list", Lane::List, Lane::ProxySmall, 64, 0.85),
    ("tools/call 1 KB", Lane::Small, Lane::ProxySmall, 64, 0.75),
    ("tools/call 50 KB", Lane::Page, Lane::ProxyPage, 16, 0.45),
];
const ADDED_P50_MS: f64 = 1.0;
const ADDED_P99_MS: f64 = 5.0;
const IDLE_MB: f64 = 15.0;
const STREAM_KIB: f64 = 13.0;
const FIRST_ANSWER_MS: f64 = 100.0;

/// All promises a run of the real service can test.
#[allow(clippy::cast_precision_loss, reason = "far below 2^52")]
pub fn all(measured: &Measured, service: &OfService) -> Vec<Promise> {
    let mut promises = Vec::new();
    for (name, lane, yardstick, connections, least) in THROUGHPUT {
        promises.push(Promise {
            name: format!("throughput beside the bare proxy, {name}, {connections} connections"),
            limit: Limit::AtLeast(least),
            measured: median(&measured.ratios(lane, yardstick, connections)),
            unit: "",
        });
    }
    let at_most = |name: String, most: f64, measured: f64, unit: &'static str| Promise {
        name,
        limit: Limit::AtMost(most),
        measured,
        unit,
    };
    let added = format!("added to Egnyte's own time, {SLOW_CONNECTIONS} concurrent calls");
    if let Some(p50) = measured.median(Lane::Slow, SLOW_CONNECTIONS, |figures| figures.slice.p50) {
        promises.push(at_most(format!("{added}, p50"), ADDED_P50_MS, p50 / 1e3, " ms"));
    }
    if let Some(p99) = measured.median(Lane::Slow, SLOW_CONNECTIONS, |figures| figures.slice.p99) {
        promises.push(at_most(format!("{added}, p99"), ADDED_P99_MS, p99 / 1e3, " ms"));
    }
    let idle = service.memory.idle as f64 / 1e6;
    promises.push(at_most("resident memory, idle".to_owned(), IDLE_MB, idle, " MB"));
    let stream = service.streams.bytes_each / 1024.0;
    promises.push(at_most("an idle event stream".to_owned(), STREAM_KIB, stream, " KiB"));
    let first = median(&service.starts.first);
    promises.push(at_most("first answer after exec".to_owned(), FIRST_ANSWER_MS, first, " ms"));
    promises
}

impl Promise {
    /// Whether this run kept it.
    pub fn is_kept(&self) -> bool {
        match self.limit {
            Limit::AtLeast(least) => self.measured >= least,
            Limit::AtMost(most) => self.measured <= most,
        }
    }
}

impl Display for Promise {
    fn fmt(&self, out: &mut Formatter<'_>) -> fmt::Result {
        let Self { name, measured, unit, .. } = self;
        let figure = match self.limit {
            Limit::AtLeast(least) => format!("≥ {least}{unit}"),
            Limit::AtMost(most) => format!("≤ {most}{unit}"),
        };
        let verdict = if self.is_kept() { "kept" } else { "**missed**" };
        write!(out, "| {name} | {figure} | {measured:.2}{unit} | {verdict} |")
    }
}
