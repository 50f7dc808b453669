//! The service as a stranger meets it: the program, started by its command line, used over HTTP.
//!
//! Nothing here reaches into the library. An account is connected and a URL minted the way an
//! operator does it, and each workload's answer is read and compared before it is timed.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::client::{self, Answer};
use crate::failure::{Context, Outcome};
use crate::fixtures;
use crate::process::{self, Process};

/// The tools of the workloads.
const GET_USER: &str = "get_single_egnyte_user_by_id";
const LIST_USERS: &str = "list_all_egnyte_users";

const API_TOKEN: &str = "benchmark-bootstrap-api-token-0123456789";
const START_LIMIT: Duration = Duration::from_secs(20);
const ANSWER_LIMIT: Duration = Duration::from_secs(10);
const OPTION_PREFIX: &str = "EGNYTE_MCP_";

/// A JSON-RPC request as any MCP client sends it.
pub const MCP_HEADERS: [(&str, &str); 3] = [
    ("Content-Type", "application/json"),
    ("Accept", "application/json, text/event-stream"),
    ("MCP-Protocol-Version", "2025-11-25"),
];

/// A workload's body and, once it has been read closely, the length of a right answer.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Workload {
    /// `tools/list`.
    List,
    /// `tools/call` for one user, 1 KB.
    Small,
    /// `tools/call` for a page of users, 50 KB.
    Page,
    /// `tools/call` for the user whom the upstream holds back.
    Slow,
}

impl Workload {
    /// The JSON-RPC body.
    pub fn body(self) -> String {
        match self {
            Self::List => json!({ "jsonrpc": "2.0", "id": 1, "method": "tools/list" }),
            Self::Small => call(GET_USER, &json!({ "id": fixtures::USER_ID })),
            Self::Page => call(LIST_USERS, &json!({ "limit": fixtures::PAGE_USERS })),
            Self::Slow => call(GET_USER, &json!({ "id": fixtures::SLOW_USER_ID })),
        }
        .to_string()
    }
}

fn call(tool: &str, arguments: &Value) -> Value {
    json!({ "jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": { "name": tool, "arguments": arguments } })
}

/// How to start the service.
pub struct Program {
    /// The executable.
    pub path: PathBuf,
    /// The stand-in Egnyte.
    pub upstream: SocketAddr,
}

impl Program {
    /// Starts it on `data` and waits for its first answer; how long that took.
    pub fn start(&self, data: &Path) -> Outcome<(Process, Duration)> {
        let address = process::free_address()?;
        let mut command = Command::new(&self.path);
        for (name, _) in std::env::vars_os() {
            if name.to_string_lossy().starts_with(OPTION_PREFIX) || name == "RUST_LOG" {
                command.env_remove(name);
            }
        }
        command.args(["serve", "--listen", &address.to_string(), "--api-token", API_TOKEN]);
        command.args(["--egnyte-url", &format!("http://{}", self.upstream)]);
        command.arg("--data-dir").arg(data);
        let mut process = Process::start("service", command, address, data)?;
        let taken = process.wait_until_ready("/healthz", START_LIMIT)?;
        Ok((process, taken))
    }
}

/// A running service with one minted URL. Fields are dropped in order: the process ends before its directory goes.
pub struct Service {
    /// The process.
    pub process: Process,
    /// Path of the minted URL.
    pub path: String,
    /// Path of its legacy event stream.
    pub sse_path: String,
    _data: TempDir,
}

impl Service {
    /// Starts the service in a directory of its own, connects an account and mints a URL.
    pub fn start(program: &Program) -> Outcome<Self> {
        let data = tempfile::tempdir()?;
        let (process, _) = program.start(data.path())?;
        let account = json!({ "name": "benchmark", "domain": "benchmark", "access_token": "benchmark-access-token" });
        let account = administrate(&process, "/integrated-account", &account)?;
        let id = text(&account, "id")?;
        let server = administrate(
            &process,
            &format!("/integrated-account/{id}/mcp"),
            &json!({ "name": "benchmark" }),
        )?;
        let path = path_of(text(&server, "url")?)?;
        let sse_path = path_of(text(&server, "sse_url")?)?;
        Ok(Self { process, path, sse_path, _data: data })
    }

    /// A workload's request, and the length of its answer, which has been found to be right.
    pub fn prove(&self, workload: Workload) -> Outcome<(Vec<u8>, Value, usize)> {
        let request = client::request(
            "POST",
            self.process.address,
            &self.path,
            &MCP_HEADERS,
            &workload.body(),
        );
        let answer = client::call(self.process.address, &request, ANSWER_LIMIT)?;
        let result = result_of(&answer).context(|| format!("{workload:?}"))?;
        prove_result(workload, &result)
            .context(|| format!("the service's answer to {workload:?} is wrong"))?;
        Ok((request, result, answer.body.len()))
    }
}

fn administrate(process: &Process, path: &str, body: &Value) -> Outcome<Value> {
    let authorization = format!("Bearer {API_TOKEN}");
    let headers = [("Content-Type", "application/json"), ("Authorization", authorization.as_str())];
    let request = client::request("POST", process.address, path, &headers, &body.to_string());
    let answer =
        client::call(process.address, &request, ANSWER_LIMIT).context(|| format!("POST {path}"))?;
    if answer.status != 201 {
        let said = String::from_utf8_lossy(&answer.body);
        return Err(
            process.explain(&format!("answered POST {path} with {}: {said}", answer.status))
        );
    }
    Ok(serde_json::from_slice(&answer.body)?)
}

fn text<'json>(object: &'json Value, name: &str) -> Outcome<&'json str> {
    object
        .get(name)
        .and_then(Value::as_str)
        .ok_or_else(|| format!("the answer has no {name}").into())
}

/// The path of an absolute URL.
pub fn path_of(url: &str) -> Outcome<String> {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let path = rest.find('/').and_then(|at| rest.get(at..));
    path.map(str::to_owned).ok_or_else(|| "the minted URL has no path".into())
}

/// The JSON-RPC result of an answer, whether it came as JSON or as one event.
pub fn result_of(answer: &Answer) -> Outcome<Value> {
    let body = std::str::from_utf8(&answer.body)?;
    if answer.status != 200 {
        return Err(format!("status {}: {body}", answer.status).into());
    }
    let json = if answer.content_type.starts_with("text/event-stream") {
        let data = body.lines().filter_map(|line| line.strip_prefix("data:"));
        data.map(str::trim)
            .find(|data| data.starts_with('{'))
            .ok_or("the event stream has no message")?
    } else {
        body
    };
    let mut message: Value = serde_json::from_str(json)?;
    message.get_mut("result").map(Value::take).ok_or_else(|| format!("no result: {json}").into())
}

/// Checks that a result is the right one, so that a service that answers fast but wrongly cannot win.
pub fn prove_result(workload: Workload, result: &Value) -> Outcome<()> {
    if workload == Workload::List {
        let tools = result.get("tools").and_then(Value::as_array).ok_or("it has no tools")?;
        for wanted in [GET_USER, LIST_USERS] {
            if !tools.iter().any(|tool| tool.get("name").and_then(Value::as_str) == Some(wanted)) {
                return Err(format!("{wanted} is not listed").into());
            }
        }
        return Ok(());
    }
    let said = result.pointer("/content/0/text").and_then(Value::as_str).ok_or("it has no text")?;
    if result.get("isError").and_then(Value::as_bool) == Some(true) {
        return Err(format!("it is an error: {said}").into());
    }
    let told: Value = serde_json::from_str(said).context(|| "its text is not JSON".to_owned())?;
    let right = match workload {
        Workload::Small => told == fixtures::user(),
        Workload::Page => told.get("result") == fixtures::page().get("resources"),
        Workload::List | Workload::Slow => {
            told.get("userName") == fixtures::user().get("userName")
                && said.contains(fixtures::OWN_TIME_MARK)
        }
    };
    if right { Ok(()) } else { Err("it does not hold what the upstream sent".into()) }
}
