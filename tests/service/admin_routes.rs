//! Every route of the admin API × every method × every kind of caller. A route that is added to
//! `src/api` and not to the table here fails these tests.

use std::collections::BTreeSet;
use std::path::Path;

use serde_json::json;

use crate::harness::{API_TOKEN, Minted, Service};

/// Route, and what it takes: method and the status a valid caller gets with an empty body.
type Row = (&'static str, &'static [(&'static str, u16)]);

const ROUTES: &[Row] = &[
    ("/integrated-account", &[("GET", 200), ("POST", 400)]),
    ("/integrated-account/{id}", &[("GET", 200), ("PATCH", 200), ("DELETE", 204)]),
    ("/integrated-account/{id}/mcp", &[("GET", 200), ("POST", 400)]),
    ("/integrated-account/{id}/mcp/{server}", &[("GET", 200), ("PATCH", 200), ("DELETE", 204)]),
    ("/integrated-account/{id}/mcp/{server}/rotate", &[("POST", 200)]),
];

/// The same for programs: here the token of a minted URL opens what the URL may do, too.
const FOR_PROGRAMS: &[Row] = &[
    ("/integrated-account/{id}/tools", &[("GET", 200)]),
    ("/integrated-account/{id}/tools/{name}/call", &[("POST", 200)]),
    ("/proxy/{resource}", &[("GET", 200), ("POST", 400)]),
    (
        "/proxy/{resource}/{item}",
        // POST names a method, and there is none of that name. Nothing replaces a user.
        &[("GET", 200), ("PATCH", 200), ("PUT", 200), ("DELETE", 200), ("POST", 404)],
    ),
];

/// OPTIONS is not among them: it is answered before anything else, for browsers' preflights.
const METHODS: [&str; 6] = ["GET", "POST", "PATCH", "DELETE", "PUT", "TRACE"];

/// Routes without a database answer every path below them, so they are no rows.
const CATCH_ALL: &str = "{*rest}";

/// Every `.route("…"` of the admin API's source.
fn routes_in(text: &str) -> impl Iterator<Item = String> {
    let parts: Vec<&str> = text.split(".route(").skip(1).collect();
    parts
        .into_iter()
        .filter_map(|part| {
            let literal = part.trim_start().strip_prefix('"')?;
            let route = literal.split('"').next()?.to_owned();
            (!route.contains(CATCH_ALL)).then_some(route)
        })
        .collect::<Vec<_>>()
        .into_iter()
}

fn routes_in_source() -> BTreeSet<String> {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = vec![src.join("api.rs")];
    files.extend(std::fs::read_dir(src.join("api")).unwrap().map(|entry| entry.unwrap().path()));
    let texts = files.iter().filter(|path| path.is_file()).map(std::fs::read_to_string);
    let routes = texts.flat_map(|text| routes_in(&text.unwrap()).collect::<Vec<_>>());
    // A transfer link is its own credential; `transfers.rs` has its tests.
    routes.filter(|route| route != "/transfer/{link}").collect()
}

fn path_of(route: &str, service: &Service, server: &Minted) -> String {
    let proxied = route.starts_with("/proxy");
    let account = format!("?integrated_account_id={}", service.account);
    let path = route.replace("{id}", &service.account).replace("{server}", &server.id);
    let path = path.replace("{name}", "list_egnyte_users").replace("{item}", "3012");
    path.replace("{resource}", "users") + if proxied { &account } else { "" }
}

#[test]
fn the_table_knows_every_route_of_the_admin_api() {
    let known: BTreeSet<String> =
        ROUTES.iter().chain(FOR_PROGRAMS).map(|(route, _)| (*route).to_owned()).collect();
    assert_eq!(routes_in_source(), known);
}

#[tokio::test]
async fn without_a_valid_api_token_every_route_and_method_is_a_401_that_says_what_to_send() {
    let service = Service::connected().await;
    let minted = service.mint(json!({})).await;
    let truncated = &API_TOKEN[..API_TOKEN.len() - 1];
    let callers = [None, Some("egk_wrong"), Some(""), Some(truncated), Some(minted.token.as_str())];
    for (route, _) in ROUTES {
        for method in METHODS {
            for caller in callers {
                let path = path_of(route, &service, &minted);
                let answer = service.api_as(caller, method, &path, None::<String>).await;
                assert_eq!(answer.status, 401, "{method} {route} as {caller:?}");
                assert_eq!(answer.header("www-authenticate"), "Bearer");
                assert_eq!(answer.header("content-type"), "application/problem+json");
                assert!(answer.text.contains("Authorization: Bearer"), "{}", answer.text);
            }
        }
    }
    assert_eq!(service.account().await["name"], "acme");
    assert!(service.listed(&minted.url).await.len() > 100, "nothing was changed");
}

#[tokio::test]
async fn without_a_token_a_route_for_programs_is_a_401_that_says_what_to_send() {
    let service = Service::connected().await;
    let minted = service.mint(json!({})).await;
    let truncated = &API_TOKEN[..API_TOKEN.len() - 1];
    let forged = format!("{}x", minted.token);
    let callers = [None, Some("egk_wrong"), Some(""), Some(truncated), Some(forged.as_str())];
    for (route, methods) in FOR_PROGRAMS {
        for (method, _) in *methods {
            for caller in callers {
                let path = path_of(route, &service, &minted);
                let answer = service.api_as(caller, method, &path, None::<String>).await;
                assert_eq!(answer.status, 401, "{method} {route} as {caller:?}");
                assert_eq!(answer.header("www-authenticate"), "Bearer");
                assert_eq!(answer.header("content-type"), "application/problem+json");
            }
        }
    }
    assert!(service.received().is_empty());
}

#[tokio::test]
async fn with_a_valid_api_token_every_route_answers_its_methods_and_a_405_to_all_others() {
    let mut service = Service::connected().await;
    for (route, methods) in ROUTES.iter().chain(FOR_PROGRAMS) {
        for method in METHODS {
            let taken = methods.iter().find(|(name, _)| *name == method);
            let expected = taken.map_or(405, |(_, status)| *status);
            let minted = service.mint(json!({})).await;
            let path = path_of(route, &service, &minted);
            let answer = service.api(method, &path, None).await;
            assert_eq!(answer.status, expected, "{method} {route}: {}", answer.text);
            if expected == 405 {
                assert_eq!(answer.header("content-type"), "application/problem+json");
                let allow: BTreeSet<&str> = answer.header("allow").split([',', ' ']).collect();
                for (name, _) in *methods {
                    assert!(allow.contains(name), "{method} {route} allows {allow:?}");
                }
            }
            if expected != 405 && method != "GET" {
                // What changed something must not take from the others what they need.
                service = Service::connected().await;
            }
        }
    }
}

#[tokio::test]
async fn the_scheme_of_the_api_token_is_read_in_any_case_and_no_other_scheme_counts() {
    let service = Service::empty().await;
    let url = format!("{}/integrated-account", service.base);
    for (header, status) in [
        (format!("bearer {API_TOKEN}"), 200),
        (format!("BEARER {API_TOKEN}"), 200),
        (format!("Basic {API_TOKEN}"), 401),
        (API_TOKEN.to_owned(), 401),
        (format!("Bearer{API_TOKEN}"), 401),
    ] {
        let request = service.client.get(&url).header("authorization", &header);
        assert_eq!(request.send().await.unwrap().status(), status, "{header}");
    }
}

#[tokio::test]
async fn health_and_readiness_need_no_api_token_and_say_no_more_than_they_must() {
    let service = Service::empty().await;
    for (path, text) in [("/healthz", "ok\n"), ("/readyz", "ready\n")] {
        let answer = service.api_as(None, "GET", path, None::<String>).await;
        assert_eq!((answer.status.as_u16(), answer.text.as_str()), (200, text));
    }
}

#[tokio::test]
async fn every_answer_keeps_its_address_from_leaking() {
    let service = Service::connected().await;
    let minted = service.mint(json!({})).await;
    for path in
        ["/", "/healthz", "/nowhere", "/integrated-account", &format!("/mcp/{}", minted.token)]
    {
        let answer = service.get(path).await;
        assert_eq!(answer.header("referrer-policy"), "no-referrer", "{path}");
        assert_eq!(answer.header("x-content-type-options"), "nosniff", "{path}");
    }
}
