//! Secrets stay where they belong: canary values run through everything the service does, and
//! must show up in no log line, no file and no answer.

use std::io::{self, Write};
use std::path::Path;
use std::sync::{Arc, Mutex};

use base64::Engine;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use serde_json::{Value, json};
use tracing_subscriber::EnvFilter;

use crate::harness::{API_TOKEN, Service, message};
use crate::http_sse::Stream;

const ACCESS_TOKEN: &str = "canary-access-token-5f0d8c7be2a94136";
const SECOND_ACCESS_TOKEN: &str = "canary-second-token-91c27ad04be8f365";

/// Everything that was logged.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// A secret, and everything it must not be found as.
struct Canary {
    name: &'static str,
    forms: Vec<Vec<u8>>,
}

impl Canary {
    fn new(name: &'static str, secret: impl AsRef<[u8]>) -> Self {
        let secret = secret.as_ref();
        let mut forms = vec![secret.to_vec()];
        // Base64 has three alignments; two characters at each end depend on the neighbours.
        for skipped in 0..3 {
            for encoded in [
                URL_SAFE_NO_PAD.encode(&secret[skipped..]),
                STANDARD_NO_PAD.encode(&secret[skipped..]),
            ] {
                forms.push(encoded.as_bytes()[..encoded.len() - 2].to_vec());
            }
        }
        let hex: Vec<String> = secret.iter().map(|byte| format!("{byte:02x}")).collect();
        forms.push(hex.concat().into_bytes());
        Self { name, forms }
    }

    fn assert_absent(&self, place: &str, bytes: &[u8]) {
        for form in &self.forms {
            let found = bytes.windows(form.len()).position(|window| window == form);
            if let Some(at) = found {
                let around = &bytes[at.saturating_sub(150)..at];
                let around = String::from_utf8_lossy(around).into_owned();
                panic!("the {} is in {place}, after: {around}", self.name);
            }
        }
    }
}

/// Every file of a folder with its bytes, all of one moment: SQLite takes its side files away when
/// the last connection closes, and then the listing is made anew.
fn files(folder: &Path) -> Vec<(String, Vec<u8>)> {
    for _ in 0..100 {
        match whole_listing(folder) {
            Ok(files) => return files,
            Err(error) => assert_eq!(error.kind(), io::ErrorKind::NotFound, "{error}"),
        }
    }
    panic!("the files in {} never stand still", folder.display());
}

fn whole_listing(folder: &Path) -> io::Result<Vec<(String, Vec<u8>)>> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        if !path.is_dir() && !path.ends_with("keyring.json") {
            files.push((path.display().to_string(), std::fs::read(&path)?));
        }
    }
    Ok(files)
}

/// The ring's keys, as they stand in its file.
fn ring_keys(service: &Service) -> Vec<String> {
    let text = service.keyring_text();
    let ring: Value = serde_json::from_str(text.expose()).unwrap();
    let keys = ring["keys"].as_array().unwrap().iter();
    keys.map(|key| key["key"].as_str().unwrap().to_owned()).collect()
}

/// Everything that goes well and everything that goes wrong; what was answered, but for the
/// answers that show a token because they are meant to.
async fn live_through_everything(service: &mut Service) -> (Vec<String>, Vec<String>) {
    for token in [ACCESS_TOKEN, SECOND_ACCESS_TOKEN] {
        service.control("POST", "/_sandbox/tokens", Some(json!({ "token": token }))).await;
    }
    service.account = service.connect("acme", ACCESS_TOKEN).await;
    let (kept, revoked) = (service.mint(json!({})).await, service.mint(json!({})).await);
    let guarded = service.mint(json!({ "require_api_token_auth": true })).await;
    let account = format!("/integrated-account/{}", service.account);
    let mut answers = Vec::new();

    let call = message(1, "tools/call", json!({ "name": "list_egnyte_users", "arguments": {} }));
    let odd =
        message(1, "tools/call", json!({ "name": "get_egnyte_user", "arguments": { "id": ".." } }));
    for body in [call.as_str(), &odd, "{", "[]", "nope"] {
        answers.push(service.post(&kept.url, body.to_owned()).await.text);
    }
    answers.push(service.post(&guarded.url, call.clone()).await.text);
    for action in [
        json!({ "kind": "drop" }),
        json!({ "kind": "half_body" }),
        json!({ "kind": "html" }),
        json!({ "kind": "redirect", "location": "http://127.0.0.1:1/" }),
        json!({ "kind": "error", "status": 401, "shape": "html" }),
        json!({ "kind": "error", "status": 500, "shape": "fault" }),
        json!({ "kind": "throttle", "generation": "legacy", "limit": "qps" }),
    ] {
        service.once(action).await;
        answers.push(service.post(&kept.url, call.clone()).await.text);
    }
    for token in [&kept.token[..kept.token.len() - 1], kept.token.trim_start_matches("egm_")] {
        answers
            .push(service.post(&format!("{}/mcp/{token}", service.base), call.clone()).await.text);
    }
    let page = service.client.get(&kept.url).send().await.unwrap();
    answers.push(page.text().await.unwrap());
    let mut stream = Stream::open(service, &revoked.url).await;
    stream.post(service, call.clone()).await;
    answers.push(stream.message().await.to_string());
    service.api("DELETE", &service.servers(&format!("/{}", revoked.id)), None).await;
    assert_eq!(stream.event().await, None);
    answers.push(service.post(&revoked.url, call.clone()).await.text);

    for (method, path, body) in [
        ("GET", account.clone(), None),
        ("PATCH", account.clone(), Some(json!({ "access_token": SECOND_ACCESS_TOKEN }))),
        ("PATCH", account.clone(), Some(json!({ "access_token": { ACCESS_TOKEN: 1 } }))),
        ("PATCH", account.clone(), Some(json!({ "access_token": [ACCESS_TOKEN] }))),
        ("PATCH", account.clone(), Some(json!({ "access_token": format!("{ACCESS_TOKEN} ") }))),
        ("GET", "/integrated-account".to_owned(), None),
        ("GET", service.servers(""), None),
        ("PATCH", service.servers(&format!("/{}", kept.id)), Some(json!({ "name": "Renamed" }))),
    ] {
        answers.push(service.api(method, &path, body).await.text);
    }
    let broken = format!(r#"{{"access_token": "{ACCESS_TOKEN}", "#);
    answers.push(service.api_as(Some(API_TOKEN), "PATCH", &account, Some(broken)).await.text);
    let near = &API_TOKEN[..API_TOKEN.len() - 1];
    answers.push(service.api_as(Some(near), "GET", &account, None::<String>).await.text);
    answers.push(service.post(&kept.url, call).await.text);
    service.ask_to_stop();
    service.stopped().await;
    (answers, [kept, revoked, guarded].map(|minted| minted.token).to_vec())
}

#[tokio::test]
async fn no_secret_is_in_any_log_line_any_file_or_any_answer() {
    let log = Log::default();
    let writer = log.clone();
    let subscriber = tracing_subscriber::fmt()
        .with_env_filter(EnvFilter::new("trace"))
        .with_ansi(false)
        .with_writer(move || writer.clone());
    subscriber.init();

    let mut service = Service::empty().await;
    let ring_keys = ring_keys(&service);
    let (answers, tokens) = live_through_everything(&mut service).await;

    let mut canaries = vec![
        Canary::new("access token", ACCESS_TOKEN),
        Canary::new("second access token", SECOND_ACCESS_TOKEN),
        Canary::new("API token", API_TOKEN),
    ];
    canaries.extend(tokens.iter().map(|token| Canary::new("minted token", token)));
    for key in &ring_keys {
        let raw = URL_SAFE_NO_PAD.decode(key).unwrap();
        canaries.extend([Canary::new("key ring's key", key), Canary::new("raw key", raw)]);
    }

    let log = log.0.lock().unwrap().clone();
    assert!(log.len() > 10_000, "nothing was logged");
    let files = files(service.data_dir());
    assert!(files.iter().any(|(name, _)| name.ends_with("egnyte-mcp.db")));
    for canary in &canaries {
        canary.assert_absent("the log", &log);
        for (name, bytes) in &files {
            canary.assert_absent(name, bytes);
        }
        for answer in &answers {
            canary.assert_absent("an answer", answer.as_bytes());
        }
    }
}
