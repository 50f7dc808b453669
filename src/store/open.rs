//! Opening the database: file, permissions, durability, migrations. Never puts a database URL
//! into an error, for it may carry a password.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::time::Duration;

use sqlx::any::{AnyConnectOptions, AnyPoolOptions, install_default_drivers};
use sqlx::migrate::Migrator;
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions, Executor};

use super::{Store, StoreError};

static MIGRATIONS: Migrator = sqlx::migrate!();

const FILE: &str = "egnyte-mcp.db";

/// Said to every SQLite connection.
///
/// `synchronous = FULL` makes each commit wait until the write-ahead log is on the disk itself.
/// `NORMAL` would survive a killed process but not a power cut, and "no acknowledged mint or
/// revocation is lost" has no footnote. Writes are rare here, so the wait costs nothing that
/// matters. `secure_delete` overwrites what is deleted; it was sealed, but it need not lie around.
const SQLITE_SETTINGS: &str = "PRAGMA busy_timeout = 5000; PRAGMA journal_mode = WAL; \
     PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; PRAGMA secure_delete = ON";

impl Store {
    /// Opens `egnyte-mcp.db` in a data directory, making both when they are missing.
    pub async fn open_dir(dir: &Path) -> Result<Self, StoreError> {
        DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(dir)
            .map_err(StoreError::unavailable)?;
        Self::open_file(&dir.join(FILE)).await
    }

    /// Opens the database a URL names.
    pub async fn open_url(url: &str) -> Result<Self, StoreError> {
        if !url.starts_with("sqlite:") {
            return Err(StoreError::Unsupported);
        }
        let options = SqliteConnectOptions::from_str(url)?;
        Self::open_file(options.get_filename()).await
    }

    async fn open_file(path: &Path) -> Result<Self, StoreError> {
        let path = path.to_owned();
        // Held until the database is ready: switching to the write-ahead log and migrating are
        // not safe to do twice at once, and SQLite does not queue them.
        let prepared = tokio::task::spawn_blocking(move || prepare(&path)).await;
        let (path, _turn) =
            prepared.map_err(StoreError::unavailable)?.map_err(StoreError::unavailable)?;
        let url = SqliteConnectOptions::new().filename(path).to_url_lossy();
        let options = AnyConnectOptions::from_url(&url)?.disable_statement_logging();

        install_default_drivers();
        let pool = AnyPoolOptions::new()
            .max_connections(4)
            .acquire_timeout(Duration::from_secs(5))
            .after_connect(|connection, _| {
                Box::pin(async move {
                    connection.execute(SQLITE_SETTINGS).await?;
                    Ok(())
                })
            })
            .connect_with(options)
            .await?;
        MIGRATIONS.run(&pool).await.map_err(StoreError::unavailable)?;
        Ok(Self { pool })
    }
}

/// Makes sure there is a file only its owner can reach, and takes the turn to set it up.
/// SQLite gives the log files beside it the same permissions.
fn prepare(path: &Path) -> io::Result<(PathBuf, File)> {
    let file =
        OpenOptions::new().write(true).create(true).truncate(false).mode(0o600).open(path)?;
    file.set_permissions(fs::Permissions::from_mode(0o600))?;
    let path = path.canonicalize()?;
    // The directory, not the file: SQLite keeps locks of its own on the file.
    let turn = File::open(path.parent().unwrap_or(Path::new("/")))?;
    turn.lock()?;
    Ok((path, turn))
}

#[cfg(test)]
mod tests {
    use sqlx::Row;

    use super::*;

    #[tokio::test]
    async fn every_connection_waits_for_the_disk_and_keeps_foreign_keys() {
        let home = tempfile::tempdir().unwrap();
        let store = Store::open_dir(home.path()).await.unwrap();
        let mut held = Vec::new();
        for _ in 0..4 {
            let mut connection = store.pool.acquire().await.unwrap();
            for (question, answer) in [("PRAGMA synchronous", 2), ("PRAGMA foreign_keys", 1)] {
                let row = sqlx::query(question).fetch_one(&mut *connection).await.unwrap();
                assert_eq!(row.get::<i64, _>(0), answer, "{question}");
            }
            held.push(connection);
        }
    }
}
