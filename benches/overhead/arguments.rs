//! What can be said after `cargo bench --bench overhead --`.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use clap::{Parser, ValueEnum};

use crate::rounds::Schedule;

/// Measures what egnyte-mcp adds to a call, beside a bare reverse proxy in the same run.
#[derive(Parser)]
#[command(name = "cargo bench --bench overhead --")]
#[allow(clippy::struct_excessive_bools, reason = "each is a switch of the command line")]
pub struct Arguments {
    /// A short run: enough to see that everything works, too short to quote.
    #[arg(long)]
    pub quick: bool,
    /// Write the report to docs/benchmarks.md.
    #[arg(long, conflicts_with_all = ["quick", "control", "service"])]
    pub save: bool,
    /// Exit with status 2 when a promise was missed.
    #[arg(long)]
    pub check: bool,
    /// Measure the bare proxy against a second bare proxy instead: the ratios show this machine's noise.
    #[arg(long)]
    pub control: bool,
    /// Measure another build of the service.
    #[arg(long, value_name = "PROGRAM")]
    pub service: Option<PathBuf>,

    /// Cargo says so when it runs benchmarks.
    #[arg(long, hide = true)]
    pub bench: bool,
    /// Cargo hands on the name it was told to filter by.
    #[arg(hide = true)]
    pub filter: Option<String>,
    /// The process is one of the companions.
    #[arg(long, hide = true, requires = "listen")]
    pub role: Option<Role>,
    /// Where a companion listens.
    #[arg(long, hide = true)]
    pub listen: Option<SocketAddr>,
    /// Where the proxy forwards to.
    #[arg(long, hide = true)]
    pub upstream: Option<SocketAddr>,
}

/// The processes this program starts of itself.
#[derive(Clone, Copy, ValueEnum)]
pub enum Role {
    /// Fixed answers.
    Upstream,
    /// The yardstick.
    Proxy,
}

/// How much is measured.
#[derive(Clone, Copy)]
pub struct Extent {
    /// Rounds and slices.
    pub schedule: Schedule,
    /// Idle event streams.
    pub streams: usize,
    /// Starts of the service.
    pub starts: usize,
}

impl Arguments {
    /// How much this run measures.
    pub fn extent(&self) -> Extent {
        if self.quick {
            let schedule = Schedule {
                rounds: 2,
                slice: Duration::from_millis(300),
                warm_up: Duration::from_millis(50),
            };
            Extent { schedule, streams: 300, starts: 3 }
        } else {
            let schedule = Schedule {
                rounds: 5,
                slice: Duration::from_millis(1500),
                warm_up: Duration::from_millis(500),
            };
            Extent { schedule, streams: 2000, starts: 5 }
        }
    }

    /// The command that does this again.
    pub fn command(&self) -> String {
        let switches = [
            (self.quick, "--quick"),
            (self.save, "--save"),
            (self.check, "--check"),
            (self.control, "--control"),
            (self.service.is_some(), "--service PROGRAM"),
        ];
        let said: Vec<&str> =
            switches.into_iter().filter_map(|(on, name)| on.then_some(name)).collect();
        if said.is_empty() {
            "cargo bench --bench overhead".to_owned()
        } else {
            format!("cargo bench --bench overhead -- {}", said.join(" "))
        }
    }
}
