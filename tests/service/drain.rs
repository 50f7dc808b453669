//! Stopping: no new traffic, streams end, what is under way is finished.

use std::time::{Duration, Instant};

use serde_json::json;

use crate::harness::{Service, eventually, message};
use crate::http_sse::Stream;

#[tokio::test]
async fn streams_end_within_two_seconds_and_the_process_stops() {
    let mut service = Service::connected().await;
    let url = service.mint(json!({})).await.url;
    let mut stream = Stream::open(&service, &url).await;
    let start = Instant::now();
    service.ask_to_stop();
    assert_eq!(stream.event().await, None);
    assert!(start.elapsed() < Duration::from_secs(2), "{:?}", start.elapsed());
    service.stopped().await;
}

#[tokio::test]
async fn a_call_under_way_is_finished_and_answered() {
    let mut service = Service::connected().await;
    let url = service.mint(json!({})).await.url;
    service.fault(json!({ "delay_ms": 700 })).await;
    let call = message(1, "tools/call", json!({ "name": "list_egnyte_users", "arguments": {} }));
    let request = service.client.post(&url).body(call).send();
    let request = tokio::spawn(request);
    eventually("the call has reached Egnyte", async || !service.received().is_empty()).await;
    service.ask_to_stop();
    let answer = request.await.unwrap().unwrap();
    assert_eq!(answer.json::<serde_json::Value>().await.unwrap()["result"]["isError"], false);
    service.stopped().await;
}

#[tokio::test]
async fn a_stopping_service_says_it_is_not_ready_and_then_takes_no_new_traffic() {
    let service = Service::connected().await;
    let url = service.mint(json!({})).await.url;
    service.fault(json!({ "delay_ms": 2_000 })).await;
    let call = message(1, "tools/call", json!({ "name": "list_egnyte_users", "arguments": {} }));
    let _under_way = tokio::spawn(service.client.post(&url).body(call).send());
    eventually("the call has reached Egnyte", async || !service.received().is_empty()).await;
    service.ask_to_stop();
    // For a moment it still takes connections, so that a load balancer can be told.
    eventually("it says that it is not ready", async || {
        let answer = service.client.get(format!("{}/readyz", service.base)).send().await;
        answer.is_ok_and(|answer| answer.status() == 503)
    })
    .await;
    eventually("it takes no connection any more", async || {
        let answer = service.client.get(format!("{}/readyz", service.base)).send().await;
        answer.is_err_and(|error| error.is_connect())
    })
    .await;
}
