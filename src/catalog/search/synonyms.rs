//! `synonyms.yaml`: what people say for what the docs call something else, and the words that say
//! nothing. Data, so that a company can teach the search its own words.

use std::collections::{BTreeMap, HashSet};

use serde::Deserialize;

use super::words;
use crate::catalog::problem::{Document, Problem};
use crate::catalog::yaml;

/// Path of the file inside the documents' folder.
pub const FILE: &str = "synonyms.yaml";

/// The file, read: everything as stems.
#[derive(Debug, Default)]
pub struct Synonyms {
    ignored: HashSet<String>,
    /// What people say, by its first stem, the longest first.
    phrases: BTreeMap<String, Vec<Phrase>>,
    /// Every word of the phrases and every ignored one, as written and as a stem.
    words: Vec<String>,
    stems: HashSet<String>,
}

/// A phrase, and what it may mean: stems that go together, and alternatives to them.
#[derive(Debug)]
struct Phrase {
    words: Vec<String>,
    stems: Vec<String>,
    means: Vec<Vec<String>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Contents {
    #[serde(default)]
    ignored: Vec<String>,
    #[serde(default)]
    synonyms: Vec<Entry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    say: Vec<String>,
    mean: Vec<String>,
}

impl Synonyms {
    /// Reads the file, or says what is wrong with it. A file without a word has no synonyms.
    pub fn parse(document: Document<'_>) -> Result<Self, Problem> {
        if document.text.trim().is_empty() {
            return Ok(Self::default());
        }
        let contents: Contents = yaml::parse(document, document.text, 0).map_err(|problem| {
            let hint = "`ignored` is a list of words; each of `synonyms` has `say` and `mean`, \
                        lists of words or phrases";
            Problem { hint: hint.to_owned(), ..problem }
        })?;
        let mut all = Self::default();
        for word in contents.ignored.iter().flat_map(|word| words::of(word)) {
            all.ignored.insert(words::stem(&word));
            all.stems.insert(words::stem(&word));
            all.words.push(word);
        }
        for Entry { say, mean } in contents.synonyms {
            let means: Vec<Vec<String>> = mean.iter().map(|text| stems(text)).collect();
            for text in say {
                let (words, stems) = (words::of(&text), stems(&text));
                all.words.extend(words.iter().cloned());
                all.stems.extend(stems.iter().cloned());
                let Some(first) = stems.first() else { continue };
                let known = all.phrases.entry(first.clone()).or_default();
                match known.iter_mut().find(|other| other.words == words) {
                    Some(other) => other.means.extend(means.iter().cloned()),
                    None => known.push(Phrase { words, stems, means: means.clone() }),
                }
                known.sort_by_key(|phrase| std::cmp::Reverse(phrase.stems.len()));
            }
        }
        Ok(all)
    }

    /// How many words the longest phrase at the beginning of a text takes, and what it may mean.
    /// Of several with the same stems, the one that is written as the text is: "delete" asks for
    /// something else than "deleted".
    pub fn longest(&self, words: &[&str], stems: &[&str]) -> Option<(usize, &[Vec<String>])> {
        let fits = |phrase: &&Phrase| {
            stems.get(..phrase.stems.len()).is_some_and(|stems| phrase.stems == stems)
        };
        let same = |phrase: &&Phrase| {
            words.get(..phrase.words.len()).is_some_and(|words| phrase.words == words)
        };
        let known = self.phrases.get(*stems.first()?)?;
        let longest = known.iter().find(fits)?;
        let length = longest.stems.len();
        let written =
            known.iter().filter(fits).filter(|phrase| phrase.stems.len() == length).find(same);
        Some((length, &written.unwrap_or(longest).means))
    }

    /// Whether a stem says nothing by itself.
    pub fn is_ignored(&self, stem: &str) -> bool {
        self.ignored.contains(stem)
    }

    /// Whether a stem is ignored, or part of a phrase.
    pub fn knows(&self, stem: &str) -> bool {
        self.stems.contains(stem)
    }

    /// Every word that is known here, as written.
    pub fn words(&self) -> impl Iterator<Item = &str> {
        self.words.iter().map(String::as_str)
    }
}

fn stems(text: &str) -> Vec<String> {
    words::of(text).iter().map(|word| words::stem(word)).collect()
}
