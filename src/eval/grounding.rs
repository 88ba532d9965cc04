//! Does the check find what nothing supports, and does it leave alone what a source says?
//!
//! A file has drafts with their sources and the words in them that nothing supports. Without a file the set is made here,
//! from the articles of the sample desk, so that nobody has to trust a hand-made one: a clean draft is a sentence of an
//! article with its mark; each corrupted one has one thing in it that no source says.

use std::fmt;
use std::ops::Range;

use serde::{Deserialize, Serialize};

use crate::assist::model::brief::Source;
use crate::assist::model::draft;
use crate::assist::reply::ReplyInput;
use crate::assist::sentences;
use crate::domain::article::Article;
use crate::domain::draft::{self as reply_draft, Maker};
use crate::domain::text;
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
    /// Lines that could not be read, with the reason.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub bad_lines: Vec<String>,
}

/// One draft of a file.
#[derive(Deserialize)]
struct Line {
    draft: String,
    sources: Vec<Given>,
    #[serde(default)]
    thread: Vec<String>,
    #[serde(default)]
    wrong: Vec<String>,
}

#[derive(Deserialize)]
struct Given {
    #[serde(default)]
    title: String,
    text: String,
}

/// A draft with what it may rest on, and where it goes wrong.
struct Case {
    ticket: Ticket,
    sources: Vec<Source>,
    draft: String,
    /// Places that nothing supports, in bytes; none in a clean draft.
    wrong: Vec<Range<usize>>,
}

/// Checks drafts made from these articles.
///
/// # Errors
/// When the ticket that they answer cannot be made.
pub fn run(articles: &[Article]) -> Result<GroundingReport, serde_json::Error> {
    let ticket = ticket(&["Hello, could somebody please help me with this?".to_owned()])?;
    let case = |source: &Source, text: &str, wrong: Vec<Range<usize>>| Case {
        ticket: ticket.clone(),
        sources: vec![source.clone()],
        draft: format!("{text} [1]"),
        wrong,
    };
    let clean: Vec<(Source, String)> = articles.iter().flat_map(drafts).collect();
    let mut rows = vec![row("nothing (clean)", clean.iter().map(|(source, text)| case(source, text, Vec::new())))];
    for (name, corrupt) in CORRUPTIONS {
        let corrupted = clean.iter().filter_map(|(source, text)| {
            let changed = corrupt(text)?;
            let from = text.bytes().zip(changed.bytes()).take_while(|(a, b)| a == b).count();
            let wrong = from..changed.len();
            Some(case(source, &changed, vec![wrong]))
        });
        rows.push(row(name, corrupted));
    }
    Ok(GroundingReport { rows, bad_lines: Vec::new() })
}

/// Checks the drafts of a file: JSON Lines with `draft`, `sources [{title, text}]`, `thread`, `wrong`.
///
/// # Errors
/// When the tickets that they answer cannot be made.
pub fn of_file(jsonl: &str) -> Result<GroundingReport, serde_json::Error> {
    let mut bad_lines = Vec::new();
    let (mut clean, mut wrong) = (Vec::new(), Vec::new());
    for (at, line) in jsonl.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
        match serde_json::from_str(line).map_err(|e| e.to_string()).and_then(case_of) {
            Ok(case) if case.wrong.is_empty() => clean.push(case),
            Ok(case) => wrong.push(case),
            Err(error) => bad_lines.push(format!("line {}: {}", at + 1, text::short(&error, 200))),
        }
    }
    let rows = vec![row("nothing (clean)", clean.into_iter()), row("something wrong", wrong.into_iter())];
    Ok(GroundingReport { rows, bad_lines })
}

fn case_of(given: Line) -> Result<Case, String> {
    let source = |(n, source): (usize, Given)| Source { id: format!("S-{n}"), title: source.title, text: source.text };
    let place = |words: &String| {
        let at = given.draft.find(words.as_str()).filter(|_| !words.is_empty());
        at.map(|at| at..at + words.len()).ok_or_else(|| format!("the draft does not say {words:?}"))
    };
    let wrong = given.wrong.iter().map(place).collect::<Result<_, _>>()?;
    let ticket = ticket(&given.thread).map_err(|error| error.to_string())?;
    Ok(Case { ticket, sources: (1..).zip(given.sources).map(source).collect(), draft: given.draft, wrong })
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

/// A draft that is wrong in several places counts as marked when each of them is.
fn row(name: &'static str, cases: impl Iterator<Item = Case>) -> Row {
    let (mut count, mut ours, mut baseline) = (0, 0, 0);
    for Case { ticket, sources, draft, wrong } in cases {
        let input = ReplyInput {
            ticket: &ticket,
            customer: None,
            agent_name: "Maya",
            tone: Tone::Polite,
            articles: &[],
            canned: &[],
            likely: 0,
            precedents: &[],
        };
        let found = draft::read(&input, &sources, &draft, Maker::default());
        let marked =
            |place: &Range<usize>| found.unsupported.iter().any(|m| m.start < place.end && m.end > place.start);
        let known = |n: &str| sources.iter().any(|source| source.text.contains(n));
        let unknown = |words: &str| numbers(words).any(|n| !known(n));
        count += 1;
        if wrong.is_empty() {
            ours += usize::from(!found.unsupported.is_empty());
            baseline += usize::from(unknown(&reply_draft::without_marks(&draft, sources.len())));
        } else {
            ours += usize::from(wrong.iter().all(marked));
            baseline += usize::from(wrong.iter().all(|place| unknown(&draft[place.clone()])));
        }
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

/// A ticket with what a customer wrote.
fn ticket(said: &[String]) -> Result<Ticket, serde_json::Error> {
    let at = "2026-11-23T09:00:00Z";
    let message = |body: &String| serde_json::json!({"at": at, "author": "customer", "name": "Somebody", "visibility": "public", "body": body});
    let thread: Vec<serde_json::Value> = said.iter().map(message).collect();
    serde_json::from_value(serde_json::json!({
        "id": "T-1", "subject": "A question", "status": "new", "priority": "normal", "tags": [], "assignee": null,
        "customer_id": "C-1", "customer_name": "Somebody", "created_at": at, "updated_at": at, "due_at": null,
        "messages": thread.len(), "version": 1, "sample": false, "thread": thread,
    }))
}

impl fmt::Display for GroundingReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{:<26} {:>6} {:>10} {:>14}", "drafts with", "n", "marked", "numbers only")?;
        for row in &self.rows {
            let Row { drafts_with, drafts, marked, numbers_only } = row;
            writeln!(f, "{drafts_with:<26} {drafts:>6} {marked:>8.1} % {numbers_only:>12.1} %")?;
        }
        self.bad_lines.iter().try_for_each(|bad| writeln!(f, "not read: {bad}"))?;
        writeln!(f, "\nA mark on a clean draft is wrong; the others should be marked where they are wrong.")
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
    fn a_file_s_drafts_are_held_against_their_own_sources() {
        let source = r#""sources": [{"title": "Delivery", "text": "Parcels to Ireland take 3-6 working days."}]"#;
        let file = [
            format!(r#"{{"draft": "Parcels to Ireland take 3-6 working days. [1]", {source}}}"#),
            format!(r#"{{"draft": "Parcels to Ireland take 9 working days. [1]", {source}, "wrong": ["9"]}}"#),
            format!(r#"{{"draft": "Soon.", {source}, "wrong": ["tomorrow"]}}"#),
        ];
        let report = of_file(&file.join("\n")).unwrap();
        let [clean, wrong] = &report.rows[..] else { panic!("two rows") };
        assert_eq!((clean.drafts, wrong.drafts), (1, 1));
        assert!(clean.marked.abs() < 1e-9 && (wrong.marked - 100.0).abs() < 1e-9, "{report}");
        assert!(report.bad_lines[0].starts_with("line 3: the draft does not say"), "{:?}", report.bad_lines);
    }

    #[test]
    fn a_number_is_changed_where_it_stands() {
        assert_eq!(changed_number("Within 5 days.").as_deref(), Some("Within 8 days."));
        assert_eq!(changed_number("Soon."), None);
    }
}
