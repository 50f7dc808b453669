//! `tools`: what a filter offers, as clients and programs would see it, without a server.

use std::path::PathBuf;

use clap::builder::{PossibleValuesParser, TypedValueParser};

use super::Outcome;
use super::options::FilterArgs;
use super::output::{self, say};
use crate::catalog::format::{Format, Selection, Strict};
use crate::catalog::{ServerConfig, ToolNames};
use crate::crypto::Keyring;
use crate::server::documents;

/// Options of `tools`.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(flatten)]
    filter: FilterArgs,
    /// Folder of tool docs that add to and override the built-in ones
    #[arg(long, env = "EGNYTE_MCP_TOOL_DOCS", value_name = "DIR")]
    tool_docs: Option<PathBuf>,
    /// Print the MCP tool objects instead of a table
    #[arg(long, conflicts_with = "format")]
    json: bool,
    /// Print exactly what GET /integrated-account/{id}/tools answers in this format
    #[arg(long, value_parser = formats())]
    format: Option<Format>,
    /// Hold the model to the schemas: every tool that can be strict, or those worth it
    #[arg(long, value_parser = stricts(), requires = "format", default_value = "false",
          default_missing_value = "true", num_args = 0..=1, value_name = "STRICT")]
    strict: Strict,
    /// Which names are shown
    #[arg(long, value_parser = ["long", "short"], conflicts_with = "short_names")]
    names: Option<String>,
    /// `false` names methods without a tool doc, too; they cannot be called
    #[arg(long, requires = "format", default_value_t = true, action = clap::ArgAction::Set,
          value_name = "BOOL")]
    has_description: bool,
}

fn formats() -> impl TypedValueParser<Value = Format> {
    PossibleValuesParser::new(Format::ALL.map(Format::as_str))
        .map(|name| Format::parse(&name).unwrap_or_default())
}

fn stricts() -> impl TypedValueParser<Value = Strict> {
    PossibleValuesParser::new(Strict::ALL.map(Strict::as_str))
        .map(|name| Strict::parse(&name).unwrap_or_default())
}

pub fn run(args: &Args) -> Outcome {
    let catalog = documents::load(args.tool_docs.as_deref(), &Keyring::generate()?)?;
    let mut config = ServerConfig::from(args.filter.clone());
    if args.names.as_deref() == Some("short") {
        config.tool_names = ToolNames::Short;
    }
    if let Some(format) = args.format {
        let selection = Selection {
            names: config.tool_names,
            filter: config,
            format,
            strict: args.strict,
            undocumented: !args.has_description,
            ..Selection::default()
        };
        // Byte for byte what the service answers, so no line end.
        output::bytes(&catalog.listing(&selection)?.body)?;
        return Ok(());
    }
    let view = catalog.checked_view(&config)?;
    if args.json {
        say!("{}", String::from_utf8_lossy(view.listing()))?;
        return Ok(());
    }
    for tool in view.tools() {
        let effect = if tool.reads { "read" } else { "write" };
        say!("{:<40} {effect:<6} {}", view.listed_name(tool), tool.title)?;
    }
    let listed = view.discovery().map_or_else(String::new, |discovery| {
        let names: Vec<&str> = discovery.tools().iter().map(|tool| tool.name).collect();
        format!(" behind {}", names.join(", "))
    });
    say!("{} tools{listed}, about {} tokens", view.tools().len(), view.token_estimate())?;
    Ok(())
}
