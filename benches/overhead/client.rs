//! The load generator's HTTP/1.1 client: prebuilt requests, and answers read just far enough.
//!
//! It must stay cheaper than anything it measures. No URLs, no header maps: a status, a length
//! (`Content-Length` or chunked) and the body's bytes as they come.

use std::io::{Read, Write};
use std::net::SocketAddr;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::failure::{Context, Outcome};

const READ_BUFFER: usize = 32 * 1024;
const HEAD_LIMIT: usize = 32 * 1024;

/// One request as bytes, ready to be sent any number of times.
pub fn request(
    method: &str,
    address: SocketAddr,
    path: &str,
    headers: &[(&str, &str)],
    body: &str,
) -> Vec<u8> {
    let mut text = format!("{method} {path} HTTP/1.1\r\nHost: {address}\r\n");
    for (name, value) in headers {
        text.extend([*name, ": ", *value, "\r\n"]);
    }
    if !body.is_empty() {
        text.extend(["Content-Length: ", &body.len().to_string(), "\r\n"]);
    }
    text.extend(["\r\n", body]);
    text.into_bytes()
}

/// A kept-alive connection for load.
pub struct Connection {
    stream: TcpStream,
    buffer: Vec<u8>,
    reader: Reader,
}

impl Connection {
    /// Connects, with Nagle's algorithm off.
    pub async fn open(address: SocketAddr) -> Outcome<Self> {
        let stream = TcpStream::connect(address)
            .await
            .context(|| format!("could not connect to {address}"))?;
        stream.set_nodelay(true)?;
        Ok(Self { stream, buffer: vec![0; READ_BUFFER], reader: Reader::default() })
    }

    /// Sends one request and reads its answer; `body` sees the answer's body piece by piece.
    pub async fn exchange(&mut self, request: &[u8], mut body: impl FnMut(&[u8])) -> Outcome<u16> {
        self.stream.write_all(request).await?;
        self.reader.reset();
        loop {
            let count = self.stream.read(&mut self.buffer).await?;
            let piece = self.buffer.get(..count).unwrap_or_default();
            if self.reader.feed(piece, &mut body)? {
                return Ok(self.reader.status());
            }
        }
    }
}

/// A whole answer, for the few calls that are looked at closely.
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// The `Content-Type`, empty when there is none.
    pub content_type: String,
    /// The body, with chunked framing taken off.
    pub body: Vec<u8>,
}

/// One call on a connection of its own, blocking, for at most `within` between two reads.
pub fn call(address: SocketAddr, request: &[u8], within: Duration) -> Outcome<Answer> {
    let mut stream = std::net::TcpStream::connect_timeout(&address, within)?;
    stream.set_read_timeout(Some(within))?;
    stream.set_nodelay(true)?;
    stream.write_all(request)?;
    let mut reader = Reader::default();
    let mut body = Vec::new();
    let mut buffer = vec![0; READ_BUFFER];
    loop {
        let count = stream.read(&mut buffer)?;
        let piece = buffer.get(..count).unwrap_or_default();
        if reader.feed(piece, &mut |bytes: &[u8]| body.extend_from_slice(bytes))? {
            let content_type = reader.header("content-type").unwrap_or_default().to_owned();
            return Ok(Answer { status: reader.status(), content_type, body });
        }
    }
}

/// Where in an answer the reader stands.
#[derive(Default, Clone, Copy, PartialEq, Eq)]
enum Stage {
    #[default]
    Head,
    Fixed(usize),
    ChunkSize,
    Chunk(usize),
    ChunkEnd,
    Trailer,
    Done,
}

/// Reads one answer from pieces of any size. Knows nothing of sockets.
#[derive(Default)]
pub struct Reader {
    stage: Stage,
    head: Vec<u8>,
    line: Vec<u8>,
    status: u16,
}

impl Reader {
    /// Makes ready for the next answer, keeping the buffers.
    pub fn reset(&mut self) {
        self.stage = Stage::Head;
        self.head.clear();
        self.line.clear();
        self.status = 0;
    }

    /// The status, once the head has been read.
    pub fn status(&self) -> u16 {
        self.status
    }

    /// Takes the next piece; true when the answer is complete. An empty piece means the peer closed.
    pub fn feed(&mut self, piece: &[u8], body: &mut impl FnMut(&[u8])) -> Outcome<bool> {
        if piece.is_empty() {
            return Err("the connection was closed before the answer was complete".into());
        }
        let mut rest = piece;
        while !rest.is_empty() && self.stage != Stage::Done {
            rest = match self.stage {
                Stage::Head => self.take_head(rest)?,
                Stage::Fixed(left) => {
                    let (now, later) = split(rest, left);
                    body(now);
                    let left = left - now.len();
                    self.stage = if left == 0 { Stage::Done } else { Stage::Fixed(left) };
                    later
                }
                Stage::Chunk(left) => {
                    let (now, later) = split(rest, left);
                    body(now);
                    let left = left - now.len();
                    self.stage = if left == 0 { Stage::ChunkEnd } else { Stage::Chunk(left) };
                    later
                }
                Stage::ChunkSize | Stage::ChunkEnd | Stage::Trailer => self.take_line(rest)?,
                Stage::Done => rest,
            };
        }
        if !rest.is_empty() {
            return Err("the answer is longer than it said".into());
        }
        Ok(self.stage == Stage::Done)
    }

    /// A header's value, once the head has been read.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.head.split(|byte| *byte == b'\n').skip(1).find_map(|line| {
            let (found, value) = std::str::from_utf8(line).ok()?.split_once(':')?;
            found.eq_ignore_ascii_case(name).then(|| value.trim())
        })
    }

    fn take_head<'piece>(&mut self, piece: &'piece [u8]) -> Outcome<&'piece [u8]> {
        let before = self.head.len();
        self.head.extend_from_slice(piece);
        let search_from = before.saturating_sub(3);
        let fresh = self.head.get(search_from..).unwrap_or_default();
        let Some(offset) = fresh.windows(4).position(|window| window == b"\r\n\r\n") else {
            if self.head.len() > HEAD_LIMIT {
                return Err("the answer's head has no end".into());
            }
            return Ok(&[]);
        };
        let head_end = search_from + offset + 4;
        self.head.truncate(head_end);
        self.status = parse_status(&self.head)
            .ok_or("the answer does not begin with an HTTP/1.1 status line")?;
        self.stage = self.body_stage()?;
        Ok(piece.get(head_end - before..).unwrap_or_default())
    }

    fn body_stage(&self) -> Outcome<Stage> {
        if matches!(self.status, 204 | 304) {
            return Ok(Stage::Done);
        }
        if let Some(length) = self.header("content-length") {
            let length =
                length.parse().context(|| format!("Content-Length is {length:?}, not a number"))?;
            return Ok(if length == 0 { Stage::Done } else { Stage::Fixed(length) });
        }
        match self.header("transfer-encoding") {
            Some(value) if value.eq_ignore_ascii_case("chunked") => Ok(Stage::ChunkSize),
            _ => Err("the answer has neither Content-Length nor chunked encoding".into()),
        }
    }

    /// Gathers a line of chunk framing and, when it is whole, moves on.
    fn take_line<'piece>(&mut self, piece: &'piece [u8]) -> Outcome<&'piece [u8]> {
        let Some(end) = piece.iter().position(|byte| *byte == b'\n') else {
            self.line.extend_from_slice(piece);
            return Ok(&[]);
        };
        let (now, later) = split(piece, end + 1);
        self.line.extend_from_slice(now);
        let line = std::str::from_utf8(&self.line)?.trim();
        self.stage = match self.stage {
            Stage::ChunkEnd => Stage::ChunkSize,
            Stage::Trailer if line.is_empty() => Stage::Done,
            Stage::Trailer => Stage::Trailer,
            _ => {
                let digits = line.split(';').next().unwrap_or_default().trim();
                let size = usize::from_str_radix(digits, 16)
                    .context(|| format!("{digits:?} is no chunk size"))?;
                if size == 0 { Stage::Trailer } else { Stage::Chunk(size) }
            }
        };
        self.line.clear();
        Ok(later)
    }
}

fn split(bytes: &[u8], at: usize) -> (&[u8], &[u8]) {
    bytes.split_at(at.min(bytes.len()))
}

fn parse_status(head: &[u8]) -> Option<u16> {
    let code = head.strip_prefix(b"HTTP/1.1 ")?.get(..3)?;
    std::str::from_utf8(code).ok()?.parse().ok()
}
