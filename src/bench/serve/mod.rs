//! `countersign bench serve`: the service as it is shipped, by callers on the same machine.
//!
//! The real program is started on a free port, over a desk that is made for it, with tokens, its log and its metrics.
//! Callers keep a connection each, ask, wait, and ask again; what they take of the processors is told apart.

mod calls;
mod ground;
mod load;
mod report;
mod server;
mod trouble;
mod wire;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use color_eyre::eyre::ensure;

use crate::bench::serve::calls::{Kind, Target};
pub use crate::bench::serve::load::Row;
use crate::bench::serve::load::load;
pub use crate::bench::serve::report::Report;
use crate::bench::serve::server::Ground;
use crate::bench::{Figure, build};
use crate::domain::database::DatabaseUrl;

/// What is measured.
#[derive(Clone, Debug)]
pub struct Options {
    /// Tickets of the desk.
    pub tickets: u32,
    /// How long and with how many.
    pub effort: Effort,
    /// The program: this one, unless a test says otherwise.
    pub program: PathBuf,
    /// A database that is empty, in place of a file.
    pub database: Option<DatabaseUrl>,
}

/// How long and with how many.
#[derive(Clone, Debug)]
pub struct Effort {
    /// Callers at a time.
    callers: &'static [u32],
    /// Until it counts.
    warm: Duration,
    /// As long as it counts.
    run: Duration,
    /// Articles of the desk.
    articles: u32,
    /// Sessions that are abandoned.
    sessions: u32,
    /// Starts of the server.
    starts: usize,
}

impl Effort {
    /// For figures that mean something: some three minutes.
    pub const FULL: Self = Self {
        callers: &[1, 50, 200, 500],
        warm: Duration::from_secs(1),
        run: Duration::from_secs(4),
        articles: 200,
        sessions: 1_000,
        starts: 5,
    };
    /// For a look at whether it all works.
    pub const QUICK: Self = Self {
        callers: &[1, 20],
        warm: Duration::from_millis(50),
        run: Duration::from_millis(300),
        articles: 10,
        sessions: 50,
        starts: 1,
    };
}

const KINDS: [Kind; 7] =
    [Kind::Plain, Kind::Stateless, Kind::Session, Kind::Propose, Kind::Change, Kind::AskedBefore, Kind::NewQuestion];
/// More callers with new questions than this only wait for the model of meanings, one behind the other.
const MOST_WITH_NEW_QUESTIONS: u32 = 50;

/// Measures in `dir`, over a desk made there.
///
/// # Errors
/// When the desk cannot be made, the server does not start, or it does not know its own tokens.
pub async fn run(dir: &Path, options: &Options) -> color_eyre::Result<Report> {
    ensure!(cfg!(target_os = "linux"), "memory and processor time are read from /proc, which is Linux's");
    let Options { tickets, effort, program, database } = options;
    let desk = ground::make(dir, database.as_ref(), *tickets, effort.articles).await?;
    let ground = Ground { program: program.clone(), dir: dir.to_owned(), desk };
    let target = Target {
        address: String::new(),
        person: ground.token("agent", "caller").await?,
        bot: ground.token("bot", "caller-bot").await?,
        tickets: u64::from(*tickets),
        asked: Arc::default(),
    };
    let mut figures = vec![trouble::start(&ground, &target, effort).await?];
    let server = ground.serve("").await?;
    let target = Target { address: server.address.clone(), ..target };
    let mut rows = Vec::new();
    // By kind: the model of meanings is in memory from the first question on.
    for kind in KINDS {
        for callers in effort.callers {
            if kind != Kind::NewQuestion || *callers <= MOST_WITH_NEW_QUESTIONS {
                rows.push(load(&target, server.pid, kind, *callers, effort).await?);
            }
        }
    }
    figures.extend(beside_the_plain_route(&rows));
    figures.extend(at_their_most(&rows));
    figures.extend(trouble::locked(&ground, &server, &target, effort).await?);
    server.stop().await?;
    figures.extend(trouble::silent_model(&ground, &target, effort).await?);
    figures.push(trouble::abandoned(&ground, &target, effort).await?);
    let place = if database.is_some() { ", over a database" } else { "" };
    Ok(Report { build: format!("{}{place}", build()), rows, figures })
}

/// What a read over MCP takes, measured against the plain route with as many callers.
fn beside_the_plain_route(rows: &[Row]) -> Vec<Figure> {
    let plain = rows.iter().filter(|row| row.what == Kind::Plain.title());
    let mut figures = Vec::new();
    for plain in plain {
        for kind in [Kind::Stateless, Kind::Session] {
            let Some(row) = rows.iter().find(|row| row.what == kind.title() && row.callers == plain.callers) else {
                continue;
            };
            let what = |of: &str| format!("{} / plain, {} callers: {of}", kind.title(), plain.callers);
            figures.push(at_most(what("CPU"), row.cpu / plain.cpu.max(f64::MIN_POSITIVE), "times", 4.0));
            let time = row.p50 / plain.p50.max(f64::MIN_POSITIVE);
            figures.push(Figure { goal: 0.0, met: true, ..at_most(what("time"), time, "times", 0.0) });
        }
    }
    figures
}

/// What must hold with the most callers.
fn at_their_most(rows: &[Row]) -> Vec<Figure> {
    let most = rows.iter().map(|row| row.callers).max().unwrap_or_default();
    let reads: Vec<_> = KINDS.into_iter().filter(|kind| kind.is_plain_read()).map(Kind::title).collect();
    let errors: usize = rows.iter().map(|row| row.errors).sum();
    let errors = u32::try_from(errors).map_or(f64::MAX, f64::from);
    let mut figures = vec![at_most("errors in all rows", errors, "", 0.0)];
    for row in rows.iter().filter(|row| row.callers == most) {
        figures.push(at_most(format!("{}, {most} callers: p99", row.what), row.p99, "ms", 150.0));
    }
    let of_reads = rows.iter().filter(|row| row.callers == most && reads[..3].contains(&row.what));
    let resident = of_reads.map(|row| row.resident).fold(0.0, f64::max);
    figures.push(at_most(format!("resident memory with {most} callers who read tickets"), resident, "MB", 90.0));
    let resident = rows.iter().map(|row| row.resident).fold(0.0, f64::max);
    figures.push(at_most("resident memory at its most, the model of meanings loaded", resident, "MB", 0.0));
    figures
}

/// A figure that should be at most `goal`; 0 in a unit for none.
fn at_most(what: impl Into<String>, value: f64, unit: &'static str, goal: f64) -> Figure {
    let has_no_goal = goal == 0.0 && !unit.is_empty();
    Figure { what: what.into(), median: value, p95: value, unit, goal, met: has_no_goal || value <= goal }
}
