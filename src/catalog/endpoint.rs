//! Endpoints: what is sent for each defined method, documented or not, and which paths it must
//! not stray into. Made once for a catalog from all definitions together.

use std::collections::BTreeMap;
use std::sync::Arc;

use http::{HeaderMap, Method};

use super::definition::{
    Answer, BodyEncoding, Fixed, MethodDefinition, Paging, RequestLine, ResourceDefinition,
    Segment, Transfer,
};

/// The wire facts of one defined method, ready to be called by tools and by steps.
#[derive(Debug)]
pub struct Endpoint {
    /// Verb and path template.
    pub line: RequestLine,
    /// Paths of other methods with the same verb that a value in this path could spell out. They
    /// are those methods' own: whoever may call this one may not be allowed to call them.
    pub siblings: Vec<Vec<Segment>>,
    /// What is always sent.
    pub fixed: Fixed,
    /// The fixed headers, checked.
    pub fixed_headers: HeaderMap,
    /// How the body is encoded; `None` when there is none.
    pub body: Option<BodyEncoding>,
    /// What kind of answer comes.
    pub answer: Answer,
    /// Whether a signed link makes the request.
    pub transfer: Option<Transfer>,
    /// How the listing is paged; `None` when the answer is not a list.
    pub paging: Option<Paging>,
    /// Whether it only reads.
    pub reads: bool,
    /// OAuth scope the access token needs.
    pub scope: Option<String>,
}

impl Endpoint {
    /// HTTP verb.
    pub fn verb(&self) -> &Method {
        &self.line.verb
    }

    /// The sibling whose path these segments, as they will be read, spell out.
    pub fn strays_into(&self, path: &[&str]) -> Option<String> {
        let sibling = self.siblings.iter().find(|sibling| fits(sibling, path))?;
        let line = RequestLine {
            verb: self.line.verb.clone(),
            path: sibling.clone(),
            trailing_slash: false,
        };
        Some(line.to_string())
    }
}

/// All endpoints by resource and method.
#[derive(Debug, Default)]
pub struct Endpoints(BTreeMap<(String, String), Arc<Endpoint>>);

impl Endpoints {
    /// The endpoints of every method with a request line.
    pub fn new<'a>(resources: impl Iterator<Item = &'a ResourceDefinition> + Clone) -> Self {
        let lines: Vec<&RequestLine> = resources
            .clone()
            .flat_map(|resource| resource.methods.values())
            .filter_map(|method| method.request.as_ref())
            .collect();
        let endpoints = resources.flat_map(|resource| {
            let lines = &lines;
            resource.methods.iter().filter_map(move |(name, method)| {
                let endpoint = endpoint(resource, method, lines)?;
                Some(((resource.resource.clone(), name.clone()), Arc::new(endpoint)))
            })
        });
        Self(endpoints.collect())
    }

    /// The endpoint of a method, unless it is made of steps.
    pub fn get(&self, resource: &str, method: &str) -> Option<&Arc<Endpoint>> {
        self.0.get(&(resource.to_owned(), method.to_owned()))
    }
}

fn endpoint(
    resource: &ResourceDefinition,
    method: &MethodDefinition,
    lines: &[&RequestLine],
) -> Option<Endpoint> {
    let line = method.request.clone()?;
    let siblings = lines
        .iter()
        .filter(|other| other.verb == line.verb && can_spell(&line.path, &other.path))
        .map(|other| other.path.clone())
        .collect();
    Some(Endpoint {
        siblings,
        fixed_headers: method.fixed.header_map().unwrap_or_default(), // Checked when it was read.
        fixed: method.fixed.clone(),
        body: method.body,
        answer: method.answer,
        transfer: method.transfer,
        paging: method.paging.clone(),
        reads: method.reads().unwrap_or_default(),
        scope: method.scope.clone().or_else(|| resource.scope.clone()),
        line,
    })
}

/// Whether a value for an argument of `own` can make it the path of `other`: where the argument
/// begins, the other has a word of its own. Two arguments in the same place are the same place.
fn can_spell(own: &[Segment], other: &[Segment]) -> bool {
    let mut pairs = own.iter().zip(other);
    let difference = pairs.find(|(own, other)| match (own, other) {
        (Segment::Literal(own), Segment::Literal(other)) => own != other,
        (Segment::Argument(_), Segment::Argument(_)) => false,
        _ => true,
    });
    matches!(difference, Some((Segment::Argument(_) | Segment::Rest(_), Segment::Literal(_))))
}

/// Whether `path` is one of `template`. Letter case is ignored, as the server may.
fn fits(template: &[Segment], path: &[&str]) -> bool {
    let mut path = path.iter();
    for segment in template {
        match (segment, path.next()) {
            (Segment::Literal(word), Some(given)) if word.eq_ignore_ascii_case(given) => {}
            (Segment::Argument(_), Some(_)) => {}
            (Segment::Rest(_), Some(_)) => return true,
            _ => return false,
        }
    }
    path.next().is_none()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn segments(line: &str) -> Vec<Segment> {
        RequestLine::try_from(format!("GET {line}")).unwrap().path
    }

    #[test]
    fn a_value_can_spell_a_literal_in_its_place_and_what_follows() {
        let fs = segments("/pubapi/v1/fs/{path...}");
        assert!(can_spell(&fs, &segments("/pubapi/v1/fs/ids/file/{group_id}")));
        assert!(can_spell(&fs, &segments("/pubapi/v1/fs/trash")));
        assert!(!can_spell(&fs, &segments("/pubapi/v1/fs/{path}/parents")));
        assert!(!can_spell(&fs, &segments("/pubapi/v2/fs/trash")));
        assert!(!can_spell(&fs, &fs));
        let user = segments("/pubapi/v2/users/{id}");
        assert!(can_spell(&user, &segments("/pubapi/v2/users/settings")));
        assert!(!can_spell(&segments("/pubapi/v2/users/settings"), &user));
    }

    #[test]
    fn a_path_matches_a_template_whole_and_in_any_case() {
        let by_id = segments("/pubapi/v1/fs/ids/file/{group_id}");
        assert!(fits(&by_id, &["pubapi", "v1", "fs", "IDS", "file", "x"]));
        assert!(!fits(&by_id, &["pubapi", "v1", "fs", "ids", "file"]));
        assert!(!fits(&by_id, &["pubapi", "v1", "fs", "ids", "file", "x", "y"]));
    }
}
