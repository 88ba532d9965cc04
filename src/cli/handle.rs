//! `countersign handle`: the agent loop without a screen.

use std::fs::OpenOptions;
use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use clap::Args;
use color_eyre::eyre::WrapErr as _;
use tokio::sync::mpsc;

use crate::agent::driver::{Afterwards, Notice};
use crate::agent::step::Ending;
use crate::app::{self, Fill};
use crate::cli::Setting;
use crate::desk::Desk;
use crate::domain::ids::TicketId;
use crate::domain::ticket::Tone;
use crate::eval::agent::scenario::Scenario;
use crate::llm::scripted::Recorder;
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
    /// Keeps what the model said in a new file, as a scenario that `eval agent` replays. It holds what customers wrote.
    #[arg(long, value_name = "FILE")]
    record: Option<PathBuf>,
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
    let found = store.ticket(&args.ticket).await?;
    let task = app::task(config, args.ticket, found.as_ref(), tone);

    let (notices, mut inbox) = mpsc::unbounded_channel();
    let cancel = run.cancel.clone();
    tokio::spawn(async move {
        if tokio::signal::ctrl_c().await.is_ok() {
            cancel.cancel();
        }
    });
    let mut driver = app::driver(config, &models, backend);
    let recorder = Arc::new(Recorder::new(Arc::clone(&driver.provider)));
    driver.provider = Arc::clone(&recorder) as _;
    let mut scenario = Scenario { ticket: Some(task.ticket.clone()), tone: Some(tone), ..Scenario::default() };
    let work = tokio::spawn(async move { driver.handle(&run, task, afterwards, &notices).await });
    while let Some(notice) = inbox.recv().await {
        // What is being written is told again when it is written.
        if !matches!(notice, Notice::Writing { .. }) {
            print(&notice, args.json);
        }
    }
    let ending = work.await?;
    store.flush().await?;
    if let Some(file) = &args.record {
        scenario.about = format!("recorded by {}, {}", models.name(), crate::clock::now().strftime("%Y-%m-%d"));
        scenario.turns = recorder.turns();
        keep(&scenario, file)?;
    }
    Ok(if matches!(ending, Ending::Done(_)) { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Writes a new file that its owner alone reads.
fn keep(scenario: &Scenario, file: &Path) -> color_eyre::Result<()> {
    let text = toml::to_string(scenario)?;
    let made = OpenOptions::new().write(true).create_new(true).mode(0o600).open(file);
    let written = made.and_then(|mut made| made.write_all(text.as_bytes()));
    written.wrap_err_with(|| format!("cannot write {}", file.display()))
}

fn print(notice: &Notice, json: bool) {
    if json {
        println!("{}", serde_json::json!(notice));
    } else if let Some(line) = notice.in_words() {
        println!("{line}");
    }
}
