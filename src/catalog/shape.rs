//! Shapes: JSON with expressions at its leaves. A task tool's requests and its result are built
//! from shapes, as structure, never by pasting text.

use minijinja::value::Value as Scope;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Map, Value};

use super::expression::Expressions;

/// Elements one `each` goes through at most.
const MAX_ELEMENTS: usize = 20_000;

/// A value to be made.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum Shape {
    /// An element for each element of a list.
    Each(Box<Each>),
    /// An object. A member that comes to nothing is left out.
    Object(Members),
    /// A list.
    List(Vec<Shape>),
    /// What an expression comes to.
    Expression(String),
    /// A number, a boolean or null, as it stands.
    Literal(Literal),
}

/// Members of an object, in order.
pub type Members = indexmap::IndexMap<String, Shape>;

/// Takes the elements of a list one by one.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Each {
    /// Expression of the list.
    pub each: String,
    /// The name of an element in `when` and `give`. Default: `item`.
    #[serde(rename = "as", default = "item")]
    pub name: String,
    /// Expression: elements for which it is false are left out.
    #[serde(default)]
    pub when: Option<String>,
    /// What an element becomes.
    pub give: Shape,
}

fn item() -> String {
    ITEM.to_owned()
}

/// The name of an element, unless another is given.
pub const ITEM: &str = "item";

/// A plain value.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum Literal {
    /// `true` or `false`.
    Bool(bool),
    /// A whole number.
    Number(i64),
    /// Nothing.
    Null(()),
}

/// The names an expression can read, and what they stand for.
#[derive(Clone, Debug, Default)]
pub struct Names(std::collections::BTreeMap<String, Scope>);

impl Names {
    /// Adds a name, or gives it another value.
    pub fn set(&mut self, name: &str, value: Scope) {
        self.0.insert(name.to_owned(), value);
    }

    /// The same names and one more.
    #[must_use]
    pub fn with(&self, name: &str, value: Scope) -> Self {
        let mut names = self.clone();
        names.set(name, value);
        names
    }

    /// As an expression sees them.
    pub fn scope(&self) -> Scope {
        Scope::from_pairs(self.0.iter().map(|(name, value)| (name.clone(), value.clone())))
    }
}

impl Shape {
    /// The value over `names`; nothing when an expression names what is not there.
    ///
    /// # Errors
    /// The expression that failed, and why, in words.
    pub fn make(&self, language: &Expressions, names: &Names) -> Result<Option<Value>, String> {
        match self {
            Self::Literal(Literal::Null(())) => Ok(Some(Value::Null)),
            Self::Literal(Literal::Bool(value)) => Ok(Some(Value::from(*value))),
            Self::Literal(Literal::Number(value)) => Ok(Some(Value::from(*value))),
            Self::Expression(source) => {
                let value = eval(language, source, names)?;
                if value.is_undefined() {
                    return Ok(None);
                }
                serde_json::to_value(&value).map(Some).map_err(|error| error.to_string())
            }
            Self::List(shapes) => {
                let made = shapes.iter().map(|shape| shape.make(language, names));
                let made = made.collect::<Result<Vec<_>, _>>()?;
                Ok(Some(made.into_iter().map(Option::unwrap_or_default).collect()))
            }
            Self::Object(members) => {
                let mut object = Map::new();
                for (name, shape) in members {
                    if let Some(value) = shape.make(language, names)? {
                        object.insert(name.clone(), value);
                    }
                }
                Ok(Some(Value::Object(object)))
            }
            Self::Each(each) => each.make(language, names).map(Some),
        }
    }

    /// Every expression in the shape that is wrong or reads a name that `known` does not have.
    pub fn check(&self, language: &Expressions, known: &[&str], faults: &mut Vec<String>) {
        match self {
            Self::Literal(_) => {}
            Self::Expression(source) => check(language, source, known, faults),
            Self::List(shapes) => {
                for shape in shapes {
                    shape.check(language, known, faults);
                }
            }
            Self::Object(members) => {
                for shape in members.values() {
                    shape.check(language, known, faults);
                }
            }
            Self::Each(each) => {
                check(language, &each.each, known, faults);
                let known = [known, &[each.name.as_str()]].concat();
                if let Some(when) = &each.when {
                    check(language, when, &known, faults);
                }
                each.give.check(language, &known, faults);
            }
        }
    }
}

impl Each {
    fn make(&self, language: &Expressions, names: &Names) -> Result<Value, String> {
        let elements = eval(language, &self.each, names)?;
        let mut made = Vec::new();
        let all = elements.try_iter().map_err(|_| format!("`{}` is not a list", self.each))?;
        for element in all.take(MAX_ELEMENTS) {
            let names = names.with(&self.name, element);
            let wanted = match &self.when {
                Some(when) => eval(language, when, &names)?.is_true(),
                None => true,
            };
            if wanted && let Some(value) = self.give.make(language, &names)? {
                made.push(value);
            }
        }
        Ok(Value::Array(made))
    }
}

fn eval(language: &Expressions, source: &str, names: &Names) -> Result<Scope, String> {
    language.eval(source, &names.scope()).map_err(|error| format!("`{source}`: {error}"))
}

/// Checks one expression against the names it may read.
pub fn check(language: &Expressions, source: &str, known: &[&str], faults: &mut Vec<String>) {
    match language.names(source) {
        Err(error) => faults.push(format!("`{source}` is no expression: {error}")),
        Ok(names) => faults.extend(
            names
                .iter()
                .filter(|name| !known.contains(&name.as_str()))
                .map(|name| format!("`{source}` reads `{name}`, which nothing before it makes")),
        ),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn made(yaml: &str, scope: &Value) -> Value {
        let shape: Shape = serde_saphyr::from_str(yaml).unwrap();
        let mut names = Names::default();
        for (name, value) in scope.as_object().unwrap() {
            names.set(name, serde_json::from_value(value.clone()).unwrap());
        }
        shape.make(&Expressions::new(), &names).unwrap().unwrap()
    }

    #[test]
    fn a_shape_is_json_with_expressions_at_its_leaves() {
        let yaml = "{ total: users|length, exact: true, missing: nobody.name,
                      result: { each: users, as: user, when: user.active, give: { id: user.id } } }";
        let users = json!([{ "id": 1, "active": true }, { "id": 2, "active": false }]);
        let expected = json!({ "total": 2, "exact": true, "result": [{ "id": 1 }] });
        assert_eq!(made(yaml, &json!({ "users": users })), expected);
    }

    #[test]
    fn a_name_that_nothing_makes_is_a_fault() {
        let shape: Shape =
            serde_saphyr::from_str("{ each: users, give: [item.id, other.id] }").unwrap();
        let mut faults = Vec::new();
        shape.check(&Expressions::new(), &["users"], &mut faults);
        assert_eq!(faults, ["`other.id` reads `other`, which nothing before it makes"]);
    }
}
