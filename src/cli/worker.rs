//! `countersign worker`: the assistant prepares tickets before a person opens them.

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use clap::Args;
use color_eyre::eyre::WrapErr as _;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use crate::app::{self, Fill};
use crate::cli::Setting;
use crate::desk::Desk;
use crate::domain::text;
use crate::domain::ticket::{Priority, Sort, Status, TicketQuery, Tone};
use crate::mcp::client::Era;
use crate::mcp::server::DeskServer;
use crate::random;
use crate::telemetry::metrics;
use crate::worker::{Done, Tally, Worker};

#[derive(Args)]
pub(crate) struct WorkerArgs {
    /// Only tickets of these states.
    #[arg(long, value_delimiter = ',', default_value = "new,open")]
    status: Vec<Status>,
    /// Only tickets of these priorities; all when left out.
    #[arg(long, value_delimiter = ',')]
    priority: Vec<Priority>,
    /// Only tickets of this assignee; `nobody` for unassigned ones.
    #[arg(long)]
    assignee: Option<String>,
    /// Only tickets with this tag.
    #[arg(long)]
    tag: Option<String>,
    /// polite, concise, warm or formal.
    #[arg(long)]
    tone: Option<Tone>,
    /// Prepares summaries and drafts only; files no proposals.
    #[arg(long)]
    no_proposals: bool,
    /// Ends when nothing is left to do.
    #[arg(long)]
    once: bool,
    /// The name that stands in the log.
    #[arg(long, default_value = "worker")]
    name: String,
    /// Seconds after which another worker may take over a ticket whose worker gives no sign of life.
    #[arg(long, default_value_t = 60, value_parser = clap::value_parser!(u64).range(3..))]
    lease_seconds: u64,
    /// Prints a line of JSON a ticket.
    #[arg(long)]
    json: bool,
    /// Keeps figures in this file, as Prometheus' text format (for the node exporter's textfile collector).
    #[arg(long, value_name = "FILE")]
    metrics: Option<PathBuf>,
}

pub(crate) async fn run(setting: &Setting, args: WorkerArgs) -> color_eyre::Result<ExitCode> {
    let stop = CancellationToken::new();
    stop_on_signals(&stop)?;
    let (json, metrics) = (args.json, args.metrics.clone());
    let worker = hire(setting, args).await?;
    let (tell, mut told) = mpsc::channel(64);
    let store = Arc::clone(&worker.store);
    let work = tokio::spawn(async move { worker.run(&stop, &tell).await });
    while let Some(done) = told.recv().await {
        println!("{}", if json { serde_json::to_string(&done)? } else { in_words(&done) });
        if let Some(file) = &metrics {
            write_metrics(file)?;
        }
    }
    let tally = work.await??;
    store.flush().await?;
    if let Some(file) = &metrics {
        write_metrics(file)?;
    }
    if !json {
        let Tally { tickets, prepared, proposals, failures, usage } = tally;
        println!(
            "{tickets} tickets, {prepared} texts by a model, {proposals} proposals, {failures} failures · {usage}"
        );
    }
    Ok(if tally.failures == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

async fn hire(setting: &Setting, args: WorkerArgs) -> color_eyre::Result<Worker> {
    let config = &setting.effective.config;
    let store = setting.open(Fill::Sample).await?;
    let models = setting.models(&store)?;
    for left_out in &models.left_out {
        eprintln!("countersign: {}", text::line(left_out));
    }
    let desk = Desk::new(Arc::clone(&store), config.policy.clone()).with_assistant(models.assistant());
    let bot = app::program(store.as_ref(), &args.name).await?;
    // Drafts are signed by the person of the configuration: the one who will send them.
    let (_, name) = app::sign_on(store.as_ref(), config).await?;
    let server = DeskServer::new(Arc::new(desk), bot, name, random::run_id());
    let patience = Duration::from_secs(config.mcp.timeout_seconds);
    let backend = Arc::new(app::connect(server, Era::Auto, patience).await?);
    let driver = app::driver(config, &models, Arc::clone(&backend) as _);
    let view = TicketQuery {
        status: args.status,
        priority: args.priority,
        assignee: args.assignee.map(|id| id.parse()).transpose()?,
        tag: args.tag,
        sort: Sort::Priority,
        ..TicketQuery::default()
    };
    Ok(Worker {
        store,
        backend,
        driver,
        view,
        tone: args.tone.unwrap_or(config.assistant.tone),
        resolve_confidence: config.policy.resolve_confidence,
        proposes: !args.no_proposals,
        has_model: models.any(),
        once: args.once,
        lease: Duration::from_secs(args.lease_seconds),
        holder: random::name::<8>("w"),
    })
}

/// The first signal gives back what is in hand and ends the work.
fn stop_on_signals(stop: &CancellationToken) -> std::io::Result<()> {
    for kind in [SignalKind::interrupt(), SignalKind::terminate()] {
        let (mut signals, stop) = (signal(kind)?, stop.clone());
        tokio::spawn(async move {
            signals.recv().await;
            stop.cancel();
        });
    }
    Ok(())
}

fn in_words(done: &Done) -> String {
    let Done { ticket, outcome, by, confidence, proposals, millis, .. } = done;
    let by = text::short(by, 40);
    format!("{ticket:<9} {outcome:<10} {confidence:.2}  {proposals} proposals  {millis:>7} ms  {by}")
}

/// The whole file or nothing: a collector may read it at any time.
fn write_metrics(file: &Path) -> color_eyre::Result<()> {
    let new = file.with_extension("new");
    let cannot = || format!("cannot write {}", file.display());
    std::fs::write(&new, metrics::render()).wrap_err_with(cannot)?;
    std::fs::rename(&new, file).wrap_err_with(cannot)
}
