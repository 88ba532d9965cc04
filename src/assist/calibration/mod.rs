//! Confidence that earned its number: how probably a person approves a suggestion as it is, learnt from what the
//! people of this desk decided about earlier ones.
//!
//! Platt's scaling (Platt 1999), a logistic regression on the log-odds of the score, at three levels: one line for the
//! desk, one a tool, one a queue and tool. Each is drawn to the one above it, and how strongly is fitted as well
//! (empirical Bayes), so that a queue with few decisions borrows from the others and one with many speaks for itself.
//! A higher score never gives a lower probability within a queue and tool. The fit knows no chance, no clock and no
//! order: the same decisions give the same figures.

mod platt;
mod reliability;

use std::collections::BTreeMap;

use crate::assist::calibration::platt::{Fit, Line, Point, Prior};
pub use crate::assist::calibration::reliability::{Bin, Reliability, reliability};
pub use crate::domain::decision::{Decision, Verdict};

/// Decisions of a tool, over all queues, below which nothing is said about any suggestion of that tool.
///
/// Measured by `countersign eval calibration --decisions 100` on simulated desks that have no other tool to borrow from:
/// the calibration error is 0.04 to 0.06 on the median desk, by tool, and 0.11 on the worst of all; the raw score's is
/// 0.14 to 0.29, and 0.44 on the worst. With 50 decisions the worst is 0.19.
pub const FEWEST: usize = 100;

/// Decisions between two fits of [`prequential`].
const STEP: usize = 25;
/// Fits of [`prequential`] at most; a long history is refitted in longer steps.
const MOST_FITS: usize = 200;
/// Scores are kept this far from 0 and from 1, where log-odds end.
const EDGE: f64 = 0.01;
/// Before any decision the score is taken at its word, and not much is thought of it.
const DESK: Prior = Prior { mean: Line { level: 0.0, slope: 1.0 }, level_sd: 3.0, slope_sd: 1.0 };
/// How far lines may lie from the one above them, in log-odds: the candidates among which the decisions choose.
const SPREADS: [f64; 6] = [0.05, 0.1, 0.2, 0.4, 0.8, 1.6];
/// Slopes differ less than levels do.
const SLOPE_SPREAD: f64 = 0.5;

/// What can be said about a suggestion.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Calibrated {
    /// The probability that a person approves it unedited, above 0 and below 1.
    Probability(f64),
    /// Nothing yet: the tool has this many decisions, fewer than [`FEWEST`].
    NotEnough(usize),
}

/// What a desk's decisions say about its scores.
#[derive(Clone, Debug)]
pub struct Calibration {
    /// Mean log-odds of all scores.
    centre: f64,
    tools: BTreeMap<String, Tool>,
}

#[derive(Clone, Debug)]
struct Tool {
    n: usize,
    /// For a queue that has decided nothing about this tool.
    line: Line,
    queues: BTreeMap<String, Line>,
}

/// The points of each queue of each tool.
type Points<'a> = BTreeMap<&'a str, BTreeMap<&'a str, Vec<Point>>>;

impl Calibration {
    /// Fits from decisions, oldest first.
    #[must_use]
    pub fn fit(decisions: &[Decision]) -> Self {
        let centre = decisions.iter().map(|d| log_odds(d.score)).sum::<f64>() / count(decisions.len().max(1));
        let points = grouped(decisions, centre);
        let all: Vec<Point> = points.values().flat_map(BTreeMap::values).flatten().copied().collect();
        let tools: Vec<Vec<Point>> = points.values().map(|of| of.values().flatten().copied().collect()).collect();
        let lines = lines_around(DESK.fit(&all).line, &tools);
        let fitted =
            points.into_iter().zip(lines).map(|((tool, queues), line)| (tool.to_owned(), Tool::fit(line, queues)));
        Self { centre, tools: fitted.collect() }
    }

    /// How many decisions of a tool there were.
    #[must_use]
    pub fn decisions(&self, tool: &str) -> usize {
        self.tools.get(tool).map_or(0, |tool| tool.n)
    }

    /// The probability that a person of this queue approves a suggestion unedited.
    ///
    /// It is given from [`FEWEST`] decisions of the tool on, counted over all queues: a queue that has decided less, or
    /// nothing, gets what the other queues make probable. A score outside 0 to 1 counts as the nearest of the two, one
    /// that is not a number as one half.
    #[must_use]
    pub fn probability(&self, queue: &str, tool: &str, score: f64) -> Calibrated {
        let Some(tool) = self.tools.get(tool) else { return Calibrated::NotEnough(0) };
        if tool.n < FEWEST {
            return Calibrated::NotEnough(tool.n);
        }
        let line = tool.queues.get(queue).unwrap_or(&tool.line);
        Calibrated::Probability(line.at(log_odds(score) - self.centre))
    }
}

impl Tool {
    fn fit(line: Line, queues: BTreeMap<&str, Vec<Point>>) -> Self {
        let (names, points): (Vec<&str>, Vec<Vec<Point>>) = queues.into_iter().unzip();
        let lines = lines_around(line, &points);
        let n = points.iter().map(Vec::len).sum();
        Self { n, line, queues: names.into_iter().map(str::to_owned).zip(lines).collect() }
    }
}

/// Each decision with the probability that a fit on earlier decisions alone gave it.
///
/// Refitted every 25 decisions, or 200 times in a history of more than 5,000. Decisions about which nothing could be
/// said yet are left out.
#[must_use]
pub fn foreseen(decisions: &[Decision]) -> Vec<(&Decision, f64)> {
    let step = STEP.max(decisions.len().div_ceil(MOST_FITS));
    let mut foreseen = Vec::new();
    for (block, later) in decisions.chunks(step).enumerate().skip(1) {
        let fit = Calibration::fit(&decisions[..block * step]);
        foreseen.extend(later.iter().filter_map(|d| match fit.probability(&d.queue, &d.tool, d.score) {
            Calibrated::Probability(p) => Some((d, p)),
            Calibrated::NotEnough(_) => None,
        }));
    }
    foreseen
}

/// What [`foreseen`] foresaw, and whether it was approved unedited: pairs for [`reliability`].
#[must_use]
pub fn prequential(decisions: &[Decision]) -> Vec<(f64, bool)> {
    foreseen(decisions).into_iter().map(|(decision, p)| (p, decision.as_it_was())).collect()
}

fn grouped(decisions: &[Decision], centre: f64) -> Points<'_> {
    let mut points = Points::new();
    for decision in decisions {
        let point = Point { x: log_odds(decision.score) - centre, approved: decision.as_it_was() };
        points.entry(&decision.tool).or_default().entry(&decision.queue).or_default().push(point);
    }
    points
}

/// A line for each set of points, drawn to `mean` as strongly as makes all of them together most probable.
fn lines_around(mean: Line, sets: &[Vec<Point>]) -> Vec<Line> {
    let tries = SPREADS.iter().map(|spread| {
        let prior = Prior { mean, level_sd: *spread, slope_sd: SLOPE_SPREAD * spread };
        sets.iter().map(|points| prior.fit(points)).collect::<Vec<Fit>>()
    });
    let evidence = |fits: &Vec<Fit>| fits.iter().map(|fit| fit.evidence).sum::<f64>();
    let best = tries.max_by(|a, b| evidence(a).total_cmp(&evidence(b))).unwrap_or_default();
    best.into_iter().map(|fit| fit.line).collect()
}

/// Log-odds of a score, kept from the edges.
fn log_odds(score: f64) -> f64 {
    let score = if score.is_nan() { 0.5 } else { score.clamp(EDGE, 1.0 - EDGE) };
    (score / (1.0 - score)).ln()
}

/// A count as a number to divide by; these counts are far below 2^32.
fn count(n: usize) -> f64 {
    f64::from(u32::try_from(n).unwrap_or(u32::MAX))
}

#[cfg(test)]
mod tests;
