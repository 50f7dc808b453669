//! The legacy tasks: one assignee, one file.

use serde_json::{Value, json};

use crate::domain::{Answer, Domain};

const TASKS: &str = "/pubapi/v1/tasks";
const NOTES: &str = "b2000000-0000-4000-8000-000000000007";

#[track_caller]
fn refused(answer: &Answer, status: u16) -> String {
    assert_eq!(answer.status, status, "{}", answer.text);
    answer.json()["message"].as_str().unwrap().to_owned()
}

fn new() -> Value {
    json!({
        "task": "Read this", "file": { "groupId": NOTES }, "assignees": [{ "id": 2163 }],
        "dueDate": "2026-08-01",
    })
}

#[tokio::test]
async fn a_task_lives_from_its_making_to_its_deletion() {
    let domain = Domain::serve().await;
    let made = domain.send("POST", TASKS, new()).await;
    assert_eq!(made.status, 201, "{}", made.text);
    let task = made.json();
    assert_eq!((&task["status"], &task["assignor"]["id"]), (&json!("OPEN"), &json!(1001)));
    assert_eq!(task["dueDateTimestamp"], 1_785_542_400_000_i64);
    let target = format!("{TASKS}/{}", task["id"].as_str().unwrap());
    assert_eq!(domain.get(&target).await.json(), task);

    let mut body = new();
    body["task"] = json!("Read it twice");
    body.as_object_mut().unwrap().remove("dueDate");
    let replaced = domain.send("PUT", &target, body).await.json();
    assert_eq!((&replaced["task"], &replaced["dueDate"]), (&json!("Read it twice"), &Value::Null));

    let done = domain.send("PATCH", &target, json!({ "status": "COMPLETED" })).await;
    assert_eq!((done.status.as_u16(), done.text.as_str()), (200, ""));
    let task = domain.get(&target).await.json();
    assert_eq!(task["status"], "COMPLETED");
    assert!(task["completionDate"].is_string());
    domain.send("PATCH", &target, json!({ "status": "OPEN" })).await;
    assert_eq!(domain.get(&target).await.json()["completionDate"], Value::Null);

    assert_eq!(domain.delete(&target).await.status, 200);
    for method in ["GET", "DELETE"] {
        refused(&domain.try_send(method, &target, None).await.unwrap(), 404);
    }
}

#[tokio::test]
async fn tasks_are_listed_by_file_or_person_and_counted() {
    let domain = Domain::serve().await;
    let said = refused(&domain.get(TASKS).await, 400);
    assert!(said.contains("assigneeId"), "{said}");

    let target = format!("{TASKS}?assigneeId=1001");
    let first = domain.get(&target).await.json();
    let total = first["count"].as_u64().unwrap();
    assert!(total > 50);
    assert_eq!(first["tasks"].as_array().unwrap().len(), 50);
    let rest = domain.get(&format!("{target}&offset=50")).await.json();
    assert_eq!(rest["tasks"].as_array().unwrap().len() as u64, total - 50);
    let counted = domain.get(&format!("{target}&limit=0")).await.json();
    assert_eq!(counted, json!({ "tasks": [], "count": total }));

    let both = format!("{TASKS}?groupId={NOTES}&assigneeId=2163&sortBy=dueDate&sortDirection=DESC");
    for task in domain.get(&both).await.json()["tasks"].as_array().unwrap() {
        assert_eq!(task["file"]["groupId"], NOTES);
        assert_eq!(task["assignees"], json!([{ "id": 2163 }]));
    }
    refused(&domain.get(&format!("{target}&sortBy=task")).await, 400);
    assert_eq!(domain.get(&format!("{TASKS}/t-1001")).await.json()["id"], "t-1001");
}

#[tokio::test]
async fn a_task_with_a_fault_is_refused_by_name() {
    let domain = Domain::serve().await;
    for (name, value, status, words) in [
        ("task", json!(7), 400, "task: must be a string"),
        ("assignees", json!([]), 400, "assignees: must not be empty"),
        ("assignees", json!([{ "id": 2163 }, { "id": 1001 }]), 400, "assignees: must hold exactly"),
        ("assignees", json!([{ "id": 1 }]), 400, "assignees: There is no user 1."),
        ("dueDate", json!("2026-08-01T10:00:00Z"), 400, "dueDate: must be a date"),
        ("priority", json!(1), 400, "priority: is not a known property"),
        ("file", json!({ "groupId": "x" }), 404, "There is no file x."),
    ] {
        let mut body = new();
        body[name] = value;
        for (method, target) in [("POST", TASKS.to_owned()), ("PUT", format!("{TASKS}/t-1001"))] {
            let said = refused(&domain.send(method, &target, body.clone()).await, status);
            assert!(said.starts_with(words), "{said}");
        }
    }
    let target = format!("{TASKS}/t-1001");
    refused(&domain.send("PATCH", &target, json!({ "status": "DONE" })).await, 400);
}
