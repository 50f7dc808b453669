//! Audit reports and the audit stream.

use serde_json::{Value, json};

use crate::domain::{Answer, Domain};

const REPORTS: [&str; 14] = [
    "logins",
    "files",
    "permissions",
    "users",
    "groups",
    "workgroup-settings",
    "workflows",
    "workflow-templates",
    "quality-docs",
    "quality-docs-categories",
    "quality-docs-courses",
    "etmf",
    "snapshot-restore",
    "upload-requests",
];
const STREAM: &str = "/pubapi/v2/audit/stream";

/// The body of a report request over all the years, with what some kinds need.
fn request(kind: &str, format: &str) -> Value {
    let mut body =
        json!({ "format": format, "date_start": "2015-01-01", "date_end": "2026-12-31" });
    match kind {
        "logins" => body["events"] = json!(["logins"]),
        "files" => body["folders"] = json!(["/Shared"]),
        _ => {}
    }
    body
}

/// Asks for a report and waits until it is there: its path.
async fn finished(domain: &Domain, kind: &str, body: Value) -> String {
    let accepted = domain.send("POST", &format!("/pubapi/v1/audit/{kind}"), body).await;
    assert_eq!(accepted.status, 202, "{kind}: {}", accepted.text);
    let id = accepted.json()["id"].as_str().unwrap().to_owned();
    let job = format!("/pubapi/v1/audit/jobs/{id}");
    let report = format!("/pubapi/v1/audit/{kind}/{id}");

    let first = domain.get(&job).await;
    assert_eq!((first.status.as_u16(), first.json()), (200, json!({ "status": "running" })));
    assert_eq!(domain.get(&report).await.status, 404, "{kind} is not done yet");
    let second = domain.get(&job).await;
    assert_eq!(second.status, 303);
    let location = second.header("location").unwrap();
    assert_eq!(location, format!("{}{report}", domain.base));
    report
}

/// Asserts a refusal in the shape of the audit services and returns its words.
#[track_caller]
fn refused(answer: &Answer, status: u16) -> String {
    assert_eq!(answer.status, status, "{}", answer.text);
    let error = &answer.json()["errors"][0];
    assert!(error["code"].is_string(), "{error}");
    error["msg"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn every_kind_of_report_is_a_job_that_is_done_at_the_second_look() {
    let domain = Domain::serve().await;
    for kind in REPORTS {
        let report = finished(&domain, kind, request(kind, "json")).await;
        let page = domain.get(&report).await.json();
        for key in ["events", "offset", "count", "total_count"] {
            assert!(!page[key].is_null(), "{kind}: {key}: {page}");
        }
        let other = if kind == "users" { "groups" } else { "users" };
        let elsewhere = report.replace(&format!("/{kind}/"), &format!("/{other}/"));
        refused(&domain.get(&elsewhere).await, 404);
    }
}

#[tokio::test]
async fn a_report_is_made_of_what_the_domain_holds() {
    let domain = Domain::serve().await;
    let body = json!({
        "format": "json", "date_start": "2015-12-22", "date_end": "2015-12-22",
        "subject": ["JMiller"], "action_type": ["CREATE"],
    });
    let report = finished(&domain, "users", body).await;
    let page = domain.get(&report).await.json();
    assert_eq!(page["total_count"], 1, "{page}");
    assert_eq!(page["events"][0]["subject"], "jmiller");

    let body = json!({
        "format": "json", "date_start": "2026-06-01", "date_end": "2026-06-30",
        "file": "board*", "transaction_type": ["preview"],
    });
    let report = finished(&domain, "files", body).await;
    let page = domain.get(&report).await.json();
    assert_eq!(page["events"][0]["path"], "/Shared/Finance/Reports/board-pack.pdf");
    assert_eq!(page["total_count"], 1);
}

#[tokio::test]
async fn json_reports_come_in_pages_that_join_without_gap_or_repetition() {
    let domain = Domain::serve().await;
    let report = finished(&domain, "groups", request("groups", "json")).await;
    let whole = domain.get(&format!("{report}?count=1000")).await.json();
    let total = whole["total_count"].as_u64().unwrap();
    assert!(total > 20);
    let mut seen = Vec::new();
    while (seen.len() as u64) < total {
        let page = domain.get(&format!("{report}?offset={}&count=7", seen.len())).await.json();
        assert_eq!(page["offset"], seen.len());
        let events = page["events"].as_array().unwrap();
        assert_eq!(page["count"], events.len());
        assert!(!events.is_empty() && events.len() <= 7);
        seen.extend(events.iter().cloned());
    }
    assert_eq!(json!(seen), whole["events"]);
}

#[tokio::test]
async fn a_csv_report_is_a_table_and_has_no_pages() {
    let domain = Domain::serve().await;
    let report = finished(&domain, "permissions", request("permissions", "csv")).await;
    let answer = domain.get(&format!("{report}?offset=1&count=1")).await;
    assert!(answer.header("content-type").unwrap().starts_with("text/csv"));
    let lines: Vec<&str> = answer.text.lines().collect();
    assert_eq!(lines[0], "date,assigner,path,assignee_user,assignee_group,permission");
    assert_eq!(lines.len(), 10);
    assert!(
        lines.iter().any(|line| line.ends_with("/Shared/Finance,,External Auditors,Viewer Only"))
    );
}

#[tokio::test]
async fn a_deleted_report_is_gone_with_its_job() {
    let domain = Domain::serve().await;
    let report = "/pubapi/v1/audit/logins/f6000000-0000-4000-8000-000000000001";
    assert_eq!(domain.get(report).await.status, 200);
    let answer = domain.delete(report).await;
    assert_eq!((answer.status.as_u16(), answer.text.as_str()), (200, ""));
    refused(&domain.get(report).await, 404);
    refused(&domain.delete(report).await, 404);
    let job = "/pubapi/v1/audit/jobs/f6000000-0000-4000-8000-000000000001";
    refused(&domain.get(job).await, 404);
}

#[tokio::test]
async fn a_report_request_with_a_fault_is_refused_by_name() {
    let domain = Domain::serve().await;
    let dates = json!({ "format": "json", "date_start": "2026-01-01", "date_end": "2026-02-01" });
    let with = |name: &str, value: Value| {
        let mut body = dates.clone();
        body[name] = value;
        body
    };
    for (kind, body, words) in [
        ("users", json!({}), "format: is required"),
        ("users", with("format", json!("xml")), "format: must be one of csv, json"),
        ("users", with("date_start", json!("01/02/2026")), "date_start"),
        ("users", with("date_end", json!("2025-12-31")), "date_end: must not be before"),
        ("users", with("action_type", json!(["FIRE"])), "action_type[0]: must be one of"),
        ("users", with("folders", json!(["/Shared"])), "folders: is not a known property"),
        ("logins", dates.clone(), "events: is required"),
        ("logins", with("events", json!([])), "events: must not be empty"),
        ("files", dates.clone(), "folders: is required unless there is a file"),
    ] {
        let answer = domain.send("POST", &format!("/pubapi/v1/audit/{kind}"), body).await;
        let said = refused(&answer, 400);
        assert!(said.starts_with(words), "{kind}: {said}");
    }
    let answer = domain.send("POST", "/pubapi/v1/audit/everything", dates).await;
    assert_eq!(answer.status, 404);
    assert!(answer.text.contains("<html>"));
}

#[tokio::test]
async fn following_the_cursor_reads_the_whole_stream_once() {
    let domain = Domain::serve().await;
    let mut page = domain.get(&format!("{STREAM}?startDate=2026-06-24")).await.json();
    let mut times = Vec::new();
    for calls in 1.. {
        let events = page["events"].as_array().unwrap();
        times.extend(events.iter().map(|event| event["date"].as_i64().unwrap()));
        if page["moreEvents"] == false {
            assert!(calls > 2, "more than one page");
            break;
        }
        assert!(!events.is_empty());
        let cursor = json!({ "nextCursor": page["nextCursor"] });
        page = domain.send("POST", STREAM, cursor).await.json();
    }
    assert!(times.len() > 150 && times.is_sorted_by(|left, right| left < right));

    // The last cursor goes on: nothing is new, and it can be asked again.
    let target = format!("{STREAM}?nextCursor={}", page["nextCursor"].as_str().unwrap());
    let page = domain.get(&target).await.json();
    assert_eq!((&page["events"], &page["moreEvents"]), (&json!([]), &json!(false)));
    assert!(page["nextCursor"].is_string());
}

#[tokio::test]
async fn a_stream_is_narrowed_by_repeated_types_and_the_cursor_remembers_them() {
    let domain = Domain::serve().await;
    let types = "auditType=LOGIN_AUDIT&auditType=FILE_AUDIT";
    let by_query = domain.get(&format!("{STREAM}?{types}")).await.json();
    let body = json!({ "auditType": ["LOGIN_AUDIT", "FILE_AUDIT"] });
    let by_body = domain.send("POST", STREAM, body).await.json();
    assert_eq!(by_query, by_body);
    let next = json!({ "nextCursor": by_query["nextCursor"] });
    let next = domain.send("POST", STREAM, next).await.json();
    for page in [by_query, next] {
        let mut kinds: Vec<&str> = page["events"]
            .as_array()
            .unwrap()
            .iter()
            .map(|event| event["auditSource"].as_str().unwrap())
            .collect();
        kinds.sort_unstable();
        kinds.dedup();
        assert_eq!(kinds, ["FILE_AUDIT", "LOGIN_AUDIT"]);
    }
}

#[tokio::test]
async fn a_stream_refuses_old_dates_bad_cursors_and_both_at_once() {
    let domain = Domain::serve().await;
    let page = domain.get(STREAM).await.json();
    let cursor = page["nextCursor"].as_str().unwrap();
    for (query, words) in [
        ("startDate=2026-06-01".to_owned(), "startDate: must be within the last 7 days"),
        ("nextCursor=nonsense".to_owned(), "nextCursor: is malformed or has expired"),
        ("nextCursor=ff".to_owned(), "nextCursor: is malformed or has expired"),
        (format!("nextCursor={cursor}&startDate=2026-06-29"), "nextCursor: excludes"),
        ("auditType=WEATHER_AUDIT".to_owned(), "auditType[0]: must be one of"),
        ("startDate=2026-06-29&endDate=2026-06-28".to_owned(), "endDate: must not be before"),
    ] {
        let said = refused(&domain.get(&format!("{STREAM}?{query}")).await, 400);
        assert!(said.starts_with(words), "{query}: {said}");
    }
}
