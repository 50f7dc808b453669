//! Owns the stream of audit events: the last seven days of the seeded domain, in order, with a
//! cursor that always continues. The stream's clock stands still at the domain's last moment.

use std::fmt::Write;

use axum::body::Bytes;
use axum::http::{HeaderMap, Uri};
use axum::routing::get;
use axum::{Json, Router};
use jiff::Timestamp;
use serde_json::{Value, json};

use super::super::Sandbox;
use super::audit::ERRORS;
use super::fields::Kind::{Each, Moment, OneOf};
use super::fields::{Field, Record, TEXT, items, optional, text};
use super::refusal::Refused;
use super::{known, moments};

/// How many events a call answers at most. Egnyte's pages hold 5,000; these are for paging.
const PAGE: usize = 50;
/// The events there are: one every 42 minutes of a week.
const EVENTS: i64 = 230;
const EVERY_SECONDS: i64 = 42 * 60;
const WEEK_SECONDS: i64 = 7 * 86_400;

const TYPES: &[&str] = &[
    "FILE_AUDIT",
    "LOGIN_AUDIT",
    "PERMISSION_AUDIT",
    "USER_AUDIT",
    "WG_SETTINGS_AUDIT",
    "GROUP_AUDIT",
    "WORKFLOW_AUDIT",
    "QUALITY_DOCS_AUDIT",
    "QUALITY_DOCS_CATEGORIES_AUDIT",
    "ANY",
];
/// What happens, over and over: type, action.
const COURSE: &[(&str, &str)] = &[
    ("LOGIN_AUDIT", "login"),
    ("FILE_AUDIT", "preview"),
    ("FILE_AUDIT", "download"),
    ("PERMISSION_AUDIT", "permission_change"),
    ("FILE_AUDIT", "upload"),
    ("GROUP_AUDIT", "add_users"),
    ("LOGIN_AUDIT", "failed_attempt"),
    ("WORKFLOW_AUDIT", "approve"),
    ("USER_AUDIT", "update"),
];
const PEOPLE: &[(u64, &str)] =
    &[(1001, "isolberg"), (2104, "anwosu"), (2163, "ogallagher"), (84_920, "nhaddad")];

const FIELDS: &[Field] = &[
    optional("startDate", Moment),
    optional("endDate", Moment),
    optional("nextCursor", TEXT),
    optional("auditType", Each(&OneOf(TYPES))),
];

pub(super) fn routes() -> Router<Sandbox> {
    Router::new().route("/pubapi/v2/audit/stream", get(by_query).post(by_body))
}

async fn by_query(uri: Uri) -> Result<Json<Value>, Refused> {
    read(&ERRORS.query(&uri, FIELDS)?)
}

async fn by_body(headers: HeaderMap, bytes: Bytes) -> Result<Json<Value>, Refused> {
    read(&ERRORS.body(&headers, &bytes, FIELDS)?)
}

/// Where a reader stands, and what it reads.
struct Cursor {
    /// The next event to look at.
    next: i64,
    /// Seconds of the Unix epoch; events from here on are not read.
    end: i64,
    /// Empty for all.
    types: Vec<String>,
}

fn read(request: &Record) -> Result<Json<Value>, Refused> {
    let mut cursor = match text(request, "nextCursor") {
        Some(cursor) => {
            if request.contains_key("startDate") || request.contains_key("endDate") {
                return Err(ERRORS.invalid("nextCursor", "excludes startDate and endDate"));
            }
            let malformed = || ERRORS.invalid("nextCursor", "is malformed or has expired");
            Cursor::decode(cursor).ok_or_else(malformed)?
        }
        None => Cursor::first(request)?,
    };
    let mut events = Vec::new();
    while cursor.next < EVENTS && events.len() < PAGE {
        events.extend(cursor.wants(cursor.next).then(|| event(cursor.next)));
        cursor.next += 1;
    }
    let more = (cursor.next..EVENTS).any(|n| cursor.wants(n));
    Ok(Json(json!({
        "nextCursor": cursor.encode(),
        "events": events,
        "moreEvents": more,
    })))
}

impl Cursor {
    fn first(request: &Record) -> Result<Self, Refused> {
        let window = moments::seeded(-WEEK_SECONDS);
        let start = text(request, "startDate").and_then(moments::parse).unwrap_or(window);
        if start < window {
            let fault = format!("must be within the last 7 days, from {}", moments::show(window));
            return Err(ERRORS.invalid("startDate", fault));
        }
        let end = text(request, "endDate").and_then(moments::parse).unwrap_or(Timestamp::MAX);
        if end < start {
            return Err(ERRORS.invalid("endDate", "must not be before startDate"));
        }
        let next = (0..EVENTS).find(|n| time(*n) >= start).unwrap_or(EVENTS);
        let types = items(request, "auditType").filter_map(Value::as_str);
        let mut types: Vec<String> = types.map(str::to_owned).collect();
        if types.iter().any(|one| one == "ANY") {
            types.clear();
        }
        Ok(Self { next, end: end.as_second(), types })
    }

    fn wants(&self, n: i64) -> bool {
        let known = course(n).is_some_and(|(kind, _)| self.types.iter().any(|one| one == kind));
        time(n).as_second() < self.end && (self.types.is_empty() || known)
    }

    /// Hexadecimal, so that nobody takes it for more than a text to hand back.
    fn encode(&self) -> String {
        let plain = format!("{}/{}/{}", self.next, self.end, self.types.join(","));
        plain.bytes().fold(String::new(), |mut text, byte| {
            // Writing to a text cannot fail.
            write!(text, "{byte:02x}").ok();
            text
        })
    }

    fn decode(text: &str) -> Option<Self> {
        let pairs = text.as_bytes().chunks(2);
        let byte = |pair: &[u8]| {
            u8::from_str_radix(std::str::from_utf8(pair).ok().filter(|pair| pair.len() == 2)?, 16)
                .ok()
        };
        let plain = String::from_utf8(pairs.map(byte).collect::<Option<Vec<u8>>>()?).ok()?;
        let mut parts = plain.split('/');
        let next = parts.next()?.parse().ok().filter(|next| (0..=EVENTS).contains(next))?;
        let end = parts.next()?.parse().ok()?;
        let types = parts.next()?.split(',').filter(|kind| !kind.is_empty());
        Some(Self { next, end, types: types.map(str::to_owned).collect() })
    }
}

/// When the nth event happened.
fn time(n: i64) -> Timestamp {
    moments::seeded(n * EVERY_SECONDS - WEEK_SECONDS)
}

fn course(n: i64) -> Option<&'static (&'static str, &'static str)> {
    COURSE.iter().cycle().nth(usize::try_from(n).ok()? % COURSE.len())
}

fn event(n: i64) -> Value {
    let place = usize::try_from(n).unwrap_or_default();
    let (kind, action) = course(n).copied().unwrap_or_default();
    let (user_id, user) =
        PEOPLE.iter().cycle().nth(place % PEOPLE.len()).copied().unwrap_or_default();
    let mut event = json!({
        "auditSource": kind,
        "date": time(n).as_millisecond(),
        "action": action,
    });
    let more = match kind {
        "USER_AUDIT" | "GROUP_AUDIT" => json!({
            "actor": user,
            "group": (kind == "GROUP_AUDIT").then_some("Finance Operations"),
            "subject": "nhaddad",
            "source": "Web",
        }),
        _ => {
            let on_file = matches!(kind, "FILE_AUDIT" | "WORKFLOW_AUDIT");
            let file = known::FILES.iter().cycle().nth(place % known::FILES.len());
            json!({
                "user": user,
                "userId": user_id.to_string(),
                "access": "Web",
                "ipAddress": "192.0.2.17",
                "sourcePath": file.filter(|_| on_file).map(|file| file.path),
                "targetPath": null,
                "actionInfo": "",
            })
        }
    };
    if let (Value::Object(event), Value::Object(more)) = (&mut event, more) {
        event.extend(more);
    }
    event
}
