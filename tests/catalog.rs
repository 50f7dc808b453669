//! The catalog from outside: what the built-in documents offer, and what a filter leaves of it.

#![allow(clippy::expect_used, reason = "in the helpers of a test, a panic is a failure")]

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::sync::{Arc, LazyLock};

use egnyte_mcp::catalog::{Catalog, FilterError, ServerConfig, Sources, Tool, ToolNames};
use egnyte_mcp::crypto::Keyring;
use egnyte_mcp::invoke::examples;
use egnyte_mcp::invoke::paging::Cursors;
use proptest::prelude::*;
use serde_json::{Value, json};

static BUILT_IN: LazyLock<Catalog> =
    LazyLock::new(|| Catalog::compile(&Sources::built_in()).expect("the documents compile"));

fn names(config: &ServerConfig) -> Vec<String> {
    let view = BUILT_IN.view(config);
    let names = view.tools().iter().map(|tool| view.listed_name(tool));
    names.map(str::to_owned).collect()
}

fn config(json: Value) -> ServerConfig {
    serde_json::from_value(json).expect("the filter has the shape of a configuration")
}

fn cursors() -> Cursors {
    Cursors::new(Arc::new(Keyring::generate().expect("the system has random numbers")))
}

fn tool(name: &str) -> &'static Tool {
    let mut tools = BUILT_IN.tools().iter();
    tools.find(|tool| tool.names.long == name).expect("the tool exists")
}

fn schema(name: &str, argument: &str) -> &'static Value {
    let schema = tool(name).argument_schema(argument);
    schema.expect("the argument exists")
}

/// A doc with nothing in it but what must be there.
fn doc(title: &str, reads: bool, schemas: &str, example: &str) -> String {
    format!(
        "---\ntitle: {title}\nannotations:\n  readOnlyHint: {reads}\n  destructiveHint: false\n  \
         idempotentHint: {reads}\n  openWorldHint: false\n{schemas}examples:\n  - title: One\n    \
         {example}\n---\nReturns something.\n"
    )
}

// What the built-in documents offer

#[test]
fn the_built_in_documents_compile() {
    let problems = Catalog::compile(&Sources::built_in()).err().unwrap_or_default();
    let texts: Vec<String> = problems.iter().map(ToString::to_string).collect();
    assert!(texts.is_empty(), "{}", texts.join("\n"));
}

#[test]
fn every_example_produces_the_request_it_states() {
    let problems = examples::check(&BUILT_IN, &cursors());
    assert_eq!(problems, []);
}

#[test]
fn the_tools_have_these_names_and_titles_in_this_order() {
    let mut lines = String::new();
    for tool in BUILT_IN.tools() {
        let names = &tool.names;
        writeln!(lines, "{:<34} {:<22} {}", names.long, names.short, tool.title).unwrap();
    }
    insta::assert_snapshot!("names_and_titles", lines);
}

#[test]
fn the_whole_listing_reads_as_reviewed() {
    let resources: BTreeSet<&str> =
        BUILT_IN.tools().iter().map(|tool| tool.resource.as_str()).collect();
    for resource in resources {
        let tools = BUILT_IN.tools().iter().filter(|tool| tool.resource == resource);
        let tools: Vec<&str> = tools.map(|tool| tool.names.long.as_str()).collect();
        let view = BUILT_IN.view(&config(json!({ "tools": tools })));
        let listing: Value = serde_json::from_slice(view.listing()).unwrap();
        insta::assert_json_snapshot!(format!("listing_{resource}"), listing);
    }
}

#[test]
fn a_method_without_a_doc_has_no_name_at_all() {
    let view = BUILT_IN.view(&config(json!({ "tags": ["directory"] })));
    for (resource, method) in [("users", "get_settings"), ("groups", "add_member_subresource")] {
        let defined = BUILT_IN.resources().find(|defined| defined.resource == resource).unwrap();
        assert!(defined.methods.contains_key(method));
        assert!(!BUILT_IN.is_documented(resource, method));
        for noun in [resource, &defined.singular] {
            assert!(view.find(&format!("{method}_egnyte_{noun}")).is_none());
        }
        let listing = String::from_utf8(view.listing().to_vec()).unwrap();
        assert!(!listing.contains(method));
    }
}

#[test]
fn a_doc_in_the_operators_folder_turns_a_defined_method_into_a_tool() {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir_all(folder.path().join("users")).unwrap();
    fs::create_dir_all(folder.path().join("groups")).unwrap();
    fs::write(
        folder.path().join("users/get_settings.md"),
        doc(
            "Get user settings",
            true,
            "",
            "arguments: {}\n    request: GET /pubapi/v2/users/settings",
        ),
    )
    .unwrap();
    fs::write(
        folder.path().join("groups/add_member_subresource.md"),
        doc(
            "Add a member",
            false,
            "path_schema:\n  properties:\n    id: { type: string, format: uuid, description: Group. }\n  required: [id]\n",
            "arguments: { id: 1ee2e04c-bdde-42ee-ae07-c3aad375f6da }\n    \
             request: POST /pubapi/v2/groups/1ee2e04c-bdde-42ee-ae07-c3aad375f6da/members",
        ),
    )
    .unwrap();
    let mut sources = Sources::built_in();
    sources.overlay(folder.path()).unwrap();

    let catalog = Catalog::compile(&sources).unwrap();

    let view = catalog.view(&ServerConfig::default());
    assert!(view.find("get_settings_egnyte_users").is_some());
    assert!(view.find("add_member_subresource_egnyte_group").is_some());
    assert_eq!(view.tools().len(), BUILT_IN.tools().len() + 2);
}

#[test]
fn a_doc_in_the_operators_folder_takes_the_place_of_ours() {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("users")).unwrap();
    let ours = Sources::built_in();
    let (_, text) = ours.iter().find(|(file, _)| *file == "users/list.md").unwrap();
    let text = text.replacen("title: List users", "title: List our people", 1);
    fs::write(folder.path().join("users/list.md"), text).unwrap();
    let mut sources = Sources::built_in();
    sources.overlay(folder.path()).unwrap();

    let catalog = Catalog::compile(&sources).unwrap();

    assert_eq!(catalog.tools().len(), BUILT_IN.tools().len());
    assert!(catalog.tools().iter().any(|tool| tool.title == "List our people"));
}

#[test]
fn a_user_id_is_an_integer_and_a_group_id_a_uuid_wherever_it_stands() {
    let directory = |tool: &&Arc<Tool>| ["users", "groups"].contains(&tool.resource.as_str());
    let by_id = BUILT_IN.tools().iter().filter(directory).filter_map(|tool| {
        let id = tool.argument_schema("id")?;
        Some((tool, id))
    });
    let mut seen = 0;
    for (tool, id) in by_id {
        let expected = match tool.resource.as_str() {
            "users" => (json!("integer"), json!(1), Value::Null),
            "groups" if tool.method == "list_of_user" => (json!("integer"), json!(1), Value::Null),
            "groups" => (json!("string"), Value::Null, json!("uuid")),
            other => panic!("say here what an id of {other} is"),
        };
        assert_eq!((id["type"].clone(), id["minimum"].clone(), id["format"].clone()), expected);
        seen += 1;
    }
    assert!(seen >= 7, "{seen}");
    for tool in ["create_an_egnyte_group", "update_an_egnyte_group_by_id", "replace_egnyte_group"] {
        let member = &schema(tool, "members")["items"]["properties"]["value"];
        assert_eq!((&member["type"], &member["minimum"]), (&json!("integer"), &json!(1)));
    }
}

#[test]
fn a_list_gives_at_most_100_items_and_50_unless_told() {
    for tool in ["list_all_egnyte_users", "list_all_egnyte_groups"] {
        let limit = schema(tool, "limit");
        assert_eq!((&limit["maximum"], &limit["default"]), (&json!(100), &json!(50)));
        assert_eq!(schema(tool, "next_cursor")["type"], "string");
    }
}

#[test]
fn every_schema_is_one_that_all_hosts_take() {
    for tool in BUILT_IN.tools() {
        let schema = &tool.input_schema;
        assert_eq!(schema["type"], "object", "{}", tool.names.long);
        assert_eq!(schema["additionalProperties"], false, "{}", tool.names.long);
        assert!(schema["properties"].is_object(), "{}", tool.names.long);
        let text = schema.to_string();
        for keyword in ["$ref", "$defs", "oneOf", "anyOf", "allOf"] {
            assert!(!text.contains(&format!("\"{keyword}\"")), "{}: {keyword}", tool.names.long);
        }
    }
}

#[test]
fn a_guess_at_an_argument_does_not_pass() {
    let group = "1ee2e04c-bdde-42ee-ae07-c3aad375f6da";
    for (name, arguments) in [
        ("list_all_egnyte_users", json!({ "email": "*@acmecorp.com" })),
        ("list_all_egnyte_users", json!({ "email": "acmecorp.com" })),
        ("list_all_egnyte_users", json!({ "userName": "jmil*" })),
        ("list_all_egnyte_users", json!({ "limit": 101 })),
        ("list_all_egnyte_users", json!({ "startIndex": 1 })),
        ("list_all_egnyte_users", json!({ "active": true })),
        ("list_all_egnyte_users", json!({ "filter": "email co \"acmecorp\"" })),
        ("list_all_egnyte_users", json!({ "filter": "displayName eq \"x\"" })),
        ("list_all_egnyte_users", json!({ "filter": "email eq jmiller" })),
        ("list_all_egnyte_users", json!({ "filter": "email eq \"a\" or email eq \"b\"" })),
        ("list_all_egnyte_groups", json!({ "filter": "displayName ew \"x\"" })),
        ("get_single_egnyte_user_by_id", json!({ "id": "jmiller" })),
        ("get_single_egnyte_user_by_id", json!({ "id": 0 })),
        ("get_single_egnyte_group_by_id", json!({ "id": 1045 })),
        ("get_single_egnyte_group_by_id", json!({ "id": "1045" })),
        ("update_an_egnyte_user_by_id", json!({ "id": 88412, "status": "inactive" })),
        ("update_an_egnyte_user_by_id", json!({ "id": 88412, "is_admin": true })),
        ("update_an_egnyte_user_by_id", json!({ "id": 88412, "userType": "Administrator" })),
        ("update_an_egnyte_user_by_id", json!({ "id": 88412, "userName": "x-OFFBOARDED" })),
        ("update_an_egnyte_user_by_id", json!({ "id": 88412, "name": { "givenName": "A" } })),
        ("update_an_egnyte_group_by_id", json!({ "id": group, "description": "Legacy" })),
        (
            "update_an_egnyte_group_by_id",
            json!({ "id": group, "members": [{ "value": "jmiller" }] }),
        ),
        ("replace_egnyte_group", json!({ "id": group, "displayName": "Marketing Team" })),
    ] {
        let tool = tool(name);
        assert!(!tool.validator.is_valid(&arguments), "{}: {arguments}", tool.names.long);
    }
}

#[test]
fn a_filter_expression_may_be_written_in_any_case() {
    for (name, filter) in [
        ("list_all_egnyte_users", r#"userName Eq "john""#),
        ("list_all_egnyte_users", r#"EMAIL EQ "a+b@example.com""#),
        ("list_all_egnyte_users", r#"externalid eq "say \"hi\"""#),
        ("list_all_egnyte_groups", r#"DisplayName CO "Contractor""#),
    ] {
        let tool = tool(name);
        assert!(tool.validator.is_valid(&json!({ "filter": filter })), "{filter}");
    }
}

#[test]
fn the_sibling_tools_a_description_speaks_of_exist() {
    let known: BTreeSet<&str> =
        BUILT_IN.tools().iter().map(|tool| tool.names.long.as_str()).collect();
    for tool in BUILT_IN.tools() {
        let texts = format!("{} {}", tool.description, tool.input_schema);
        let words = texts.split(|c: char| !c.is_ascii_alphanumeric() && c != '_');
        for word in words.filter(|word| word.contains("_egnyte_")) {
            assert!(known.contains(word), "{} speaks of {word}", tool.names.long);
        }
    }
}

#[test]
fn reading_users_and_groups_costs_a_model_less_than_4_000_tokens() {
    let view = BUILT_IN.view(&config(json!({ "methods": ["read"], "tags": ["users", "groups"] })));
    assert!(view.token_estimate() < 4_000, "{}", view.token_estimate());
}

// What a filter leaves

#[test]
fn read_and_write_part_the_tools_in_two() {
    let read = names(&config(json!({ "methods": ["read"] })));
    let write = names(&config(json!({ "methods": ["write"] })));
    for name in ["list_all_egnyte_users", "get_single_egnyte_group_by_id", "read_egnyte_file"] {
        assert!(read.iter().any(|listed| listed == name), "{name}");
    }
    for name in ["update_an_egnyte_user_by_id", "replace_egnyte_group", "write_egnyte_file"] {
        assert!(write.iter().any(|listed| listed == name), "{name}");
    }
    assert_eq!(read.len() + write.len(), BUILT_IN.tools().len());
    assert!(write.iter().all(|name| !read.contains(name)));
}

#[test]
fn custom_means_the_methods_beside_the_five_usual_ones() {
    let custom = names(&config(json!({ "methods": ["custom"] })));
    let beside = BUILT_IN.tools().iter().filter(|tool| {
        !["list", "get", "create", "update", "delete"].contains(&tool.method.as_str())
    });
    assert_eq!(custom, beside.map(|tool| tool.names.long.clone()).collect::<Vec<_>>());
    assert!(custom.iter().any(|name| name == "replace_egnyte_group"));
}

#[test]
fn a_literal_method_means_that_method_of_every_resource() {
    assert_eq!(
        names(&config(json!({ "methods": ["delete"], "tags": ["users", "groups"] }))),
        ["delete_an_egnyte_group_by_id", "delete_an_egnyte_user_by_id"]
    );
}

#[test]
fn methods_tags_and_tools_must_all_match() {
    let filter = config(json!({
        "methods": ["read", "update"],
        "tags": ["users"],
        "tools": ["update_egnyte_user", "list_all_egnyte_users", "list_all_egnyte_groups"],
    }));
    assert_eq!(names(&filter), ["list_all_egnyte_users", "update_an_egnyte_user_by_id"]);
}

#[test]
fn any_tag_of_a_list_is_enough() {
    let either = names(&config(json!({ "tags": ["users", "groups"] })));
    assert_eq!(names(&config(json!({ "tags": ["directory"] }))), either);
    for tag in ["users", "groups"] {
        let one = names(&config(json!({ "tags": [tag] })));
        assert!(one.len() < either.len() && one.iter().all(|name| either.contains(name)), "{tag}");
    }
}

#[test]
fn an_unknown_name_in_a_filter_is_refused_with_the_known_ones() {
    let tools = BUILT_IN.tools();
    let methods: BTreeSet<&str> = tools.iter().map(|tool| tool.method.as_str()).collect();
    let methods: Vec<&str> = ["read", "write", "custom"].into_iter().chain(methods).collect();
    let tags: BTreeSet<&str> =
        tools.iter().flat_map(|tool| &tool.tags).map(String::as_str).collect();
    let tags: Vec<&str> = tags.into_iter().collect();
    for (filter, begins, known) in [
        (
            json!({ "methods": ["reed"] }),
            "config.methods: there is no `reed`. Did you mean `read`? Known are: ",
            methods.join(", "),
        ),
        (
            json!({ "tags": ["user"] }),
            "config.tags: there is no `user`. Did you mean `users`? Known are: ",
            tags.join(", "),
        ),
        // Defined, but not documented.
        (
            json!({ "methods": ["add_member_subresource"] }),
            "config.methods: there is no `add_member_subresource`. Known are: ",
            methods.join(", "),
        ),
    ] {
        let error = BUILT_IN.checked_view(&config(filter)).unwrap_err();
        assert_eq!(error.to_string(), format!("{begins}{known}"));
    }
    let error = BUILT_IN.checked_view(&config(json!({ "tools": ["list_users"] }))).unwrap_err();
    assert_eq!(error.field(), "config.tools");
    assert!(error.to_string().contains("list_all_egnyte_users, list_egnyte_users"), "{error}");
}

#[test]
fn a_filter_that_leaves_nothing_is_refused() {
    for filter in [
        json!({ "methods": ["delete"], "tools": ["list_all_egnyte_users"] }),
        json!({ "methods": [] }),
    ] {
        let error = BUILT_IN.checked_view(&config(filter)).unwrap_err();
        assert_eq!(error, FilterError::Empty);
    }
}

#[test]
fn a_view_finds_what_it_lists_by_both_names_and_nothing_else() {
    let view = BUILT_IN.view(&config(json!({ "methods": ["read"], "tags": ["users"] })));
    for name in ["list_all_egnyte_users", "list_egnyte_users", "get_egnyte_user"] {
        assert!(view.find(name).is_some(), "{name}");
    }
    for name in ["update_egnyte_user", "list_all_egnyte_groups", "list", "", "LIST_EGNYTE_USERS"] {
        assert!(view.find(name).is_none(), "{name}");
    }
}

#[test]
fn short_names_are_listed_when_asked_for() {
    let filter = config(json!({ "tool_names": "short", "tags": ["users"], "methods":
        ["list", "get", "create", "update", "delete"] }));
    assert_eq!(filter.tool_names, ToolNames::Short);
    assert_eq!(
        names(&filter),
        [
            "list_egnyte_users",
            "get_egnyte_user",
            "create_egnyte_user",
            "update_egnyte_user",
            "delete_egnyte_user"
        ]
    );
}

#[test]
fn a_slip_in_a_name_is_answered_with_the_nearest() {
    let view = BUILT_IN.view(&ServerConfig::default());
    assert_eq!(view.nearest("list_all_egnyte_user"), Some("list_all_egnyte_users"));
    assert_eq!(view.nearest("weather"), None);
}

/// Any list of names, some of which exist.
fn some_of(known: &'static [&'static str]) -> impl Strategy<Value = Option<Vec<String>>> {
    let list = prop::collection::vec(prop::sample::select(known), 0..4);
    prop::option::of(list.prop_map(|names| names.into_iter().map(str::to_owned).collect()))
}

prop_compose! {
    fn any_filter()(
        methods in some_of(&["read", "write", "custom", "list", "get", "update", "replace", "none"]),
        tags in some_of(&["users", "groups", "directory", "none"]),
        tools in some_of(&["list_all_egnyte_users", "update_egnyte_user", "replace_egnyte_group", "none"]),
        short in any::<bool>(),
    ) -> ServerConfig {
        let tool_names = if short { ToolNames::Short } else { ToolNames::Long };
        ServerConfig { methods, tags, tools, tool_names, ..ServerConfig::default() }
    }
}

proptest! {
    #[test]
    fn under_any_filter_the_listed_tools_are_the_callable_ones(filter in any_filter()) {
        let view = BUILT_IN.view(&filter);
        let listing: Vec<Value> = serde_json::from_slice(view.listing()).unwrap();
        let listed: BTreeSet<&str> = listing.iter().filter_map(|tool| tool["name"].as_str()).collect();
        prop_assert_eq!(listed.len(), listing.len());

        for tool in BUILT_IN.tools() {
            let is_listed = listed.contains(view.listed_name(tool));
            prop_assert_eq!(is_listed, filter.allows(tool));
            prop_assert_eq!(is_listed, view.find(&tool.names.long).is_some());
            prop_assert_eq!(is_listed, view.find(&tool.names.short).is_some());
        }
    }
}
