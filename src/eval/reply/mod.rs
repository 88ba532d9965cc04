//! Which canned reply a person picked, against what the assistant ranks first, on dialogues like those of STAR.

mod star;
mod systems;

use std::collections::BTreeMap;
use std::fmt;
use std::time::{Duration, Instant};

use serde::Serialize;

use crate::domain::text;
use crate::eval::reply::star::{Pick, Talk, Turn, picks};
use crate::eval::reply::systems::{Known, System};

/// Dialogue `i` of a task is in fold `i mod FOLDS`; what is learned and counted comes from the other folds.
const FOLDS: usize = 5;
/// One system's figures.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Row {
    /// Which system.
    pub system: &'static str,
    /// How many picks counted.
    pub n: usize,
    /// Percent of picks that are ranked first.
    pub top_1: f64,
    /// Percent of picks among the first three.
    pub top_3: f64,
    /// Half the rankings took at most so many microseconds.
    pub median_us: u64,
    /// All but one in a hundred took at most so many microseconds.
    pub p99_us: u64,
}

/// The figures of a set of dialogues.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ReplyReport {
    /// How many dialogues counted.
    pub dialogues: usize,
    /// How many tasks, each with its own bank of canned replies.
    pub tasks: usize,
    /// How many folds by dialogue.
    pub folds: usize,
    /// Mean size of a bank, weighted by picks.
    pub mean_bank: f64,
    /// Percent of picks that were the first of the replies then offered: the person saw those, no system here does.
    pub first_offered: f64,
    /// One row a system.
    pub rows: Vec<Row>,
    /// Lines that could not be read, with the reason.
    pub bad_lines: Vec<String>,
}

/// Measures on JSON Lines in the shape of STAR.
#[must_use]
pub fn run(jsonl: &str) -> ReplyReport {
    let mut bad_lines = Vec::new();
    let mut tasks: BTreeMap<String, Vec<Talk>> = BTreeMap::new();
    for (at, line) in jsonl.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
        match star::read(line) {
            Ok((task, talk)) => tasks.entry(task).or_default().push(talk),
            Err(why) => bad_lines.push(format!("line {}: {}", at + 1, text::short(&why, 200))),
        }
    }
    let mut tally = Tally::default();
    for (talks, fold) in tasks.values().flat_map(|talks| (0..FOLDS).map(move |fold| (talks, fold))) {
        tally.fold(talks, fold);
    }
    tally.report(&tasks, bad_lines)
}

/// What has been counted so far, one entry a system.
#[derive(Default)]
struct Tally {
    n: usize,
    banks: usize,
    first_offered: usize,
    first: [usize; System::ALL.len()],
    among_three: [usize; System::ALL.len()],
    times: [Vec<Duration>; System::ALL.len()],
}

impl Tally {
    fn fold(&mut self, talks: &[Talk], fold: usize) {
        let (own, others): (Vec<_>, Vec<_>) = talks.iter().enumerate().partition(|(at, _)| at % FOLDS == fold);
        let known = Known::of(&others.into_iter().map(|(_, talk)| talk).collect::<Vec<_>>());
        for (talk, (at, pick)) in own.into_iter().flat_map(|(_, talk)| picks(talk).map(move |pick| (talk, pick))) {
            self.pick(&known, &talk[..at], pick);
        }
    }

    fn pick(&mut self, known: &Known, before: &[Turn], pick: &Pick) {
        self.n += 1;
        self.banks += known.canned.len();
        self.first_offered += usize::from(pick.offered.first() == Some(&pick.id));
        for (at, system) in System::ALL.into_iter().enumerate() {
            let start = Instant::now();
            let ranked = system.rank(known, before);
            self.times[at].push(start.elapsed());
            self.first[at] += usize::from(ranked.first() == Some(&pick.id));
            self.among_three[at] += usize::from(ranked.contains(&pick.id));
        }
    }

    fn report(mut self, tasks: &BTreeMap<String, Vec<Talk>>, bad_lines: Vec<String>) -> ReplyReport {
        let per_pick = |n: usize| count(n) / count(self.n.max(1));
        self.times.iter_mut().for_each(|times| times.sort_unstable());
        let row = |(at, system): (usize, System)| Row {
            system: system.name(),
            n: self.n,
            top_1: 100.0 * per_pick(self.first[at]),
            top_3: 100.0 * per_pick(self.among_three[at]),
            median_us: quantile(&self.times[at], 50),
            p99_us: quantile(&self.times[at], 99),
        };
        ReplyReport {
            dialogues: tasks.values().map(Vec::len).sum(),
            tasks: tasks.len(),
            folds: FOLDS,
            mean_bank: per_pick(self.banks),
            first_offered: 100.0 * per_pick(self.first_offered),
            rows: System::ALL.into_iter().enumerate().map(row).collect(),
            bad_lines,
        }
    }
}

/// A count as a number to divide by; these counts are far below 2^32.
fn count(n: usize) -> f64 {
    f64::from(u32::try_from(n).unwrap_or(u32::MAX))
}

fn quantile(sorted: &[Duration], percent: usize) -> u64 {
    let at = (sorted.len() * percent / 100).min(sorted.len().saturating_sub(1));
    sorted.get(at).map_or(0, |time| u64::try_from(time.as_micros()).unwrap_or(u64::MAX))
}

impl fmt::Display for ReplyReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} dialogues, {} tasks; {} folds by dialogue; ", self.dialogues, self.tasks, self.folds)?;
        writeln!(f, "{:.1} canned replies a task; picks in percent", self.mean_bank)?;
        writeln!(f, "{:<26} {:>6} {:>6} {:>6} {:>10} {:>7}", "", "n", "top 1", "top 3", "median µs", "p99 µs")?;
        for row in &self.rows {
            write!(f, "{:<26} {:>6} {:>6.1} {:>6.1}", row.system, row.n, row.top_1, row.top_3)?;
            writeln!(f, " {:>10} {:>7}", row.median_us, row.p99_us)?;
        }
        writeln!(f, "picked the first of the replies that were then on offer: {:.1}", self.first_offered)?;
        self.bad_lines.iter().try_for_each(|bad| writeln!(f, "not read: {bad}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PICKS: &str = r#"{"role": "customer", "text": "hello"},
        {"role": "agent", "text": "Your name?", "label": "ask_name", "options": ["ask_name", "bye"]},
        {"role": "customer", "text": "Ana"}, {"role": "tool_call", "api": "x", "args": []},
        {"role": "tool_result", "api": "x", "item": {"Message": "RESULT"}},"#;

    fn dialogue(result: &str) -> String {
        let last = format!(r#"{{"role": "agent", "text": "It is {result}.", "label": "{result}", "options": null}}"#);
        let free = r#"{"role": "agent", "text": "Anything.", "label": "custom", "options": ["custom"]}"#;
        let line = format!(r#"{{"tasks": ["book"], "events": [{PICKS}{last},{free}]}}"#);
        line.replace("RESULT", result).replace('\n', " ")
    }

    #[test]
    fn a_lookup_decides_where_messages_cannot() {
        let results = ["free", "free", "taken"].repeat(20);
        let lines: Vec<String> = results.into_iter().map(dialogue).collect();
        let report = run(&format!("{}\nnot json", lines.join("\n")));
        let [frequent, _, _, talk, records] = &report.rows[..] else { panic!("five rows") };
        assert_eq!((report.dialogues, report.tasks, frequent.n), (60, 1, 120), "free text is no pick");
        assert!((records.top_1 - 100.0).abs() < 1e-9, "{report}");
        assert!(talk.top_1 > frequent.top_1 && talk.top_1 < records.top_1, "{report}");
        assert!(report.bad_lines[0].starts_with("line 61: "), "{report}");
    }

    #[test]
    fn a_dialogue_alone_teaches_itself_nothing() {
        let report = run(&dialogue("free"));
        assert!(report.rows.iter().all(|row| row.n == 2 && row.top_3 < 1e-9), "{report}");
        assert!(run("").rows.iter().all(|row| row.n == 0));
    }

    #[test]
    fn the_ranking_beats_both_baselines_on_real_dialogues() {
        let Some(file) = crate::shared::shared("data/star/star_support_single.jsonl") else { return };
        let all = std::fs::read_to_string(file).unwrap();
        let report = run(&all.lines().step_by(6).collect::<Vec<_>>().join("\n"));
        let [frequent, after, bm25, talk, records] = &report.rows[..] else { panic!("five rows") };
        for baseline in [frequent, after, bm25] {
            assert!(talk.top_1 > baseline.top_1 + 5.0 && talk.top_3 > baseline.top_3 + 3.0, "{report}");
        }
        assert!(records.top_1 > talk.top_1, "{report}");
    }
}
