//! Owns the reading of query parameters: typed, with the bounds and values a document names.
//! It must never know what a parameter means. Unknown ones are ignored, as Egnyte does.

use axum::extract::Query;
use axum::http::{StatusCode, Uri};

use super::complaint::{Complaint, Wording};

/// The parameters of one request.
pub(crate) struct Params {
    pairs: Vec<(String, String)>,
    wording: Wording,
}

impl Params {
    /// Reads the query of `uri`; what breaks a rule is refused in `wording`.
    pub(crate) fn of(uri: &Uri, wording: Wording) -> Result<Self, Complaint> {
        let Query(pairs) = Query::try_from_uri(uri)
            .map_err(|_| wording(StatusCode::BAD_REQUEST, "The query cannot be read."))?;
        Ok(Self { pairs, wording })
    }

    /// A text, when it was sent and is not empty.
    pub(crate) fn text(&self, name: &str) -> Option<&str> {
        let pair = self.pairs.iter().find(|(key, _)| key == name);
        pair.map(|(_, value)| value.as_str()).filter(|value| !value.is_empty())
    }

    /// A text that must be there.
    pub(crate) fn required(&self, name: &str) -> Result<&str, Complaint> {
        self.text(name).ok_or_else(|| self.refuse(&format!("{name} is required.")))
    }

    /// `true` or `false`, in any case.
    pub(crate) fn flag(&self, name: &str, default: bool) -> Result<bool, Complaint> {
        match self.text(name) {
            None => Ok(default),
            Some(text) if text.eq_ignore_ascii_case("true") => Ok(true),
            Some(text) if text.eq_ignore_ascii_case("false") => Ok(false),
            Some(_) => Err(self.refuse(&format!("{name} must be true or false."))),
        }
    }

    /// A whole number from `least` to `most`.
    pub(crate) fn number(
        &self,
        name: &str,
        default: usize,
        least: usize,
        most: usize,
    ) -> Result<usize, Complaint> {
        let Some(text) = self.text(name) else { return Ok(default) };
        let number = text.parse().ok().filter(|number| (least..=most).contains(number));
        number.ok_or_else(|| {
            self.refuse(&format!("{name} must be a whole number from {least} to {most}."))
        })
    }

    /// One of `known`.
    pub(crate) fn choice(
        &self,
        name: &str,
        known: &[&'static str],
    ) -> Result<Option<&'static str>, Complaint> {
        let Some(text) = self.text(name) else { return Ok(None) };
        match known.iter().find(|choice| **choice == text) {
            Some(choice) => Ok(Some(choice)),
            None => Err(self.refuse(&format!("{name} must be one of {}.", known.join(", ")))),
        }
    }

    /// A 400 in the service's own shape.
    pub(crate) fn refuse(&self, text: &str) -> Complaint {
        (self.wording)(StatusCode::BAD_REQUEST, text)
    }
}
