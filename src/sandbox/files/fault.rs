//! Owns the reasons why the tree refuses something, without a shape: uploads and the file system
//! word the same reason differently. It must never decide anything.

use axum::http::StatusCode;

/// Why the tree refuses.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Fault {
    /// Nothing there, or nothing the caller may see.
    #[error("Item does not exist or you do not have permission to see it")]
    Missing,
    /// The folder it should go into is missing.
    #[error("Parent folder does not exist")]
    NoParent,
    /// `add_folder` where a folder is. A 403, as Egnyte has it.
    #[error("Folder already exists at this location")]
    FolderExists,
    /// Something else is at the destination.
    #[error("An item already exists at this location")]
    Occupied,
    /// The caller's level does not reach.
    #[error("You do not have permission to perform this action")]
    NotAllowed,
    /// Somebody else holds the lock.
    #[error("File is locked by {0}")]
    Locked(String),
    /// The lock's token is another.
    #[error("The lock token does not match")]
    WrongToken,
    /// There is no lock to release.
    #[error("File is not locked")]
    NotLocked,
    /// A name with a forbidden character.
    #[error("Invalid name: {0}")]
    BadName(String),
    /// Only files and folders below a top-level folder can be made or moved.
    #[error("Top-level folders cannot be created, moved or deleted")]
    TopLevel,
    /// A folder into itself.
    #[error("A folder cannot be moved or copied into itself")]
    IntoItself,
    /// The request breaks another rule; the text says which.
    #[error("{0}")]
    Invalid(String),
    /// The tree holds as much as this stand-in takes.
    #[error("The sandbox is full")]
    Full,
}

impl Fault {
    /// The status of the answer.
    pub(crate) fn status(&self) -> StatusCode {
        match self {
            Self::Missing | Self::NoParent => StatusCode::NOT_FOUND,
            Self::FolderExists
            | Self::NotAllowed
            | Self::Locked(_)
            | Self::WrongToken
            | Self::TopLevel => StatusCode::FORBIDDEN,
            Self::Occupied => StatusCode::CONFLICT,
            Self::BadName(_) | Self::NotLocked | Self::IntoItself | Self::Invalid(_) => {
                StatusCode::BAD_REQUEST
            }
            Self::Full => StatusCode::INSUFFICIENT_STORAGE,
        }
    }
}
