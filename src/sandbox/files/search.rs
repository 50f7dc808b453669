//! Owns finding: what a query means, what matches it, how well. Names, texts and comments are
//! compared word by word; there is no index and no delay.
//! It must never know a request's form; the endpoints translate.

use jiff::Timestamp;

use super::access::{self, Level};
use super::path::FsPath;
use super::tree::{Node, Tree};
use crate::sandbox::World;
use crate::sandbox::tokens::Caller;

/// The longest snippet, in characters.
const MAX_SNIPPET: usize = 160;

/// A query, understood.
pub(super) struct Query {
    terms: Vec<Term>,
    /// Whether every term must match.
    all: bool,
}

/// One word, or several in a row.
struct Term {
    words: Vec<String>,
    /// Whether the last word may go on.
    open: bool,
}

/// Where to look.
#[derive(Clone, Copy)]
#[expect(clippy::struct_excessive_bools, reason = "any of them can be on")]
pub(super) struct Fields {
    pub(super) file_name: bool,
    pub(super) comments: bool,
    pub(super) content: bool,
    pub(super) folder_name: bool,
    pub(super) description: bool,
}

impl Fields {
    /// Everywhere.
    pub(super) const ALL: Self = Self {
        file_name: true,
        comments: true,
        content: true,
        folder_name: true,
        description: true,
    };
}

/// What else must hold.
#[derive(Default)]
pub(super) struct Filter {
    pub(super) folder: Option<FsPath>,
    pub(super) modified: Between,
    pub(super) uploaded: Between,
    /// `Some(true)`: only folders; `Some(false)`: only files.
    pub(super) folders: Option<bool>,
    /// Whether to leave out what the domain's policy keeps from machines.
    pub(super) safeguarded: bool,
}

/// A stretch of time, open on any side.
#[derive(Default)]
pub(super) struct Between {
    pub(super) after: Option<Timestamp>,
    pub(super) before: Option<Timestamp>,
}

/// Something found.
pub(super) struct Hit {
    pub(super) node: Node,
    pub(super) score: u32,
    pub(super) snippet: Option<String>,
}

impl Query {
    /// Reads a query: words, "phrases", a `*` at the end of a word, AND and OR.
    pub(super) fn parse(text: &str, all: bool) -> Self {
        let mut terms = Vec::new();
        let mut joined = None;
        for (index, part) in text.split('"').enumerate() {
            if index % 2 == 1 {
                terms.extend(Term::new(part));
                continue;
            }
            for word in part.split_whitespace() {
                match word {
                    "AND" => joined = Some(true),
                    "OR" => joined = joined.or(Some(false)),
                    word => terms.extend(Term::new(word)),
                }
            }
        }
        Self { terms, all: joined.unwrap_or(all) }
    }

    /// A query for documents that share words with these texts.
    pub(super) fn like<'a>(texts: impl Iterator<Item = &'a str>) -> Self {
        let mut common: Vec<String> = texts.flat_map(words).filter(|w| w.len() > 4).collect();
        common.sort();
        common.dedup();
        common.truncate(50);
        let term = |word| Term { words: vec![word], open: false };
        Self { terms: common.into_iter().map(term).collect(), all: false }
    }

    /// How well a text matches: one point a term, and which terms did.
    fn rate(&self, text: &str) -> Vec<bool> {
        let lower = text.to_lowercase();
        // Splitting a long text is only worth it when a word is in there at all.
        let possible = |term: &Term| term.words.first().is_some_and(|w| lower.contains(w.as_str()));
        if !self.terms.iter().any(possible) {
            return vec![false; self.terms.len()];
        }
        let words = words(&lower);
        self.terms.iter().map(|term| possible(term) && term.is_in(&words)).collect()
    }

    /// How well a text matches as a whole; none when it does not.
    pub(super) fn score(&self, text: &str) -> Option<u32> {
        let hits = self.rate(text);
        let count = hits.iter().filter(|hit| **hit).count();
        let enough = if self.all { count == hits.len() } else { count > 0 };
        (enough && count > 0).then(|| u32::try_from(count).unwrap_or(u32::MAX))
    }

    /// The line of a text where the first matching term stands.
    fn snippet(&self, text: &str) -> Option<String> {
        let line = text.lines().find(|line| self.rate(line).contains(&true))?;
        Some(line.chars().take(MAX_SNIPPET).collect())
    }
}

impl Term {
    fn new(text: &str) -> Option<Self> {
        let words = words(&text.to_lowercase());
        (!words.is_empty()).then(|| Self { words, open: text.ends_with('*') })
    }

    fn is_in(&self, words: &[String]) -> bool {
        words.windows(self.words.len()).any(|window| {
            let pairs = window.iter().zip(&self.words).enumerate();
            let last = self.words.len() - 1;
            pairs.into_iter().all(|(index, (word, wanted))| {
                word == wanted || (self.open && index == last && word.starts_with(wanted.as_str()))
            })
        })
    }
}

/// The words of a text, lower-cased already or not.
fn words(text: &str) -> Vec<String> {
    let split = text.split(|c: char| !c.is_alphanumeric());
    split.filter(|word| !word.is_empty()).map(str::to_lowercase).collect()
}

/// Everything the caller may see that matches, the best first. Without a query, everything.
pub(super) fn find(
    world: &World,
    caller: &Caller,
    query: Option<&Query>,
    fields: Fields,
    filter: &Filter,
) -> Vec<Hit> {
    let tree = &world.files.tree;
    let files = tree.all_files().map(|file| Node::File(file.group_id));
    let folders = tree.all_folders().map(|folder| Node::Folder(folder.id));
    let nodes = files.chain(folders).filter(|node| {
        let least = match node {
            Node::File(_) => Level::Viewer,
            Node::Folder(_) => Level::Nav,
        };
        filter.lets_through(tree, *node)
            && access::check(tree, &world.directory, caller, *node, least).is_ok()
    });
    let mut hits: Vec<Hit> = nodes
        .filter_map(|node| match query {
            None => Some(Hit { node, score: 1, snippet: None }),
            Some(query) => rate(world, query, fields, node),
        })
        .collect();
    hits.sort_by_cached_key(|hit| (std::cmp::Reverse(hit.score), tree.path(hit.node)));
    hits
}

/// Names count more than comments, comments more than contents.
fn rate(world: &World, query: &Query, fields: Fields, node: Node) -> Option<Hit> {
    let tree = &world.files.tree;
    let mut parts: Vec<(u32, &str)> = Vec::new();
    let mut text = None;
    match node {
        Node::Folder(id) => {
            let folder = tree.folder(id)?;
            parts.extend(fields.folder_name.then_some((5, folder.name.as_str())));
            let description = folder.options.description.as_str();
            parts.extend(fields.description.then_some((2, description)));
        }
        Node::File(id) => {
            let file = tree.file(id)?;
            parts.extend(fields.file_name.then_some((5, file.name.as_str())));
            if fields.comments {
                let notes = world.files.notes.iter().filter(|note| note.on == node);
                parts.extend(notes.map(|note| (3, note.message.as_str())));
            }
            if fields.content {
                text = file.current().and_then(|version| version.content.text());
                parts.extend(text.map(|text| (1, text)));
            }
        }
    }
    // A term may be in the name and another in the text; together they make "all".
    let mut matched = vec![false; query.terms.len()];
    let mut score = 0;
    for (weight, part) in parts {
        for (index, hit) in query.rate(part).into_iter().enumerate() {
            if hit {
                score += weight;
                if let Some(matched) = matched.get_mut(index) {
                    *matched = true;
                }
            }
        }
    }
    let enough =
        if query.all { matched.iter().all(|hit| *hit) } else { matched.iter().any(|hit| *hit) };
    let snippet = text.and_then(|text| query.snippet(text));
    (enough && score > 0).then_some(Hit { node, score, snippet })
}

impl Filter {
    fn lets_through(&self, tree: &Tree, node: Node) -> bool {
        let path = tree.path(node);
        let is_folder = matches!(node, Node::Folder(_));
        let (modified, uploaded) = match node {
            Node::Folder(id) => {
                let folder = tree.folder(id);
                (folder.map(|f| f.modified), folder.map(|f| f.created))
            }
            Node::File(id) => {
                let version = tree.file(id).and_then(super::tree::File::current);
                (version.map(|v| v.modified), version.map(|v| v.uploaded))
            }
        };
        self.folder.as_ref().is_none_or(|folder| path != *folder && path.within(folder))
            && self.folders.is_none_or(|folders| folders == is_folder)
            && modified.is_some_and(|time| self.modified.holds(time))
            && uploaded.is_some_and(|time| self.uploaded.holds(time))
            && !(self.safeguarded && withheld(&path))
    }
}

/// The domain's policy keeps private folders from machines.
pub(super) fn withheld(path: &FsPath) -> bool {
    path.names().first().is_some_and(|name| name == "Private")
}

impl Between {
    fn holds(&self, time: Timestamp) -> bool {
        self.after.is_none_or(|after| time >= after)
            && self.before.is_none_or(|before| time <= before)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_query_has_words_phrases_open_ends_and_two_operators() {
        let text = "Revenue grew by 12 per cent, mostly in the harbour business.";
        for (query, all, expected) in [
            ("revenue", false, Some(1)),
            ("revenue crane", false, Some(1)),
            ("revenue crane", true, None),
            ("revenue AND crane", false, None),
            ("revenue OR crane", true, Some(1)),
            ("\"grew by\"", false, Some(1)),
            ("\"by grew\"", false, None),
            ("harb", false, None),
            ("harb*", false, Some(1)),
            ("!!!", false, None),
        ] {
            assert_eq!(Query::parse(query, all).score(text), expected, "{query}");
        }
    }
}
