//! The users API: every sample of its page, and the rules beside them.

use std::collections::BTreeSet;

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
fn newcomer(changes: Value) -> Value {
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
async fn getting_one_user_answers_the_documented_sample() {
    let domain = Domain::serve().await;
    let answer = domain.get(MILLER).await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.header("content-type"), Some("application/json"));
    assert_eq!(answer.header("location"), Some(format!("{}{MILLER}", domain.base).as_str()));
    assert_eq!(
        answer.json(),
        json!({
            "id": 12_345_678,
            "userName": "jmiller",
            "externalId": "S-1-5-21-3623811015-3361044348-30300820-1013",
            "email": "john.miller@example.com",
            "name": { "familyName": "Miller", "givenName": "John" },
            "active": true,
            "createdDate": "2015-12-22T04:56:07.000+0000",
            "lastModificationDate": "2018-05-10T07:54:54.000+0000",
            "lastActiveDate": "2016-08-10T15:52:07.000+0000",
            "locked": false,
            "authType": "sso",
            "userType": "admin",
            "idpUserId": "jmiller",
            "isServiceAccount": false,
            "deleteOnExpiry": null,
            "emailChangePending": false,
            "expiryDate": null,
            "role": null,
            "userPrincipalName": null,
            "groups": [
                { "displayName": "Marketing Team", "value": "1ee2e04c-bdde-42ee-ae07-c3aad375f6da" },
                { "displayName": "Project Alpha", "value": "9125a8dc-52ee-365b-a5aa-81b0b3681cf6" }
            ]
        })
    );
}

#[tokio::test]
async fn a_list_item_is_the_documented_sample_without_groups() {
    let domain = Domain::serve().await;
    let item = domain.only(&format!("{USERS}?filter=userName%20eq%20%22bjensen%22")).await;
    assert_eq!(
        item,
        json!({
            "id": 17_654_328,
            "userName": "bjensen",
            "externalId": "S-1-5-21-3623811015-3361044348-30300820-1014",
            "idpUserId": "barbara.jensen",
            "email": "bjensen@example.com",
            "emailChangePending": false,
            "name": { "familyName": "Jensen", "givenName": "Barbara", "formatted": "Barbara Jensen" },
            "active": true,
            "createdDate": "2016-06-02T01:04:59.000+0000",
            "lastModificationDate": "2018-03-12T04:21:32.000+0000",
            "lastActiveDate": "2016-08-06T19:22:34.000+0000",
            "locked": false,
            "authType": "sso",
            "userType": "power",
            "role": "Billing Admin",
            "userPrincipalName": null,
            "expiryDate": null,
            "deleteOnExpiry": null
        })
    );
}

#[tokio::test]
async fn a_page_has_the_asked_size_and_says_where_it_stands() {
    let domain = Domain::serve().await;
    let page = domain.get(&format!("{USERS}?startIndex=3&count=2")).await.json();
    assert_eq!((&page["startIndex"], &page["itemsPerPage"]), (&json!(3), &json!(2)));
    assert_eq!(page["resources"].as_array().unwrap().len(), 2);
    assert!(page["totalResults"].as_u64().unwrap() >= 250);
    assert!(page.get("schemas").is_none());
}

#[tokio::test]
async fn a_page_holds_a_hundred_unless_fewer_are_asked_for_and_never_more() {
    let domain = Domain::serve().await;
    for (query, expected) in [("", 100), ("?count=100", 100), ("?count=5000", 100), ("?count=0", 0)]
    {
        let page = domain.get(&format!("{USERS}{query}")).await.json();
        assert_eq!(page["itemsPerPage"], expected, "{query}");
    }
    let page = domain.get(&format!("{USERS}?startIndex=100000")).await.json();
    assert_eq!((&page["itemsPerPage"], &page["resources"]), (&json!(0), &json!([])));
}

#[tokio::test]
async fn paging_meets_every_user_exactly_once() {
    let domain = Domain::serve().await;
    let (mut seen, mut start, mut total) = (BTreeSet::new(), 1, 1);
    while start <= total {
        let page = domain.get(&format!("{USERS}?startIndex={start}&count=37")).await.json();
        total = page["totalResults"].as_u64().unwrap();
        for user in page["resources"].as_array().unwrap() {
            assert!(seen.insert(user["id"].as_u64().unwrap()), "twice: {user}");
            start += 1;
        }
    }
    assert_eq!(seen.len() as u64, total);
}

#[tokio::test]
async fn a_start_or_count_that_is_no_number_is_refused() {
    let domain = Domain::serve().await;
    for query in
        ["startIndex=0", "startIndex=-1", "startIndex=x", "count=-1", "count=", "count=1.5"]
    {
        domain.get(&format!("{USERS}?{query}")).await.refused(400);
    }
}

#[tokio::test]
async fn attribute_and_operator_of_a_filter_are_case_insensitive() {
    let domain = Domain::serve().await;
    for filter in ["userName%20Eq%20%22jmiller%22", "Username%20eq%20%22jmiller%22"] {
        let user = domain.only(&format!("{USERS}?filter={filter}")).await;
        assert_eq!(user["id"], 12_345_678);
    }
}

#[tokio::test]
async fn a_filter_finds_by_email_and_external_id_too() {
    let domain = Domain::serve().await;
    let filter = "email+eq+%22Jane.Smith%40external.com%22";
    let email = domain.only(&format!("{USERS}?filter={filter}")).await;
    assert_eq!(email["id"], 99_281);
    let sid = "S-1-5-21-3623811015-3361044348-30300820-1013";
    let external = domain.only(&format!("{USERS}?filter=EXTERNALID%20EQ%20%22{sid}%22")).await;
    assert_eq!(external["id"], 12_345_678);
}

#[tokio::test]
async fn an_encoded_plus_is_a_plus_and_a_bare_one_a_space() {
    let domain = Domain::serve().await;
    let created = newcomer(json!({ "externalId": "xxx+xxx" }));
    assert_eq!(domain.send("POST", USERS, created).await.status, 201);
    let found = domain.only(&format!("{USERS}?filter=externalId%20Eq%20xxx%2Bxxx")).await;
    assert_eq!(found["userName"], "new.comer");
    domain.get(&format!("{USERS}?filter=externalId%20Eq%20xxx+xxx")).await.refused(400);
    let none = domain.get(&format!("{USERS}?filter=externalId%20eq%20%22xxx+xxx%22")).await.json();
    assert_eq!(none["totalResults"], 0);
}

#[tokio::test]
async fn a_filter_beyond_the_grammar_is_refused() {
    let domain = Domain::serve().await;
    for filter in [
        "",
        "userName",
        "userName%20eq",
        "userName%20ne%20%22x%22",
        "userName%20sw%20%22j%22",
        "active%20eq%20true",
        "userName%20eq%20%22open",
        "userName%20eq%20%22a%22%20and%20email%20eq%20%22b%22",
    ] {
        domain.get(&format!("{USERS}?filter={filter}")).await.refused(400);
    }
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
    let id = domain.send("POST", USERS, newcomer(json!({}))).await.json()["id"].clone();
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
        domain.send("POST", USERS, newcomer(taken)).await.refused(409);
    }
    let change = json!({ "email": "bjensen@example.com" });
    domain.send("PATCH", MILLER, change).await.refused(409);
}

#[tokio::test]
async fn a_create_body_that_breaks_a_rule_is_refused_and_says_where() {
    let domain = Domain::serve().await;
    for (property, body) in [
        ("userName", newcomer(json!({ "userName": null }))),
        ("email", newcomer(json!({ "email": null }))),
        ("name", newcomer(json!({ "name": null }))),
        ("active", newcomer(json!({ "active": null }))),
        ("authType", newcomer(json!({ "authType": null }))),
        ("userType", newcomer(json!({ "userType": null }))),
        ("userName", newcomer(json!({ "userName": "_jane" }))),
        ("email", newcomer(json!({ "email": "nowhere" }))),
        ("active", newcomer(json!({ "active": "true" }))),
        ("authType", newcomer(json!({ "authType": "google" }))),
        ("userType", newcomer(json!({ "userType": "Power" }))),
        ("familyName", newcomer(json!({ "name": { "givenName": "A" } }))),
        ("givenName", newcomer(json!({ "name": { "givenName": " ", "familyName": "B" } }))),
        ("name.formatted", newcomer(json!({ "name": { "formatted": "A B" } }))),
        ("isAdmin", newcomer(json!({ "isAdmin": true }))),
        ("role", newcomer(json!({ "role": "Billing Admin" }))),
        ("role", newcomer(json!({ "userType": "power", "role": "Emperor" }))),
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

#[tokio::test]
async fn an_unknown_user_is_not_found_in_the_documented_words() {
    let domain = Domain::serve().await;
    let answer = domain.get(&format!("{USERS}/99999999")).await;
    let expected =
        json!({ "Errors": [{ "description": "User 99999999 not found.", "code": "404" }] });
    assert_eq!((answer.status.as_u16(), answer.json()), (404, expected));
    for id in ["settings", "jmiller", "1.5", "-1", "99999999999999999999999"] {
        domain.get(&format!("{USERS}/{id}")).await.refused(404);
    }
    domain.send("PATCH", &format!("{USERS}/99999999"), json!({})).await.refused(404);
}

#[tokio::test]
async fn an_undocumented_method_is_not_supported() {
    let domain = Domain::serve().await;
    domain.send("PUT", MILLER, miller()).await.refused(403);
    domain.delete(USERS).await.refused(403);
}
