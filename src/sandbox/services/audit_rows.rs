//! Owns the rows of audit reports, made of what the domain holds at that moment. A domain that has
//! none of a thing (quality documents, say) reports nothing about it.

use serde_json::{Value, json};

use super::super::World;
use super::super::seed::ADMINISTRATOR;
use super::super::user::User;
use super::audit_types::Report;
use super::fields::{Record, items, text};
use super::workflow::Workflow;
use super::{known, moments};

/// The administrator's login: whatever was seeded, that was the one who did it.
const BY: &str = "isolberg";

/// Folder, user, group, level.
const PERMISSIONS: &[(&str, Option<&str>, Option<&str>, &str)] = &[
    ("/Shared", None, Some("All Power Users"), "Viewer"),
    ("/Shared/Finance", None, Some("Finance Operations"), "Full"),
    ("/Shared/Finance", None, Some("Finance Leads"), "Editor"),
    ("/Shared/Finance", None, Some("External Auditors"), "Viewer Only"),
    ("/Shared/Finance", Some("anwosu"), None, "Owner"),
    ("/Shared/Legal/Contracts", None, Some("Legal"), "Full"),
    ("/Shared/Legal/Contracts", None, Some("Merger Data Room"), "Viewer"),
    ("/Shared/Marketing", None, Some("Marketing Team"), "Full"),
    ("/Shared/Marketing", None, Some("All Power Users"), "Viewer"),
];

/// The rows that a request asks for, oldest first.
pub(super) fn rows(report: &Report, request: &Record, world: &World) -> Vec<Vec<Value>> {
    let moment = |name: &str| text(request, name);
    let from = moment("date_start").and_then(moments::parse);
    let to = moment("date_end").and_then(moments::end);
    let in_time = |row: &[Value]| {
        let date = row.first().and_then(Value::as_str).and_then(moments::parse);
        date.is_some_and(|date| {
            from.is_none_or(|from| date >= from) && to.is_none_or(|to| date <= to)
        })
    };
    let mut rows = all(report.segment, world);
    rows.retain(|row| in_time(row) && is_wanted(report, request, row));
    rows.sort_by(|left, right| {
        let date = |row: &[Value]| row.first().and_then(Value::as_str).map(str::to_owned);
        date(left).cmp(&date(right))
    });
    rows
}

fn is_wanted(report: &Report, request: &Record, row: &[Value]) -> bool {
    let value = |column: &str| {
        let place = report.columns.iter().position(|known| *known == column)?;
        row.get(place)?.as_str()
    };
    let listed = |list: &str, column: &str| {
        let mut wanted = items(request, list).filter_map(Value::as_str).peekable();
        wanted.peek().is_none()
            || value(column).is_some_and(|value| wanted.any(|one| one.eq_ignore_ascii_case(value)))
    };
    let path = value("path").unwrap_or_default();
    let mut folders = items(request, "folders").filter_map(Value::as_str).peekable();
    let inside = |folder: &str| {
        let rest = path.strip_prefix(folder.trim_end_matches('/'));
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    };
    report.narrows.iter().all(|(list, column)| listed(list, column))
        && (folders.peek().is_none() || folders.any(inside))
        && text(request, "file").is_none_or(|pattern| fits(pattern, path))
}

/// Whether a path, or its last part, is what a pattern with a star at its end says.
fn fits(pattern: &str, path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    match pattern.strip_suffix('*') {
        Some(start) => path.starts_with(start) || name.starts_with(start),
        None => path == pattern || name == pattern,
    }
}

fn all(segment: &str, world: &World) -> Vec<Vec<Value>> {
    let opened = moments::show(moments::seeded(-86_400 * 60));
    let services = &world.services;
    match segment {
        "logins" => world.directory.users().filter_map(login).collect(),
        "files" => known::FILES
            .iter()
            .flat_map(|file| {
                ["upload", "preview"].map(|action| {
                    vec![file.uploaded.into(), file.by.into(), file.path.into(), action.into()]
                })
            })
            .collect(),
        "permissions" => PERMISSIONS
            .iter()
            .map(|(path, user, group, level)| {
                vec![json!(opened), BY.into(), json!(path), json!(user), json!(group), json!(level)]
            })
            .collect(),
        "users" => world.directory.users().flat_map(changes).collect(),
        "groups" => world
            .directory
            .groups()
            .map(|group| vec![json!(opened), BY.into(), "CREATE".into(), json!(group.display_name)])
            .collect(),
        "workgroup-settings" => [("password_policy", "strong"), ("two_step_login", "required")]
            .iter()
            .map(|(setting, value)| vec![json!(opened), BY.into(), json!(setting), json!(value)])
            .collect(),
        "workflows" => services
            .workflows
            .iter()
            .flat_map(|(_, workflow)| workflow_rows(workflow, world))
            .collect(),
        "workflow-templates" => {
            vec![vec![json!(opened), BY.into(), "CREATE".into(), "Contract approval".into()]]
        }
        "upload-requests" => services
            .uploads
            .iter()
            .map(|(_, request)| {
                let by = request.get("createdBy").and_then(Value::as_u64);
                let date = request.get("createdOn").cloned().unwrap_or_default();
                let name = request.get("name").cloned().unwrap_or_default();
                vec![date, login_of(world, by.unwrap_or(ADMINISTRATOR)), "CREATE".into(), name]
            })
            .collect(),
        _ => Vec::new(),
    }
}

fn login(user: &User) -> Option<Vec<Value>> {
    let event = if user.locked { "account_lockouts" } else { "logins" };
    let point = if user.id.is_multiple_of(3) { "Mobile" } else { "Web" };
    let date = moments::show(user.last_active?);
    Some(vec![date.into(), json!(user.user_name), event.into(), point.into()])
}

fn changes(user: &User) -> Vec<Vec<Value>> {
    let row = |date, action: &str| {
        vec![moments::show(date).into(), BY.into(), action.into(), json!(user.user_name)]
    };
    let mut rows = vec![row(user.created, "CREATE")];
    if user.modified != user.created {
        rows.push(row(user.modified, if user.active { "UPDATE" } else { "DISABLE" }));
    }
    rows
}

fn workflow_rows(workflow: &Workflow, world: &World) -> Vec<Vec<Value>> {
    let path = known::file(&workflow.group_id).map(|file| file.path);
    let row = |date, action: &str| {
        vec![
            moments::show(date).into(),
            login_of(world, workflow.creator),
            json!(path),
            action.into(),
            json!(workflow.kind),
            json!(workflow.name),
        ]
    };
    let mut rows = vec![row(workflow.created, "CREATED")];
    rows.extend(workflow.ended.map(|ended| row(ended, workflow.status())));
    rows
}

fn login_of(world: &World, id: u64) -> Value {
    json!(world.directory.user(id).map(|user| &user.user_name))
}
