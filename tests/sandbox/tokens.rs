//! Access tokens: who gets in, and what the two identity calls say.

use serde_json::json;

use crate::domain::Domain;

const USERS: &str = "/pubapi/v2/users?count=1";

#[tokio::test]
async fn without_a_valid_token_the_gateway_answers_in_html() {
    let domain = Domain::serve().await;
    for token in [None, Some("unknown"), Some("")] {
        for target in [USERS, "/pubapi/v1/userinfo", "/nowhere"] {
            let answer = domain.send_as(token, "GET", target, None).await.unwrap();
            assert_eq!(answer.status, 401, "{token:?} {target}");
            assert_eq!(answer.text, "<h1>Developer Inactive</h1>");
            assert!(answer.header("content-type").unwrap().starts_with("text/html"));
        }
    }
}

#[tokio::test]
async fn a_token_works_from_its_making_to_its_revocation() {
    let domain = Domain::serve().await;
    let made = domain.send("POST", "/_sandbox/tokens", json!({ "token": "second" })).await;
    assert_eq!(made.status, 201);
    let status = async || domain.send_as(Some("second"), "GET", USERS, None).await.unwrap().status;
    assert_eq!(status().await, 200);
    assert_eq!(domain.delete("/_sandbox/tokens/second").await.status, 204);
    assert_eq!(status().await, 401);
    assert_eq!(domain.delete("/_sandbox/tokens/second").await.status, 404);
    assert_eq!(domain.get(USERS).await.status, 200);
}

#[tokio::test]
async fn users_and_groups_are_for_administrators_with_the_scope() {
    let domain = Domain::serve().await;
    for token in [
        json!({ "token": "plain", "admin": false, "user_id": 3012 }),
        json!({ "token": "narrow", "scopes": ["Egnyte.group"] }),
    ] {
        domain.send("POST", "/_sandbox/tokens", token).await;
    }
    for (token, target, status) in [
        ("plain", USERS, 403),
        ("plain", "/pubapi/v2/groups", 403),
        ("plain", "/pubapi/v1/userinfo", 200),
        ("narrow", USERS, 403),
        ("narrow", "/pubapi/v2/groups", 200),
    ] {
        let answer = domain.send_as(Some(token), "GET", target, None).await.unwrap();
        assert_eq!(answer.status, status, "{token} {target}");
        assert_eq!(answer.header("x-mashery-error-code"), None, "no throttle");
    }
}

#[tokio::test]
async fn userinfo_and_whoami_name_the_owner_of_the_token() {
    let domain = Domain::serve().await;
    assert_eq!(
        domain.get("/pubapi/v1/userinfo").await.json(),
        json!({
            "id": 1001,
            "first_name": "Ingrid",
            "last_name": "Solberg",
            "username": "isolberg",
            "user_type": "admin",
            "email": "ingrid.solberg@company.com"
        })
    );
    let who = domain.get("/pubapi/v1/whoami").await.json();
    assert_eq!((&who["username"], &who["domain"]), (&json!("isolberg"), &json!("sandbox")));
    assert!(who["scopes"].as_array().unwrap().contains(&json!("Egnyte.user")));
}

#[tokio::test]
async fn an_unknown_path_is_an_html_page() {
    let domain = Domain::serve().await;
    let answer = domain.get("/pubapi/v3/users").await;
    assert_eq!(answer.status, 404);
    assert!(answer.text.contains("<html>"));
}
