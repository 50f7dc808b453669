//! Expressions of task tools: the little language in which a resource definition says what a step
//! sends and what the tool answers. Minijinja's expressions over JSON; they read values, they
//! reach nothing else, and each has a bounded amount of work.

use jiff::Timestamp;
use jiff::fmt::strtime;
use minijinja::value::{Value, ValueKind};
use minijinja::{Environment, Error, ErrorKind, UndefinedBehavior};

/// Steps of work one expression may take. Joining a thousand users with a thousand others through
/// `index_by` takes a few thousand.
const FUEL: u64 = 2_000_000;

/// The language: its filters and its bounds. One per process.
#[derive(Debug)]
pub struct Expressions(Environment<'static>);

impl Expressions {
    /// The language as documents know it.
    pub fn new() -> Self {
        let mut environment = Environment::new();
        environment.set_undefined_behavior(UndefinedBehavior::Chainable);
        environment.set_fuel(Some(FUEL));
        environment.add_filter("index_by", index_by);
        environment.add_filter("time", time);
        environment.add_filter("rfc3339", rfc3339);
        environment.add_filter("flatten", flatten);
        environment.add_filter("lookup", lookup);
        environment.add_filter("json_text", json_text);
        Self(environment)
    }

    /// The names `source` reads from its surroundings.
    ///
    /// # Errors
    /// Why it is no expression, in words.
    pub fn names(&self, source: &str) -> Result<Vec<String>, String> {
        let expression = self.0.compile_expression_owned(source).map_err(|error| words(&error))?;
        let mut names: Vec<String> = expression.undeclared_variables(false).into_iter().collect();
        names.sort();
        Ok(names)
    }

    /// What `source` comes to over `scope`, a map.
    ///
    /// # Errors
    /// Why it comes to nothing, in words.
    pub fn eval(&self, source: &str, scope: &Value) -> Result<Value, String> {
        self.0
            .compile_expression_owned(source)
            .and_then(|expression| expression.eval(scope.clone()))
            .map_err(|error| words(&error))
    }
}

impl Default for Expressions {
    fn default() -> Self {
        Self::new()
    }
}

fn words(error: &Error) -> String {
    match error.detail() {
        Some(detail) => format!("{}: {detail}", error.kind()),
        None => error.kind().to_string(),
    }
}

/// `users|index_by('id')`: a map from each element's attribute, as text, to the element.
fn index_by(elements: &Value, attribute: &str) -> Result<Value, Error> {
    let mut index = Vec::new();
    for element in elements.try_iter()? {
        let key = element.get_attr(attribute)?;
        if !key.is_undefined() && !key.is_none() {
            index.push((Value::from(key.to_string()), element));
        }
    }
    Ok(Value::from_pairs(index))
}

/// `names|map('lookup', by_name)`: the member of a map with this key.
fn lookup(key: &Value, map: &Value) -> Result<Value, Error> {
    map.get_item(key)
}

/// `[[1], [2, 3]]|flatten`: one list. What is no list is left out.
fn flatten(lists: &Value) -> Result<Value, Error> {
    let mut all: Vec<Value> = Vec::new();
    for list in lists.try_iter()?.filter(|list| list.kind() == ValueKind::Seq) {
        all.extend(list.try_iter()?);
    }
    Ok(Value::from(all))
}

/// `'email eq ' ~ args.email|json_text`: a JSON string, as Egnyte's filters want their values.
fn json_text(text: String) -> String {
    serde_json::Value::from(text).to_string()
}

/// `user.lastActiveDate|time`: seconds since 1970 of a time as Egnyte writes it: RFC 3339, ISO with
/// `+0000`, RFC 1123, or epoch milliseconds. None when it is no time.
fn time(value: &Value) -> Value {
    if let Ok(number) = i64::try_from(value.clone()) {
        return Value::from(number / 1_000);
    }
    let Some(text) = value.as_str() else { return Value::from(()) };
    let parsed = text
        .parse::<Timestamp>()
        .or_else(|_| strtime::parse("%Y-%m-%dT%H:%M:%S%z", text).and_then(|t| t.to_timestamp()))
        .or_else(|_| strtime::parse("%Y-%m-%dT%H:%M:%S%.f%z", text).and_then(|t| t.to_timestamp()))
        .or_else(|_| jiff::fmt::rfc2822::parse(text).map(|zoned| zoned.timestamp()));
    parsed.map_or(Value::from(()), |timestamp| Value::from(timestamp.as_second()))
}

/// `(now - 86400)|rfc3339`: the text of a time in seconds.
fn rfc3339(seconds: i64) -> Result<String, Error> {
    let timestamp = Timestamp::from_second(seconds)
        .map_err(|error| Error::new(ErrorKind::InvalidOperation, error.to_string()))?;
    Ok(timestamp.to_string())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn eval(source: &str, scope: serde_json::Value) -> serde_json::Value {
        let value =
            Expressions::new().eval(source, &serde_json::from_value(scope).unwrap()).unwrap();
        serde_json::to_value(value).unwrap()
    }

    #[test]
    fn elements_are_found_by_an_attribute() {
        let scope = json!({ "users": [{ "id": 7, "name": "seven" }, { "id": 8 }], "wanted": "7" });
        assert_eq!(eval("(users|index_by('id'))[wanted].name", scope), json!("seven"));
    }

    #[test]
    fn every_time_egnyte_writes_is_seconds() {
        for text in [
            json!("2026-06-30T17:00:00Z"),
            json!("2026-06-30T17:00:00+0000"),
            json!("2026-06-30T17:00:00.000+0000"),
            json!("Tue, 30 Jun 2026 17:00:00 GMT"),
            json!(1_782_838_800_000_i64),
        ] {
            assert_eq!(eval("t|time", json!({ "t": text })), json!(1_782_838_800), "{text}");
        }
        assert_eq!(eval("t|time", json!({ "t": "never" })), json!(null));
        assert_eq!(eval("(t|time)|rfc3339", json!({ "t": 1_000 })), json!("1970-01-01T00:00:01Z"));
    }

    #[test]
    fn what_is_not_there_is_nothing_and_not_a_fault() {
        assert_eq!(eval("a.b.c is defined", json!({})), json!(false));
        assert_eq!(eval("a.b or 'none'", json!({ "a": null })), json!("none"));
    }

    #[test]
    fn a_text_that_is_no_expression_is_told_in_words() {
        let fault = Expressions::new().names("a +").unwrap_err();
        assert!(fault.contains("syntax error"), "{fault}");
    }

    #[test]
    fn the_names_an_expression_reads_are_known() {
        let names = Expressions::new().names("users.items|map(attribute=args.key)|list").unwrap();
        assert_eq!(names, ["args", "users"]);
    }
}
