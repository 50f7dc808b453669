//! The report: one Markdown text, the same on the terminal and in `docs/benchmarks.md`.

use std::fmt::{self, Display, Formatter};

use crate::load::{self, count, median};
use crate::promise::Promise;
use crate::rounds::{Figures, Lane, Measured, Schedule};
use crate::streams::Streams;

/// Connections at which throughput is measured.
pub const CONNECTIONS: &[usize] = &[1, 16, 64];
/// Connections at which the added time is measured.
pub const SLOW_CONNECTIONS: usize = 64;

/// A workload of the service and the proxy's it is compared with.
pub struct Comparison {
    /// As the report calls it.
    pub name: &'static str,
    /// The service's.
    pub lane: Lane,
    /// The proxy's.
    pub yardstick: Lane,
}

/// All comparisons, in the order of the report.
pub const COMPARISONS: [Comparison; 4] = [
    Comparison { name: "tools/list", lane: Lane::List, yardstick: Lane::ProxySmall },
    Comparison {
        name: "tools/list, proxy carries as many bytes",
        lane: Lane::List,
        yardstick: Lane::ProxyListing,
    },
    Comparison { name: "tools/call 1 KB", lane: Lane::Small, yardstick: Lane::ProxySmall },
    Comparison { name: "tools/call 50 KB", lane: Lane::Page, yardstick: Lane::ProxyPage },
];

/// What holds for every run.
const METHOD: [&str; 5] = [
    "The bare proxy is hyper's http1 server and hyper-util's pooled client, bodies streamed, TCP_NODELAY on both sides, no MCP. It is sent the same JSON-RPC POST as the service and forwards it to the upstream.",
    "The service is the program as it ships: verified token, account, limits, logs, SQLite. It is set up over its own HTTP interface.",
    "Each workload's answer is read and compared with the upstream's before it is timed; a status other than 200 or a length that strays by a tenth ends the run.",
    "The load is a closed loop, so p50 and p99 in the throughput table are those of a saturated machine. A ratio is taken between neighbouring slices of one round; told are the median over the rounds, and the extremes.",
    "Processor time is read from /proc in steps of 10 ms; memory is VmRSS.",
];

/// Lengths of the bodies on the wire, in bytes.
pub struct Sizes {
    /// The upstream's user.
    pub user: usize,
    /// The upstream's page.
    pub page: usize,
    /// The service's listing and the number of tools in it.
    pub listing: Option<(usize, usize)>,
}

/// Resident memory, in bytes.
#[derive(Clone, Copy)]
pub struct Memory {
    /// Before any load.
    pub idle: u64,
    /// After all of it.
    pub loaded: u64,
}

/// Time from exec to the first 200 on `/healthz`, in milliseconds, start by start.
pub struct Starts {
    /// With an empty data directory: key ring and database are made.
    pub first: Vec<f64>,
    /// With the data directory of an earlier start.
    pub again: Vec<f64>,
}

/// What only the real service has.
pub struct OfService {
    /// Its memory.
    pub memory: Memory,
    /// Its idle event streams.
    pub streams: Streams,
    /// Its starts.
    pub starts: Starts,
}

/// Everything the report tells.
pub struct Report {
    /// The command that does this again.
    pub command: String,
    /// The schedule of the rounds.
    pub schedule: Schedule,
    /// Body lengths.
    pub sizes: Sizes,
    /// The figures.
    pub measured: Measured,
    /// The bare proxy's memory.
    pub proxy_memory: Memory,
    /// `None` in a control run, where a second proxy stands in for the service.
    pub service: Option<OfService>,
    /// What was promised, and whether it held.
    pub promises: Vec<Promise>,
}

impl Display for Report {
    fn fmt(&self, out: &mut Formatter<'_>) -> fmt::Result {
        self.write_opening(out)?;
        self.write_promises(out)?;
        self.write_throughput(out)?;
        self.write_added_time(out)?;
        self.write_memory_and_start(out)?;
        self.write_method(out)
    }
}

impl Report {
    fn subject(&self) -> &'static str {
        if self.service.is_some() { "service" } else { "second proxy" }
    }

    fn write_opening(&self, out: &mut Formatter<'_>) -> fmt::Result {
        let (cores, version) = (load::cores(), env!("CARGO_PKG_VERSION"));
        let today = jiff::Timestamp::now().strftime("%Y-%m-%d");
        writeln!(out, "# Benchmarks\n")?;
        writeln!(out, "    {}\n", self.command)?;
        writeln!(out, "egnyte-mcp {version}, {today}, {cores} cores ({}), loopback.", processor())?;
        let Schedule { rounds, slice, .. } = self.schedule;
        writeln!(
            out,
            "{rounds} rounds; each contender ran {} s in each of them, in turn.",
            slice.as_secs_f64()
        )?;
        if self.service.is_none() {
            writeln!(
                out,
                "\n**Control run: a second bare proxy stands in for the service. Ratios should be 1; what they are off by is noise.**"
            )?;
        }
        Ok(())
    }

    fn write_promises(&self, out: &mut Formatter<'_>) -> fmt::Result {
        if self.promises.is_empty() {
            return Ok(());
        }
        writeln!(out, "\n## Promises\n\n| promise | figure | measured | |\n|---|---|---|---|")?;
        for promise in &self.promises {
            writeln!(out, "{promise}")?;
        }
        Ok(())
    }

    fn write_throughput(&self, out: &mut Formatter<'_>) -> fmt::Result {
        let subject = self.subject();
        writeln!(out, "\n## Throughput beside a bare proxy\n")?;
        writeln!(
            out,
            "| workload | connections | proxy req/s | {subject} req/s | ratio (lowest–highest round) | proxy p50 · p99 µs | {subject} p50 · p99 µs | CPU µs per request, proxy · {subject} |\n|---|--:|--:|--:|--:|--:|--:|--:|"
        )?;
        for comparison in &COMPARISONS {
            for connections in CONNECTIONS {
                self.write_comparison(out, comparison, *connections)?;
            }
        }
        if let Some(rate) =
            self.measured.median(Lane::DirectSmall, SLOW_CONNECTIONS, |figures| figures.slice.rate)
        {
            writeln!(
                out,
                "\nThe generator alone reaches {} req/s against the upstream with nothing between ({SLOW_CONNECTIONS} connections, 1 KB).",
                thousands(rate)
            )?;
        }
        Ok(())
    }

    fn write_comparison(
        &self,
        out: &mut Formatter<'_>,
        comparison: &Comparison,
        connections: usize,
    ) -> fmt::Result {
        let Comparison { name, lane, yardstick } = comparison;
        let figure = |lane: Lane, figure: fn(&Figures) -> f64| {
            self.measured.median(lane, connections, figure)
        };
        let (Some(theirs), Some(mine)) = (figure(*yardstick, rate), figure(*lane, rate)) else {
            return Ok(());
        };
        let ratios = self.measured.ratios(*lane, *yardstick, connections);
        let lowest = ratios.iter().copied().fold(f64::INFINITY, f64::min);
        let highest = ratios.iter().copied().fold(0.0, f64::max);
        let told = |read: fn(&Figures) -> f64| {
            [*yardstick, *lane].map(|lane| figure(lane, read).unwrap_or_default())
        };
        let ([their_p50, my_p50], [their_p99, my_p99], [their_cpu, my_cpu]) = (
            told(|figures| figures.slice.p50),
            told(|figures| figures.slice.p99),
            told(|figures| figures.processor_micros),
        );
        writeln!(
            out,
            "| {name} | {connections} | {} | {} | **{:.2}** ({lowest:.2}–{highest:.2}) | {} · {} | {} · {} | {their_cpu:.1} · {my_cpu:.1} |",
            thousands(theirs),
            thousands(mine),
            median(&ratios),
            thousands(their_p50),
            thousands(their_p99),
            thousands(my_p50),
            thousands(my_p99),
        )
    }

    fn write_added_time(&self, out: &mut Formatter<'_>) -> fmt::Result {
        writeln!(out, "\n## Time added to Egnyte's own\n")?;
        writeln!(
            out,
            "{SLOW_CONNECTIONS} concurrent calls of 1 KB; the upstream holds each answer back for 15 to 25 ms and says how long it did, which is taken off.\n"
        )?;
        writeln!(out, "| between client and upstream | p50 µs | p99 µs |\n|---|--:|--:|")?;
        let rows = [
            ("nothing", Lane::DirectSlow),
            ("bare proxy", Lane::ProxySlow),
            (self.subject(), Lane::Slow),
        ];
        for (name, lane) in rows {
            let p50 = self.measured.median(lane, SLOW_CONNECTIONS, |figures| figures.slice.p50);
            let p99 = self.measured.median(lane, SLOW_CONNECTIONS, |figures| figures.slice.p99);
            if let (Some(p50), Some(p99)) = (p50, p99) {
                writeln!(out, "| {name} | {} | {} |", thousands(p50), thousands(p99))?;
            }
        }
        Ok(())
    }

    fn write_memory_and_start(&self, out: &mut Formatter<'_>) -> fmt::Result {
        writeln!(out, "\n## Memory and start\n\n| | |\n|---|--:|")?;
        let Memory { idle, loaded } = self.proxy_memory;
        writeln!(
            out,
            "| bare proxy, resident: idle → after load | {} → {} MB |",
            megabytes(idle),
            megabytes(loaded)
        )?;
        let Some(OfService { memory, streams, starts }) = &self.service else {
            return Ok(());
        };
        let Memory { idle, loaded } = memory;
        writeln!(
            out,
            "| service, resident: idle → after load | {} → {} MB |",
            megabytes(*idle),
            megabytes(*loaded)
        )?;
        writeln!(
            out,
            "| one idle event stream ({} open) | {:.1} KiB |",
            streams.open,
            streams.bytes_each / 1024.0
        )?;
        writeln!(
            out,
            "| first answer after exec, first start | {:.0} ms |",
            median(&starts.first)
        )?;
        writeln!(
            out,
            "| first answer after exec, later start | {:.0} ms |",
            median(&starts.again)
        )?;
        if let Some(shortfall) = &streams.shortfall {
            writeln!(out, "\nFewer event streams than intended: {shortfall}.")?;
        }
        Ok(())
    }

    fn write_method(&self, out: &mut Formatter<'_>) -> fmt::Result {
        let Sizes { user, page, listing } = self.sizes;
        let [user, page] = [user, page].map(|bytes| thousands(count(bytes)));
        writeln!(out, "\n## How it is measured\n")?;
        writeln!(
            out,
            "- Generator, upstream, bare proxy and {} are processes of their own on 127.0.0.1 and share the machine's cores; the generator uses {} of them.",
            self.subject(),
            load::generator_threads()
        )?;
        writeln!(
            out,
            "- The upstream answers from memory: a user of {user} bytes, a page of {page} bytes."
        )?;
        if let Some((bytes, tools)) = listing {
            let bytes = thousands(count(bytes));
            writeln!(
                out,
                "- tools/list answers {bytes} bytes, {tools} tools. It is compared with the proxy's 1 KB call, although the service asks no upstream and sends more bytes; the second set of rows has the proxy carry as many bytes."
            )?;
        }
        for point in METHOD {
            writeln!(out, "- {point}")?;
        }
        Ok(())
    }
}

fn rate(figures: &Figures) -> f64 {
    figures.slice.rate
}

#[allow(clippy::cast_precision_loss, reason = "far below 2^52")]
fn megabytes(bytes: u64) -> String {
    format!("{:.1}", bytes as f64 / 1e6)
}

/// A whole number with a comma before every third digit.
fn thousands(value: f64) -> String {
    let digits = format!("{value:.0}");
    let first = digits.len() % 3;
    let mut told = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && index % 3 == first {
            told.push(',');
        }
        told.push(digit);
    }
    told
}

fn processor() -> String {
    let info = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = info.lines().find(|line| line.starts_with("model name"));
    model
        .and_then(|line| line.split_once(':'))
        .map_or_else(|| "unknown".to_owned(), |(_, name)| name.trim().to_owned())
}
