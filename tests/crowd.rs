//! Many clients, and bad ones: whatever they do to the program, it answers the others.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a helper's panic is the report")]

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

/// An ordinary answer takes a millisecond; a busy machine may take a hundred times that.
const USUAL: Duration = Duration::from_secs(3);

/// The demo in a process of its own. It ends with this.
struct Demo {
    child: Child,
    address: String,
    path: String,
}

impl Demo {
    fn start() -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_egnyte-mcp"))
            .args(["demo", "--listen", "127.0.0.1:0", "--json"])
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let ready: Value = serde_json::from_str(&line).unwrap();
        let url = ready.pointer("/mcp/url").unwrap().as_str().unwrap();
        let (address, path) = url.strip_prefix("http://").unwrap().split_once('/').unwrap();
        Self { child, address: address.to_owned(), path: format!("/{path}") }
    }

    async fn connect(&self) -> TcpStream {
        TcpStream::connect(&self.address).await.unwrap()
    }

    /// A request's head, without the blank line that ends it.
    fn head(&self, method: &str) -> String {
        format!("{method} {} HTTP/1.1\r\nhost: {}\r\n", self.path, self.address)
    }

    /// Calls a tool on a connection of its own and checks that the answer comes as usual.
    async fn assert_answers(&self) {
        let call = json!({
            "jsonrpc": "2.0", "id": 1, "method": "tools/call",
            "params": { "name": "get_single_egnyte_user_by_id", "arguments": { "id": 12_345_678 } },
        })
        .to_string();
        let request = format!(
            "{}content-length: {}\r\nconnection: close\r\n\r\n{call}",
            self.head("POST"),
            call.len()
        );
        let started = Instant::now();
        let answer = self.exchange(request.as_bytes()).await;
        assert!(answer.contains("jmiller"), "{answer}");
        assert!(started.elapsed() < USUAL, "took {:?}", started.elapsed());
    }

    /// Sends bytes and reads until the service closes or is silent.
    async fn exchange(&self, bytes: &[u8]) -> String {
        let mut stream = self.connect().await;
        // The service may answer and close before it has read everything.
        let _ = stream.write_all(bytes).await;
        let mut answer = Vec::new();
        let _ = timeout(USUAL, stream.read_to_end(&mut answer)).await;
        String::from_utf8_lossy(&answer).into_owned()
    }
}

impl Drop for Demo {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// How many files this process may open, by which the number of streams is bounded.
fn open_files() -> usize {
    let limits = std::fs::read_to_string("/proc/self/limits").unwrap_or_default();
    let line = limits.lines().find(|line| line.starts_with("Max open files"));
    let soft = line.and_then(|line| line.split_whitespace().nth(3)?.parse().ok());
    soft.unwrap_or(1_024)
}

#[tokio::test]
async fn ten_thousand_idle_streams_leave_others_their_usual_time() {
    let streams = open_files().saturating_sub(200).min(10_000);
    if streams < 10_000 {
        eprintln!("!!! only {streams} streams: this machine allows {} open files", open_files());
    }
    let demo = Demo::start();
    let request = format!("{}accept: text/event-stream\r\n\r\n", demo.head("GET"));
    let mut idle = Vec::with_capacity(streams);
    for _ in 0..streams {
        let mut stream = demo.connect().await;
        stream.write_all(request.as_bytes()).await.unwrap();
        idle.push(stream);
    }
    // The last one has its first event, so all of them were accepted.
    let mut seen = String::new();
    let last = idle.last_mut().unwrap();
    while !seen.contains("event: endpoint") {
        let mut buffer = [0; 1_024];
        let read = timeout(Duration::from_secs(30), last.read(&mut buffer)).await.unwrap().unwrap();
        assert!(read > 0, "the stream ended: {seen}");
        seen.push_str(&String::from_utf8_lossy(buffer.get(..read).unwrap()));
    }

    demo.assert_answers().await;
}

#[tokio::test]
async fn clients_that_stop_half_way_do_not_hold_up_others() {
    let demo = Demo::start();
    let head = demo.head("POST");
    let halves = [
        head.get(..20).unwrap().to_owned(),
        head.clone(),
        format!("{head}content-length: 500\r\n\r\n{{\"jsonrpc\""),
        format!("{head}transfer-encoding: chunked\r\n\r\nff\r\n{{"),
        format!("{}accept: text/event-stream\r\n", demo.head("GET")),
    ];
    let mut open = Vec::new();
    for half in halves.iter().cycle().take(500) {
        let mut stream = demo.connect().await;
        stream.write_all(half.as_bytes()).await.unwrap();
        open.push(stream);
    }

    demo.assert_answers().await;
}

#[tokio::test]
async fn malformed_requests_are_refused_in_words_and_leave_no_trace() {
    let demo = Demo::start();
    let post = |headers: &str, body: &[u8]| {
        let head = format!(
            "{}connection: close\r\n{headers}content-length: {}\r\n\r\n",
            demo.head("POST"),
            body.len()
        );
        [head.as_bytes(), body].concat()
    };
    let deep = "[".repeat(100_000);
    let twice =
        "mcp-method: tools/list\r\nmcp-method: tools/list\r\nmcp-protocol-version: 2026-07-28\r\n";
    let modern = br#"{"jsonrpc":"2.0","id":1,"method":"tools/list","params":{"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientCapabilities":{}}}}"#;
    let cases: [(&str, Vec<u8>, &str); 8] = [
        ("a deep body", post("", deep.as_bytes()), "-32700"),
        ("a body of NUL bytes", post("", &[0; 512]), "-32700"),
        ("text that is not UTF-8", post("", b"{\"jsonrpc\":\"\xff\"}"), "-32"),
        ("a body of another type", post("content-type: image/png\r\n", b"\x89PNG"), "-32700"),
        ("a header that stands twice", post(twice, modern), "-32020"),
        ("an unknown revision", post("mcp-protocol-version: 1999-01-01\r\n", modern), "-32020"),
        ("no HTTP at all", b"\x16\x03\x01\x02\x00\x01\x00\x01".to_vec(), "400"),
        ("two lengths", post("content-length: 3\r\n", b"{}"), "400"),
    ];

    for (what, bytes, expected) in cases {
        let answer = demo.exchange(&bytes).await;

        assert!(answer.starts_with("HTTP/1.1 4"), "{what}: {answer}");
        assert!(answer.contains(expected), "{what}: {answer}");
        demo.assert_answers().await;
    }
}
