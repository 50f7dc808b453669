//! Answers: checked to be JSON, and a list put into its common shape. Items are copied as bytes;
//! nothing is parsed into values and written again.

use std::fmt::{self, Write as _};

use http::StatusCode;
use http::header::CONTENT_TYPE;
use serde::de::{DeserializeSeed, IgnoredAny, MapAccess, Visitor};
use serde_json::value::RawValue;

use super::outcome::{Failure, Kind};
use super::paging::Page;
use crate::catalog::Tool;
use crate::catalog::definition::Paging;
use crate::egnyte::{Response, error};

/// What a model reads when Egnyte says "done" with an empty body.
const DONE: &str = r#"{"ok":true}"#;

/// The body as compact JSON text.
pub fn text(tool: &Tool, response: Response) -> Result<String, Failure> {
    if response.status == StatusCode::NO_CONTENT || response.body.is_empty() {
        return Ok(DONE.to_owned());
    }
    let content_type = response.headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let shown = content_type.unwrap_or("no content type").to_owned();
    let unusable = |body: &[u8], detail: &str| {
        let said =
            error::message(body).map_or_else(String::new, |said| format!(" It says: {said}"));
        let mut failure = Failure::new(
            Kind::UpstreamError,
            format!("Egnyte answered {}, but {detail} ({shown}).{said}", response.status.as_u16()),
            "try again; if it stays, the operator of this server should check the account's domain.",
        );
        failure.status = Some(response.status.as_u16());
        failure
    };
    let body = String::from_utf8(Vec::from(response.body))
        .map_err(|error| unusable(error.as_bytes(), "the answer is not text"))?;
    let looks_like_markup = body.trim_start().starts_with('<');
    if looks_like_markup {
        return Err(unusable(body.as_bytes(), "with a web page instead of JSON"));
    }
    // Lists are parsed once, below.
    if tool.operation.paging.is_none() && serde_json::from_str::<IgnoredAny>(&body).is_err() {
        return Err(unusable(&[], "the answer is not JSON"));
    }
    Ok(if body.contains('\n') { compact(&body) } else { body })
}

/// A page in the common shape, before its cursor is known.
#[derive(Debug)]
pub struct Listed {
    items: String,
    total: Option<u64>,
    cut: Option<(usize, usize)>,
    /// Where the next page starts; `None` on the last page.
    pub next_position: Option<u64>,
}

impl Listed {
    /// `{"result": […], "next_cursor": …, "total": …, "note": …}`.
    pub fn into_json(self, next_cursor: Option<&str>) -> String {
        let mut json = String::with_capacity(self.items.len() + 256);
        json.push_str(r#"{"result":["#);
        json.push_str(&self.items);
        json.push_str(r#"],"next_cursor":"#);
        match next_cursor {
            // Cursors are base64url and dots: nothing to escape.
            Some(cursor) => json.extend(["\"", cursor, "\""]),
            None => json.push_str("null"),
        }
        if let Some(total) = self.total {
            json.extend([r#","total":"#, &total.to_string()]);
        }
        if let Some((kept, received)) = self.cut {
            _ = write!(
                json,
                r#","note":"Showing {kept} of {received} items of this page, to keep the result short. next_cursor continues after them.""#
            );
        }
        json.push('}');
        json
    }
}

/// Puts Egnyte's page into the common shape, keeping to `budget` bytes of items.
pub fn list(
    tool: &Tool,
    text: &str,
    paging: &Paging,
    page: &Page,
    budget: usize,
) -> Result<Listed, Failure> {
    let unusable = |detail: String| {
        Failure::new(
            Kind::UpstreamError,
            format!("Egnyte's answer is not a list of {}: {detail}.", tool.resource),
            "try again; if it stays, tell the operator of this server.",
        )
    };
    let reader = PageReader { items: paging.items(), total: total_key(paging) };
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let received = reader
        .deserialize(&mut deserializer)
        .and_then(|received| deserializer.end().map(|()| received))
        .map_err(|error| unusable(error.to_string()))?;
    let all = received.items.ok_or_else(|| unusable(format!("it has no `{}`", paging.items())))?;
    let mut items = String::with_capacity(text.len().min(budget + 1024));
    let mut kept = 0;
    for item in &all {
        let item = item.get();
        if kept > 0 && items.len() + item.len() > budget {
            break;
        }
        if kept > 0 {
            items.push(',');
        }
        items.push_str(item);
        kept += 1;
    }
    let next = page.position + kept as u64;
    let more = match (kept < all.len(), received.total) {
        (true, _) => true,
        (false, _) if all.is_empty() => false,
        // SCIM: positions count from 1, so the last item stands at `total`.
        (false, Some(total)) => next <= total,
        (false, None) => all.len() as u64 >= page.limit,
    };
    Ok(Listed {
        items,
        total: received.total,
        cut: (kept < all.len()).then_some((kept, all.len())),
        next_position: more.then_some(next),
    })
}

fn total_key(paging: &Paging) -> &'static str {
    match paging {
        Paging::ScimStartIndex { .. } => "totalResults",
    }
}

struct Received<'a> {
    items: Option<Vec<&'a RawValue>>,
    total: Option<u64>,
}

/// Reads one pass over an answer: the items as raw text and the total, and skips the rest.
struct PageReader<'k> {
    items: &'k str,
    total: &'k str,
}

impl<'de> DeserializeSeed<'de> for PageReader<'_> {
    type Value = Received<'de>;
    fn deserialize<D: serde::Deserializer<'de>>(self, from: D) -> Result<Self::Value, D::Error> {
        from.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for PageReader<'_> {
    type Value = Received<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "an object with `{}`", self.items)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut received = Received { items: None, total: None };
        while let Some(key) = map.next_key::<std::borrow::Cow<'de, str>>()? {
            if key == self.items {
                received.items = Some(map.next_value()?);
            } else if key == self.total {
                received.total = map.next_value()?;
            } else {
                map.next_value::<IgnoredAny>()?;
            }
        }
        Ok(received)
    }
}

/// Valid JSON without the white space between its tokens.
fn compact(json: &str) -> String {
    let mut in_string = false;
    let mut escaped = false;
    json.chars()
        .filter(|&c| {
            if in_string {
                in_string = escaped || c != '"';
                escaped = !escaped && c == '\\';
                return true;
            }
            in_string = c == '"';
            !matches!(c, ' ' | '\n' | '\r' | '\t')
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::Value;

    use super::*;

    proptest! {
        #[test]
        fn compacting_changes_nothing_but_white_space(text in "\\PC*", number in any::<i64>()) {
            let value = serde_json::json!({ "a \"b": [text, { "n": number, "\\": "\n\t \"" }] });
            let pretty = serde_json::to_string_pretty(&value).unwrap();
            prop_assert_eq!(compact(&pretty), value.to_string());
            prop_assert_eq!(serde_json::from_str::<Value>(&compact(&pretty)).unwrap(), value);
        }
    }
}
