//! A summary without a model: for each side the sentence that says most, in its own words, and who said it.
//!
//! A sentence counts by its length up to a cap, by where it stands (a customer says it first, an agent settles it
//! last), and by how much of it the rest of the thread takes up. The weights are few and set by hand; `countersign
//! eval summary` measures them.

use std::collections::HashMap;

use crate::assist::{sentences, tone};
use crate::domain::draft::{Highlight, Maker, Section, Summary};
use crate::domain::ticket::{Author, Message, Visibility};

/// Messages looked at, the newest: what was said before them has been answered.
const MOST_MESSAGES: usize = 60;
/// Words that stand in every message and tell nothing.
const COMMON: &str = " a an and are as at be but can did do for from had has have hello hi i if in is it just me my \
    no not of on or our please so thank thanks that the this to us was we were with you your ";

/// How one side's sentences are weighed.
struct Weights {
    /// Words from which length counts no more.
    cap: f64,
    /// For standing early; negative for standing late.
    early: f64,
    /// For being a question.
    question: f64,
    /// For words that the rest of the thread has too.
    shared: f64,
}

const CUSTOMER: Weights = Weights { cap: 15.0, early: 1.0, question: 0.1, shared: 0.1 };
const AGENT: Weights = Weights { cap: 22.0, early: -0.5, question: -0.2, shared: 0.1 };

/// A sentence and where it stands.
struct Said {
    text: String,
    message: usize,
    place: f64,
}

/// Summarises a thread, oldest message first.
#[must_use]
pub fn summarize(thread: &[Message]) -> Summary {
    let shared = shared_words(thread);
    let wants = best(thread, Author::Customer, &CUSTOMER, &shared);
    let done = best(thread, Author::Agent, &AGENT, &shared);
    let summary = [wants.as_ref().map(customer_says), done.as_ref().map(agent_says)];
    let mut highlights = Vec::new();
    highlights.extend(wants.map(|said| highlight(Section::Wants, said)));
    highlights.extend(later_wish(thread, &shared, &highlights));
    highlights.extend(done.map(|said| highlight(Section::Done, said)));
    highlights.extend(note(thread, &shared));
    highlights.extend(open(thread, &shared));
    highlights.extend(tone::of(thread));
    let summary = summary.into_iter().flatten().collect::<Vec<_>>().join(" ");
    Summary { summary, highlights, maker: Maker::offline() }
}

fn highlight(section: Section, said: Said) -> Highlight {
    Highlight { section, text: said.text, message: said.message }
}

fn customer_says(said: &Said) -> String {
    let verb = if is_question(&said.text) { "asks" } else { "writes" };
    format!("The customer {verb}: {}", said.text)
}

fn agent_says(said: &Said) -> String {
    let verb = if is_question(&said.text) { "asks" } else { "says" };
    format!("The agent {verb}: {}", said.text)
}

/// The sentence of one side that says most, in what the customer can read.
fn best(thread: &[Message], side: Author, weights: &Weights, shared: &HashMap<String, f64>) -> Option<Said> {
    let public = |m: &Message| m.author == side && m.visibility == Visibility::Public;
    strongest(said(thread, public), weights, shared)
}

fn strongest(said: Vec<Said>, weights: &Weights, shared: &HashMap<String, f64>) -> Option<Said> {
    let score = |it: &Said| weigh(&it.text, it.place, weights, shared);
    said.into_iter().max_by(|a, b| score(a).total_cmp(&score(b)))
}

#[allow(clippy::cast_precision_loss)] // lengths and places are small
fn said(thread: &[Message], of: impl Fn(&Message) -> bool) -> Vec<Said> {
    let skip = thread.len().saturating_sub(MOST_MESSAGES);
    let all = thread.len().max(1) as f64;
    let messages = thread.iter().enumerate().skip(skip).filter(|(_, message)| of(message));
    messages
        .flat_map(|(message, m)| {
            let place = message as f64 / all;
            sentences::of(&m.body).into_iter().map(move |text| Said { text, message, place })
        })
        .collect()
}

#[allow(clippy::cast_precision_loss)] // a sentence has few words
fn weigh(text: &str, place: f64, weights: &Weights, shared: &HashMap<String, f64>) -> f64 {
    let words: Vec<_> = sentences::words(text).collect();
    // Scripts without spaces have long words: their letters count instead, two and a half to a word.
    let dense = text.chars().filter(|c| u32::from(*c) >= 0x2e80).count() as f64 / 2.5;
    let length = (words.len() as f64).max(dense);
    let telling: Vec<_> = words.iter().filter(|word| is_telling(word)).collect();
    let taken_up: f64 = telling.iter().map(|word| shared.get(*word).copied().unwrap_or(0.0)).sum();
    let over = (length - weights.cap).max(0.0) * 0.01;
    (length / weights.cap).min(1.0) - over
        + weights.early * (1.0 - place)
        + if is_question(text) { weights.question } else { 0.0 }
        + weights.shared * taken_up / (telling.len() as f64).sqrt().max(1.0) / 3.0
}

fn is_telling(word: &str) -> bool {
    !COMMON.contains(&format!(" {word} "))
}

/// In how many other messages a word stands.
fn shared_words(thread: &[Message]) -> HashMap<String, f64> {
    let mut counts: HashMap<String, f64> = HashMap::new();
    for message in thread.iter().rev().take(MOST_MESSAGES) {
        let mut words: Vec<_> = sentences::of(&message.body).iter().flat_map(|s| sentences::words(s)).collect();
        words.sort();
        words.dedup();
        for word in words.into_iter().filter(|word| is_telling(word)) {
            *counts.entry(word).or_insert(-1.0) += 1.0;
        }
    }
    counts
}

/// What the customer wants beside the first thing: the strongest sentence of their newest message.
fn later_wish(thread: &[Message], shared: &HashMap<String, f64>, known: &[Highlight]) -> Option<Highlight> {
    let last = thread.iter().rposition(|m| m.author == Author::Customer)?;
    if known.iter().any(|h| h.message == last) {
        return None;
    }
    let said = said_in(thread, last);
    strongest(said, &CUSTOMER, shared).map(|said| highlight(Section::Wants, said))
}

fn said_in(thread: &[Message], message: usize) -> Vec<Said> {
    let text = thread.get(message).map_or(Vec::new(), |m| sentences::of(&m.body));
    text.into_iter().map(|text| Said { text, message, place: 0.0 }).collect()
}

/// What the desk noted for itself, the newest.
fn note(thread: &[Message], shared: &HashMap<String, f64>) -> Option<Highlight> {
    let last = thread.iter().rposition(|m| m.visibility == Visibility::Internal && m.author == Author::Agent)?;
    strongest(said_in(thread, last), &AGENT, shared).map(|said| highlight(Section::Done, said))
}

/// Who owes the next word, and to what.
fn open(thread: &[Message], shared: &HashMap<String, f64>) -> Option<Highlight> {
    let last = thread.iter().rposition(|m| m.visibility == Visibility::Public)?;
    let said = said_in(thread, last);
    let (asked, told): (Vec<_>, Vec<_>) = said.into_iter().partition(|said| is_question(&said.text));
    let (text, message) = match thread[last].author {
        Author::Customer => {
            let it = strongest(asked, &CUSTOMER, shared).or_else(|| strongest(told, &CUSTOMER, shared))?;
            (format!("waits for us: {}", it.text), it.message)
        }
        Author::Agent => {
            let it = strongest(asked, &AGENT, shared)?;
            (format!("waits for the customer: {}", it.text), it.message)
        }
        Author::System => return None,
    };
    Some(Highlight { section: Section::Open, text, message })
}

fn is_question(text: &str) -> bool {
    text.trim_end().ends_with(['?', '？', '؟'])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(author: Author, visibility: Visibility, body: &str) -> Message {
        Message {
            at: "2026-01-01T00:00:00Z".parse().unwrap(),
            author,
            name: "x".into(),
            visibility,
            body: body.into(),
            attachments: vec![],
        }
    }

    fn thread() -> Vec<Message> {
        vec![
            message(
                Author::Customer,
                Visibility::Public,
                "Hello! My card shows two charges of 49.00 for order FH-1. Please refund one.",
            ),
            message(Author::Agent, Visibility::Internal, "The second charge is an authorisation hold, see KB-12."),
            message(Author::Agent, Visibility::Public, "Hello Ines. Could you send us a picture of the statement?"),
        ]
    }

    fn texts(summary: &Summary, section: Section) -> Vec<&str> {
        summary.highlights.iter().filter(|h| h.section == section).map(|h| h.text.as_str()).collect()
    }

    #[test]
    fn a_summary_says_who_wants_what_and_what_is_open() {
        let summary = summarize(&thread());
        assert_eq!(
            summary.summary,
            "The customer writes: My card shows two charges of 49.00 for order FH-1. \
             The agent asks: Could you send us a picture of the statement?"
        );
        assert_eq!(texts(&summary, Section::Wants), ["My card shows two charges of 49.00 for order FH-1."]);
        assert!(texts(&summary, Section::Done).contains(&"The second charge is an authorisation hold, see KB-12."));
        assert_eq!(
            texts(&summary, Section::Open),
            ["waits for the customer: Could you send us a picture of the statement?"]
        );
    }

    #[test]
    fn an_internal_note_never_stands_in_the_summary() {
        assert!(!summarize(&thread()).summary.contains("authorisation"));
    }

    #[test]
    fn every_highlight_stands_in_the_message_that_it_names() {
        let thread = thread();
        for h in summarize(&thread).highlights.iter().filter(|h| h.section != Section::Tone) {
            let words = h.text.rsplit(": ").next().unwrap();
            assert!(thread[h.message].body.contains(words), "{h:?}");
        }
    }

    #[test]
    fn empty_short_and_huge_threads_are_summarised_too() {
        assert_eq!(summarize(&[]).summary, "");
        let one = summarize(&[message(Author::Customer, Visibility::Public, "help")]);
        assert_eq!(one.summary, "The customer writes: help");
        let paste = format!("It fails.\n{}", "0x1f 12:00:01 ERROR retry=3\n".repeat(8000));
        assert!(!summarize(&[message(Author::Customer, Visibility::Public, &paste)]).summary.is_empty());
        let cjk = summarize(&[message(Author::Customer, Visibility::Public, "注文が届きません。返金してください。")]);
        assert!(cjk.summary.contains("返金してください。"), "{}", cjk.summary);
    }
}
