//! One run from beginning to end: processes up, everything measured, processes down.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;
use tempfile::TempDir;

use crate::arguments::{Arguments, Extent};
use crate::client;
use crate::failure::{Context, Outcome, Stop};
use crate::fixtures;
use crate::load::Load;
use crate::process::{self, Process};
use crate::promise;
use crate::report::{CONNECTIONS, Memory, OfService, Report, SLOW_CONNECTIONS, Sizes, Starts};
use crate::rounds::{self, Contender, Lane};
use crate::service::{MCP_HEADERS, Program, Service, Workload};
use crate::streams;

const COMPANION_LIMIT: Duration = Duration::from_secs(10);
const USERS: &str = "/pubapi/v2/users";

/// The processes every run needs.
struct Companions {
    upstream: Process,
    proxy: Process,
    directory: TempDir,
}

/// A request with the length of its answer.
type Proven = (Vec<u8>, usize);

/// Runs everything and tells what was found.
pub fn run(arguments: &Arguments, stop: &Stop) -> Outcome<Report> {
    let companions = Companions::start()?;
    if arguments.control {
        control(arguments, &companions, stop)
    } else {
        benchmark(arguments, &companions, stop)
    }
}

fn benchmark(arguments: &Arguments, companions: &Companions, stop: &Stop) -> Outcome<Report> {
    let extent = arguments.extent();
    let path = arguments.service.clone().unwrap_or_else(|| env!("CARGO_BIN_EXE_egnyte-mcp").into());
    let program = Program { path, upstream: companions.upstream.address };

    say("starting the service again and again");
    let starts = starts(&program, extent, stop)?;
    say("opening idle event streams");
    let streams = streams::measure(&Service::start(&program)?, extent.streams, stop)?;

    let service = Service::start(&program)?;
    std::thread::sleep(Duration::from_secs(1));
    let idle = service.process.resident_bytes()?;
    let proxy_idle = companions.proxy.resident_bytes()?;
    let (list, listing, listing_bytes) = service.prove(Workload::List)?;
    let tools = listing.get("tools").and_then(Value::as_array).map_or(0, Vec::len);

    let mut contenders = companions.contenders(Some(listing_bytes))?;
    let mut add = |lane, proven: Proven, connections| {
        contenders.push(contender(lane, &service.process, proven, connections));
    };
    add(Lane::List, (list, listing_bytes), CONNECTIONS);
    for (lane, workload, connections) in [
        (Lane::Small, Workload::Small, CONNECTIONS),
        (Lane::Page, Workload::Page, CONNECTIONS),
        (Lane::Slow, Workload::Slow, &[SLOW_CONNECTIONS]),
    ] {
        let (request, _, bytes) = service.prove(workload)?;
        add(lane, (request, bytes), connections);
    }
    let measured = rounds::run(&contenders, extent.schedule, stop, say).or_else(|failure| {
        stop.check()?;
        let process = &service.process;
        Err(process.explain(&format!("was under load when the run failed with \"{failure}\"")))
    })?;

    let memory = Memory { idle, loaded: service.process.resident_bytes()? };
    let of_service = OfService { memory, streams, starts };
    Ok(Report {
        command: arguments.command(),
        schedule: extent.schedule,
        sizes: sizes(Some((listing_bytes, tools))),
        promises: promise::all(&measured, &of_service),
        measured,
        proxy_memory: Memory { idle: proxy_idle, loaded: companions.proxy.resident_bytes()? },
        service: Some(of_service),
    })
}

/// The same with a second proxy in the service's place, which shows what the ratios are worth.
fn control(arguments: &Arguments, companions: &Companions, stop: &Stop) -> Outcome<Report> {
    let extent = arguments.extent();
    let second = companions.start_proxy()?;
    let proxy_idle = companions.proxy.resident_bytes()?;
    let mut contenders = companions.contenders(None)?;
    contenders.push(contender(Lane::Small, &second, small(&second)?, CONNECTIONS));
    contenders.push(contender(Lane::Page, &second, page(&second)?, CONNECTIONS));
    contenders.push(contender(Lane::Slow, &second, slow(&second)?, &[SLOW_CONNECTIONS]));
    let measured = rounds::run(&contenders, extent.schedule, stop, say)?;
    Ok(Report {
        command: arguments.command(),
        schedule: extent.schedule,
        sizes: sizes(None),
        promises: Vec::new(),
        measured,
        proxy_memory: Memory { idle: proxy_idle, loaded: companions.proxy.resident_bytes()? },
        service: None,
    })
}

impl Companions {
    fn start() -> Outcome<Self> {
        let directory = tempfile::tempdir()?;
        let listen = process::free_address()?;
        let command = process::own_role(&["--role", "upstream", "--listen", &listen.to_string()])?;
        let mut upstream = Process::start("upstream", command, listen, directory.path())?;
        upstream.wait_until_ready(USERS, COMPANION_LIMIT)?;
        let proxy = start_proxy(upstream.address, &directory)?;
        Ok(Self { upstream, proxy, directory })
    }

    fn start_proxy(&self) -> Outcome<Process> {
        start_proxy(self.upstream.address, &self.directory)
    }

    fn contenders(&self, listing_bytes: Option<usize>) -> Outcome<Vec<Contender<'_>>> {
        let (upstream, proxy) = (&self.upstream, &self.proxy);
        let mut contenders = vec![
            contender(Lane::DirectSmall, upstream, small(upstream)?, &[SLOW_CONNECTIONS]),
            contender(Lane::ProxySmall, proxy, small(proxy)?, CONNECTIONS),
            contender(Lane::ProxyPage, proxy, page(proxy)?, CONNECTIONS),
            contender(Lane::DirectSlow, upstream, slow(upstream)?, &[SLOW_CONNECTIONS]),
            contender(Lane::ProxySlow, proxy, slow(proxy)?, &[SLOW_CONNECTIONS]),
        ];
        if let Some(bytes) = listing_bytes {
            let listing = prove(proxy, &format!("/bytes/{bytes}"), Workload::List, bytes)?;
            contenders.push(contender(Lane::ProxyListing, proxy, listing, CONNECTIONS));
        }
        Ok(contenders)
    }
}

fn small(through: &Process) -> Outcome<Proven> {
    let path = format!("{USERS}/{}", fixtures::USER_ID);
    prove(through, &path, Workload::Small, fixtures::user().to_string().len())
}

fn page(through: &Process) -> Outcome<Proven> {
    let path = format!("{USERS}?startIndex=1&count={}", fixtures::PAGE_USERS);
    prove(through, &path, Workload::Page, fixtures::page().to_string().len())
}

fn slow(through: &Process) -> Outcome<Proven> {
    let path = format!("{USERS}/{}", fixtures::SLOW_USER_ID);
    prove(through, &path, Workload::Slow, fixtures::slow_user(0).to_string().len())
}

fn start_proxy(upstream: SocketAddr, directory: &TempDir) -> Outcome<Process> {
    let listen = process::free_address()?;
    let (listens, forwards) = (listen.to_string(), upstream.to_string());
    let command =
        process::own_role(&["--role", "proxy", "--listen", &listens, "--upstream", &forwards])?;
    let mut proxy = Process::start("proxy", command, listen, directory.path())?;
    proxy.wait_until_ready(USERS, COMPANION_LIMIT)?;
    Ok(proxy)
}

/// The workload's own POST, sent to a plain path; its answer must have the length it should.
fn prove(through: &Process, path: &str, workload: Workload, bytes: usize) -> Outcome<Proven> {
    let request = client::request("POST", through.address, path, &MCP_HEADERS, &workload.body());
    let answer = client::call(through.address, &request, COMPANION_LIMIT)
        .context(|| format!("POST {path}"))?;
    if answer.status != 200 || answer.body.len() != bytes {
        let (status, found) = (answer.status, answer.body.len());
        return Err(
            format!("POST {path}: status {status} and {found} bytes, not 200 and {bytes}").into()
        );
    }
    Ok((request, bytes))
}

fn contender<'run>(
    lane: Lane,
    process: &'run Process,
    (request, answer_bytes): Proven,
    connections: &'static [usize],
) -> Contender<'run> {
    let without_own_time = matches!(lane, Lane::DirectSlow | Lane::ProxySlow | Lane::Slow);
    let load = Load {
        address: process.address,
        request: Arc::from(request),
        answer_bytes,
        without_own_time,
    };
    Contender { lane, load, process, connections }
}

fn starts(program: &Program, extent: Extent, stop: &Stop) -> Outcome<Starts> {
    let mut starts = Starts { first: Vec::new(), again: Vec::new() };
    for _ in 0..extent.starts {
        let data = tempfile::tempdir()?;
        for times in [&mut starts.first, &mut starts.again] {
            stop.check()?;
            let (process, taken) = program.start(data.path())?;
            drop(process);
            times.push(taken.as_secs_f64() * 1e3);
        }
    }
    Ok(starts)
}

fn sizes(listing: Option<(usize, usize)>) -> Sizes {
    Sizes {
        user: fixtures::user().to_string().len(),
        page: fixtures::page().to_string().len(),
        listing,
    }
}

/// Progress goes to standard error; standard output carries the report alone.
fn say(what: &str) {
    eprintln!("{what} …");
}
