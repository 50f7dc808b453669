//! Questions to documents, knowledge bases, the assistant and agents.

use egnyte_mcp::sandbox::Sandbox;
use serde_json::{Value, json};

use crate::domain::{Answer, Domain};

const CONTRACT: &str = "c3000000-0000-4000-8000-000000000004";
const PICTURE: &str = "c3000000-0000-4000-8000-000000000005";
const BASE: &str = "a9000000-0000-4000-8000-000000000001";
const AGENT: &str = "aa000000-0000-4000-8000-000000000001";
const QUESTION: &str = "When does it renew?";

/// Asserts a refusal in the shape of the AI services and returns its words.
#[track_caller]
fn refused(answer: &Answer, status: u16) -> String {
    assert_eq!(answer.status, status, "{}", answer.text);
    let body = answer.json();
    assert!(body["errorCode"].is_string() && body["requestId"].is_string(), "{body}");
    body["error_description"].as_str().unwrap().to_owned()
}

async fn ask(domain: &Domain, target: &str, body: Value) -> Value {
    let answer = domain.send("POST", &format!("/pubapi/v1/ai/{target}"), body).await;
    assert_eq!(answer.status, 200, "{target}: {}", answer.text);
    answer.json()
}

#[tokio::test]
async fn an_answer_about_a_document_is_made_of_the_question_and_the_document() {
    let domain = Domain::serve().await;
    let target = format!("document/{CONTRACT}/ask");
    let plain = ask(&domain, &target, json!({ "question": QUESTION })).await;
    let text = plain["response"]["text"].as_str().unwrap();
    assert!(text.contains(QUESTION) && text.contains("master-agreement.docx"), "{text}");
    assert_eq!(plain["citations"], json!([]));

    let body = json!({
        "question": QUESTION, "includeCitations": true,
        "chatHistory": { "messages": [{ "role": "user", "content": "Hello" }] },
    });
    let cited = ask(&domain, &target, body).await;
    assert_eq!(cited["response"], plain["response"], "the same each time");
    assert_eq!(cited["citations"][0]["entryId"], CONTRACT);
    assert!(cited["citations"][0]["chunks"][0]["sourceText"].is_string());

    let summary = ask(&domain, &format!("document/{CONTRACT}/summary"), json!({})).await;
    assert!(summary["response"]["text"].as_str().unwrap().contains(CONTRACT));
    assert_eq!(summary.as_object().unwrap().len(), 1, "no citations: {summary}");
}

#[tokio::test]
async fn what_has_no_text_is_not_indexed() {
    let domain = Domain::serve().await;
    for id in [PICTURE, "c3000000-0000-4000-8000-00000000ffff", "x"] {
        let target = format!("/pubapi/v1/ai/document/{id}/ask");
        refused(&domain.send("POST", &target, json!({ "question": "?" })).await, 404);
    }
}

#[tokio::test]
async fn a_question_with_a_fault_is_refused_by_name() {
    let domain = Domain::serve().await;
    let document = format!("document/{CONTRACT}/ask");
    let agent = format!("agents/{AGENT}/ask");
    let long = "x".repeat(35_001);
    for (target, body, words) in [
        (document.as_str(), json!({}), "question: is required"),
        (&document, json!({ "question": " " }), "question: must not be empty"),
        (&document, json!({ "question": "?", "stream": true }), "stream: is not a known"),
        (
            &document,
            json!({ "question": "?", "includeCitations": "yes" }),
            "includeCitations: must be",
        ),
        (
            &document,
            json!({ "question": "?", "chatHistory": { "messages": [{ "role": "user" }] } }),
            "chatHistory.messages[0].content: is required",
        ),
        ("assistant/ask", json!({ "question": long }), "question: must be at most 35000"),
        (&agent, json!({ "question": long }), "question: must be at most 35000"),
        ("kb/list", json!({}), "sortBy: is required"),
        (
            "kb/list",
            json!({ "sortBy": ["size"], "sortDirection": ["ASC"], "status": ["ACTIVE"] }),
            "sortBy[0]: must be one of",
        ),
    ] {
        let answer = domain.send("POST", &format!("/pubapi/v1/ai/{target}"), body).await;
        let said = refused(&answer, 400);
        assert!(said.starts_with(words), "{target}: {said}");
    }
}

#[tokio::test]
async fn the_assistant_has_its_answer_at_the_second_look() {
    let domain = Domain::serve().await;
    let body = json!({
        "question": QUESTION,
        "selectedItems": {
            "files": [{ "entryId": CONTRACT }],
            "folders": [{ "id": "a1000000-0000-4000-8000-000000000021" }],
            "webSearch": false,
        },
    });
    let asked = ask(&domain, "assistant/ask", body).await;
    assert_eq!(asked["executionStatus"], "IN_PROGRESS");
    let id = asked["executionId"].as_str().unwrap();
    let target = format!("/pubapi/v1/ai/assistant/{id}/status?includeCitations=true");
    let first = domain.get(&target).await.json();
    assert_eq!((&first["status"], &first["responseText"]), (&json!("IN_PROGRESS"), &Value::Null));
    let second = domain.get(&target).await.json();
    assert_eq!(second["status"], "COMPLETED");
    assert!(second["responseText"].as_str().unwrap().contains(QUESTION));
    assert_eq!(second["citations"][0]["filename"], "master-agreement.docx");

    let again = json!({ "question": "And then?", "conversationId": asked["conversationId"] });
    let again = ask(&domain, "assistant/ask", again).await;
    assert_eq!(again["conversationId"], asked["conversationId"]);
    assert_ne!(again["executionId"], asked["executionId"]);
    refused(&domain.get("/pubapi/v1/ai/assistant/nobody/status").await, 404);
    let unknown = json!({ "question": "?", "selectedItems": { "folders": [{ "id": "x" }] } });
    refused(&domain.send("POST", "/pubapi/v1/ai/assistant/ask", unknown).await, 404);
}

#[tokio::test]
async fn an_agents_run_belongs_to_the_agent_and_is_done_at_the_second_look() {
    let domain = Domain::serve().await;
    let body = json!({ "question": QUESTION, "entryIds": [CONTRACT] });
    let asked = ask(&domain, &format!("agents/{AGENT}/ask"), body).await;
    let id = asked["requestId"].as_str().unwrap();
    let other = "aa000000-0000-4000-8000-000000000002";
    refused(&domain.get(&format!("/pubapi/v1/ai/agents/{other}/ask/{id}/status")).await, 404);
    let target = format!("/pubapi/v1/ai/agents/{AGENT}/ask/{id}/status");
    assert_eq!(domain.get(&target).await.json()["status"], "RUNNING");
    let done = domain.get(&target).await.json();
    assert_eq!(done["status"], "COMPLETED");
    assert_eq!(done["citations"][0]["entryId"], CONTRACT);

    let nobody =
        domain.send("POST", "/pubapi/v1/ai/agents/x/ask", json!({ "question": "?" })).await;
    refused(&nobody, 404);
}

#[tokio::test]
async fn agents_are_a_bare_array_in_the_order_asked_for() {
    let domain = Domain::serve().await;
    let names = async |query: &str| -> Vec<String> {
        let list = domain.get(&format!("/pubapi/v1/ai/agents/list{query}")).await.json();
        let names = list.as_array().unwrap().iter();
        names.map(|agent| agent["name"].as_str().unwrap().to_owned()).collect()
    };
    let by_name = names("").await;
    assert!(by_name.is_sorted() && by_name.len() == 3);
    let mut backwards = names("?sortBy=name&sortOrder=desc").await;
    backwards.reverse();
    assert_eq!(backwards, by_name);
    assert_eq!(names("?sortBy=createdOn").await[0], "Contract reviewer");
    refused(&domain.get("/pubapi/v1/ai/agents/list?sortOrder=DESC").await, 400);
}

#[tokio::test]
async fn knowledge_bases_come_in_pages_counted_from_zero_and_asked_for_in_the_body() {
    let domain = Domain::serve().await;
    let page = async |page: u64, status: &[&str]| {
        let body = json!({
            "sortBy": ["name"], "sortDirection": ["DESC"], "status": status,
            "page": page, "size": 3,
        });
        ask(&domain, "kb/list", body).await
    };
    let first = page(0, &["ACTIVE"]).await;
    assert_eq!((&first["totalElements"], &first["totalPages"]), (&json!(4), &json!(2)));
    assert_eq!((&first["first"], &first["last"]), (&json!(true), &json!(false)));
    let last = page(1, &["ACTIVE"]).await;
    assert_eq!((&last["number"], &last["numberOfElements"]), (&json!(1), &json!(1)));
    assert_eq!((&last["last"], &last["content"][0]["name"]), (&json!(true), &json!("Brand guide")));
    let beyond = page(2, &["ACTIVE"]).await;
    assert_eq!((&beyond["empty"], &beyond["last"]), (&json!(true), &json!(true)));
    assert_eq!(page(0, &["DELETED", "CREATED"]).await["totalElements"], 2);
}

#[tokio::test]
async fn only_an_active_knowledge_base_answers() {
    let domain = Domain::serve().await;
    let body = json!({ "question": QUESTION, "includeCitations": true });
    let answer = ask(&domain, &format!("kb/{BASE}/ask"), body.clone()).await;
    assert!(answer["response"]["text"].as_str().unwrap().starts_with("Contract library"));
    assert_eq!(answer["citations"][0]["entryId"], CONTRACT);
    assert!(answer["conversationId"].is_string());
    for id in ["a9000000-0000-4000-8000-000000000005", "x"] {
        let target = format!("/pubapi/v1/ai/kb/{id}/ask");
        refused(&domain.send("POST", &target, body.clone()).await, 404);
    }
}

#[tokio::test]
async fn the_safeguards_are_confirmed_to_those_who_ask_for_them() {
    let domain = Domain::serve().await;
    let target = format!("{}/pubapi/v1/ai/agents/list", domain.base);
    for asked in [true, false] {
        let mut request = domain.client.get(&target).bearer_auth(Sandbox::ACCESS_TOKEN);
        if asked {
            request = request.header("X-Egnyte-Ai-Safeguards-Enabled", "true");
        }
        let answer = request.send().await.unwrap();
        let confirmed = answer.headers().get("x-egnyte-ai-safeguarded");
        assert_eq!(confirmed.map(|value| value.to_str().unwrap()), asked.then_some("true"));
    }
}
