//! Where documents come from: the ones built into the program, and a folder of the operator's
//! that adds to them and overrides them file by file. Reads text; understands none of it.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use rust_embed::Embed;

use super::search::SYNONYMS_FILE;

#[derive(Embed)]
#[folder = "tool-docs/"]
#[include = "*/resource.yaml"]
#[include = "*/*.md"]
#[include = "synonyms.yaml"]
struct BuiltIn;

/// A document is at most this long; the longest of our own is a twentieth of it.
const MAX_BYTES: u64 = 256 * 1024;
/// A folder holds at most this many documents.
const MAX_FILES: usize = 2_000;

/// Texts by path (`users/list.md`), in path order.
#[derive(Clone, Debug, Default)]
pub struct Sources(BTreeMap<String, String>);

/// Why a folder of documents could not be read.
#[derive(Debug, thiserror::Error)]
pub enum SourceError {
    /// The folder or a file in it could not be read.
    #[error(
        "cannot read {path}: {source}. Check the path given to --tool-docs and its permissions"
    )]
    Unreadable {
        /// What was being read.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// A file is not UTF-8 text, or too long.
    #[error("{path} {reason}")]
    Unfit {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
}

impl Sources {
    /// The documents this program was built with.
    pub fn built_in() -> Self {
        let texts = BuiltIn::iter().filter_map(|path| {
            let file = BuiltIn::get(&path)?;
            Some((path.into_owned(), String::from_utf8_lossy(&file.data).into_owned()))
        });
        Self(texts.collect())
    }

    /// Texts given directly, such as by a test.
    pub fn from_texts<'a>(texts: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        Self(texts.into_iter().map(|(path, text)| (path.to_owned(), text.to_owned())).collect())
    }

    /// Adds the documents of `folder` (`<resource>/resource.yaml`, `<resource>/<method>.md`,
    /// `synonyms.yaml`); a file with the path of one that is already here takes its place.
    pub fn overlay(&mut self, folder: &Path) -> Result<(), SourceError> {
        for resource in entries(folder)? {
            if resource.file_name().is_some_and(|name| name == SYNONYMS_FILE) {
                self.0.insert(SYNONYMS_FILE.to_owned(), read(&resource)?);
            }
            if !resource.is_dir() {
                continue;
            }
            for path in entries(&resource)? {
                let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
                let is_doc = path.extension().is_some_and(|extension| extension == "md");
                if name != "resource.yaml" && !is_doc {
                    continue;
                }
                let text = read(&path)?;
                let parent = resource.file_name().unwrap_or_default().to_string_lossy();
                self.0.insert(format!("{parent}/{name}"), text);
            }
        }
        if self.0.len() > MAX_FILES {
            let reason = format!("holds more than {MAX_FILES} documents");
            return Err(SourceError::Unfit { path: folder.to_owned(), reason });
        }
        Ok(())
    }

    /// The text at `path`.
    pub fn text(&self, path: &str) -> Option<&str> {
        self.0.get(path).map(String::as_str)
    }

    /// Every text with its path.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(path, text)| (path.as_str(), text.as_str()))
    }
}

fn entries(folder: &Path) -> Result<Vec<PathBuf>, SourceError> {
    let unreadable = |source| SourceError::Unreadable { path: folder.to_owned(), source };
    let mut paths = std::fs::read_dir(folder)
        .map_err(unreadable)?
        .map(|entry| entry.map(|entry| entry.path()))
        .collect::<Result<Vec<_>, _>>()
        .map_err(unreadable)?;
    paths.sort();
    Ok(paths)
}

fn read(path: &Path) -> Result<String, SourceError> {
    let unreadable = |source| SourceError::Unreadable { path: path.to_owned(), source };
    if std::fs::metadata(path).map_err(unreadable)?.len() > MAX_BYTES {
        let reason = format!("is longer than {MAX_BYTES} bytes");
        return Err(SourceError::Unfit { path: path.to_owned(), reason });
    }
    let bytes = std::fs::read(path).map_err(unreadable)?;
    String::from_utf8(bytes).map_err(|_| SourceError::Unfit {
        path: path.to_owned(),
        reason: "is not UTF-8 text".to_owned(),
    })
}
