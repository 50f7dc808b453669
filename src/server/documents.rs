//! Loading documents: built-in ones, the operator's on top, compiled, linted, every example
//! checked. `docs lint` and start-up are this same code.

use std::fmt::Write as _;
use std::path::Path;
use std::sync::Arc;

use crate::catalog::source::SourceError;
use crate::catalog::{Catalog, Problem, Sources};
use crate::crypto::Keyring;
use crate::invoke::{Cursors, examples};

/// Why there is no catalog.
#[derive(Debug, thiserror::Error)]
pub enum DocumentsError {
    /// A folder or file could not be read.
    #[error(transparent)]
    Source(#[from] SourceError),
    /// The documents have problems.
    #[error("the tool docs have {} problem(s):\n{}", .0.len(), listed(.0))]
    Problems(Vec<Problem>),
}

/// Compiles the built-in documents and those in `folder`.
pub fn load(folder: Option<&Path>, keyring: &Keyring) -> Result<Catalog, DocumentsError> {
    let mut sources = Sources::built_in();
    if let Some(folder) = folder {
        sources.overlay(folder)?;
    }
    let catalog = Catalog::compile(&sources).map_err(DocumentsError::Problems)?;
    let problems = examples::check(&catalog, &Cursors::new(Arc::new(keyring.clone())));
    if problems.is_empty() { Ok(catalog) } else { Err(DocumentsError::Problems(problems)) }
}

fn listed(problems: &[Problem]) -> String {
    let mut text = String::new();
    for problem in problems {
        _ = writeln!(text, "{problem}");
    }
    text
}
