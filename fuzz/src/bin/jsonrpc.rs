//! Any bytes as the body of a POST, under the rules of either era.
#![no_main]

use axum::body::Body;
use egnyte_mcp_fuzz::TARGET;
use http::Request;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let Some((first, body)) = data.split_first() else { return };
    let request = Request::post(TARGET.path()).header("host", "localhost");
    let request = match first % 4 {
        0 => request,
        1 => request.header("mcp-protocol-version", "2025-11-25"),
        2 => {
            request.header("mcp-protocol-version", "2026-07-28").header("mcp-method", "tools/list")
        }
        _ => request
            .header("mcp-protocol-version", "2026-07-28")
            .header("mcp-method", "tools/call")
            .header("mcp-name", "list_all_egnyte_users"),
    };
    TARGET.send(request.body(Body::from(body.to_vec())).unwrap());
});
