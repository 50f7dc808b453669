//! Files read as text: in parts that fit together, without what is not text, and without reading
//! more than the part.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::{Body, Bytes};
use axum::http::StatusCode;
use axum::routing::get;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use egnyte_mcp::egnyte::{ClientLimits, EgnyteUrl};
use serde_json::{Value, json};
use tokio::net::TcpListener;

use crate::file_tools::{BUDGET, FILM, Files, READ, UPLOAD, docs};
use crate::harness::{Service, text_of};

#[tokio::test]
async fn the_parts_of_a_long_file_make_the_whole() {
    let files = Files::new().await;
    let whole = String::from_utf8(files.stored(BUDGET).await.unwrap()).unwrap();
    assert!(whole.len() > 250_000, "long enough for several parts");
    files.service.forget_requests().await;
    let (mut read, mut offset, mut calls) = (String::new(), json!(0), 0);
    while !offset.is_null() {
        let arguments = json!({ "path": BUDGET, "offset": offset, "limit": 100_000 });
        let part = files.service.called(&files.url, READ, arguments).await;
        assert_eq!((&part["offset"], &part["total_bytes"]), (&offset, &json!(whole.len())));
        assert_eq!(part["content_type"], "text/csv");
        assert_eq!(part["bytes"], part["text"].as_str().unwrap().len());
        read.push_str(part["text"].as_str().unwrap());
        offset = part["next_offset"].clone();
        calls += 1;
    }
    assert_eq!(read, whole);
    assert_eq!(files.service.received().len(), calls, "one request a part");
}

#[tokio::test]
async fn a_part_never_holds_half_a_character() {
    let files = Files::new().await;
    let text = "Größe: 12 €, Grüße 👋🏽 aus 東京.\n".repeat(20);
    let link = files.link(UPLOAD, "/Shared/Marketing/umlauts.txt").await;
    assert_eq!(files.put(&link, text.clone()).await.status, 200);
    for limit in [1, 2, 3, 7, 50] {
        let (mut read, mut offset) = (String::new(), json!(0));
        while !offset.is_null() && read.len() < 200 {
            let arguments = json!({ "path": "/Shared/Marketing/umlauts.txt", "offset": offset, "limit": limit });
            let part = files.service.called(&files.url, READ, arguments).await;
            assert_eq!(part["offset"], read.len(), "a part begins where the last one ended");
            read.push_str(part["text"].as_str().unwrap());
            offset = part["next_offset"].clone();
        }
        assert!(text.starts_with(&read) && read.len() >= 200, "{limit}: {read}");
    }
    let arguments = json!({ "path": "/Shared/Marketing/umlauts.txt", "offset": 3, "limit": 5 });
    let part = files.service.called(&files.url, READ, arguments).await;
    assert_eq!((&part["text"], &part["offset"]), (&json!("ße: "), &json!(4)));
}

#[tokio::test]
async fn beyond_the_end_there_is_no_text_and_no_next_offset() {
    let files = Files::new().await;
    let arguments = json!({ "path": BUDGET, "offset": 10_000_000 });
    let part = files.service.called(&files.url, READ, arguments).await;
    assert_eq!((&part["text"], &part["next_offset"]), (&json!(""), &Value::Null));
    assert!(part["total_bytes"].as_u64().unwrap() > 250_000);
}

#[tokio::test]
async fn a_file_that_is_not_text_is_refused_with_the_way_to_its_bytes() {
    let files = Files::new().await;
    for path in ["/Shared/Finance/Reports/board-pack.pdf", FILM] {
        let result = files.service.call(&files.url, READ, json!({ "path": path })).await;
        assert_eq!(result["isError"], true);
        let text = text_of(&result);
        assert!(text.contains("is not text") && text.contains("a download link"), "{text}");
    }
    let error = files.service.failed(&files.url, READ, json!({ "path": "/Shared/none" })).await;
    assert_eq!(error["kind"], "not_found");
}

#[tokio::test]
async fn utf_16_is_read_from_any_offset() {
    let files = Files::new().await;
    let text = "\u{FEFF}Name;Größe\r\nA;1 😀\r\n";
    let bytes: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let path = "/Shared/Marketing/export.csv";
    let link = files.link(UPLOAD, path).await;
    assert_eq!(files.put(&link, bytes.clone()).await.status, 200);
    let first = json!({ "path": path, "limit": 12 });
    let first = files.service.called(&files.url, READ, first).await;
    assert_eq!((&first["text"], &first["next_offset"]), (&json!("Name;"), &json!(12)));
    let rest = json!({ "path": path, "offset": 12 });
    let rest = files.service.called(&files.url, READ, rest).await;
    assert_eq!(
        (&rest["text"], &rest["next_offset"]),
        (&json!("Größe\r\nA;1 😀\r\n"), &Value::Null)
    );
    assert_eq!(rest["total_bytes"], bytes.len());
}

#[tokio::test]
async fn a_small_picture_comes_as_a_picture_and_a_large_one_does_not() {
    let files = Files::new().await;
    let logo = "/Shared/Marketing/logo.png";
    let result = files.service.call(&files.url, READ, json!({ "path": logo })).await;
    assert_eq!(result["isError"], false, "{result}");
    let [text, image] = result["content"].as_array().unwrap().as_slice() else {
        panic!("{result}");
    };
    let stored = files.stored(logo).await.unwrap();
    let said: Value = serde_json::from_str(text["text"].as_str().unwrap()).unwrap();
    assert_eq!((&said["image"], &said["bytes"]), (&json!("image/png"), &json!(stored.len())));
    assert_eq!((&image["type"], &image["mimeType"]), (&json!("image"), &json!("image/png")));
    assert_eq!(STANDARD.decode(image["data"].as_str().unwrap()).unwrap(), stored);

    for (size, is_error) in [(1024 * 1024, false), (1024 * 1024 + 1, true)] {
        let path = format!("/Shared/Marketing/photo-{size}.jpg");
        let mut photo = vec![0xFF, 0xD8, 0xFF, 0xE0];
        photo.resize(size, 0x5A);
        let link = files.link(UPLOAD, &path).await;
        assert_eq!(files.put(&link, photo).await.status, 200);
        let result = files.service.call(&files.url, READ, json!({ "path": path })).await;
        assert_eq!(result["isError"], is_error, "{size}");
    }
}

/// A file of endless zeros after some text, sent whole whatever range is asked for. Counts what it
/// sent.
async fn endless(text: &'static str) -> (EgnyteUrl, Arc<AtomicU64>) {
    let sent = Arc::new(AtomicU64::new(0));
    let counted = Arc::clone(&sent);
    let file = move || {
        let counted = Arc::clone(&counted);
        async move {
            let pieces = std::iter::once(Bytes::from_static(text.as_bytes()))
                .chain(std::iter::repeat_with(|| Bytes::from(vec![b'z'; 65_536])));
            let pieces = pieces.map(move |piece| {
                counted.fetch_add(piece.len() as u64, Ordering::SeqCst);
                Ok::<_, std::io::Error>(piece)
            });
            let headers = [("content-type", "text/plain"), ("content-length", "10000000000")];
            (StatusCode::OK, headers, Body::from_stream(tokio_stream::iter(pieces)))
        }
    };
    let router = Router::new()
        .route("/pubapi/v1/userinfo", get(|| async { "{}" }))
        .route("/pubapi/v1/fs-content/{*path}", get(file));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = EgnyteUrl::parse(&format!("http://{}", listener.local_addr().unwrap())).unwrap();
    tokio::spawn(async move { axum::serve(listener, router).await });
    (url, sent)
}

#[tokio::test]
async fn of_a_huge_file_only_the_part_is_read_even_if_egnyte_sends_all_of_it() {
    let (egnyte, sent) = endless("ü0123456789").await;
    let docs = docs();
    let service = Service::connected_with(|settings| {
        settings.egnyte_url = egnyte;
        settings.tool_docs = Some(docs.path().to_owned());
        let limits = ClientLimits { max_response_bytes: 65_536, ..ClientLimits::default() };
        settings.limits = limits;
    })
    .await;
    let url = service.mint(json!({ "tags": ["blobs"] })).await.url;
    let started = Instant::now();
    for (offset, text, next) in [(0, "ü01", 4), (4, "2345", 8), (1, "0123", 6)] {
        let arguments = json!({ "path": "/Shared/a", "offset": offset, "limit": 4 });
        let part = service.called(&url, READ, arguments).await;
        assert_eq!((&part["text"], &part["next_offset"]), (&json!(text), &json!(next)));
        assert_eq!(part["total_bytes"], 10_000_000_000_u64);
    }
    let far = json!({ "path": "/Shared/a", "offset": 5_000_000, "limit": 3 });
    assert_eq!(service.called(&url, READ, far).await["text"], "zzz");
    assert!(started.elapsed() < Duration::from_secs(10));
    // Some megabytes wait in the system's buffers when the connection is closed.
    assert!(sent.load(Ordering::SeqCst) < 60_000_000, "{}", sent.load(Ordering::SeqCst));
}
