//! The minted URL's secret: made by [`mint`], checked by [`verify()`], and turned by [`Grants`] into
//! what a request may do. Knows no HTTP and no MCP, and never logs a token or what is in it.

pub mod api_tokens;
mod claims;
pub mod grant;
pub mod grants;
mod lifeline;
pub mod mint;
pub mod verify;

pub use api_tokens::ApiTokens;
pub use grant::{Grant, Refusal};
pub use grants::Grants;
pub use lifeline::StreamGuard;
pub use mint::{MintError, MintRequest, mint};
pub use verify::{TokenError, Verified, verify};

/// What every token begins with, so that secret scanners can find one.
pub const PREFIX: &str = "egm_";
