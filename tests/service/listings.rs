//! Listings in each of Egnyte's styles, read to their ends by `next_cursor`, and answers of every
//! other kind.

use serde_json::{Value, json};

use crate::harness::text_of;
use crate::upstream::Scripted;

const LIST: &str = "list_egnyte_things";

/// One list tool with this paging.
async fn listing(verb: &str, paging: &str, body: &str, example: &str, front: &str) -> Scripted {
    let methods = format!(
        "  list: {{ request: {verb} /pubapi/v1/things, read_only: true{body}, paging: {paging} }}\n"
    );
    let doc = format!("{front}\nexamples: [{{ title: One, arguments: {example} }}]");
    Scripted::new(&methods, &[("list", &doc)]).await
}

/// The same for a GET without arguments.
async fn simple(paging: &str, query: &str, front: &str) -> Scripted {
    let example = format!("{{}}, request: 'GET /pubapi/v1/things{query}'");
    listing("GET", paging, "", &example, front).await
}

#[tokio::test]
async fn an_offset_listing_ends_at_its_total_and_joins_its_arrays() {
    let paging =
        "{ style: offset, items: [folders, files], total: total_count, default: 2, max: 9 }";
    let things = simple(paging, "?offset=0&count=2", "").await;
    things
        .then(200, &json!({ "files": [2], "folders": [1], "total_count": 3 }))
        .then(200, &json!({ "files": [3], "total_count": 3 }));
    let (items, lines) = things.read_all(LIST, json!({})).await;
    assert_eq!(json!(items), json!([1, 2, 3]));
    assert_eq!(lines[1], "GET /pubapi/v1/things?offset=2&count=2");
    things.then(200, &json!({ "total_count": 0 }));
    assert_eq!(things.read_all(LIST, json!({})).await.0, Vec::<Value>::new());
    things.then(200, &json!({ "name": "a file" }));
    let error = things.service.failed(&things.url, LIST, json!({})).await;
    assert_eq!(error["kind"], "upstream_error");
}

#[tokio::test]
async fn an_offset_listing_without_a_total_ends_with_a_page_that_is_not_full() {
    let things =
        simple("{ style: offset, items: links, default: 2, max: 9 }", "?offset=0&count=2", "")
            .await;
    things.then(200, &json!({ "links": [1, 2] })).then(200, &json!({ "links": [3] }));
    let (items, lines) = things.read_all(LIST, json!({})).await;
    assert_eq!((items.len(), lines.len()), (3, 2));
}

#[tokio::test]
async fn an_offset_that_egnyte_tells_is_followed_in_the_body_too() {
    let paging = "{ style: offset, items: results, more: hasMore, next: offset, total: total, in: body, default: 20, max: 20 }";
    let example = "{}, request: 'POST /pubapi/v1/things', body: { offset: 0, count: 20 }";
    let things = listing("POST", paging, ", body: json", example, "").await;
    things
        .then(200, &json!({ "results": [1, 2], "hasMore": true, "offset": 27, "total": 40 }))
        .then(200, &json!({ "results": [3], "hasMore": false, "offset": 47, "total": 40 }));
    let first = things.called(LIST, json!({})).await;
    assert_eq!(first["total"], 40);
    let next = json!({ "next_cursor": first["next_cursor"] });
    let second = things.called(LIST, next).await;
    assert_eq!(second["next_cursor"], Value::Null);
    assert_eq!(things.received()[1]["body"], r#"{"offset":27,"count":20}"#);
}

#[tokio::test]
async fn events_go_on_from_the_latest_id_until_there_are_none() {
    let front = "query_schema: { properties: { after: { type: integer, description: D, x-egnyte-name: id } }, required: [after] }";
    let example = "{ after: 5 }, request: 'GET /pubapi/v1/things?id=5&count=50'";
    let paging = "{ style: event_id, items: events, default: 50, max: 100 }";
    let things = listing("GET", paging, "", example, front).await;
    things.then(200, &json!({ "events": [6, 7], "latest_id": 7 })).then_with(204, &[], "");
    let (items, lines) = things.read_all(LIST, json!({ "after": 5 })).await;
    assert_eq!(json!(items), json!([6, 7]));
    assert_eq!(lines[1], "GET /pubapi/v1/things?id=7&count=50");
}

#[tokio::test]
async fn a_cursor_of_egnyte_s_is_carried_inside_ours_and_pages_are_cut_at_the_limit() {
    let paging =
        "{ style: cursor, items: events, cursor: nextCursor, next: nextCursor, more: moreEvents }";
    let things = simple(paging, "", "").await;
    let first = json!({ "events": [1, 2, 3], "nextCursor": "a+b/c=", "moreEvents": true });
    things.then(200, &first).then(200, &first);
    things.then(200, &json!({ "events": [4], "nextCursor": "d", "moreEvents": false }));
    let (items, lines) = things.read_all(LIST, json!({ "limit": 2 })).await;
    assert_eq!(json!(items), json!([1, 2, 3, 4]));
    assert_eq!(lines[1], "GET /pubapi/v1/things");
    assert_eq!(lines[2], "GET /pubapi/v1/things?nextCursor=a%2Bb%2Fc%3D");
}

#[tokio::test]
async fn numbered_pages_go_on_where_the_last_item_was_even_when_the_limit_changes() {
    let paging = "{ style: page, items: content, page: page, limit: size, last: last, default: 4, max: 9, in: body }";
    let example = "{}, request: 'POST /pubapi/v1/things', body: { page: 0, size: 4 }";
    let things = listing("POST", paging, ", body: json", example, "").await;
    things
        .then(200, &json!({ "content": [0, 1, 2, 3], "last": false }))
        .then(200, &json!({ "content": [3, 4, 5], "last": true }));
    let first = things.called(LIST, json!({})).await;
    let next = json!({ "next_cursor": first["next_cursor"], "limit": 3 });
    let second = things.called(LIST, next).await;
    assert_eq!(second["result"], json!([4, 5]));
    assert_eq!(things.received()[1]["body"], r#"{"page":1,"size":3}"#);
}

#[tokio::test]
async fn the_address_of_a_next_page_gives_its_query_and_nothing_else() {
    let things = simple("{ style: link, items: results, next: next, total: count }", "", "").await;
    let next = "https://elsewhere.example/other/path?page=2&plan=a%20b#x";
    things
        .then(200, &json!({ "results": [1], "next": next, "previous": null, "count": 2 }))
        .then(200, &json!({ "results": [2], "next": null, "count": 2 }));
    let (items, lines) = things.read_all(LIST, json!({})).await;
    assert_eq!(json!(items), json!([1, 2]));
    assert_eq!(lines[1], "GET /pubapi/v1/things?page=2&plan=a%20b");
}

#[tokio::test]
async fn a_bare_array_is_cut_into_pages_here() {
    let things = simple("{ style: whole, default: 2, max: 9 }", "", "").await;
    for _ in 0..3 {
        things.then(200, &json!([1, 2, 3, 4, 5]));
    }
    let (items, lines) = things.read_all(LIST, json!({})).await;
    assert_eq!(json!(items), json!([1, 2, 3, 4, 5]));
    assert_eq!(lines, ["GET /pubapi/v1/things"; 3]);
}

#[tokio::test]
async fn fields_leave_the_other_keys_of_each_item_out_on_every_page() {
    let front = "item_fields: [id, name]\nresponse_times: { name: epoch_s }";
    let paging = "{ style: whole, items: all, default: 1, max: 9 }";
    let things = simple(paging, "", front).await;
    let all =
        json!({ "all": [{ "id": 1, "name": 1_409_092_734, "x": 2 }, { "name": "b", "id": 2 }] });
    things.then(200, &all).then(200, &all);
    let (items, _) = things.read_all(LIST, json!({ "fields": ["name"] })).await;
    assert_eq!(json!(items), json!([{ "name": "2014-08-26T22:38:54Z" }, { "name": "b" }]));
    let text = things.refused(LIST, json!({ "fields": ["x"] })).await;
    assert!(text.contains("must be one of"), "{text}");
}

#[tokio::test]
async fn a_page_that_is_too_long_is_cut_and_nothing_is_lost() {
    let paging = "{ style: cursor, items: all, cursor: c, next: c }";
    let things = simple(paging, "", "").await;
    let all: Vec<String> = (0..7).map(|n| format!("{n}{}", "x".repeat(30_000))).collect();
    for _ in 0..3 {
        things.then(200, &json!({ "all": all, "c": null }));
    }
    let (items, _) = things.read_all(LIST, json!({})).await;
    assert_eq!(json!(items), json!(all));
}

#[tokio::test]
async fn every_other_answer_is_data_and_keeps_to_the_budget() {
    let methods = "  get: { request: 'GET /pubapi/v1/audit/jobs', answer: redirect }
  plain: { request: 'GET /pubapi/v1/plain' }
";
    let doc = |path: &str| {
        format!("examples: [{{ title: One, arguments: {{}}, request: GET /pubapi/v1/{path} }}]")
    };
    let docs = [("get", doc("audit/jobs")), ("plain", doc("plain"))];
    let docs: Vec<(&str, &str)> = docs.iter().map(|(m, text)| (*m, text.as_str())).collect();
    let things = Scripted::new(methods, &docs).await;
    let location = ("location", "https://acme.egnyte.com/pubapi/v1/audit/logins/7?x=1");
    things.then_with(303, &[location], r#"{"status":"completed","id":7}"#);
    let job = things.called("get_egnyte_thing", json!({})).await;
    assert_eq!(job, json!({ "status": 303, "location": "/pubapi/v1/audit/logins/7?x=1", "id": 7 }));
    assert_eq!(things.received().len(), 1, "a redirect is not followed");

    things.then(207, &json!({ "partial": true })).then_with(204, &[], "");
    assert_eq!(things.called("plain_egnyte_things", json!({})).await, json!({ "partial": true }));
    assert_eq!(things.called("plain_egnyte_things", json!({})).await, json!({ "ok": true }));

    things.then_with(303, &[location], "");
    let error = things.service.failed(&things.url, "plain_egnyte_things", json!({})).await;
    assert_eq!(error["kind"], "upstream_error");

    things.then(200, &json!({ "name": "a", "versions": vec!["v".repeat(100); 5_000] }));
    let result = things.service.call(&things.url, "plain_egnyte_things", json!({})).await;
    let text = text_of(&result);
    assert!(text.len() <= 100_000, "{}", text.len());
    let cut: Value = serde_json::from_str(text).unwrap();
    assert!(cut["note"].as_str().unwrap().contains("of 5000 items"), "{}", cut["note"]);
}
