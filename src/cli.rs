//! The command line: one file per command; this one parses, dispatches and turns an error into
//! words and an exit code. Every option is also an environment variable and a key of
//! `egnyte-mcp.toml`.

mod account;
mod api_token;
mod demo;
mod docs;
mod file;
mod mint;
mod options;
mod output;
mod sandbox;
mod serve;
mod server;
mod tools;

use std::process::ExitCode;

use clap::{CommandFactory, FromArgMatches, Parser, Subcommand};

/// What a command can fail with: any error, told in its own words.
type Failure = Box<dyn std::error::Error + Send + Sync>;
/// The end of a command.
type Outcome = Result<(), Failure>;

/// A self-hosted MCP server for Egnyte: connect an account, mint a URL, paste it into any AI client.
#[derive(Debug, Parser)]
#[command(name = "egnyte-mcp", version, max_term_width = 100)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Run the service
    Serve(serve::Args),
    /// Run everything in one process, on made-up data: a sandbox, the service, two minted URLs
    Demo(demo::Args),
    /// Run only the stand-in Egnyte domain
    Sandbox(sandbox::Args),
    /// Mint a URL offline, with nothing but the key ring
    Mint(mint::Args),
    /// Print the tools, filtered, without a server
    Tools(tools::Args),
    /// Begin, check and try tool docs
    #[command(subcommand)]
    Docs(docs::Command),
    /// Make, list and revoke API tokens
    #[command(subcommand)]
    ApiToken(api_token::Command),
    /// List and remove connected accounts
    #[command(subcommand)]
    Account(account::Command),
    /// List and revoke minted MCP servers
    #[command(subcommand)]
    Server(server::Command),
}

/// Runs the program with the process's arguments.
pub fn main() -> ExitCode {
    let command = match parse() {
        Ok(command) => command,
        Err(error) => return fail(&*error),
    };
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return fail(&error),
    };
    match runtime.block_on(run(command)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) if error.is::<output::Closed>() => ExitCode::SUCCESS,
        Err(error) => fail(&*error),
    }
}

fn parse() -> Result<Command, Failure> {
    let command = file::defaults_from_file(Cli::command())?;
    let matches = command.get_matches();
    Ok(Cli::from_arg_matches(&matches).unwrap_or_else(|error| error.exit()).command)
}

async fn run(command: Command) -> Outcome {
    match command {
        Command::Serve(args) => serve::run(args).await,
        Command::Demo(args) => demo::run(args).await,
        Command::Sandbox(args) => sandbox::run(args).await,
        Command::Mint(args) => mint::run(&args),
        Command::Tools(args) => tools::run(&args),
        Command::Docs(command) => docs::run(command).await,
        Command::ApiToken(command) => api_token::run(command).await,
        Command::Account(command) => account::run(command).await,
        Command::Server(command) => server::run(command).await,
    }
}

/// Prints an error with its causes.
fn fail(error: &dyn std::error::Error) -> ExitCode {
    output::aside(format_args!("egnyte-mcp: {error}"));
    let mut cause = error.source();
    while let Some(error) = cause {
        output::aside(format_args!("  because: {error}"));
        cause = error.source();
    }
    ExitCode::FAILURE
}
