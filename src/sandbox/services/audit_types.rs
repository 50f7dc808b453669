//! Owns the table of audit reports: what each may be asked for, its columns, and which property
//! narrows which column. It must never make a row.

use super::fields::Kind::{Each, Flag, Moment, OneOf, Shape as Of};
use super::fields::{Field, TEXT, TEXTS, optional, required};

/// One kind of report.
pub(super) struct Report {
    /// As in the path.
    pub(super) segment: &'static str,
    /// What it may be asked for, beside [`COMMON`].
    pub(super) own: &'static [Field],
    /// The names of a row's values; the first is the date.
    pub(super) columns: &'static [&'static str],
    /// Lists in the request, and the column that has to be in each.
    pub(super) narrows: &'static [(&'static str, &'static str)],
}

/// What every report may be asked for.
pub(super) const COMMON: &[Field] = &[
    required("format", OneOf(&["csv", "json"])),
    required("date_start", Moment),
    required("date_end", Moment),
    optional("suppress_emails", Flag),
];

const LOGIN_EVENTS: &[&str] =
    &["logins", "logouts", "account_lockouts", "password_resets", "failed_attempts"];
const USER_ACTIONS: &[&str] =
    &["CREATE", "UPDATE", "DISABLE", "ENABLE", "DELETE", "PASSWORD_RESET", "PASSWORD_CHANGE"];
const GROUP_ACTIONS: &[&str] = &["CREATE", "ADD_USERS", "REMOVE_USERS", "RENAME", "DELETE"];
const CATEGORY: &[Field] = &[required("id", TEXT), optional("subcategoryIds", TEXTS)];
const BY_USER: (&str, &str) = ("users", "username");

/// All kinds of reports.
pub(super) const REPORTS: &[Report] = &[
    Report {
        segment: "logins",
        own: &[
            required("events", Each(&OneOf(LOGIN_EVENTS))),
            optional("access_points", TEXTS),
            optional("users", TEXTS),
        ],
        columns: &["date", "username", "event", "access_point"],
        narrows: &[BY_USER, ("events", "event"), ("access_points", "access_point")],
    },
    Report {
        segment: "files",
        own: &[
            optional("folders", TEXTS),
            optional("file", TEXT),
            optional("users", TEXTS),
            optional("transaction_type", TEXTS),
        ],
        columns: &["date", "username", "path", "transaction_type"],
        narrows: &[BY_USER, ("transaction_type", "transaction_type")],
    },
    Report {
        segment: "permissions",
        own: &[
            optional("folders", TEXTS),
            optional("assigners", TEXTS),
            optional("assignee_users", TEXTS),
            optional("assignee_groups", TEXTS),
        ],
        columns: &["date", "assigner", "path", "assignee_user", "assignee_group", "permission"],
        narrows: &[
            ("assigners", "assigner"),
            ("assignee_users", "assignee_user"),
            ("assignee_groups", "assignee_group"),
        ],
    },
    Report {
        segment: "users",
        own: &[
            optional("action_type", Each(&OneOf(USER_ACTIONS))),
            optional("performed_by", TEXTS),
            optional("include_system_actions", Flag),
            optional("subject", TEXTS),
        ],
        columns: &["date", "performed_by", "action_type", "subject"],
        narrows: &[
            ("action_type", "action_type"),
            ("performed_by", "performed_by"),
            ("subject", "subject"),
        ],
    },
    Report {
        segment: "groups",
        own: &[
            optional("action_type", Each(&OneOf(GROUP_ACTIONS))),
            optional("users", TEXTS),
            optional("include_system_actions", Flag),
            optional("groups", TEXTS),
        ],
        columns: &["date", "username", "action_type", "group"],
        narrows: &[BY_USER, ("action_type", "action_type"), ("groups", "group")],
    },
    Report {
        segment: "workgroup-settings",
        own: &[optional("users", TEXTS)],
        columns: &["date", "username", "setting", "value"],
        narrows: &[BY_USER],
    },
    Report {
        segment: "workflows",
        own: &[
            optional("users", TEXTS),
            optional("file", TEXT),
            optional("workflow_actions", TEXTS),
            optional("workflow_types", TEXTS),
        ],
        columns: &["date", "username", "path", "action", "workflow_type", "workflow"],
        narrows: &[BY_USER, ("workflow_actions", "action"), ("workflow_types", "workflow_type")],
    },
    Report {
        segment: "workflow-templates",
        own: &[optional("users", TEXTS), optional("workflow_template_actions", TEXTS)],
        columns: &["date", "username", "action", "template"],
        narrows: &[BY_USER, ("workflow_template_actions", "action")],
    },
    Report {
        segment: "quality-docs",
        own: &[
            optional("users", TEXTS),
            optional("quality_document_id", TEXT),
            optional("quality_docs_categories", Each(&Of(CATEGORY))),
            optional("quality_docs_actions", TEXTS),
            optional("quality_docs_statuses", TEXTS),
        ],
        columns: &["date", "username", "action", "document"],
        narrows: &[],
    },
    Report {
        segment: "quality-docs-categories",
        own: &[
            optional("users", TEXTS),
            optional("quality_docs_categories", Each(&Of(CATEGORY))),
            optional("quality_docs_categories_actions", TEXTS),
        ],
        columns: &["date", "username", "action", "category"],
        narrows: &[],
    },
    Report {
        segment: "quality-docs-courses",
        own: &[
            optional("users", TEXTS),
            optional("quality_docs_courses_ids", TEXTS),
            optional("quality_docs_courses_actions", TEXTS),
            optional("quality_docs_courses_parameters", TEXTS),
        ],
        columns: &["date", "username", "action", "course"],
        narrows: &[],
    },
    Report {
        segment: "etmf",
        own: &[
            optional("users", TEXTS),
            optional("etmf_actions", TEXTS),
            optional("etmf_study_ids", TEXTS),
            optional("etmf_artifact_number", TEXT),
        ],
        columns: &["date", "username", "action", "study"],
        narrows: &[],
    },
    Report {
        segment: "snapshot-restore",
        own: &[optional("users", TEXTS), optional("include_system_actions", Flag)],
        columns: &["date", "username", "action", "path"],
        narrows: &[BY_USER],
    },
    Report {
        segment: "upload-requests",
        own: &[optional("users", TEXTS), optional("upload_requests_actions", TEXTS)],
        columns: &["date", "username", "action", "upload_request"],
        narrows: &[BY_USER, ("upload_requests_actions", "action")],
    },
];

/// The kind with this name in the path.
pub(super) fn report(segment: &str) -> Option<&'static Report> {
    REPORTS.iter().find(|report| report.segment == segment)
}
