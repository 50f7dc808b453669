//! Search in its four forms, and the metadata it can ask for.

use serde_json::{Value, json};

use crate::domain::{Answer, Domain};

const V1: &str = "/pubapi/v1/search";
const V2: &str = "/pubapi/v2/search";
const HYBRID: &str = "/pubapi/v1/hybrid-search";
const NAMESPACES: &str = "/pubapi/v1/properties/namespace";
const AGREEMENT: &str =
    "/pubapi/v1/fs/ids/file/b2000000-0000-4000-8000-000000000004/properties/contracts";

fn names(answer: &Answer) -> Vec<String> {
    assert_eq!(answer.status, 200, "{}", answer.text);
    let results = answer.json()["results"].clone();
    let results = results.as_array().unwrap();
    results.iter().map(|it| it["name"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn words_are_found_in_names_texts_and_comments() {
    let domain = Domain::serve().await;
    for (query, first) in [
        ("query=crane", "q3-summary.md"),
        ("query=pr%C3%BCfer", "site-notes.txt"),
        ("query=slide", "board-pack.pdf"),
        ("query=%22harbour+business%22", "q3-summary.md"),
        ("query=quarterly", "Reports"),
        ("query=agreem*", "master-agreement.docx"),
    ] {
        assert_eq!(names(&domain.get(&format!("{V1}?{query}")).await)[0], first, "{query}");
    }
    let none = domain.get(&format!("{V1}?query=slide&file_query_fields=CONTENT")).await;
    assert_eq!(names(&none), [""; 0]);
    let both = domain.get(&format!("{V1}?query=crane+banana&query_operator=ALL")).await;
    assert_eq!(names(&both), [""; 0]);
}

#[tokio::test]
async fn the_first_version_pages_by_offset_and_tells_iso_times() {
    let domain = Domain::serve().await;
    let page =
        domain.get(&format!("{V1}?query=unpaid&folder=/Shared/Finance/Invoices%202026")).await;
    let page = page.json();
    assert_eq!(
        (&page["total_count"], &page["count"], &page["offset"]),
        (&json!(16), &json!(16), &json!(0))
    );
    let rest = domain.get(&format!("{V1}?query=invoice&offset=120&count=20")).await.json();
    assert_eq!((&rest["total_count"], &rest["offset"]), (&json!(130), &json!(120)));
    let hit = &page["results"][0];
    assert!(hit["last_modified"].as_str().unwrap().ends_with('Z'));
    assert_eq!((&hit["snippet"], &hit["is_folder"]), (&json!("Status: unpaid"), &json!(false)));
    assert_eq!(hit["uploaded_by"], "Noor Haddad");
    for query in
        ["query=ab", "query=abc&count=21", "query=abc&type=file", "query=abc&sort_by=colour", ""]
    {
        assert_eq!(domain.get(&format!("{V1}?{query}")).await.status, 400, "{query}");
    }
    let folders = domain.get(&format!("{V1}?query=reports&type=FOLDER")).await;
    assert_eq!(names(&folders), ["Reports"]);
    let later =
        domain.get(&format!("{V1}?query=invoice&modified_after=2030-01-01T00:00:00Z")).await;
    assert_eq!(names(&later), [""; 0]);
}

#[tokio::test]
async fn the_offset_of_the_second_version_is_the_start_of_the_next_page() {
    let domain = Domain::serve().await;
    let ask = async |offset: u64| {
        let body = json!({ "query": "unpaid", "count": 12, "offset": offset, "folder": "/Shared/Finance/Invoices 2026" });
        domain.send("POST", V2, body).await.json()
    };
    let first = ask(0).await;
    assert_eq!(
        (&first["offset"], &first["hasMore"], &first["total_count"]),
        (&json!(12), &json!(true), &json!(16))
    );
    assert!(first["results"][0]["last_modified"].is_i64());
    let second = ask(12).await;
    assert_eq!(
        (&second["offset"], &second["hasMore"], &second["count"]),
        (&json!(16), &json!(false), &json!(4))
    );
    for body in [
        json!({}),
        json!({ "query": "ab" }),
        json!({ "query": "abc", "count": 21 }),
        json!({ "query": "abc", "modified_after": "2026-01-01" }),
    ] {
        assert_eq!(domain.send("POST", V2, body.clone()).await.status, 400, "{body}");
    }
}

#[tokio::test]
async fn values_are_found_by_key_text_and_comparison() {
    let domain = Domain::serve().await;
    let key = json!({ "has_key": [{ "namespace": "contracts", "key": "status" }], "type": "FILE" });
    let mut found = names(&domain.send("POST", V1, key).await);
    found.sort();
    assert_eq!(found, ["master-agreement.docx", "nda-template.md"]);
    let text = json!({ "key_with_value": [{ "namespace": "contracts", "key": "counterparty", "value": "pixel" }] });
    assert_eq!(names(&domain.send("POST", V1, text).await), ["master-agreement.docx"]);
    assert_eq!(domain.send("POST", V1, json!({})).await.status, 400);
    let condition = |key: &str, operator: &str, more: Value| {
        let mut it = json!({ "namespace": "contracts", "key": key, "operator": operator });
        it.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        json!({ "custom_metadata": [it] })
    };
    for (body, expected) in [
        (condition("status", "EQUALS", json!({ "value": "draft" })), "nda-template.md"),
        (condition("value", "GREATER_THAN", json!({ "value": 1000 })), "master-agreement.docx"),
        (
            condition("value", "BETWEEN", json!({ "range": { "start": 1, "end": 240_000 } })),
            "master-agreement.docx",
        ),
        (condition("status", "IN", json!({ "values": ["draft"] })), "nda-template.md"),
        (
            condition("counterparty", "CONTAINS", json!({ "value": "bright" })),
            "master-agreement.docx",
        ),
    ] {
        assert_eq!(names(&domain.send("POST", V2, body.clone()).await), [expected], "{body}");
    }
}

#[tokio::test]
async fn hybrid_search_answers_pieces_of_texts_and_refuses_what_it_does_not_know() {
    let domain = Domain::serve().await;
    let answer =
        domain.send("POST", HYBRID, json!({ "query": "harbour business", "limit": 5 })).await;
    let first = answer.json()["results"][0].clone();
    assert_eq!(first["filename"], "q3-summary.md");
    assert_eq!(first["entryId"], "c3000000-0000-4000-8000-000000000001");
    assert!(first["chunks"][0]["chunkText"].as_str().unwrap().contains("harbour"));
    let excluded =
        json!({ "query": "harbour business", "excludeFolderPaths": ["/Shared/Finance"] });
    assert_eq!(domain.send("POST", HYBRID, excluded).await.json()["results"], json!([]));
    for body in [
        json!({ "query": "harbour", "offset": 0 }),
        json!({ "query": "ab" }),
        json!({ "query": "harbour", "semanticWeight": 2 }),
        json!({ "query": "harbour", "limit": 1001 }),
    ] {
        assert_eq!(domain.send("POST", HYBRID, body.clone()).await.status, 400, "{body}");
    }
    let token = json!({ "token": "narrow", "scopes": ["Egnyte.filesystem"] });
    domain.send("POST", "/_sandbox/tokens", token).await;
    let body = Some(json!({ "query": "harbour" }));
    let refused = domain.send_as(Some("narrow"), "POST", HYBRID, body).await.unwrap();
    assert_eq!(refused.status, 403);
}

#[tokio::test]
async fn safeguards_withhold_private_files_when_they_are_asked_for() {
    let domain = Domain::serve().await;
    let ask = async |target: &str, safeguards: bool| {
        let mut request = domain.client.get(format!("{}{target}", domain.base));
        request = request.bearer_auth(egnyte_mcp::sandbox::Sandbox::ACCESS_TOKEN);
        if safeguards {
            request = request.header("x-egnyte-ai-safeguards-enabled", "true");
        }
        request.send().await.unwrap()
    };
    let search = format!("{V1}?query=auditors");
    let open = ask(&search, false).await;
    assert!(open.text().await.unwrap().contains("todo.txt"));
    let kept = ask(&search, true).await;
    assert_eq!(kept.headers()["x-egnyte-ai-safeguarded"], "true");
    assert!(!kept.text().await.unwrap().contains("todo.txt"));
    let content = "/pubapi/v1/fs-content/Private/isolberg/todo.txt";
    assert_eq!(ask(content, false).await.status(), 200);
    assert_eq!(ask(content, true).await.status(), 403);
}

#[tokio::test]
async fn setting_values_replaces_all_of_the_namespace() {
    let domain = Domain::serve().await;
    let before = domain.get(AGREEMENT).await.json();
    assert_eq!(before["results"][0]["contracts"]["status"], "signed");
    assert_eq!(domain.send("PUT", AGREEMENT, json!({ "status": "expired" })).await.status, 200);
    let after = domain.get(AGREEMENT).await.json();
    assert_eq!(after, json!({ "results": [{ "contracts": { "status": "expired" } }] }));
    let folder = "/pubapi/v1/fs/ids/folder/a1000000-0000-4000-8000-000000000011/properties/review";
    assert_eq!(domain.send("PUT", folder, json!({ "labels": ["a", "b"] })).await.status, 200);
    let listed = domain.get("/pubapi/v1/fs/Shared/Finance/Reports?list_custom_metadata=true").await;
    assert_eq!(listed.json()["custom_metadata"], json!([{ "review": { "labels": ["a", "b"] } }]));
    for body in [
        json!({ "status": "lost" }),
        json!({ "value": "much" }),
        json!({ "renewal": "2026-01-01" }),
        json!({ "colour": "red" }),
        json!([]),
    ] {
        let answer = domain.send("PUT", AGREEMENT, body.clone()).await;
        assert_eq!(answer.status, 400, "{body}");
        assert!(answer.json()["inputErrors"].is_object(), "{body}");
    }
    assert_eq!(domain.get(&AGREEMENT.replace("contracts", "nothing")).await.status, 404);
}

#[tokio::test]
async fn namespaces_are_a_bare_array_and_are_made_changed_and_deleted() {
    let domain = Domain::serve().await;
    let list = domain.get(NAMESPACES).await.json();
    let known: Vec<&str> =
        list.as_array().unwrap().iter().map(|it| it["name"].as_str().unwrap()).collect();
    assert_eq!(known, ["contracts", "review"]);
    let keys =
        json!({ "colour": { "type": "enum", "data": ["red", "blue"], "helpText": "Which" } });
    let new = json!({ "name": "paint", "scope": "public", "keys": keys });
    assert_eq!(domain.send("POST", NAMESPACES, new.clone()).await.status, 200);
    assert_eq!(domain.send("POST", NAMESPACES, new).await.status, 409);
    let paint = format!("{NAMESPACES}/paint");
    let renamed = domain.send("PATCH", &paint, json!({ "displayName": "Paint!" })).await.json();
    assert_eq!(
        (&renamed["displayName"], &renamed["keys"]["colour"]["data"][1]),
        (&json!("Paint!"), &json!("blue"))
    );
    let key = json!({ "key": "coats", "type": "integer", "helpText": "How many" });
    assert_eq!(domain.send("POST", &format!("{paint}/keys"), key.clone()).await.status, 200);
    assert_eq!(domain.send("POST", &format!("{paint}/keys"), key).await.status, 409);
    let wider = format!("{paint}/keys/coats");
    assert_eq!(domain.send("PATCH", &wider, json!({ "type": "decimal" })).await.status, 200);
    assert_eq!(domain.send("PATCH", &wider, json!({ "type": "integer" })).await.status, 400);
    assert_eq!(domain.delete(&wider).await.status, 200);
    assert_eq!(domain.delete(&wider).await.status, 404);
    for body in [
        json!({ "name": "two-words", "scope": "public", "keys": { "a": { "type": "string", "helpText": "" } } }),
        json!({ "name": "x", "scope": "public", "keys": { "a": { "type": "string" } } }),
        json!({ "name": "x", "scope": "public", "keys": { "a": { "type": "enum", "helpText": "" } } }),
        json!({ "name": "x", "scope": "open", "keys": {} }),
    ] {
        let answer = domain.send("POST", NAMESPACES, body.clone()).await;
        assert_eq!(answer.status, 400, "{body}");
        assert!(answer.json()["inputErrors"].is_object(), "{body}");
    }
    assert_eq!(domain.delete(&paint).await.status, 200);
    assert_eq!(domain.get(&paint).await.status, 404);
}

#[tokio::test]
async fn what_is_in_use_is_deleted_with_force_only() {
    let domain = Domain::serve().await;
    let data = format!("{NAMESPACES}/contracts/keys/status/data");
    assert_eq!(domain.send("PATCH", &data, json!(["expired"])).await.status, 200, "an array");
    assert_eq!(domain.send("PATCH", &data, json!({ "data": ["draft"] })).await.status, 400);
    assert_eq!(domain.send("PATCH", &data, json!(["signed"])).await.status, 409);
    let many = format!("{NAMESPACES}/contracts/keys/data");
    let body = json!({ "keyDataDeletions": [{ "key": "status", "data": ["draft"] }] });
    assert_eq!(domain.send("PATCH", &many, body).await.status, 409);
    let namespace = format!("{NAMESPACES}/contracts");
    assert_eq!(domain.delete(&namespace).await.status, 409);
    let forced = domain
        .client
        .delete(format!("{}{namespace}", domain.base))
        .bearer_auth(egnyte_mcp::sandbox::Sandbox::ACCESS_TOKEN)
        .header("x-egnyte-force-delete", "Yes");
    assert_eq!(forced.send().await.unwrap().status(), 200);
    assert_eq!(domain.get(AGREEMENT).await.status, 404);
}
