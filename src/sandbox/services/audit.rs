//! Owns the audit report jobs: asking, waiting, reading, deleting. A job is done at the second look
//! at it. It must never keep rows: a report is made of the domain when it is read.

use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::header::{CONTENT_TYPE, HOST, LOCATION};
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde_json::{Value, json};

use super::super::Sandbox;
use super::super::errors::unknown_route;
use super::audit_rows::rows;
use super::audit_types::{COMMON, Report, report};
use super::fields::{Field, NUMBER, Record, body, items, number, optional, text};
use super::refusal::{Refused, Shape};
use super::shelf::{Shelf, uuid};
use super::{done, moments, pages};

/// The jobs, by id; a report has the id of its job.
pub(super) type Jobs = Shelf<Job>;

/// One report that was asked for.
pub(super) struct Job {
    report: &'static Report,
    request: Record,
    looks: u64,
}

impl Job {
    fn is_done(&self) -> bool {
        self.looks > 1
    }
}

/// How audit services shape their errors.
pub(super) const ERRORS: Shape = Shape::Errors;
const USUAL_COUNT: u64 = 100;
const MAX_COUNT: u64 = 1_000;

const PAGE: &[Field] = &[optional("offset", NUMBER), optional("count", NUMBER)];

/// Three reports that are done, and one that is not.
pub(super) fn seeded() -> Jobs {
    let mut jobs = Shelf::new(|n| uuid("f6", n));
    for (segment, format, looks) in [
        ("logins", "json", 2),
        ("files", "json", 2),
        ("permissions", "csv", 2),
        ("users", "json", 0),
    ] {
        let request = json!({
            "format": format, "date_start": "2016-01-01", "date_end": "2026-06-30",
        });
        if let (Some(report), Value::Object(request)) = (report(segment), request) {
            jobs.add(Job { report, request, looks });
        }
    }
    jobs
}

pub(super) fn state(jobs: &Jobs) -> Value {
    let show = |(id, job): (&str, &Job)| {
        json!({
            "id": id, "type": job.report.segment, "request": job.request, "done": job.is_done(),
        })
    };
    jobs.iter().map(show).collect()
}

pub(super) fn routes() -> Router<Sandbox> {
    Router::new()
        .route("/pubapi/v1/audit/{type}", post(create))
        .route("/pubapi/v1/audit/jobs/{id}", get(look))
        .route("/pubapi/v1/audit/{type}/{id}", get(read).delete(delete))
}

async fn create(
    State(sandbox): State<Sandbox>,
    Path(segment): Path<String>,
    headers: HeaderMap,
    bytes: Bytes,
) -> Result<Response, Refused> {
    let Some(report) = report(&segment) else {
        return Ok(unknown_route().await);
    };
    let request = ERRORS.checked(body(&headers, &bytes, &[COMMON, report.own]))?;
    let moment = |name: &str| text(&request, name);
    let start = moment("date_start").and_then(moments::parse);
    if start > moment("date_end").and_then(moments::end) {
        return Err(ERRORS.invalid("date_end", "must not be before date_start"));
    }
    let has_folders = items(&request, "folders").next().is_some();
    if segment == "files" && !has_folders && !request.contains_key("file") {
        return Err(ERRORS.invalid("folders", "is required unless there is a file"));
    }
    let id = sandbox.world().services.audit.add(Job { report, request, looks: 0 });
    Ok((StatusCode::ACCEPTED, Json(json!({ "id": id }))).into_response())
}

/// 200 while the job runs, 303 when its report is at `Location`.
async fn look(
    State(sandbox): State<Sandbox>,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Refused> {
    let mut world = sandbox.world();
    let job = world.services.audit.get_mut(&id).ok_or_else(|| ERRORS.missing("job", &id))?;
    job.looks += 1;
    if !job.is_done() {
        return Ok(Json(json!({ "status": "running" })).into_response());
    }
    let host = headers.get(HOST).and_then(|host| host.to_str().ok()).unwrap_or("localhost");
    let report = format!("http://{host}/pubapi/v1/audit/{}/{id}", job.report.segment);
    Ok((StatusCode::SEE_OTHER, [(LOCATION, report)]).into_response())
}

async fn read(
    State(sandbox): State<Sandbox>,
    Path((segment, id)): Path<(String, String)>,
    uri: Uri,
) -> Result<Response, Refused> {
    let query = ERRORS.query(&uri, PAGE)?;
    let world = sandbox.world();
    let job = finished(&world.services.audit, &segment, &id)?;
    let rows = rows(job.report, &job.request, &world);
    let columns = job.report.columns;
    if text(&job.request, "format") == Some("csv") {
        let table = csv(columns, &rows);
        return Ok(([(CONTENT_TYPE, "text/csv; charset=UTF-8")], table).into_response());
    }
    let total = rows.len();
    let events: Vec<Value> = pages::cut(rows, &query, "count", USUAL_COUNT, MAX_COUNT)
        .into_iter()
        .map(|row| {
            let names = columns.iter().map(|column| (*column).to_owned());
            Value::Object(names.zip(row).collect())
        })
        .collect();
    Ok(Json(json!({
        "offset": number(&query, "offset").unwrap_or_default(),
        "count": events.len(),
        "total_count": total,
        "events": events,
    }))
    .into_response())
}

async fn delete(
    State(sandbox): State<Sandbox>,
    Path((segment, id)): Path<(String, String)>,
) -> Result<Response, Refused> {
    let jobs = &mut sandbox.world().services.audit;
    finished(jobs, &segment, &id)?;
    jobs.remove(&id);
    Ok(done())
}

fn finished<'a>(jobs: &'a Jobs, segment: &str, id: &str) -> Result<&'a Job, Refused> {
    jobs.get(id)
        .filter(|job| job.report.segment == segment && job.is_done())
        .ok_or_else(|| ERRORS.missing("report", id))
}

/// A table as RFC 4180 has it.
fn csv(columns: &[&str], rows: &[Vec<Value>]) -> String {
    let cell = |value: &Value| match value {
        Value::Null => String::new(),
        Value::String(text) if text.contains(['"', ',', '\r', '\n']) => {
            format!("\"{}\"", text.replace('"', "\"\""))
        }
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    let lines = rows.iter().map(|row| row.iter().map(cell).collect::<Vec<_>>().join(","));
    let mut table: String =
        std::iter::once(columns.join(",")).chain(lines).collect::<Vec<_>>().join("\r\n");
    table.push_str("\r\n");
    table
}
