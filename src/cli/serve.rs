//! `countersign serve`: the desk for everybody who has a token.

use std::io::Write as _;
use std::process::ExitCode;

use clap::Args;
use tokio::signal::unix::{SignalKind, signal};

use crate::app::Fill;
use crate::app::serve::Service;
use crate::cli::Setting;
use crate::domain::text;

#[derive(Args)]
pub(crate) struct ServeArgs {
    /// Listens here instead of on the configured address.
    #[arg(long, value_name = "ADDRESS:PORT")]
    listen: Option<String>,
    /// Takes requests that are addressed to this name, too.
    #[arg(long = "allowed-host", value_name = "NAME")]
    allowed_hosts: Vec<String>,
    /// Leaves a new desk empty: no sample tickets.
    #[arg(long)]
    empty: bool,
    /// Looks whether everything is there, serves nothing: 0 when it could start.
    #[arg(long)]
    check: bool,
}

pub(crate) async fn run(setting: &Setting, args: ServeArgs) -> color_eyre::Result<ExitCode> {
    let mut config = setting.effective.config.clone();
    config.serve.allowed_hosts.extend(args.allowed_hosts);
    if let Some(listen) = args.listen {
        config.serve.listen = listen;
    }
    let store = setting.open(if args.empty { Fill::Nothing } else { Fill::Sample }).await?;
    let models = setting.models(&store)?;
    let service = Service::prepare(store, &config, &models).await?;
    if args.check {
        if let Some(keys) = service.look_at_issuer().await? {
            println!("{keys}");
        }
        println!("everything is there: {} could be served", service.address()?);
        return Ok(ExitCode::SUCCESS);
    }
    let stop = service.stop();
    // Heard from before anybody is told that the service is there.
    let (mut term, mut int) = (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
    tokio::spawn(async move {
        tokio::select! {
            _ = term.recv() => {}
            _ = int.recv() => {}
        }
        stop.cancel();
    });
    welcome(setting, &service)?;
    tracing::info!(address = %service.address()?, "the service is there");
    service.run().await;
    tracing::info!("the service has ended");
    Ok(ExitCode::SUCCESS)
}

/// What a person needs who has just started it: where it is, and how a terminal and a bot get in.
fn welcome(setting: &Setting, service: &Service) -> color_eyre::Result<()> {
    let at = format!("{}://{}", service.scheme(), service.address()?);
    let places = &setting.places;
    let desk = text::line(&places.desk.to_string_lossy()).into_owned();
    // The commands below are for this very desk.
    let this = match &places.database {
        Some(_) => format!(" --database {desk}"),
        None if places.is_usual() => String::new(),
        None => format!(" --desk {desk}"),
    };
    if service.scheme() == "http" && !service.address()?.ip().is_loopback() {
        let _ = writeln!(
            std::io::stderr(),
            "countersign: tokens and customers' words go over the network in clear: set [serve.tls], or put a proxy that \
             does in front and listen on 127.0.0.1"
        );
    }
    // Nobody may be reading: that is no reason not to serve.
    let _ = writeln!(
        std::io::stdout(),
        "countersign serves {desk} on {at}

A terminal, with a token of its own:
  countersign{this} token create --role agent --name NAME --file NAME.token
  countersign --connect {at} --token-file NAME.token

Another program; it reads and proposes, and a person at a terminal decides:
  countersign{this} token create --role bot --name BOT --file BOT.token
  MCP at {at}/mcp and the API at {at}/docs, with the header  Authorization: Bearer TOKEN

Ctrl-C stops it: what was accepted is finished first."
    );
    Ok(())
}
