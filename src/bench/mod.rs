//! What is measured, on the reader's own machine: medians within one run, ratios beside the floor they stand on.

pub mod desk;
pub(crate) mod process;
pub mod screen;
pub mod serve;

use std::fmt;
use std::time::{Duration, Instant};

use serde::Serialize;

/// One measured figure.
#[derive(Clone, Debug, Serialize)]
pub struct Figure {
    /// What was measured.
    pub what: String,
    /// The median, in `unit`.
    pub median: f64,
    /// 95 of 100 were no slower, in `unit`.
    pub p95: f64,
    /// Microseconds, or a count in a second, or a ratio.
    pub unit: &'static str,
    /// What it should be at most, or at least for a count in a second.
    pub goal: f64,
    /// Whether it is.
    pub met: bool,
}

/// Figures of one run.
#[derive(Clone, Debug, Serialize)]
pub struct Report {
    /// Where it was measured: program version and build.
    pub build: String,
    /// The figures.
    pub figures: Vec<Figure>,
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.build)?;
        writeln!(f, "{:<58} {:>12} {:>12} {:<10} {:>10}", "", "median", "p95", "", "goal")?;
        for figure in &self.figures {
            let verdict = if figure.met { "met" } else { "NOT met" };
            writeln!(
                f,
                "{:<58} {:>12.2} {:>12.2} {:<10} {:>10} {verdict}",
                figure.what, figure.median, figure.p95, figure.unit, figure.goal
            )?;
        }
        Ok(())
    }
}

/// Times taken, to be summed up.
#[derive(Debug, Default)]
pub(crate) struct Times(Vec<Duration>);

impl Times {
    /// Takes the time since `since`.
    pub(crate) fn took(&mut self, since: Instant) {
        self.0.push(since.elapsed());
    }

    /// The share `part` of all that were no slower, in microseconds.
    pub(crate) fn quantile(&self, part: f64) -> f64 {
        let mut sorted = self.0.clone();
        sorted.sort();
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, clippy::cast_precision_loss)]
        let at = ((sorted.len().saturating_sub(1)) as f64 * part).round() as usize;
        sorted.get(at).map_or(0.0, |time| time.as_secs_f64() * 1e6)
    }

    /// A figure that should be at most `goal` microseconds.
    pub(crate) fn figure(&self, what: &str, goal: f64) -> Figure {
        let (median, p95) = (self.quantile(0.5), self.quantile(0.95));
        Figure { what: what.to_owned(), median, p95, unit: "us", goal, met: median <= goal }
    }
}

/// The program and how it was built.
pub(crate) fn build() -> String {
    let profile = if cfg!(debug_assertions) { "debug build: figures mean nothing" } else { "release build" };
    format!("countersign {}, {profile}", env!("CARGO_PKG_VERSION"))
}
