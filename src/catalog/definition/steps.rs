//! Steps of a task tool: a documented composition of defined methods. Read and checked here as
//! data; running them is not this module's.

use std::collections::BTreeSet;

use schemars::JsonSchema;
use serde::Deserialize;

use crate::catalog::shape::{ITEM, Members};

/// Names that expressions know already.
pub const KNOWN: [&str; 3] = ["args", "domain", "now"];

/// The most pages a step may read.
const MAX_PAGES: u32 = 50;

/// One step: a call, or a value made of what is there. What stands in the maps is a shape, and
/// `when`, `value` and `for_each` are expressions.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct StepDefinition {
    /// The name by which later steps and `result` know what came back.
    pub name: String,
    /// The method that is called, such as `users.list`.
    #[serde(default)]
    pub call: Option<String>,
    /// Instead of a call: an expression to know under the step's name.
    #[serde(default)]
    pub value: Option<String>,
    /// The step is skipped, and its result none, unless this is true.
    #[serde(default)]
    pub when: Option<String>,
    /// Runs once for each element of this list, which is named `item`.
    #[serde(default)]
    pub for_each: Option<String>,
    /// Arguments of the path, by their names in the request line.
    #[serde(default)]
    pub path: Members,
    /// Query parameters, by Egnyte's names.
    #[serde(default)]
    pub query: Members,
    /// Headers.
    #[serde(default)]
    pub headers: Members,
    /// Properties of the body, by Egnyte's names.
    #[serde(default)]
    pub body: Members,
    /// Follows the pages of a listing, at most so many.
    #[serde(default)]
    pub pages: Option<u32>,
    /// Statuses that give none instead of a failure, such as 404.
    #[serde(default)]
    pub none_for: Vec<u16>,
}

impl StepDefinition {
    /// The called method's resource and name.
    pub fn target(&self) -> Option<(&str, &str)> {
        self.call.as_deref()?.split_once('.')
    }
}

/// What is wrong with `steps` by themselves: the key at fault, message and hint.
pub(super) fn fault(steps: &[StepDefinition]) -> Option<(&'static str, String, &'static str)> {
    let mut names = BTreeSet::new();
    for step in steps {
        let name = &step.name;
        if !crate::catalog::name::is_word(name) || KNOWN.contains(&name.as_str()) || name == ITEM {
            let hint = "use a word of lower-case letters; args, domain, now and item have a \
                        meaning already";
            return Some(("name", format!("a step cannot be called `{name}`"), hint));
        }
        if !names.insert(name) {
            return Some(("name", format!("two steps are called `{name}`"), "rename one"));
        }
        let hint = "write `call: users.list`, a defined method, or `value: ` and an expression";
        match (&step.call, &step.value) {
            (Some(call), None) if step.target().is_none() => {
                return Some(("call", format!("`{call}` is no method"), hint));
            }
            (Some(_), None) | (None, Some(_)) => {}
            _ => return Some(("name", format!("`{name}` is neither a call nor a value"), hint)),
        }
        if step.pages.is_some_and(|pages| pages == 0 || pages > MAX_PAGES) {
            let message = format!("`pages` of `{name}` is not between 1 and {MAX_PAGES}");
            return Some(("pages", message, "ask for a number that a person would wait for"));
        }
        if step.none_for.iter().any(|status| !(400..500).contains(status) || *status == 401) {
            let message = format!("`none_for` of `{name}` has a status that is no plain refusal");
            return Some(("none_for", message, "use statuses from 400 to 499, such as 404"));
        }
    }
    None
}
