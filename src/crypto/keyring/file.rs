//! The key ring on disk: `<dir>/keyring.json`, readable by its owner only, written whole or not
//! at all. Two processes that start at once end up with the same ring.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, ErrorKind, Read, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use zeroize::Zeroizing;

use super::{Keyring, KeyringError};
use crate::crypto::{Secret, digest};

const FILE: &str = "keyring.json";

impl Keyring {
    /// Reads the ring of a data directory; makes directory (`0700`) and ring (`0600`) when there
    /// is none yet.
    pub fn open_or_create(dir: &Path) -> Result<Self, KeyringError> {
        let path = dir.join(FILE);
        if let Some(ring) = read(&path)? {
            return Ok(ring);
        }
        DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(dir)
            .map_err(fault("create the directory", dir))?;
        let draft = write_draft(dir, &Self::generate()?)?;
        // A hard link, unlike a rename, fails when another process was first. Then its ring counts.
        let linked = fs::hard_link(&draft, &path);
        let removed = fs::remove_file(&draft);
        match linked {
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
            other => other.map_err(fault("create", &path))?,
        }
        removed.map_err(fault("remove", &draft))?;
        sync(dir)?;
        read(&path)?.ok_or_else(|| fault("read", &path)(ErrorKind::NotFound.into()))
    }

    /// Adds a key to the ring of a data directory and makes it the active one. Running services
    /// take it up when they next start; until then they cannot verify what it signed.
    pub fn rotate(dir: &Path) -> Result<Self, KeyringError> {
        Self::open_or_create(dir)?;
        // Two rotations at once would each write a ring without the other's key.
        let lock = File::open(dir).map_err(fault("open", dir))?;
        lock.lock().map_err(fault("lock", dir))?;
        let ring = Self::open_or_create(dir)?.with_new_key(Timestamp::now())?;
        let path = dir.join(FILE);
        let draft = write_draft(dir, &ring)?;
        fs::rename(&draft, &path).map_err(fault("replace", &path))?;
        sync(dir)?;
        Ok(ring)
    }
}

/// The ring in a file, or `None` when there is no such file.
fn read(path: &Path) -> Result<Option<Keyring>, KeyringError> {
    let mut file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(fault("read", path)(error)),
    };
    // Asked of the open file, so that what is checked is what is read.
    let mode = file.metadata().map_err(fault("read", path))?.permissions().mode() & 0o7777;
    if mode & 0o077 != 0 {
        return Err(KeyringError::TooOpen { path: path.display().to_string(), mode });
    }
    let mut text = Zeroizing::new(String::new());
    file.read_to_string(&mut text).map_err(fault("read", path))?;
    let origin = format!("`{}`", path.display());
    Keyring::from_text(&origin, &Secret::from(text.as_str())).map(Some)
}

/// Writes the ring next to its place, safely on disk, and says where.
fn write_draft(dir: &Path, ring: &Keyring) -> Result<PathBuf, KeyringError> {
    let name = format!(".{FILE}.{}", digest::hex(&digest::random::<8>()?[..]));
    let path = dir.join(name);
    let write = || {
        let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&path)?;
        file.write_all(ring.to_text().expose().as_bytes())?;
        file.sync_all()
    };
    write().map_err(fault("write", &path))?;
    Ok(path)
}

/// Makes a new name in a directory last through a power cut.
fn sync(dir: &Path) -> Result<(), KeyringError> {
    File::open(dir).and_then(|dir| dir.sync_all()).map_err(fault("write", dir))
}

fn fault(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> KeyringError {
    let path = path.display().to_string();
    move |source| KeyringError::File { action, path, source }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::MetadataExt;
    use std::sync::Barrier;
    use std::thread;

    use super::*;

    #[test]
    fn the_first_start_makes_a_ring_only_its_owner_can_read() {
        let home = tempfile::tempdir().unwrap();
        let dir = home.path().join("data");
        let ring = Keyring::open_or_create(&dir).unwrap();
        assert_eq!(fs::metadata(&dir).unwrap().mode() & 0o777, 0o700);
        assert_eq!(fs::metadata(dir.join(FILE)).unwrap().mode() & 0o777, 0o600);
        assert_eq!(Keyring::open_or_create(&dir).unwrap().active().id(), ring.active().id());
        assert_eq!(fs::read_dir(&dir).unwrap().count(), 1, "no draft is left behind");
    }

    #[test]
    fn a_ring_others_can_read_is_refused_with_the_command_that_helps() {
        let home = tempfile::tempdir().unwrap();
        Keyring::open_or_create(home.path()).unwrap();
        let path = home.path().join(FILE);
        for mode in [0o640, 0o604, 0o620] {
            fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
            let error = Keyring::open_or_create(home.path()).unwrap_err().to_string();
            assert!(error.contains(&format!("chmod 600 {}", path.display())), "{error}");
        }
    }

    #[test]
    fn a_damaged_ring_is_never_replaced() {
        let home = tempfile::tempdir().unwrap();
        Keyring::open_or_create(home.path()).unwrap();
        let path = home.path().join(FILE);
        fs::write(&path, "{").unwrap();
        let error = Keyring::open_or_create(home.path()).unwrap_err();
        assert!(matches!(error, KeyringError::Damaged { .. }), "{error}");
        assert_eq!(fs::read_to_string(&path).unwrap(), "{");
    }

    #[test]
    fn starts_at_the_same_moment_agree_on_one_ring() {
        let home = tempfile::tempdir().unwrap();
        for round in 0..20 {
            let dir = home.path().join(round.to_string());
            let barrier = Barrier::new(8);
            let start = || {
                barrier.wait();
                Keyring::open_or_create(&dir).unwrap().active().id().to_owned()
            };
            let ids = thread::scope(|scope| {
                let starts: Vec<_> = (0..8).map(|_| scope.spawn(start)).collect();
                starts.into_iter().map(|start| start.join().unwrap()).collect::<Vec<_>>()
            });
            assert!(ids.iter().all(|id| *id == ids[0]), "{ids:?}");
        }
    }

    #[test]
    fn rotations_at_the_same_moment_lose_no_key() {
        let home = tempfile::tempdir().unwrap();
        let first = Keyring::open_or_create(home.path()).unwrap();
        thread::scope(|scope| {
            for _ in 0..6 {
                scope.spawn(|| Keyring::rotate(home.path()).unwrap());
            }
        });
        let ring = Keyring::open_or_create(home.path()).unwrap();
        assert_eq!(ring.keys().count(), 7);
        assert_eq!(ring.keys().last().unwrap().id(), first.active().id());
    }
}
