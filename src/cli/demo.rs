//! `demo`: the whole thing on made-up data, in one process with a throw-away data folder. It is
//! the first client of its own admin API, so what it shows is what an operator's script would do.

use std::net::SocketAddr;

use serde::Serialize;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use super::output::say;
use super::{Failure, Outcome};
use crate::crypto::{Secret, digest};
use crate::egnyte::{ClientLimits, EgnyteUrl};
use crate::sandbox::{self, Sandbox};
use crate::server::{App, Database, Settings, listen};
use crate::telemetry::{self, LogFormat};

/// Options of `demo`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Address and port to listen on; port 0 takes a free one
    #[arg(long, env = "EGNYTE_MCP_LISTEN", default_value = "127.0.0.1:8080")]
    listen: SocketAddr,
    /// Print one line of JSON instead of words
    #[arg(long)]
    json: bool,
    /// What is logged, as in RUST_LOG
    #[arg(long, env = "EGNYTE_MCP_LOG", default_value = "warn", value_name = "FILTER")]
    log: String,
}

/// What the demo prints. Names are part of the contract.
#[derive(Debug, Serialize)]
struct Ready {
    base_url: String,
    dashboard_url: String,
    api_token: String,
    integrated_account_id: String,
    sandbox_url: String,
    mcp: Minted,
    mcp_read_only: Minted,
}

#[derive(Debug, Serialize)]
struct Minted {
    id: String,
    url: String,
    sse_url: String,
}

pub async fn run(args: Args) -> Outcome {
    telemetry::start(LogFormat::Text, &args.log);
    let stop = CancellationToken::new();

    let sandbox_listener = TcpListener::bind("127.0.0.1:0").await?;
    let sandbox_url = format!("http://{}", sandbox_listener.local_addr()?);
    let sandbox_stop = stop.clone().cancelled_owned();
    let sandbox = tokio::spawn(sandbox::serve(sandbox_listener, Sandbox::new(), sandbox_stop));

    let listener = TcpListener::bind(args.listen).await.map_err(|error| {
        format!("cannot listen on {}: {error}. Choose another with --listen", args.listen)
    })?;
    let base_url = format!("http://{}", listener.local_addr()?);
    let data = tempfile::Builder::new().prefix("egnyte-mcp-demo-").tempdir()?;
    let api_token = digest::random_secret("egk_")?;
    let app = App::build(Settings {
        data_dir: data.path().to_owned(),
        database: Database::DataDir,
        keyring: None,
        public_url: base_url.clone(),
        allowed_hosts: Vec::new(),
        allowed_origins: Vec::new(),
        egnyte_url: EgnyteUrl::parse(&sandbox_url)?,
        tool_docs: None,
        api_token: Some(api_token.clone()),
        limits: ClientLimits::default(),
    })
    .await?;
    let service = tokio::spawn({
        let stop = stop.clone();
        async move { app.serve(listener, stop.cancelled_owned()).await }
    });

    let ready = connect(base_url, sandbox_url, &api_token).await?;
    if args.json {
        say!("{}", serde_json::to_string(&ready)?)?;
    } else {
        say!("{}", guide(&ready).trim_end())?;
    }

    listen::stop_signal().await;
    stop.cancel();
    drop(tokio::join!(service, sandbox));
    Ok(())
}

/// Connects the sandbox and mints two URLs, over HTTP like anybody else.
async fn connect(
    base_url: String,
    sandbox_url: String,
    api_token: &Secret,
) -> Result<Ready, Failure> {
    let client = reqwest::Client::builder().no_proxy().build()?;
    let post = async |path: String, body: Value| -> Result<Value, Failure> {
        let request = client.post(format!("{base_url}{path}")).bearer_auth(api_token.expose());
        let response = request.json(&body).send().await?;
        Ok(response.error_for_status()?.json().await?)
    };
    let text = |value: &Value, key: &str| -> String {
        value.get(key).and_then(Value::as_str).unwrap_or_default().to_owned()
    };
    let account = json!({
        "name": "Demo",
        "domain": "demo",
        "access_token": Sandbox::ACCESS_TOKEN,
    });
    let account = post("/integrated-account".to_owned(), account).await?;
    let account_id = text(&account, "id");
    let mint = async |name: &str, config: Value| -> Result<Minted, Failure> {
        let body = json!({ "name": name, "config": config });
        let server = post(format!("/integrated-account/{account_id}/mcp"), body).await?;
        Ok(Minted {
            id: text(&server, "id"),
            url: text(&server, "url"),
            sse_url: text(&server, "sse_url"),
        })
    };
    Ok(Ready {
        mcp: mint("Demo", json!({})).await?,
        mcp_read_only: mint("Demo, read only", json!({ "methods": ["read"] })).await?,
        dashboard_url: format!("{base_url}/"),
        api_token: api_token.expose().to_owned(),
        integrated_account_id: account_id.clone(),
        sandbox_url,
        base_url,
    })
}

/// What a person needs next.
fn guide(ready: &Ready) -> String {
    let claude_desktop = json!({
        "mcpServers": {
            "egnyte": {
                "command": "npx",
                "args": ["-y", "mcp-remote", ready.mcp.sse_url, "--transport", "sse-only", "--allow-http"],
            }
        }
    });
    let claude_desktop = serde_json::to_string_pretty(&claude_desktop).unwrap_or_default();
    format!(
        "egnyte-mcp is running on made-up data. Stop it with Ctrl-C; nothing is kept.

  Read and write  {url}
  Read only       {read_only}

Claude Code
  claude mcp add --transport http egnyte '{url}'

Claude Desktop (claude_desktop_config.json)
{claude_desktop}

ChatGPT: Settings > Apps > Advanced settings > Developer mode, then add the URL as a server with
no authentication. ChatGPT must reach it: put this service behind a public https address.

curl
  curl -s '{url}' -H 'content-type: application/json' \\
    -d '{{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/call\",\"params\":{{\"name\":\"list_all_egnyte_users\",\"arguments\":{{\"email\":\"jane.smith@external.com\"}}}}}}'

Administration
  Overview        {dashboard}
  API token       {api_token}
  Account         {account}
  Sandbox         {sandbox}/_sandbox
",
        url = ready.mcp.url,
        read_only = ready.mcp_read_only.url,
        dashboard = ready.dashboard_url,
        api_token = ready.api_token,
        account = ready.integrated_account_id,
        sandbox = ready.sandbox_url,
    )
}
