//! Queries whose parameters may be repeated and hold lists separated by commas.

use axum::extract::Query;
use http::Uri;

use super::{did_you_mean, shown};
use crate::api::problem::Problem;

/// All parameters, in order.
pub fn pairs(uri: &Uri) -> Vec<(String, String)> {
    // Any text is some list of pairs, so this cannot fail.
    Query::try_from_uri(uri).map(|Query(pairs)| pairs).unwrap_or_default()
}

/// Parameters of which each is known.
#[derive(Debug)]
pub struct Known(Vec<(String, String)>);

impl Known {
    /// Refuses a parameter that is not in `names`.
    pub fn new(uri: &Uri, names: &[&str]) -> Result<Self, Problem> {
        let pairs = pairs(uri);
        match pairs.iter().find(|(name, _)| !names.contains(&name.as_str())) {
            None => Ok(Self(pairs)),
            Some((name, _)) => {
                let (nearest, known) =
                    (did_you_mean(name, names.iter().copied()), names.join(", "));
                let name = shown(name);
                let detail =
                    format!("There is no parameter `{name}`.{nearest} Known are: {known}.");
                Err(Problem::field(name, detail))
            }
        }
    }

    /// The value of a parameter that may stand once, read by `parse`.
    pub fn one<T>(
        &self,
        name: &str,
        known: &[&str],
        parse: impl Fn(&str) -> Option<T>,
    ) -> Result<Option<T>, Problem> {
        let mut values = self.0.iter().filter(|(own, _)| own == name).map(|(_, value)| value);
        let Some(value) = values.next() else { return Ok(None) };
        if values.next().is_some() {
            return Err(Problem::field(name, format!("Give {name} once.")));
        }
        parse(value).map(Some).ok_or_else(|| {
            let (nearest, known) = (did_you_mean(value, known.iter().copied()), known.join(", "));
            let value = shown(value);
            let detail = format!("{name}: there is no `{value}`.{nearest} Known are: {known}.");
            Problem::field(name, detail)
        })
    }

    /// The names in a list, sorted, so that the same names are the same list.
    pub fn list(&self, name: &str) -> Result<Option<Vec<String>>, Problem> {
        let given: Vec<_> = self.0.iter().filter(|(own, _)| own == name).collect();
        if given.is_empty() {
            return Ok(None);
        }
        let words = given.iter().flat_map(|(_, value)| value.split(','));
        let mut names: Vec<String> =
            words.map(str::trim).filter(|word| !word.is_empty()).map(str::to_owned).collect();
        if names.is_empty() {
            let detail = format!("{name} names nothing. Name some, or leave it out for all.");
            return Err(Problem::field(name, detail));
        }
        names.sort();
        names.dedup();
        Ok(Some(names))
    }
}
