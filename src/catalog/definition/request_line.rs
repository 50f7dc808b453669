//! A request line (`GET /pubapi/v1/fs/{path...}`): a verb and a path template, taken apart. What
//! it cannot express cannot be sent: no query, no dots for a segment, no host.

use std::fmt;

use http::Method;
use schemars::JsonSchema;
use serde::Deserialize;

/// A verb and a path template.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(try_from = "String")]
#[schemars(with = "String")]
pub struct RequestLine {
    /// Such as `GET`.
    pub verb: Method,
    /// The path, segment by segment.
    pub path: Vec<Segment>,
    /// Whether the path ends in a slash. Some of Egnyte's partner paths must.
    pub trailing_slash: bool,
}

/// One segment of a path template.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Segment {
    /// Sent as it stands.
    Literal(String),
    /// Filled from the argument of this name, percent-encoded.
    Argument(String),
    /// `{name...}`: filled from a path of one or more segments, each percent-encoded by itself.
    /// Only the last segment can be one.
    Rest(String),
}

impl Segment {
    /// The argument it is filled from.
    pub fn argument(&self) -> Option<&str> {
        match self {
            Self::Argument(name) | Self::Rest(name) => Some(name),
            Self::Literal(_) => None,
        }
    }
}

impl RequestLine {
    /// Names of the arguments in the path, in order.
    pub fn arguments(&self) -> impl Iterator<Item = &str> {
        self.path.iter().filter_map(Segment::argument)
    }
}

impl fmt::Display for RequestLine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ", self.verb)?;
        for segment in &self.path {
            match segment {
                Segment::Literal(text) => write!(f, "/{text}")?,
                Segment::Argument(name) => write!(f, "/{{{name}}}")?,
                Segment::Rest(name) => write!(f, "/{{{name}...}}")?,
            }
        }
        f.write_str(if self.trailing_slash { "/" } else { "" })
    }
}

impl TryFrom<String> for RequestLine {
    type Error = String;
    fn try_from(text: String) -> Result<Self, String> {
        let example = "write it like `GET /pubapi/v2/users/{id}`";
        let (verb, path) = text
            .split_once(' ')
            .ok_or_else(|| format!("`{text}` has no verb and path; {example}"))?;
        let verb = match verb {
            "GET" => Method::GET,
            "POST" => Method::POST,
            "PUT" => Method::PUT,
            "PATCH" => Method::PATCH,
            "DELETE" => Method::DELETE,
            _ => return Err(format!("`{verb}` is not GET, POST, PUT, PATCH or DELETE")),
        };
        if !["/pubapi/", "/puboauth/"].iter().any(|root| path.starts_with(root)) {
            return Err(format!("the path `{path}` does not start with /pubapi/; {example}"));
        }
        let inner = path.strip_prefix('/').unwrap_or(path);
        let (inner, trailing_slash) =
            inner.strip_suffix('/').map_or((inner, false), |inner| (inner, true));
        let segments = inner
            .split('/')
            .map(|segment| parse_segment(segment, &text))
            .collect::<Result<Vec<_>, _>>()?;
        if segments.len() < 2 {
            return Err(format!("`{text}` names no endpoint; {example}"));
        }
        let rest = segments.iter().position(|segment| matches!(segment, Segment::Rest(_)));
        if rest.is_some_and(|rest| rest + 1 != segments.len() || trailing_slash) {
            return Err(format!("in `{text}`, something follows a {{name...}}; it takes the rest"));
        }
        let line = Self { verb, path: segments, trailing_slash };
        let repeated = line
            .arguments()
            .enumerate()
            .any(|(at, name)| line.arguments().take(at).any(|earlier| earlier == name));
        if repeated { Err(format!("`{text}` has an argument twice")) } else { Ok(line) }
    }
}

fn parse_segment(segment: &str, line: &str) -> Result<Segment, String> {
    let is_name = |text: &str| {
        !text.is_empty() && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"_-.".contains(&b))
    };
    if let Some(name) = segment.strip_prefix('{').and_then(|rest| rest.strip_suffix('}')) {
        let (name, is_rest) = name.strip_suffix("...").map_or((name, false), |name| (name, true));
        if is_name(name) {
            let name = name.to_owned();
            return Ok(if is_rest { Segment::Rest(name) } else { Segment::Argument(name) });
        }
    } else if is_name(segment) && segment != "." && segment != ".." {
        return Ok(Segment::Literal(segment.to_owned()));
    }
    Err(format!("`{segment}` in `{line}` is neither a plain word nor a {{name}}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(text: &str) -> Result<RequestLine, String> {
        RequestLine::try_from(text.to_owned())
    }

    #[test]
    fn a_request_line_keeps_literals_and_arguments_apart() {
        let line = line("PATCH /pubapi/v2/users/{id}").unwrap();
        assert_eq!(line.verb, Method::PATCH);
        assert_eq!(line.arguments().collect::<Vec<_>>(), ["id"]);
    }

    #[test]
    fn a_request_line_is_displayed_as_it_was_written() {
        for text in [
            "GET /pubapi/v1/fs/{path...}",
            "POST /pubapi/v1/msp/trials/{domain}/activate/",
            "POST /puboauth/token",
        ] {
            assert_eq!(line(text).unwrap().to_string(), text);
        }
    }

    #[test]
    fn a_request_line_that_could_leave_the_api_is_refused() {
        for text in [
            "GET",
            "FETCH /pubapi/v2/users",
            "GET /other/users",
            "GET /pubapi/../x",
            "GET /pubapi/v2/users?x=1",
            "GET /pubapi//x",
            "GET /pubapi//",
            "GET /pubapi/",
            "GET /pubapi/v1/fs/{path...}/parents",
            "GET /pubapi/v1/fs/{path...}/",
            "GET /pubapi/v1/{a}/{a}",
            "GET /pubapi/v1/{...}",
        ] {
            assert!(line(text).is_err(), "{text}");
        }
    }
}
