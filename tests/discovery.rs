//! Discovery mode from outside: what the search finds in the words of people, and what a URL with
//! many tools lists instead of them.

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "in the helpers of a test, a panic is a failure"
)]

use std::collections::BTreeSet;
use std::fs;
use std::sync::LazyLock;

use egnyte_mcp::catalog::{Catalog, ServerConfig, Sources, View};
use proptest::prelude::*;
use serde_json::{Value, json};

static BUILT_IN: LazyLock<Catalog> =
    LazyLock::new(|| Catalog::compile(&Sources::built_in()).expect("the documents compile"));

/// Everyday questions: subject, question, tools that answer it.
const QUESTIONS: &str = include_str!("discovery/questions.tsv");

fn config(mut json: Value) -> ServerConfig {
    json["tool_exposure"] = json!("discovery");
    serde_json::from_value(json).expect("the filter has the shape of a configuration")
}

fn found(view: &View, query: &str) -> Vec<String> {
    view.search(query).into_iter().map(|tool| tool.names.long.clone()).collect()
}

fn found_by_all(query: &str) -> Vec<String> {
    found(&BUILT_IN.view(&config(json!({}))), query)
}

/// A catalog of the built-in documents and of those in a folder of the operator's.
fn with(files: &[(&str, &str)]) -> Result<Catalog, Vec<String>> {
    let folder = tempfile::tempdir().expect("there is room for a folder");
    for (path, text) in files {
        let path = folder.path().join(path);
        fs::create_dir_all(path.parent().expect("it is in the folder")).expect("it can be made");
        fs::write(path, text).expect("it can be written");
    }
    let mut sources = Sources::built_in();
    sources.overlay(folder.path()).expect("the folder can be read");
    Catalog::compile(&sources).map_err(|all| all.iter().map(ToString::to_string).collect())
}

fn listing(view: &View) -> Vec<Value> {
    serde_json::from_slice(view.listing()).expect("a listing is JSON")
}

// What is found

#[test]
fn the_right_tool_is_among_the_first_three_for_55_of_60_everyday_questions() {
    let view = BUILT_IN.view(&config(json!({})));
    let rows = QUESTIONS.lines().filter(|line| !line.starts_with('#'));
    let (mut asked, mut missed, mut all) = (0, Vec::new(), 0);
    for row in rows {
        let [_, question, tools] = row.split('\t').collect::<Vec<_>>()[..] else {
            panic!("not three columns: {row}")
        };
        all += 1;
        let right: Vec<&str> = tools.split('|').filter(|name| view.find(name).is_some()).collect();
        if right.is_empty() {
            // A catalog of all of Egnyte has a tool for every question.
            assert!(view.tools().len() <= 100, "no tool is called {tools}, for: {question}");
            continue;
        }
        asked += 1;
        let found = found(&view, question);
        if !found.iter().take(3).any(|name| right.contains(&name.as_str())) {
            missed.push(format!("{question}\n  wanted {right:?}, found {found:?}"));
        }
    }
    assert_eq!(all, 60);
    assert!(asked >= 15, "only {asked} questions could be asked");
    assert!(missed.len() * 60 <= asked * 5, "{} of {asked}:\n{}", missed.len(), missed.join("\n"));
}

#[test]
fn typos_and_unfinished_words_are_forgiven() {
    for (typed, meant) in [
        ("deactvate user", "deactivate user"),
        ("daectivate user", "deactivate user"),
        ("crate a gruop", "create a group"),
        ("delte the usr account", "delete the user account"),
        ("list grops", "list groups"),
        ("membrs of a group", "members of a group"),
        ("administrtor", "administrator"),
        ("deact user", "deactivate user"),
    ] {
        assert_eq!(found_by_all(typed).first(), found_by_all(meant).first(), "{typed}");
    }
}

#[test]
fn a_tool_is_found_by_its_name_title_and_arguments() {
    for tool in BUILT_IN.tools() {
        for query in [&tool.names.long, &tool.names.short, &tool.title] {
            let found = found_by_all(query);
            assert!(
                found.iter().take(3).any(|name| *name == tool.names.long),
                "{query}: {found:?}"
            );
        }
    }
    assert!(found_by_all("externalId").len() < BUILT_IN.tools().len());
    assert!(found_by_all("idpUserId")[0].contains("user"));
}

#[test]
fn what_nothing_is_about_is_not_found() {
    for query in
        ["", "   ", "?!", "the of and", "photosynthesis", "qwertz yxcvb", "42", "日本語 検索"]
    {
        assert_eq!(found_by_all(query), Vec::<String>::new(), "{query}");
    }
}

#[test]
fn what_people_and_things_are_called_leads_nowhere_else() {
    let plain = found_by_all("deactivate a user");
    for query in ["deactivate Jane Smith", "deactivate user Creed List", "Deactivate User Jane"] {
        assert_eq!(found_by_all(query)[0], plain[0], "{query}");
    }
    assert_eq!(found_by_all("whose is Grop?"), Vec::<String>::new(), "a name is no typo");
}

#[test]
fn only_what_the_filter_lets_through_is_found() {
    let queries =
        ["user", "group", "delete a user", "create", "list", "deactivate jane", "members"];
    for filter in [
        json!({ "methods": ["read"] }),
        json!({ "methods": ["write"] }),
        json!({ "tags": ["groups"] }),
        json!({ "tools": ["list_egnyte_users"] }),
        json!({ "methods": ["delete"], "tags": ["users"] }),
    ] {
        let view = BUILT_IN.view(&config(filter.clone()));
        let offered: BTreeSet<String> =
            view.tools().iter().map(|tool| tool.names.long.clone()).collect();
        let mut seen = BTreeSet::new();
        for query in queries {
            seen.extend(found(&view, query));
        }
        assert!(seen.is_subset(&offered), "{filter}: {seen:?}");
        assert!(!seen.is_empty(), "{filter}");
    }
}

proptest! {
    #[test]
    fn any_query_finds_each_tool_once_at_most_and_always_the_same(query in any::<String>()) {
        let found = found_by_all(&query);
        let distinct: BTreeSet<&String> = found.iter().collect();
        prop_assert_eq!(distinct.len(), found.len());
        prop_assert_eq!(found_by_all(&query), found);
    }
}

#[test]
fn a_very_long_query_is_answered_from_its_beginning() {
    let query = format!("deactivate a user {}", "zzzzzzzzz ".repeat(10_000));
    assert_eq!(found_by_all(&query).first(), found_by_all("deactivate a user").first());
}

// The synonyms are data

#[test]
fn an_operator_teaches_the_search_other_words() {
    let query = "sunset a comrade";
    assert_eq!(found_by_all(query), Vec::<String>::new());
    let synonyms = "synonyms:\n  - say: [sunset a comrade]\n    mean: [delete user]\n";
    let catalog = with(&[("synonyms.yaml", synonyms)]).expect("the documents compile");
    let view = catalog.view(&config(json!({})));
    assert_eq!(found(&view, query)[0], "delete_an_egnyte_user_by_id");
}

#[test]
fn synonyms_that_cannot_be_read_are_refused_with_file_and_line() {
    let synonyms = "ignored: [a]\nsynonyms:\n  - say: [x]\n    means: [y]\n";
    let problems = with(&[("synonyms.yaml", synonyms)]).expect_err("`means` is no key");
    assert!(problems[0].starts_with("synonyms.yaml:4:"), "{problems:?}");
    assert!(problems[0].contains("`means`") && problems[0].contains("`mean`"), "{problems:?}");
}

// What is listed

#[test]
fn the_listing_stays_below_1_500_tokens_whatever_the_filter() {
    for filter in [json!({}), json!({ "methods": ["read"] }), json!({ "methods": ["write"] })] {
        let view = BUILT_IN.view(&config(filter));
        // Three bytes a token is more than any common tokenizer needs for English in JSON.
        assert!(view.listing().len() / 3 < 1_500, "{} bytes", view.listing().len());
        assert!(view.token_estimate() < 1_500);
    }
}

#[test]
fn reads_and_writes_are_told_apart_by_true_hints() {
    let hints = |filter: Value| -> Vec<(String, Vec<bool>)> {
        let view = BUILT_IN.view(&config(filter));
        let keys = ["readOnlyHint", "destructiveHint", "idempotentHint", "openWorldHint"];
        let row = |tool: &Value| {
            let hint =
                |key: &&str| tool["annotations"][*key].as_bool().expect("all four are there");
            (tool["name"].as_str().unwrap_or_default().to_owned(), keys.iter().map(hint).collect())
        };
        listing(&view).iter().map(row).collect()
    };
    let looks_up = |name: &str| (name.to_owned(), vec![true, false, true, false]);
    let find = [looks_up("search_tools"), looks_up("get_tool_schema")];
    let listed = |more: &[(String, Vec<bool>)]| [&find, more].concat();

    let users = ["list_egnyte_users", "get_egnyte_user"];
    let reads = hints(json!({ "tools": users }));
    assert_eq!(reads, listed(&[looks_up("call_tool")]));

    // Creating a user can invite by e-mail; deleting one destroys.
    let writes = ["create_egnyte_user", "delete_egnyte_user"];
    let both = [users, writes].concat();
    let all = hints(json!({ "tools": both }));
    let any = ("call_tool".to_owned(), vec![false, true, false, true]);
    assert_eq!(all, listed(&[looks_up("call_read_tool"), any.clone()]));

    let writes = hints(json!({ "tools": writes }));
    assert_eq!(writes, listed(&[any]));

    // Creating a group destroys nothing and invites nobody.
    let harmless = hints(json!({ "tools": ["create_egnyte_group"] }));
    let creates = ("call_tool".to_owned(), vec![false, false, false, false]);
    assert_eq!(harmless, listed(&[creates]));
}

#[test]
fn every_host_takes_the_schemas() {
    for tool in listing(&BUILT_IN.view(&config(json!({})))) {
        let schema = &tool["inputSchema"];
        assert_eq!(
            (&schema["type"], &schema["additionalProperties"]),
            (&json!("object"), &json!(false))
        );
        for argument in schema["properties"].as_object().expect("there are some").values() {
            assert!(argument["type"].is_string() && argument["description"].is_string());
        }
        for keyword in ["$ref", "oneOf", "anyOf", "allOf"] {
            assert!(!schema.to_string().contains(keyword));
        }
    }
}

#[test]
fn the_same_tools_are_shown_the_same_way_whoever_asks() {
    let by_method = BUILT_IN.view(&config(json!({ "methods": ["list", "get"] })));
    let by_effect =
        BUILT_IN.view(&config(json!({ "methods": ["get", "list"], "tool_names": "short" })));
    assert_eq!(by_method.listing(), by_effect.listing());
}

#[test]
fn no_document_may_take_the_name_of_a_tool_of_this_mode() {
    let sources = Sources::built_in();
    let (_, text) = sources.iter().find(|(file, _)| *file == "users/list.md").expect("it is there");
    for name in ["search_tools", "get_tool_schema", "call_read_tool", "call_tool"] {
        let text = text.replacen("title:", &format!("name: {name}\ntitle:"), 1);
        let problems = with(&[("users/list.md", &text)]).expect_err("the name is taken");
        assert!(
            problems[0].contains(&format!("`{name}` is a tool of discovery mode")),
            "{problems:?}"
        );
    }
}
