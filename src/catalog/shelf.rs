//! The shelf: the catalog in use. A changed folder of documents puts a new one in its place, but
//! only if every document in it passes; whoever listens is told.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use tokio::sync::watch;

use super::Catalog;

/// How often the folder is looked at. A look is a handful of `stat` calls.
const LOOK_EVERY: Duration = Duration::from_millis(500);

/// A handle to the catalog in use. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Shelf {
    current: watch::Receiver<Arc<Catalog>>,
    reloads: bool,
}

/// Puts new catalogs on a shelf.
#[derive(Debug)]
pub struct Reloader {
    current: watch::Sender<Arc<Catalog>>,
    folder: PathBuf,
}

impl Shelf {
    /// A shelf whose catalog never changes.
    pub fn fixed(catalog: Catalog) -> Self {
        let (_, current) = watch::channel(Arc::new(catalog));
        Self { current, reloads: false }
    }

    /// A shelf that follows `folder`, and what keeps it up to date.
    pub fn following(catalog: Catalog, folder: PathBuf) -> (Self, Reloader) {
        let (sender, current) = watch::channel(Arc::new(catalog));
        (Self { current, reloads: true }, Reloader { current: sender, folder })
    }

    /// The catalog in use.
    pub fn catalog(&self) -> Arc<Catalog> {
        Arc::clone(&self.current.borrow())
    }

    /// Whether the catalog can change.
    pub fn reloads(&self) -> bool {
        self.reloads
    }

    /// A receiver that has seen the catalog in use and wakes for the next one.
    pub fn changes(&self) -> watch::Receiver<Arc<Catalog>> {
        let mut changes = self.current.clone();
        changes.mark_unchanged();
        changes
    }
}

impl Reloader {
    /// Watches the folder and reloads with `load` when it changes, for ever. Problems are logged,
    /// once for each state of the folder, and leave the catalog as it was.
    pub async fn run<E: std::fmt::Display>(self, load: impl Fn(&Path) -> Result<Catalog, E>) {
        let mut seen = print(&self.folder);
        loop {
            tokio::time::sleep(LOOK_EVERY).await;
            let now = print(&self.folder);
            if now == seen {
                continue;
            }
            seen = now;
            match load(&self.folder) {
                Ok(catalog) => {
                    tracing::info!(tools = catalog.tools().len(), "tool docs reloaded");
                    self.current.send_replace(Arc::new(catalog));
                }
                Err(error) => {
                    tracing::error!("tool docs changed, but the old ones stay in use: {error}");
                }
            }
        }
    }
}

/// Path, length and time of every document: enough to see that something changed.
fn print(folder: &Path) -> Vec<(PathBuf, u64, Option<SystemTime>)> {
    let entries = |folder: &Path| {
        let read = std::fs::read_dir(folder).into_iter().flatten().flatten();
        read.map(|entry| entry.path()).collect::<Vec<_>>()
    };
    let mut files: Vec<_> = entries(folder)
        .iter()
        .flat_map(|entry| if entry.is_dir() { entries(entry) } else { vec![entry.clone()] })
        .filter_map(|path| {
            let metadata = std::fs::metadata(&path).ok()?;
            Some((path, metadata.len(), metadata.modified().ok()))
        })
        .collect();
    files.sort();
    files
}
