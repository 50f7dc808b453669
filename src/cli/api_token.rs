//! `api-token`: the tokens that open the admin API.

use jiff::Timestamp;

use super::Outcome;
use super::options::DataArgs;
use super::output::say;
use crate::store::Page;

/// Commands below `api-token`.
#[derive(Debug, clap::Subcommand)]
pub enum Command {
    /// Make a token and print it, this once
    Create {
        #[command(flatten)]
        data: DataArgs,
        /// What it is for
        #[arg(long)]
        name: String,
    },
    /// List tokens, without their secrets
    List {
        #[command(flatten)]
        data: DataArgs,
    },
    /// Revoke a token by its id
    Revoke {
        #[command(flatten)]
        data: DataArgs,
        /// As `list` shows it
        id: String,
    },
}

pub async fn run(command: Command) -> Outcome {
    match command {
        Command::Create { data, name } => {
            let store = data.open_store().await?;
            let (_, token) = store.api_tokens().create(&name, Timestamp::now()).await?;
            say!("{}", token.expose())?;
        }
        Command::List { data } => {
            let store = data.open_store().await?;
            let mut page = Page::default();
            loop {
                let listing = store.api_tokens().list(&page).await?;
                for token in listing.result {
                    let state = if token.revoked_at.is_some() { "revoked" } else { "valid" };
                    say!("{} {state:<8} {}", token.id, token.name)?;
                }
                let Some(cursor) = listing.next_cursor else { break };
                page = Page::new(None, Some(&cursor))?;
            }
        }
        Command::Revoke { data, id } => {
            data.open_store().await?.api_tokens().revoke(&id, Timestamp::now()).await?;
            say!("revoked")?;
        }
    }
    Ok(())
}
