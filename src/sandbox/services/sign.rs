//! Owns signature templates and signature requests. It never writes to anybody, and nobody signs.

use axum::body::Bytes;
use axum::extract::{Extension, Path, State};
use axum::http::{HeaderMap, Uri};
use axum::response::Response;
use axum::routing::{get, post};
use axum::{Json, Router};
use jiff::Timestamp;
use serde_json::{Value, json};

use super::super::Sandbox;
use super::super::directory::Directory;
use super::super::seed::ADMINISTRATOR;
use super::super::tokens::Caller;
use super::fields::Kind::{Each, OneOf, Shape as Of, Text, Whole};
use super::fields::{Field, NUMBER, Record, TEXT, items, optional, required, text};
use super::refusal::{Refused, Shape};
use super::shelf::{Shelf, uuid};
use super::{done, moments, pages};

/// The signature requests, by agreement id.
pub(super) type Agreements = Shelf<Agreement>;

/// One signature request.
pub(super) struct Agreement {
    name: String,
    template: &'static Template,
    /// Who sent it.
    sender: u64,
    /// Addresses of those who sign.
    signers: Vec<String>,
    status: &'static str,
    created: Timestamp,
    /// Why it was cancelled.
    message: Option<String>,
}

/// A template: one role slot for somebody chosen with each request, and one signer of ours.
struct Template {
    id: &'static str,
    name: &'static str,
    active: bool,
    folder: &'static str,
    file: &'static str,
    slot: &'static str,
    fixed: &'static str,
}

const ERRORS: Shape = Shape::Description;
const MAX_LIMIT: u64 = 50;

const TEMPLATES: &[Template] = &[
    Template {
        id: "ab000000-0000-4000-8000-000000000001",
        name: "Master agreement",
        active: true,
        folder: "/Shared/Legal/Contracts",
        file: "master-agreement.docx",
        slot: "ab000000-0000-4000-8000-000000000101",
        fixed: "owen.gallagher@company.com",
    },
    Template {
        id: "ab000000-0000-4000-8000-000000000002",
        name: "Supplier confidentiality",
        active: true,
        folder: "/Shared/Legal/Contracts",
        file: "confidentiality.docx",
        slot: "ab000000-0000-4000-8000-000000000102",
        fixed: "owen.gallagher@company.com",
    },
    Template {
        id: "ab000000-0000-4000-8000-000000000003",
        name: "Offer letter of 2019",
        active: false,
        folder: "/Shared/Archive/2019",
        file: "offer-letter.docx",
        slot: "ab000000-0000-4000-8000-000000000103",
        fixed: "leilani.kealoha@company.com",
    },
];

const DIRECTIONS: &[&str] = &["ASC", "DESC"];
const TEMPLATE_QUERY: &[Field] = &[
    optional("status", OneOf(&["ACTIVE", "INACTIVE"])),
    optional("sort_by", OneOf(&["name", "created_at"])),
    optional("sort_direction", OneOf(DIRECTIONS)),
];
const SENT: &[Field] = &[
    optional(
        "status",
        OneOf(&["INPROGRESS", "DECLINED", "COMPLETED", "CANCELLED", "EXPIRED", "FAILED"]),
    ),
    optional("sort_by", OneOf(&["name", "dueDate", "createdAt"])),
    optional("sort_direction", OneOf(DIRECTIONS)),
    optional("limit", Whole(1, u64::MAX)),
    optional("offset", NUMBER),
];
const MINE: &[Field] = &[
    optional("status", OneOf(&["INPROGRESS", "DECLINED", "COMPLETED", "CANCELLED"])),
    optional("sort_by", OneOf(&["name", "dueDate", "createdAt"])),
    optional("sort_direction", OneOf(DIRECTIONS)),
    optional("limit", Whole(1, u64::MAX)),
    optional("offset", NUMBER),
];
const RECIPIENT: &[Field] = &[required("template_participant_id", TEXT), required("email", TEXT)];
const NEW: &[Field] = &[
    required("template_id", TEXT),
    required("signature_request_name", Text(255)),
    optional("email_message", TEXT),
    optional("recipients", Each(&Of(RECIPIENT))),
];
const CANCEL: &[Field] = &[optional("message", Text(500))];

/// Sixty requests, so that there is more than one page.
pub(super) fn seeded() -> Agreements {
    let mut agreements = Shelf::new(|n| uuid("ac", n));
    let statuses = ["INPROGRESS", "COMPLETED", "INPROGRESS", "DECLINED", "COMPLETED", "EXPIRED"];
    let customers = ["legal@harborestates.example", "office@cityhealth.example"];
    for ((n, status), customer) in
        (0..60).zip(statuses.iter().cycle()).zip(customers.iter().cycle())
    {
        // Every tenth comes from a colleague and is for the administrator to sign.
        let (sender, signer) = if n % 10 == 9 {
            (2163, "ingrid.solberg@company.com")
        } else {
            (ADMINISTRATOR, *customer)
        };
        for template in TEMPLATES.iter().take(1) {
            agreements.add(Agreement {
                name: format!("Master agreement {}", 2026 - n),
                template,
                sender,
                signers: vec![signer.to_owned(), template.fixed.to_owned()],
                status,
                created: moments::seeded(-86_400 * (n + 1)),
                message: None,
            });
        }
    }
    agreements
}

pub(super) fn state(agreements: &Agreements) -> Value {
    agreements
        .iter()
        .map(|(id, agreement)| {
            let mut shown = detail(id, agreement);
            if let Some(shown) = shown.as_object_mut() {
                shown.insert("sender".to_owned(), agreement.sender.into());
                shown.insert("message".to_owned(), agreement.message.clone().into());
            }
            shown
        })
        .collect()
}

pub(super) fn routes() -> Router<Sandbox> {
    let requests = "/pubapi/v1/egnyte-sign/signature-requests";
    Router::new()
        .route("/pubapi/v1/egnyte-sign/templates", get(list_templates))
        .route("/pubapi/v1/egnyte-sign/templates/{id}", get(get_template))
        .route(requests, post(create))
        .route(&format!("{requests}/sent-requests"), get(list_sent))
        .route(&format!("{requests}/my-requests"), get(list_mine))
        .route(&format!("{requests}/{{id}}/cancel"), post(cancel))
}

async fn list_templates(uri: Uri) -> Result<Json<Value>, Refused> {
    let query = ERRORS.query(&uri, TEMPLATE_QUERY)?;
    let status = text(&query, "status");
    let shown = TEMPLATES.iter().filter(|template| status.is_none_or(|s| s == template.status()));
    let mut results: Vec<Value> = shown
        .map(|template| {
            json!({
                "template_id": template.id,
                "name": template.name,
                "description": format!("Sends {} for signature.", template.file),
                "status": template.status(),
                "created_by": ADMINISTRATOR,
                "full_name": "Ingrid Solberg",
                "created_at": moments::show(moments::seeded(-86_400 * 200)),
                "template_documents": [template.document()],
            })
        })
        .collect();
    order(&mut results, &query);
    Ok(Json(json!({ "count": results.len(), "results": results })))
}

async fn get_template(Path(id): Path<String>) -> Result<Json<Value>, Refused> {
    let template = template(&id).ok_or_else(|| ERRORS.missing("signature template", &id))?;
    Ok(Json(json!({
        "template_id": template.id,
        "name": template.name,
        "description": format!("Sends {} for signature.", template.file),
        "status": template.status(),
        "target_location": template.folder,
        "is_ordered_signing": true,
        "email_message": "Please sign.",
        "expiration_days": 30,
        "signer_allowed_to_reassign": false,
        "reminder_details": { "enabled": true, "days": 7 },
        "template_participants": [
            { "template_participant_id": template.slot, "type": "ROLE", "role": "Counterparty" },
            { "type": "USER", "email": template.fixed },
        ],
        "template_documents": [template.document()],
    })))
}

async fn create(
    State(sandbox): State<Sandbox>,
    Extension(caller): Extension<Caller>,
    headers: HeaderMap,
    bytes: Bytes,
) -> Result<Json<Value>, Refused> {
    let body = ERRORS.body(&headers, &bytes, NEW)?;
    let template = text(&body, "template_id")
        .and_then(template)
        .filter(|template| template.active)
        .ok_or_else(|| ERRORS.invalid("template_id", "is no active signature template"))?;
    let mut signers = Vec::new();
    for recipient in items(&body, "recipients").filter_map(Value::as_object) {
        if text(recipient, "template_participant_id") != Some(template.slot) {
            return Err(ERRORS.invalid("recipients", "names a participant the template has not"));
        }
        match text(recipient, "email").filter(|email| email.contains('@')) {
            Some(email) => signers.push(email.to_owned()),
            None => return Err(ERRORS.invalid("recipients", "needs a valid email")),
        }
    }
    signers.push(template.fixed.to_owned());
    let agreement = Agreement {
        name: text(&body, "signature_request_name").unwrap_or_default().to_owned(),
        template,
        sender: caller.user_id,
        signers,
        status: "INPROGRESS",
        created: Timestamp::now(),
        message: None,
    };
    let mut world = sandbox.world();
    let agreements = &mut world.services.sign;
    let id = agreements.add(agreement);
    let results: Vec<Value> =
        agreements.get(&id).map(|made| detail(&id, made)).into_iter().collect();
    Ok(Json(json!({ "results": results })))
}

async fn list_sent(
    State(sandbox): State<Sandbox>,
    Extension(caller): Extension<Caller>,
    uri: Uri,
) -> Result<Json<Value>, Refused> {
    let query = ERRORS.query(&uri, SENT)?;
    let world = sandbox.world();
    let sent = |agreement: &Agreement| agreement.sender == caller.user_id;
    Ok(Json(list(&world.services.sign, &query, sent)))
}

async fn list_mine(
    State(sandbox): State<Sandbox>,
    Extension(caller): Extension<Caller>,
    uri: Uri,
) -> Result<Json<Value>, Refused> {
    let query = ERRORS.query(&uri, MINE)?;
    let world = sandbox.world();
    let email = address(&world.directory, caller.user_id);
    let mine = |agreement: &Agreement| agreement.signers.contains(&email);
    Ok(Json(list(&world.services.sign, &query, mine)))
}

/// The body is a message or nothing at all.
async fn cancel(
    State(sandbox): State<Sandbox>,
    Path(id): Path<String>,
    headers: HeaderMap,
    bytes: Bytes,
) -> Result<Response, Refused> {
    let body =
        if bytes.is_empty() { Record::new() } else { ERRORS.body(&headers, &bytes, CANCEL)? };
    let mut world = sandbox.world();
    let agreement = world.services.sign.get_mut(&id);
    let agreement = agreement.ok_or_else(|| ERRORS.missing("signature request", &id))?;
    if agreement.status != "INPROGRESS" {
        let text = format!("The request is {} and cannot be cancelled.", agreement.status);
        return Err(ERRORS.invalid("", text));
    }
    agreement.status = "CANCELLED";
    agreement.message = text(&body, "message").map(str::to_owned);
    Ok(done())
}

/// One page of the requests that `wanted` lets through. `count` counts all of them.
fn list(agreements: &Agreements, query: &Record, wanted: impl Fn(&Agreement) -> bool) -> Value {
    let status = text(query, "status");
    let mut results: Vec<Value> = agreements
        .iter()
        .filter(|(_, agreement)| wanted(agreement))
        .filter(|(_, agreement)| status.is_none_or(|status| status == agreement.status))
        .map(|(id, agreement)| {
            json!({
                "agreement_id": id,
                "signature_request_name": agreement.name,
                "status": agreement.status,
                "created_at": moments::show(agreement.created),
            })
        })
        .collect();
    order(&mut results, query);
    let count = results.len();
    let results = pages::cut(results, query, "limit", MAX_LIMIT, MAX_LIMIT);
    json!({ "count": count, "results": results })
}

fn order(results: &mut [Value], query: &Record) {
    let requests = results.iter().any(|item| item.get("agreement_id").is_some());
    let property = match text(query, "sort_by") {
        Some("name") if requests => Some("signature_request_name"),
        // Every request is due the same time after its making.
        Some("dueDate" | "createdAt") => Some("created_at"),
        other => other,
    };
    pages::sort(results, property, text(query, "sort_direction") == Some("DESC"));
}

fn detail(id: &str, agreement: &Agreement) -> Value {
    let participants: Vec<Value> = agreement
        .signers
        .iter()
        .map(|email| json!({ "email": email, "status": agreement.status }))
        .collect();
    json!({
        "agreement_id": id,
        "agreement_name": agreement.name,
        "target_location": agreement.template.folder,
        "status": agreement.status,
        "participants": participants,
        "documents": [agreement.template.document()],
    })
}

impl Template {
    fn status(&self) -> &'static str {
        if self.active { "ACTIVE" } else { "INACTIVE" }
    }

    fn document(&self) -> Value {
        json!({ "name": self.file })
    }
}

fn template(id: &str) -> Option<&'static Template> {
    TEMPLATES.iter().find(|template| template.id == id)
}

fn address(directory: &Directory, id: u64) -> String {
    directory.user(id).map(|user| user.email.clone()).unwrap_or_default()
}
