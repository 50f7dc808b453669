//! YAML as our documents use it: strict booleans, no anchors run wild, and every error as a
//! [`Problem`] with the line in the whole file.

use serde::de::DeserializeOwned;
use serde_saphyr::UserMessageFormatter;

use super::problem::{Document, Problem};

/// Parses `yaml`, which starts `lines_before` lines down in `document`.
pub fn parse<T: DeserializeOwned>(
    document: Document<'_>,
    yaml: &str,
    lines_before: usize,
) -> Result<T, Problem> {
    let options = serde_saphyr::options! { strict_booleans: true, with_snippet: false };
    serde_saphyr::from_str_with_options(yaml, options).map_err(|error| {
        let (line, column) =
            error.location().map_or((1, 1), |at| (usize_of(at.line()), usize_of(at.column())));
        Problem {
            file: document.file.to_owned(),
            line: line + lines_before,
            column,
            message: bare_message(&error.render_with_formatter(&UserMessageFormatter)),
            hint: "`egnyte-mcp docs schema` prints what may stand here".to_owned(),
        }
    })
}

fn usize_of(number: u64) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}

/// The message without its place, which counts from the start of the YAML, not of the file.
fn bare_message(text: &str) -> String {
    let line = text.lines().next().unwrap_or_default();
    let message = line.rsplit_once(" at line ").map_or(line, |(message, _)| message);
    message.to_owned()
}
