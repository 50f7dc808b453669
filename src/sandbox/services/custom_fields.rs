//! Owns the definitions of the projects' custom fields, and whether a value fits one.
//! It must never change a project, save for taking away the values of a field that goes.

use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::Response;
use axum::routing::{get, patch};
use axum::{Json, Router};
use serde_json::{Map, Value, json};

use super::super::Sandbox;
use super::fields::Kind::{self, OneOf, Text, Whole};
use super::fields::{Field, Flaw, NUMBER, Record, TEXT, TEXTS, check, json, text};
use super::fields::{items, optional, required};
use super::refusal::{Refused, Shape};
use super::{done, moments, projects};

/// The definitions, by the field's name, oldest first.
pub(super) type CustomFields = Record;

const ERRORS: Shape = Shape::InputErrors;
/// The most fields of a domain.
const MAX_FIELDS: usize = 100;
const TYPES: &[&str] =
    &["string", "integer", "decimal", "date", "enum", "labels", "multi_value_enum"];

const NEW: &[Field] = &[
    required("displayName", Text(40)),
    required("type", OneOf(TYPES)),
    required("helpText", Text(200)),
    optional("data", TEXTS),
    optional("priority", Whole(0, 65_535)),
];
const CHANGE: &[Field] = &[
    optional("displayName", Text(40)),
    optional("helpText", Text(200)),
    optional("priority", Whole(0, 65_535)),
    optional("data", TEXTS),
];

pub(super) fn seeded() -> CustomFields {
    let mut known = CustomFields::new();
    for (name, shown, kind, help, data) in [
        ("site-code", "Site code", "string", "The code of the building site.", json!([])),
        ("phase", "Phase", "enum", "How far it is.", json!(["design", "build", "handover"])),
        ("trades", "Trades", "labels", "Who works there.", json!(["concrete", "glass"])),
        ("floors", "Floors", "integer", "How many floors it will have.", json!([])),
    ] {
        let made = moments::seeded(-86_400).as_millisecond();
        let definition = json!({
            "name": name, "displayName": shown, "type": kind, "data": data, "helpText": help,
            "priority": known.len() + 1, "createdAt": made, "updatedAt": made,
        });
        known.insert(name.to_owned(), definition);
    }
    known
}

pub(super) fn state(known: &CustomFields) -> Value {
    Value::Object(known.clone())
}

pub(super) fn routes() -> Router<Sandbox> {
    let all = "/pubapi/v1/properties/project-tag/custom-fields";
    Router::new()
        .route(all, get(list).post(create))
        .route(&format!("{all}/{{name}}"), patch(update).delete(delete))
        .route(&format!("{all}/{{name}}/data"), patch(delete_values))
}

/// Whether `values` may be set on a project.
pub(super) fn fit(known: &CustomFields, values: &Record) -> Result<(), Flaw> {
    for (name, value) in values {
        let at = format!("customFieldsWithValues.{name}");
        let Some(definition) = known.get(name).and_then(Value::as_object) else {
            return Err(Flaw::new(at, "is no custom field of this domain"));
        };
        let allowed = |value: &Value| items(definition, "data").any(|known| known == value);
        match text(definition, "type").unwrap_or_default() {
            "integer" => check(&at, &NUMBER, value)?,
            "decimal" if !value.is_number() => return Err(Flaw::new(at, "must be a number")),
            "decimal" => {}
            "date" if value.is_u64() => {}
            "date" => check(&at, &Kind::Moment, value)?,
            "enum" if !allowed(value) => {
                return Err(Flaw::new(at, "is none of the field's values"));
            }
            "labels" => check(&at, &TEXTS, value)?,
            "multi_value_enum" => {
                check(&at, &TEXTS, value)?;
                if !value.as_array().is_some_and(|values| values.iter().all(allowed)) {
                    return Err(Flaw::new(at, "must hold values of the field only"));
                }
            }
            _ => check(&at, &TEXT, value)?,
        }
    }
    Ok(())
}

async fn list(State(sandbox): State<Sandbox>) -> Json<Value> {
    Json(json!({ "keys": sandbox.world().services.custom_fields }))
}

async fn create(
    State(sandbox): State<Sandbox>,
    headers: HeaderMap,
    bytes: Bytes,
) -> Result<Response, Refused> {
    let mut field = ERRORS.body(&headers, &bytes, NEW)?;
    let kind = text(&field, "type").unwrap_or_default();
    let has_data = items(&field, "data").next().is_some();
    match kind {
        "enum" | "multi_value_enum" if !has_data => {
            return Err(ERRORS.invalid("data", "is required for this type"));
        }
        "string" | "integer" | "decimal" | "date" if field.contains_key("data") => {
            return Err(ERRORS.invalid("data", "is not allowed for this type"));
        }
        _ => {}
    }
    let name = text(&field, "displayName").unwrap_or_default().to_lowercase().replace(' ', "-");
    let known = &mut sandbox.world().services.custom_fields;
    if known.contains_key(&name) {
        return Err(ERRORS.invalid("displayName", "is taken by another field"));
    }
    if known.len() >= MAX_FIELDS {
        return Err(ERRORS.invalid("displayName", "There are too many custom fields."));
    }
    let now = jiff::Timestamp::now().as_millisecond();
    field.insert("name".to_owned(), name.clone().into());
    field.entry("data").or_insert_with(|| json!([]));
    field.entry("priority").or_insert_with(|| (known.len() + 1).into());
    field.insert("createdAt".to_owned(), now.into());
    field.insert("updatedAt".to_owned(), now.into());
    known.insert(name, field.into());
    Ok(done())
}

async fn update(
    State(sandbox): State<Sandbox>,
    Path(name): Path<String>,
    headers: HeaderMap,
    bytes: Bytes,
) -> Result<Response, Refused> {
    let mut change = ERRORS.body(&headers, &bytes, CHANGE)?;
    let mut world = sandbox.world();
    let field = find(&mut world.services.custom_fields, &name)?;
    if let Some(Value::Array(given)) = change.remove("data") {
        // Labels grow, an enumeration is replaced.
        let mut values = match text(field, "type").unwrap_or_default() {
            "labels" | "multi_value_enum" => items(field, "data").cloned().collect(),
            "enum" => Vec::new(),
            _ => return Err(ERRORS.invalid("data", "is not allowed for this type")),
        };
        for value in given {
            if !values.contains(&value) {
                values.push(value);
            }
        }
        field.insert("data".to_owned(), values.into());
    }
    field.extend(change);
    field.insert("updatedAt".to_owned(), jiff::Timestamp::now().as_millisecond().into());
    Ok(done())
}

async fn delete(
    State(sandbox): State<Sandbox>,
    Path(name): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Refused> {
    let mut world = sandbox.world();
    let services = &mut world.services;
    find(&mut services.custom_fields, &name)?;
    if projects::uses(&services.projects, &name, None) && !forced(&headers) {
        return Err(ERRORS.conflict(format!("The field {name} is in use.")));
    }
    projects::forget(&mut services.projects, &name, None);
    services.custom_fields.shift_remove(&name);
    Ok(done())
}

async fn delete_values(
    State(sandbox): State<Sandbox>,
    Path(name): Path<String>,
    headers: HeaderMap,
    bytes: Bytes,
) -> Result<Response, Refused> {
    let body = ERRORS.checked(json(&headers, &bytes))?;
    ERRORS.checked(check("values", &TEXTS, &body))?;
    let gone = body.as_array().cloned().unwrap_or_default();
    let mut world = sandbox.world();
    let services = &mut world.services;
    let field = find(&mut services.custom_fields, &name)?;
    let mut values: Vec<Value> = items(field, "data").cloned().collect();
    if let Some(unknown) = gone.iter().find(|value| !values.contains(value)) {
        return Err(ERRORS.invalid("values", format!("{unknown} is no value of the field")));
    }
    if projects::uses(&services.projects, &name, Some(&gone)) && !forced(&headers) {
        return Err(ERRORS.conflict(format!("A value of the field {name} is in use.")));
    }
    values.retain(|value| !gone.contains(value));
    field.insert("data".to_owned(), values.into());
    projects::forget(&mut services.projects, &name, Some(&gone));
    Ok(done())
}

fn find<'a>(
    known: &'a mut CustomFields,
    name: &str,
) -> Result<&'a mut Map<String, Value>, Refused> {
    known
        .get_mut(name)
        .and_then(Value::as_object_mut)
        .ok_or_else(|| ERRORS.missing("custom field", name))
}

/// Whether the request says that it does not mind what is in use.
fn forced(headers: &HeaderMap) -> bool {
    headers.get("x-egnyte-force-delete").is_some_and(|value| value == "Yes")
}
