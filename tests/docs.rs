//! The commands for people who write tool docs: what they print, what they refuse and in which
//! words, what tools cost, and a reader who stops early.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a helper's panic is the report")]

use std::fs;
use std::io::Read;
use std::path::Path;
use std::process::{Command, Stdio};

use egnyte_mcp::catalog::{Catalog, ServerConfig, Sources};

const PROGRAM: &str = env!("CARGO_BIN_EXE_egnyte-mcp");

/// Whether the command succeeded, and what it printed, errors included.
fn run(folder: &Path, arguments: &[&str]) -> (bool, String) {
    let output =
        Command::new(PROGRAM).args(arguments).current_dir(folder).env_clear().output().unwrap();
    let text = String::from_utf8([output.stdout, output.stderr].concat()).unwrap();
    (output.status.success(), text)
}

fn refused(folder: &Path, arguments: &[&str]) -> String {
    let (succeeded, text) = run(folder, arguments);
    assert!(!succeeded, "{arguments:?} succeeded:\n{text}");
    text
}

fn done(folder: &Path, arguments: &[&str]) -> String {
    let (succeeded, text) = run(folder, arguments);
    assert!(succeeded, "{arguments:?} failed:\n{text}");
    text
}

#[test]
fn lint_tells_what_tools_and_filters_cost_and_what_hosts_do() {
    let home = tempfile::tempdir().unwrap();
    let text = done(home.path(), &["docs", "lint"]);
    assert!(text.contains("no problem found"), "{text}");
    let section = |title: &str| -> Vec<String> {
        let (_, rest) = text.split_once(title).unwrap();
        rest.lines().skip(1).take_while(|line| !line.is_empty()).map(str::to_owned).collect()
    };
    assert_eq!(section("The largest tools").len(), 10);
    let filters = section("Common filters");
    for what in ["everything", "discovery", "read only", "users and groups", "files", "ChatGPT"] {
        assert!(filters.iter().any(|line| line.contains(what)), "no {what} in {filters:?}");
    }
    assert!(section("Notes").iter().any(|line| line.contains("OpenAI: cannot be strict")));

    let all = done(home.path(), &["docs", "lint", "--sizes", "--notes"]);
    assert!(all.contains("list_all_egnyte_groups") && all.contains("takes any properties"));
    assert!(all.lines().count() > 150, "{all}");
}

#[test]
fn users_and_groups_read_only_cost_less_than_four_thousand_tokens() {
    let catalog = Catalog::compile(&Sources::built_in()).unwrap();
    let cost = |methods: Option<&[&str]>, tags: &[&str]| {
        let list = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
        let config = ServerConfig {
            methods: methods.map(list),
            tags: Some(list(tags)),
            ..ServerConfig::default()
        };
        catalog.checked_view(&config).unwrap().token_estimate()
    };
    let people = cost(Some(&["read"]), &["users", "groups"]);
    assert!(people < 4_000, "{people}");
    // The other filters people mint, so that growth is noticed.
    let (chatgpt, files) = (cost(None, &["chatgpt"]), cost(None, &["files"]));
    assert!(chatgpt < 1_000 && files < 15_000, "{chatgpt} {files}");
}

#[test]
fn a_new_doc_has_every_part_and_lint_names_each_gap_in_it() {
    let home = tempfile::tempdir().unwrap();
    let request = "PUT /pubapi/v1/widgets/{id}";
    done(home.path(), &["docs", "new", "widgets", "replace", "--request", request]);
    let doc = fs::read_to_string(home.path().join("my-tool-docs/widgets/replace.md")).unwrap();
    for part in [
        "title: Replace a widget\n",
        "readOnlyHint: false ",
        "idempotentHint: true ",
        "path_schema:\n  properties:\n    id:\n",
        "required: [id]\n",
        "body_schema:\n",
        "    request: PUT /pubapi/v1/widgets/{id}\n",
    ] {
        assert!(doc.contains(part), "no {part:?} in\n{doc}");
    }
    let problems = refused(home.path(), &["docs", "lint", "my-tool-docs"]);
    for gap in [
        "widgets/replace.md:10:5: `id` has no description",
        "widgets/replace.md:18:3: example 1 has no title",
        "widgets/replace.md:21:1: there is no description",
    ] {
        assert!(problems.contains(gap), "no {gap:?} in\n{problems}");
    }
    assert_eq!(problems.matches("hint: ").count(), 3, "{problems}");
}

#[test]
fn a_new_doc_is_titled_in_plain_words() {
    let home = tempfile::tempdir().unwrap();
    for (resource, method, title) in [
        ("users", "get_settings", "Get settings of users"),
        ("links", "list_ids", "List ids of links"),
        ("salesforce", "get_folder_map", "Get folder map of salesforce"),
    ] {
        done(home.path(), &["docs", "new", resource, method]);
        let file = home.path().join(format!("my-tool-docs/{resource}/{method}.md"));
        let doc = fs::read_to_string(file).unwrap();
        assert!(doc.contains(&format!("title: {title}\n")), "{doc}");
    }
    for (method, title) in [("list", "List offices"), ("get", "Get an office")] {
        let request = ["--singular", "office", "--request", "GET /pubapi/v1/offices"];
        done(home.path(), &[&["docs", "new", "offices", method], &request[..]].concat());
        let file = home.path().join(format!("my-tool-docs/offices/{method}.md"));
        assert!(fs::read_to_string(file).unwrap().contains(&format!("title: {title}\n")));
    }
}

#[test]
fn what_cannot_be_begun_says_why_and_writes_nothing() {
    let home = tempfile::tempdir().unwrap();
    for (arguments, words) in [
        (vec!["users", "list"], "users/list.md is there already: edit it, or copy it to"),
        (vec!["users", "wave"], "users/resource.yaml defines no `wave`: add --request"),
        (
            vec!["users", "get_settings", "--request", "GET /pubapi/v2/users/settings"],
            "users/resource.yaml defines `get_settings`: leave out --request",
        ),
        (vec!["gadgets", "list", "--request", "GET /elsewhere"], "does not start with /pubapi/"),
    ] {
        let text = refused(home.path(), &[&["docs", "new"], &arguments[..]].concat());
        assert!(text.contains(words), "{text}");
        assert!(!home.path().join("my-tool-docs").exists(), "{arguments:?} left something");
    }
}

#[test]
fn a_tool_is_tried_on_the_stand_in_and_what_it_sent_is_shown() {
    let home = tempfile::tempdir().unwrap();
    let text = done(home.path(), &["docs", "try", "list_egnyte_users", "--arg", "limit=1"]);
    assert!(text.contains("\"next_cursor\": \""), "{text}");
    assert!(text.contains("GET /pubapi/v2/users?startIndex=1&count=1 → 200"), "{text}");
}

#[test]
fn what_cannot_be_tried_says_why() {
    let home = tempfile::tempdir().unwrap();
    for (arguments, words) in [
        (
            vec!["list_egnyte_user"],
            "there is no tool `list_egnyte_user`, did you mean `list_all_egnyte_users`?",
        ),
        (vec!["xyz"], "there is no tool `xyz`"),
        (vec!["get_egnyte_user"], "`id` is missing"),
        (vec!["get_egnyte_user", "--arg", "id"], "--arg `id` is not NAME=VALUE"),
        (vec!["get_egnyte_user", "--arg", "id=999999"], "404 Not Found"),
        (vec!["get_egnyte_user", "--domain", "acme"], "--access-token-file"),
        (vec!["list_egnyte_users", "--tool-docs", "nowhere"], "nowhere"),
    ] {
        let text = refused(home.path(), &[&["docs", "try"], &arguments[..]].concat());
        assert!(text.contains(words), "{text}");
    }
}

#[test]
fn a_reader_who_stops_early_ends_a_command_quietly() {
    for arguments in [
        &["tools"][..],
        &["tools", "--json"],
        &["tools", "--format", "openai"],
        &["docs", "coverage"],
        &["docs", "schema"],
        &["docs", "lint", "--sizes"],
        &["sandbox", "--listen", "127.0.0.1:0"],
    ] {
        let mut child = Command::new(PROGRAM)
            .args(arguments)
            .env_clear()
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        // Closed before the first line is written.
        drop(child.stdout.take());
        let mut complaint = String::new();
        child.stderr.take().unwrap().read_to_string(&mut complaint).unwrap();
        let status = child.wait().unwrap();
        assert!(status.success() && complaint.is_empty(), "{arguments:?}: {status}\n{complaint}");
    }
}
