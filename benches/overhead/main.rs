//! What egnyte-mcp costs: `cargo bench --bench overhead`.
//!
//! Starts a fixed upstream, a bare hyper reverse proxy and the service, each as a process of its own,
//! loads them in turn over loopback, and prints one Markdown report. The yardstick is the bare proxy
//! in the same run: absolute figures say more about the machine than about the program.
//!
//! ```text
//! generator ──► bare proxy ──► upstream
//! generator ──► service    ──► upstream
//! ```
//!
//! Modules, top to bottom: `arguments` (what was asked for), `run` (everything in its order),
//! `report` and `promise` (what is told), `rounds` (whose turn it is), `streams` and `service` (the
//! program under measurement), `load` and `client` (the generator), `upstream`, `proxy` and
//! `fixtures` (the other two processes), `process`, `failure`.

#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a report is printed")]

mod arguments;
mod client;
mod failure;
mod fixtures;
mod load;
mod process;
mod promise;
mod proxy;
mod report;
mod rounds;
mod run;
mod service;
mod streams;
mod upstream;

use std::net::SocketAddr;
use std::process::ExitCode;

use clap::Parser;

use crate::arguments::{Arguments, Role};
use crate::failure::{Outcome, Stop};

/// The exit status when `--check` finds a promise missed.
const MISSED: u8 = 2;

fn main() -> ExitCode {
    // `cargo test` runs benchmarks too, and test runners ask them for a list of tests.
    let asked: Vec<String> = std::env::args().skip(1).collect();
    if !asked
        .iter()
        .any(|argument| argument == "--bench" || argument == "--role" || argument == "--help")
    {
        eprintln!(
            "This is a benchmark and measures nothing here. Run it with: cargo bench --bench overhead"
        );
        return ExitCode::SUCCESS;
    }
    let arguments = Arguments::parse();
    let outcome = match arguments.role {
        Some(role) => play(role, &arguments).map(|()| ExitCode::SUCCESS),
        None => measure(&arguments),
    };
    outcome.unwrap_or_else(|failure| {
        eprintln!("error: {failure}");
        ExitCode::FAILURE
    })
}

fn measure(arguments: &Arguments) -> Outcome<ExitCode> {
    let stop = Stop::default();
    stop_on_signal(&stop)?;
    let report = run::run(arguments, &stop)?;
    println!("{report}");
    if arguments.save {
        let page = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/benchmarks.md");
        if let Some(directory) = std::path::Path::new(page).parent() {
            std::fs::create_dir_all(directory)?;
        }
        std::fs::write(page, report.to_string())?;
        eprintln!("Written to docs/benchmarks.md.");
    }
    let missed = report.promises.iter().filter(|promise| !promise.is_kept()).count();
    Ok(if arguments.check && missed > 0 { ExitCode::from(MISSED) } else { ExitCode::SUCCESS })
}

/// Runs as one of the companion processes, for as long as the parent lives.
fn play(role: Role, arguments: &Arguments) -> Outcome<()> {
    let listen: SocketAddr = arguments.listen.ok_or("a companion needs --listen")?;
    process::end_with_parent();
    let runtime = tokio::runtime::Runtime::new()?;
    match role {
        Role::Upstream => runtime.block_on(upstream::serve(listen)),
        Role::Proxy => {
            let upstream = arguments.upstream.ok_or("the proxy needs --upstream")?;
            runtime.block_on(proxy::serve(listen, upstream))
        }
    }
}

/// On the first Ctrl-C or SIGTERM the loops are asked to end, so that processes and directories are
/// put away; on the second this process just goes.
fn stop_on_signal(stop: &Stop) -> Outcome<()> {
    let stop = stop.clone();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    std::thread::spawn(move || {
        let watched = runtime.block_on(async {
            use tokio::signal::unix::{SignalKind, signal};
            let mut interrupt = signal(SignalKind::interrupt())?;
            let mut terminate = signal(SignalKind::terminate())?;
            for asked_before in [false, true] {
                tokio::select! {
                    _ = interrupt.recv() => {}
                    _ = terminate.recv() => {}
                }
                if asked_before {
                    std::process::exit(130);
                }
                stop.request();
            }
            Ok::<_, std::io::Error>(())
        });
        if let Err(unwatched) = watched {
            eprintln!("Ctrl-C will leave processes behind: {unwatched}");
        }
    });
    Ok(())
}
