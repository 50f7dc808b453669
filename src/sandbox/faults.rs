//! Owns the switched-on failures: what each one is, which requests it hits, how often.
//! It must never touch a request or an answer: `gate` asks, `spoil` acts.

use std::collections::{BTreeMap, VecDeque};

use axum::http::Method;
use serde::{Deserialize, Serialize};

use super::limits::{Generation, Limit};

/// The most faults waiting at once; a further one is refused.
pub(super) const MAX_FAULTS: usize = 100;
/// The longest delay, in milliseconds.
pub(super) const MAX_DELAY_MS: u64 = 600_000;

/// The faults that wait for requests, oldest first.
#[derive(Default)]
pub(super) struct Faults {
    waiting: VecDeque<Waiting>,
    made: u64,
}

/// A fault with its number.
#[derive(Clone, Serialize)]
pub(super) struct Waiting {
    /// For `DELETE /_sandbox/faults/{id}`.
    id: u64,
    #[serde(flatten)]
    fault: Fault,
}

/// One failure and where it strikes.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Fault {
    /// Only requests with this method.
    method: Option<String>,
    /// Only requests whose path starts with this.
    path_prefix: Option<String>,
    /// How many requests are left to hit; without it, all until the fault is cleared.
    times: Option<u64>,
    /// Wait this long before anything else.
    pub(super) delay_ms: Option<u64>,
    /// Set on the answer, whatever it is.
    #[serde(default)]
    pub(super) headers: BTreeMap<String, String>,
    /// What goes wrong; without it, nothing but the delay and the headers.
    pub(super) action: Option<Action>,
}

/// What goes wrong.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub(super) enum Action {
    /// The gateway refuses, as beyond a limit.
    Throttle {
        generation: Generation,
        limit: Limit,
        retry_after: Option<u64>,
        allotted: Option<u64>,
        current: Option<u64>,
    },
    /// An error status with one of Egnyte's bodies.
    Error { status: u16, shape: Shape, message: Option<String> },
    /// A page with status 200.
    Html,
    /// A 302.
    Redirect { location: String },
    /// Valid JSON of `bytes` bytes, streamed; `content_length` announces the size.
    Huge {
        bytes: u64,
        #[serde(default)]
        content_length: bool,
    },
    /// No answer; `handled` does the work first.
    Drop {
        #[serde(default)]
        handled: bool,
    },
    /// The true answer, broken off in the middle.
    HalfBody,
    /// Half of the true answer, sent as if it were all.
    TruncatedJson,
    /// The true answer under another media type.
    ContentType { value: String },
}

/// The ten error bodies that Egnyte's services use, named by what tells them apart.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(super) enum Shape {
    /// `{"Errors": [{"description", "code"}]}`: users, groups, links.
    Errors,
    /// `{"errorMessage"}`: file system.
    #[serde(rename = "errorMessage")]
    ErrorMessage,
    /// `{"message"}`: throttling, uploads, newer services.
    #[serde(rename = "message")]
    Message,
    /// `{"formErrors": [{"code", "msg"}]}`: comments.
    #[serde(rename = "formErrors")]
    FormErrors,
    /// `{"errors": [{"msg", "code"}]}`: audit.
    #[serde(rename = "errors")]
    LowerErrors,
    /// `{"inputErrors": {field: [{"msg", "code"}]}}`: metadata.
    #[serde(rename = "inputErrors")]
    InputErrors,
    /// `{"error", "error_description", "requestId"}`: OAuth, newer services.
    #[serde(rename = "error_description")]
    ErrorDescription,
    /// `{"fault": {"faultstring", "detail"}}`: the gateway.
    #[serde(rename = "fault")]
    Fault,
    /// `<h1>…</h1>`: the gateway.
    #[serde(rename = "html")]
    Html,
    /// Nothing at all.
    #[serde(rename = "empty")]
    Empty,
}

impl Faults {
    /// Switches a fault on. `None` when too many are waiting.
    pub(super) fn add(&mut self, fault: Fault) -> Option<Waiting> {
        if self.waiting.len() >= MAX_FAULTS {
            return None;
        }
        self.made += 1;
        let waiting = Waiting { id: self.made, fault };
        self.waiting.push_back(waiting.clone());
        Some(waiting)
    }

    /// The oldest fault that hits this request, counted down.
    pub(super) fn hit(&mut self, method: &Method, path: &str) -> Option<Fault> {
        let position = self.waiting.iter().position(|w| w.fault.matches(method, path))?;
        let waiting = self.waiting.get_mut(position)?;
        let fault = waiting.fault.clone();
        if let Some(left) = &mut waiting.fault.times {
            *left = left.saturating_sub(1);
            if *left == 0 {
                self.waiting.remove(position);
            }
        }
        Some(fault)
    }

    /// Switches one fault off. False when it was not on.
    pub(super) fn remove(&mut self, id: u64) -> bool {
        let before = self.waiting.len();
        self.waiting.retain(|waiting| waiting.id != id);
        self.waiting.len() < before
    }

    /// Switches all faults off.
    pub(super) fn clear(&mut self) {
        self.waiting.clear();
    }

    /// The faults that are on, oldest first.
    pub(super) fn waiting(&self) -> impl Iterator<Item = &Waiting> {
        self.waiting.iter()
    }
}

impl Fault {
    /// Why this fault cannot be switched on, if it cannot.
    pub(super) fn problem(&self) -> Option<String> {
        if self.times == Some(0) {
            return Some("times must be at least 1".to_owned());
        }
        if self.delay_ms.is_some_and(|delay| delay > MAX_DELAY_MS) {
            return Some(format!("delay_ms must be at most {MAX_DELAY_MS}"));
        }
        match &self.action {
            Some(Action::Error { status, .. }) if !(400..600).contains(status) => {
                Some("status must be an error status, 400 to 599".to_owned())
            }
            _ => None,
        }
    }

    fn matches(&self, method: &Method, path: &str) -> bool {
        let by_method =
            self.method.as_ref().is_none_or(|m| m.eq_ignore_ascii_case(method.as_str()));
        by_method && self.path_prefix.as_ref().is_none_or(|prefix| path.starts_with(prefix))
    }
}
