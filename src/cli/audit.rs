//! `countersign audit`: the tool-call log for supervisors.

use std::process::ExitCode;

use clap::{Args, Subcommand};
use jiff::tz::TimeZone;
use serde_json::json;

use crate::app::Fill;
use crate::cli::Setting;
use crate::domain::audit::chain::Head;
use crate::domain::audit::figures::{Decided, Figures, ToolFigures};
use crate::domain::audit::query::LogQuery;
use crate::domain::audit::thumbs::Thumbs;
use crate::domain::audit::{Action, Record, table};
use crate::domain::erasure;
use crate::domain::text;
use crate::store::Store;
use crate::tui;
use crate::tui::events::LogDetail;

#[derive(Subcommand)]
pub(crate) enum AuditCommand {
    /// Walks the whole chain and its checkpoints; names the first bad record.
    Verify {
        /// Also checks that this head, noted earlier, is part of the log.
        #[arg(long, value_name = "SIZE:HASH")]
        expect_head: Option<Head>,
    },
    /// Prints the newest records.
    Show {
        /// How many.
        #[arg(long, default_value_t = 50)]
        limit: u32,
        #[command(flatten)]
        which: Which,
    },
    /// Latency and errors by tool, and what people decided.
    Figures {
        #[command(flatten)]
        which: Which,
        /// Prints JSON.
        #[arg(long)]
        json: bool,
    },
    /// Plays a run on the screen, step by step, as the approver saw it; nothing can be written.
    Replay {
        /// The run, as the log names it.
        run: String,
    },
    /// Prints every record, oldest first.
    Export {
        #[command(flatten)]
        which: Which,
        /// As lines of JSON, with what was said.
        #[arg(long, required_unless_present = "csv")]
        json: bool,
        /// As comma-separated values, without what was said.
        #[arg(long, conflicts_with = "json")]
        csv: bool,
    },
}

/// Which records.
#[derive(Args)]
pub(crate) struct Which {
    /// `ticket:T-1 tool:send_reply who:maya what:denied run:r-1 since:2h until:2026-11-23`, and words.
    #[arg(value_name = "FILTER")]
    filter: Vec<String>,
}

impl Which {
    fn query(&self) -> color_eyre::Result<LogQuery> {
        Ok(LogQuery::parse(&self.filter.join(" "), &crate::clock::now().to_zoned(TimeZone::UTC))?)
    }
}

pub(crate) async fn run(setting: &Setting, command: AuditCommand) -> color_eyre::Result<ExitCode> {
    let store = setting.open(Fill::Sample).await?;
    match command {
        AuditCommand::Verify { expect_head } => verify(store.as_ref(), expect_head).await,
        AuditCommand::Show { limit, which } => show(store.as_ref(), &which.query()?, limit).await,
        AuditCommand::Figures { which, json } => figures(store.as_ref(), &which.query()?, json).await,
        AuditCommand::Replay { run } => replay(setting, store.as_ref(), run).await,
        AuditCommand::Export { which, json: _, csv } => export(store.as_ref(), &which.query()?, csv).await,
    }
}

async fn replay(setting: &Setting, store: &dyn Store, run: String) -> color_eyre::Result<ExitCode> {
    let query = LogQuery { run: Some(run.clone()), ..LogQuery::default() };
    let mut steps = Vec::new();
    for record in store.find_log(&query, None, u32::MAX).await?.into_iter().rev() {
        let body = store.log_body(record.seq).await?;
        steps.push(LogDetail { record, body });
    }
    if steps.is_empty() {
        eprintln!("countersign: the log has no run {:?}; `countersign audit show` lists them", text::line(&run));
        return Ok(ExitCode::FAILURE);
    }
    let (config, state) = (&setting.effective.config, &setting.places.state);
    tui::start::replay(run, steps, config, setting.manner.clone(), state).await
}

async fn verify(store: &dyn Store, expect: Option<Head>) -> color_eyre::Result<ExitCode> {
    match store.verify(expect).await? {
        Ok(head) => {
            println!("verified: {} records", head.size);
            if let Some(line) = erased(store).await? {
                println!("{line}");
            }
            println!("head      {head}");
            Ok(ExitCode::SUCCESS)
        }
        Err(broken) => {
            println!("NOT verified: {}", text::line(&broken.to_string()));
            Ok(ExitCode::FAILURE)
        }
    }
}

/// How much was erased, by which orders; nothing where nothing was.
async fn erased(store: &dyn Store) -> color_eyre::Result<Option<String>> {
    let query = LogQuery { what: Some(Action::Erased.to_string()), ..LogQuery::default() };
    let (mut bodies, mut orders) = (0, Vec::new());
    for order in store.find_log(&query, None, u32::MAX).await?.iter().rev() {
        let body = store.log_body(order.seq).await?.unwrap_or_default();
        bodies += erasure::named(&body.result.value()).iter().map(|(from, to)| to + 1 - from).sum::<u64>();
        orders.push(order.seq.to_string());
    }
    let by = if orders.len() == 1 { "order" } else { "orders" };
    let line = format!("erased:   what was said in {bodies} of them, by {by} {}; the chain holds", orders.join(", "));
    Ok(Some(line).filter(|_| !orders.is_empty()))
}

async fn show(store: &dyn Store, query: &LogQuery, limit: u32) -> color_eyre::Result<ExitCode> {
    println!(
        "{:>7} {:<19} {:<11} {:<9} {:<17} {:<12} {:<11} {:<16} {:>8}",
        "seq", "time", "run", "ticket", "tool", "who", "action", "outcome", "ms"
    );
    for record in store.find_log(query, None, limit).await?.iter().rev() {
        println!("{}", text::line(&row(record)));
    }
    Ok(ExitCode::SUCCESS)
}

fn row(r: &Record) -> String {
    let ticket = r.ticket.as_deref().unwrap_or("");
    let time = r.at.strftime("%Y-%m-%d %H:%M:%S");
    let (whole, part) = (r.micros / 1000, r.micros % 1000 / 100);
    format!(
        "{:>7} {time} {:<11} {ticket:<9} {:<17} {:<12} {:<11} {:<16} {whole:>6}.{part}",
        r.seq, r.run, r.tool, r.actor, r.action, r.outcome
    )
}

async fn figures(store: &dyn Store, query: &LogQuery, json: bool) -> color_eyre::Result<ExitCode> {
    let figures = Figures::of(&store.log_marks(query).await?);
    if json {
        println!("{}", serde_json::to_string_pretty(&figures)?);
        return Ok(ExitCode::SUCCESS);
    }
    println!("{} records\n", figures.records);
    println!("{:<18} {:>8} {:>7} {:>10} {:>10} {:>10}", "tool", "calls", "errors", "p50 ms", "p95 ms", "p99 ms");
    for ToolFigures { tool, calls, errors, p50, p95, p99 } in &figures.tools {
        let [p50, p95, p99] = [p50, p95, p99].map(|micros| format!("{}.{}", micros / 1000, micros % 1000 / 100));
        println!("{:<18} {calls:>8} {errors:>7} {p50:>10} {p95:>10} {p99:>10}", text::short(tool, 18));
    }
    let number = |n: Option<u64>| n.map_or_else(|| "-".to_owned(), |n| n.to_string());
    for (title, rows) in [("person", &figures.people), ("about", &figures.proposals), ("tone", &figures.tones)] {
        let [approved, edited, denied] = ["approved", "edited", "denied"];
        println!("\n{title:<18} {approved:>8} {edited:>7} {denied:>10} {:>10} {:>7}", "seconds", "kept %");
        for Decided { name, approved, edited, denied, seconds, kept } in rows {
            let (seconds, kept) = (number(*seconds), number(*kept));
            println!("{:<18} {approved:>8} {edited:>7} {denied:>10} {seconds:>10} {kept:>7}", text::short(name, 18));
        }
    }
    if !figures.thumbs.is_empty() {
        println!("\n{:<40} {:>8} {:>7}", "thumbs", "good", "bad");
    }
    for Thumbs { of, name, good, bad } in &figures.thumbs {
        println!("{of:<5} {:<34} {good:>8} {bad:>7}", text::short(name, 34));
    }
    Ok(ExitCode::SUCCESS)
}

async fn export(store: &dyn Store, query: &LogQuery, csv: bool) -> color_eyre::Result<ExitCode> {
    let mut records = store.find_log(query, None, u32::MAX).await?;
    records.reverse();
    if csv {
        print!("{}", table::csv(&records)?);
        return Ok(ExitCode::SUCCESS);
    }
    for record in records {
        let body = store.log_body(record.seq).await?;
        println!("{}", json!({"record": record, "body": body}));
    }
    Ok(ExitCode::SUCCESS)
}
