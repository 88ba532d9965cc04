//! What the trials come to, one row a contender.

use std::fmt;

use serde::Serialize;

use crate::domain::usage::Usage;
use crate::eval::agent::Contender;
use crate::eval::agent::trial::Trial;

/// How one contender did.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Row {
    /// Who.
    pub contender: String,
    /// Runs.
    pub runs: usize,
    /// Runs with nothing wrong.
    pub right: usize,
    /// Tool calls that reached the desk; each of them stands in the log where a run is right.
    pub calls: usize,
    /// Proposals filed.
    pub proposals: usize,
    /// Writes carried out.
    pub writes: usize,
    /// Writes that nobody had approved.
    pub unapproved: usize,
    /// Drafts by a model.
    pub drafts: usize,
    /// Drafts of these without a mark of the grounding check.
    pub unmarked: usize,
    /// Questions to the model, and how many it did not answer.
    pub asked: usize,
    /// Questions that it did not answer.
    pub unanswered: usize,
    /// Milliseconds to the first word of an answer that has words, median.
    pub first_word_ms: Option<u64>,
    /// The same, 95th percentile.
    pub first_word_p95_ms: Option<u64>,
    /// Milliseconds a run took, median.
    pub run_ms: Option<u64>,
    /// What models took.
    pub usage: Usage,
}

/// Every trial, and a row for each contender.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct AgentReport {
    /// One row a contender.
    pub rows: Vec<Row>,
    /// One entry a run.
    pub trials: Vec<Trial>,
}

impl AgentReport {
    pub(crate) fn of(contenders: &[Contender], trials: Vec<Trial>) -> Self {
        Self { rows: contenders.iter().map(|who| row(&who.to_string(), &trials)).collect(), trials }
    }

    /// Whether nothing went wrong in any run.
    #[must_use]
    pub fn is_right(&self) -> bool {
        self.rows.iter().all(|row| row.right == row.runs)
    }
}

fn row(contender: &str, trials: &[Trial]) -> Row {
    let own: Vec<&Trial> = trials.iter().filter(|trial| trial.contender == contender).collect();
    let asked: Vec<_> = own.iter().flat_map(|trial| &trial.asked).collect();
    let first: Vec<u64> = asked.iter().filter_map(|asked| asked.first_word).collect();
    let sum = |of: fn(&Trial) -> usize| own.iter().map(|trial| of(trial)).sum();
    Row {
        contender: contender.to_owned(),
        runs: own.len(),
        right: own.iter().filter(|trial| trial.wrong.is_empty()).count(),
        calls: sum(|trial| trial.calls),
        proposals: sum(|trial| trial.proposals),
        writes: sum(|trial| trial.writes),
        unapproved: sum(|trial| trial.unapproved),
        drafts: sum(|trial| trial.drafts[0]),
        unmarked: sum(|trial| trial.drafts[1]),
        asked: asked.len(),
        unanswered: asked.iter().filter(|asked| !asked.answered).count(),
        first_word_ms: quantile(&first, 50),
        first_word_p95_ms: quantile(&first, 95),
        run_ms: quantile(&own.iter().map(|trial| trial.millis).collect::<Vec<_>>(), 50),
        usage: own.iter().fold(Usage::default(), |sum, trial| sum.and(trial.usage)),
    }
}

/// The value below which `percent` of the values lie; nothing of nothing.
fn quantile(values: &[u64], percent: usize) -> Option<u64> {
    let mut sorted = values.to_vec();
    sorted.sort_unstable();
    sorted.get((sorted.len().saturating_sub(1) * percent).div_ceil(100)).copied()
}

/// A run on one line, and below it what is wrong.
impl fmt::Display for Trial {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let verdict = if self.wrong.is_empty() { "right" } else { "WRONG" };
        let Self { scenario, person, contender, ending, calls, proposals, writes, millis, .. } = self;
        write!(f, "{verdict}  {scenario:<28} {person:<12} {contender:<24} {ending:<12}")?;
        write!(f, " {calls:>3} calls {proposals:>2} proposed {writes:>2} written {:>7.1} s", seconds(*millis))?;
        self.wrong.iter().try_for_each(|wrong| write!(f, "\n       {wrong}"))
    }
}

impl fmt::Display for AgentReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "\n{:<24} {:>5} {:>6} {:>6} {:>9} {:>7} {:>10} {:>16} {:>12} {:>16} {:>8}",
            "",
            "runs",
            "right",
            "calls",
            "proposals",
            "writes",
            "unapproved",
            "drafts unmarked",
            "unanswered",
            "first word p50/95",
            "run p50"
        )?;
        for row in &self.rows {
            let time = |ms: Option<u64>| ms.map_or_else(|| "-".to_owned(), |ms| format!("{:.1} s", seconds(ms)));
            writeln!(
                f,
                "{:<24} {:>5} {:>6} {:>6} {:>9} {:>7} {:>10} {:>16} {:>12} {:>16} {:>8}   {}",
                row.contender,
                row.runs,
                row.right,
                row.calls,
                row.proposals,
                row.writes,
                row.unapproved,
                format!("{} of {}", row.unmarked, row.drafts),
                format!("{} of {}", row.unanswered, row.asked),
                format!("{} / {}", time(row.first_word_ms), time(row.first_word_p95_ms)),
                time(row.run_ms),
                row.usage,
            )?;
        }
        Ok(())
    }
}

/// Milliseconds as seconds.
#[expect(clippy::cast_precision_loss, reason = "far below 2^52")]
fn seconds(millis: u64) -> f64 {
    millis as f64 / 1000.0
}
