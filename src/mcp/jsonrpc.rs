//! JSON-RPC 2.0 on bytes: messages are read without copying, answers are written by splicing the
//! caller's id, as it stood, before a result that is already JSON.

use std::borrow::Cow;

use bytes::Bytes;
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;

use super::error::{INVALID_REQUEST, PARSE_ERROR, RpcError};

/// A batch holds at most this many messages.
pub const MAX_BATCH: usize = 100;

/// What a client sent: one message, or several (2025-03-26 and before).
#[derive(Debug)]
pub enum Incoming<'a> {
    /// One message.
    Single(&'a RawValue),
    /// A batch.
    Batch(Vec<&'a RawValue>),
}

/// One message, borrowed from the body.
#[derive(Debug)]
pub enum Message<'a> {
    /// Asks for an answer.
    Request(Request<'a>),
    /// Asks for none.
    Notification {
        /// Such as `notifications/initialized`.
        method: Cow<'a, str>,
        /// Its parameters.
        params: Option<&'a RawValue>,
    },
    /// An answer to a request of ours; we send none.
    Response,
}

/// A request.
#[derive(Debug)]
pub struct Request<'a> {
    /// A JSON string or number, as it stood.
    pub id: &'a RawValue,
    /// Such as `tools/call`.
    pub method: Cow<'a, str>,
    /// Its parameters, unread.
    pub params: Option<&'a RawValue>,
}

#[derive(Deserialize)]
struct Envelope<'a> {
    #[serde(default, borrow)]
    jsonrpc: Option<Cow<'a, str>>,
    #[serde(default, borrow, deserialize_with = "present")]
    id: Option<&'a RawValue>,
    #[serde(default, borrow)]
    method: Option<Cow<'a, str>>,
    #[serde(default, borrow)]
    params: Option<&'a RawValue>,
    #[serde(default, borrow, deserialize_with = "present")]
    result: Option<&'a RawValue>,
    #[serde(default, borrow, deserialize_with = "present")]
    error: Option<&'a RawValue>,
}

/// Tells `"id": null` from no id.
fn present<'de, D: Deserializer<'de>>(from: D) -> Result<Option<&'de RawValue>, D::Error> {
    <&RawValue>::deserialize(from).map(Some)
}

/// Reads a body.
pub fn read(body: &[u8]) -> Result<Incoming<'_>, RpcError> {
    let whole: &RawValue = serde_json::from_slice(body).map_err(|error| {
        RpcError::new(PARSE_ERROR, format!("Parse error: the body is not JSON: {error}"))
    })?;
    if !whole.get().starts_with('[') {
        return Ok(Incoming::Single(whole));
    }
    let messages: Vec<&RawValue> = serde_json::from_str(whole.get())
        .map_err(|error| RpcError::new(PARSE_ERROR, format!("Parse error: {error}")))?;
    match messages.len() {
        0 => Err(RpcError::new(INVALID_REQUEST, "Invalid request: the batch is empty")),
        1..=MAX_BATCH => Ok(Incoming::Batch(messages)),
        more => Err(RpcError::new(
            INVALID_REQUEST,
            format!(
                "Invalid request: a batch of {more} messages; send at most {MAX_BATCH} at once"
            ),
        )),
    }
}

/// Reads one message. The error comes with the id to answer to, if the message has a usable one.
pub fn message(raw: &RawValue) -> Result<Message<'_>, (Option<&RawValue>, RpcError)> {
    let invalid =
        |detail: String| RpcError::new(INVALID_REQUEST, format!("Invalid request: {detail}"));
    // Serde alone would also read an array, member by member.
    if !raw.get().starts_with('{') {
        return Err((None, invalid("a message is an object".to_owned())));
    }
    let envelope: Envelope<'_> =
        serde_json::from_str(raw.get()).map_err(|error| (None, invalid(error.to_string())))?;
    let id = envelope.id.filter(|id| is_id(id.get()));
    if envelope.jsonrpc.as_deref() != Some("2.0") {
        return Err((id, invalid("`jsonrpc` must be \"2.0\"".to_owned())));
    }
    match (envelope.method, envelope.id) {
        (Some(method), None) => Ok(Message::Notification { method, params: envelope.params }),
        (Some(method), Some(_)) => {
            let id =
                id.ok_or_else(|| (None, invalid("`id` must be a string or a number".to_owned())))?;
            Ok(Message::Request(Request { id, method, params: envelope.params }))
        }
        (None, _) if envelope.result.is_some() || envelope.error.is_some() => Ok(Message::Response),
        (None, _) => Err((id, invalid("`method` is missing".to_owned()))),
    }
}

/// Whether `json` is an id every reader of the answer can read. `1e999` and `"\ud800"` are JSON by
/// its grammar, yet no number and no text to most parsers, and an answer repeats its id.
fn is_id(json: &str) -> bool {
    match json.as_bytes().first() {
        Some(b'"') => !json.contains('\\') || serde_json::from_str::<String>(json).is_ok(),
        Some(b'-' | b'0'..=b'9') => serde_json::from_str::<f64>(json).is_ok(),
        _ => false,
    }
}

/// An answer with a result; `result` is JSON.
pub fn result(id: &RawValue, result: &[u8]) -> Vec<u8> {
    answer(id.get(), b",\"result\":", result)
}

/// An answer with an error; without an id when the request's could not be read.
pub fn error(id: Option<&RawValue>, error: &RpcError) -> Vec<u8> {
    // An error object is text, a number and a value: serialising it cannot fail.
    let object = serde_json::to_vec(error).unwrap_or_default();
    answer(id.map_or("null", RawValue::get), b",\"error\":", &object)
}

fn answer(id: &str, key: &[u8], value: &[u8]) -> Vec<u8> {
    let mut out = start(id, key, value.len());
    out.extend_from_slice(value);
    out.push(b'}');
    out
}

/// The beginning of an answer with a result, for a caller that writes the result itself and then
/// a closing brace.
pub fn start_result(id: &RawValue, capacity: usize) -> Vec<u8> {
    start(id.get(), b",\"result\":", capacity)
}

fn start(id: &str, key: &[u8], capacity: usize) -> Vec<u8> {
    let mut out = Vec::with_capacity(capacity + id.len() + 48);
    out.extend_from_slice(b"{\"jsonrpc\":\"2.0\",\"id\":");
    out.extend_from_slice(id.as_bytes());
    out.extend_from_slice(key);
    out
}

/// Answers as one JSON array.
pub fn batch(answers: &[Bytes]) -> Vec<u8> {
    let mut out = vec![b'['];
    for (index, answer) in answers.iter().enumerate() {
        if index > 0 {
            out.push(b',');
        }
        out.extend_from_slice(answer);
    }
    out.push(b']');
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one(body: &str) -> Result<String, String> {
        let Incoming::Single(raw) = read(body.as_bytes()).map_err(|error| error.message)? else {
            return Err("a batch".to_owned());
        };
        match message(raw) {
            Ok(Message::Request(request)) => {
                Ok(format!("request {} {}", request.id, request.method))
            }
            Ok(Message::Notification { method, .. }) => Ok(format!("notification {method}")),
            Ok(Message::Response) => Ok("response".to_owned()),
            Err((_, error)) => Err(error.message),
        }
    }

    #[test]
    fn ids_are_kept_as_they_stood() {
        let request = |id| one(&format!(r#"{{"jsonrpc":"2.0","id":{id},"method":"ping"}}"#));
        for id in ["1", "\"abc\"", "-7", "1.5e3", "\"\\u0041\""] {
            assert_eq!(request(id).unwrap(), format!("request {id} ping"));
        }
        for id in ["null", "{}", "[1]", "true", "1e999", "-1e999", "\"\\ud800\""] {
            assert!(request(id).unwrap_err().contains("`id` must be"), "{id}");
        }
    }

    #[test]
    fn messages_without_an_id_are_notifications_and_answers_are_told_apart() {
        let read = |body| one(body).unwrap();
        assert_eq!(
            read(r#"{"jsonrpc":"2.0","method":"notifications/initialized"}"#),
            "notification notifications/initialized"
        );
        assert_eq!(read(r#"{"jsonrpc":"2.0","id":1,"result":{}}"#), "response");
        assert!(one(r#"{"jsonrpc":"2.0","id":1}"#).unwrap_err().contains("`method`"));
        assert!(one(r#"{"id":1,"method":"ping"}"#).unwrap_err().contains("`jsonrpc`"));
    }

    #[test]
    fn a_batch_is_bounded() {
        let of = |count: usize| format!("[{}]", vec!["{}"; count].join(","));
        assert!(read(of(MAX_BATCH).as_bytes()).is_ok());
        assert!(read(of(10_000).as_bytes()).unwrap_err().message.contains("10000"));
        assert_eq!(read(b"[]").unwrap_err().code, INVALID_REQUEST);
        assert_eq!(read(b"{").unwrap_err().code, PARSE_ERROR);
    }
}
