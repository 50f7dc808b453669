//! Wire facts beside the path: how a body is encoded, what kind of answer comes, what is always
//! sent, and which headers nobody may send.

use std::collections::BTreeMap;

use http::{HeaderMap, HeaderName, HeaderValue};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Map, Value};

/// How a request body is encoded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum BodyEncoding {
    /// `application/json`, an object of the doc's properties.
    Json,
    /// `application/x-www-form-urlencoded`.
    Form,
    /// `application/json`; the doc's one property is the whole body, such as an array or a map.
    Value,
    /// `application/octet-stream`; the doc's one property is text, its UTF-8 bytes the body.
    Text,
}

impl BodyEncoding {
    /// Whether the body is made of several named properties.
    pub fn has_names(self) -> bool {
        matches!(self, Self::Json | Self::Form)
    }
}

/// What kind of answer comes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Answer {
    /// JSON.
    #[default]
    Json,
    /// Bytes of a file, read as text in ranges.
    Text,
    /// JSON, or a redirect that is data: where something is now. It is not followed.
    Redirect,
}

/// Which way a file goes through a signed link of ours.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Transfer {
    /// From Egnyte.
    Download,
    /// To Egnyte.
    Upload,
}

/// What is sent with every request of a method and never is an argument.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Fixed {
    /// Query parameters.
    #[serde(default)]
    pub query: BTreeMap<String, String>,
    /// Headers.
    #[serde(default)]
    pub headers: BTreeMap<String, String>,
    /// Properties of the body.
    #[serde(default)]
    pub body: Map<String, Value>,
}

impl Fixed {
    /// The headers as they are sent, or the first that cannot be.
    pub fn header_map(&self) -> Result<HeaderMap, String> {
        let mut headers = HeaderMap::with_capacity(self.headers.len());
        for (name, value) in &self.headers {
            headers.insert(header_name(name)?, header_value(name, value)?);
        }
        Ok(headers)
    }
}

/// Attribute and operator of a filter expression; the value is added, as a JSON string.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(try_from = "String")]
#[schemars(with = "String")]
pub struct FilterExpression {
    /// Such as `email`.
    pub attribute: String,
    /// Such as `eq`.
    pub operator: String,
}

impl TryFrom<String> for FilterExpression {
    type Error = String;
    fn try_from(text: String) -> Result<Self, String> {
        match text.split_whitespace().collect::<Vec<_>>().as_slice() {
            [attribute, operator] => {
                Ok(Self { attribute: (*attribute).to_owned(), operator: (*operator).to_owned() })
            }
            _ => Err(format!("`{text}` is not an attribute and an operator, such as `email eq`")),
        }
    }
}

/// Headers that are this service's own, or that steer proxies and connections (RFC 9110, 7.6.1).
const OWN_HEADERS: [&str; 21] = [
    "accept",
    "accept-encoding",
    "authorization",
    "connection",
    "cookie",
    "cookie2",
    "expect",
    "forwarded",
    "host",
    "http2-settings",
    "keep-alive",
    "max-forwards",
    "origin",
    "referer",
    "set-cookie",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
    "user-agent",
    "via",
];

/// Families of such headers. `x-egnyte-act-as` lets an administrator's token act as anybody; the
/// method and URL overrides would make one request another.
const OWN_FAMILIES: [&str; 9] = [
    "content-",
    "proxy-",
    "sec-",
    "x-egnyte-act-as",
    "x-forwarded-",
    "x-http-method",
    "x-method-override",
    "x-original-",
    "x-rewrite-",
];

/// The header called `name`, if a document may have it sent.
pub fn header_name(name: &str) -> Result<HeaderName, String> {
    let header = HeaderName::try_from(name).map_err(|_| format!("`{name}` is no header name"))?;
    let own = header.as_str();
    // Underscores: some servers read them as hyphens.
    let plain = own.replace('_', "-");
    if OWN_HEADERS.contains(&plain.as_str())
        || OWN_FAMILIES.iter().any(|family| plain.starts_with(family))
    {
        return Err(format!("the header `{name}` is never taken from documents or callers"));
    }
    Ok(header)
}

/// `value` as the value of the header `name`: printable ASCII (RFC 9110, 5.5).
pub fn header_value(name: &str, value: &str) -> Result<HeaderValue, String> {
    if !value.bytes().all(|b| b == b' ' || b.is_ascii_graphic()) {
        return Err(format!("`{name}` is sent in a header: printable ASCII on one line only"));
    }
    HeaderValue::from_str(value).map_err(|_| format!("`{name}` cannot stand in a header"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_that_decide_who_or_where_are_never_sent() {
        for name in [
            "Authorization",
            "Host",
            "Cookie",
            "X-Egnyte-Act-As",
            "X-Egnyte-Act-As-Email",
            "x_egnyte_act_as",
            "Content-Length",
            "Content-Type",
            "Connection",
            "Transfer-Encoding",
            "Proxy-Authorization",
            "X-Forwarded-Host",
            "X-HTTP-Method-Override",
            "no name",
            "",
        ] {
            assert!(header_name(name).is_err(), "{name}");
        }
    }

    #[test]
    fn egnyte_s_input_headers_may_be_sent() {
        for name in ["Range", "Last-Modified", "X-Sha512-Checksum", "X-Egnyte-Upload-Id"] {
            assert!(header_name(name).is_ok(), "{name}");
        }
    }

    #[test]
    fn a_header_s_value_is_one_line_of_ascii() {
        for value in ["a\r\nHost: b", "a\nb", "\u{e9}", "a\u{0}", "\t"] {
            assert!(header_value("x", value).is_err(), "{value:?}");
        }
        assert!(header_value("x", "bytes=0-99").is_ok());
    }
}
