//! Who may use the services, and what a reset does to them.

use serde_json::json;

use crate::domain::Domain;

/// One address behind each scope.
const GUARDED: [(&str, &str); 11] = [
    ("/pubapi/v2/audit/stream", "Egnyte.audit"),
    ("/pubapi/v1/audit/jobs/f6000000-0000-4000-8000-000000000001", "Egnyte.audit"),
    ("/pubapi/v1/workflows", "Egnyte.filesystem"),
    ("/pubapi/v1/tasks/t-1001", "Egnyte.filesystem"),
    ("/pubapi/v2/project-folders", "Egnyte.projectfolders"),
    ("/pubapi/v1/webhooks", "Egnyte.webhooks"),
    ("/pubapi/v1/ai/agents/list", "Egnyte.ai"),
    ("/pubapi/v1/ai/assistant/x/status", "Egnyte.ai"),
    ("/pubapi/v1/egnyte-sign/templates", "Egnyte.sign"),
    ("/pubapi/v1/upload-requests/templates", "Egnyte.uploadrequests"),
    ("/pubapi/v1/document-portal/settings", "Egnyte.documentportal"),
];

#[tokio::test]
async fn a_service_is_closed_without_its_scope_and_open_with_it() {
    let domain = Domain::serve().await;
    let narrow = json!({ "token": "narrow", "scopes": ["Egnyte.user"] });
    domain.send("POST", "/_sandbox/tokens", narrow).await;
    for (target, scope) in GUARDED {
        let answer = domain.send_as(Some("narrow"), "GET", target, None).await.unwrap();
        assert!(answer.refused(403).contains(scope), "{target}");
        let token = json!({ "token": "one", "scopes": [scope] });
        domain.send("POST", "/_sandbox/tokens", token).await;
        let answer = domain.send_as(Some("one"), "GET", target, None).await.unwrap();
        assert_ne!(answer.status, 403, "{target}: {}", answer.text);
    }
    let fields = "/pubapi/v1/properties/project-tag/custom-fields";
    let answer = domain.send_as(Some("narrow"), "GET", fields, None).await.unwrap();
    assert_eq!(answer.status, 200, "no scope is published for custom fields");
}

#[tokio::test]
async fn the_seeded_token_has_every_published_scope() {
    let domain = Domain::serve().await;
    let who = domain.get("/pubapi/v1/whoami").await.json();
    let scopes = who["scopes"].as_array().unwrap();
    assert_eq!(scopes.len(), 18);
    for (_, scope) in GUARDED {
        assert!(scopes.contains(&json!(scope)), "{scope}");
    }
}

#[tokio::test]
async fn audits_are_for_administrators() {
    let domain = Domain::serve().await;
    let token = json!({ "token": "plain", "admin": false, "user_id": 3012 });
    domain.send("POST", "/_sandbox/tokens", token).await;
    for (target, status) in [("/pubapi/v2/audit/stream", 403), ("/pubapi/v1/workflows", 200)] {
        let answer = domain.send_as(Some("plain"), "GET", target, None).await.unwrap();
        assert_eq!(answer.status, status, "{target}");
    }
}

#[tokio::test]
async fn a_known_path_with_an_unknown_method_is_forbidden() {
    let domain = Domain::serve().await;
    for target in ["/pubapi/v1/webhooks", "/pubapi/v1/workflows/9001", "/pubapi/v1/audit/settings"]
    {
        domain.delete(target).await.refused(403);
    }
}

#[tokio::test]
async fn a_reset_restores_the_services() {
    let domain = Domain::serve().await;
    let first = domain.sandbox.state();
    domain.delete("/pubapi/v1/webhooks/a8000000-0000-4000-8000-000000000001").await;
    domain.delete("/pubapi/v1/tasks/t-1001").await;
    domain.delete("/pubapi/v2/project-folders/a7000000-0000-4000-8000-000000000001").await;
    domain.try_send("POST", "/pubapi/v1/workflows/9001/cancel", None).await.unwrap();
    let question = json!({ "question": "Anything?" });
    domain.send("POST", "/pubapi/v1/ai/assistant/ask", question).await;
    let changed = domain.sandbox.state();
    for key in ["webhooks", "tasks", "projects", "workflows", "assistant_runs"] {
        assert_ne!(changed[key], first[key], "{key}");
    }
    domain.try_send("POST", "/_sandbox/reset", None).await.unwrap();
    assert_eq!(domain.sandbox.state(), first);
}
