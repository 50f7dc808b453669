//! JSON-RPC messages: what is read, what is refused, and that ids come back as they were sent.

use std::time::Duration;

use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::harness::{Service, message};

const PING: &str = r#"{"jsonrpc":"2.0","id":1,"method":"ping"}"#;
const PONG: &str = r#"{"jsonrpc":"2.0","id":1,"result":{}}"#;

async fn minted() -> (Service, String) {
    let service = Service::connected().await;
    let url = service.mint(json!({})).await.url;
    (service, url)
}

#[tokio::test]
async fn initialise_answers_each_revision_in_kind_and_any_other_with_the_newest() {
    let (service, url) = minted().await;
    for (asked, answered) in [
        ("2024-11-05", "2024-11-05"),
        ("2025-03-26", "2025-03-26"),
        ("2025-06-18", "2025-06-18"),
        ("2025-11-25", "2025-11-25"),
        ("2026-07-28", "2025-11-25"),
        ("1999-01-01", "2025-11-25"),
    ] {
        let client = json!({ "name": "test", "version": "1" });
        let params = json!({ "protocolVersion": asked, "capabilities": {}, "clientInfo": client });
        let result = service.rpc(&url, "initialize", params).await["result"].clone();
        assert_eq!(result["protocolVersion"], answered);
        assert!(result["capabilities"]["tools"].is_object());
        assert_eq!(result["serverInfo"]["name"], "egnyte-mcp");
        assert!(result["instructions"].as_str().unwrap().contains("acme.egnyte.com"));
    }
}

#[tokio::test]
async fn a_client_that_was_never_initialised_lists_and_calls_all_the_same() {
    let (service, url) = minted().await;
    assert!(service.listed(&url).await.len() > 100);
    assert!(service.called(&url, "list_egnyte_users", json!({})).await["result"].is_array());
}

#[tokio::test]
async fn notifications_and_answers_are_accepted_without_a_body() {
    let (service, url) = minted().await;
    for body in [
        r#"{"jsonrpc":"2.0","method":"notifications/initialized"}"#,
        r#"{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":1}}"#,
        r#"{"jsonrpc":"2.0","method":"notifications/nobody-knows"}"#,
        r#"{"jsonrpc":"2.0","method":"tools/call","params":{"name":"delete_egnyte_user"}}"#,
        r#"{"jsonrpc":"2.0","id":1,"result":{}}"#,
        r#"[{"jsonrpc":"2.0","method":"notifications/initialized"}]"#,
    ] {
        let answer = service.post(&url, body).await;
        assert_eq!((answer.status.as_u16(), answer.text.as_str()), (202, ""), "{body}");
    }
    assert_eq!(service.received(), Vec::<Value>::new());
}

#[tokio::test]
async fn a_ping_is_answered_with_nothing() {
    let (service, url) = minted().await;
    assert_eq!(service.post(&url, PING).await.text, PONG);
}

#[tokio::test]
async fn an_unknown_method_is_an_error_that_names_it() {
    let (service, url) = minted().await;
    for method in ["tasks/list", "tools/CALL", "", "\0", "initialize "] {
        let answer = service.rpc(&url, method, json!({})).await;
        assert_eq!(answer["error"]["code"], -32601, "{answer}");
        assert_eq!(answer["id"], 1);
    }
}

#[tokio::test]
async fn what_is_not_json_is_a_400_with_a_parse_error() {
    let (service, url) = minted().await;
    let deep = "[".repeat(100_000);
    let bodies: [&[u8]; 9] = [
        b"",
        b" ",
        b"{",
        b"nope",
        b"{\"jsonrpc\":\"2.0\"",
        b"\0",
        b"{\"a\":\"\xff\"}",
        b"{}{}",
        deep.as_bytes(),
    ];
    for body in bodies {
        let answer = service.post(&url, body.to_vec()).await;
        let shown = String::from_utf8_lossy(&body[..body.len().min(20)]);
        assert_eq!(answer.status, 400, "{shown}: {}", answer.text);
        assert_eq!(answer.header("content-type"), "application/json");
        assert_eq!(answer.json()["error"]["code"], -32700, "{shown}");
        assert_eq!(answer.json().get("id"), Some(&Value::Null), "{shown}");
    }
}

#[tokio::test]
async fn what_is_json_but_no_message_is_a_400_with_an_invalid_request() {
    let (service, url) = minted().await;
    for body in [
        "1",
        "\"ping\"",
        "null",
        "{}",
        r#"{"id":1,"method":"ping"}"#,
        r#"{"jsonrpc":"1.0","id":1,"method":"ping"}"#,
        r#"{"jsonrpc":"2.0","id":1}"#,
        r#"{"jsonrpc":"2.0","id":1,"method":7}"#,
        r#"{"jsonrpc":"2.0","id":null,"method":"ping"}"#,
        r#"{"jsonrpc":"2.0","id":{},"method":"ping"}"#,
        r#"{"jsonrpc":"2.0","id":[1],"method":"ping"}"#,
        r#"{"jsonrpc":"2.0","id":true,"method":"ping"}"#,
    ] {
        let answer = service.post(&url, body).await;
        assert_eq!(answer.status, 400, "{body}: {}", answer.text);
        assert_eq!(answer.json()["error"]["code"], -32600, "{body}");
    }
}

#[tokio::test]
async fn the_id_comes_back_byte_for_byte() {
    let (service, url) = minted().await;
    let long = format!("\"{}\"", "x".repeat(10_000));
    for id in [
        "1",
        "0",
        "-1",
        "1.5e3",
        "12345678901234567890123",
        "\"abc\"",
        "\"\"",
        r#""\u0041\n\"é""#,
        "\"💡\"",
        long.as_str(),
    ] {
        let answer =
            service.post(&url, format!(r#"{{"jsonrpc":"2.0","method":"ping","id":{id}}}"#)).await;
        assert_eq!(answer.text, format!(r#"{{"jsonrpc":"2.0","id":{id},"result":{{}}}}"#));
        let unknown = format!(r#"{{"jsonrpc":"2.0","method":"x","id":{id}}}"#);
        assert!(service.post(&url, unknown).await.text.contains(&format!(r#""id":{id},"#)));
    }
}

#[tokio::test]
async fn a_batch_is_answered_message_by_message_in_order() {
    let (service, url) = minted().await;
    let batch = format!(
        "[{PING},{},{}]",
        r#"{"jsonrpc":"2.0","method":"notifications/initialized"}"#,
        message(2, "nobody-knows", json!({}))
    );
    let answer = service.post(&url, batch).await;
    assert_eq!(answer.status, 200);
    let answers = answer.json();
    assert_eq!(answers.as_array().unwrap().len(), 2);
    assert_eq!((&answers[0]["id"], &answers[1]["id"]), (&json!(1), &json!(2)));
    assert_eq!(answers[1]["error"]["code"], -32601);
}

#[tokio::test]
async fn a_bad_message_in_a_batch_is_answered_beside_the_good_ones() {
    let (service, url) = minted().await;
    let batch =
        format!(r#"[{PING},7,["2.0",1,"ping"],{{"jsonrpc":"2.0","id":null,"method":"ping"}}]"#);
    let answer = service.post(&url, batch).await;
    let answers = answer.json();
    assert_eq!(answers[0]["result"], json!({}));
    for bad in &answers.as_array().unwrap()[1..] {
        assert_eq!(bad["error"]["code"], -32600, "{bad}");
    }
    assert_eq!(answers.as_array().unwrap().len(), 4);
}

#[tokio::test]
async fn an_empty_batch_and_one_of_ten_thousand_are_refused_whole() {
    let (service, url) = minted().await;
    let call = message(1, "tools/call", json!({ "name": "list_egnyte_users", "arguments": {} }));
    let thousands = format!("[{}]", vec![call.as_str(); 10_000].join(","));
    for body in ["[]", "[ ]", &thousands] {
        let answer = service.post(&url, body.to_owned()).await;
        assert_eq!(answer.status, 400);
        assert_eq!(answer.json()["error"]["code"], -32600);
    }
    assert_eq!(service.received(), Vec::<Value>::new());
}

#[tokio::test]
async fn json_nested_without_end_harms_nothing_wherever_it_stands() {
    let (service, url) = minted().await;
    let nested = |depth| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
    let deep = nested(50_000);
    let unread = format!(r#"{{"jsonrpc":"2.0","id":1,"method":"ping","params":{deep}}}"#);
    assert_eq!(service.post(&url, unread).await.text, PONG);
    let id = format!(r#"{{"jsonrpc":"2.0","id":{deep},"method":"ping"}}"#);
    assert_eq!(service.post(&url, id).await.status, 400);
    for depth in [100, 50_000] {
        let arguments = format!(r#"{{"email":{}}}"#, nested(depth));
        let params = format!(r#"{{"name":"list_egnyte_users","arguments":{arguments}}}"#);
        let call = format!(r#"{{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{params}}}"#);
        assert_eq!(service.post(&url, call).await.json()["result"]["isError"], true, "{depth}");
    }
    assert_eq!(service.received(), Vec::<Value>::new());
}

#[tokio::test]
async fn parameters_of_the_wrong_shape_are_named_as_such() {
    let (service, url) = minted().await;
    for (method, params) in [
        ("tools/call", json!({})),
        ("tools/call", json!({ "name": 7 })),
        ("tools/call", json!("list_egnyte_users")),
        ("tools/call", json!(["list_egnyte_users", {}])),
        ("tools/list", json!({ "cursor": "made-up" })),
    ] {
        let answer = service.rpc(&url, method, params.clone()).await;
        assert_eq!(answer["error"]["code"], -32602, "{params}");
    }
    assert_eq!(service.received(), Vec::<Value>::new());
}

#[tokio::test]
async fn a_body_of_a_hundred_megabytes_is_a_413_and_the_others_are_answered_meanwhile() {
    let (service, url) = minted().await;
    let (host, path) = url.strip_prefix("http://").unwrap().split_once('/').unwrap();
    let (mut reader, mut writer) = TcpStream::connect(host).await.unwrap().into_split();
    let head =
        format!("POST /{path} HTTP/1.1\r\nhost: {host}\r\ncontent-length: 104857600\r\n\r\n");
    let sending = tokio::spawn(async move {
        writer.write_all(head.as_bytes()).await?;
        let chunk = vec![b' '; 1024 * 1024];
        for _ in 0..100 {
            writer.write_all(&chunk).await?;
        }
        // Given back, because dropping it would hang up.
        Ok::<_, std::io::Error>(writer)
    });
    assert_eq!(service.post(&url, PING).await.text, PONG);
    let mut answer = vec![0; 12];
    let read = tokio::time::timeout(Duration::from_secs(10), reader.read_exact(&mut answer)).await;
    read.unwrap().unwrap();
    assert_eq!(answer, b"HTTP/1.1 413");
    drop((reader, sending.await));
    assert_eq!(service.post(&url, PING).await.text, PONG);
}
