//! Reading requests: a strict JSON body, a strict query. What does not fit becomes a problem that
//! names the field.

use std::fmt;
use std::marker::PhantomData;

use axum::extract::{FromRequest, FromRequestParts, Query, Request};
use http::StatusCode;
use http::request::Parts;
use serde::de::value::MapAccessDeserializer;
use serde::de::{DeserializeOwned, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};

use super::problem::Problem;
use crate::body;

/// Longest body of the admin API.
const MAX_BODY: usize = 256 * 1024;

/// A JSON body of exactly this shape. An empty body counts as `{}`.
#[derive(Debug)]
pub struct Body<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Body<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, _: &S) -> Result<Self, Problem> {
        let bytes = body::read(request.into_body(), MAX_BODY)
            .await
            .map_err(|error| Problem::new(error.status(), format!("In this request {error}.")))?;
        let text: &[u8] = if bytes.is_empty() { b"{}" } else { &bytes };
        let mut deserializer = serde_json::Deserializer::from_slice(text);
        let mut track = serde_path_to_error::Track::new();
        let tracked = serde_path_to_error::Deserializer::new(&mut deserializer, &mut track);
        let value = object(tracked).map_err(|error| {
            if error.is_data() {
                let path = track.path().to_string();
                // Serde's words already name what was expected.
                let path = if path == "." { unknown_field(&error.to_string()) } else { path };
                Problem::field(path, format!("The body does not fit: {error}."))
            } else {
                let detail = format!("The body is not JSON: {error}.");
                Problem::new(StatusCode::BAD_REQUEST, detail)
            }
        })?;
        deserializer.end().map_err(|error| {
            Problem::new(StatusCode::BAD_REQUEST, format!("The body is not JSON: {error}."))
        })?;
        Ok(Self(value))
    }
}

/// The first name in backticks, which is the field serde complains of.
fn unknown_field(message: &str) -> String {
    message.split('`').nth(1).unwrap_or("body").to_owned()
}

/// A query of exactly this shape.
#[derive(Debug)]
pub struct Parameters<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequestParts<S> for Parameters<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        match Query::from_request_parts(parts, state).await {
            Ok(Query(value)) => Ok(Self(value)),
            Err(rejection) => {
                // Words of axum's own, then the parameter, then what is wrong with it.
                let words = rejection.body_text();
                let words = words.split_once(": ").map_or(words.as_str(), |(_, words)| words);
                let parameter = words.split(':').next().unwrap_or_default();
                Err(Problem::field(parameter, format!("The query does not fit: {words}.")))
            }
        }
    }
}

/// Query of a list.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ListQuery {
    /// Records on a page, 1 to 100.
    pub limit: Option<u32>,
    /// From the page before.
    pub next_cursor: Option<String>,
}

/// A member of a PATCH: absent, null and a value mean three things. Needs `#[serde(default)]`.
#[derive(Debug, Default, PartialEq, Eq)]
pub enum Change<T> {
    /// Absent.
    #[default]
    Keep,
    /// Null.
    Clear,
    /// A new value.
    Set(T),
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Change<T> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        Ok(Option::deserialize(from)?.map_or(Self::Clear, Self::Set))
    }
}

/// Reads a JSON object and nothing else. A derived `Deserialize` also reads an array, member by
/// member in the order of the struct, and `[]` would then be "everything as usual".
pub fn object<'de, T: Deserialize<'de>, D: Deserializer<'de>>(from: D) -> Result<T, D::Error> {
    struct Object<T>(PhantomData<T>);

    impl<'de, T: Deserialize<'de>> Visitor<'de> for Object<T> {
        type Value = T;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("an object")
        }

        fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<T, A::Error> {
            T::deserialize(MapAccessDeserializer::new(map))
        }
    }

    from.deserialize_map(Object(PhantomData))
}
