//! `mint`: a URL without a server and without a record. It can be served by any process that has
//! the same key ring and `--database-url none`, and ends only by its expiry.

use std::path::PathBuf;

use jiff::Timestamp;

use super::Outcome;
use super::options::{DataArgs, FilterArgs, read_access_token};
use super::output::say;
use crate::catalog::ServerConfig;
use crate::egnyte::Domain;
use crate::server::documents;
use crate::store::new_id;
use crate::token::{MintRequest, mint};

/// Options of `mint`.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(flatten)]
    data: DataArgs,
    /// The Egnyte domain, such as `acme`
    #[arg(long)]
    domain: String,
    /// A file with the Egnyte access token; `-` reads standard input
    #[arg(long, value_name = "FILE")]
    access_token_file: PathBuf,
    #[command(flatten)]
    filter: FilterArgs,
    /// Ask the client for an API token, too
    #[arg(long)]
    require_api_token_auth: bool,
    /// When the URL ends, such as 2027-01-31T18:00:00Z
    #[arg(long, value_name = "TIME")]
    expires_at: Option<Timestamp>,
    /// What the URL begins with, as clients reach the service
    #[arg(
        long,
        env = "EGNYTE_MCP_PUBLIC_URL",
        default_value = "http://127.0.0.1:8080",
        value_name = "URL"
    )]
    public_url: String,
    /// Folder of tool docs that add to and override the built-in ones
    #[arg(long, env = "EGNYTE_MCP_TOOL_DOCS", value_name = "DIR")]
    tool_docs: Option<PathBuf>,
}

pub fn run(args: &Args) -> Outcome {
    let keyring = args.data.open_keyring()?;
    let catalog = documents::load(args.tool_docs.as_deref(), &keyring)?;
    let config = ServerConfig {
        require_api_token_auth: args.require_api_token_auth,
        ..args.filter.clone().into()
    };
    catalog.checked_view(&config)?;
    let now = Timestamp::now();
    if args.expires_at.is_some_and(|at| at <= now) {
        return Err(format!("--expires-at must be ahead; it is {now} now").into());
    }
    let domain = Domain::parse(&args.domain)?;
    let access_token = read_access_token(&args.access_token_file)?;
    let token = mint(
        &keyring,
        &MintRequest {
            account_id: &new_id(),
            server_id: &new_id(),
            generation: 1,
            domain: &domain,
            access_token: &access_token,
            credentials_version: 1,
            config: &config,
            issued_at: now,
            expires_at: args.expires_at,
        },
    )?;
    say!("{}/mcp/{}", args.public_url.trim_end_matches('/'), token.expose())?;
    Ok(())
}
