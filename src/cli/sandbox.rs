//! `sandbox`: only the stand-in Egnyte domain.

use std::net::SocketAddr;

use tokio::net::TcpListener;

use super::Outcome;
use super::output::say;
use crate::sandbox::{Sandbox, serve};
use crate::server::listen;

/// Options of `sandbox`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Address and port to listen on; port 0 takes a free one
    #[arg(long, env = "EGNYTE_MCP_LISTEN", default_value = "127.0.0.1:9090")]
    listen: SocketAddr,
}

pub async fn run(args: Args) -> Outcome {
    let listener = TcpListener::bind(args.listen)
        .await
        .map_err(|error| format!("cannot listen on {}: {error}", args.listen))?;
    let address = listener.local_addr()?;
    say!("A stand-in Egnyte domain is at http://{address}")?;
    say!("Access token: {}", Sandbox::ACCESS_TOKEN)?;
    say!("Its switches: http://{address}/_sandbox")?;
    serve(listener, Sandbox::new(), listen::stop_signal()).await?;
    Ok(())
}
