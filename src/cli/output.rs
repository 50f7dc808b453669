//! What commands print. Whoever reads may stop early, as in `egnyte-mcp tools | head -1`: that ends
//! the command, and is no failure.

use std::fmt::{Arguments, Display};
use std::io::{ErrorKind, Write};

use super::Outcome;

/// Nobody reads any more.
#[derive(Debug, thiserror::Error)]
#[error("the output was closed")]
pub struct Closed;

/// Prints a line to standard output, like `println!`, but gives an error where that panics.
macro_rules! say {
    ($($text:tt)*) => { $crate::cli::output::line(format_args!($($text)*)) };
}
pub(super) use say;

/// Prints `text` and a line end.
///
/// # Errors
/// [`Closed`], or why it cannot be written.
pub fn line(text: Arguments<'_>) -> Outcome {
    bytes(format!("{text}\n").as_bytes())
}

/// Prints `bytes` as they are.
///
/// # Errors
/// [`Closed`], or why it cannot be written.
pub fn bytes(bytes: &[u8]) -> Outcome {
    let mut out = std::io::stdout().lock();
    match out.write_all(bytes).and_then(|()| out.flush()) {
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Err(Closed.into()),
        written => Ok(written?),
    }
}

/// Prints a line beside the output, to standard error. That nobody reads it changes nothing.
pub fn aside(text: impl Display) {
    _ = writeln!(std::io::stderr(), "{text}");
}
