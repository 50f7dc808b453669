//! How the harness fails: with words that say which step and why, and nothing more.

use std::error::Error;
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// Whatever went wrong, to be printed once, in `main`.
pub type Failure = Box<dyn Error + Send + Sync>;
/// The result of any step.
pub type Outcome<T> = Result<T, Failure>;

/// A failure and the step in which it happened.
#[derive(Debug)]
struct Step {
    step: String,
    cause: Failure,
}

impl fmt::Display for Step {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}: {}", self.step, self.cause)
    }
}

impl Error for Step {}

/// Names the step that failed.
pub trait Context<T> {
    /// Puts the step before the cause.
    fn context(self, step: impl FnOnce() -> String) -> Outcome<T>;
}

impl<T, E: Into<Failure>> Context<T> for Result<T, E> {
    fn context(self, step: impl FnOnce() -> String) -> Outcome<T> {
        self.map_err(|cause| Step { step: step(), cause: cause.into() }.into())
    }
}

/// Set when someone presses Ctrl-C, so that every process and directory is put away on the way out.
#[derive(Clone, Default)]
pub struct Stop(Arc<AtomicBool>);

impl Stop {
    /// Asks all loops to end.
    pub fn request(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    /// Fails once stopping was asked for.
    pub fn check(&self) -> Outcome<()> {
        if self.0.load(Ordering::Relaxed) { Err("interrupted".into()) } else { Ok(()) }
    }
}
