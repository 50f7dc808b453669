//! Text as words: split at whatever is no letter, camelCase taken apart, lower case, stemmed.

use snowball_stemmers_rs::{Algorithm, Stemmer};

/// The words of `text`, lower case, in order. Numbers say nothing about a tool and are left out.
pub fn of(text: &str) -> Vec<String> {
    let mut words = Vec::new();
    for part in text.split(|c: char| !c.is_alphanumeric() && c != '\'' && c != '’') {
        // "Jane's" is about Jane.
        let part = part.split(['\'', '’']).next().unwrap_or_default();
        push_camel_case(part, &mut words);
    }
    words.retain(|word| word.chars().any(char::is_alphabetic));
    words
}

/// The same for prose, without the names of other tools it points to.
pub fn of_prose(text: &str) -> Vec<String> {
    let is_name = |word: &&str| word.matches('_').count() >= 2;
    text.split_whitespace().filter(|word| !is_name(word)).flat_map(of).collect()
}

/// The words of a question or a title, each with whether it is somebody's or something's name:
/// written with a capital where only names are.
pub fn with_names(text: &str) -> Vec<(String, bool)> {
    let begins_low =
        |word: &str| word.chars().find(|c| c.is_alphabetic()).is_some_and(char::is_lowercase);
    let is_sentence = text.split_whitespace().skip(1).any(begins_low);
    let mut all = Vec::new();
    for (index, word) in text.split_whitespace().enumerate() {
        let mut letters = word.chars().filter(|c| c.is_alphabetic());
        let capital = letters.next().is_some_and(char::is_uppercase);
        let is_name = is_sentence && index > 0 && capital && letters.any(char::is_lowercase);
        all.extend(of(word).into_iter().map(|word| (word, is_name)));
    }
    all
}

/// `userName` is `user` and `name`; `PDF` and `Jane` stay whole.
fn push_camel_case(part: &str, words: &mut Vec<String>) {
    let mut word = String::new();
    let mut after_lower = false;
    for c in part.chars() {
        if c.is_uppercase() && after_lower {
            words.push(std::mem::take(&mut word));
        }
        after_lower = c.is_lowercase();
        word.extend(c.to_lowercase());
    }
    if !word.is_empty() {
        words.push(word);
    }
}

/// The stem of a word, so that "permissions" and "permission" are one.
pub fn stem(word: &str) -> String {
    // The algorithm is one for English letters.
    if !word.is_ascii() {
        return word.to_owned();
    }
    Stemmer::create(Algorithm::English).stem(word).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_becomes_lower_case_words() {
        assert_eq!(
            of("List userName's, 50 at a time!"),
            ["list", "user", "name", "at", "a", "time"]
        );
        assert_eq!(of("get_single_thing PDFs"), ["get", "single", "thing", "pdfs"]);
        assert_eq!(of("Überblick — naïve"), ["überblick", "naïve"]);
        assert_eq!(of("…'’ 42 \u{0}"), Vec::<String>::new());
    }

    #[test]
    fn prose_does_not_count_the_tools_it_points_to() {
        assert_eq!(of_prose("use delete_one_by_id, not is_new"), ["use", "not", "is", "new"]);
    }

    #[test]
    fn a_capital_makes_a_name_where_not_every_word_has_one() {
        let names = |text| -> Vec<String> {
            with_names(text).into_iter().filter(|(_, name)| *name).map(|(word, _)| word).collect()
        };
        assert_eq!(names("Is Jane in the Marketing Team?"), ["jane", "marketing", "team"]);
        assert_eq!(names("Read this PDF"), Vec::<String>::new());
        assert_eq!(names("List Users Of Group"), Vec::<String>::new());
    }

    #[test]
    fn forms_of_a_word_have_one_stem() {
        for (a, b) in
            [("permissions", "permission"), ("deactivate", "deactivated"), ("files", "file")]
        {
            assert_eq!(stem(a), stem(b));
        }
        assert_eq!(stem("größer"), "größer");
    }
}
