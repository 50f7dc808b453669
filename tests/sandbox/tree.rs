//! The folder tree: reading, paging, making, moving, copying, locking, deleting.

use egnyte_mcp::sandbox::Sandbox;
use serde_json::{Value, json};

use crate::domain::{Answer, Domain};

const FS: &str = "/pubapi/v1/fs";
const REPORTS: &str = "/pubapi/v1/fs/Shared/Finance/Reports";
const Q3: &str = "/pubapi/v1/fs/Shared/Finance/Reports/q3-summary.md";
const LOCKED: &str = "/pubapi/v1/fs/Shared/Legal/Contracts/master-agreement.docx";

fn names(list: &Value) -> Vec<&str> {
    let list = list.as_array().map(Vec::as_slice).unwrap_or_default();
    list.iter().map(|item| item["name"].as_str().unwrap()).collect()
}

/// The text of a refusal of the file system.
#[track_caller]
fn said(answer: &Answer, status: u16) -> String {
    assert_eq!(answer.status, status, "{}", answer.text);
    answer.json()["errorMessage"].as_str().unwrap().to_owned()
}

async fn act(domain: &Domain, target: &str, body: Value) -> Answer {
    domain.send("POST", target, body).await
}

#[tokio::test]
async fn a_folder_tells_milliseconds_and_a_file_rfc_1123() {
    let domain = Domain::serve().await;
    let folder = domain.get(REPORTS).await.json();
    assert_eq!(folder["is_folder"], true);
    assert_eq!(folder["path"], "/Shared/Finance/Reports");
    assert_eq!(folder["folder_id"], "a1000000-0000-4000-8000-000000000011");
    assert_eq!(folder["parent_id"], "a1000000-0000-4000-8000-000000000010");
    assert!(folder["lastModified"].as_i64().unwrap() > 1_700_000_000_000);
    assert_eq!((&folder["total_count"], &folder["count"]), (&json!(3), &json!(3)));
    assert_eq!(names(&folder["files"]), ["board-pack.pdf", "budget-2026.csv", "q3-summary.md"]);
    assert_eq!(folder.get("folders"), None, "an empty list is left out");

    let file = domain.get(Q3).await.json();
    assert_eq!(file["is_folder"], false);
    assert_eq!(file["group_id"], "b2000000-0000-4000-8000-000000000001");
    assert_eq!(file["entry_id"], "c3000000-0000-4000-8000-000000000001");
    assert!(file["last_modified"].as_str().unwrap().ends_with(" GMT"));
    assert!(file["uploaded"].is_i64() && file.get("lastModified").is_none());
    assert_eq!(file["uploaded_by"], "anwosu");
    assert_eq!(file["num_versions"], 3);
}

#[tokio::test]
async fn the_versions_of_a_file_leave_out_the_current_one() {
    let domain = Domain::serve().await;
    let file = domain.get(Q3).await.json();
    let ids: Vec<&str> = file["versions"]
        .as_array()
        .unwrap()
        .iter()
        .map(|version| version["entry_id"].as_str().unwrap())
        .collect();
    assert_eq!(
        ids,
        ["c3000000-0000-4000-8000-0000000000a2", "c3000000-0000-4000-8000-0000000000a1"]
    );
    let old = domain.get(&format!("{Q3}?entry_id={}", ids[1])).await.json();
    assert_eq!((&old["entry_id"], &old["uploaded_by"]), (&json!(ids[1]), &json!("nhaddad")));
    assert_eq!(domain.get(&format!("{Q3}?list_content=false")).await.json().get("versions"), None);
    said(&domain.get(&format!("{Q3}?entry_id=c3000000-0000-4000-8000-000000000002")).await, 404);
}

#[tokio::test]
async fn a_listing_pages_over_folders_and_files_together() {
    let domain = Domain::serve().await;
    let invoices = format!("{FS}/Shared/Finance/Invoices%202026");
    let page = domain.get(&invoices).await.json();
    assert_eq!((&page["count"], &page["total_count"]), (&json!(100), &json!(130)));
    let rest = domain.get(&format!("{invoices}?offset=100&count=1000")).await.json();
    assert_eq!((&rest["count"], &rest["offset"]), (&json!(30), &json!(100)));
    assert_eq!(rest["files"][29]["name"], "invoice-0130.txt");

    let mixed = format!("{FS}/Shared/Projects/Harbor%20Tower");
    let first = domain.get(&format!("{mixed}?count=2")).await.json();
    assert_eq!(names(&first["folders"]), ["Drawings", "Permits"]);
    assert_eq!((&first["total_count"], first.get("files")), (&json!(3), None));
    let second = domain.get(&format!("{mixed}?count=2&offset=1")).await.json();
    assert_eq!(names(&second["folders"]), ["Permits"]);
    assert_eq!(names(&second["files"]), ["site-notes.txt"]);
    let beyond = domain.get(&format!("{mixed}?offset=3")).await.json();
    assert_eq!((&beyond["count"], &beyond["total_count"]), (&json!(0), &json!(3)));
}

#[tokio::test]
async fn a_listing_is_sorted_as_asked_and_refuses_what_it_does_not_know() {
    let domain = Domain::serve().await;
    let by_size = format!("{REPORTS}?sort_by=size&sort_direction=descending");
    assert_eq!(domain.get(&by_size).await.json()["files"][0]["name"], "budget-2026.csv");
    for query in ["sort_direction=desc", "sort_by=colour", "count=0", "count=1001", "offset=-1"] {
        said(&domain.get(&format!("{REPORTS}?{query}")).await, 400);
    }
}

#[tokio::test]
async fn children_are_left_out_when_the_caller_says_so_and_only_then() {
    let domain = Domain::serve().await;
    let folder = domain.get(&format!("{REPORTS}?list_content=false")).await.json();
    for key in ["files", "folders", "count", "total_count"] {
        assert_eq!(folder.get(key), None, "{key}");
    }
    assert_eq!(folder["folder_description"], "Quarterly reports and the board pack");
    assert!(domain.get(&format!("{REPORTS}?list_content=TRUE")).await.json()["files"].is_array());
}

#[tokio::test]
async fn extras_come_when_asked_for() {
    let domain = Domain::serve().await;
    let query = "include_perm=true&include_locks=true&allowed_link_types=true";
    let file = domain.get(&format!("{LOCKED}?{query}")).await.json();
    assert_eq!((&file["locked"], &file["permission"]), (&json!(true), &json!("Owner")));
    assert_eq!(file["lock_info"]["username"], "ogallagher");
    assert_eq!(file["allowed_file_link_types"].as_array().unwrap().len(), 4);
    let plain = domain.get(LOCKED).await.json();
    assert_eq!((plain.get("lock_info"), plain.get("permission")), (None, None));
}

#[tokio::test]
async fn paths_are_decoded_once_segment_by_segment() {
    let domain = Domain::serve().await;
    for (target, path) in [
        (
            "/Shared/Projects/R%26D%20%232%20%2850%25%20done%29%2B",
            "/Shared/Projects/R&D #2 (50% done)+",
        ),
        ("/Shared/Marketing/%C3%9Cberblick", "/Shared/Marketing/Überblick"),
        ("//Shared/Marketing/", "/Shared/Marketing"),
    ] {
        let answer = domain.get(&format!("{FS}{target}")).await;
        assert_eq!(answer.json()["path"], path, "{target}");
    }
    said(&domain.get(&format!("{FS}/Shared%2FMarketing")).await, 404);
    assert_eq!(names(&domain.get(FS).await.json()["folders"]), ["Private", "Shared"]);
}

#[tokio::test]
async fn folders_and_files_are_found_by_id_and_counted_in_depth() {
    let domain = Domain::serve().await;
    let file = domain.get(&format!("{FS}/ids/file/b2000000-0000-4000-8000-000000000007")).await;
    assert_eq!(file.json()["path"], "/Shared/Projects/Harbor Tower/site-notes.txt");
    let folder = format!("{FS}/ids/folder/a1000000-0000-4000-8000-000000000010");
    assert_eq!(domain.get(&folder).await.json()["path"], "/Shared/Finance");
    let stats = domain.get(&format!("{folder}/stats")).await.json();
    assert_eq!((&stats["filesCount"], &stats["foldersCount"]), (&json!(133), &json!(2)));
    assert_eq!(stats["fileVersionsCount"], 135);
    assert!(stats["allVersionsSize"].as_u64() > stats["allFilesSize"].as_u64());
    for id in ["b2000000-0000-4000-8000-00000000ffff", "17"] {
        said(&domain.get(&format!("{FS}/ids/file/{id}")).await, 404);
        said(&domain.get(&format!("{FS}/ids/folder/{id}/stats")).await, 404);
    }
}

#[tokio::test]
async fn a_folder_is_made_once_and_under_an_existing_one() {
    let domain = Domain::serve().await;
    let add = json!({ "action": "add_folder" });
    let made = act(&domain, &format!("{FS}/Shared/Marketing/New%20%26%20shiny"), add.clone()).await;
    assert_eq!(made.status, 201);
    assert_eq!(made.json()["path"], "/Shared/Marketing/New & shiny");
    let again =
        act(&domain, &format!("{FS}/Shared/Marketing/New%20%26%20shiny"), add.clone()).await;
    assert_eq!(said(&again, 403), "Folder already exists at this location");
    said(&act(&domain, &format!("{FS}/Shared/Nowhere/x"), add.clone()).await, 404);
    said(&act(&domain, &format!("{FS}/Toplevel"), add.clone()).await, 403);
    for name in ["a%3Ab", "a%2Fb", "a%5Cb", "%2A", "a%3F", "a%22b", "%3C", "%7C"] {
        said(&act(&domain, &format!("{FS}/Shared/{name}"), add.clone()).await, 400);
    }
}

#[tokio::test]
async fn a_body_with_an_unknown_property_or_action_is_refused() {
    let domain = Domain::serve().await;
    for body in [
        json!({ "action": "add_folder", "colour": null }),
        json!({ "action": "add_folder", "destination": "/Shared/x" }),
        json!({ "action": "paint" }),
        json!({}),
        json!({ "action": "move" }),
        json!({ "action": "copy", "destination": "Shared/x.md" }),
    ] {
        said(&act(&domain, Q3, body).await, 400);
    }
    let v2 = Q3.replace("/v1/", "/v2/");
    said(&act(&domain, &v2, json!({ "action": "lock" })).await, 400);
}

#[tokio::test]
async fn a_move_keeps_the_ids_and_a_copy_makes_new_ones() {
    let domain = Domain::serve().await;
    let moved =
        act(&domain, Q3, json!({ "action": "move", "destination": "/Shared/Marketing/a b.md" }))
            .await;
    assert_eq!(moved.json()["group_id"], "b2000000-0000-4000-8000-000000000001");
    said(&domain.get(Q3).await, 404);
    let there = domain.get(&format!("{FS}/Shared/Marketing/a%20b.md")).await.json();
    assert_eq!(there["num_versions"], 3);

    let folder = format!("{FS}/ids/folder/a1000000-0000-4000-8000-000000000041");
    let copy = json!({ "action": "copy", "destination": "/Shared/Archive/Tower" });
    let copied = act(&domain, &folder, copy.clone()).await.json();
    assert_ne!(copied["folder_id"], "a1000000-0000-4000-8000-000000000041");
    let inside = domain.get(&format!("{FS}/Shared/Archive/Tower")).await.json();
    assert_eq!(inside["total_count"], 3);
    assert_ne!(inside["files"][0]["group_id"], "b2000000-0000-4000-8000-000000000007");
    said(&act(&domain, &folder, copy).await, 409);
    let into_itself = json!({ "action": "move", "destination": "/Shared/Projects/Harbor Tower/x" });
    said(&act(&domain, &folder, into_itself).await, 400);
    said(
        &act(
            &domain,
            &format!("{FS}/Shared"),
            json!({ "action": "move", "destination": "/Private/x" }),
        )
        .await,
        403,
    );
}

#[tokio::test]
async fn a_lock_keeps_others_out_and_opens_with_its_token() {
    let domain = Domain::serve().await;
    let locked = act(&domain, Q3, json!({ "action": "lock", "lock_timeout": 60 })).await.json();
    assert_eq!(locked["timeout"], 60);
    let token = locked["lock_token"].as_str().unwrap();
    said(&act(&domain, Q3, json!({ "action": "lock", "lock_token": "other" })).await, 403);
    said(&act(&domain, Q3, json!({ "action": "unlock", "lock_token": "other" })).await, 403);
    said(&act(&domain, Q3, json!({ "action": "unlock" })).await, 400);
    assert_eq!(
        act(&domain, Q3, json!({ "action": "unlock", "lock_token": token })).await.status,
        200
    );
    said(&act(&domain, Q3, json!({ "action": "unlock", "lock_token": token })).await, 400);
    said(&act(&domain, REPORTS, json!({ "action": "lock" })).await, 400);

    for answer in [
        domain.delete(LOCKED).await,
        domain.delete(&format!("{FS}/Shared/Legal/Contracts")).await,
        act(&domain, LOCKED, json!({ "action": "lock" })).await,
        act(&domain, LOCKED, json!({ "action": "move", "destination": "/Shared/x.docx" })).await,
    ] {
        assert_eq!(said(&answer, 403), "File is locked by ogallagher");
    }
}

#[tokio::test]
async fn a_delete_takes_one_version_or_all_of_them() {
    let domain = Domain::serve().await;
    let old = format!("{Q3}?entry_id=c3000000-0000-4000-8000-0000000000a1");
    assert_eq!(domain.delete(&old).await.status, 200);
    assert_eq!(domain.get(Q3).await.json()["num_versions"], 2);
    said(&domain.delete(&old).await, 404);
    assert_eq!(domain.delete(Q3).await.status, 200);
    said(&domain.get(Q3).await, 404);
    let folder = format!("{FS}/ids/folder/a1000000-0000-4000-8000-000000000010");
    assert_eq!(domain.delete(&folder).await.status, 200);
    said(&domain.get(REPORTS).await, 404);
    said(&domain.delete(&format!("{FS}/Shared")).await, 403);
}

#[tokio::test]
async fn the_options_of_a_folder_are_changed_one_by_one() {
    let domain = Domain::serve().await;
    let change = json!({ "folder_description": "x", "public_links": "files" });
    let folder = domain.send("PATCH", REPORTS, change).await.json();
    assert_eq!(
        (&folder["folder_description"], &folder["public_links"]),
        (&json!("x"), &json!("files"))
    );
    assert_eq!(folder["allow_links"], true);
    for body in [
        json!({}),
        json!({ "folder_description": "x".repeat(201) }),
        json!({ "public_links": "all" }),
        json!({ "colour": "red" }),
    ] {
        said(&domain.send("PATCH", REPORTS, body).await, 400);
    }
}

#[tokio::test]
async fn who_may_not_see_a_folder_is_told_that_it_is_not_there() {
    let domain = Domain::serve().await;
    for token in [
        json!({ "token": "henrik", "admin": false, "user_id": 2117 }),
        json!({ "token": "owen", "admin": false, "user_id": 2163 }),
        json!({ "token": "narrow", "scopes": ["Egnyte.user"] }),
    ] {
        domain.send("POST", "/_sandbox/tokens", token).await;
    }
    let contracts = format!("{FS}/Shared/Legal/Contracts?include_perm=true");
    for (token, target, status) in [
        ("henrik", contracts.as_str(), 404),
        ("henrik", REPORTS, 200),
        ("owen", &contracts, 200),
        ("narrow", REPORTS, 403),
    ] {
        let answer = domain.send_as(Some(token), "GET", target, None).await.unwrap();
        assert_eq!(answer.status, status, "{token} {target}");
    }
    let body = json!({ "action": "add_folder" });
    let target = format!("{REPORTS}/x");
    let answer = domain.send_as(Some("henrik"), "POST", &target, Some(body)).await.unwrap();
    said(&answer, 403);
    let legal = domain.send_as(Some("henrik"), "GET", &format!("{FS}/Shared/Legal"), None).await;
    assert_eq!(legal.unwrap().json()["total_count"], 0, "what cannot be seen is not counted");
}

#[tokio::test]
async fn the_state_tells_the_tree_without_contents_and_a_reset_restores_it() {
    let domain = Domain::serve().await;
    let state = domain.sandbox.state();
    assert!(state["folders"].as_array().unwrap().len() >= 17);
    assert!(state["files"].as_array().unwrap().len() >= 142);
    assert!(!state.to_string().contains("Revenue grew"));
    domain.delete(&format!("{FS}/Shared/Finance")).await;
    assert_ne!(domain.sandbox.state(), state);
    domain.send("POST", "/_sandbox/reset", json!({})).await;
    assert_eq!(domain.sandbox.state(), state);
    assert_eq!(Sandbox::new().state(), state, "every start is the same");
}
