//! Owns the filter grammar: `attribute operator value`, exactly one expression.
//! It must never look at users or groups; they ask it what was meant.

use super::errors::Refusal;

/// One parsed expression. Attribute and operator are lower-cased: both are case-insensitive.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Expression {
    /// The attribute name, lower-cased.
    pub(super) attribute: String,
    /// The operator, lower-cased.
    pub(super) operator: String,
    /// The literal's text.
    pub(super) value: String,
}

impl Expression {
    /// Parses `text`. A quoted value must be a valid JSON string and end the expression; an
    /// unquoted one is a single word, as in the documented `externalId Eq xxx+xxx`.
    pub(super) fn parse(text: &str) -> Result<Self, Refusal> {
        let malformed = || {
            Refusal::invalid(format!(
                "Invalid filter: {text}. Expected: attribute operator \"value\""
            ))
        };
        let (attribute, rest) = word(text).ok_or_else(malformed)?;
        let (operator, rest) = word(rest).ok_or_else(malformed)?;
        let literal = rest.trim();
        let value = if literal.starts_with('"') {
            serde_json::from_str(literal).map_err(|_| malformed())?
        } else if literal.is_empty() || literal.contains(|c: char| c.is_whitespace() || c == '"') {
            return Err(malformed());
        } else {
            literal.to_owned()
        };
        Ok(Self {
            attribute: attribute.to_ascii_lowercase(),
            operator: operator.to_ascii_lowercase(),
            value,
        })
    }

    /// The refusal for an attribute that cannot be filtered by.
    pub(super) fn unknown_attribute(&self, known: &str) -> Refusal {
        let attribute = &self.attribute;
        Refusal::invalid(format!(
            "Filtering by {attribute} is not supported. Supported attributes: {known}"
        ))
    }

    /// The refusal for an operator that the attribute does not have.
    pub(super) fn unknown_operator(&self, known: &str) -> Refusal {
        let operator = &self.operator;
        Refusal::invalid(format!(
            "Operator {operator} is not supported. Supported operators: {known}"
        ))
    }
}

/// Whether two texts are the same, whatever their case.
pub(super) fn same(left: &str, right: &str) -> bool {
    left.to_lowercase() == right.to_lowercase()
}

/// The first word of `text` and what follows its white space.
fn word(text: &str) -> Option<(&str, &str)> {
    text.trim_start().split_once(char::is_whitespace)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Option<(String, String, String)> {
        let parsed = Expression::parse(text).ok()?;
        Some((parsed.attribute, parsed.operator, parsed.value))
    }

    #[test]
    fn attribute_and_operator_ignore_case_but_the_value_keeps_it() {
        let expected = Some(("username".into(), "eq".into(), "John".into()));
        assert_eq!(parse("userName Eq \"John\""), expected);
        assert_eq!(parse("USERNAME   EQ \"John\" "), expected);
    }

    #[test]
    fn a_string_is_a_json_string() {
        let quoted = parse(r#"displayName eq "R\u0026D \"core\"""#);
        assert_eq!(quoted.map(|(_, _, value)| value).as_deref(), Some("R&D \"core\""));
        assert_eq!(parse(r#"displayName eq "open"#), None);
        assert_eq!(parse(r#"displayName eq "a\q""#), None);
    }

    #[test]
    fn an_unquoted_value_is_one_word() {
        let plain = parse("externalId Eq xxx+xxx");
        assert_eq!(plain.map(|(_, _, value)| value).as_deref(), Some("xxx+xxx"));
        assert_eq!(parse("externalId eq two words"), None);
    }

    #[test]
    fn anything_but_one_whole_expression_is_refused() {
        for text in ["", " ", "email", "email eq", "email eq ", "email eq \"a\" and active eq true"]
        {
            assert_eq!(parse(text), None, "{text:?}");
        }
    }
}
