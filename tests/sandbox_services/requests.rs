//! What people outside are asked for: signatures, uploads, and the portal's workspaces.

use serde_json::{Value, json};

use crate::domain::{Answer, Domain};

const SIGN: &str = "/pubapi/v1/egnyte-sign";
const TEMPLATE: &str = "ab000000-0000-4000-8000-000000000001";
const UPLOADS: &str = "/pubapi/v1/upload-requests";
const PORTAL: &str = "/pubapi/v1/document-portal";
const CONTRACTS: &str = "a1000000-0000-4000-8000-000000000021";

/// The words of a refusal: of the signature service, else of the others.
#[track_caller]
fn refused(answer: &Answer, status: u16) -> String {
    assert_eq!(answer.status, status, "{}", answer.text);
    let body = answer.json();
    let words = body.get("error_description").unwrap_or(&body["message"]);
    words.as_str().unwrap().to_owned()
}

/// Asserts that each change of a good body is refused, naming the property.
async fn each_refused(domain: &Domain, target: &str, good: &Value, faults: &[(&str, Value)]) {
    for (name, value) in faults {
        let mut body = good.clone();
        body[*name] = value.clone();
        let said = refused(&domain.send("POST", target, body).await, 400);
        assert!(said.starts_with(name), "{name} {value}: {said}");
    }
}

#[tokio::test]
async fn signature_templates_are_listed_and_read() {
    let domain = Domain::serve().await;
    let all =
        domain.get(&format!("{SIGN}/templates?sort_by=name&sort_direction=DESC")).await.json();
    assert_eq!(
        (&all["count"], &all["results"][0]["name"]),
        (&json!(3), &json!("Supplier confidentiality"))
    );
    let old = domain.get(&format!("{SIGN}/templates?status=INACTIVE")).await.json();
    assert_eq!(old["count"], 1);
    let template = domain.get(&format!("{SIGN}/templates/{TEMPLATE}")).await.json();
    assert_eq!(template["target_location"], "/Shared/Legal/Contracts");
    assert!(template["template_participants"][0]["template_participant_id"].is_string());
    refused(&domain.get(&format!("{SIGN}/templates/x")).await, 404);
    refused(&domain.get(&format!("{SIGN}/templates?status=OLD")).await, 400);
}

#[tokio::test]
async fn a_signature_request_is_sent_and_cancelled_for_good() {
    let domain = Domain::serve().await;
    let template = domain.get(&format!("{SIGN}/templates/{TEMPLATE}")).await.json();
    let slot = &template["template_participants"][0]["template_participant_id"];
    let body = json!({
        "template_id": TEMPLATE, "signature_request_name": "Harbor Estates 2027",
        "recipients": [{ "template_participant_id": slot, "email": "legal@harborestates.example" }],
    });
    let target = format!("{SIGN}/signature-requests");
    let sent = domain.send("POST", &target, body.clone()).await;
    assert_eq!(sent.status, 200, "{}", sent.text);
    let agreement = sent.json()["results"][0].clone();
    assert_eq!(agreement["agreement_name"], "Harbor Estates 2027");
    assert_eq!(agreement["participants"][0]["email"], "legal@harborestates.example");

    let cancel = format!("{target}/{}/cancel", agreement["agreement_id"].as_str().unwrap());
    let cancelled = domain.send("POST", &cancel, json!({ "message": "A mistake." })).await;
    assert_eq!((cancelled.status.as_u16(), cancelled.text.as_str()), (200, ""));
    refused(&domain.send("POST", &cancel, json!({})).await, 400);
    let without_a_body = format!("{target}/ac000000-0000-4000-8000-000000000001/cancel");
    assert_eq!(domain.try_send("POST", &without_a_body, None).await.unwrap().status, 200);
    refused(&domain.send("POST", &format!("{target}/x/cancel"), json!({})).await, 404);
    let long = json!({ "message": "x".repeat(501) });
    let third = format!("{target}/ac000000-0000-4000-8000-000000000003/cancel");
    refused(&domain.send("POST", &third, long).await, 400);

    let inactive = json!("ab000000-0000-4000-8000-000000000003");
    let stranger = json!([{ "template_participant_id": "x", "email": "a@b.example" }]);
    let faults = [
        ("template_id", json!("x")),
        ("template_id", inactive),
        ("signature_request_name", json!("x".repeat(256))),
        ("recipients", stranger),
        ("recipients", json!([{ "template_participant_id": slot, "email": "nobody" }])),
        ("reminder", json!(true)),
    ];
    each_refused(&domain, &target, &body, &faults).await;
}

#[tokio::test]
async fn signature_requests_are_listed_for_the_sender_and_for_those_who_sign() {
    let domain = Domain::serve().await;
    let sent = format!("{SIGN}/signature-requests/sent-requests");
    let mine = format!("{SIGN}/signature-requests/my-requests");
    let first = domain.get(&format!("{sent}?limit=500")).await.json();
    assert_eq!((&first["count"], first["results"].as_array().unwrap().len()), (&json!(54), 50));
    let rest = domain.get(&format!("{sent}?offset=50")).await.json();
    assert_eq!(rest["results"].as_array().unwrap().len(), 4);
    assert_eq!(domain.get(&mine).await.json()["count"], 6);

    let query = "status=INPROGRESS&sort_by=createdAt&sort_direction=ASC&limit=10";
    let page = domain.get(&format!("{sent}?{query}")).await.json();
    let dates: Vec<&str> = page["results"]
        .as_array()
        .unwrap()
        .iter()
        .inspect(|request| assert_eq!(request["status"], "INPROGRESS"))
        .map(|request| request["created_at"].as_str().unwrap())
        .collect();
    assert!(dates.is_sorted() && dates.len() == 10);
    refused(&domain.get(&format!("{mine}?status=EXPIRED")).await, 400);
}

#[tokio::test]
async fn an_upload_request_names_people_a_folder_and_a_template() {
    let domain = Domain::serve().await;
    let templates = domain.get(&format!("{UPLOADS}/templates")).await.json();
    assert_eq!(templates[0]["templateId"], "ad000000-0000-4000-8000-000000000001");
    let body = json!({
        "name": "Insurance 2027", "dueDate": "2026-09-01T00:00:00Z", "folderId": CONTRACTS,
        "templateId": templates[0]["templateId"], "assigneeInstructions": "Please upload it.",
        "assignees": [{ "userId": 60_211 }, { "externalEmail": "office@cityhealth.example" }],
    });
    let made = domain.send("POST", UPLOADS, body.clone()).await;
    assert_eq!(made.status, 200, "{}", made.text);
    let kept = &domain.sandbox.state()["upload_requests"][0];
    assert_eq!(
        (&kept["id"], &kept["request"]["name"]),
        (&made.json()["id"], &json!("Insurance 2027"))
    );

    let faults = [
        ("dueDate", json!("soon")),
        ("folderId", json!("x")),
        ("templateId", json!("x")),
        ("assigneeInstructions", json!("")),
        ("assignees", json!([])),
        ("assignees", json!([{}])),
        ("assignees", json!([{ "userId": 1 }])),
        ("assignees", json!([{ "externalEmail": "nobody" }])),
        ("assignees", json!([{ "userId": 60_211, "externalEmail": "a@b.example" }])),
    ];
    each_refused(&domain, UPLOADS, &body, &faults).await;
}

#[tokio::test]
async fn a_workspace_stands_on_a_folder_or_is_made_in_one() {
    let domain = Domain::serve().await;
    let target = format!("{PORTAL}/workspaces");
    let before = domain.get(&target).await.json();
    assert_eq!(before["results"][0]["id"], "ae000000-0000-4000-8000-000000000001");
    let types = domain.get(&format!("{PORTAL}/settings")).await.json()["workspaceTypes"].clone();
    let body = json!({
        "name": "Suppliers", "status": "ACTIVE", "type": types[2],
        "workspaceFolderId": CONTRACTS, "variables": [{ "name": "owners", "value": [1001] }],
    });
    let made = domain.send("POST", &target, body.clone()).await;
    assert_eq!(made.status, 200, "{}", made.text);
    let after = domain.get(&target).await.json();
    assert_eq!(after["count"].as_u64().unwrap(), before["count"].as_u64().unwrap() + 1);
    let last = after["results"].as_array().unwrap().last().unwrap();
    assert_eq!(
        (&last["id"], &last["creator"]["username"]),
        (&made.json()["id"], &json!("isolberg"))
    );

    let faults = [
        ("status", json!("OPEN")),
        ("type", json!("Party")),
        ("workspaceFolderId", json!("x")),
        ("workspaceTemplateId", json!("x")),
        ("variables", json!([{ "name": "owners", "value": [1] }])),
    ];
    each_refused(&domain, &target, &body, &faults).await;
    let mut both = body.clone();
    both["workspaceParentFolderId"] = json!(CONTRACTS);
    refused(&domain.send("POST", &target, both).await, 400);
    let mut neither = body;
    neither.as_object_mut().unwrap().remove("workspaceFolderId");
    refused(&domain.send("POST", &target, neither).await, 400);
}
