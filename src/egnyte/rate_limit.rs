//! Egnyte's limits in the words of the IETF draft (`ratelimit-limit`, `-remaining`, `-reset`).
//!
//! Egnyte counts per access token: calls a second and calls a day. Ordinary answers carry
//! `X-Accesstoken-{Qps,Quota}-{Allotted,Current}` (current = used). A refused call is a 429, or,
//! in the older generation, a 403 with `X-Mashery-Error-Code`; both carry `Retry-After`.

use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use jiff::Timestamp;
use serde::Serialize;

const SECONDS_A_DAY: i64 = 86_400;

/// What is left of the limit that will stop the caller first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct RateLimit {
    /// Calls allowed in the window, when Egnyte said.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limit: Option<u64>,
    /// Calls left in the window.
    pub remaining: u64,
    /// Seconds until the window starts anew, at least 1.
    pub reset: u64,
}

/// Which limit refused a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Throttle {
    /// Calls a second.
    PerSecond,
    /// Calls a day; resets at 00:00 UTC.
    PerDay,
}

/// Whether the answer is a throttle, of either generation.
pub fn throttle(status: StatusCode, headers: &HeaderMap) -> Option<Throttle> {
    let code = text(headers, "x-mashery-error-code").unwrap_or_default();
    let refused = match status {
        StatusCode::TOO_MANY_REQUESTS => true,
        StatusCode::FORBIDDEN => code.starts_with("ERR_403_DEVELOPER_OVER_"),
        _ => false,
    };
    if !refused {
        return None;
    }
    let spent = window(headers, "quota").is_some_and(|(_, remaining)| remaining == 0);
    let per_day = code.ends_with("OVER_RATE") || (code.is_empty() && spent);
    Some(if per_day { Throttle::PerDay } else { Throttle::PerSecond })
}

/// The limit the answer tells of, if it tells of one.
pub fn read(status: StatusCode, headers: &HeaderMap, now: Timestamp) -> Option<RateLimit> {
    let per_second = window(headers, "qps");
    let per_day = window(headers, "quota");
    if let Some(throttle) = throttle(status, headers) {
        let (window, fallback) = match throttle {
            Throttle::PerSecond => (per_second, 1),
            Throttle::PerDay => (per_day, until_midnight(now)),
        };
        let reset = retry_after(headers).unwrap_or(fallback).max(1);
        return Some(RateLimit { limit: window.map(|(limit, _)| limit), remaining: 0, reset });
    }
    let of = |(limit, remaining), reset| RateLimit { limit: Some(limit), remaining, reset };
    match (per_second, per_day) {
        (Some(second), Some(day)) if day.1 < second.1 => Some(of(day, until_midnight(now))),
        (Some(second), _) => Some(of(second, 1)),
        (None, Some(day)) => Some(of(day, until_midnight(now))),
        (None, None) => None,
    }
}

/// `Retry-After` in seconds. Egnyte sends the number form only.
pub fn retry_after(headers: &HeaderMap) -> Option<u64> {
    text(headers, "retry-after")?.trim().parse().ok()
}

impl RateLimit {
    /// The three response headers, without the limit when it is unknown.
    pub fn headers(&self) -> impl Iterator<Item = (HeaderName, HeaderValue)> {
        [
            self.limit.map(|limit| ("ratelimit-limit", limit)),
            Some(("ratelimit-remaining", self.remaining)),
            Some(("ratelimit-reset", self.reset)),
        ]
        .into_iter()
        .flatten()
        .map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from(value)))
    }
}

fn text<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name)?.to_str().ok()
}

/// Allotted and remaining calls of one window.
fn window(headers: &HeaderMap, kind: &str) -> Option<(u64, u64)> {
    let (allotted, current) = match kind {
        "qps" => ("x-accesstoken-qps-allotted", "x-accesstoken-qps-current"),
        _ => ("x-accesstoken-quota-allotted", "x-accesstoken-quota-current"),
    };
    let allotted = text(headers, allotted)?.trim().parse::<u64>().ok()?;
    let current = text(headers, current)?.trim().parse::<u64>().ok()?;
    Some((allotted, allotted.saturating_sub(current)))
}

fn until_midnight(now: Timestamp) -> u64 {
    let left = SECONDS_A_DAY - now.as_second().rem_euclid(SECONDS_A_DAY);
    u64::try_from(left).unwrap_or(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(&'static str, &str)]) -> HeaderMap {
        pairs
            .iter()
            .map(|(name, value)| (HeaderName::from_static(name), value.parse().unwrap()))
            .collect()
    }

    fn noon() -> Timestamp {
        "2026-11-22T12:00:00Z".parse().unwrap()
    }

    const ORDINARY: [(&str, &str); 4] = [
        ("x-accesstoken-qps-allotted", "2"),
        ("x-accesstoken-qps-current", "1"),
        ("x-accesstoken-quota-allotted", "1000"),
        ("x-accesstoken-quota-current", "17"),
    ];

    #[test]
    fn an_ordinary_answer_tells_of_the_limit_that_stops_first() {
        let read_with = |used| {
            let mut pairs = ORDINARY;
            pairs[3].1 = used;
            read(StatusCode::OK, &headers(&pairs), noon()).unwrap()
        };
        let per_second = RateLimit { limit: Some(2), remaining: 1, reset: 1 };
        let per_day = RateLimit { limit: Some(1000), remaining: 0, reset: 43_200 };
        assert_eq!(read_with("17"), per_second);
        assert_eq!(read_with("1000"), per_day);
    }

    #[test]
    fn both_generations_of_throttle_are_one() {
        let current = headers(&[("retry-after", "7")]);
        let older = headers(&[
            ("retry-after", "7"),
            ("x-mashery-error-code", "ERR_403_DEVELOPER_OVER_QPS"),
        ]);
        let expected = RateLimit { limit: None, remaining: 0, reset: 7 };
        assert_eq!(read(StatusCode::TOO_MANY_REQUESTS, &current, noon()), Some(expected));
        assert_eq!(read(StatusCode::FORBIDDEN, &older, noon()), Some(expected));
    }

    #[test]
    fn a_spent_day_resets_at_midnight_utc() {
        let mut older = headers(&ORDINARY);
        older.insert("x-mashery-error-code", "ERR_403_DEVELOPER_OVER_RATE".parse().unwrap());
        let limit = read(StatusCode::FORBIDDEN, &older, noon()).unwrap();
        assert_eq!(limit, RateLimit { limit: Some(1000), remaining: 0, reset: 43_200 });
    }

    #[test]
    fn a_403_without_the_code_is_no_throttle() {
        assert_eq!(throttle(StatusCode::FORBIDDEN, &headers(&ORDINARY)), None);
        assert_eq!(read(StatusCode::FORBIDDEN, &headers(&[]), noon()), None);
    }
}
