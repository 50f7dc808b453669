//! Links: making them, listing them in two versions, looking at one, deleting.

use serde_json::{Value, json};

use crate::domain::Domain;

const V1: &str = "/pubapi/v1/links";
const V2: &str = "/pubapi/v2/links";
const Q3: &str = "/Shared/Finance/Reports/q3-summary.md";

#[tokio::test]
async fn the_first_version_lists_ids_with_a_total_and_the_second_links_without() {
    let domain = Domain::serve().await;
    let ids = domain.get(&format!("{V1}?count=2&offset=1")).await.json();
    assert_eq!(ids["ids"][0], "pT3mWq81Zc");
    assert_eq!(
        (&ids["count"], &ids["offset"], &ids["total_count"]),
        (&json!(2), &json!(1), &json!(65))
    );
    let page = domain.get(&format!("{V2}?count=2")).await.json();
    let keys: Vec<&str> = page.as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(keys, ["links", "count"]);
    assert_eq!(page["links"][0]["id"], "FzHv6dKLXy");
    assert_eq!(page["links"][0]["path"], Q3);
    let rest = domain.get(&format!("{V2}?offset=60")).await.json();
    assert_eq!((rest["links"].as_array().unwrap().len(), &rest["count"]), (5, &json!(5)));
}

#[tokio::test]
async fn a_list_is_narrowed_by_path_creator_kind_access_and_time() {
    let domain = Domain::serve().await;
    for (query, expected) in [
        (format!("path={Q3}"), 1),
        ("type=folder".to_owned(), 1),
        ("username=jsmith".to_owned(), 1),
        ("accessibility=password".to_owned(), 15),
        ("created_after=2999-01-01".to_owned(), 0),
        ("created_before=2026-03-25".to_owned(), 3),
        ("created_before=2026-03-25T00:00:00Z".to_owned(), 3),
    ] {
        let found = domain.get(&format!("{V1}?{query}")).await.json();
        assert_eq!(found["total_count"], expected, "{query}");
    }
    for query in ["type=secret", "created_after=soon", "count=501", "accessibility=Anyone"] {
        domain.get(&format!("{V2}?{query}")).await.refused(400);
    }
}

#[tokio::test]
async fn one_link_says_less_in_the_first_version() {
    let domain = Domain::serve().await;
    let full = domain.get(&format!("{V2}/FzHv6dKLXy")).await.json();
    assert_eq!(full["resource_id"], "b2000000-0000-4000-8000-000000000001");
    assert!(full["creation_date"].as_str().unwrap().ends_with('Z'));
    assert_eq!((&full["accessibility"], &full["created_by"]), (&json!("domain"), &json!("anwosu")));
    let less = domain.get(&format!("{V1}/FzHv6dKLXy")).await.json();
    assert_eq!(less.get("resource_id"), None);
    assert_eq!(less["creation_date"].as_str().unwrap().len(), 10);
    let text = domain.get(&format!("{V2}/nothere")).await.refused(404);
    assert_eq!(text, "Link does not exist.");
}

#[tokio::test]
async fn a_link_is_made_for_every_recipient_and_deleted_by_id() {
    let domain = Domain::serve().await;
    let body = json!({
        "path": Q3,
        "type": "file",
        "accessibility": "recipients",
        "recipients": ["a@brightpixel.example", "b@brightpixel.example"],
        "expiry_date": "2027-01-31",
        "add_file_name": true
    });
    let made = domain.send("POST", V1, body).await.json();
    let links = made["links"].as_array().unwrap();
    assert_eq!(links.len(), 2);
    assert_eq!(links[1]["recipients"], json!(["b@brightpixel.example"]));
    assert!(links[0]["url"].as_str().unwrap().ends_with("/q3-summary.md"));
    assert_eq!((&made["path"], &made["expiry_date"]), (&json!(Q3), &json!("2027-01-31")));
    let target = format!("{V2}/{}", links[0]["id"].as_str().unwrap());
    assert_eq!(domain.delete(&target).await.status, 200);
    domain.delete(&target).await.refused(404);
}

#[tokio::test]
async fn a_password_is_told_once_and_an_upload_link_has_no_access() {
    let domain = Domain::serve().await;
    let body = json!({ "path": Q3, "type": "file", "accessibility": "password" });
    let made = domain.send("POST", V2, body).await.json();
    let password = made["links"][0]["password"].as_str().unwrap().to_owned();
    let target = format!("{V2}/{}", made["links"][0]["id"].as_str().unwrap());
    assert!(!domain.get(&target).await.text.contains(&password));
    let upload = json!({ "path": "/Shared/Marketing", "type": "upload" });
    let made = domain.send("POST", V1, upload).await.json();
    assert_eq!(made.get("accessibility"), None);
}

#[tokio::test]
async fn a_link_that_cannot_be_is_refused() {
    let domain = Domain::serve().await;
    let body = |more: Value| {
        let mut body = json!({ "path": Q3, "type": "file" });
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        body
    };
    for more in [
        json!({ "type": "folder" }),
        json!({ "expiry_date": "2027-01-01", "expiry_clicks": 3 }),
        json!({ "expiry_clicks": 11 }),
        json!({ "expiry_date": "soon" }),
        json!({ "accessibility": "recipients" }),
        json!({ "send_email": true }),
        json!({ "accessibility": "everyone" }),
        json!({ "password": "x" }),
    ] {
        domain.send("POST", V1, body(more)).await.refused(400);
    }
    domain.send("POST", V1, body(json!({ "path": "/Shared/nothing" }))).await.refused(404);
    let closed = json!({ "allow_links": false });
    domain.send("PATCH", "/pubapi/v1/fs/Shared/Finance/Reports", closed).await;
    domain.send("POST", V1, body(json!({}))).await.refused(400);
}

#[tokio::test]
async fn a_link_follows_its_file_and_goes_with_it() {
    let domain = Domain::serve().await;
    let fs = format!("/pubapi/v1/fs{Q3}");
    let away = json!({ "action": "move", "destination": "/Shared/Marketing/q3.md" });
    domain.send("POST", &fs, away).await;
    let link = domain.get(&format!("{V2}/FzHv6dKLXy")).await.json();
    assert_eq!(link["path"], "/Shared/Marketing/q3.md");
    domain.delete("/pubapi/v1/fs/Shared/Marketing/q3.md").await;
    domain.get(&format!("{V2}/FzHv6dKLXy")).await.refused(404);
}

#[tokio::test]
async fn who_is_no_administrator_sees_their_own_links_only() {
    let domain = Domain::serve().await;
    let token = json!({ "token": "noor", "admin": false, "user_id": 84_920 });
    domain.send("POST", "/_sandbox/tokens", token).await;
    let list = domain.send_as(Some("noor"), "GET", V1, None).await.unwrap().json();
    assert_eq!(list["total_count"], 21);
    let other = format!("{V2}/FzHv6dKLXy");
    domain.send_as(Some("noor"), "GET", &other, None).await.unwrap().refused(404);
    assert!(domain.get(&format!("{V1}/settings")).await.json()["file_links"].is_object());
}
