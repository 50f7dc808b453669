//! Egnyte as this service sees it: where an account lives, how to reach it, what its answers say
//! about limits and errors. Only code under `egnyte/` dials out, and it knows no tools.

pub mod client;
pub mod domain;
pub mod error;
pub mod rate_limit;
pub mod stream;

pub use client::{Body, CallError, Client, ClientLimits, EgnyteUrl, Request, Response, Upstream};
pub use domain::{Domain, DomainError};
pub use rate_limit::RateLimit;
pub use stream::{Moving, Relay, Streaming};
