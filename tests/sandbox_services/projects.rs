//! Project folders and their custom fields.

use egnyte_mcp::sandbox::Sandbox;
use reqwest::Method;
use serde_json::{Value, json};

use crate::domain::{Answer, Domain};

const V2: &str = "/pubapi/v2/project-folders";
const V1: &str = "/pubapi/v1/project-folders";
const HARBOR: &str = "a7000000-0000-4000-8000-000000000001";
const FIELDS: &str = "/pubapi/v1/properties/project-tag/custom-fields";
const FINANCE: &str = "a1000000-0000-4000-8000-000000000010";

#[track_caller]
fn refused(answer: &Answer, status: u16) -> String {
    assert_eq!(answer.status, status, "{}", answer.text);
    answer.json()["error_description"].as_str().unwrap().to_owned()
}

/// A request that says it does not mind what is in use.
async fn forced(domain: &Domain, method: Method, target: &str, body: Option<Value>) -> u16 {
    let request = domain.client.request(method, format!("{}{target}", domain.base));
    let mut request = request.bearer_auth(Sandbox::ACCESS_TOKEN);
    request = request.header("X-Egnyte-Force-Delete", "Yes");
    if let Some(body) = body {
        request = request.json(&body);
    }
    request.send().await.unwrap().status().as_u16()
}

#[tokio::test]
async fn projects_come_in_pages_counted_from_one_and_once_as_a_bare_array() {
    let domain = Domain::serve().await;
    let all = domain.get(V1).await.json();
    let mut seen = Vec::new();
    loop {
        let page = domain.get(&format!("{V2}?startIndex={}&count=3", seen.len() + 1)).await.json();
        assert_eq!(page["totalResults"], all.as_array().unwrap().len());
        let resources = page["resources"].as_array().unwrap();
        assert_eq!(page["itemsPerPage"], resources.len());
        if resources.is_empty() {
            break;
        }
        seen.extend(resources.iter().cloned());
    }
    assert_eq!(json!(seen), all);
    refused(&domain.get(&format!("{V2}?startIndex=0")).await, 400);
}

#[tokio::test]
async fn a_project_is_found_by_its_root_folder() {
    let domain = Domain::serve().await;
    let project = domain.get(&format!("{V2}/{HARBOR}")).await.json();
    assert_eq!(project["name"], "Harbor Tower");
    assert_eq!(domain.get(&format!("{V1}/{HARBOR}")).await.json(), project);
    let search = async |id: &str| {
        let body = json!({ "rootFolderId": id });
        domain.send("POST", &format!("{V2}/search"), body).await.json()
    };
    assert_eq!(search("a1000000-0000-4000-8000-000000000041").await, json!([project]));
    assert_eq!(search(FINANCE).await, json!([]));
    refused(&domain.send("POST", &format!("{V2}/search"), json!({})).await, 400);
}

#[tokio::test]
async fn a_folder_becomes_a_project_and_a_folder_again() {
    let domain = Domain::serve().await;
    let body = json!({ "rootFolderId": FINANCE, "name": "Audit", "status": "pending" });
    let made = domain.send("POST", V1, body.clone()).await;
    assert_eq!(made.status, 201, "{}", made.text);
    let target = format!("{V2}/{}", made.json()["id"].as_str().unwrap());
    assert_eq!(domain.get(&target).await.json(), made.json());
    let twice = refused(&domain.send("POST", V1, body).await, 400);
    assert_eq!(twice, "rootFolderId: is a project already");
    let deleted = domain.delete(&target).await;
    assert_eq!((deleted.status.as_u16(), deleted.text.as_str()), (200, ""));
    refused(&domain.get(&target).await, 404);
    refused(&domain.delete(&target).await, 404);

    let nowhere = json!({ "rootFolderId": "x", "name": "Audit", "status": "pending" });
    refused(&domain.send("POST", V1, nowhere).await, 400);
    refused(&domain.send("POST", V1, json!({ "name": "Audit" })).await, 400);
}

#[tokio::test]
async fn a_project_made_from_a_template_answers_with_its_groups() {
    let domain = Domain::serve().await;
    let body = json!({
        "parentFolderId": "a1000000-0000-4000-8000-000000000040",
        "templateFolderId": "a1000000-0000-4000-8000-000000000041",
        "folderName": "West Pier", "name": "West Pier", "status": "pending",
        "projectId": "WP-008", "startDate": "2026-09-01T00:00:00Z",
        "location": { "city": "Porto" }, "customFieldsWithValues": { "phase": "design" },
    });
    let made = domain.send("POST", V2, body.clone()).await;
    assert_eq!(made.status, 201, "{}", made.text);
    let group = &made.json()["groupsCreated"][0];
    assert_eq!(domain.group_id(group["name"].as_str().unwrap()).await, group["id"]);
    let all = domain.get(V1).await.json();
    let project = all.as_array().unwrap().last().unwrap();
    assert_eq!((&project["name"], &project["projectId"]), (&json!("West Pier"), &json!("WP-008")));
    assert_eq!(project["location"]["city"], "Porto");

    for (name, value) in [
        ("folderName", json!("")),
        ("templateFolderId", json!("x")),
        ("startDate", json!("soon")),
        ("location", json!({ "planet": "Mars" })),
        ("customFieldsWithValues", json!({ "phase": "party" })),
        ("customFieldsWithValues", json!({ "colour": "red" })),
        ("customFieldsWithValues", json!({ "floors": "many" })),
    ] {
        let mut faulty = body.clone();
        faulty[name] = value;
        let said = refused(&domain.send("POST", V2, faulty).await, 400);
        assert!(said.starts_with(name), "{said}");
    }
}

#[tokio::test]
async fn an_update_merges_custom_fields_and_then_deletes_some() {
    let domain = Domain::serve().await;
    let target = format!("{V2}/{HARBOR}");
    let body = json!({
        "status": "completed",
        "customFieldsWithValues": { "floors": 12, "trades": ["glass"] },
        "deleteCustomFields": ["phase"],
    });
    let project = domain.send("PATCH", &target, body).await.json();
    assert_eq!(project["status"], "completed");
    let values = json!({ "site-code": "HT-001", "floors": 12, "trades": ["glass"] });
    assert_eq!(project["customFieldsWithValues"], values);
    assert_eq!(project["name"], "Harbor Tower", "what is left out stays");
    assert_eq!(domain.get(&target).await.json(), project);
    refused(&domain.send("PATCH", &format!("{V2}/x"), json!({})).await, 404);
}

#[tokio::test]
async fn a_clean_up_runs_once_at_a_time_and_takes_users_away() {
    let domain = Domain::serve().await;
    let target = format!("{V1}/{HARBOR}/cleanup");
    let body =
        json!({ "deleteLinks": true, "usersToDelete": [60_211], "usersToDisable": [60_212] });
    let accepted = domain.send("POST", &target, body).await;
    assert_eq!((accepted.status.as_u16(), accepted.text.as_str()), (202, ""));
    assert_eq!(domain.get("/pubapi/v2/users/60211").await.status, 404);
    assert_eq!(domain.get("/pubapi/v2/users/60212").await.json()["active"], false);
    let only_links = json!({ "deleteLinks": true });
    refused(&domain.send("POST", &target, only_links.clone()).await, 409);
    assert_eq!(domain.send("POST", &target, only_links).await.status, 202);

    refused(
        &domain.send("POST", &format!("{V1}/x/cleanup"), json!({ "deleteLinks": true })).await,
        404,
    );
    let other = format!("{V1}/a7000000-0000-4000-8000-000000000002/cleanup");
    refused(&domain.send("POST", &other, json!({})).await, 400);
    let unknown = json!({ "deleteLinks": false, "usersToDelete": [60_211] });
    refused(&domain.send("POST", &other, unknown).await, 400);
}

#[tokio::test]
async fn custom_fields_are_a_map_by_a_name_made_of_the_display_name() {
    let domain = Domain::serve().await;
    let body = json!({
        "displayName": "Risk Class", "type": "enum", "helpText": "How bad it can get.",
        "data": ["low", "high"],
    });
    let made = domain.send("POST", FIELDS, body).await;
    assert_eq!((made.status.as_u16(), made.text.as_str()), (200, ""));
    let keys = &domain.get(FIELDS).await.json()["keys"];
    assert_eq!(keys["risk-class"]["data"], json!(["low", "high"]));
    assert_eq!(keys["site-code"]["type"], "string");

    let risk = format!("{FIELDS}/risk-class");
    domain.send("PATCH", &risk, json!({ "data": ["none"], "helpText": "Now." })).await;
    domain.send("PATCH", &format!("{FIELDS}/trades"), json!({ "data": ["steel", "glass"] })).await;
    let keys = &domain.get(FIELDS).await.json()["keys"];
    assert_eq!(keys["risk-class"]["data"], json!(["none"]), "an enumeration is replaced");
    assert_eq!(keys["risk-class"]["helpText"], "Now.");
    assert_eq!(keys["trades"]["data"], json!(["concrete", "glass", "steel"]), "labels grow");

    assert_eq!(domain.delete(&risk).await.status, 200);
    assert_eq!(domain.delete(&risk).await.status, 404);
    assert_eq!(domain.send("PATCH", &risk, json!({})).await.status, 404);
}

#[tokio::test]
async fn a_field_in_use_goes_only_by_force() {
    let domain = Domain::serve().await;
    let (code, values) = (format!("{FIELDS}/site-code"), format!("{FIELDS}/phase/data"));
    assert_eq!(domain.delete(&code).await.status, 409);
    assert_eq!(domain.send("PATCH", &values, json!(["build"])).await.status, 409);
    assert_eq!(domain.send("PATCH", &values, json!(["handover"])).await.status, 200, "not in use");
    assert_eq!(forced(&domain, Method::DELETE, &code, None).await, 200);
    assert_eq!(forced(&domain, Method::PATCH, &values, Some(json!(["build"]))).await, 200);
    let project = domain.get(&format!("{V2}/{HARBOR}")).await.json();
    assert_eq!(project["customFieldsWithValues"], json!({}));
    let keys = &domain.get(FIELDS).await.json()["keys"];
    assert_eq!(keys["phase"]["data"], json!(["design"]));
}

#[tokio::test]
async fn a_field_with_a_fault_is_refused_at_the_property() {
    let domain = Domain::serve().await;
    let good = json!({ "displayName": "New", "type": "string", "helpText": "Help." });
    for (name, value) in [
        ("displayName", json!("x".repeat(41))),
        ("displayName", json!("Site Code")),
        ("type", json!("number")),
        ("helpText", json!("x".repeat(201))),
        ("data", json!(["not for texts"])),
        ("priority", json!(65_536)),
    ] {
        let mut body = good.clone();
        body[name] = value;
        let answer = domain.send("POST", FIELDS, body).await;
        assert_eq!(answer.status, 400, "{name}: {}", answer.text);
        let flaw = &answer.json()["inputErrors"][name][0];
        assert!(flaw["msg"].is_string() && flaw["code"].is_string(), "{}", answer.text);
    }
    let without = json!({ "displayName": "New", "type": "enum", "helpText": "Help." });
    let answer = domain.send("POST", FIELDS, without).await;
    assert!(answer.json()["inputErrors"]["data"].is_array(), "{}", answer.text);
    let answer = domain.send("PATCH", &format!("{FIELDS}/phase/data"), json!({})).await;
    assert_eq!(answer.status, 400, "the body is an array");
}
