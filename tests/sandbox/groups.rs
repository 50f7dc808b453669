//! The groups API, with both of its PATCH forms.

use serde_json::{Value, json};

use crate::domain::Domain;

const GROUPS: &str = "/pubapi/v2/groups";
const ALPHA: &str = "/pubapi/v2/groups/9125a8dc-52ee-365b-a5aa-81b0b3681cf6";

/// A new group of Jane Smith and Jordan Smith; its path.
async fn pair(domain: &Domain) -> String {
    let body = json!({ "displayName": "Pair", "members": [{ "value": 99_281 }, 88_412] });
    let answer = domain.send("POST", GROUPS, body).await;
    assert_eq!(answer.status, 201, "{}", answer.text);
    format!("{GROUPS}/{}", answer.json()["id"].as_str().unwrap())
}

fn ids(group: &Value) -> Vec<u64> {
    let members = group["members"].as_array().unwrap();
    members.iter().map(|member| member["value"].as_u64().unwrap()).collect()
}

fn scim(operations: &Value) -> Value {
    json!({
        "schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
        "Operations": operations
    })
}

#[tokio::test]
async fn a_list_names_groups_without_their_members() {
    let domain = Domain::serve().await;
    let page = domain.get(&format!("{GROUPS}?startIndex=2&count=1")).await.json();
    let total = page["totalResults"].as_u64().unwrap();
    assert!(total >= 40, "{total}");
    assert_eq!(
        page,
        json!({
            "schemas": ["urn:scim:schemas:core:1.0"],
            "totalResults": total,
            "itemsPerPage": 1,
            "startIndex": 2,
            "resources": [{
                "id": "9125a8dc-52ee-365b-a5aa-81b0b3681cf6",
                "displayName": "Project Alpha"
            }]
        })
    );
}

#[tokio::test]
async fn a_filter_compares_names_whole_at_the_start_or_anywhere_in_any_case() {
    let domain = Domain::serve().await;
    for (filter, expected) in [
        ("displayName%20eq%20%22external%20agency%22", 1),
        ("displayname%20SW%20%22external%22", 4),
        ("displayName%20co%20%22CONTRACTOR%22", 3),
        ("displayName%20eq%20%22R%26D%20%5C%22Skunkworks%5C%22%22", 1),
        ("displayName%20eq%20%22external%22", 0),
    ] {
        let page = domain.get(&format!("{GROUPS}?filter={filter}")).await.json();
        assert_eq!(page["totalResults"], expected, "{filter}");
    }
    for filter in ["displayName%20ew%20%22x%22", "id%20eq%20%22x%22", "displayName"] {
        domain.get(&format!("{GROUPS}?filter={filter}")).await.refused(400);
    }
}

#[tokio::test]
async fn a_group_shows_its_members_by_id_and_login() {
    let domain = Domain::serve().await;
    let group = domain.get(&pair(&domain).await).await.json();
    assert_eq!(group["schemas"], json!(["urn:scim:schemas:core:1.0"]));
    assert_eq!(
        group["members"],
        json!([
            { "username": "jane.smith", "value": 99_281, "display": "jane.smith" },
            { "username": "jsmith", "value": 88_412, "display": "jsmith" }
        ])
    );
}

#[tokio::test]
async fn members_may_be_objects_or_plain_ids_as_numbers_or_text() {
    let domain = Domain::serve().await;
    for members in [
        json!([{ "value": 99_281 }, { "value": "88412" }]),
        json!([99_281, "88412"]),
        json!([{ "value": 99_281, "username": "jane.smith", "display": "x" }, 88_412, 99_281]),
    ] {
        let body = json!({ "displayName": "Pair", "members": members });
        let answer = domain.send("PUT", ALPHA, body).await;
        assert_eq!(ids(&answer.json()), [99_281, 88_412], "{members}");
    }
}

#[tokio::test]
async fn a_group_name_is_given_once_whatever_its_case() {
    let domain = Domain::serve().await;
    let taken = json!({ "displayName": "FINANCE leads", "members": [] });
    domain.send("POST", GROUPS, taken.clone()).await.refused(409);
    domain.send("PUT", ALPHA, taken).await.refused(409);
    domain.send("PATCH", ALPHA, json!({ "displayName": "Finance Leads" })).await.refused(409);
    let own = json!({ "displayName": "project ALPHA" });
    assert_eq!(domain.send("PATCH", ALPHA, own).await.status, 200);
}

#[tokio::test]
async fn a_body_that_breaks_a_rule_is_refused_and_changes_nothing() {
    let domain = Domain::serve().await;
    let before = domain.get(ALPHA).await.json();
    for body in [
        json!({ "members": [] }),
        json!({ "displayName": "" }),
        json!({ "displayName": "X", "members": [{ "value": 424_242 }] }),
        json!({ "displayName": "X", "members": ["jsmith"] }),
        json!({ "displayName": "X", "members": [{ "id": 99_281 }] }),
        json!({ "displayName": "X", "members": [{ "value": 99_281, "operation": "delete" }] }),
        json!({ "displayName": "X", "description": "Y" }),
    ] {
        domain.send("POST", GROUPS, body.clone()).await.refused(400);
        domain.send("PUT", ALPHA, body).await.refused(400);
    }
    assert_eq!(domain.get(ALPHA).await.json(), before);
}

#[tokio::test]
async fn a_replace_removes_the_members_it_does_not_name() {
    let domain = Domain::serve().await;
    let path = pair(&domain).await;
    let body = json!({ "displayName": "Other", "members": [{ "value": 3012 }] });
    let group = domain.send("PUT", &path, body).await.json();
    assert_eq!((group["displayName"].as_str(), ids(&group)), (Some("Other"), vec![3012]));
    let jane = domain.get("/pubapi/v2/users/99281").await.text;
    assert!(!jane.contains("Other") && !jane.contains("Pair"));
}

#[tokio::test]
async fn the_legacy_patch_adds_removes_and_renames() {
    let domain = Domain::serve().await;
    let path = pair(&domain).await;
    let change = json!({
        "displayName": "Trio",
        "members": [{ "value": 3012 }, { "value": 99_281, "operation": "delete" }]
    });
    let group = domain.send("PATCH", &path, change).await.json();
    assert_eq!((group["displayName"].as_str(), ids(&group)), (Some("Trio"), vec![88_412, 3012]));
    assert_eq!(domain.get(&path).await.json(), group);
}

#[tokio::test]
async fn the_scim_patch_adds_removes_replaces_and_renames() {
    let domain = Domain::serve().await;
    let path = pair(&domain).await;
    for (operations, expected) in [
        (
            json!([{ "op": "add", "path": "members", "value": [{ "value": 3012 }] }]),
            vec![99_281, 88_412, 3012],
        ),
        (json!([{ "op": "remove", "path": "members", "value": ["88412"] }]), vec![99_281, 3012]),
        (
            json!([{ "op": "replace", "path": "members", "value": [{ "value": "41877" }] }]),
            vec![41_877],
        ),
        (json!([{ "op": "remove", "path": "members" }]), vec![]),
    ] {
        let answer = domain.send("PATCH", &path, scim(&operations)).await;
        assert_eq!(answer.status, 200, "{operations}: {}", answer.text);
        assert_eq!(ids(&answer.json()), expected, "{operations}");
    }
    let rename = json!([{ "op": "replace", "path": "displayName", "value": "Renamed" }]);
    let group = domain.send("PATCH", &path, scim(&rename)).await.json();
    assert_eq!(group["displayName"], "Renamed");
}

#[tokio::test]
async fn the_two_patch_forms_do_not_mix() {
    let domain = Domain::serve().await;
    let add = json!([{ "op": "add", "path": "members", "value": [3012] }]);
    let mut both = scim(&add);
    both["members"] = json!([{ "value": 3012 }]);
    for body in [
        both,
        json!({}),
        json!({ "Operations": add }),
        json!({ "schemas": ["urn:scim:schemas:core:1.0"], "Operations": add }),
        scim(&json!([])),
        scim(&json!([{ "op": "move", "path": "members", "value": [3012] }])),
        scim(&json!([{ "op": "add", "path": "owner", "value": [3012] }])),
        scim(&json!([{ "op": "add", "path": "members", "value": [424_242] }])),
        json!({ "members": [{ "value": 3012, "operation": "remove" }] }),
        json!({ "members": [{ "value": 424_242 }] }),
    ] {
        domain.send("PATCH", ALPHA, body).await.refused(400);
    }
}

#[tokio::test]
async fn a_deleted_group_is_gone_from_lists_and_users() {
    let domain = Domain::serve().await;
    let answer = domain.delete(ALPHA).await;
    assert_eq!((answer.status.as_u16(), answer.text.as_str()), (200, ""));
    domain.get(ALPHA).await.refused(404);
    domain.delete(ALPHA).await.refused(404);
    let john = domain.get("/pubapi/v2/users/12345678").await.json();
    assert_eq!(john["groups"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn a_group_id_is_a_uuid_and_there_is_no_members_path() {
    let domain = Domain::serve().await;
    for id in ["402", "00000000-0000-4000-8000-000000000000", "Finance%20Leads"] {
        domain.get(&format!("{GROUPS}/{id}")).await.refused(404);
    }
    let answer = domain.send("POST", &format!("{ALPHA}/members"), json!({ "value": 3012 })).await;
    assert_eq!(answer.status, 404);
    assert!(answer.text.starts_with("<!DOCTYPE html>"));
}
