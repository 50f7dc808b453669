//! Owns the step from a request's bytes to a typed body, refused in the service's own shape.
//! It must never know what a body means.

use axum::http::{HeaderMap, StatusCode};
use serde::de::DeserializeOwned;

use super::complaint::{Complaint, Wording};
use crate::sandbox::body::read;

/// Reads a JSON body; an unknown property or a wrong type is a 400.
pub(crate) fn read_json<T: DeserializeOwned>(
    headers: &HeaderMap,
    bytes: &[u8],
    wording: Wording,
) -> Result<T, Complaint> {
    read(headers, bytes).map_err(|refusal| wording(StatusCode::BAD_REQUEST, &refusal.to_string()))
}
