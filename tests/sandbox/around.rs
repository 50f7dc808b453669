//! What stands around files: comments, bookmarks, trash, events, recent files.

use serde_json::{Value, json};

use crate::domain::{Answer, Domain};

const NOTES: &str = "/pubapi/v1/notes";
const TRASH: &str = "/pubapi/v1/fs/trash";
const TRASH_V2: &str = "/pubapi/v2/fs/trash";
const EVENTS: &str = "/pubapi/v1/events";
const PACK: &str = "/Shared/Finance/Reports/board-pack.pdf";

/// The code of a refusal in the shape of comments and bookmarks.
#[track_caller]
fn code(answer: &Answer, status: u16) -> String {
    assert_eq!(answer.status, status, "{}", answer.text);
    answer.json()["formErrors"][0]["code"].as_str().unwrap().to_owned()
}

async fn plain_token(domain: &Domain, token: &str, user: u64) {
    let body = json!({ "token": token, "admin": false, "user_id": user });
    domain.send("POST", "/_sandbox/tokens", body).await;
}

#[tokio::test]
async fn a_comment_is_made_read_and_deleted() {
    let domain = Domain::serve().await;
    let made = domain.send("POST", NOTES, json!({ "path": PACK, "body": "Hm." })).await;
    assert_eq!(made.status, 201);
    let note = made.json();
    assert_eq!((&note["message"], &note["file_path"]), (&json!("Hm."), &json!(PACK)));
    assert_eq!(note["username"], "isolberg");
    assert_eq!(note["formatted_name"], "Ingrid Solberg");
    assert_eq!(note["group_id"], "b2000000-0000-4000-8000-000000000003");
    let target = format!("{NOTES}/{}", note["id"].as_str().unwrap());
    assert_eq!(domain.get(&target).await.json(), note);
    assert_eq!(domain.delete(&target).await.status, 200);
    code(&domain.get(&target).await, 404);
}

#[tokio::test]
async fn a_comment_on_nothing_is_a_403_and_an_unknown_property_a_400() {
    let domain = Domain::serve().await;
    let missing = json!({ "path": "/Shared/nothing.txt", "body": "Hm." });
    code(&domain.send("POST", NOTES, missing).await, 403);
    code(&domain.get(&format!("{NOTES}?file=/Shared/nothing.txt")).await, 403);
    for body in [
        json!({ "path": PACK, "body": "Hm.", "notify": null }),
        json!({ "path": PACK }),
        json!({ "path": PACK, "body": " " }),
    ] {
        code(&domain.send("POST", NOTES, body).await, 400);
    }
}

#[tokio::test]
async fn comments_are_listed_newest_first_by_file_folder_and_time() {
    let domain = Domain::serve().await;
    let all = domain.get(NOTES).await.json();
    assert_eq!((&all["total_results"], &all["count"]), (&json!(64), &json!(25)));
    let rest = domain.get(&format!("{NOTES}?count=100&offset=50")).await.json();
    assert_eq!((&rest["count"], &rest["offset"]), (&json!(14), &json!(50)));
    let of_file = domain.get(&format!("{NOTES}?file={PACK}")).await.json();
    let ids: Vec<&Value> = of_file["notes"].as_array().unwrap().iter().map(|n| &n["id"]).collect();
    let id = |n: u32| json!(format!("d4000000-0000-4000-8000-00000000000{n}"));
    assert_eq!(ids, [&id(2), &id(1)]);
    let of_folder = domain.get(&format!("{NOTES}?folder=/Shared/Finance/Reports")).await.json();
    assert_eq!(of_folder["total_results"], 2);
    let late = domain.get(&format!("{NOTES}?start_time=2026-06-24")).await.json();
    assert_eq!(late["total_results"], 1);
    code(&domain.get(&format!("{NOTES}?count=101")).await, 400);

    plain_token(&domain, "noor", 84_920).await;
    let list = domain.send_as(Some("noor"), "GET", NOTES, None).await.unwrap();
    assert_eq!(code(&list, 400), "VALIDATION_EXCEPTION");
    let of_other = format!("{NOTES}/d4000000-0000-4000-8000-000000000001");
    let seen = domain.send_as(Some("noor"), "GET", &of_other, None).await.unwrap();
    assert_eq!(seen.json()["can_delete"], false);
    code(&domain.send_as(Some("noor"), "DELETE", &of_other, None).await.unwrap(), 403);
}

#[tokio::test]
async fn a_bookmark_takes_a_path_or_an_id_and_belongs_to_its_maker() {
    let domain = Domain::serve().await;
    let target = "/pubapi/v1/bookmarks";
    let listed = domain.get(target).await.json();
    assert_eq!(listed["bookmarks"][0]["id"], 4711);
    assert_eq!((listed["count"].clone(), listed.get("total_count")), (json!(1), None));
    let by_path = domain.send("POST", target, json!({ "path": "/Shared/Marketing" })).await.json();
    assert_eq!(by_path["folder_id"], "a1000000-0000-4000-8000-000000000030");
    let id = json!({ "folder_id": "a1000000-0000-4000-8000-000000000020" });
    assert_eq!(domain.send("POST", target, id).await.json()["path"], "/Shared/Legal");
    let both = json!({ "path": "/Shared", "folder_id": "a1000000-0000-4000-8000-000000000001" });
    assert_eq!(
        code(&domain.send("POST", target, both).await, 400),
        "BOOKMARK_PATH_AND_ID_CONFLICT"
    );
    let missing = json!({ "path": "/Shared/Nowhere" });
    assert_eq!(code(&domain.send("POST", target, missing).await, 404), "FOLDER_DOES_NOT_EXIST");

    plain_token(&domain, "noor", 84_920).await;
    let other = format!("{target}/4711");
    code(&domain.send_as(Some("noor"), "GET", &other, None).await.unwrap(), 404);
    assert_eq!(domain.delete(&other).await.status, 200);
    code(&domain.get(&other).await, 404);
}

#[tokio::test]
async fn the_trash_is_listed_with_has_more_or_with_a_total() {
    let domain = Domain::serve().await;
    let page = domain.get(&format!("{TRASH_V2}?count=10")).await.json();
    assert_eq!((&page["count"], &page["has_more"]), (&json!(10), &json!(true)));
    let last = domain.get(&format!("{TRASH_V2}?count=10&offset=30")).await.json();
    assert_eq!((&last["count"], &last["has_more"]), (&json!(4), &json!(false)));
    let total = domain.get(&format!("{TRASH_V2}/totalcount")).await.json();
    assert_eq!(total, json!({ "totalCount": 34 }));
    let v1 = domain.get(&format!("{TRASH}?sort_by=name&sort_direction=asc")).await.json();
    assert_eq!(v1["total_count"], 34);
    assert_eq!(v1["items"][0]["name"], "Drafts");
    assert_eq!(
        (&v1["items"][0]["type"], &v1["items"][33]["type"]),
        (&json!("FOLDER"), &json!("FILE"))
    );
    let forecast = &v1["items"][33];
    assert_eq!(forecast["id"], "e5000000-0000-4000-8000-000000000001");
    assert_eq!(forecast["deleted_by"], "Noor Haddad");
    let window = "deletedBy=sarah&startDate=2026-01-01&endDate=2027-01-01";
    assert_eq!(domain.get(&format!("{TRASH_V2}?{window}")).await.json()["count"], 1);
    for query in ["sort_direction=ascending", "sort_by=delete_date", "deletedBy=sarah"] {
        assert_eq!(domain.get(&format!("{TRASH_V2}?{query}")).await.status, 400, "{query}");
    }
    plain_token(&domain, "noor", 84_920).await;
    let refused = domain.send_as(Some("noor"), "GET", TRASH_V2, None).await.unwrap();
    assert_eq!(refused.status, 403);
    assert_eq!(refused.json()["errorMessage"], "User is not authorized to manage resources.");
}

#[tokio::test]
async fn what_is_deleted_can_be_restored_and_what_is_purged_cannot() {
    let domain = Domain::serve().await;
    let folder = "/pubapi/v1/fs/Shared/Finance";
    domain.delete(folder).await;
    let newest = domain.get(&format!("{TRASH_V2}?count=1")).await.json();
    assert_eq!(newest["items"][0]["path"], "/Shared/Finance");
    let id = newest["items"][0]["id"].clone();
    let restored = domain.send("POST", TRASH, json!({ "action": "RESTORE", "ids": [id] })).await;
    assert_eq!((restored.status.as_u16(), restored.text.as_str()), (200, ""));
    let back = domain.get(&format!("{folder}/Reports/q3-summary.md")).await.json();
    assert_eq!(back["num_versions"], 3);

    let forecast = "e5000000-0000-4000-8000-000000000001";
    let purge = json!({ "action": "PURGE", "ids": [forecast] });
    assert_eq!(domain.send("POST", TRASH, purge.clone()).await.status, 200);
    assert_eq!(domain.send("POST", TRASH, purge).await.status, 207);
}

#[tokio::test]
async fn a_partial_restore_is_a_207_with_every_outcome() {
    let domain = Domain::serve().await;
    let (file, folder) =
        ("e5000000-0000-4000-8000-000000000001", "e5000000-0000-4000-8000-000000000002");
    let add = json!({ "action": "add_folder" });
    domain.send("POST", "/pubapi/v1/fs/Shared/Drafts", add).await;
    let body = json!({ "action": "RESTORE", "ids": [file, folder, "nothing"] });
    let answer = domain.send("POST", TRASH, body).await;
    assert_eq!(answer.status, 207);
    let codes: Vec<(Value, Value)> = answer.json()["resources"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| (it["id"].clone(), it["code"].clone()))
        .collect();
    let expected = [(file, 200), (folder, 409), ("nothing", 404)];
    assert_eq!(codes, expected.map(|(id, code)| (json!(id), json!(code))));
    for body in [
        json!({ "action": "RESTORE", "ids": [] }),
        json!({ "action": "PURGE", "ids": vec!["x"; 11] }),
        json!({ "action": "EMPTY", "ids": ["x"] }),
    ] {
        assert_eq!(domain.send("POST", TRASH, body).await.status, 400);
    }
}

#[tokio::test]
async fn events_are_read_from_a_cursor_on_until_there_are_none() {
    let domain = Domain::serve().await;
    let cursor = domain.get(&format!("{EVENTS}/cursor")).await.json();
    assert_eq!(cursor["oldest_event_id"], 1_000_001);
    assert_eq!(cursor["latest_event_id"], 1_000_450);
    assert_eq!(domain.get("/pubapi/v2/events/cursor").await.json(), cursor);
    let page = domain.get("/pubapi/v2/events?id=1000000&count=100").await.json();
    assert_eq!((&page["count"], &page["latest_id"]), (&json!(100), &json!(1_000_100)));
    assert_eq!(
        (&page["oldest_id"], &page["events"][0]["id"]),
        (&json!(1_000_001), &json!(1_000_001))
    );
    let none = domain.get(&format!("{EVENTS}?id=1000450")).await;
    assert_eq!((none.status.as_u16(), none.text.as_str()), (204, ""));
    assert_eq!(domain.get(&format!("{EVENTS}?id=999999")).await.status, 404, "aged out");
    for query in ["", "?id=x", "?id=1000001&count=101", "?id=1000001&type=create"] {
        assert_eq!(domain.get(&format!("{EVENTS}{query}")).await.status, 400, "{query}");
    }
    let back = domain.get(&format!("{EVENTS}?id=1000440&reverse=1")).await.json();
    assert_eq!(back["events"][0]["id"], 1_000_450);
}

#[tokio::test]
async fn permission_changes_are_events_of_the_second_version_only() {
    let domain = Domain::serve().await;
    let target = "/pubapi/v2/perms/Shared/Marketing";
    domain.send("POST", target, json!({ "userPerms": { "hdahl": "Editor" } })).await;
    assert_eq!(domain.get(&format!("{EVENTS}?id=1000450")).await.status, 204);
    let v2 = domain.get("/pubapi/v2/events?id=1000450&type=permission_change").await.json();
    assert_eq!(v2["events"][0]["type"], "permission_change");
    assert_eq!(
        v2["events"][0]["eventTypeSpecificAttributes"],
        json!({ "subject": "/user/2117", "permission": "READWRITE" })
    );
}

#[tokio::test]
async fn every_change_made_through_the_api_is_an_event() {
    let domain = Domain::serve().await;
    let folder = "/pubapi/v1/fs/Shared/Marketing/Neu%20%231";
    domain.send("POST", folder, json!({ "action": "add_folder" })).await;
    let away = json!({ "action": "move", "destination": "/Shared/Marketing/Alt" });
    domain.send("POST", folder, away).await;
    domain.send("POST", NOTES, json!({ "path": PACK, "body": "Hm." })).await;
    domain.delete("/pubapi/v1/fs/Shared/Marketing/Alt").await;
    let page = domain.get(&format!("{EVENTS}?id=1000450")).await.json();
    let events = page["events"].as_array().unwrap();
    let told: Vec<(&str, &str)> = events
        .iter()
        .map(|event| (event["type"].as_str().unwrap(), event["action"].as_str().unwrap()))
        .collect();
    assert_eq!(
        told,
        [
            ("file_system", "create"),
            ("file_system", "move"),
            ("note", "create"),
            ("file_system", "delete")
        ]
    );
    let made = &events[0];
    assert_eq!((&made["actor"], &made["action_source"]), (&json!(1001), &json!("PublicAPI")));
    assert_eq!(made["data"]["target_path"], "/Shared/Marketing/Neu #1");
    assert_eq!(made["data"]["is_folder"], true);
    assert!(made["object_detail"].as_str().unwrap().ends_with("/Shared/Marketing/Neu%20%231"));
    assert_eq!(events[1]["data"]["source_path"], "/Shared/Marketing/Neu #1");
    assert_eq!(domain.get(&format!("{EVENTS}?id=1000450&suppress=user")).await.status, 204);
    let inside = domain.get(&format!("{EVENTS}?id=1000450&folder=/Shared/Finance")).await.json();
    assert_eq!(inside["count"], 1);
}

#[tokio::test]
async fn recent_files_come_newest_first_with_milliseconds() {
    let domain = Domain::serve().await;
    let all = domain.get("/pubapi/v1/insights/files").await.json();
    let files = all["recentFiles"].as_array().unwrap();
    assert_eq!((files.len(), &files[0]["name"]), (20, &json!("board-pack.pdf")));
    assert!(files[0]["last_accessed"].as_i64().unwrap() > 1_700_000_000_000);
    let some = "/pubapi/v1/insights/files?folder_path=/Shared/Marketing";
    assert_eq!(domain.get(some).await.json()["recentFiles"].as_array().unwrap().len(), 3);
    let nowhere = domain.get("/pubapi/v1/insights/files?folder_path=/Nowhere").await;
    assert_eq!(nowhere.status, 404);
}
