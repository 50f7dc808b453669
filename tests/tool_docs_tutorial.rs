//! The ten minutes of `tool-docs/README.md`, followed to the letter: each block of `sh` is run in an
//! empty folder and must print what the comment before it says, each file is written as it stands.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a helper's panic is the report")]

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::{Command, Stdio};

use egnyte_mcp::catalog::{Catalog, Sources};

const README: &str = include_str!("../tool-docs/README.md");

fn section() -> &'static str {
    let (_, rest) = README.split_once("\n## Ten minutes").unwrap();
    rest.split("\n## ").next().unwrap()
}

#[test]
fn the_ten_minutes_lead_to_a_tool_that_answers() {
    if Command::new("bash").arg("--version").stdout(Stdio::null()).status().is_err() {
        assert!(std::env::var("CI").as_deref() != Ok("true"), "the tutorial needs bash");
        return;
    }
    let home = tempfile::tempdir().unwrap();
    let bin = home.path().join("bin");
    fs::create_dir(&bin).unwrap();
    symlink(env!("CARGO_BIN_EXE_egnyte-mcp"), bin.join("egnyte-mcp")).unwrap();
    let work = home.path().join("work");
    fs::create_dir(&work).unwrap();

    let (mut ran, mut wrote, mut before) = (0, 0, "");
    let mut lines = section().lines();
    while let Some(line) = lines.next() {
        if line.starts_with("```") {
            let block: Vec<&str> = lines.by_ref().take_while(|line| *line != "```").collect();
            let block = block.join("\n") + "\n";
            let comment = before.strip_prefix("<!-- ").and_then(|c| c.strip_suffix(" -->"));
            match comment.and_then(|comment| comment.split_once(": ")).expect("a comment") {
                ("file", path) => {
                    // A person opens what `docs new` has written.
                    assert!(work.join(path).exists(), "{path} is not there to be opened");
                    fs::write(work.join(path), block).unwrap();
                    wrote += 1;
                }
                (kind @ ("test" | "fails"), text) => {
                    let (succeeded, printed) = run(&work, &bin, &block);
                    assert_eq!(succeeded, kind == "test", "{block}{printed}");
                    assert!(printed.contains(text), "{block}did not print {text:?}:\n{printed}");
                    ran += 1;
                }
                other => unreachable!("{other:?}"),
            }
        }
        before = line;
    }
    assert_eq!((ran, wrote), (4, 2), "the tutorial has lost its blocks");
}

#[test]
fn the_task_shown_can_be_served() {
    let (_, rest) = README.split_once("```yaml\n  find_owner:").unwrap();
    let method = rest.split("```").next().unwrap();
    let definition = format!("resource: owners\nsingular: owner\nmethods:\n  find_owner:{method}");
    let doc = "---\ntitle: Find owners\nannotations: { readOnlyHint: true, destructiveHint: false, \
               idempotentHint: true, openWorldHint: false }\nquery_schema:\n  properties: { path: \
               { type: string, description: A path. } }\nexamples: [{ title: Whose?, arguments: {} }]\n\
               ---\nSays whose.\n";
    let built_in = Sources::built_in();
    let added = [("owners/resource.yaml", definition.as_str()), ("owners/find_owner.md", doc)];
    let catalog = Catalog::compile(&Sources::from_texts(built_in.iter().chain(added))).unwrap();
    assert!(catalog.is_documented("owners", "find_owner"));
}

fn run(work: &Path, bin: &Path, block: &str) -> (bool, String) {
    let path = format!("{}:{}", bin.display(), std::env::var("PATH").unwrap());
    let output = Command::new("bash")
        .args(["-euc", block])
        .current_dir(work)
        .env_clear()
        .env("PATH", path)
        .output()
        .unwrap();
    let printed = [output.stdout, output.stderr].concat();
    (output.status.success(), String::from_utf8(printed).unwrap())
}
