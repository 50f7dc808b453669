//! The benchmark's own arithmetic and its reading of HTTP: a ratio is worth what these are.
//!
//! `benches/overhead` has no test harness of its own, so its parts are borrowed from there by path.

#![allow(dead_code, reason = "only parts of the borrowed modules are used here")]
#![allow(clippy::unwrap_used, reason = "a helper of tests, where a panic is the report")]

#[path = "../benches/overhead/client.rs"]
mod client;
#[path = "../benches/overhead/failure.rs"]
mod failure;
#[path = "../benches/overhead/fixtures.rs"]
mod fixtures;
#[path = "../benches/overhead/load.rs"]
mod load;
#[path = "../benches/overhead/process.rs"]
mod process;
#[path = "../benches/overhead/service.rs"]
mod service;

use client::{Answer, Reader};
use load::{median, percentile, read_own_time};
use serde_json::json;
use service::{Workload, path_of, prove_result, result_of};

/// Feeds an answer in pieces of `size` bytes: its status and body when it was complete with the last.
fn read_in_pieces(answer: &[u8], size: usize) -> Option<(u16, String)> {
    let mut reader = Reader::default();
    let mut body = Vec::new();
    let mut done = false;
    for piece in answer.chunks(size) {
        assert!(!done, "complete before its end");
        done = reader.feed(piece, &mut |bytes: &[u8]| body.extend_from_slice(bytes)).unwrap();
    }
    done.then(|| (reader.status(), String::from_utf8(body).unwrap()))
}

#[test]
fn an_answer_with_a_length_is_read_whatever_the_pieces() {
    let answer = b"HTTP/1.1 200 OK\r\ncontent-LENGTH: 11\r\nX-Other: a\r\n\r\nhello\r\nworl";
    for size in 1..=answer.len() {
        assert_eq!(read_in_pieces(answer, size), Some((200, "hello\r\nworl".to_owned())), "{size}");
    }
}

#[test]
fn a_chunked_answer_is_read_whatever_the_pieces() {
    let answer =
        b"HTTP/1.1 202 Accepted\r\nTransfer-Encoding: chunked\r\n\r\n5;x=y\r\nhello\r\nB\r\n world\r\n\r\n.\r\n0\r\nTrailer: t\r\n\r\n";
    for size in 1..=answer.len() {
        assert_eq!(
            read_in_pieces(answer, size),
            Some((202, "hello world\r\n\r\n.".to_owned())),
            "{size}"
        );
    }
}

#[test]
fn an_answer_without_a_body_is_complete_with_its_head() {
    assert_eq!(read_in_pieces(b"HTTP/1.1 204 No Content\r\n\r\n", 7), Some((204, String::new())));
    let empty = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";
    assert_eq!(read_in_pieces(empty, 7), Some((200, String::new())));
}

#[test]
fn an_unfinished_answer_is_not_taken_for_a_whole_one() {
    let answer = b"HTTP/1.1 200 OK\r\nContent-Length: 11\r\n\r\nhello";
    assert_eq!(read_in_pieces(answer, 8), None);
    assert!(Reader::default().feed(b"", &mut |_: &[u8]| {}).is_err(), "a closed connection");
}

#[test]
fn an_answer_longer_than_it_says_is_refused() {
    let answer = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhello";
    assert!(Reader::default().feed(answer, &mut |_: &[u8]| {}).is_err());
}

#[test]
fn a_reader_reads_one_answer_after_another() {
    let mut reader = Reader::default();
    for status in [200, 429] {
        reader.reset();
        let answer = format!("HTTP/1.1 {status} X\r\nContent-Length: 2\r\n\r\nok");
        assert!(reader.feed(answer.as_bytes(), &mut |_: &[u8]| {}).unwrap());
        assert_eq!(reader.status(), status);
    }
}

#[test]
fn percentiles_are_nearest_ranks() {
    let values: Vec<f64> = (1..=200).map(f64::from).collect();
    assert_eq!((percentile(&values, 0.5), percentile(&values, 0.99)), (100.0, 198.0));
    assert_eq!(
        (percentile(&[7.0], 0.5), percentile(&[7.0], 0.99), percentile(&[], 0.5)),
        (7.0, 7.0, 0.0)
    );
}

#[test]
fn the_median_lies_in_the_middle() {
    assert_eq!((median(&[3.0, 1.0, 2.0]), median(&[4.0, 1.0, 2.0, 3.0])), (2.0, 2.5));
    assert_eq!((median(&[5.0]), median(&[])), (5.0, 0.0));
}

#[test]
fn the_bodies_have_the_lengths_the_workloads_are_named_after() {
    let (user, page) = (fixtures::user().to_string().len(), fixtures::page().to_string().len());
    assert!(user.abs_diff(1024) < 52, "{user}");
    assert!(page.abs_diff(50 * 1024) < 2560, "{page}");
}

#[test]
fn the_upstreams_own_time_is_found_also_in_escaped_text() {
    let plain = fixtures::slow_user(17_250).to_string();
    let within_a_result = json!({ "text": plain }).to_string();
    assert_eq!(read_own_time(plain.as_bytes()), Some(17_250.0));
    assert_eq!(read_own_time(within_a_result.as_bytes()), Some(17_250.0));
    assert_eq!(read_own_time(fixtures::user().to_string().as_bytes()), None);
    assert_eq!(plain.len(), fixtures::slow_user(0).to_string().len());
}

#[test]
fn a_result_is_found_in_json_and_in_an_event() {
    let json = r#"{"jsonrpc":"2.0","id":1,"result":{"tools":[]}}"#;
    let event = format!(": here\n\nevent: message\ndata: {json}\n\n");
    for (content_type, body) in
        [("application/json", json.to_owned()), ("text/event-stream", event)]
    {
        let answer =
            Answer { status: 200, content_type: content_type.to_owned(), body: body.into_bytes() };
        assert_eq!(result_of(&answer).unwrap(), json!({ "tools": [] }));
    }
}

#[test]
fn a_wrong_answer_proves_nothing() {
    let told = |text: String| json!({ "content": [{ "type": "text", "text": text }] });
    let page = json!({ "result": fixtures::page()["resources"], "next_cursor": null }).to_string();
    assert!(prove_result(Workload::Small, &told(fixtures::user().to_string())).is_ok());
    assert!(prove_result(Workload::Page, &told(page)).is_ok());
    assert!(prove_result(Workload::Small, &told("{}".to_owned())).is_err());
    assert!(prove_result(Workload::Page, &told(fixtures::user().to_string())).is_err());
    assert!(prove_result(Workload::Slow, &told(fixtures::user().to_string())).is_err());
    assert!(prove_result(Workload::List, &json!({ "tools": [] })).is_err());
    let mut failed = told(fixtures::user().to_string());
    failed["isError"] = json!(true);
    assert!(prove_result(Workload::Small, &failed).is_err());
}

#[test]
fn the_path_of_a_url_keeps_everything_after_the_authority() {
    assert_eq!(path_of("http://127.0.0.1:8080/mcp/egm_x/sse").unwrap(), "/mcp/egm_x/sse");
    assert!(path_of("http://127.0.0.1:8080").is_err());
}
