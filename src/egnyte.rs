//! Egnyte as this service sees it. Only code under `egnyte/` dials out, and it knows no tools.

pub mod domain;

pub use domain::{Domain, DomainError};
