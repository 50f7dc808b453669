//! Integrated accounts beyond their records: how connecting and losing the connection shows.

pub mod check;
pub mod health;

pub use health::Health;
