//! Summaries beside two baselines, on dialogues with human summaries.

use std::fmt;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::assist::{sentences, summary};
use crate::domain::text;
use crate::domain::ticket::{Author, Message, Visibility};
use crate::eval::rouge::{Rouge, rouge};

/// One dialogue of the file; what else it has is not read.
#[derive(Deserialize)]
struct Dialogue {
    turns: Vec<Turn>,
    abstractive: Vec<Vec<String>>,
}

#[derive(Deserialize)]
struct Turn {
    speaker: Speaker,
    text: String,
    #[serde(default)]
    sentences: Vec<String>,
}

#[derive(Clone, Copy, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
enum Speaker {
    Customer,
    Agent,
}

/// One system's figures, in percent, mean over references and dialogues.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Row {
    /// Which system.
    pub system: &'static str,
    /// ROUGE-1 F1.
    pub rouge_1: f64,
    /// ROUGE-2 F1.
    pub rouge_2: f64,
    /// ROUGE-L F1.
    pub rouge_l: f64,
}

/// The figures of a file.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct SummaryReport {
    /// How many dialogues counted.
    pub n: usize,
    /// One row a system.
    pub rows: Vec<Row>,
    /// Lines that could not be read, with the reason.
    pub bad_lines: Vec<String>,
}

type System = fn(&Dialogue) -> String;

/// The systems: two baselines, the stronger one with our labels, and the assistant.
const SYSTEMS: [(&str, System); 4] = [
    ("lead sentences", lead),
    ("longest sentences", longest),
    ("longest sentences, labelled", longest_labelled),
    ("offline assistant", ours),
];

/// Measures on JSON Lines in the shape of `TweetSumm`: `turns[{speaker, text, sentences?}]`, `abstractive[[sentence]]`.
#[must_use]
pub fn run(jsonl: &str) -> SummaryReport {
    let mut bad_lines = Vec::new();
    let mut dialogues: Vec<Dialogue> = Vec::new();
    for (at, line) in jsonl.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
        match serde_json::from_str(line) {
            Ok(dialogue) => dialogues.push(dialogue),
            Err(error) => bad_lines.push(format!("line {}: {}", at + 1, text::short(&error.to_string(), 200))),
        }
    }
    dialogues.retain(|d| d.abstractive.iter().any(|reference| !reference.is_empty()));
    let rows = SYSTEMS.iter().map(|(name, system)| row(name, *system, &dialogues)).collect();
    SummaryReport { n: dialogues.len(), rows, bad_lines }
}

fn row(system: &'static str, summarise: System, dialogues: &[Dialogue]) -> Row {
    let scores: Vec<Rouge> = dialogues.iter().map(|d| against_all(d, &summarise(d))).collect();
    #[allow(clippy::cast_precision_loss)] // counts of dialogues
    let mean = |of: fn(&Rouge) -> f64| 100.0 * scores.iter().map(of).sum::<f64>() / scores.len().max(1) as f64;
    Row { system, rouge_1: mean(|r| r.one), rouge_2: mean(|r| r.two), rouge_l: mean(|r| r.l) }
}

#[allow(clippy::cast_precision_loss)] // about three references
fn against_all(dialogue: &Dialogue, summary: &str) -> Rouge {
    let references: Vec<_> = dialogue.abstractive.iter().filter(|r| !r.is_empty()).map(|r| r.join(" ")).collect();
    let scores: Vec<_> = references.iter().map(|reference| rouge(reference, summary)).collect();
    let mean = |of: fn(&Rouge) -> f64| scores.iter().map(of).sum::<f64>() / scores.len().max(1) as f64;
    Rouge { one: mean(|r| r.one), two: mean(|r| r.two), l: mean(|r| r.l) }
}

fn said_by(dialogue: &Dialogue, speaker: Speaker) -> Vec<String> {
    let turns = dialogue.turns.iter().filter(|turn| turn.speaker == speaker);
    // Handles and links are dropped for the baselines too.
    let given = turns.map(|t| if t.sentences.is_empty() { vec![t.text.clone()] } else { t.sentences.clone() });
    given.flatten().flat_map(|sentence| sentences::of(&sentence)).collect()
}

fn lead(dialogue: &Dialogue) -> String {
    let first = |speaker| said_by(dialogue, speaker).into_iter().next().unwrap_or_default();
    format!("{} {}", first(Speaker::Customer), first(Speaker::Agent))
}

fn longest_of(dialogue: &Dialogue, speaker: Speaker) -> String {
    // The first of the longest, as the published figure was made.
    said_by(dialogue, speaker).into_iter().rev().max_by_key(String::len).unwrap_or_default()
}

fn longest(dialogue: &Dialogue) -> String {
    format!("{} {}", longest_of(dialogue, Speaker::Customer), longest_of(dialogue, Speaker::Agent))
}

/// What naming the speakers alone is worth.
fn longest_labelled(dialogue: &Dialogue) -> String {
    let (customer, agent) = (longest_of(dialogue, Speaker::Customer), longest_of(dialogue, Speaker::Agent));
    format!("The customer writes: {customer} The agent says: {agent}")
}

fn ours(dialogue: &Dialogue) -> String {
    let thread: Vec<Message> = dialogue.turns.iter().map(message).collect();
    summary::summarize(&thread).summary
}

fn message(turn: &Turn) -> Message {
    let author = match turn.speaker {
        Speaker::Customer => Author::Customer,
        Speaker::Agent => Author::Agent,
    };
    Message {
        at: Timestamp::UNIX_EPOCH,
        author,
        name: String::new(),
        visibility: Visibility::Public,
        body: turn.text.clone(),
        attachments: Vec::new(),
    }
}

impl fmt::Display for SummaryReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{} dialogues; F1 in percent, mean over references", self.n)?;
        writeln!(f, "{:<30} {:>8} {:>8} {:>8}", "", "ROUGE-1", "ROUGE-2", "ROUGE-L")?;
        for row in &self.rows {
            writeln!(f, "{:<30} {:>8.1} {:>8.1} {:>8.1}", row.system, row.rouge_1, row.rouge_2, row.rouge_l)?;
        }
        self.bad_lines.iter().try_for_each(|bad| writeln!(f, "not read: {bad}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_assistant_beats_both_baselines_on_real_dialogues() {
        let Some(file) = crate::shared::shared("data/tweetsumm/tweetsumm_dev_429.jsonl") else { return };
        let report = run(&std::fs::read_to_string(file).unwrap());
        let [lead, longest, labelled, ours] = &report.rows[..] else { panic!("four rows") };
        for baseline in [lead, longest, labelled] {
            assert!(ours.rouge_1 > baseline.rouge_1, "{report}");
            assert!(ours.rouge_2 > baseline.rouge_2 && ours.rouge_l > baseline.rouge_l, "{report}");
        }
        assert!(ours.rouge_1 > 34.7, "better than a human's best extract without labels: {report}");
    }

    #[test]
    fn a_line_that_is_no_dialogue_is_named() {
        let report = run("{}\n\nnot json\n");
        assert_eq!((report.n, report.bad_lines.len()), (0, 2));
        assert!(report.bad_lines[1].starts_with("line 3: "));
    }
}
