//! The processes under measurement: started on a free port, watched, and always ended.
//!
//! A process is ended through its own handle when the value is dropped, never by name.

use std::fs::File;
use std::io::Read;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use crate::client;
use crate::failure::{Context, Failure, Outcome};

/// Ticks per second in `/proc/{pid}/stat`: fixed by Linux for programs, whatever the kernel runs at.
const TICKS_PER_SECOND: u32 = 100;
const BETWEEN_TRIES: Duration = Duration::from_micros(500);

/// A running process that listens on 127.0.0.1.
pub struct Process {
    name: &'static str,
    child: Child,
    log: PathBuf,
    started: Instant,
    /// Where it listens.
    pub address: SocketAddr,
}

impl Process {
    /// Starts `command`; what it prints goes to a file in `directory`, so that a failure can be explained.
    pub fn start(
        name: &'static str,
        mut command: Command,
        address: SocketAddr,
        directory: &Path,
    ) -> Outcome<Self> {
        let log = directory.join(format!("{name}-{}.log", address.port()));
        let output =
            File::create(&log).context(|| format!("could not create a log for the {name}"))?;
        command
            .stdin(Stdio::piped())
            .stdout(output.try_clone()?)
            .stderr(output)
            .current_dir(directory);
        let started = Instant::now();
        let child = command.spawn().context(|| format!("could not start the {name}"))?;
        Ok(Self { name, child, log, started, address })
    }

    /// Waits until `GET path` is answered with 200; how long after its start that was.
    pub fn wait_until_ready(&mut self, path: &str, within: Duration) -> Outcome<Duration> {
        let request = client::request("GET", self.address, path, &[], "");
        loop {
            let answered = client::call(self.address, &request, within);
            if answered.is_ok_and(|answer| answer.status == 200) {
                return Ok(self.started.elapsed());
            }
            if let Some(status) = self.child.try_wait()? {
                return Err(self.explain(&format!("ended at once ({status})")));
            }
            if self.started.elapsed() > within {
                return Err(
                    self.explain(&format!("did not answer GET {path} with 200 within {within:?}"))
                );
            }
            thread::sleep(BETWEEN_TRIES);
        }
    }

    /// Resident memory now, in bytes.
    pub fn resident_bytes(&self) -> Outcome<u64> {
        let status = self.read_proc("status")?;
        let kibibytes = status
            .lines()
            .find_map(|line| line.strip_prefix("VmRSS:"))
            .and_then(|value| value.trim().strip_suffix(" kB"))
            .and_then(|value| value.trim().parse::<u64>().ok());
        Ok(kibibytes.ok_or_else(|| format!("the {} has no VmRSS", self.name))? * 1024)
    }

    /// Processor time it has used since it started, in user and kernel together.
    pub fn processor_time(&self) -> Outcome<Duration> {
        let stat = self.read_proc("stat")?;
        // The second field is the program's name in brackets and may hold spaces.
        let fields = stat.rsplit_once(')').map_or("", |(_, fields)| fields);
        let ticks: Vec<u32> = fields
            .split_whitespace()
            .skip(11)
            .take(2)
            .filter_map(|field| field.parse().ok())
            .collect();
        match ticks.as_slice() {
            [user, kernel] => Ok(Duration::from_secs(1) * (user + kernel) / TICKS_PER_SECOND),
            _ => Err(format!("the processor time of the {} cannot be read", self.name).into()),
        }
    }

    /// A failure of this process, with the last lines it printed.
    pub fn explain(&self, what: &str) -> Failure {
        let printed = std::fs::read_to_string(&self.log).unwrap_or_default();
        let lines: Vec<&str> = printed.lines().collect();
        let last = lines.get(lines.len().saturating_sub(20)..).unwrap_or_default().join("\n  ");
        if last.is_empty() {
            format!("the {} {what}; it printed nothing", self.name).into()
        } else {
            format!("the {} {what}; its last lines:\n  {last}", self.name).into()
        }
    }

    fn read_proc(&self, file: &str) -> Outcome<String> {
        std::fs::read_to_string(format!("/proc/{}/{file}", self.child.id()))
            .context(|| format!("the {} is gone, or this system has no /proc", self.name))
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // It may have ended by itself; then there is nothing to end.
        let _ended = self.child.kill();
        let _status = self.child.wait();
    }
}

/// A port that was free a moment ago.
pub fn free_address() -> Outcome<SocketAddr> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))
        .context(|| "no free port on 127.0.0.1".to_owned())?;
    Ok(listener.local_addr()?)
}

/// This program again, in the role of `arguments`. It ends by itself when its parent does.
pub fn own_role(arguments: &[&str]) -> Outcome<Command> {
    let mut command = Command::new(std::env::current_exe()?);
    command.args(arguments);
    Ok(command)
}

/// Ends this process when its standard input closes: the parent holds the other end and is gone.
pub fn end_with_parent() {
    thread::spawn(|| {
        let mut nothing = Vec::new();
        let _closed = std::io::stdin().read_to_end(&mut nothing);
        std::process::exit(0);
    });
}
