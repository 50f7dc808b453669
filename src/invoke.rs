//! invoke (being built).
