//! What is wrong with a tool doc or a resource definition: where, in plain words, with a hint.
//! The same problems are shown by `docs lint`, at start-up and by a reload.

use std::fmt;

/// One fault in the documents. Prints as `file:line:column: message` and a hint below it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Path inside the documents' folder, such as `users/list.md`.
    pub file: String,
    /// 1-based.
    pub line: usize,
    /// 1-based.
    pub column: usize,
    /// What is wrong.
    pub message: String,
    /// What to do about it.
    pub hint: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}: {}", self.file, self.line, self.column, self.message)?;
        if !self.hint.is_empty() {
            write!(f, "\n  hint: {}", self.hint)?;
        }
        Ok(())
    }
}

/// One document's text, and the way from a key in it to a line.
///
/// YAML parsers lose positions once a value is JSON, so a key is found again by walking the text:
/// each name in the path is looked for below the line of the one before it.
#[derive(Clone, Copy, Debug)]
pub struct Document<'a> {
    /// Path inside the documents' folder.
    pub file: &'a str,
    /// The whole text.
    pub text: &'a str,
}

impl Document<'_> {
    /// A problem at the place where `path` stands, or as near to it as the text shows.
    pub fn problem(
        &self,
        path: &[&str],
        message: impl Into<String>,
        hint: impl Into<String>,
    ) -> Problem {
        let (line, column) = self.locate(path);
        Problem {
            file: self.file.to_owned(),
            line,
            column,
            message: message.into(),
            hint: hint.into(),
        }
    }

    /// A problem of the text below the front matter.
    pub fn problem_below_front_matter(
        &self,
        message: impl Into<String>,
        hint: impl Into<String>,
    ) -> Problem {
        let mut lines = self.text.lines().enumerate().skip(1);
        let end = lines.by_ref().find(|(_, line)| *line == "---");
        let first = lines.find(|(_, line)| !line.trim().is_empty()).or(end);
        let mut problem = self.problem(&[], message, hint);
        problem.line = first.map_or(1, |(index, _)| index + 1);
        problem
    }

    /// `problem` at the first line from its own on that has `needle` in it, in any case. Text that
    /// YAML writes in another way is not found, and the problem stays where it is.
    pub fn problem_at(&self, problem: Problem, needle: &str) -> Problem {
        let mut lines = self.text.lines().enumerate().skip(problem.line.saturating_sub(1));
        let found = lines.find_map(|(index, line)| {
            let at = line.to_lowercase().find(needle)?;
            Some((index + 1, line.chars().count().min(at) + 1))
        });
        match found {
            Some((line, column)) => Problem { line, column, ..problem },
            None => problem,
        }
    }

    fn locate(&self, path: &[&str]) -> (usize, usize) {
        let mut found = (1, 1);
        let mut lines = self.text.lines().enumerate();
        for key in path {
            let hit = lines.by_ref().find_map(|(index, line)| {
                let start = line.len() - line.trim_start().len();
                let rest =
                    line.trim_start().trim_start_matches("- ").trim_start_matches(['"', '\'']);
                let named = rest.strip_prefix(key)?.trim_start_matches(['"', '\'']);
                named.starts_with(':').then_some((index + 1, start + 1))
            });
            match hit {
                Some(place) => found = place,
                None => break,
            }
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_found_below_the_key_before_it() {
        let text = "---\nlimit: 1\nquery_schema:\n  properties:\n    limit: {}\n---\n";
        let document = Document { file: "users/list.md", text };
        let problem = document.problem(&["query_schema", "properties", "limit"], "no", "rename");
        assert_eq!((problem.line, problem.column), (5, 5));
        assert_eq!(problem.to_string(), "users/list.md:5:5: no\n  hint: rename");
    }
}
