//! `tools`: what a filter offers, as clients would see it, without a server.

use std::path::PathBuf;

use super::Outcome;
use super::options::FilterArgs;
use crate::catalog::ServerConfig;
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
    #[arg(long)]
    json: bool,
}

pub fn run(args: &Args) -> Outcome {
    let catalog = documents::load(args.tool_docs.as_deref(), &Keyring::generate()?)?;
    let view = catalog.checked_view(&ServerConfig::from(args.filter.clone()))?;
    if args.json {
        println!("{}", String::from_utf8_lossy(view.listing()));
        return Ok(());
    }
    for tool in view.tools() {
        let effect = if tool.reads { "read" } else { "write" };
        println!("{:<40} {effect:<6} {}", view.listed_name(tool), tool.title);
    }
    let listed = view.discovery().map_or_else(String::new, |discovery| {
        let names: Vec<&str> = discovery.tools().iter().map(|tool| tool.name).collect();
        format!(" behind {}", names.join(", "))
    });
    println!("{} tools{listed}, about {} tokens", view.tools().len(), view.token_estimate());
    Ok(())
}
