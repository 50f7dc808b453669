//! Tool definitions in the shapes that programs bind: one file a format, strict schemas in
//! `strict`. A listing is a function of the catalog and a [`Selection`] alone, so it is written
//! once and kept, and its ETag is that of its content.

mod anthropic;
mod gemini;
mod json_schema;
mod mcp;
mod openai;
mod openai_responses;
pub mod strict;
mod truto;

pub use openai::MAX_DESCRIPTION as CHAT_DESCRIPTION;

use std::borrow::Cow;

use bytes::Bytes;
use serde::Serialize;
use serde_json::Value;

use super::definition::{MethodDefinition, ResourceDefinition};
use super::filter::{FilterError, ServerConfig, ToolNames, Traits};
use super::name::{self, Names};
use super::tool::Tool;
use crate::crypto::digest::{hex, sha256};

/// For whom tools are written down.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Format {
    /// Query and body schemas apart, in the envelope of a list.
    #[default]
    Truto,
    /// MCP's `Tool` objects.
    Mcp,
    /// OpenAI, Chat Completions.
    Openai,
    /// OpenAI, Responses.
    OpenaiResponses,
    /// Anthropic, Messages.
    Anthropic,
    /// Gemini, `generateContent`.
    Gemini,
    /// Name → input schema.
    JsonSchema,
}

impl Format {
    /// All of them.
    pub const ALL: [Self; 7] = [
        Self::Truto,
        Self::Mcp,
        Self::Openai,
        Self::OpenaiResponses,
        Self::Anthropic,
        Self::Gemini,
        Self::JsonSchema,
    ];

    /// The name in queries and on the command line.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Truto => "truto",
            Self::Mcp => "mcp",
            Self::Openai => "openai",
            Self::OpenaiResponses => "openai-responses",
            Self::Anthropic => "anthropic",
            Self::Gemini => "gemini",
            Self::JsonSchema => "json-schema",
        }
    }

    /// The format of this name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|format| format.as_str() == name)
    }

    /// Whether its SDK knows strict tools.
    pub fn has_strict(self) -> bool {
        matches!(self, Self::Openai | Self::OpenaiResponses | Self::Anthropic)
    }
}

/// Whether the provider is to hold the model to a tool's schema.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Strict {
    /// No tool is strict.
    #[default]
    No,
    /// Every tool that can be.
    Yes,
    /// Every tool for which it is worth it. Anthropic compiles all strict tools of a request into
    /// one grammar of limited size, so there only those that write.
    Auto,
}

impl Strict {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::No, Self::Yes, Self::Auto];

    /// The name in queries and on the command line.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::No => "false",
            Self::Yes => "true",
            Self::Auto => "auto",
        }
    }

    /// The value of this name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|strict| strict.as_str() == name)
    }
}

/// What a listing shows. Equal selections have equal listings.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Selection {
    /// What may be shown at all: the filter of a minted URL, or none.
    pub within: ServerConfig,
    /// What was asked for. Only `methods`, `tags` and `tools` count.
    pub filter: ServerConfig,
    /// For whom.
    pub format: Format,
    /// Whether schemas are strict.
    pub strict: Strict,
    /// Which names are shown.
    pub names: ToolNames,
    /// Whether methods without a tool doc are named, too. They cannot be called.
    pub undocumented: bool,
}

impl Selection {
    /// About how much memory it takes.
    pub(super) fn bytes(&self) -> usize {
        let lists = [&self.within, &self.filter]
            .into_iter()
            .flat_map(|config| [&config.methods, &config.tags, &config.tools]);
        let names = lists.flatten().flatten();
        size_of::<Self>() + names.map(|name| size_of::<String>() + name.len()).sum::<usize>()
    }
}

/// A listing, ready to be sent.
#[derive(Debug)]
pub struct Listing {
    /// The whole answer.
    pub body: Bytes,
    /// The strong entity tag, quotes included.
    pub etag: String,
}

/// Why there is no listing.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum SelectionError {
    /// The filter.
    #[error(transparent)]
    Filter(#[from] FilterError),
    /// The format.
    #[error(
        "strict: the format {} has no strict tools; openai, openai-responses and anthropic have",
        .0.as_str()
    )]
    NotStrict(Format),
}

impl SelectionError {
    /// The parameter at fault.
    pub fn field(&self) -> &'static str {
        match self {
            Self::Filter(error) => error.field(),
            Self::NotStrict(_) => "strict",
        }
    }
}

/// A method of a resource: a tool, or what would be one if it had a tool doc.
#[derive(Debug)]
pub(super) struct Entry<'a> {
    resource: &'a str,
    method: &'a str,
    names: Cow<'a, Names>,
    tags: Cow<'a, [String]>,
    reads: bool,
    tool: Option<&'a Tool>,
}

impl<'a> Entry<'a> {
    pub(super) fn of_tool(tool: &'a Tool) -> Self {
        Self {
            resource: &tool.resource,
            method: &tool.method,
            names: Cow::Borrowed(&tool.names),
            tags: Cow::Borrowed(&tool.tags),
            reads: tool.reads,
            tool: Some(tool),
        }
    }

    pub(super) fn undocumented(
        resource: &'a ResourceDefinition,
        method: &'a str,
        definition: &'a MethodDefinition,
    ) -> Self {
        let line = definition.request.as_ref();
        let on_one_item = line.is_some_and(|line| line.arguments().next().is_some());
        let names = name::names(method, &resource.singular, &resource.resource, on_one_item);
        let mut tags = resource.tags.clone();
        tags.extend(definition.tags.iter().filter(|tag| !resource.tags.contains(tag)).cloned());
        Self {
            resource: &resource.resource,
            method,
            names: Cow::Owned(names),
            tags: Cow::Owned(tags),
            // Steps of which it is not known count as a write.
            reads: definition.reads().unwrap_or_default(),
            tool: None,
        }
    }

    /// The place in a listing.
    pub(super) fn rank(&self) -> (&'a str, usize, &'a str) {
        (self.resource, name::rank(self.method), self.method)
    }

    pub(super) fn traits(&self) -> Traits<'_> {
        Traits { names: &self.names, method: self.method, reads: self.reads, tags: &self.tags }
    }

    fn name(&self, names: ToolNames) -> &str {
        self.names.listed(names)
    }
}

/// A tool and what a listing says about it beside its definition.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
struct Note {
    name: String,
    reason: String,
}

/// Notes taken while tools are written.
#[derive(Debug, Default)]
struct Notes {
    not_strict: Vec<Note>,
    shortened: Vec<Note>,
}

/// `meta` of a listing.
#[derive(Serialize)]
struct Meta<'a> {
    count: usize,
    token_estimate: usize,
    etag: &'a str,
    /// Methods that were asked for and are no tools.
    omitted: &'a [Note],
    /// Tools that were to be strict and are not.
    not_strict: &'a [Note],
    /// Tools whose description is cut to what the provider takes.
    shortened: &'a [Note],
}

/// Writes `entries` down as `selection` says.
pub(super) fn write(entries: &[Entry<'_>], selection: &Selection) -> Listing {
    let tools: Vec<(&str, &Tool)> = entries
        .iter()
        .filter_map(|entry| Some((entry.name(selection.names), entry.tool?)))
        .collect();
    let mut notes = Notes::default();
    let written = match selection.format {
        Format::Truto => {
            return bare(&truto::envelope(entries, selection.names));
        }
        Format::JsonSchema => return bare(&json_schema::map(&tools)),
        Format::Mcp => mcp::tools(&tools, selection.names),
        Format::Openai => openai::tools(&tools, selection.strict, &mut notes),
        Format::OpenaiResponses => openai_responses::tools(&tools, selection.strict, &mut notes),
        Format::Anthropic => anthropic::tools(&tools, selection.strict, &mut notes),
        Format::Gemini => gemini::tools(&tools),
    };
    let written = written.to_string();
    let omitted: Vec<Note> = entries
        .iter()
        .filter(|entry| entry.tool.is_none())
        .map(|entry| Note {
            name: entry.name(selection.names).to_owned(),
            reason: "it is defined but has no tool doc, so it is no tool and cannot be called"
                .to_owned(),
        })
        .collect();
    let mut meta = Meta {
        count: tools.len(),
        token_estimate: written.len().div_ceil(4),
        etag: "",
        omitted: &omitted,
        not_strict: &notes.not_strict,
        shortened: &notes.shortened,
    };
    // Everything but the tag itself, so that the tag is that of the whole answer.
    let etag = etag(&with_meta(&written, &meta));
    meta.etag = &etag;
    Listing { body: with_meta(&written, &meta).into(), etag }
}

fn with_meta(tools: &str, meta: &Meta<'_>) -> String {
    // Text and numbers: serialising cannot fail.
    let meta = serde_json::to_string(meta).unwrap_or_default();
    format!("{{\"tools\":{tools},\"meta\":{meta}}}")
}

fn bare(answer: &Value) -> Listing {
    let body = answer.to_string();
    Listing { etag: etag(&body), body: body.into() }
}

fn etag(content: &str) -> String {
    let digest = sha256(content.as_bytes());
    format!("\"{}\"", hex(digest.get(..16).unwrap_or(&digest)))
}
