//! What was measured, beside what it should be at most, and beside what neomutt needs.

use std::fmt;

use serde::Serialize;

use crate::bench::screen::times::Values;
use crate::bench::screen::{Needs, grouped};

/// One measured figure.
#[derive(Clone, Debug, Serialize)]
pub struct Figure {
    /// What was measured.
    pub what: String,
    /// Of what: milliseconds, bytes, frames, percent, megabytes.
    pub unit: &'static str,
    /// The median.
    pub median: f64,
    /// 99 of 100 were no more.
    pub p99: f64,
    /// What the median should be at most, where there is a goal.
    pub goal: Option<f64>,
    /// What 99 of 100 should be at most, where there is a goal.
    pub goal_p99: Option<f64>,
    /// Whether each goal is met.
    pub met: bool,
}

impl Figure {
    pub(super) fn of(what: impl Into<String>, unit: &'static str, values: &Values) -> Self {
        let (median, p99) = (values.median(), values.p99());
        Self { what: what.into(), unit, median, p99, goal: None, goal_p99: None, met: true }
    }

    pub(super) fn one(what: impl Into<String>, unit: &'static str, value: f64) -> Self {
        let mut values = Values::default();
        values.add(value);
        Self::of(what, unit, &values)
    }

    /// The median should be at most so much.
    pub(super) fn at_most(self, goal: f64) -> Self {
        let met = self.met && self.median <= goal;
        Self { goal: Some(goal), met, ..self }
    }

    /// And 99 of 100 at most so much.
    pub(super) fn mostly(self, goal: f64) -> Self {
        let met = self.met && self.p99 <= goal;
        Self { goal_p99: Some(goal), met, ..self }
    }
}

/// What this program and neomutt need for the same.
#[derive(Clone, Debug, Serialize)]
pub struct Beside {
    /// For what.
    pub what: String,
    /// Of what: milliseconds, bytes, megabytes.
    pub unit: &'static str,
    /// This program.
    pub ours: f64,
    /// neomutt.
    pub neomutt: f64,
    /// Whether this program needs less.
    pub ahead: bool,
}

impl Beside {
    pub(super) fn of(ours: &Needs, theirs: &Needs) -> Vec<Self> {
        let row = |what: &str, unit, ours: f64, neomutt: f64| Self {
            what: format!("{what}, {} messages", grouped(theirs.messages)),
            unit,
            ours,
            neomutt,
            ahead: ours < neomutt,
        };
        vec![
            row("start to first screen", "ms", ours.start, theirs.start),
            row("written for a cursor move", "bytes", ours.bytes, theirs.bytes),
            row("from the key to the last byte of a cursor move", "ms", ours.moved, theirs.moved),
            row("resident memory", "MB", ours.memory, theirs.memory),
        ]
    }
}

/// Figures of one run.
#[derive(Clone, Debug, Serialize)]
pub struct Report {
    /// Where it was measured: program version and build.
    pub build: String,
    /// The figures.
    pub figures: Vec<Figure>,
    /// What is compared with neomutt.
    pub beside: Vec<Beside>,
    /// What could not be measured here.
    pub left_out: Option<String>,
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}, 200x50, files in the page cache", self.build)?;
        writeln!(f, "{:<74} {:>9} {:>9} {:<7} {:>11}", "", "median", "p99", "", "goal")?;
        for figure in &self.figures {
            let verdict = match (figure.goal, figure.met) {
                (None, _) => "",
                (Some(_), true) => "met",
                (Some(_), false) => "NOT met",
            };
            let Figure { what, median, p99, unit, .. } = figure;
            writeln!(
                f,
                "{what:<74} {:>9} {:>9} {unit:<7} {:>11} {verdict}",
                short(*median),
                short(*p99),
                goal(figure)
            )?;
        }
        if !self.beside.is_empty() {
            writeln!(f, "\n{:<74} {:>11} {:>9}", "the same messages", "countersign", "neomutt")?;
        }
        for Beside { what, unit, ours, neomutt, ahead } in &self.beside {
            let verdict = if *ahead { "ahead" } else { "NOT ahead" };
            writeln!(f, "{what:<74} {:>11} {:>9} {unit:<7} {verdict}", short(*ours), short(*neomutt))?;
        }
        match &self.left_out {
            Some(left_out) => writeln!(f, "\nLEFT OUT: {left_out}"),
            None => Ok(()),
        }
    }
}

fn goal(figure: &Figure) -> String {
    let shown = |goal: f64| format!("{goal}");
    [figure.goal, figure.goal_p99].into_iter().flatten().map(shown).collect::<Vec<_>>().join(" / ")
}

/// A figure with as many places as it is worth.
fn short(value: f64) -> String {
    if value >= 100.0 || value.fract() == 0.0 { format!("{value:.0}") } else { format!("{value:.2}") }
}
