//! The calibrated confidence beside two baselines, on simulated desks; and its reliability on a desk's own decisions.

use std::fmt;

use serde::Serialize;

use crate::assist::calibration::{Calibrated, Calibration, Decision, FEWEST, Reliability, foreseen, reliability};
use crate::domain::text;
use crate::eval::history::SimulatedDesk;

/// Desks, each with its own curves.
const DESKS: u64 = 40;
/// Fresh decisions of each desk, so many that what is left of chance is below 0.005.
const HELD_OUT: usize = 50_000;

/// The median and the worst of a figure over desks.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Spread {
    /// Half of the desks are no worse.
    pub median: f64,
    /// No desk is worse.
    pub worst: f64,
}

/// One way to say how probable an approval is.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Row {
    /// Which way.
    pub system: &'static str,
    /// Expected calibration error, ten bins, 0 to 1.
    pub ece: Spread,
    /// Mean distance from the true probability of each single decision, which only a simulation knows, 0 to 1.
    pub off: Spread,
    /// Brier score.
    pub brier: Spread,
}

/// What a tool's decisions are worth to a desk that has no other tool.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Alone {
    /// Which tool.
    pub tool: &'static str,
    /// One row a way.
    pub rows: Vec<Row>,
}

/// The figures of the simulated desks.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct SimulatedReport {
    /// Decisions that were fitted on, a desk.
    pub decisions: usize,
    /// Simulated desks.
    pub desks: u64,
    /// Fresh decisions that were measured on, a desk.
    pub held_out: usize,
    /// Median share of fresh decisions about which something could be said; the rows are measured on these.
    pub covered: f64,
    /// One row a way; none when no desk had enough decisions.
    pub rows: Vec<Row>,
    /// The same desks with one tool, in turn, and as many decisions of it.
    pub alone: Vec<Alone>,
    /// Reliability on all desks together.
    pub reliability: Reliability,
}

/// The figures of a file.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct FileReport {
    /// Decisions that were read.
    pub decisions: usize,
    /// Each decision as foreseen by a fit on earlier ones alone.
    pub calibrated: Reliability,
    /// The scores of the same decisions, taken at their word.
    pub raw: Reliability,
    /// Lines that could not be read, with the reason.
    pub bad_lines: Vec<String>,
}

/// Says of a score, a base rate and a calibrated probability what is believed.
type System = fn(&Fresh) -> f64;

const SYSTEMS: [(&str, System); 3] = [
    ("raw score", |fresh| fresh.score),
    ("always the base rate", |fresh| fresh.base),
    ("calibrated", |fresh| fresh.calibrated),
];

/// A fresh decision with all that is said about it.
struct Fresh {
    score: f64,
    base: f64,
    calibrated: f64,
    truth: f64,
    approved: bool,
}

/// One way's figures on one desk.
#[derive(Clone, Copy)]
struct Figures {
    ece: f64,
    off: f64,
    brier: f64,
}

/// Fits on `decisions` of each of 40 simulated desks and measures on fresh ones.
#[must_use]
pub fn simulated(decisions: usize) -> SimulatedReport {
    measured(decisions, DESKS, HELD_OUT)
}

fn measured(decisions: usize, desks: u64, held_out: usize) -> SimulatedReport {
    let told = |of: &dyn Fn(u64) -> SimulatedDesk| -> Vec<Vec<Fresh>> {
        (1..=desks).map(|seed| foretold(of(seed), decisions, held_out)).collect()
    };
    let alone = SimulatedDesk::tools()
        .map(|tool| Alone { tool, rows: rows(&told(&|seed| SimulatedDesk::new(seed).only(tool))) });
    let fresh = told(&SimulatedDesk::new);
    let covered = spread(fresh.iter().map(|desk| share(desk.len(), held_out)).collect()).median;
    let all: Vec<(f64, bool)> = fresh.iter().flatten().map(|d| (d.calibrated, d.approved)).collect();
    SimulatedReport {
        decisions,
        desks,
        held_out,
        covered,
        rows: rows(&fresh),
        alone: alone.into_iter().filter(|alone| !alone.rows.is_empty()).collect(),
        reliability: reliability(&all),
    }
}

/// Fresh decisions about which something can be said.
fn foretold(mut desk: SimulatedDesk, decisions: usize, held_out: usize) -> Vec<Fresh> {
    let past = desk.decisions(decisions);
    let fit = Calibration::fit(&past);
    let base = share(past.iter().filter(|d| d.as_it_was()).count(), past.len());
    let next = (0..held_out).map(|_| desk.decide());
    let told = next.filter_map(|(decision, truth)| {
        let Calibrated::Probability(calibrated) = fit.probability(&decision.queue, &decision.tool, decision.score)
        else {
            return None;
        };
        Some(Fresh { score: decision.score, base, calibrated, truth, approved: decision.as_it_was() })
    });
    told.collect()
}

/// One row a way over the desks about which something can be said.
fn rows(desks: &[Vec<Fresh>]) -> Vec<Row> {
    let spoken: Vec<&Vec<Fresh>> = desks.iter().filter(|desk| !desk.is_empty()).collect();
    SYSTEMS.iter().filter(|_| !spoken.is_empty()).map(|(name, system)| row(name, *system, &spoken)).collect()
}

fn row(system: &'static str, says: System, desks: &[&Vec<Fresh>]) -> Row {
    let figures: Vec<Figures> = desks.iter().map(|desk| figures(says, desk)).collect();
    let over_desks = |of: fn(&Figures) -> f64| spread(figures.iter().map(of).collect());
    Row { system, ece: over_desks(|f| f.ece), off: over_desks(|f| f.off), brier: over_desks(|f| f.brier) }
}

fn figures(says: System, fresh: &[Fresh]) -> Figures {
    let pairs: Vec<(f64, bool)> = fresh.iter().map(|d| (says(d), d.approved)).collect();
    let off = fresh.iter().map(|d| (says(d) - d.truth).abs()).sum::<f64>() * share(1, fresh.len());
    let found = reliability(&pairs);
    Figures { ece: found.ece, off, brier: found.brier }
}

/// Reads a desk's own decisions, JSON Lines, oldest first, each `{"queue", "tool", "score", "verdict"}`.
///
/// The score is the assistant's confidence, 0 to 1; the verdict is `approved`, `edited` or `denied`.
#[must_use]
pub fn of_file(jsonl: &str) -> FileReport {
    let (mut decisions, mut bad_lines) = (Vec::new(), Vec::new());
    for (at, line) in jsonl.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
        match read(line) {
            Ok(decision) => decisions.push(decision),
            Err(why) => bad_lines.push(format!("line {}: {}", at + 1, text::short(&why, 200))),
        }
    }
    let told = foreseen(&decisions);
    let calibrated: Vec<_> = told.iter().map(|(decision, p)| (*p, decision.as_it_was())).collect();
    let raw: Vec<_> = told.iter().map(|(decision, _)| (decision.score, decision.as_it_was())).collect();
    FileReport { decisions: decisions.len(), calibrated: reliability(&calibrated), raw: reliability(&raw), bad_lines }
}

fn read(line: &str) -> Result<Decision, String> {
    let decision: Decision = serde_json::from_str(line).map_err(|error| error.to_string())?;
    if (0.0..=1.0).contains(&decision.score) {
        Ok(decision)
    } else {
        Err(format!("a score is from 0 to 1, not {}", decision.score))
    }
}

/// The median and the largest; 0 if there is none.
fn spread(mut figures: Vec<f64>) -> Spread {
    figures.sort_by(f64::total_cmp);
    let at = |place: usize| figures.get(place).copied().unwrap_or_default();
    Spread { median: at(figures.len() / 2), worst: at(figures.len().saturating_sub(1)) }
}

/// These counts are far below 2^32.
fn share(part: usize, of: usize) -> f64 {
    let count = |n: usize| f64::from(u32::try_from(n).unwrap_or(u32::MAX));
    count(part) / count(of.max(1))
}

impl fmt::Display for SimulatedReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{} simulated desks of 4 queues and 4 tools; {} decisions fitted,", self.desks, self.decisions)?;
        writeln!(f, "{} fresh ones measured, {:.1} % of them spoken about", self.held_out, 100.0 * self.covered)?;
        if self.rows.is_empty() {
            writeln!(f, "too few decisions: a tool is spoken about from {FEWEST} on")?;
        } else {
            table(f, "all tools", &self.rows)?;
        }
        self.alone.iter().try_for_each(|alone| table(f, &format!("{} alone", alone.tool), &alone.rows))?;
        if !self.rows.is_empty() {
            write!(f, "\nall tools, calibrated:\n{}", self.reliability)?;
        }
        writeln!(f, "\nA constant is right on average and tells nothing apart: read Brier as well.")
    }
}

fn table(f: &mut fmt::Formatter<'_>, title: &str, rows: &[Row]) -> fmt::Result {
    let (median, worst) = ("median", "worst");
    writeln!(f, "\n{title:<22} {:>15}  {:>15}  {:>15}", "calib. error", "off the truth", "Brier score")?;
    writeln!(f, "{:<22} {median:>8} {worst:>6}  {median:>8} {worst:>6}  {median:>8} {worst:>6}", "")?;
    rows.iter().try_for_each(|row| writeln!(f, "{:<22} {}  {}  {}", row.system, row.ece, row.off, row.brier))
}

impl fmt::Display for Spread {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:>8.3} {:>6.3}", self.median, self.worst)
    }
}

impl fmt::Display for FileReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{} decisions, {} foreseen by a fit on earlier ones alone", self.decisions, self.calibrated.n)?;
        if self.calibrated.n == 0 {
            writeln!(f, "too few decisions: a tool is spoken about from {FEWEST} on")?;
        } else {
            write!(f, "\ncalibrated:\n{}\nraw score, same decisions:\n{}", self.calibrated, self.raw)?;
        }
        self.bad_lines.iter().try_for_each(|line| writeln!(f, "not read: {line}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn five_hundred_decisions_are_enough_to_mean_what_is_said() {
        let report = measured(500, 20, 5_000);
        let [raw, base, ours] = &report.rows[..] else { panic!("three rows") };
        assert!(ours.ece.median <= 0.05, "{report}");
        assert!(ours.ece.median < raw.ece.median / 2.0 && ours.off.worst < raw.off.median, "{report}");
        assert!(ours.brier.median < base.brier.median && ours.off.median < base.off.median, "{report}");
        assert!(report.to_string().lines().all(|line| line.chars().count() <= 80), "{report}");
    }

    #[test]
    fn the_fewest_decisions_that_are_spoken_about_are_enough_with_nothing_to_borrow() {
        let report = measured(FEWEST, 20, 1_000);
        assert_eq!(report.alone.len(), 4, "{report}");
        for alone in &report.alone {
            let [raw, _, ours] = &alone.rows[..] else { panic!("three rows") };
            assert!(ours.off.median < 0.09 && ours.off.worst < 0.15, "{report}");
            assert!(ours.off.median < raw.off.median / 2.0, "{report}");
        }
    }

    #[test]
    fn too_few_decisions_say_so() {
        let report = measured(10, 2, 100);
        assert!(report.rows.is_empty() && report.to_string().contains("too few decisions"), "{report}");
        assert!(of_file("").to_string().contains("too few decisions"));
    }

    #[test]
    fn a_file_of_decisions_is_measured_and_bad_lines_are_named() {
        let lines: Vec<String> = SimulatedDesk::new(3)
            .decisions(600)
            .iter()
            .map(|decision| serde_json::to_string(decision).unwrap())
            .collect();
        let bad = r#"{"queue":"mail","tool":"reply","score":7,"verdict":"denied"}"#;
        let report = of_file(&format!("{}\n\nno json\n{bad}\n", lines.join("\n")));
        assert_eq!((report.decisions, report.bad_lines.len()), (600, 2));
        assert!(report.bad_lines[1].starts_with("line 603: a score"), "{report}");
        assert!(report.calibrated.n > 200 && report.raw.n == report.calibrated.n, "{report}");
        assert!(report.calibrated.ece < report.raw.ece && report.calibrated.brier < report.raw.brier, "{report}");
        assert!(report.to_string().lines().all(|line| line.chars().count() <= 80), "{report}");
    }
}
