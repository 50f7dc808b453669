//! `server`: minted MCP servers, straight from the database. A running service sees a revocation
//! within a second.

use jiff::Timestamp;

use super::Outcome;
use super::options::DataArgs;
use super::output::say;
use crate::store::Page;

/// Commands below `server`.
#[derive(Debug, clap::Subcommand)]
pub enum Command {
    /// List the MCP servers of an account
    List {
        #[command(flatten)]
        data: DataArgs,
        /// The account, as `account list` shows it
        #[arg(long, value_name = "ID")]
        account: String,
    },
    /// Revoke an MCP server; its URL stops working
    Revoke {
        #[command(flatten)]
        data: DataArgs,
        /// As `list` shows it
        id: String,
    },
}

pub async fn run(command: Command) -> Outcome {
    match command {
        Command::List { data, account } => {
            let store = data.open_store().await?;
            store.accounts().get(&account).await?;
            let mut page = Page::default();
            loop {
                let listing = store.servers().list(&account, &page).await?;
                for server in listing.result {
                    let expiry = server.expires_at.map_or("never".to_owned(), |at| at.to_string());
                    say!("{} expires {expiry:<24} {}", server.id, server.name)?;
                }
                let Some(cursor) = listing.next_cursor else { break };
                page = Page::new(None, Some(&cursor))?;
            }
        }
        Command::Revoke { data, id } => {
            data.open_store().await?.servers().revoke(&id, Timestamp::now()).await?;
            say!("revoked")?;
        }
    }
    Ok(())
}
