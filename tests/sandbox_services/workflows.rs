//! Workflows, their tasks, and what follows from completing one.

use serde_json::{Value, json};

use crate::domain::{Answer, Domain};

const WORKFLOWS: &str = "/pubapi/v1/workflows";
const NOTES: &str = "b2000000-0000-4000-8000-000000000007";

#[track_caller]
fn refused(answer: &Answer, status: u16) -> String {
    assert_eq!(answer.status, status, "{}", answer.text);
    answer.json()["error_description"].as_str().unwrap().to_owned()
}

fn new() -> Value {
    let step = |name: &str, kind: &str| json!({ "name": name, "type": kind, "stepOptions": { "assignees": [1001] } });
    json!({
        "name": "Check the notes",
        "file": { "groupId": NOTES },
        "steps": [step("Read", "REVIEW"), step("Approve", "APPROVAL")],
    })
}

async fn completes(domain: &Domain, workflow: &str, task: &Value) -> Answer {
    let task = task["id"].as_str().unwrap();
    let target = format!("{WORKFLOWS}/{workflow}/tasks/{task}/completion-signal");
    domain.try_send("POST", &target, None).await.unwrap()
}

#[tokio::test]
async fn the_seeded_workflows_are_the_known_ones() {
    let domain = Domain::serve().await;
    let first = domain.get(&format!("{WORKFLOWS}/9001")).await.json();
    assert_eq!((&first["id"], &first["status"]), (&json!("9001"), &json!("IN_PROGRESS")));
    let tasks = &first["steps"][0]["tasks"];
    assert_eq!((&tasks[0]["id"], &tasks[1]["id"]), (&json!("77001"), &json!("77002")));
    let second = domain.get(&format!("{WORKFLOWS}/9002")).await.json();
    assert_eq!(second["status"], "COMPLETED");
    assert_eq!(second["workflowCompletionStatus"], "APPROVED");
    refused(&domain.get(&format!("{WORKFLOWS}/1")).await, 404);
}

#[tokio::test]
async fn workflows_and_tasks_come_in_pages_of_their_own_maximum() {
    let domain = Domain::serve().await;
    for (target, most) in [(WORKFLOWS.to_owned(), 25), (format!("{WORKFLOWS}/tasks"), 50)] {
        let first = domain.get(&format!("{target}?limit=1000")).await.json();
        let total = first["totalCount"].as_u64().unwrap();
        assert_eq!(first["results"].as_array().unwrap().len(), most, "{target}");
        assert!(total > most as u64);
        let rest = domain.get(&format!("{target}?offset={most}")).await.json();
        assert_eq!(rest["results"].as_array().unwrap().len() as u64, total - most as u64);
        refused(&domain.get(&format!("{target}?limit=0")).await, 400);
        refused(&domain.get(&format!("{target}?sortDirection=descending")).await, 400);
    }
}

#[tokio::test]
async fn workflows_are_filtered_and_sorted() {
    let domain = Domain::serve().await;
    let results = async |query: &str| {
        let page = domain.get(&format!("{WORKFLOWS}?{query}")).await.json();
        page["results"].as_array().unwrap().clone()
    };
    let running = results("status=IN_PROGRESS&assignerId=2104").await;
    assert!(!running.is_empty());
    for workflow in &running {
        assert_eq!(workflow["status"], "IN_PROGRESS");
        assert_eq!(workflow["creator"]["username"], "anwosu");
    }
    assert!(results("completionStatus=REJECTED").await.is_empty());
    assert!(results(&format!("groupId={NOTES}")).await.len() > 2);
    let names = results("sortBy=NAME&sortDirection=DESC").await;
    let names: Vec<&str> = names.iter().map(|one| one["name"].as_str().unwrap()).collect();
    assert!(names.is_sorted_by(|left, right| left >= right), "{names:?}");
    refused(&domain.get(&format!("{WORKFLOWS}?status=DONE")).await, 400);
}

#[tokio::test]
async fn others_than_administrators_see_their_own_workflows_only() {
    let domain = Domain::serve().await;
    let token = json!({ "token": "plain", "admin": false, "user_id": 2163 });
    domain.send("POST", "/_sandbox/tokens", token).await;
    let own = domain.send_as(Some("plain"), "GET", WORKFLOWS, None).await.unwrap().json();
    assert_eq!((&own["totalCount"], &own["results"][0]["id"]), (&json!(1), &json!("9001")));
    let tasks = format!("{WORKFLOWS}/tasks");
    let tasks = domain.send_as(Some("plain"), "GET", &tasks, None).await.unwrap().json();
    assert_eq!((&tasks["totalCount"], &tasks["results"][0]["id"]), (&json!(1), &json!("77002")));
    assert_eq!(tasks["results"][0]["workflow"]["id"], "9001");
}

#[tokio::test]
async fn a_workflow_goes_from_step_to_step_to_its_end() {
    let domain = Domain::serve().await;
    let made = domain.send("POST", WORKFLOWS, new()).await;
    assert_eq!(made.status, 201, "{}", made.text);
    let id = made.json()["workflowId"].as_str().unwrap().to_owned();
    let read = async || domain.get(&format!("{WORKFLOWS}/{id}")).await.json();

    let steps = read().await["steps"].clone();
    assert_eq!(
        (&steps[0]["status"], &steps[1]["status"]),
        (&json!("IN_PROGRESS"), &json!("NOT_STARTED"))
    );
    let (first, second) = (&steps[0]["tasks"][0], &steps[1]["tasks"][0]);
    refused(&completes(&domain, &id, second).await, 400);
    let answer = completes(&domain, &id, first).await;
    assert_eq!((answer.status.as_u16(), answer.text.as_str()), (200, ""));
    assert_eq!(read().await["steps"][1]["status"], "IN_PROGRESS");
    assert_eq!(completes(&domain, &id, second).await.status, 200);
    let ended = read().await;
    assert_eq!(
        (&ended["status"], &ended["steps"][1]["tasks"][0]["status"]),
        (&json!("COMPLETED"), &json!("APPROVED"))
    );

    refused(&completes(&domain, &id, first).await, 400);
    refused(&completes(&domain, "9001", first).await, 404);
    refused(&completes(&domain, "1", first).await, 404);
}

#[tokio::test]
async fn a_cancelled_workflow_stays_so() {
    let domain = Domain::serve().await;
    let cancel = async |id: &str| {
        let target = format!("{WORKFLOWS}/{id}/cancel");
        domain.try_send("POST", &target, None).await.unwrap()
    };
    let answer = cancel("9001").await;
    assert_eq!((answer.status.as_u16(), answer.text.as_str()), (200, ""));
    let workflow = domain.get(&format!("{WORKFLOWS}/9001")).await.json();
    assert_eq!(workflow["status"], "CANCELLED");
    assert_eq!(workflow["steps"][0]["tasks"][0]["status"], "CANCELLED");
    refused(&cancel("9001").await, 400);
    refused(&cancel("9002").await, 400);
    refused(&cancel("1").await, 404);
}

#[tokio::test]
async fn a_workflow_with_a_fault_is_refused_by_name() {
    let domain = Domain::serve().await;
    let with_step = |change: Value| {
        let mut step = new()["steps"][0].clone();
        for (name, value) in change.as_object().unwrap() {
            step[name] = value.clone();
        }
        json!([step])
    };
    for (name, value, status, words) in [
        ("name", json!(""), 400, "name: must not be empty"),
        ("workflowType", json!("SIGN"), 400, "workflowType: must be one of"),
        ("steps", json!([]), 400, "steps: must not be empty"),
        ("steps", with_step(json!({ "type": "SIGN" })), 400, "steps[0].type: must be one of"),
        (
            "steps",
            with_step(json!({ "stepOptions": { "assignees": ["jsmith"] } })),
            400,
            "steps[0].stepOptions.assignees[0]: must be a non-negative integer",
        ),
        (
            "steps",
            with_step(json!({ "stepOptions": { "assignees": [1] } })),
            400,
            "steps.stepOptions.assignees: There is no user 1.",
        ),
        ("file", json!({}), 400, "file.groupId: is required"),
        ("file", json!({ "groupId": "x" }), 404, "There is no file x."),
        ("file", json!({ "groupId": NOTES, "entryId": "x" }), 404, "There is no version x."),
    ] {
        let mut body = new();
        body[name] = value;
        let said = refused(&domain.send("POST", WORKFLOWS, body).await, status);
        assert!(said.starts_with(words), "{said}");
    }
}
