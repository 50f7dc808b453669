//! Listing, filtering and getting users: every sample of the page, and the rules beside them.

use std::collections::BTreeSet;

use serde_json::json;

use crate::domain::Domain;

const USERS: &str = "/pubapi/v2/users";
const MILLER: &str = "/pubapi/v2/users/12345678";

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
    let created = json!({
        "userName": "new.comer",
        "externalId": "xxx+xxx",
        "email": "new.comer@company.com",
        "name": { "givenName": "New", "familyName": "Comer" },
        "active": true,
        "authType": "egnyte",
        "userType": "standard"
    });
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
    domain.send("PUT", MILLER, json!({})).await.refused(403);
    domain.delete(USERS).await.refused(403);
}
