//! The command line: one file per command under `cli/`; this file parses and dispatches.

use std::process::ExitCode;

/// Runs the program with the process's arguments.
pub fn main() -> ExitCode {
    ExitCode::SUCCESS
}
