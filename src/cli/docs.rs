//! `docs`: work on tool docs without a server. `lint` is the same code as start-up.

mod new;
mod sizes;
mod trial;

use std::path::PathBuf;

use schemars::schema_for;

use super::Outcome;
use super::output::say;
use crate::catalog::definition::ResourceDefinition;
use crate::catalog::doc::FrontMatter;
use crate::crypto::Keyring;
use crate::server::documents;

/// Commands below `docs`.
#[derive(Debug, clap::Subcommand)]
pub enum Command {
    /// Check the built-in tool docs, and those in DIR on top of them
    Lint {
        /// Folder of tool docs
        dir: Option<PathBuf>,
        /// Print the size of every tool, not only of the largest
        #[arg(long)]
        sizes: bool,
        /// Print which tools some host treats in another way, and why
        #[arg(long)]
        notes: bool,
    },
    /// Show which defined methods have a doc, and so are tools
    Coverage {
        /// Folder of tool docs
        dir: Option<PathBuf>,
    },
    /// Begin a tool: its definition, if there is none, and a doc to fill in
    New(new::Args),
    /// Call a tool, on the stand-in Egnyte or a real one
    Try(trial::Args),
    /// Print the JSON Schemas of resource.yaml and of a doc's front matter
    Schema,
}

pub async fn run(command: Command) -> Outcome {
    match command {
        Command::Lint { dir, sizes, notes } => lint(dir.as_ref(), sizes, notes),
        Command::Coverage { dir } => coverage(dir.as_ref()),
        Command::New(args) => new::run(&args),
        Command::Try(args) => trial::run(&args).await,
        Command::Schema => schema(),
    }
}

fn lint(dir: Option<&PathBuf>, sizes: bool, notes: bool) -> Outcome {
    let catalog = documents::load(dir.map(PathBuf::as_path), &Keyring::generate()?)?;
    let tools = catalog.tools();
    let examples: usize = tools.iter().map(|tool| tool.examples.len()).sum();
    say!("{} tools with {examples} examples, no problem found", tools.len())?;
    sizes::print(&catalog, sizes)?;
    sizes::print_notes(&catalog, notes)
}

fn coverage(dir: Option<&PathBuf>) -> Outcome {
    let catalog = documents::load(dir.map(PathBuf::as_path), &Keyring::generate()?)?;
    let (mut defined, mut documented) = (0, 0);
    for resource in catalog.resources() {
        say!("{}", resource.resource)?;
        for method in resource.methods.keys() {
            let is_tool = catalog.is_documented(&resource.resource, method);
            defined += 1;
            documented += usize::from(is_tool);
            say!("  {} {method}", if is_tool { "tool " } else { "  -  " })?;
        }
    }
    say!("{documented} of {defined} defined methods are documented, and so are tools")?;
    Ok(())
}

fn schema() -> Outcome {
    let schemas = serde_json::json!({
        "resource.yaml": schema_for!(ResourceDefinition),
        "front matter": schema_for!(FrontMatter),
    });
    say!("{}", serde_json::to_string_pretty(&schemas)?)?;
    Ok(())
}
