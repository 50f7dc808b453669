//! Search over the tools of a catalog, in the words of people: BM25 over weighted fields, with
//! stemming, synonyms and forgiven typos. Built from the documents alone; it knows no tool.

mod synonyms;
mod words;

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use super::tool::Tool;

pub use synonyms::{FILE as SYNONYMS_FILE, Synonyms};

/// Words of a query that are looked at; a question has fewer.
const MAX_WORDS: usize = 32;
/// Unknown words of a query that are compared with all known ones.
const MAX_GUESSES: usize = 8;
/// A hit this much weaker than the best one is noise.
const NOISE: f32 = 0.2;
/// How soon more of the same word stops counting, and how much a long text is held against it:
/// the usual constants of BM25.
const SATURATION: f32 = 4.0;
const LENGTH_NORM: f32 = 0.6;
/// What a synonym, a guess at a mistyped word, and a name that is also a word count beside a word.
const SYNONYM: f32 = 0.8;
const GUESS: f32 = 0.8;
const NAMED: f32 = 0.4;
/// What it counts that a query says all that a tool's title or name says.
const HEAD: f32 = 2.0;

/// How much a word counts by where it stands, in the order of [`fields`].
const WEIGHTS: [f32; FIELDS] = [3.0, 4.0, 2.0, 2.0, 1.0, 2.0, 0.6];
const FIELDS: usize = 7;

/// The words of every tool of a catalog, and how much each says about which tool.
#[derive(Debug)]
pub struct Index {
    synonyms: Arc<Synonyms>,
    /// For each stem, the tools it stands in and how much it says of each.
    postings: HashMap<String, HashMap<usize, f32>>,
    /// Every word of the documents and of the synonyms, to guess what a mistyped one means.
    known: BTreeSet<String>,
    /// For each tool, what its title and its short name come down to.
    heads: Vec<[Vec<String>; 2]>,
}

/// What a word or phrase of a query may mean. The alternative that adds most to a tool counts.
type Meanings = Vec<Meaning>;

/// Stems that go together, and what each counts.
struct Meaning {
    stems: Vec<String>,
    weight: f32,
}

/// A word of a query, mended, and its stem.
struct Word {
    form: String,
    stem: String,
    weight: f32,
    is_name: bool,
}

impl Index {
    /// Reads every tool. Positions in what is found are positions in `tools`.
    pub fn new(tools: &[Arc<Tool>], synonyms: Arc<Synonyms>) -> Self {
        let texts: Vec<[Vec<String>; FIELDS]> = tools.iter().map(|tool| fields(tool)).collect();
        let mut usual = [0.0_f32; FIELDS];
        for text in &texts {
            for (usual, words) in usual.iter_mut().zip(text) {
                *usual += small(words.len()) / small(tools.len());
            }
        }
        let mut stems: HashMap<&str, String> = HashMap::new();
        let mut postings: HashMap<String, HashMap<usize, f32>> = HashMap::new();
        for (position, text) in texts.iter().enumerate() {
            let mut amounts: HashMap<String, f32> = HashMap::new();
            for ((words, weight), usual) in text.iter().zip(WEIGHTS).zip(usual) {
                let length = small(words.len()) / usual.max(1.0);
                let norm = 1.0 - LENGTH_NORM + LENGTH_NORM * length;
                for word in words {
                    let stem = stems.entry(word).or_insert_with(|| words::stem(word));
                    *amounts.entry(stem.clone()).or_default() += weight / norm;
                }
            }
            for (stem, amount) in amounts {
                postings.entry(stem).or_default().insert(position, amount);
            }
        }
        let head = |text: &str| {
            let stems = words::of(text).into_iter().map(|word| words::stem(&word));
            stems.filter(|stem| !synonyms.is_ignored(stem)).collect()
        };
        let heads = tools.iter().map(|tool| [head(&tool.title), head(&tool.names.short)]).collect();
        let known = synonyms.words().map(str::to_owned);
        let known = known.chain(texts.into_iter().flatten().flatten()).collect();
        Self { synonyms, postings, known, heads }
    }

    /// Positions of the tools that fit `query`, best first, among those `allowed`.
    pub fn find(&self, query: &str, allowed: impl Fn(usize) -> bool) -> Vec<usize> {
        let asked = self.meanings(query);
        let mut found: Vec<(usize, f32)> = (0..self.heads.len())
            .filter(|position| allowed(*position))
            .map(|position| (position, self.score(&asked, position)))
            .filter(|(_, score)| *score > 0.0)
            .collect();
        // Stable: equal scores keep the order of the listing, so the answer is always the same.
        found.sort_by(|a, b| b.1.total_cmp(&a.1));
        let least = found.first().map_or(0.0, |(_, best)| best * NOISE);
        found.into_iter().filter(|(_, score)| *score >= least).map(|(at, _)| at).collect()
    }

    /// How well a tool fits. A word that several parts of the query come down to counts once.
    fn score(&self, asked: &[Meanings], position: usize) -> f32 {
        let mut counted: HashMap<&str, f32> = HashMap::new();
        let mut meant: HashMap<&str, f32> = HashMap::new();
        let mut score = 0.0;
        for meanings in asked {
            let gain = |meaning: &Meaning| -> f32 {
                let gains = meaning.stems.iter().map(|stem| {
                    let before = counted.get(stem.as_str()).copied().unwrap_or_default();
                    (meaning.weight * self.says(stem, position) - before).max(0.0)
                });
                gains.sum()
            };
            let best = meanings.iter().map(|meaning| (gain(meaning), meaning));
            let Some((gain, meaning)) = best.max_by(|a, b| a.0.total_cmp(&b.0)) else { continue };
            score += gain;
            for stem in &meaning.stems {
                let counted = counted.entry(stem).or_default();
                *counted = counted.max(meaning.weight * self.says(stem, position));
                let meant = meant.entry(stem).or_default();
                *meant = meant.max(meaning.weight);
            }
        }
        let covered = |head: &Vec<String>| -> f32 {
            let words =
                head.iter().map(|stem| meant.get(stem.as_str()).copied().unwrap_or_default());
            words.sum::<f32>() / small(head.len().max(1))
        };
        let heads = self.heads.get(position).into_iter().flatten();
        score + HEAD * heads.map(covered).fold(0.0, f32::max)
    }

    /// How much a stem says for a tool.
    fn says(&self, stem: &str, position: usize) -> f32 {
        let Some(postings) = self.postings.get(stem) else { return 0.0 };
        let Some(amount) = postings.get(&position) else { return 0.0 };
        self.rarity(postings.len()) * amount / (SATURATION + amount)
    }

    /// How much a word says: the fewer tools it stands in, the more.
    fn rarity(&self, tools_with_it: usize) -> f32 {
        let (all, with) = (small(self.heads.len()), small(tools_with_it));
        (1.0 + (all - with + 0.5) / (with + 0.5)).ln()
    }

    /// Takes a query apart: typos mended, phrases and synonyms read, empty words left out.
    fn meanings(&self, query: &str) -> Vec<Meanings> {
        let mut guesses = MAX_GUESSES;
        let words = words::with_names(query).into_iter().take(MAX_WORDS);
        let words = words.filter_map(|(word, is_name)| self.word(&word, is_name, &mut guesses));
        // "Can Jane open it" says the same as "can open it", with somebody's name in between.
        let (names, words): (Vec<Word>, Vec<Word>) = words.partition(|word| word.is_name);
        let (forms, stems): (Vec<&str>, Vec<&str>) =
            words.iter().map(|word| (word.form.as_str(), word.stem.as_str())).unzip();
        let mut all = Vec::new();
        let mut at = 0;
        while let (Some(word), Some(forms), Some(stems)) =
            (words.get(at), forms.get(at..), stems.get(at..))
        {
            let (length, means) = self.synonyms.longest(forms, stems).unwrap_or((1, &[]));
            let weight = word.weight * SYNONYM;
            let meaning = |stems: &Vec<String>| Meaning { stems: stems.clone(), weight };
            let mut meanings: Meanings = means.iter().map(meaning).collect();
            // A phrase means something else than its words: "sign in" is about no signature.
            if length == 1 {
                meanings.extend(self.itself(word));
            }
            all.push(meanings);
            at += length;
        }
        all.extend(names.iter().filter_map(|name| Some(vec![self.itself(name)?])));
        all
    }

    /// What a word means by itself, if it says anything.
    fn itself(&self, word: &Word) -> Option<Meaning> {
        let says = !self.synonyms.is_ignored(&word.stem);
        says.then(|| Meaning { stems: vec![word.stem.clone()], weight: word.weight })
    }

    /// A word of a query as the documents know it, if they do.
    fn word(&self, word: &str, is_name: bool, guesses: &mut usize) -> Option<Word> {
        let stem = words::stem(word);
        let known = self.postings.contains_key(&stem) || self.synonyms.knows(&stem);
        let (word, weight) = match (known, is_name) {
            (true, true) => (word, NAMED),
            (true, false) => (word, 1.0),
            (false, true) => return None,
            (false, false) => {
                *guesses = guesses.checked_sub(1)?;
                (self.guess(word)?, GUESS)
            }
        };
        Some(Word { form: word.to_owned(), stem: words::stem(word), weight, is_name })
    }

    /// The known word that a mistyped or unfinished one is most like, if one is near enough.
    fn guess(&self, word: &str) -> Option<&str> {
        let length = word.chars().count();
        let slips = match length {
            0..=3 => return None,
            // A short word with one other letter is another word, or somebody's name.
            4 => 0,
            5..=7 => 1,
            _ => 2,
        };
        let near = |known: &&String| known.chars().count().abs_diff(length) <= slips;
        let likeness = |known: &String| strsim::damerau_levenshtein(known, word);
        let slip = self
            .known
            .iter()
            .filter(near)
            .map(|known| (likeness(known), known))
            .filter(|(distance, _)| *distance <= slips)
            .min_by_key(|(distance, known)| (*distance, !same_start(known, word)));
        let unfinished =
            || self.known.range(word.to_owned()..).next().filter(|known| known.starts_with(word));
        slip.map(|(_, known)| known).or_else(unfinished).map(String::as_str)
    }
}

fn same_start(a: &str, b: &str) -> bool {
    a.chars().next() == b.chars().next()
}

/// The texts of a tool that are searched, as words. The order is that of [`WEIGHTS`].
fn fields(tool: &Tool) -> [Vec<String>; FIELDS] {
    let (lead, rest) = tool.description.split_once("\n\n").unwrap_or((&tool.description, ""));
    let of_all = |texts: &mut dyn Iterator<Item = &str>| texts.flat_map(words::of).collect();
    let names = [tool.names.long.as_str(), tool.names.short.as_str()];
    // Both names are mostly the same words, which are not to count twice.
    let mut name: Vec<String> = of_all(&mut names.into_iter());
    name.sort();
    name.dedup();
    // What an example calls its people and folders is no property of the tool.
    let examples = tool.examples.iter().flat_map(|example| words::with_names(&example.title));
    let labels = [tool.resource.as_str(), tool.method.as_str()].into_iter();
    [
        name,
        words::of(&tool.title),
        of_all(&mut labels.chain(tool.tags.iter().map(String::as_str))),
        examples.filter(|(_, is_name)| !is_name).map(|(word, _)| word).collect(),
        of_all(&mut tool.arguments()),
        words::of_prose(lead),
        words::of_prose(rest),
    ]
}

#[expect(clippy::cast_precision_loss, reason = "counts of words and tools are small")]
fn small(count: usize) -> f32 {
    count as f32
}
