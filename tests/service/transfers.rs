//! Transfer links: a file goes through once, in either direction, and never into memory.

use std::fs;
use std::time::Duration;

use egnyte_mcp::clock::Clock;
use egnyte_mcp::egnyte::ClientLimits;
use egnyte_mcp::invoke::Links;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::file_tools::{BUDGET, DOWNLOAD, FILM, Files, UPLOAD};
use crate::harness::{Answer, SOON, Service, eventually};

const FILM_SIZE: u64 = 40 * 1024 * 1024;

/// The memory of this process, in bytes.
fn resident() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with("VmRSS:")).unwrap();
    let kilobytes: u64 = line.split_whitespace().nth(1).unwrap().parse().unwrap();
    kilobytes * 1024
}

fn assert_problem(answer: &Answer, status: u16, words: &str) {
    assert_eq!(answer.status, status, "{}", answer.text);
    assert_eq!(answer.header("content-type"), "application/problem+json");
    assert_eq!(answer.header("cache-control"), "no-store");
    let detail = answer.json()["detail"].as_str().unwrap().to_owned();
    assert!(detail.contains(words), "{detail}");
}

#[tokio::test]
async fn a_tool_hands_out_a_link_and_asks_egnyte_for_nothing() {
    let files = Files::new().await;
    let made = files.made(DOWNLOAD, FILM).await;
    assert_eq!((&made["method"], &made["single_use"]), (&json!("GET"), &json!(true)));
    let left = made["expires_at"].as_str().unwrap().parse::<Timestamp>().unwrap();
    let left = left.duration_since(Timestamp::now());
    assert!(left > SignedDuration::from_mins(9) && left <= SignedDuration::from_mins(10));
    let url = made["url"].as_str().unwrap();
    assert!(url.starts_with(&format!("{}/transfer/", files.service.base)) && url.len() < 1_000);
    let made = files.made(UPLOAD, "/Shared/Marketing/new.txt").await;
    assert_eq!((&made["method"], &made["max_bytes"]), (&json!("PUT"), &json!(104_857_600)));
    let error = files.service.failed(&files.url, DOWNLOAD, json!({ "path": "/Shared/../x" })).await;
    assert_eq!(error["kind"], "invalid_arguments");
    assert_eq!(files.service.received(), Vec::<Value>::new());
}

#[tokio::test]
async fn a_download_is_the_file_with_headers_that_keep_it_a_file() {
    let files = Files::new().await;
    let path = "/Shared/Projects/Harbor Tower/site-notes.txt";
    let link = files.link(DOWNLOAD, path).await;
    let answer = files.get(&link).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    let stored = files.stored("/Shared/Projects/Harbor%20Tower/site-notes.txt").await.unwrap();
    assert_eq!(answer.text.as_bytes(), stored);
    for (name, value) in [
        ("content-type", "text/plain"),
        ("etag", "\"c3000000-0000-4000-8000-000000000007\""),
        ("accept-ranges", "none"),
        ("cache-control", "no-store"),
        ("referrer-policy", "no-referrer"),
        ("x-content-type-options", "nosniff"),
        ("content-security-policy", "sandbox; default-src 'none'"),
        (
            "content-disposition",
            "attachment; filename=\"site-notes.txt\"; filename*=UTF-8''site-notes.txt",
        ),
    ] {
        assert_eq!(answer.header(name), value, "{name}");
    }
    assert_eq!(answer.header("content-length"), stored.len().to_string());
    let request = &files.service.received()[0];
    assert_eq!(request["headers"]["x-egnyte-ai-safeguards-enabled"], "true");
    assert_eq!(request["headers"]["accept"], "*/*");
}

#[tokio::test]
async fn a_film_goes_through_in_flat_memory() {
    let files = Files::new().await;
    let mut most = 0;
    let warm = files.link(DOWNLOAD, BUDGET).await;
    files.get(&warm).await;
    let before = resident();
    let link = files.link(DOWNLOAD, FILM).await;
    let mut response = files.service.client.get(&link).send().await.unwrap();
    assert_eq!(response.content_length(), Some(FILM_SIZE));
    let (mut passed, mut sum) = (0_u64, 0_u64);
    while let Some(piece) = response.chunk().await.unwrap() {
        passed += piece.len() as u64;
        sum = piece.iter().fold(sum, |sum, byte| sum.wrapping_mul(31).wrapping_add((*byte).into()));
        most = most.max(resident());
    }
    assert_eq!(passed, FILM_SIZE);
    assert!(most < before + 20_000_000, "grew from {before} to {most}");
    let stored = files.stored(FILM).await.unwrap();
    let expected =
        stored.iter().fold(0_u64, |sum, byte| sum.wrapping_mul(31).wrapping_add((*byte).into()));
    assert_eq!(sum, expected, "every byte as it was");
}

#[tokio::test]
async fn a_link_works_once_also_for_those_who_come_together() {
    let files = Files::new().await;
    let link = files.link(DOWNLOAD, BUDGET).await;
    let gets = (0..8).map(|_| {
        let request = files.service.client.get(&link);
        tokio::spawn(async move { request.send().await.unwrap().status().as_u16() })
    });
    let mut statuses = Vec::new();
    for get in gets.collect::<Vec<_>>() {
        statuses.push(get.await.unwrap());
    }
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 410, 410, 410, 410, 410, 410, 410]);
    assert_eq!(files.service.received().len(), 1, "Egnyte is asked once");
    assert_problem(&files.get(&link).await, 410, "used before");
}

#[tokio::test]
async fn looking_at_a_link_does_not_use_it_up() {
    let files = Files::new().await;
    let down = files.link(DOWNLOAD, BUDGET).await;
    let up = files.link(UPLOAD, "/Shared/Marketing/looked-at.txt").await;
    for (link, methods, allowed) in
        [(&down, ["HEAD", "PUT", "DELETE"], "GET"), (&up, ["GET", "HEAD", "PATCH"], "POST, PUT")]
    {
        for method in methods {
            let request = files.service.client.request(method.parse().unwrap(), link);
            let answer = Answer::read(request.send().await.unwrap()).await;
            assert_eq!((answer.status.as_u16(), answer.header("allow")), (405, allowed));
        }
    }
    let form =
        files.service.client.put(&up).header("content-type", "multipart/form-data; boundary=x");
    let answer = Answer::read(form.body("--x--").send().await.unwrap()).await;
    assert_problem(&answer, 415, "curl -T");
    assert_eq!(files.service.received(), Vec::<Value>::new());
    assert_eq!(files.get(&down).await.status, 200);
    assert_eq!(files.put(&up, "text").await.status, 200);
}

#[tokio::test]
async fn a_forged_link_is_nothing_and_one_that_ended_is_gone() {
    let files = Files::new().await;
    let link = files.link(DOWNLOAD, BUDGET).await;
    let (start, sealed) = link.rsplit_once('/').unwrap();
    let flipped = sealed.replace(&sealed[20..21], if &sealed[20..21] == "A" { "B" } else { "A" });
    for forged in ["x", "k.AAAA", &sealed[..sealed.len() - 4], &flipped, &"a".repeat(9_000)] {
        let answer = files.get(&format!("{start}/{forged}")).await;
        assert_problem(&answer, 404, "no file at this address");
    }
    let links = Links::new(files.service.keyring(), files.service.base.clone(), Clock::system());
    let mut old = links.open(sealed).unwrap();
    old.expires_at = Timestamp::now() - SignedDuration::from_secs(2);
    assert_problem(&files.get(&links.seal(&old).unwrap()).await, 410, "This link ended at");
    assert_eq!(files.service.received(), Vec::<Value>::new());
    assert_eq!(files.get(&link).await.status, 200, "the genuine one is still good");
}

#[tokio::test]
async fn a_link_ends_with_the_url_it_was_made_for() {
    let files = Files::new().await;
    let service = &files.service;
    let other = service.mint(json!({ "tags": ["blobs"] })).await;
    let link_of = async |url: &str| {
        let made = service.called(url, DOWNLOAD, json!({ "path": BUDGET })).await;
        made["url"].as_str().unwrap().to_owned()
    };
    let (revoked, kept) = (link_of(&files.url).await, link_of(&other.url).await);
    service.api("DELETE", &service.servers(&format!("/{}", files.server)), None).await;
    assert_problem(&files.get(&revoked).await, 403, "revoked");

    let narrowed = link_of(&other.url).await;
    let narrow = |tags: Value| Some(json!({ "config": { "tags": tags } }));
    let path = service.servers(&format!("/{}", other.id));
    service.api("PATCH", &path, narrow(json!(["users"]))).await;
    assert_problem(&files.get(&narrowed).await, 403, "no longer offered");
    service.api("PATCH", &path, narrow(json!(["blobs"]))).await;
    assert_eq!(files.get(&kept).await.status, 200);

    let rotated = link_of(&other.url).await;
    service.api("POST", &format!("{path}/rotate"), None).await;
    assert_problem(&files.get(&rotated).await, 403, "revoked");
    assert_eq!(service.received().len(), 1);
}

#[tokio::test]
async fn revoking_cuts_off_a_download_under_way() {
    let files = Files::new().await;
    let link = files.link(DOWNLOAD, FILM).await;
    let mut response = files.service.client.get(&link).send().await.unwrap();
    assert!(response.chunk().await.unwrap().is_some());
    let path = files.service.servers(&format!("/{}", files.server));
    assert_eq!(files.service.api("DELETE", &path, None).await.status, 204);
    let rest = async {
        loop {
            match response.chunk().await {
                Ok(Some(_)) => {}
                end => return end,
            }
        }
    };
    assert!(tokio::time::timeout(SOON, rest).await.unwrap().is_err(), "it is not the whole film");
}

#[tokio::test]
async fn a_link_acts_for_the_account_it_was_made_for_and_holds_no_token_to_be_seen() {
    let files = Files::new().await;
    let service = &files.service;
    let token = "canary-token-of-the-other-account";
    service.control("POST", "/_sandbox/tokens", Some(json!({ "token": token }))).await;
    let account = service.connect("other", token).await;
    let body = json!({ "name": "Other", "config": { "tags": ["blobs"] } });
    let other = service.mint_of(&account, body).await;
    let made = service.called(&other.url, DOWNLOAD, json!({ "path": BUDGET })).await;
    let link = made["url"].as_str().unwrap();
    assert!(!link.contains("canary") && !link.contains("Y2FuYXJ5") && !link.contains("other"));
    service.forget_requests().await;
    assert_eq!(files.get(link).await.status, 200);
    let sent = &service.received()[0]["headers"]["authorization"];
    assert_eq!(sent, &json!(format!("Bearer {token}")));

    let made = service.called(&other.url, DOWNLOAD, json!({ "path": BUDGET })).await;
    service.api("DELETE", &format!("/integrated-account/{account}"), None).await;
    assert_problem(&files.get(made["url"].as_str().unwrap()).await, 403, "revoked");
}

#[tokio::test]
async fn a_process_with_only_the_key_ring_serves_links_once() {
    let files = Files::new().await;
    let replica = files.service.stateless_replica().await;
    let here = |link: &str| link.replace(&files.service.base, &replica.base);
    let link = here(&files.link(DOWNLOAD, BUDGET).await);
    assert_eq!(files.get(&link).await.status, 200);
    assert_problem(&files.get(&link).await, 410, "used before");
}

#[tokio::test]
async fn what_is_uploaded_is_what_egnyte_has() {
    let files = Files::new().await;
    let text = "Grüße\n".repeat(100);
    let link = files.link(UPLOAD, "/Shared/Marketing/new text.txt").await;
    let answer = files.put(&link, text.clone()).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    assert_eq!(answer.json()["path"], "/Shared/Marketing/new text.txt");
    let stored = files.stored("/Shared/Marketing/new%20text.txt").await.unwrap();
    assert_eq!(stored, text.as_bytes());
    assert_problem(&files.put(&link, "again").await, 410, "used before");

    let binary: Vec<u8> =
        (0..20_000_000_u32).map(|n| n.wrapping_mul(2_654_435_761).to_le_bytes()[3]).collect();
    let link = files.link(UPLOAD, "/Shared/Marketing/large.bin").await;
    let posted = files.service.client.post(&link).body(binary.clone()).send().await.unwrap();
    assert_eq!(posted.status(), 200);
    assert_eq!(files.stored("/Shared/Marketing/large.bin").await, Some(binary));
}

/// Sends the head of a PUT and some of its body; the rest of the conversation is up to the test.
async fn begin_put(link: &str, length: &str, body: &[u8]) -> TcpStream {
    let (host, path) = link.strip_prefix("http://").unwrap().split_once('/').unwrap();
    let mut stream = TcpStream::connect(host).await.unwrap();
    let head =
        format!("PUT /{path} HTTP/1.1\r\nhost: {host}\r\n{length}\r\nconnection: close\r\n\r\n");
    stream.write_all(head.as_bytes()).await.unwrap();
    stream.write_all(body).await.unwrap();
    stream
}

async fn answer_of(mut stream: TcpStream) -> String {
    let mut answer = Vec::new();
    let read = stream.read_to_end(&mut answer);
    let _ = tokio::time::timeout(SOON, read).await.unwrap();
    String::from_utf8_lossy(&answer).into_owned()
}

#[tokio::test]
async fn an_upload_that_is_too_large_is_told_so_and_nothing_is_stored() {
    let files = Files::new().await;
    let path = "/Shared/Marketing/too-large.bin";
    let link = files.link(UPLOAD, path).await;
    let answer = answer_of(begin_put(&link, "content-length: 104857601", b"").await).await;
    assert!(answer.starts_with("HTTP/1.1 413") && answer.contains("104857600 bytes"), "{answer}");

    let mut stream = begin_put(&link, "transfer-encoding: chunked", b"").await;
    let piece = [b"100000\r\n".as_slice(), &vec![0; 0x0010_0000], b"\r\n"].concat();
    for _ in 0..101 {
        // The service may answer and close before it has read everything.
        if stream.write_all(&piece).await.is_err() {
            break;
        }
    }
    let answer = answer_of(stream).await;
    assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 413"), "{answer}");
    assert_eq!(files.stored(path).await, None);
}

#[tokio::test]
async fn an_uploader_who_goes_away_or_stands_still_leaves_nothing_behind() {
    let limits = ClientLimits { idle: Duration::from_millis(500), ..ClientLimits::default() };
    let files = Files::limited(limits).await;
    let path = "/Shared/Marketing/half.bin";
    let link = files.link(UPLOAD, path).await;
    drop(begin_put(&link, "content-length: 1000000", &[0; 1000]).await);
    let slow = files.link(UPLOAD, path).await;
    let answer = answer_of(begin_put(&slow, "content-length: 1000000", &[0; 1000]).await).await;
    assert!(answer.starts_with("HTTP/1.1 504") && answer.contains("nothing moved"), "{answer}");
    assert_eq!(files.stored(path).await, None);
}

#[tokio::test]
async fn egnyte_s_refusals_are_problems_and_its_limits_are_passed_on() {
    let files = Files::new().await;
    let missing = files.link(DOWNLOAD, "/Shared/Marketing/none.txt").await;
    assert_problem(&files.get(&missing).await, 404, "Egnyte answered 404");
    let nowhere = files.link(UPLOAD, "/Shared/No such folder/a.txt").await;
    let answer = files.put(&nowhere, "text").await;
    assert!(answer.status.is_client_error(), "{}", answer.text);

    let link = files.link(DOWNLOAD, BUDGET).await;
    files.service.once(json!({ "kind": "throttle", "generation": "legacy", "limit": "qps" })).await;
    let answer = files.get(&link).await;
    assert_problem(&answer, 429, "rate limit");
    assert_eq!(answer.header("ratelimit-remaining"), "0");
    assert!(
        !answer.header("retry-after").is_empty() && !answer.header("ratelimit-reset").is_empty()
    );

    let link = files.link(DOWNLOAD, BUDGET).await;
    files.service.once(json!({ "kind": "error", "status": 401, "shape": "html" })).await;
    assert_problem(&files.get(&link).await, 502, "no longer accepts");
    eventually("the account is marked", async || {
        files.service.account().await["status"] == "needs_reauth"
    })
    .await;
}

#[tokio::test]
async fn a_download_that_breaks_off_is_not_taken_for_whole() {
    let files = Files::new().await;
    for action in [json!({ "kind": "half_body" }), json!({ "kind": "drop" })] {
        let link = files.link(DOWNLOAD, BUDGET).await;
        files.service.once(action).await;
        let response = files.service.client.get(&link).send().await.unwrap();
        let ended = match response.status().as_u16() {
            200 => response.bytes().await.is_ok(),
            status => status != 502,
        };
        assert!(!ended, "a part is never taken for the whole");
    }
}

#[tokio::test]
async fn pages_of_foreign_origins_cannot_use_a_link() {
    let files = Files::new().await;
    let link = files.link(DOWNLOAD, BUDGET).await;
    let foreign = files.service.client.get(&link).header("origin", "https://evil.example");
    assert_eq!(foreign.send().await.unwrap().status(), 403);
    assert_eq!(files.get(&link).await.status, 200);
}

#[tokio::test]
async fn a_service_without_links_to_hand_out_does_not_exist() {
    let service = Service::empty().await;
    let answer = service.client.get(format!("{}/transfer", service.base)).send().await.unwrap();
    assert_eq!(answer.status(), 404);
}
