//! `docs try`: one call of one tool, as a model would make it. Without a domain it goes to a
//! stand-in Egnyte in this process, so that nothing can be harmed.

use std::path::PathBuf;
use std::sync::Arc;

use serde_json::{Map, Value};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use crate::account::Health;
use crate::catalog::{ServerConfig, Tool};
use crate::cli::options::read_access_token;
use crate::cli::output::{self, say};
use crate::cli::{Failure, Outcome};
use crate::clock::Clock;
use crate::crypto::{Keyring, Secret};
use crate::egnyte::{Client, ClientLimits, Domain, EgnyteUrl, Upstream};
use crate::invoke::{Caller, Cursors, Invoker};
use crate::sandbox::{self, Sandbox};
use crate::server::documents;

/// Options of `docs try`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The tool's name
    tool: String,
    /// An argument, such as id=1001; repeat it for each. Values are read by the schema's type
    #[arg(long = "arg", value_name = "NAME=VALUE")]
    arguments: Vec<String>,
    /// Folder of tool docs that add to and override the built-in ones
    #[arg(long, env = "EGNYTE_MCP_TOOL_DOCS", value_name = "DIR")]
    tool_docs: Option<PathBuf>,
    /// A real Egnyte domain, such as `acme`, instead of the stand-in
    #[arg(long, requires = "access_token_file")]
    domain: Option<String>,
    /// A file with the access token for --domain; `-` reads standard input
    #[arg(long, value_name = "FILE", requires = "domain")]
    access_token_file: Option<PathBuf>,
}

pub async fn run(args: &Args) -> Outcome {
    let keyring = Keyring::generate()?;
    let catalog = documents::load(args.tool_docs.as_deref(), &keyring)?;
    let view = catalog.view(&ServerConfig::default());
    let Some(tool) = view.find(&args.tool) else {
        let near = view.nearest(&args.tool);
        let hint = near.map_or_else(String::new, |name| format!(", did you mean `{name}`?"));
        return Err(format!("there is no tool `{}`{hint}", args.tool).into());
    };
    let arguments = arguments(tool, &args.arguments)?.to_string();
    let target = Target::open(args).await?;
    let clock = Clock::system();
    let invoker = Invoker::new(
        Client::new(ClientLimits::default())?,
        Cursors::new(Arc::new(keyring)),
        Health::new(None, clock.clone()),
        clock,
    );
    let caller = Caller {
        account_id: "try",
        credentials_version: 1,
        marked_refused: false,
        upstream: &target.upstream,
        holder: None,
    };
    let outcome = invoker.call(tool, Some(&arguments), caller).await;
    target.report();
    match outcome.result {
        Ok(json) => {
            let value: Value = serde_json::from_str(&json)?;
            say!("{}", serde_json::to_string_pretty(&value)?)?;
            Ok(())
        }
        Err(failure) => Err(failure.text().into()),
    }
}

/// The arguments as JSON: what the schema calls a string is taken as it stands.
fn arguments(tool: &Tool, given: &[String]) -> Result<Value, Failure> {
    let mut arguments = Map::new();
    for pair in given {
        let (name, text) = pair
            .split_once('=')
            .ok_or_else(|| format!("--arg `{pair}` is not NAME=VALUE, such as --arg id=1001"))?;
        let schema = tool.argument_schema(name);
        let is_text = schema.is_none_or(|schema| schema.get("type") == Some(&"string".into()));
        let value = match serde_json::from_str(text) {
            Ok(value) if !is_text => value,
            _ => Value::from(text),
        };
        arguments.insert(name.to_owned(), value);
    }
    Ok(Value::Object(arguments))
}

/// What is called.
struct Target {
    upstream: Upstream,
    sandbox: Option<Sandbox>,
    /// Ends the sandbox when this is dropped.
    _stop: Option<tokio_util::sync::DropGuard>,
}

impl Target {
    async fn open(args: &Args) -> Result<Self, Failure> {
        let broken = "the access token cannot stand in a header";
        if let (Some(domain), Some(file)) = (&args.domain, &args.access_token_file) {
            let (domain, token) = (Domain::parse(domain)?, read_access_token(file)?);
            let upstream = Upstream::new(&EgnyteUrl::default(), &domain, &token).ok_or(broken)?;
            return Ok(Self { upstream, sandbox: None, _stop: None });
        }
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let url = EgnyteUrl::parse(&format!("http://{}", listener.local_addr()?))?;
        let (sandbox, stop) = (Sandbox::new(), CancellationToken::new());
        tokio::spawn(sandbox::serve(listener, sandbox.clone(), stop.clone().cancelled_owned()));
        let token = Secret::from(Sandbox::ACCESS_TOKEN);
        let upstream = Upstream::new(&url, &Domain::parse("sandbox")?, &token).ok_or(broken)?;
        Ok(Self { upstream, sandbox: Some(sandbox), _stop: Some(stop.drop_guard()) })
    }

    /// Shows what the stand-in received.
    fn report(&self) {
        let Some(sandbox) = &self.sandbox else { return };
        let log = sandbox.requests();
        for request in log.get("requests").and_then(Value::as_array).into_iter().flatten() {
            let text = |key: &str| request.get(key).and_then(Value::as_str).unwrap_or_default();
            let status = request.get("status").unwrap_or(&Value::Null);
            let line = [text("method"), text("target"), text("body")].join(" ");
            output::aside(format_args!("{} → {status}", line.trim_end()));
        }
    }
}
