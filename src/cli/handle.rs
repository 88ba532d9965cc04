//! `countersign handle`: the agent loop without a screen.

use std::process::ExitCode;
use std::sync::Arc;

use clap::Args;
use tokio::sync::mpsc;

use crate::agent::driver::{Afterwards, Notice};
use crate::agent::step::Ending;
use crate::app::{self, Fill};
use crate::cli::Setting;
use crate::desk::Desk;
use crate::domain::ids::TicketId;
use crate::domain::ticket::Tone;
use crate::mcp::client::Era;
use crate::mcp::server::DeskServer;
use crate::random;
use crate::tools::Run;

#[derive(Args)]
pub(crate) struct HandleArgs {
    /// The ticket, like T-1042.
    ticket: TicketId,
    /// polite, concise, warm or formal.
    #[arg(long)]
    tone: Option<Tone>,
    /// Prints each step as a line of JSON.
    #[arg(long)]
    json: bool,
    /// Waits for a person to decide on what was proposed, and tells the assistant.
    #[arg(long)]
    wait: bool,
}

pub(crate) async fn run(setting: &Setting, args: HandleArgs) -> color_eyre::Result<ExitCode> {
    let config = &setting.effective.config;
    let store = setting.open(Fill::Sample).await?;
    let (person, name) = app::sign_on(store.as_ref(), config).await?;
    let run = Run::new(random::run_id());
    let models = setting.models(&store)?;
    let desk = Desk::new(Arc::clone(&store), config.policy.clone()).with_assistant(models.assistant());
    let desk = Arc::new(desk);
    let server = DeskServer::new(desk, app::assistant_of(&person), name, run.id.clone());
    let patience = std::time::Duration::from_secs(config.mcp.timeout_seconds);
    let backend = Arc::new(app::connect(server, Era::Auto, patience).await?);
    let afterwards = if args.wait { Afterwards::Wait(store.changes()) } else { Afterwards::Leave };
    let tone = args.tone.unwrap_or(config.assistant.tone);
    let task = app::task(config, store.as_ref(), args.ticket, tone).await?;

    let (notices, mut inbox) = mpsc::unbounded_channel();
    let cancel = run.cancel.clone();
    tokio::spawn(async move {
        if tokio::signal::ctrl_c().await.is_ok() {
            cancel.cancel();
        }
    });
    let driver = app::driver(config, &models, backend);
    let work = tokio::spawn(async move { driver.handle(&run, task, afterwards, &notices).await });
    while let Some(notice) = inbox.recv().await {
        // What is being written is told again when it is written.
        if !matches!(notice, Notice::Writing { .. }) {
            print(&notice, args.json);
        }
    }
    let ending = work.await?;
    store.flush().await?;
    Ok(if matches!(ending, Ending::Done(_)) { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn print(notice: &Notice, json: bool) {
    if json {
        println!("{}", serde_json::json!(notice));
    } else if let Some(line) = notice.in_words() {
        println!("{line}");
    }
}
