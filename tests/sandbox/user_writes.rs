//! Creating, updating and deleting users: every sample of the page, and the rules beside them.

use serde_json::{Value, json};

use crate::domain::Domain;

const USERS: &str = "/pubapi/v2/users";
const MILLER: &str = "/pubapi/v2/users/12345678";

/// The create sample.
fn miller() -> Value {
    json!({
        "userName": "jmiller",
        "externalId": "S-1-5-21-3623811015-3361044348-30300820-1013",
        "email": "jmiller@example.com",
        "name": { "givenName": "John", "familyName": "Miller" },
        "active": true,
        "sendInvite": false,
        "authType": "sso",
        "userType": "power",
        "idpUserId": "jmiller",
        "userPrincipalName": "jmiller@example.com"
    })
}

/// A valid new user, with `changes` laid over it; null takes a property away.
fn newcomer(changes: &Value) -> Value {
    let mut body = json!({
        "userName": "new.comer",
        "email": "new.comer@company.com",
        "name": { "givenName": "New", "familyName": "Comer" },
        "active": true,
        "authType": "egnyte",
        "userType": "standard"
    });
    for (key, value) in changes.as_object().unwrap() {
        if value.is_null() {
            body.as_object_mut().unwrap().remove(key);
        } else {
            body[key] = value.clone();
        }
    }
    body
}

#[tokio::test]
async fn creating_a_user_answers_the_documented_sample() {
    let domain = Domain::serve().await;
    assert_eq!(domain.delete(MILLER).await.status, 200);
    let answer = domain.send("POST", USERS, miller()).await;
    assert_eq!(answer.status, 201);
    let mut user = answer.json();
    let location = format!("{}{USERS}/{}", domain.base, user["id"]);
    assert_eq!(answer.header("location"), Some(location.as_str()));
    assert_eq!(user["createdDate"], user["lastModificationDate"]);
    for varying in ["id", "createdDate", "lastModificationDate"] {
        assert!(user.as_object_mut().unwrap().remove(varying).is_some(), "{varying}");
    }
    assert_eq!(
        user,
        json!({
            "userName": "jmiller",
            "externalId": "S-1-5-21-3623811015-3361044348-30300820-1013",
            "email": "jmiller@example.com",
            "emailChangePending": false,
            "name": { "familyName": "Miller", "givenName": "John", "formatted": "John Miller" },
            "active": true,
            "locked": false,
            "authType": "sso",
            "userType": "power",
            "idpUserId": "jmiller",
            "userPrincipalName": null,
            "role": "Default",
            "lastActiveDate": null,
            "expiryDate": null,
            "deleteOnExpiry": null
        })
    );
}

#[tokio::test]
async fn a_created_user_is_listed_last_and_can_be_fetched() {
    let domain = Domain::serve().await;
    let id = domain.send("POST", USERS, newcomer(&json!({}))).await.json()["id"].clone();
    let total = domain.get(&format!("{USERS}?count=0")).await.json()["totalResults"].clone();
    let last = domain.get(&format!("{USERS}?startIndex={total}")).await.json();
    assert_eq!(last["resources"][0]["id"], id);
    let user = domain.get(&format!("{USERS}/{id}")).await.json();
    assert_eq!((&user["groups"], &user["lastActiveDate"]), (&json!([]), &Value::Null));
}

#[tokio::test]
async fn a_user_name_email_or_external_id_is_given_once() {
    let domain = Domain::serve().await;
    let sid = "S-1-5-21-3623811015-3361044348-30300820-1014";
    for taken in [
        json!({ "userName": "JMiller" }),
        json!({ "email": "B.Wayne@company.com" }),
        json!({ "externalId": sid }),
    ] {
        domain.send("POST", USERS, newcomer(&taken)).await.refused(409);
    }
    let change = json!({ "email": "bjensen@example.com" });
    domain.send("PATCH", MILLER, change).await.refused(409);
}

#[tokio::test]
async fn a_create_body_that_breaks_a_rule_is_refused_and_says_where() {
    let domain = Domain::serve().await;
    for (property, body) in [
        ("userName", newcomer(&json!({ "userName": null }))),
        ("email", newcomer(&json!({ "email": null }))),
        ("name", newcomer(&json!({ "name": null }))),
        ("active", newcomer(&json!({ "active": null }))),
        ("authType", newcomer(&json!({ "authType": null }))),
        ("userType", newcomer(&json!({ "userType": null }))),
        ("userName", newcomer(&json!({ "userName": "_jane" }))),
        ("email", newcomer(&json!({ "email": "nowhere" }))),
        ("active", newcomer(&json!({ "active": "true" }))),
        ("authType", newcomer(&json!({ "authType": "google" }))),
        ("userType", newcomer(&json!({ "userType": "Power" }))),
        ("familyName", newcomer(&json!({ "name": { "givenName": "A" } }))),
        ("givenName", newcomer(&json!({ "name": { "givenName": " ", "familyName": "B" } }))),
        ("name.formatted", newcomer(&json!({ "name": { "formatted": "A B" } }))),
        ("isAdmin", newcomer(&json!({ "isAdmin": true }))),
        ("role", newcomer(&json!({ "role": "Billing Admin" }))),
        ("role", newcomer(&json!({ "userType": "power", "role": "Emperor" }))),
    ] {
        let description = domain.send("POST", USERS, body).await.refused(400);
        assert!(description.contains(property), "{property}: {description}");
    }
}

#[tokio::test]
async fn a_body_must_be_one_json_value_sent_as_json() {
    let domain = Domain::serve().await;
    let url = format!("{}{MILLER}", domain.base);
    for (media_type, body, status) in [
        ("application/json; charset=utf-8", r#"{"active":true}"#, 200),
        ("text/plain", r#"{"active":true}"#, 400),
        ("application/json", r#"{"active":"#, 400),
        ("application/json", r#"{"active":true}{}"#, 400),
        ("application/json", "[]", 400),
    ] {
        let request = domain.client.patch(&url).bearer_auth("sandbox-access-token");
        let answer = request.header("content-type", media_type).body(body).send().await.unwrap();
        assert_eq!(answer.status(), status, "{media_type} {body}");
    }
}

#[tokio::test]
async fn updating_a_user_answers_the_documented_sample() {
    let domain = Domain::serve().await;
    let before = domain.get(MILLER).await.json();
    let change = json!({ "email": "john.miller@example.com", "userType": "admin" });
    let answer = domain.send("PATCH", MILLER, change).await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.header("location"), Some(format!("{}{MILLER}", domain.base).as_str()));
    assert_eq!(
        answer.json(),
        json!({
            "id": 12_345_678,
            "userName": "jmiller",
            "externalId": "S-1-5-21-3623811015-3361044348-30300820-1013",
            "email": "john.miller@example.com",
            "name": { "familyName": "Miller", "givenName": "John" },
            "active": "true",
            "locked": "false",
            "authType": "sso",
            "userType": "admin",
            "idpUserId": "jmiller"
        })
    );
    let after = domain.get(MILLER).await.json();
    assert_ne!(after["lastModificationDate"], before["lastModificationDate"]);
    assert_eq!(after["createdDate"], before["createdDate"]);
}

#[tokio::test]
async fn an_update_changes_what_it_names_and_nothing_else() {
    let domain = Domain::serve().await;
    let before = domain.get(MILLER).await.json();
    let change = json!({ "givenName": "Johanna", "active": false });
    domain.send("PATCH", MILLER, change).await;
    let after = domain.get(MILLER).await.json();
    let mut expected = before;
    expected["name"]["givenName"] = json!("Johanna");
    expected["active"] = json!(false);
    expected["lastModificationDate"] = after["lastModificationDate"].clone();
    assert_eq!(after, expected);
}

#[tokio::test]
async fn login_external_id_and_nested_names_cannot_be_updated() {
    let domain = Domain::serve().await;
    let before = domain.get(MILLER).await.json();
    for (property, change) in [
        ("userName", json!({ "userName": "jmiller-OFFBOARDED", "active": false })),
        ("externalId", json!({ "externalId": "other" })),
        ("name", json!({ "name": { "givenName": "J", "familyName": "M" } })),
        ("id", json!({ "id": 7 })),
    ] {
        let description = domain.send("PATCH", MILLER, change).await.refused(400);
        assert!(description.contains(property), "{description}");
    }
    assert_eq!(domain.get(MILLER).await.json(), before);
}

#[tokio::test]
async fn only_a_power_user_has_a_role() {
    let domain = Domain::serve().await;
    domain.send("PATCH", MILLER, json!({ "role": "Billing Admin" })).await.refused(400);
    for (change, role) in [
        (json!({ "userType": "power" }), json!("Default")),
        (json!({ "role": "Billing Admin" }), json!("Billing Admin")),
        (json!({ "userType": "standard" }), Value::Null),
    ] {
        assert_eq!(domain.send("PATCH", MILLER, change).await.status, 200);
        assert_eq!(domain.get(MILLER).await.json()["role"], role);
    }
}

#[tokio::test]
async fn a_deleted_user_is_gone_and_in_no_group() {
    let domain = Domain::serve().await;
    let answer = domain.delete(MILLER).await;
    assert_eq!((answer.status.as_u16(), answer.text.as_str()), (200, ""));
    assert_eq!(domain.get(MILLER).await.refused(404), "User 12345678 not found.");
    domain.delete(MILLER).await.refused(404);
    assert!(!domain.sandbox.state().to_string().contains("\"value\":12345678"));
}
