//! Owns the counting of calls, per second and per day, and the look of a throttled answer in both
//! of Egnyte's generations. It must never decide who is counted: tokens carry their own meter.

use std::time::{Duration, Instant};

use axum::Json;
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{Html, IntoResponse, Response};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::json;

const SECONDS_PER_DAY: i64 = 86_400;

/// The domain's limits and how it answers beyond them.
#[derive(Clone, Serialize)]
pub(super) struct Limits {
    /// Calls per second and token.
    pub(super) qps: u64,
    /// Calls per day (UTC) and token.
    pub(super) quota: u64,
    /// The look of a throttled answer.
    pub(super) generation: Generation,
    /// Whether ordinary answers carry the counts.
    pub(super) announce: bool,
}

impl Default for Limits {
    /// Generous, so that only a test that lowers them ever meets them.
    fn default() -> Self {
        Self { qps: 1_000, quota: 1_000_000, generation: Generation::Current, announce: true }
    }
}

/// A change of the limits: what is absent stays.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct LimitsChange {
    qps: Option<u64>,
    quota: Option<u64>,
    generation: Option<Generation>,
    announce: Option<bool>,
}

impl Limits {
    /// Takes over what `change` names.
    pub(super) fn change(&mut self, change: &LimitsChange) {
        self.qps = change.qps.unwrap_or(self.qps);
        self.quota = change.quota.unwrap_or(self.quota);
        self.generation = change.generation.unwrap_or(self.generation);
        self.announce = change.announce.unwrap_or(self.announce);
    }
}

/// Egnyte has thrown two kinds of throttled answers over the years.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Generation {
    /// 403, `X-Mashery-Error-Code`, HTML.
    Legacy,
    /// 429, JSON.
    Current,
}

/// Which limit was hit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Limit {
    /// Calls per second.
    Qps,
    /// Calls per day.
    Quota,
}

/// What one token has used. A second begins with the first call after the last one ended, a day
/// at midnight UTC.
#[derive(Default)]
pub(super) struct Meter {
    second: Option<Instant>,
    in_second: u64,
    day: i64,
    in_day: u64,
}

/// Allotted and used calls, as announced to the client.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Counts {
    pub(super) qps_allotted: u64,
    pub(super) qps_current: u64,
    pub(super) quota_allotted: u64,
    pub(super) quota_current: u64,
}

/// A call that was not let through.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct OverLimit {
    pub(super) limit: Limit,
    pub(super) counts: Counts,
    pub(super) retry_after: Option<u64>,
}

impl Meter {
    /// Counts one call, unless a limit is used up. A refused call is not counted.
    pub(super) fn count(
        &mut self,
        qps: u64,
        quota: u64,
        now: Instant,
        time: Timestamp,
    ) -> Result<Counts, OverLimit> {
        let over = |second: &Instant| now.duration_since(*second) >= Duration::from_secs(1);
        if self.second.as_ref().is_none_or(over) {
            self.second = Some(now);
            self.in_second = 0;
        }
        let today = time.as_second().div_euclid(SECONDS_PER_DAY);
        if self.day != today {
            self.day = today;
            self.in_day = 0;
        }

        let until_midnight = SECONDS_PER_DAY - time.as_second().rem_euclid(SECONDS_PER_DAY);
        let refused = |limit, retry_after| OverLimit {
            limit,
            counts: self.counts(qps, quota),
            retry_after: Some(retry_after),
        };
        if self.in_day >= quota {
            return Err(refused(Limit::Quota, until_midnight.unsigned_abs()));
        }
        if self.in_second >= qps {
            return Err(refused(Limit::Qps, 1));
        }
        self.in_second += 1;
        self.in_day += 1;
        Ok(self.counts(qps, quota))
    }

    fn counts(&self, qps: u64, quota: u64) -> Counts {
        Counts {
            qps_allotted: qps,
            qps_current: self.in_second,
            quota_allotted: quota,
            quota_current: self.in_day,
        }
    }
}

impl Counts {
    /// Announces the counts in `headers`.
    pub(super) fn announce(&self, headers: &mut HeaderMap) {
        for (name, count) in [
            ("x-accesstoken-qps-allotted", self.qps_allotted),
            ("x-accesstoken-qps-current", self.qps_current),
            ("x-accesstoken-quota-allotted", self.quota_allotted),
            ("x-accesstoken-quota-current", self.quota_current),
        ] {
            headers.insert(name, HeaderValue::from(count));
        }
    }
}

impl OverLimit {
    /// The throttled answer, in the look of `generation`.
    pub(super) fn answer(&self, generation: Generation) -> Response {
        let (code, text) = match self.limit {
            Limit::Qps => ("ERR_403_DEVELOPER_OVER_QPS", "Developer Over Qps"),
            Limit::Quota => ("ERR_403_DEVELOPER_OVER_RATE", "Developer Over Rate"),
        };
        let mut response = match generation {
            Generation::Legacy => {
                let header = [("x-mashery-error-code", code)];
                let page = Html(format!("<h1>{text}</h1>"));
                (StatusCode::FORBIDDEN, header, page).into_response()
            }
            Generation::Current => {
                let body = Json(json!({ "message": text }));
                (StatusCode::TOO_MANY_REQUESTS, body).into_response()
            }
        };
        let headers = response.headers_mut();
        if let Some(seconds) = self.retry_after {
            headers.insert("retry-after", HeaderValue::from(seconds));
        }
        self.counts.announce(headers);
        response
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 2026-01-01 23:59:00 UTC.
    fn evening() -> Timestamp {
        "2026-01-01T23:59:00Z".parse().unwrap()
    }

    #[test]
    fn a_second_lasts_from_its_first_call() {
        let (mut meter, start) = (Meter::default(), Instant::now());
        for millis in [0, 900] {
            let now = start + Duration::from_millis(millis);
            assert!(meter.count(2, 100, now, evening()).is_ok());
        }
        let late = start + Duration::from_millis(999);
        let refused = meter.count(2, 100, late, evening()).unwrap_err();
        assert_eq!((refused.limit, refused.retry_after), (Limit::Qps, Some(1)));
        let next = start + Duration::from_secs(1);
        assert_eq!(meter.count(2, 100, next, evening()).unwrap().qps_current, 1);
    }

    #[test]
    fn a_day_ends_at_midnight_utc() {
        let (mut meter, now) = (Meter::default(), Instant::now());
        assert!(meter.count(9, 1, now, evening()).is_ok());
        let refused = meter.count(9, 1, now, evening()).unwrap_err();
        assert_eq!((refused.limit, refused.retry_after), (Limit::Quota, Some(60)));
        let midnight = evening() + Duration::from_mins(1);
        assert_eq!(meter.count(9, 1, now, midnight).unwrap().quota_current, 1);
    }
}
