//! Paths: segment by segment, so that no value can name another endpoint. What a server on the way
//! might normalise is refused, and so is a value that spells out a path defined elsewhere.

use percent_encoding::{percent_decode_str, utf8_percent_encode};

use super::ENCODED;
use crate::catalog::definition::Segment;
use crate::catalog::endpoint::Endpoint;

/// A value that is still encoded after so many rounds means no name.
const MAX_ROUNDS: usize = 8;

/// The encoded path of `endpoint` with these values in it.
pub fn build(endpoint: &Endpoint, values: &[(String, String)]) -> Result<String, String> {
    let mut path = String::with_capacity(96);
    let mut read = Vec::with_capacity(endpoint.line.path.len());
    for segment in &endpoint.line.path {
        match segment {
            Segment::Literal(text) => {
                path.push('/');
                path.push_str(text);
                read.push(text.as_str());
            }
            Segment::Argument(name) => {
                let value = value_of(name, values);
                check(name, value)?;
                path.push('/');
                path.extend(utf8_percent_encode(value, ENCODED));
                read.push(value);
            }
            Segment::Rest(name) => {
                let value = value_of(name, values);
                for segment in value.strip_prefix('/').unwrap_or(value).split('/') {
                    if segment.is_empty() {
                        return Err(format!(
                            "`{name}` has an empty part: write it like /Shared/Plans, without `//` \
                             and without a `/` at the end"
                        ));
                    }
                    check(name, segment)?;
                    path.push('/');
                    path.extend(utf8_percent_encode(segment, ENCODED));
                    read.push(segment);
                }
            }
        }
    }
    if let Some(sibling) = endpoint.strays_into(&read) {
        let names: Vec<String> =
            endpoint.line.arguments().map(|name| format!("`{name}`")).collect();
        return Err(format!(
            "{} would address another endpoint of Egnyte ({sibling})",
            names.join(" and ")
        ));
    }
    if endpoint.line.trailing_slash {
        path.push('/');
    }
    Ok(path)
}

fn value_of<'a>(name: &str, values: &'a [(String, String)]) -> &'a str {
    values.iter().find(|(other, _)| other == name).map_or("", |(_, value)| value)
}

/// Refuses what, normalised on the way, would name another resource.
fn check(name: &str, segment: &str) -> Result<(), String> {
    if segment.is_empty() || has_dots(segment) {
        return Err(format!("`{name}` cannot be \"{segment}\""));
    }
    Ok(())
}

/// Whether a part of `segment` is `.` or `..`, however often it was encoded.
fn has_dots(segment: &str) -> bool {
    let is_dots = |text: &str| text.split(['/', '\\']).any(|part| matches!(part, "." | ".."));
    if is_dots(segment) {
        return true;
    }
    let mut text = segment.to_owned();
    for _ in 0..MAX_ROUNDS {
        if !text.contains('%') {
            return false;
        }
        let decoded = percent_decode_str(&text).decode_utf8_lossy().into_owned();
        if decoded == text {
            return false;
        }
        if is_dots(&decoded) {
            return true;
        }
        text = decoded;
    }
    true
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use proptest::prelude::*;

    use super::*;
    use crate::catalog::{Catalog, Sources};

    const FILES: &str = "resource: files\nsingular: file\nmethods:\n  list: { request: 'GET \
                         /pubapi/v1/fs/{path...}' }\n  get: { request: 'GET \
                         /pubapi/v1/fs/ids/file/{id}' }\n  trash: { request: 'GET \
                         /pubapi/v1/fs/trash' }\n  buy: { request: 'POST /pubapi/v1/msp/{id}/buy/' }\n";

    fn endpoint(method: &str) -> Arc<Endpoint> {
        let sources = Sources::from_texts([("files/resource.yaml", FILES)]);
        let catalog = Catalog::compile(&sources).unwrap();
        Arc::clone(catalog.endpoints().get("files", method).unwrap())
    }

    fn built(method: &str, name: &str, value: &str) -> Result<String, String> {
        build(&endpoint(method), &[(name.to_owned(), value.to_owned())])
    }

    #[test]
    fn each_segment_is_encoded_by_itself_and_the_leading_slash_is_optional() {
        for path in ["Shared/example?path/$file.txt", "/Shared/example?path/$file.txt"] {
            let path = built("list", "path", path).unwrap();
            assert_eq!(path, "/pubapi/v1/fs/Shared/example%3Fpath/%24file.txt");
        }
    }

    #[test]
    fn a_slash_at_the_end_of_the_request_line_is_kept() {
        assert_eq!(built("buy", "id", "7").unwrap(), "/pubapi/v1/msp/7/buy/");
    }

    #[test]
    fn an_empty_or_dotted_segment_is_refused_in_any_encoding() {
        for path in [
            "",
            "/",
            "//Shared",
            "/Shared//a",
            "/Shared/",
            "/Shared/..",
            "/Shared/./a",
            "../users/1",
            "/Shared/%2e%2E/a",
            "/Shared/.%2e",
            "/Shared/%252e%252e/a",
            "/Shared/..%2fusers",
            "/Shared/..\\users",
            "/Shared/a%5c..%5cb",
        ] {
            assert!(built("list", "path", path).is_err(), "{path}");
        }
        for id in ["", ".", "..", "%2e", "a/../b"] {
            assert!(built("get", "id", id).is_err(), "{id}");
        }
    }

    #[test]
    fn ordinary_names_with_dots_and_percent_signs_are_sent() {
        for name in ["...", ".hidden", "a..b", "100%", "50% off.txt", "%41"] {
            assert!(built("list", "path", &format!("/Shared/{name}")).is_ok(), "{name}");
        }
    }

    #[test]
    fn a_path_that_spells_out_another_endpoint_is_refused() {
        for path in ["ids/file/abc", "/IDS/File/abc", "trash", "/Trash"] {
            let fault = built("list", "path", path).unwrap_err();
            assert!(fault.contains("another endpoint"), "{path}: {fault}");
        }
        for path in ["/Shared/trash", "/Shared/ids/file/abc"] {
            assert!(built("list", "path", path).is_ok(), "{path}");
        }
    }

    proptest! {
        #[test]
        fn no_value_leaves_its_place(value in "(\\PC|[./%\\\\?#2eE]){0,40}") {
            if let Ok(path) = built("list", "path", &value) {
                let rest = path.strip_prefix("/pubapi/v1/fs/").unwrap();
                prop_assert!(rest.bytes().all(|b| b.is_ascii_alphanumeric() || b"-._~%/".contains(&b)));
                for segment in rest.split('/') {
                    let decoded = percent_decode_str(segment).decode_utf8().unwrap();
                    prop_assert!(!matches!(&*decoded, "" | "." | ".."), "{}", path);
                }
                let whole = percent_decode_str(rest).decode_utf8().unwrap();
                prop_assert_eq!(whole, value.strip_prefix('/').unwrap_or(&value));
                prop_assert!(!rest.eq_ignore_ascii_case("trash"));
            }
            if let Ok(path) = built("get", "id", &value) {
                prop_assert_eq!(path.split('/').count(), 7, "{}", path);
            }
        }
    }
}
