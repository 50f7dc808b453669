//! The catalog: every tool this service can serve, compiled once from resource definitions and
//! tool docs. No documentation, no tool; no code here or above names one. Immutable: a changed
//! document makes a new catalog.

pub mod definition;
pub mod discovery;
pub mod doc;
pub mod endpoint;
pub mod expression;
pub mod filter;
pub mod format;
pub mod name;
pub mod problem;
pub mod search;
pub mod shape;
pub mod shelf;
pub mod signature;
pub mod source;
pub mod tool;
pub mod view;

mod compile;
mod lint;
mod task;
mod yaml;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::{Arc, OnceLock};

use moka::sync::Cache;

pub use filter::{Exposure, FilterError, ServerConfig, ToolNames};
pub use lint::Note;
pub use problem::Problem;
pub use shelf::{Reloader, Shelf};
pub use signature::Signature;
pub use source::Sources;
pub use tool::Tool;
pub use view::View;

use definition::ResourceDefinition;
use discovery::Inputs;
use endpoint::Endpoints;
use format::{Entry, Listing, Selection, SelectionError};
use problem::Document;
use search::{Index, SYNONYMS_FILE, Synonyms};

/// Views kept at most; one a filter in use.
const MAX_VIEWS: u64 = 1_000;

/// Bytes of listings kept at most; one a selection in use.
const MAX_LISTING_BYTES: u64 = 32 * 1024 * 1024;

/// The compiled set of all tools.
#[derive(Debug)]
pub struct Catalog {
    resources: BTreeMap<String, ResourceDefinition>,
    endpoints: Endpoints,
    tools: Vec<Arc<Tool>>,
    inputs: Inputs,
    synonyms: Arc<Synonyms>,
    /// Made when the first URL in discovery mode is used.
    index: OnceLock<Arc<Index>>,
    views: Cache<ServerConfig, Arc<View>>,
    listings: Cache<Selection, Arc<Listing>>,
}

impl Catalog {
    /// Compiles `sources`, or lists every problem in them, by file and line.
    pub fn compile(sources: &Sources) -> Result<Self, Vec<Problem>> {
        let mut problems = Vec::new();
        let mut resources = BTreeMap::new();
        let mut faulty = BTreeSet::new();
        for (file, text) in sources.iter().filter(|(file, _)| file.ends_with("/resource.yaml")) {
            match definition::parse(Document { file, text }) {
                Ok(resource) => _ = resources.insert(resource.resource.clone(), resource),
                Err(problem) => {
                    faulty.insert(folder(file));
                    problems.push(problem);
                }
            }
        }
        let endpoints = Endpoints::new(resources.values());
        for resource in resources.values() {
            let file = format!("{}/resource.yaml", resource.resource);
            let text = sources.text(&file).unwrap_or_default();
            if faulty.is_empty() {
                // Otherwise a step may call what could not be read.
                problems.extend(task::check(Document { file: &file, text }, resource, &endpoints));
            }
        }
        let synonyms = sources.text(SYNONYMS_FILE).unwrap_or_default();
        let synonyms = Synonyms::parse(Document { file: SYNONYMS_FILE, text: synonyms })
            .unwrap_or_else(|problem| {
                problems.push(problem);
                Synonyms::default()
            });
        let mut tools = Vec::new();
        for (file, text) in sources.iter().filter(|(file, _)| is_doc(file)) {
            if faulty.contains(folder(file)) {
                continue; // Nothing can be said about a doc whose definition cannot be read.
            }
            let document = Document { file, text };
            match tool_of(document, &resources, &endpoints) {
                Ok(tool) => {
                    problems.extend(lint::lint(document, &tool));
                    tools.push(Arc::new(tool));
                }
                Err(more) => problems.extend(more),
            }
        }
        tools.sort_by_key(|tool| {
            (tool.resource.clone(), name::rank(&tool.method), tool.method.clone())
        });
        problems.extend(lint::lint_names(&tools));
        problems.extend(discovery::lint_names(&tools));
        if problems.is_empty() {
            let listings = Cache::builder()
                .max_capacity(MAX_LISTING_BYTES)
                .weigher(|selection: &Selection, listing: &Arc<Listing>| {
                    let bytes = selection.bytes() + listing.body.len();
                    u32::try_from(bytes).unwrap_or(u32::MAX)
                })
                .build();
            let (inputs, synonyms) =
                (Inputs::compile().map_err(|one| vec![one])?, Arc::new(synonyms));
            let (index, views) = (OnceLock::new(), Cache::new(MAX_VIEWS));
            Ok(Self { resources, endpoints, tools, inputs, synonyms, index, views, listings })
        } else {
            problems.sort_by(|a, b| (&a.file, a.line).cmp(&(&b.file, b.line)));
            Err(problems)
        }
    }

    /// All tools, in listing order.
    pub fn tools(&self) -> &[Arc<Tool>] {
        &self.tools
    }

    /// What authors may want to know of tools that are sound.
    pub fn notes(&self) -> Vec<Note> {
        lint::notes(&self.tools)
    }

    /// All resources that are defined, documented or not.
    pub fn resources(&self) -> impl Iterator<Item = &ResourceDefinition> {
        self.resources.values()
    }

    /// What every defined method sends.
    pub fn endpoints(&self) -> &Endpoints {
        &self.endpoints
    }

    /// Whether `method` of `resource` has a doc, and so is a tool.
    pub fn is_documented(&self, resource: &str, method: &str) -> bool {
        self.tools.iter().any(|tool| tool.resource == resource && tool.method == method)
    }

    /// The tools `config` lets through. Built once for each filter in use.
    pub fn view(&self, config: &ServerConfig) -> Arc<View> {
        self.views.get_with_by_ref(config, || {
            let allowed = self.tools.iter().filter(|tool| config.allows(tool));
            let view = View::new(allowed.cloned().collect(), config);
            Arc::new(match config.tool_exposure {
                Exposure::All => view,
                Exposure::Discovery => view.behind(&self.inputs, self.index(), &self.tools),
            })
        })
    }

    fn index(&self) -> Arc<Index> {
        let index = || Arc::new(Index::new(&self.tools, Arc::clone(&self.synonyms)));
        Arc::clone(self.index.get_or_init(index))
    }

    /// The view of a filter that is to be minted: every name must exist and a tool must be left.
    pub fn checked_view(&self, config: &ServerConfig) -> Result<Arc<View>, FilterError> {
        config.check_names(&self.tools.iter().map(|tool| tool.traits()).collect::<Vec<_>>())?;
        let view = self.view(config);
        if view.tools().is_empty() { Err(FilterError::Empty) } else { Ok(view) }
    }

    /// The tools of `selection`, written down in its format. Every name must exist and something
    /// must be left. Written once for each selection in use.
    pub fn listing(&self, selection: &Selection) -> Result<Arc<Listing>, SelectionError> {
        if let Some(listing) = self.listings.get(selection) {
            return Ok(listing);
        }
        if selection.strict == format::Strict::Yes && !selection.format.has_strict() {
            return Err(SelectionError::NotStrict(selection.format));
        }
        let mut entries: Vec<Entry<'_>> =
            self.tools.iter().map(|tool| Entry::of_tool(tool)).collect();
        if selection.undocumented {
            let methods = self.resources.values().flat_map(|resource| {
                resource.methods.iter().map(move |(name, method)| (resource, name, method))
            });
            let methods = methods.filter(|(of, name, _)| !self.is_documented(&of.resource, name));
            entries.extend(methods.map(|(of, name, method)| Entry::undocumented(of, name, method)));
            entries.sort_by(|a, b| a.rank().cmp(&b.rank()));
        }
        // Names outside of what may be shown do not exist for whoever asks.
        entries.retain(|entry| selection.within.lets_through(&entry.traits()));
        let known: Vec<_> = entries.iter().map(Entry::traits).collect();
        selection.filter.check_names(&known).map_err(FilterError::of_query)?;
        entries.retain(|entry| selection.filter.lets_through(&entry.traits()));
        if entries.is_empty() {
            return Err(FilterError::Empty.of_query().into());
        }
        let listing = Arc::new(format::write(&entries, selection));
        self.listings.insert(selection.clone(), Arc::clone(&listing));
        Ok(listing)
    }
}

fn folder(file: &str) -> &str {
    file.split('/').next().unwrap_or_default()
}

fn is_doc(file: &str) -> bool {
    Path::new(file).extension().is_some_and(|extension| extension == "md")
}

fn tool_of(
    document: Document<'_>,
    resources: &BTreeMap<String, ResourceDefinition>,
    endpoints: &Endpoints,
) -> Result<Tool, Vec<Problem>> {
    let (folder, file) = document.file.split_once('/').unwrap_or_default();
    let method_name = file.trim_end_matches(".md");
    let Some(resource) = resources.get(folder) else {
        let hint = "define it in resource.yaml beside this file";
        let message = format!("there is no valid resource definition for `{folder}`");
        return Err(vec![document.problem(&[], message, hint)]);
    };
    if !resource.methods.contains_key(method_name) {
        let message = format!("resource `{folder}` defines no method `{method_name}`");
        let hint = "name the file after a method in resource.yaml, or define the method there";
        return Err(vec![document.problem(&[], message, hint)]);
    }
    let doc = doc::parse(document).map_err(|problem| vec![problem])?;
    let gaps = lint::gaps(document, &doc.description, &doc.front.examples);
    // All that is missing is told at once, not what is below only after what is above.
    compile::compile(document, resource, method_name, endpoints, doc)
        .map_err(|problems| problems.into_iter().chain(gaps).collect())
}
