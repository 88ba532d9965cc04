//! `countersign bench screen`: what the screen needs, frame by frame in this process and as a program in a
//! pseudo-terminal, and what `neomutt` needs for the same messages in the same pseudo-terminal.
//!
//! Every figure is of one run on one machine; files are in the page cache, because they have just been written. A start
//! ends when rows of the list are on the terminal, whoever starts.

mod desks;
mod frames;
mod neomutt;
mod program;
mod pty;
mod report;
mod times;

use std::path::{Path, PathBuf};
use std::time::Duration;

use color_eyre::eyre::ensure;

use crate::bench::build;
use crate::bench::screen::desks::Made;
use crate::bench::screen::report::{Beside, Report};

/// Columns and rows of the terminal.
const SIZE: (u16, u16) = (200, 50);
/// Below it there is nothing to scroll.
const LEAST: u32 = 200;

/// What is measured.
#[derive(Clone, Debug)]
pub struct Options {
    /// Tickets of the large desk; the small one has a tenth.
    pub tickets: u32,
    /// How long the idle program is watched.
    pub idle: Duration,
    /// How often everything is done.
    pub effort: Effort,
    /// The program: this one, unless a test says otherwise.
    pub program: PathBuf,
}

/// How often everything is done.
#[derive(Clone, Copy, Debug)]
pub struct Effort {
    /// Starts of this program, each way, at each desk; and of neomutt.
    starts: [usize; 2],
    /// Keys of each kind in this process, and cursor moves in the terminal.
    keys: usize,
    moves: usize,
    /// Long threads that are opened.
    threads: usize,
    /// Articles for the assistant to find.
    articles: u32,
    /// After so long without a byte nothing more is loaded.
    rested: Duration,
}

impl Effort {
    /// For figures that mean something.
    pub const FULL: Self =
        Self { starts: [11, 5], keys: 400, moves: 60, threads: 5, articles: 200, rested: Duration::from_secs(3) };
    /// For a look at whether it all works.
    pub const QUICK: Self =
        Self { starts: [1, 1], keys: 20, moves: 4, threads: 1, articles: 10, rested: Duration::from_millis(500) };
}

/// Measures in `dir`, over desks made there.
///
/// # Errors
/// When a desk cannot be made, or the program does not do what is waited for.
pub async fn run(dir: &Path, options: &Options) -> color_eyre::Result<Report> {
    ensure!(options.tickets >= LEAST, "a desk to be measured has at least {LEAST} tickets");
    ensure!(cfg!(target_os = "linux"), "memory and processor time are read from /proc, which is Linux's");
    let small = desks::make(dir, (options.tickets / 10).max(LEAST / 2), options.effort).await?;
    let large = desks::make(dir, options.tickets, options.effort).await?;
    let mut figures = frames::measure(&large, options.effort).await?;
    let ours = program::measure(dir, options, &small, &large)?;
    figures.extend(ours.figures);
    let (theirs, left_out) = match neomutt::measure(dir, &[&small, &large], options.effort)? {
        Some(theirs) => (theirs, None),
        None => (Vec::new(), Some("neomutt is not installed: nothing is compared with it".to_owned())),
    };
    let beside = ours.needs.iter().zip(&theirs).flat_map(|(ours, theirs)| Beside::of(ours, theirs)).collect();
    Ok(Report { build: build(), figures, beside, left_out })
}

/// What a program needs for a list of messages.
struct Needs {
    /// How many there are.
    messages: u32,
    /// Start to first rows, in milliseconds.
    start: f64,
    /// Written for a cursor move.
    bytes: f64,
    /// From the key to the last byte of a cursor move, in milliseconds.
    moved: f64,
    /// Resident, in megabytes.
    memory: f64,
}

/// Many tickets, as a person says it.
fn grouped(n: u32) -> String {
    let digits = n.to_string();
    let groups: Vec<_> = digits.as_bytes().rchunks(3).rev().map(String::from_utf8_lossy).collect();
    groups.join(",")
}

impl Made {
    fn title(&self) -> String {
        format!("{} tickets", grouped(self.tickets))
    }
}
