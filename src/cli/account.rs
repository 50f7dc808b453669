//! `account`: connected accounts, straight from the database. A running service sees a change
//! within a second.

use jiff::Timestamp;

use super::Outcome;
use super::options::DataArgs;
use super::output::say;
use crate::store::Page;

/// Commands below `account`.
#[derive(Debug, clap::Subcommand)]
pub enum Command {
    /// List connected accounts
    List {
        #[command(flatten)]
        data: DataArgs,
    },
    /// Remove an account; its MCP servers are revoked
    Remove {
        #[command(flatten)]
        data: DataArgs,
        /// As `list` shows it
        id: String,
    },
}

pub async fn run(command: Command) -> Outcome {
    match command {
        Command::List { data } => {
            let store = data.open_store().await?;
            let mut page = Page::default();
            loop {
                let listing = store.accounts().list(&page).await?;
                for account in listing.result {
                    let status = account.status.as_str();
                    say!("{} {status:<16} {} ({})", account.id, account.name, account.domain)?;
                }
                let Some(cursor) = listing.next_cursor else { break };
                page = Page::new(None, Some(&cursor))?;
            }
        }
        Command::Remove { data, id } => {
            data.open_store().await?.accounts().delete(&id, Timestamp::now()).await?;
            say!("removed, and its MCP servers revoked")?;
        }
    }
    Ok(())
}
