//! What tools cost: about how many tokens each takes of a model's context, and those that common
//! filters let through. And what hosts do with some tools, which is no fault of theirs.

use std::collections::BTreeMap;

use crate::catalog::view::tool_token_estimate;
use crate::catalog::{Catalog, Exposure, ServerConfig};
use crate::cli::Outcome;
use crate::cli::output::say;

/// Tools shown when not all are asked for.
const LARGEST: usize = 10;

/// Prints the sizes of the largest tools, or of all, and of common filters.
pub fn print(catalog: &Catalog, all: bool) -> Outcome {
    let mut sizes: Vec<(usize, &str)> = catalog
        .tools()
        .iter()
        .map(|tool| (tool_token_estimate(tool), tool.names.long.as_str()))
        .collect();
    sizes.sort_by(|a, b| b.cmp(a));
    let shown = if all { sizes.len() } else { LARGEST };
    let which = if all { "Every tool" } else { "The largest tools (--sizes for all)" };
    say!("\n{which}, in tokens of a model's context")?;
    for (tokens, name) in sizes.iter().take(shown) {
        say!("{tokens:>8}  {name}")?;
    }
    say!("\nCommon filters\n  tokens  tools")?;
    for (what, config) in filters() {
        let view = catalog.view(&config);
        if !view.tools().is_empty() {
            say!("{:>8}  {:>5}  {what}", view.token_estimate(), view.tools().len())?;
        }
    }
    Ok(())
}

/// The filters that people mint most.
fn filters() -> [(&'static str, ServerConfig); 6] {
    let list = |names: &[&str]| {
        (!names.is_empty()).then(|| names.iter().map(|name| (*name).to_owned()).collect())
    };
    let filter = |methods: &[&str], tags: &[&str]| ServerConfig {
        methods: list(methods),
        tags: list(tags),
        ..ServerConfig::default()
    };
    let discovery = ServerConfig { tool_exposure: Exposure::Discovery, ..ServerConfig::default() };
    [
        ("everything", filter(&[], &[])),
        ("everything, by discovery: a few tools that find the others", discovery),
        ("read only: --methods read", filter(&["read"], &[])),
        (
            "users and groups, read only: --tags users,groups --methods read",
            filter(&["read"], &["users", "groups"]),
        ),
        ("files: --tags files", filter(&[], &["files"])),
        ("search and fetch for ChatGPT: --tags chatgpt", filter(&[], &["chatgpt"])),
    ]
}

/// Prints how many tools some host treats in another way; all of them, with reasons, if asked for.
pub fn print_notes(catalog: &Catalog, all: bool) -> Outcome {
    let notes = catalog.notes();
    let mut kinds: BTreeMap<&str, usize> = BTreeMap::new();
    for note in &notes {
        *kinds.entry(&note.message).or_default() += 1;
    }
    if kinds.is_empty() {
        return Ok(());
    }
    say!("\nNotes{}", if all { "" } else { " (--notes for the tools)" })?;
    for (kind, count) in kinds {
        say!("{count:>8}  {kind}")?;
        for note in notes.iter().filter(|note| all && note.message == kind) {
            say!("          {}: {}", note.tool, note.reason)?;
        }
    }
    Ok(())
}
