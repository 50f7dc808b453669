//! Keys and what is done with them: the key ring, sealing, digests, and the one type for secret
//! text. Knows nothing of tokens or databases, and never prints what it holds.

pub mod digest;
pub mod keyring;
pub mod seal;
pub mod secret;

pub use keyring::{Keyring, KeyringError};
pub use seal::{SealError, Sealed};
pub use secret::Secret;
