//! Any method and headers, one `name: value` a line; a blank line and then the body.
#![no_main]

use axum::body::Body;
use egnyte_mcp_fuzz::TARGET;
use http::{HeaderName, HeaderValue, Method, Request};
use libfuzzer_sys::fuzz_target;

const METHODS: [Method; 5] =
    [Method::POST, Method::GET, Method::DELETE, Method::OPTIONS, Method::PUT];

fuzz_target!(|data: &[u8]| {
    let Some((first, rest)) = data.split_first() else { return };
    let mut request = Request::builder()
        .method(METHODS[usize::from(*first) % METHODS.len()].clone())
        .uri(TARGET.path())
        .header("host", "localhost");
    let mut lines = rest.split(|byte| *byte == b'\n');
    for line in lines.by_ref() {
        let Some(colon) = line.iter().position(|byte| *byte == b':') else { break };
        let (name, value) = (&line[..colon], &line[colon + 1..]);
        if let (Ok(name), Ok(value)) =
            (HeaderName::from_bytes(name), HeaderValue::from_bytes(value))
        {
            request = request.header(name, value);
        }
    }
    let body = lines.collect::<Vec<_>>().join(&b'\n');
    TARGET.send(request.body(Body::from(body)).unwrap());
});
