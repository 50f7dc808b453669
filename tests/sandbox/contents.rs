//! The contents of files: downloads, ranges, uploads whole, as a form and in chunks.

use aws_lc_rs::digest::{SHA512, digest};
use reqwest::{RequestBuilder, Response};
use serde_json::{Value, json};

use crate::domain::Domain;
use egnyte_mcp::sandbox::Sandbox;

const CONTENT: &str = "/pubapi/v1/fs-content";
const CHUNKED: &str = "/pubapi/v1/fs-content-chunked";
const Q3: &str = "/pubapi/v1/fs-content/Shared/Finance/Reports/q3-summary.md";
const BUDGET: &str = "/pubapi/v1/fs-content/Shared/Finance/Reports/budget-2026.csv";
const FILM: &str = "/pubapi/v1/fs-content/Shared/Marketing/launch-film.mp4";
const MB: usize = 1024 * 1024;

fn sha512(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    let mut hex = String::new();
    for byte in digest(&SHA512, bytes).as_ref() {
        write!(hex, "{byte:02x}").unwrap();
    }
    hex
}

fn request(domain: &Domain, method: &str, target: &str) -> RequestBuilder {
    let method = method.parse().unwrap();
    let request = domain.client.request(method, format!("{}{target}", domain.base));
    request.bearer_auth(Sandbox::ACCESS_TOKEN)
}

async fn get(domain: &Domain, target: &str, range: Option<&str>) -> Response {
    let mut request = request(domain, "GET", target);
    if let Some(range) = range {
        request = request.header("range", range);
    }
    request.send().await.unwrap()
}

fn header<'a>(response: &'a Response, name: &str) -> &'a str {
    response.headers()[name].to_str().unwrap()
}

#[tokio::test]
async fn a_download_comes_with_entry_id_checksum_date_and_type() {
    let domain = Domain::serve().await;
    let answer = get(&domain, Q3, None).await;
    assert_eq!(answer.status(), 200);
    assert_eq!(header(&answer, "etag"), "\"c3000000-0000-4000-8000-000000000001\"");
    assert_eq!(header(&answer, "content-type"), "text/markdown");
    assert!(header(&answer, "last-modified").ends_with("GMT"));
    let checksum = header(&answer, "x-sha512-checksum").to_owned();
    let bytes = answer.bytes().await.unwrap();
    assert_eq!(checksum, sha512(&bytes));
    assert!(bytes.starts_with(b"# Q3 summary\n"));

    let old = format!("{Q3}?entry_id=c3000000-0000-4000-8000-0000000000a1");
    assert!(get(&domain, &old, None).await.text().await.unwrap().contains("draft"));
    let by_id = format!("{CONTENT}/ids/file/b2000000-0000-4000-8000-000000000005");
    let picture = get(&domain, &by_id, None).await;
    assert_eq!(header(&picture, "content-type"), "image/png");
    assert!(picture.bytes().await.unwrap().starts_with(b"\x89PNG"));
}

#[tokio::test]
async fn a_range_is_answered_in_part_and_one_beyond_the_end_is_refused() {
    let domain = Domain::serve().await;
    let whole = get(&domain, BUDGET, None).await.bytes().await.unwrap();
    assert!(whole.len() > 250_000, "{}", whole.len());
    let part = get(&domain, BUDGET, Some("bytes=1000-1999")).await;
    assert_eq!(part.status(), 206);
    assert_eq!(header(&part, "content-range"), format!("bytes 1000-1999/{}", whole.len()));
    assert_eq!(header(&part, "content-length"), "1000");
    assert_eq!(part.bytes().await.unwrap(), whole[1000..2000]);
    let end = get(&domain, BUDGET, Some("bytes=-5")).await.bytes().await.unwrap();
    assert_eq!(end, whole[whole.len() - 5..]);
    let beyond = get(&domain, BUDGET, Some("bytes=9999999-")).await;
    assert_eq!(beyond.status(), 416);
    assert_eq!(header(&beyond, "content-range"), format!("bytes */{}", whole.len()));
}

#[tokio::test]
async fn a_large_file_is_made_on_the_fly_the_same_in_every_part() {
    let domain = Domain::serve().await;
    let mut answer = get(&domain, FILM, None).await;
    assert_eq!(header(&answer, "content-length"), (40 * MB).to_string());
    let start = answer.chunk().await.unwrap().unwrap();
    assert!(start.starts_with(b"\0\0\0\x18ftyp"));
    let part = get(&domain, FILM, Some("bytes=5-99")).await.bytes().await.unwrap();
    assert_eq!(part, start[5..100]);
    let tail = get(&domain, FILM, Some("bytes=41943030-")).await.bytes().await.unwrap();
    assert_eq!(tail.len(), 10);
}

#[tokio::test]
async fn what_is_missing_a_folder_or_for_viewing_only_is_not_sent() {
    let domain = Domain::serve().await;
    assert_eq!(get(&domain, &format!("{CONTENT}/Shared/nothing.txt"), None).await.status(), 404);
    assert_eq!(get(&domain, &format!("{CONTENT}/Shared/Finance"), None).await.status(), 400);
    let auditors = domain.sandbox.state();
    let groups = auditors["groups"].as_array().unwrap();
    let auditors = groups.iter().find(|group| group["displayName"] == "External Auditors").unwrap();
    let candidates = auditors["members"].as_array().unwrap();
    let powerless = |member: &&Value| {
        let users = domain.sandbox.state();
        let user = users["users"].as_array().unwrap().iter().find(|u| u["id"] == member["value"]);
        user.unwrap()["userType"] == "standard"
    };
    let auditor = candidates.iter().find(powerless).expect("a standard user audits");
    let token = json!({ "token": "auditor", "admin": false, "user_id": auditor["value"] });
    domain.send("POST", "/_sandbox/tokens", token).await;
    let fs = Q3.replace("fs-content", "fs");
    let seen = domain.send_as(Some("auditor"), "GET", &fs, None).await.unwrap();
    let sent = domain.send_as(Some("auditor"), "GET", Q3, None).await.unwrap();
    assert_eq!((seen.status.as_u16(), sent.status.as_u16()), (200, 403));
}

#[tokio::test]
async fn an_upload_makes_a_file_and_then_versions_of_it() {
    let domain = Domain::serve().await;
    let target = format!("{CONTENT}/Shared/Marketing/fresh%20%23.txt");
    let mut entries = Vec::new();
    for text in ["one", "two!"] {
        let upload = request(&domain, "POST", &target)
            .header("last-modified", "Fri, 24 Jul 2026 09:15:00 GMT")
            .body(text);
        let answer = upload.send().await.unwrap();
        assert_eq!(answer.status(), 200);
        assert_eq!(header(&answer, "x-sha512-checksum"), sha512(text.as_bytes()));
        let face: Value = answer.json().await.unwrap();
        assert_eq!(face["size"], text.len());
        assert_eq!(
            (&face["path"], &face["filename"]),
            (&json!("/Shared/Marketing/fresh #.txt"), &json!("fresh #.txt"))
        );
        entries.push(face);
    }
    assert_eq!(entries[0]["group_id"], entries[1]["group_id"]);
    assert_ne!(entries[0]["entry_id"], entries[1]["entry_id"]);
    let file = domain.get(&target.replace("fs-content", "fs")).await.json();
    assert_eq!((&file["num_versions"], &file["uploaded_by"]), (&json!(2), &json!("isolberg")));
    assert_eq!(file["last_modified"], "Fri, 24 Jul 2026 09:15:00 GMT");
    assert_eq!(get(&domain, &target, None).await.text().await.unwrap(), "two!");
}

#[tokio::test]
async fn an_upload_may_be_a_form_with_a_field_named_file() {
    let domain = Domain::serve().await;
    let target = format!("{CONTENT}/Shared/form.bin");
    for (field, status) in [("file", 200), ("other", 400)] {
        let body = format!(
            "--XX\r\nContent-Disposition: form-data; name=\"{field}\"; filename=\"x\"\r\n\r\n\
             in a form\r\n--XX--\r\n"
        );
        let upload = request(&domain, "POST", &target)
            .header("content-type", "multipart/form-data; boundary=XX")
            .body(body);
        assert_eq!(upload.send().await.unwrap().status(), status, "{field}");
    }
    assert_eq!(get(&domain, &target, None).await.text().await.unwrap(), "in a form");
}

#[tokio::test]
async fn an_upload_that_cannot_be_is_refused_with_a_message() {
    let domain = Domain::serve().await;
    for (target, name, value, status) in [
        ("/Shared/x.txt", "x-sha512-checksum", "00", 400),
        ("/Shared/x.txt", "last-modified", "yesterday", 400),
        ("/Shared/nowhere/x.txt", "x-none", "", 404),
        ("/Shared/a%3Ab.txt", "x-none", "", 403),
        ("/Shared/Legal/Contracts/master-agreement.docx", "x-none", "", 403),
        ("/Shared/Finance", "x-none", "", 409),
    ] {
        let target = format!("{CONTENT}{target}");
        let upload = request(&domain, "POST", &target).header(name, value).body("text");
        let answer = upload.send().await.unwrap();
        assert_eq!(answer.status(), status, "{target}");
        let body: Value = answer.json().await.unwrap();
        assert!(body["message"].is_string(), "{target}: {body}");
    }
    let upload = request(&domain, "POST", &format!("{CONTENT}/Shared/x")).body(vec![0; 101 * MB]);
    assert_eq!(upload.send().await.unwrap().status(), 413);
}

#[tokio::test]
async fn an_upload_is_not_bound_by_the_limit_of_other_bodies_and_not_logged() {
    let domain = Domain::serve().await;
    let big = vec![7_u8; 3 * MB];
    let target = format!("{CONTENT}/Shared/big.bin");
    let answer = request(&domain, "POST", &target).body(big.clone()).send().await.unwrap();
    assert_eq!(answer.status(), 200);
    assert_eq!(get(&domain, &target, None).await.bytes().await.unwrap(), big);
    let log = domain.sandbox.requests();
    assert_eq!(
        (&log["requests"][0]["body"], &log["requests"][0]["body_cut"]),
        (&json!(""), &json!(true))
    );
}

async fn chunk(
    domain: &Domain,
    target: &str,
    id: Option<&str>,
    number: usize,
    last: bool,
    bytes: Vec<u8>,
) -> Response {
    let mut upload = request(domain, "POST", target)
        .header("x-egnyte-chunk-num", number)
        .header("x-egnyte-chunk-sha512-checksum", sha512(&bytes));
    if let Some(id) = id {
        upload = upload.header("x-egnyte-upload-id", id);
    }
    if last {
        upload = upload.header("x-egnyte-last-chunk", "true");
    }
    upload.body(bytes).send().await.unwrap()
}

#[tokio::test]
async fn chunks_become_a_file_with_the_last_one() {
    let domain = Domain::serve().await;
    let target = format!("{CHUNKED}/Shared/Marketing/chunks.bin");
    let (head, tail) = (vec![1_u8; 10 * MB], vec![2_u8; 100]);
    let first = chunk(&domain, &target, None, 1, false, head.clone()).await;
    assert_eq!(first.status(), 200);
    assert_eq!(header(&first, "x-egnyte-chunk-num"), "1");
    assert_eq!(header(&first, "x-egnyte-chunk-sha512-checksum"), sha512(&head));
    let id = header(&first, "x-egnyte-upload-id").to_owned();
    assert_eq!(first.text().await.unwrap(), "");
    let plain = target.replace("-chunked", "");
    assert_eq!(get(&domain, &plain, None).await.status(), 404);
    let last = chunk(&domain, &target, Some(&id), 2, true, tail.clone()).await;
    let face: Value = last.json().await.unwrap();
    let whole = [head, tail].concat();
    assert_eq!((&face["size"], &face["checksum"]), (&json!(whole.len()), &json!(sha512(&whole))));
    assert_eq!(get(&domain, &plain, None).await.bytes().await.unwrap(), whole);

    let by_id = format!("{CHUNKED}/ids/file/{}", face["group_id"].as_str().unwrap());
    let version = chunk(&domain, &by_id, None, 1, true, b"new".to_vec()).await;
    let version: Value = version.json().await.unwrap();
    assert_eq!(version["group_id"], face["group_id"]);
    assert_eq!(get(&domain, &plain, None).await.text().await.unwrap(), "new");
}

#[tokio::test]
async fn a_chunk_out_of_place_is_refused() {
    let domain = Domain::serve().await;
    let target = format!("{CHUNKED}/Shared/x.bin");
    let small = chunk(&domain, &target, None, 1, false, vec![0; 9 * MB]).await;
    assert_eq!(small.status(), 400, "chunks have at least 10 MB");
    let second = chunk(&domain, &target, None, 2, false, vec![0; 10 * MB]).await;
    assert_eq!(second.status(), 400, "the second needs the id");
    let unknown = Some("00000000-0000-4000-8000-000000000000");
    assert_eq!(chunk(&domain, &target, unknown, 2, true, vec![0; 9]).await.status(), 400);
    let first = chunk(&domain, &target, None, 1, false, vec![0; 10 * MB]).await;
    let id = header(&first, "x-egnyte-upload-id").to_owned();
    assert_eq!(
        chunk(&domain, &target, Some(&id), 3, true, vec![0; 9]).await.status(),
        400,
        "a gap"
    );
    let wrong = request(&domain, "POST", &target)
        .header("x-egnyte-chunk-num", "1")
        .header("x-egnyte-chunk-sha512-checksum", "00")
        .body("x");
    assert_eq!(wrong.send().await.unwrap().status(), 400);
}
