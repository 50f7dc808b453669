//! The README, tried out: its commands run, its transcript is what the demo answers, its options
//! are those the program has. A block of `sh` after `<!-- test: TEXT -->` is run, and must print TEXT.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a helper's panic is the report"
)]

use std::fs::{self, File};
use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::os::unix::process::CommandExt;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

const PROGRAM: &str = env!("CARGO_BIN_EXE_egnyte-mcp");
const README: &str = include_str!("../README.md");
/// All runnable blocks together take about three seconds.
const DEADLINE: Duration = Duration::from_secs(90);
/// Addresses in the README; each is replaced by a free one.
const ADDRESSES: [&str; 3] = ["127.0.0.1:8080", "127.0.0.1:8081", "127.0.0.1:9090"];

/// A fenced block, and the comment on the line before it.
struct Block {
    comment: String,
    language: String,
    text: String,
}

fn blocks() -> Vec<Block> {
    let mut blocks = Vec::new();
    let mut before = "";
    let mut lines = README.lines();
    while let Some(line) = lines.next() {
        if let Some(language) = line.strip_prefix("```") {
            let text: Vec<&str> = lines.by_ref().take_while(|line| *line != "```").collect();
            let comment = before.strip_prefix("<!-- ").and_then(|c| c.strip_suffix(" -->"));
            blocks.push(Block {
                comment: comment.unwrap_or_default().to_owned(),
                language: language.to_owned(),
                text: text.join("\n"),
            });
        }
        before = line;
    }
    blocks
}

/// Whether bash and curl are there. Without them nothing is tested, which is said past the test
/// runner's capture, and is a failure where CI=true.
fn can_run() -> bool {
    let missing: Vec<&str> = ["bash", "curl"]
        .into_iter()
        .filter(|tool| Command::new(tool).arg("--version").stdout(Stdio::null()).status().is_err())
        .collect();
    if missing.is_empty() {
        return true;
    }
    let words = format!("NOT TESTED: the README's examples need {}", missing.join(" and "));
    assert!(std::env::var("CI").as_deref() != Ok("true"), "{words}");
    // Past the capture of the test runner.
    let mut terminal = std::io::stderr();
    writeln!(terminal, "\n{words}\n").unwrap();
    false
}

/// The output of `egnyte-mcp` with these arguments.
fn program(arguments: &[&str]) -> (bool, String) {
    let output = Command::new(PROGRAM).args(arguments).env_clear().output().unwrap();
    (output.status.success(), String::from_utf8(output.stdout).unwrap())
}

/// Waits for the end of a child that leads a process group; at the deadline the group is killed.
fn wait(child: &mut Child) -> bool {
    let started = Instant::now();
    loop {
        if let Some(status) = child.try_wait().unwrap() {
            return status.success();
        }
        if started.elapsed() > DEADLINE {
            let group = format!("-{}", child.id());
            Command::new("bash").args(["-c", &format!("kill -KILL -- {group}")]).status().unwrap();
            child.wait().unwrap();
            return false;
        }
        std::thread::sleep(Duration::from_millis(20));
    }
}

#[test]
fn the_examples_run_as_they_stand() {
    if !can_run() {
        return;
    }
    let home = tempfile::tempdir().unwrap();
    let bin = home.path().join("bin");
    fs::create_dir(&bin).unwrap();
    std::os::unix::fs::symlink(PROGRAM, bin.join("egnyte-mcp")).unwrap();

    // Held together, so that they differ; let go just before they are used.
    let free = ADDRESSES.map(|_| TcpListener::bind("127.0.0.1:0").unwrap());
    let free = free.map(|listener| listener.local_addr().unwrap().to_string());
    let mut script = "set -euo pipefail\ntrap 'kill $(jobs -p); wait' EXIT\n".to_owned();
    let mut expected = Vec::new();
    for block in blocks().iter().filter(|block| block.language == "sh") {
        if let Some(text) = block.comment.strip_prefix("test: ") {
            let marker = format!("echo; echo '=== {}'\n", expected.len());
            script.extend([&marker, &block.text, "\n"]);
            expected.push(text.to_owned());
        }
    }
    assert!(expected.len() >= 7, "the README has lost its runnable blocks");
    for (address, free) in ADDRESSES.iter().zip(&free) {
        assert!(script.contains(address), "no block uses {address}");
        script = script.replace(address, free);
    }
    fs::write(home.path().join("script"), script).unwrap();

    let (out, err) = (home.path().join("out"), home.path().join("err"));
    let mut child = Command::new("bash")
        .arg("script")
        .current_dir(&home)
        .env_clear()
        .env("PATH", format!("{}:{}", bin.display(), std::env::var("PATH").unwrap()))
        .stdin(Stdio::null())
        .stdout(File::create(&out).unwrap())
        .stderr(File::create(&err).unwrap())
        .process_group(0)
        .spawn()
        .unwrap();
    let succeeded = wait(&mut child);
    let (out, err) = (fs::read_to_string(out).unwrap(), fs::read_to_string(err).unwrap());
    assert!(succeeded, "the blocks failed:\n{out}\n{err}");
    for (number, text) in expected.iter().enumerate() {
        let (_, rest) = out.split_once(&format!("=== {number}\n")).unwrap();
        let printed = rest.split("\n=== ").next().unwrap();
        assert!(printed.contains(text), "block {number} did not print {text:?} but:\n{printed}");
    }
    for address in &free {
        assert!(TcpStream::connect(address).is_err(), "something still listens at {address}");
    }
}

/// A running demo, ended with the test.
struct Demo {
    child: Child,
    ready: String,
}

impl Demo {
    fn start(arguments: &[&str], until: &str) -> Self {
        let mut child = Command::new(PROGRAM)
            .args(["demo", "--listen", "127.0.0.1:0"])
            .args(arguments)
            .env_clear()
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let mut ready = String::new();
        for line in lines {
            ready += &line.unwrap();
            ready.push('\n');
            if ready.contains(until) {
                break;
            }
        }
        Self { child, ready }
    }
}

impl Drop for Demo {
    fn drop(&mut self) {
        // Asked, not killed: the demo then removes its data folder.
        let id = self.child.id().to_string();
        Command::new("bash").args(["-c", &format!("kill {id}")]).status().ok();
        self.child.wait().ok();
    }
}

/// The text a model reads after a call.
fn call(url: &str, tool: &str, arguments: &str) -> String {
    let arguments: Value = serde_json::from_str(arguments).unwrap();
    let body = json!({"jsonrpc": "2.0", "id": 1, "method": "tools/call",
        "params": {"name": tool, "arguments": arguments}});
    let output = Command::new("curl")
        .args(["-sS", "--noproxy", "*", url, "-d", &body.to_string()])
        .output()
        .unwrap();
    let answer: Value = serde_json::from_slice(&output.stdout).unwrap();
    answer["result"]["content"][0]["text"].as_str().unwrap().to_owned()
}

/// Whether `shown`, in which `…` stands for anything, is `text`.
fn is_shortened(shown: &str, text: &str) -> bool {
    let mut rest = text;
    for (number, part) in shown.split('…').enumerate() {
        match rest.find(part) {
            Some(at) if number > 0 || at == 0 => rest = &rest[at + part.len()..],
            _ => return false,
        }
    }
    rest.is_empty() || shown.ends_with('…')
}

#[test]
fn the_transcript_is_what_the_demo_answers() {
    if !can_run() {
        return;
    }
    let demo = Demo::start(&["--json"], "\n");
    let ready: Value = serde_json::from_str(&demo.ready).unwrap();
    let url = ready["mcp"]["url"].as_str().unwrap();

    let transcript = blocks().into_iter().find(|block| block.comment == "transcript").unwrap();
    let mut calls = 0;
    for exchange in transcript.text.split("\n\n→ ").skip(1) {
        let (request, answer) = exchange.split_once("\n← ").unwrap();
        let (tool, arguments) = request.split_once(' ').unwrap();
        // Long lines are broken and indented for the page.
        let (shown, text) = (answer.replace("\n   ", ""), call(url, tool, arguments));
        let text = text.replace('\n', "");
        assert!(is_shortened(&shown, &text), "{request}\nshown  {shown}\nreally {text}");
        calls += 1;
    }
    assert_eq!(calls, 5);
}

#[test]
fn the_error_shown_is_one_the_demo_gives() {
    if !can_run() {
        return;
    }
    let demo = Demo::start(&["--json"], "\n");
    let ready: Value = serde_json::from_str(&demo.ready).unwrap();
    let url = ready["mcp_read_only"]["url"].as_str().unwrap();
    let text = call(url, "get_egnyte_user", r#"{"id": 12345}"#);
    assert!(blocks().iter().any(|block| block.text == text), "the README does not show:\n{text}");
}

#[test]
fn the_json_is_valid_and_the_desktop_configuration_is_the_one_the_demo_prints() {
    if !can_run() {
        return;
    }
    let demo = Demo::start(&[], "/_sandbox");
    let (_, rest) = demo.ready.split_once("claude_desktop_config.json)\n").unwrap();
    let mut printed: Value =
        serde_json::Deserializer::from_str(rest).into_iter().next().unwrap().unwrap();
    let mut shown = blocks()
        .iter()
        .filter(|block| block.language == "json")
        .map(|block| serde_json::from_str::<Value>(&block.text).expect("a block of JSON"))
        .find(|value| value.get("mcpServers").is_some())
        .unwrap();
    for value in [&mut printed, &mut shown] {
        let url = &mut value["mcpServers"]["egnyte"]["args"][2];
        let text = url.as_str().unwrap();
        assert!(text.starts_with("http://127.0.0.1:") && text.ends_with("/sse"), "{text}");
        *url = Value::Null;
    }
    assert_eq!(printed, shown);
}

/// Every invocation of the program: its subcommands and its options.
fn invocations() -> Vec<(Vec<String>, Vec<String>)> {
    let code = blocks().into_iter().filter(|block| block.language == "sh").map(|block| block.text);
    let inline = README.split('`').skip(1).step_by(2).map(|code| code.replace('\n', " "));
    let code: String = code.chain(inline).map(|text| text.replace("\\\n", " ") + "\n").collect();
    let mut found = Vec::new();
    for line in code.lines() {
        for (at, _) in line.match_indices("egnyte-mcp ") {
            if line[..at].ends_with(|c: char| !matches!(c, ' ' | '(' | '/')) {
                continue;
            }
            let end = |c: char| matches!(c, '|' | '&' | ')' | ';' | '#');
            let arguments = line[at..].split(end).next().unwrap_or_default();
            let is_word = |word: &&str| word.chars().all(|c| c.is_ascii_lowercase() || c == '-');
            let words = arguments.split_whitespace().skip(1);
            let commands: Vec<String> = words
                .clone()
                .take_while(|word| is_word(word) && !word.starts_with('-'))
                .map(str::to_owned)
                .collect();
            let options = words.filter(|word| word.starts_with("--")).map(str::to_owned).collect();
            if !commands.is_empty() {
                found.push((commands, options));
            }
        }
    }
    found
}

#[test]
fn every_command_and_option_named_exists() {
    let found = invocations();
    assert!(found.len() > 8, "{found:?}");
    for (commands, options) in found {
        let mut arguments: Vec<&str> = commands.iter().map(String::as_str).collect();
        arguments.push("--help");
        let (known, help) = program(&arguments);
        assert!(known, "there is no `egnyte-mcp {}`", commands.join(" "));
        for option in options {
            let there = help.split_whitespace().any(|word| word == option);
            assert!(there, "`egnyte-mcp {}` has no {option}", commands.join(" "));
        }
    }
}

#[test]
fn the_table_of_options_is_that_of_serve() {
    let (_, help) = program(&["serve", "--help"]);
    let mut real: Vec<(String, String)> = Vec::new();
    for line in help.lines().map(str::trim) {
        if let Some(name) = line.strip_prefix("--") {
            let name = name.split(' ').next().unwrap_or_default();
            real.push((format!("--{name}"), String::new()));
        } else if let Some(default) = line.strip_prefix("[default: ") {
            real.last_mut().unwrap().1 = default.trim_end_matches(']').to_owned();
        }
    }
    let (_, table) = README.split_once("| option of `serve` |").unwrap();
    let table = table.lines().skip(2).take_while(|line| line.starts_with('|'));
    let rows: Vec<(String, String)> = table
        .map(|row| {
            let cells: Vec<&str> = row.split('|').map(str::trim).collect();
            // A default in words is one that `--help` does not give as a value.
            let default = if cells[2].starts_with('`') { cells[2].trim_matches('`') } else { "" };
            (cells[1].trim_matches('`').to_owned(), default.to_owned())
        })
        .collect();
    assert_eq!(rows, real);
}

#[test]
fn the_number_of_tools_is_right() {
    let (_, tools) = program(&["tools"]);
    let count = tools.lines().last().unwrap().split(' ').next().unwrap().to_owned();
    assert!(README.contains(&format!("There are {count} tools")), "there are {count}");
}

/// What stands under "Not yet", each with a way to see that it still is not there.
#[test]
fn what_is_called_missing_is_missing() {
    if !can_run() {
        return;
    }
    let demo = Demo::start(&["--json"], "\n");
    let ready: Value = serde_json::from_str(&demo.ready).unwrap();
    let base = ready["base_url"].as_str().unwrap();
    let token = format!("authorization: Bearer {}", ready["api_token"].as_str().unwrap());
    let curl = |arguments: &[&str]| -> String {
        let all = ["-sS", "-i", "--noproxy", "*", "-H", &token];
        let output = Command::new("curl").args(all).args(arguments).output().unwrap();
        String::from_utf8(output.stdout).unwrap().to_ascii_lowercase()
    };
    let oauth = r#"{"domain": "acme", "client_id": "a", "client_secret": "b"}"#;
    let is_missing = [
        ("audit log", curl(&[&format!("{base}/log")]).contains(" 404 ")),
        ("metrics", curl(&[&format!("{base}/metrics")]).contains(" 404 ")),
        ("OAuth", curl(&[&format!("{base}/integrated-account"), "-d", oauth]).contains(" 400 ")),
        ("PostgreSQL", !program(&["account", "list", "--database-url", "postgres://a/b"]).0),
        ("commands for the key ring", !program(&["key", "list"]).0),
    ];
    let (_, missing) = README.split_once("## Not yet").unwrap();
    let missing = missing.replace('\n', " ");
    for (what, is_missing) in is_missing {
        let said = missing.contains(what);
        assert_eq!(said, is_missing, "README says that {what} is missing: {said}");
    }
}
