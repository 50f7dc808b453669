//! `openai`: `tools` of Chat Completions.

use serde_json::{Value, json};

use super::{Note, Notes, Strict, strict};
use crate::catalog::tool::Tool;

/// Chat Completions refuses the whole request when one description is longer.
pub const MAX_DESCRIPTION: usize = 1_024;

pub(super) fn tools(tools: &[(&str, &Tool)], wanted: Strict, notes: &mut Notes) -> Value {
    let one = |&(name, tool): &(&str, &Tool)| {
        let (schema, strict) = strict::parameters(name, tool, wanted, notes);
        let description = shortened(&tool.description);
        if description.len() < tool.description.len() {
            let reason = format!(
                "Chat Completions takes descriptions of {MAX_DESCRIPTION} characters; the end is \
                 left out"
            );
            notes.shortened.push(Note { name: name.to_owned(), reason });
        }
        json!({
            "type": "function",
            "function": {
                "name": name,
                "description": description,
                "parameters": schema,
                "strict": strict,
            },
        })
    };
    tools.iter().map(one).collect()
}

/// As many whole sentences as fit.
fn shortened(text: &str) -> &str {
    let Some((end, _)) = text.char_indices().nth(MAX_DESCRIPTION) else { return text };
    let fits = text.get(..end).unwrap_or(text);
    let ends = [". ", ".\n", ":\n"];
    let sentence = ends.iter().filter_map(|mark| Some(fits.rfind(mark)? + 1)).max();
    let word = || fits.rfind(char::is_whitespace);
    sentence.or_else(word).and_then(|end| fits.get(..end)).unwrap_or(fits)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_description_ends_with_a_whole_sentence() {
        let text = format!("{} Second ü sentence. {}", "x".repeat(1_000) + ".", "y".repeat(50));
        assert_eq!(shortened(&text), format!("{}. Second ü sentence.", "x".repeat(1_000)));
        let fits = "é".repeat(MAX_DESCRIPTION);
        assert_eq!(shortened(&fits), fits);
        assert_eq!(shortened(&"é".repeat(MAX_DESCRIPTION + 1)), fits);
    }
}
