//! The server's instructions: what this URL may do, for the model that is about to use it. Hosts
//! cut at 512 or 2,048 characters, so the essentials come first.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use crate::catalog::View;
use crate::catalog::discovery::{self, Action, Discovery};

/// Claude Code keeps this many characters.
const MAX_CHARS: usize = 2_048;

/// Instructions for a view of the Egnyte domain `host`.
pub fn of(view: &View, host: &str) -> String {
    let mut by_resource: BTreeMap<&str, (bool, bool)> = BTreeMap::new();
    for tool in view.tools() {
        let (reads, writes) = by_resource.entry(&tool.resource).or_default();
        *reads |= tool.reads;
        *writes |= !tool.reads;
    }
    let mut text = format!("Tools for the Egnyte domain {host}. ");
    if let Some(discovery) = view.discovery() {
        text.push_str(&way(view.tools().len(), discovery));
    }
    text.push_str("This URL may ");
    let abilities: Vec<String> = by_resource
        .iter()
        .map(|(resource, ability)| match ability {
            (true, true) => format!("read and change {resource}"),
            (true, false) => format!("read {resource}"),
            _ => format!("change {resource}"),
        })
        .collect();
    text.push_str(&abilities.join(", "));
    text.push_str(
        ". Lists come in pages: send next_cursor back unchanged until it is null. An error says \
         what to do next; after a rate limit, wait the seconds it names, nothing is retried here. ",
    );
    _ = write!(
        text,
        "Ids are Egnyte's own and are found by listing. There are {} tools.",
        view.tools().len()
    );
    text.chars().take(MAX_CHARS).collect()
}

/// How tools are used that are not listed.
fn way(count: usize, discovery: &Discovery) -> String {
    let callers: Vec<&str> = discovery
        .tools()
        .iter()
        .filter(|tool| matches!(tool.action, Action::Call | Action::CallRead))
        .map(|tool| tool.name)
        .collect();
    let callers = match callers.as_slice() {
        [reads, all] => format!("{reads} runs the ones that read, {all} runs any"),
        callers => format!("{} runs them", callers.concat()),
    };
    format!(
        "Its {count} tools are not listed: {} finds them by what is to be done, {} shows what \
         they take, {callers}. ",
        discovery::SEARCH_TOOLS,
        discovery::GET_TOOL_SCHEMA
    )
}
