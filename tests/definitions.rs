//! The documents in tool-docs/ against `egnyte-api.json`, a table of what Egnyte's API is.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "in the helpers of a test, a panic is a failure"
)]

#[path = "definitions/documents.rs"]
mod documents;
#[path = "definitions/table.rs"]
mod table;

use std::collections::BTreeSet;

use documents::{METHODS, Method};
use serde_json::Value;
use table::{ALLOWED, Entry, KEPT_BACK, TABLE};

/// A header of every request whose content AI reads, whatever the entry says.
const SAFEGUARDS: &str = "x-egnyte-ai-safeguards-enabled";

fn methods_of(entry: &Entry) -> impl Iterator<Item = &'static Method> {
    METHODS.iter().filter(|method| entry.is(method))
}

fn entries_of(method: &Method) -> Vec<&'static Entry> {
    TABLE.iter().filter(|entry| entry.is(method)).collect()
}

fn none<I: AsRef<str>>(faults: &[I]) {
    let faults: Vec<&str> = faults.iter().map(AsRef::as_ref).collect();
    assert!(faults.is_empty(), "\n{}\n", faults.join("\n"));
}

// What is defined

#[test]
fn the_table_is_of_the_whole_api() {
    let requests: BTreeSet<&str> = TABLE.iter().map(|entry| entry.request.as_str()).collect();
    let names: BTreeSet<String> = TABLE.iter().map(Entry::name).collect();
    let resources: BTreeSet<&str> = TABLE.iter().map(|entry| entry.resource.as_str()).collect();
    assert_eq!((requests.len(), names.len(), resources.len()), (195, 200, 34));
}

#[test]
fn every_endpoint_of_egnytes_is_defined() {
    let missing: Vec<String> = TABLE
        .iter()
        .filter(|entry| methods_of(entry).next().is_none())
        .map(|entry| format!("{} ({}) has no definition", entry.name(), entry.request))
        .collect();
    none(&missing);
}

#[test]
fn every_definition_is_an_endpoint_of_egnytes() {
    let invented: Vec<String> = METHODS
        .iter()
        .filter(|method| entries_of(method).is_empty())
        .map(|method| format!("{}: the API has no {}", method.name, method.request))
        .collect();
    none(&invented);
}

#[test]
fn definitions_state_what_reads_and_which_scope_it_takes() {
    let mut faults = Vec::new();
    for entry in TABLE.iter() {
        for method in methods_of(entry) {
            if method.reads() != entry.read_only {
                faults.push(format!("{}: read_only is {}", method.name, entry.read_only));
            }
            if method.scope != entry.scope {
                faults.push(format!("{}: {:?}, not {:?}", method.name, entry.scope, method.scope));
            }
        }
    }
    none(&faults);
}

#[test]
fn definitions_encode_the_body_as_egnyte_takes_it() {
    let mut faults = Vec::new();
    for entry in TABLE.iter() {
        let encodings: &[Option<&str>] = match entry.content_type.as_deref() {
            None => &[None],
            Some("application/json") if entry.body.contains_key("(body)") => &[Some("value")],
            Some("application/json") => &[Some("json")],
            Some("application/x-www-form-urlencoded") => &[Some("form")],
            Some(_) => &[Some("text"), Some("upload")],
        };
        for method in methods_of(entry) {
            let upload = method.text("transfer").filter(|way| *way == "upload");
            let encoding = method.text("body").or(upload);
            if !encodings.contains(&encoding) {
                faults.push(format!("{}: body is {encodings:?}, not {encoding:?}", method.name));
            }
        }
    }
    none(&faults);
}

/// Our styles for each of the table's.
fn styles(style: &str) -> &'static [&'static str] {
    match style {
        "scim_start_index" => &["scim_start_index"],
        "offset_count" | "offset_limit" | "offset_has_more" | "count_only" => &["offset"],
        "event_id_cursor" => &["event_id"],
        "next_cursor" => &["cursor"],
        "page_size" => &["page"],
        "next_previous" => &["link"],
        "bare_array" | "none" => &["whole"],
        other => panic!("the style {other} is new"),
    }
}

/// What is wrong with how an endpoint is paged by the methods it has.
fn paging_fault(entry: &Entry) -> Option<String> {
    let paged: Vec<&Method> =
        methods_of(entry).filter(|method| method.definition.get("paging").is_some()).collect();
    let known = entry.paging.as_ref();
    let must_page = known.is_some_and(|paging| paging.style != "none");
    if must_page && paged.is_empty() {
        return Some("has pages, but no method with `paging`".to_owned());
    }
    for method in paged {
        let style = method.paging("style").and_then(Value::as_str).unwrap_or_default();
        let allowed = styles(known.map_or("none", |paging| paging.style.as_str()));
        if !allowed.contains(&style) {
            return Some(format!("{}: the style is one of {allowed:?}, not {style}", method.name));
        }
        let Some(known) = known else { continue };
        if known.items.as_ref() != method.paging("items") {
            return Some(format!("{}: the items are in {:?}", method.name, known.items));
        }
        let max = method.paging("max").and_then(Value::as_u64);
        if known.max.is_some() && style != "whole" && max > known.max {
            return Some(format!("{}: a page has {:?} items at most", method.name, known.max));
        }
    }
    None
}

#[test]
fn lists_are_paged_as_egnyte_pages_them() {
    let mut faults = Vec::new();
    for entry in TABLE.iter().filter(|entry| methods_of(entry).next().is_some()) {
        let name = entry.name();
        match (paging_fault(entry), ALLOWED.paging.contains_key(&name)) {
            (Some(fault), false) => faults.push(format!("{name} {fault}")),
            (None, true) => faults.push(format!("{name} is paged as it should be: stale")),
            _ => {}
        }
    }
    let unknown =
        ALLOWED.paging.keys().filter(|name| TABLE.iter().all(|entry| entry.name() != **name));
    faults.extend(unknown.map(|name| format!("{name} is no endpoint")));
    none(&faults);
}

// What is documented

/// The values an argument can have on the wire, when it names them.
fn wire_values(property: &Value) -> Option<Vec<String>> {
    if let Some(map) = property.get("x-egnyte-values").and_then(Value::as_object) {
        return Some(map.values().filter_map(Value::as_str).map(str::to_owned).collect());
    }
    let places = [Some(property), property.get("items"), property.get("additionalProperties")];
    let values = places.into_iter().flatten().find_map(|place| place.get("enum"))?.as_array()?;
    Some(
        values
            .iter()
            .map(|value| value.as_str().map_or_else(|| value.to_string(), str::to_owned))
            .collect(),
    )
}

fn argument_faults(method: &Method, entries: &[&Entry], place: &str) -> Vec<String> {
    let mut faults = Vec::new();
    let find = |wire: &str| {
        let same =
            |known: &str| known == wire || place == "headers" && known.eq_ignore_ascii_case(wire);
        let mut parameters = entries.iter().flat_map(|entry| entry.parameters(place));
        parameters.find(|(known, _)| same(known)).map(|(_, parameter)| parameter)
    };
    let arguments = method.arguments(place);
    // With `value` and `text` the one property is the body itself and has no name.
    let is_whole_body = place == "body" && matches!(method.text("body"), Some("value" | "text"));
    if is_whole_body {
        if arguments.len() != 1 {
            faults.push(format!("{}: the body is one argument", method.name));
        }
        return faults;
    }
    for (wire, property, _) in &arguments {
        let Some(parameter) = find(wire) else {
            faults.push(format!("{}: Egnyte knows no {place} parameter `{wire}`", method.name));
            continue;
        };
        if parameter.values.is_empty() {
            continue;
        }
        let fits = wire_values(property).is_some_and(|values| {
            !values.is_empty() && values.iter().all(|value| parameter.values.contains(value))
        });
        if !fits {
            faults.push(format!("{}: `{wire}` is one of {:?}", method.name, parameter.values));
        }
    }
    for (name, parameter) in entries.iter().flat_map(|entry| entry.parameters(place)) {
        let is_given = method.fixed(place, name).is_some()
            || method.paged(place).contains(&name.as_str())
            || method.text("transfer") == Some("upload")
            || arguments
                .iter()
                .any(|(wire, _, required)| wire.eq_ignore_ascii_case(name) && *required);
        if parameter.required && !is_given {
            faults.push(format!("{}: Egnyte requires the {place} parameter `{name}`", method.name));
        }
    }
    for (name, _) in method
        .definition
        .get("fixed")
        .and_then(|fixed| fixed.get(place))
        .and_then(Value::as_object)
        .into_iter()
        .flatten()
    {
        if find(name).is_none() && !name.eq_ignore_ascii_case(SAFEGUARDS) {
            faults
                .push(format!("{}: Egnyte knows no fixed {place} parameter `{name}`", method.name));
        }
    }
    faults
}

#[test]
fn documented_arguments_are_parameters_that_egnyte_knows() {
    let mut faults = Vec::new();
    for method in METHODS.iter().filter(|method| method.doc.is_some()) {
        let entries = entries_of(method);
        for place in ["query", "body", "headers"] {
            faults.extend(argument_faults(method, &entries, place));
        }
    }
    none(&faults);
}

#[test]
fn what_is_well_known_and_not_deprecated_is_documented_or_has_a_reason_not_to_be() {
    let mut faults = Vec::new();
    for entry in TABLE.iter().filter(|entry| methods_of(entry).next().is_some()) {
        let name = entry.name();
        let is_documented = methods_of(entry).any(|method| method.doc.is_some());
        let is_allowed = ALLOWED.undocumented.contains_key(&name);
        if entry.is_wanted() && !is_documented && !is_allowed {
            faults.push(format!("{name} ({}) has no tool doc and no reason", entry.request));
        }
        if is_allowed && (is_documented || !entry.is_wanted()) {
            faults.push(format!("{name} needs no reason: stale"));
        }
    }
    let names: BTreeSet<String> = TABLE.iter().map(Entry::name).collect();
    let unknown = ALLOWED.undocumented.keys().filter(|name| !names.contains(*name));
    faults.extend(unknown.map(|name| format!("{name} is no endpoint")));
    let empty =
        ALLOWED.undocumented.iter().chain(&ALLOWED.paging).filter(|(_, why)| why.len() < 10);
    faults.extend(empty.map(|(name, _)| format!("{name} has no reason")));
    none(&faults);
}

#[test]
fn what_is_kept_back_stays_without_a_tool() {
    let documented: Vec<&str> = TABLE
        .iter()
        .filter(|entry| KEPT_BACK.contains(&entry.resource.as_str()))
        .flat_map(methods_of)
        .filter(|method| method.doc.is_some())
        .map(|method| method.name.as_str())
        .collect();
    none(&documented);
}
