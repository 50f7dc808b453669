//! `serve`: the service, until it is told to stop.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use tokio::net::TcpListener;

use super::Outcome;
use super::options::DataArgs;
use crate::crypto::Secret;
use crate::egnyte::{ClientLimits, EgnyteUrl};
use crate::server::{App, Settings, listen};
use crate::telemetry::{self, LogFormat};

/// Options of `serve`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Address and port to listen on; port 0 takes a free one
    #[arg(long, env = "EGNYTE_MCP_LISTEN", default_value = "127.0.0.1:8080")]
    listen: SocketAddr,
    #[command(flatten)]
    data: DataArgs,
    /// What minted URLs begin with, as clients reach this service [default: the listen address]
    #[arg(long, env = "EGNYTE_MCP_PUBLIC_URL", value_name = "URL")]
    public_url: Option<String>,
    /// Names this service answers to beside loopback and the public URL's; `*` for any
    #[arg(long, env = "EGNYTE_MCP_ALLOWED_HOSTS", value_delimiter = ',', value_name = "HOSTS")]
    allowed_hosts: Vec<String>,
    /// Origins of web pages that may call it, such as https://app.example.org; `*` for any
    #[arg(long, env = "EGNYTE_MCP_ALLOWED_ORIGINS", value_delimiter = ',', value_name = "ORIGINS")]
    allowed_origins: Vec<String>,
    /// Folder of tool docs that add to and override the built-in ones
    #[arg(long, env = "EGNYTE_MCP_TOOL_DOCS", value_name = "DIR")]
    tool_docs: Option<PathBuf>,
    /// Where Egnyte is; `{domain}` stands for an account's domain [default: https, the account's host]
    #[arg(long, env = "EGNYTE_MCP_EGNYTE_URL", value_name = "URL")]
    egnyte_url: Option<String>,
    /// How long Egnyte may take for one call, in seconds
    #[arg(long, env = "EGNYTE_MCP_EGNYTE_TIMEOUT", default_value_t = 40, value_name = "SECONDS",
          value_parser = clap::value_parser!(u64).range(1..=300))]
    egnyte_timeout: u64,
    /// An API token that is valid from the start; more can be made with `api-token create`
    #[arg(long, env = "EGNYTE_MCP_API_TOKEN", hide_env_values = true, value_name = "TOKEN")]
    api_token: Option<String>,
    /// How log lines look
    #[arg(long, env = "EGNYTE_MCP_LOG_FORMAT", value_enum, default_value_t)]
    log_format: LogFormat,
    /// What is logged, as in RUST_LOG
    #[arg(long, env = "EGNYTE_MCP_LOG", default_value = "info", value_name = "FILTER")]
    log: String,
}

/// Shorter API tokens could be guessed.
const MIN_API_TOKEN: usize = 16;

pub async fn run(args: Args) -> Outcome {
    telemetry::start(args.log_format, &args.log);
    let listener = TcpListener::bind(args.listen).await.map_err(|error| {
        format!("cannot listen on {}: {error}. Choose another with --listen", args.listen)
    })?;
    let address = listener.local_addr()?;
    let public_url = match args.public_url {
        Some(url) => check_public_url(url)?,
        None => default_public_url(address),
    };
    let api_token = args.api_token.map(Secret::from);
    if api_token.as_ref().is_some_and(|token| token.expose().len() < MIN_API_TOKEN) {
        return Err(format!("--api-token must have at least {MIN_API_TOKEN} characters").into());
    }
    let egnyte_url = args.egnyte_url.as_deref().map(EgnyteUrl::parse).transpose()?;
    let app = App::build(Settings {
        database: args.data.database(),
        keyring: args.data.keyring_text(),
        data_dir: args.data.data_dir,
        public_url: public_url.clone(),
        allowed_hosts: args.allowed_hosts,
        allowed_origins: args.allowed_origins,
        egnyte_url: egnyte_url.unwrap_or_default(),
        tool_docs: args.tool_docs,
        api_token,
        limits: ClientLimits {
            deadline: Duration::from_secs(args.egnyte_timeout),
            ..ClientLimits::default()
        },
    })
    .await?;
    tracing::info!(%address, public_url, "egnyte-mcp is ready");
    app.serve(listener, listen::stop_signal()).await;
    Ok(())
}

/// The listen address, or loopback when that is no address a client can use.
fn default_public_url(address: SocketAddr) -> String {
    if !address.ip().is_unspecified() {
        return format!("http://{address}");
    }
    let url = format!("http://127.0.0.1:{}", address.port());
    tracing::warn!(url, "minted URLs begin with this; set --public-url to what clients can reach");
    url
}

fn check_public_url(url: String) -> Result<String, super::Failure> {
    let parsed: http::Uri =
        url.parse().map_err(|error| format!("--public-url `{url}` is not a URL: {error}"))?;
    if !matches!(parsed.scheme_str(), Some("http" | "https")) || parsed.query().is_some() {
        return Err(format!("--public-url `{url}` must be http(s) and have no query").into());
    }
    Ok(url)
}
