//! The documents beside the code: what they name exists, and what they list is complete.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a helper's panic is the report"
)]

use std::fs;
use std::path::{Path, PathBuf};

const ARCHITECTURE: &str = include_str!("../ARCHITECTURE.md");
const DOCUMENTS: [&str; 5] =
    ["README.md", "ARCHITECTURE.md", "CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md"];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn read(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// The cells of the table that begins with `header`, without backticks.
fn table(header: &str) -> Vec<Vec<String>> {
    let (_, rest) = ARCHITECTURE.split_once(header).unwrap();
    let rows = rest.lines().skip(2).take_while(|line| line.starts_with('|'));
    let cell = |cell: &str| cell.trim().trim_matches('`').to_owned();
    rows.map(|row| row.trim_matches('|').split('|').map(cell).collect()).collect()
}

/// All Rust files below `folder`.
fn sources(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries
        .flat_map(|path| if path.is_dir() { sources(&path) } else { vec![path] })
        .filter(|path| path.extension().is_some_and(|extension| extension == "rs"))
        .collect()
}

#[test]
fn links_and_paths_lead_somewhere() {
    for document in DOCUMENTS {
        let text = read(document);
        let links = text.split("](").skip(1).filter_map(|rest| rest.split(')').next());
        let links = links.filter(|link| !link.starts_with("http") && !link.starts_with('#'));
        let folders = ["src/", "tests/", "tool-docs/", "migrations/", "benches/", "examples/"];
        let paths = text.split('`').skip(1).step_by(2).filter(|code| {
            folders.iter().any(|folder| code.starts_with(folder)) && !code.contains([' ', '…', '<'])
        });
        for path in links.chain(paths) {
            assert!(root().join(path).exists(), "{document} names {path}, which does not exist");
        }
    }
}

#[test]
fn the_code_map_lists_the_modules_of_the_crate_in_their_order() {
    let library = read("src/lib.rs");
    let modules: Vec<&str> = library
        .lines()
        .filter_map(|line| line.strip_prefix("pub mod ")?.strip_suffix(';'))
        .collect();
    let rows = table("| module |");
    let listed: Vec<&str> = rows.iter().map(|row| row[0].as_str()).collect();
    assert_eq!(listed, modules);
}

#[test]
fn the_table_of_dependencies_is_that_of_the_manifest() {
    let manifest: toml::Table = read("Cargo.toml").parse().unwrap();
    let mut declared: Vec<&str> = ["dependencies", "dev-dependencies"]
        .iter()
        .flat_map(|section| manifest[*section].as_table().unwrap().keys().map(String::as_str))
        .collect();
    let rows = table("| crate |");
    let mut listed: Vec<&str> = rows.iter().map(|row| row[0].as_str()).collect();
    declared.sort_unstable();
    listed.sort_unstable();
    assert_eq!(listed, declared);
}

#[test]
fn a_dependency_said_to_be_unused_is_unused() {
    let sources: String =
        sources(&root().join("src")).iter().map(|path| fs::read_to_string(path).unwrap()).collect();
    for row in table("| crate |") {
        let used = sources.contains(&format!("{}::", row[0].replace('-', "_")));
        if row[1].starts_with("not used yet") {
            assert!(!used, "{} is used", row[0]);
        }
    }
}

#[test]
fn the_limits_are_those_of_the_code() {
    let rows = table("| limit |");
    assert!(rows.len() > 25);
    for row in rows {
        let [what, value, constant, file] = row.as_slice() else { panic!("{row:?}") };
        let digits = |text: &str| -> String {
            let text = text.replace([',', '_'], "");
            let from = text.find(|c: char| c.is_ascii_digit()).unwrap_or(text.len());
            text[from..].chars().take_while(char::is_ascii_digit).collect()
        };
        let source = read(file);
        // `const NAME: Type = expression;` or `name: expression,`
        let given = source.lines().filter_map(|line| {
            let (_, rest) = line.split_once(&format!("{constant}: "))?;
            Some(rest.split_once("= ").map_or(rest, |(_, expression)| expression))
        });
        let given: Vec<String> = given.map(digits).filter(|digits| !digits.is_empty()).collect();
        assert!(given.contains(&digits(value)), "{what}: {constant} in {file} is {given:?}");
    }
}

#[test]
fn environment_variables_that_are_named_are_read() {
    let sources: String =
        sources(&root().join("src")).iter().map(|path| fs::read_to_string(path).unwrap()).collect();
    for document in DOCUMENTS.into_iter().chain(["Dockerfile"]) {
        let text = read(document);
        for (at, prefix) in text.match_indices("EGNYTE_MCP_") {
            let rest = &text[at + prefix.len()..];
            let end = rest.find(|c: char| !matches!(c, 'A'..='Z' | '_')).unwrap_or(rest.len());
            let name = &rest[..end];
            if name.is_empty() {
                continue; // `EGNYTE_MCP_<OPTION>`
            }
            let read = sources.contains(&format!("\"{prefix}{name}\""));
            assert!(read, "{document} names {prefix}{name}, which nothing reads");
        }
    }
}
