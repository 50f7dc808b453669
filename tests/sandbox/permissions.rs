//! Permissions: what is granted on folders, and what that means for people.

use serde_json::{Value, json};

use crate::domain::{Answer, Domain};

const FINANCE: &str = "/pubapi/v2/perms/Shared/Finance";
const CONTRACTS: &str = "/pubapi/v2/perms/Shared/Legal/Contracts";

#[track_caller]
fn said(answer: &Answer, status: u16) -> String {
    assert_eq!(answer.status, status, "{}", answer.text);
    answer.json()["errorMessage"].as_str().unwrap().to_owned()
}

async fn effective(domain: &Domain, login: &str, folder: &str) -> Value {
    let answer = domain.get(&format!("/pubapi/v1/perms/user/{login}?folder={folder}")).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    answer.json()["permission"].clone()
}

#[tokio::test]
async fn a_folder_tells_its_own_and_inherited_grants_by_name() {
    let domain = Domain::serve().await;
    assert_eq!(
        domain.get(FINANCE).await.json(),
        json!({
            "userPerms": { "anwosu": "Owner" },
            "groupPerms": {
                "All Power Users": "Viewer",
                "External Auditors": "Viewer Only",
                "Finance Leads": "Editor",
                "Finance Operations": "Full"
            },
            "inheritsPermissions": true
        })
    );
    let broken = domain.get(CONTRACTS).await.json();
    assert_eq!(broken["groupPerms"], json!({ "Legal": "Full", "Merger Data Room": "Viewer" }));
    assert_eq!(broken["inheritsPermissions"], false);
    said(&domain.get("/pubapi/v2/perms/Shared/Nowhere").await, 404);
}

#[tokio::test]
async fn setting_changes_only_who_is_named_and_none_removes() {
    let domain = Domain::serve().await;
    let change = json!({
        "userPerms": { "hdahl": "Editor", "anwosu": "None" },
        "groupPerms": { "finance leads": "Viewer", "All Power Users": "None" }
    });
    assert_eq!(domain.send("POST", FINANCE, change).await.status, 200);
    let now = domain.get(FINANCE).await.json();
    assert_eq!(now["userPerms"], json!({ "hdahl": "Editor" }));
    assert_eq!(
        now["groupPerms"],
        json!({
            "External Auditors": "Viewer Only",
            "Finance Leads": "Viewer",
            "Finance Operations": "Full"
        })
    );
    assert_eq!(effective(&domain, "hdahl", "/Shared/Finance/Reports").await, "Editor");
    assert_eq!(effective(&domain, "lkealoha", "/Shared/Finance").await, "None");
}

#[tokio::test]
async fn a_change_that_cannot_be_is_refused() {
    let domain = Domain::serve().await;
    for body in [
        json!({}),
        json!({ "userPerms": { "nobody.at.all": "Viewer" } }),
        json!({ "groupPerms": { "Nobodies": "Viewer" } }),
        json!({ "userPerms": { "hdahl": "ViewerOnly" } }),
        json!({ "userPerms": { "hdahl": "Viewer" }, "keepParentPermissions": true }),
        json!({ "inheritsPermissions": "maybe" }),
    ] {
        said(&domain.send("POST", FINANCE, body).await, 400);
    }
}

#[tokio::test]
async fn inheritance_is_broken_with_or_without_what_was_inherited() {
    let domain = Domain::serve().await;
    let reports = "/pubapi/v2/perms/Shared/Finance/Reports";
    let keep = json!({ "inheritsPermissions": "false", "keepParentPermissions": "true" });
    assert_eq!(domain.send("POST", reports, keep).await.status, 200);
    let kept = domain.get(reports).await.json();
    assert_eq!(kept["inheritsPermissions"], false);
    assert_eq!(kept["groupPerms"]["Finance Operations"], "Full");

    domain.send("POST", FINANCE, json!({ "inheritsPermissions": false })).await;
    let bare = domain.get(FINANCE).await.json();
    assert_eq!(bare["groupPerms"].get("All Power Users"), None);
    domain.send("POST", FINANCE, json!({ "inheritsPermissions": true })).await;
    assert_eq!(domain.get(FINANCE).await.json()["groupPerms"]["All Power Users"], "Viewer");
}

#[tokio::test]
async fn the_effective_level_applies_groups_and_inheritance() {
    let domain = Domain::serve().await;
    for (login, folder, level) in [
        ("isolberg", "/Shared/Legal/Contracts", "Owner"),
        ("anwosu", "/Shared/Finance/Reports", "Owner"),
        ("nhaddad", "/Shared/Finance", "Full"),
        ("pdeshmukh", "/Shared/Finance", "Editor"),
        ("hdahl", "/Shared/Finance", "Viewer"),
        ("bwayne", "/Shared/Finance", "None"),
        ("ogallagher", "/Shared/Legal/Contracts", "Full"),
        ("sconnor", "/Shared/Legal/Contracts", "Viewer"),
        ("hdahl", "/Shared/Legal/Contracts", "None"),
    ] {
        assert_eq!(effective(&domain, login, folder).await, level, "{login} {folder}");
    }
    let own = domain.get("/pubapi/v1/perms/user?folder=/Shared").await.json();
    assert_eq!(own, json!({ "permission": "Owner" }));
    said(&domain.get("/pubapi/v1/perms/user").await, 400);
    said(&domain.get("/pubapi/v1/perms/user/nobody?folder=/Shared").await, 404);
    said(&domain.get("/pubapi/v1/perms/user/hdahl?folder=/Nowhere").await, 404);
}

#[tokio::test]
async fn a_level_of_ones_own_beats_those_of_groups_but_none_does_not_take_them_away() {
    let domain = Domain::serve().await;
    for (level, expected) in [("Viewer", "Viewer"), ("None", "Full")] {
        domain.send("POST", FINANCE, json!({ "userPerms": { "nhaddad": level } })).await;
        assert_eq!(effective(&domain, "nhaddad", "/Shared/Finance").await, expected, "{level}");
    }
}

#[tokio::test]
async fn only_owners_and_administrators_read_and_set_permissions() {
    let domain = Domain::serve().await;
    for token in [
        json!({ "token": "amara", "admin": false, "user_id": 2104 }),
        json!({ "token": "noor", "admin": false, "user_id": 84_920 }),
        json!({ "token": "narrow", "scopes": ["Egnyte.filesystem"] }),
    ] {
        domain.send("POST", "/_sandbox/tokens", token).await;
    }
    for (token, status) in [("amara", 200), ("noor", 403), ("narrow", 403)] {
        let answer = domain.send_as(Some(token), "GET", FINANCE, None).await.unwrap();
        assert_eq!(answer.status, status, "{token}");
    }
    let own = "/pubapi/v1/perms/user/nhaddad?folder=/Shared/Finance";
    let answer = domain.send_as(Some("noor"), "GET", own, None).await.unwrap();
    assert_eq!(answer.json()["permission"], "Full");
}

#[tokio::test]
async fn the_first_version_lists_subjects_and_gives_all_of_them_one_level() {
    let domain = Domain::serve().await;
    let target = "/pubapi/v1/perms/folder/Shared/Finance";
    let body =
        json!({ "users": ["hdahl", "bwayne"], "groups": ["Support"], "permission": "Viewer Only" });
    assert_eq!(domain.send("POST", target, body).await.status, 200);
    let some = domain.get(&format!("{target}?users=hdahl%7Canwosu")).await.json();
    assert_eq!(
        some,
        json!({
            "users": [
                { "subject": "anwosu", "permission": "Owner" },
                { "subject": "hdahl", "permission": "Viewer Only" }
            ],
            "groups": []
        })
    );
    let all = domain.get("/pubapi/v1/perms/folder//Shared/Finance").await.json();
    assert_eq!(all["users"].as_array().unwrap().len(), 3);
    said(&domain.send("POST", target, json!({ "permission": "Full" })).await, 400);
}
