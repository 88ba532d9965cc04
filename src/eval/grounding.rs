//! Does the check find what nothing supports, and does it leave alone what a source says?
//!
//! The set is made here, from the articles of the sample desk, so that nobody has to trust a hand-made one: a clean draft
//! is a sentence of an article with its mark; each corrupted one has one thing in it that no source says.

use std::fmt;

use serde::Serialize;

use crate::assist::model::brief::Source;
use crate::assist::model::draft;
use crate::assist::reply::ReplyInput;
use crate::assist::sentences;
use crate::domain::article::Article;
use crate::domain::draft::Maker;
use crate::domain::ticket::{Ticket, Tone};

/// Sentences taken from one article.
const MOST_SENTENCES: usize = 4;
/// Words from which a sentence states something.
const LEAST_WORDS: usize = 6;

/// What is done to a clean draft.
type Corruption = (&'static str, fn(&str) -> Option<String>);

const CORRUPTIONS: [Corruption; 5] = [
    ("a changed number", changed_number),
    ("an added date", |text| Some(format!("{text} This takes effect on 14 March 2031."))),
    ("an added link", |text| Some(format!("{text} See https://example.org/claim-now for the rest."))),
    ("an added promise", |text| Some(format!("{text} We will refund 27.50 to you tomorrow."))),
    ("an unrelated statement", |text| Some(format!("{text} The lighthouse keeper painted seven wooden giraffes."))),
];

/// How a check does on one kind of draft, in percent of `drafts`.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Row {
    /// What is wrong with these drafts; nothing with the clean ones.
    pub drafts_with: &'static str,
    /// How many there are.
    pub drafts: usize,
    /// Marked at the right place; for clean ones: marked anywhere, which is wrong.
    pub marked: f64,
    /// The same for the baseline that marks each number which no source has.
    pub numbers_only: f64,
}

/// The figures.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct GroundingReport {
    /// One row a kind of draft.
    pub rows: Vec<Row>,
}

/// Checks drafts made from these articles.
///
/// # Errors
/// When the ticket that they answer cannot be made.
pub fn run(articles: &[Article]) -> Result<GroundingReport, serde_json::Error> {
    let ticket = ticket()?;
    let clean: Vec<(Source, String)> = articles.iter().flat_map(drafts).collect();
    let mut rows = vec![row("nothing (clean)", &ticket, clean.iter().map(|(s, text)| (s, text.clone(), 0)))];
    for (name, corrupt) in CORRUPTIONS {
        let corrupted = clean.iter().filter_map(|(source, text)| {
            let changed = corrupt(text)?;
            let from = text.bytes().zip(changed.bytes()).take_while(|(a, b)| a == b).count();
            Some((source, changed, from))
        });
        rows.push(row(name, &ticket, corrupted));
    }
    Ok(GroundingReport { rows })
}

/// Clean drafts of an article.
fn drafts(article: &Article) -> Vec<(Source, String)> {
    let source = Source { id: article.id.to_string(), title: article.title.clone(), text: article.body.clone() };
    let plain = |text: &String| !text.contains(['*', '`', '#', '[', '|', '>']) && text.ends_with('.');
    let telling = |text: &String| text.split_whitespace().count() >= LEAST_WORDS && plain(text);
    let taken = sentences::of(&article.body).into_iter().filter(telling).take(MOST_SENTENCES);
    taken.map(|text| (source.clone(), text)).collect()
}

/// The first number becomes another one; nothing without a number.
fn changed_number(text: &str) -> Option<String> {
    let at = text.find(|c: char| c.is_ascii_digit())?;
    let digits = text[at..].bytes().take_while(u8::is_ascii_digit).count();
    let number: u64 = text[at..at + digits].parse().ok()?;
    Some(format!("{}{}{}", &text[..at], number + 3, &text[at + digits..]))
}

fn row<'a>(name: &'static str, ticket: &Ticket, drafts: impl Iterator<Item = (&'a Source, String, usize)>) -> Row {
    let (mut count, mut ours, mut baseline) = (0, 0, 0);
    for (source, text, from) in drafts {
        let written = format!("{text} [1]");
        let input =
            ReplyInput { ticket, customer: None, agent_name: "Maya", tone: Tone::Polite, articles: &[], canned: &[] };
        let found = draft::read(&input, std::slice::from_ref(source), &written, Maker::default());
        count += 1;
        ours += usize::from(found.unsupported.iter().any(|mark| mark.end > from));
        baseline += usize::from(numbers(&text[from.min(text.len())..]).any(|n| !source.text.contains(n)));
    }
    Row { drafts_with: name, drafts: count, marked: percent(ours, count), numbers_only: percent(baseline, count) }
}

fn numbers(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !c.is_ascii_digit()).filter(|digits| !digits.is_empty())
}

fn percent(part: usize, whole: usize) -> f64 {
    let count = |n: usize| f64::from(u32::try_from(n).unwrap_or(u32::MAX));
    100.0 * count(part) / count(whole.max(1))
}

/// A ticket that supports nothing.
fn ticket() -> Result<Ticket, serde_json::Error> {
    let at = "2026-11-23T09:00:00Z";
    serde_json::from_value(serde_json::json!({
        "id": "T-1", "subject": "A question", "status": "new", "priority": "normal", "tags": [], "assignee": null,
        "customer_id": "C-1", "customer_name": "Somebody", "created_at": at, "updated_at": at, "due_at": null,
        "messages": 1, "version": 1, "sample": false,
        "thread": [{"at": at, "author": "customer", "name": "Somebody", "visibility": "public",
                    "body": "Hello, could somebody please help me with this?"}],
    }))
}

impl fmt::Display for GroundingReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{:<26} {:>6} {:>10} {:>14}", "drafts with", "n", "marked", "numbers only")?;
        for row in &self.rows {
            let Row { drafts_with, drafts, marked, numbers_only } = row;
            writeln!(f, "{drafts_with:<26} {drafts:>6} {marked:>8.1} % {numbers_only:>12.1} %")?;
        }
        writeln!(f, "\nClean drafts are sentences of the sample's articles, word for word: a mark on one is wrong.")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_no_source_says_is_found_and_clean_sentences_are_mostly_left_alone() {
        let report = run(&crate::import::sample::articles()[..20]).unwrap();
        let marked = |name: &str| report.rows.iter().find(|row| row.drafts_with == name).unwrap();
        assert!(marked("nothing (clean)").drafts >= 60, "{report}");
        assert!(marked("nothing (clean)").marked <= 10.0, "{report}");
        for name in ["a changed number", "an added date", "an added link", "an added promise", "an unrelated statement"]
        {
            assert!(marked(name).marked >= 90.0, "{report}");
        }
    }

    #[test]
    fn a_number_is_changed_where_it_stands() {
        assert_eq!(changed_number("Within 5 days.").as_deref(), Some("Within 8 days."));
        assert_eq!(changed_number("Soon."), None);
    }
}
