//! Edits that people make again and again, whatever the ticket.

use std::collections::BTreeMap;

use crate::assist::learn::article::Quoted;
use crate::assist::learn::edits::replacements;
use crate::assist::learn::letter::{Letter, ratio};
use crate::assist::learn::privacy::Privacy;
use crate::assist::learn::{Exchange, support};
use crate::domain::lesson::{Change, Lesson};

/// Edited replies in which an edit must have been seen,
const LEAST_SEEN: usize = 5;
/// and their share of those in which it could have been.
const LEAST_SHARE: f64 = 0.6;
/// A reply of at most this share of the suggestion is a shorter one.
const SHORTER: f64 = 0.8;
/// Words of a phrase.
const MOST_WORDS: usize = 6;
/// Characters of what a note names.
const MOST_NAMED: usize = 160;

/// A note for each edit that is systematic.
pub(crate) fn lessons(exchanges: &[Exchange<'_>], quoted: &Quoted<'_>, privacy: &Privacy) -> Vec<Lesson> {
    let mut found = Vec::new();
    found.extend(part(exchanges, "greeting", "Greet with", |letter| &letter.greeting, privacy));
    found.extend(part(exchanges, "closing", "Close with", |letter| &letter.closing, privacy));
    found.extend(shorter(exchanges));
    found.extend(phrases(exchanges, quoted, privacy));
    found
}

fn is_systematic(seen: usize, of: usize) -> bool {
    seen >= LEAST_SEEN && ratio(seen, of) >= LEAST_SHARE
}

/// The greeting or closing that people put in place of the suggested one.
fn part(
    exchanges: &[Exchange<'_>],
    what: &str,
    verb: &str,
    of_letter: impl Fn(&Letter) -> &String,
    privacy: &Privacy,
) -> Option<Lesson> {
    let parts = exchanges.iter().map(|exchange| (of_letter(&exchange.before), of_letter(&exchange.after), exchange));
    let with_both: Vec<_> = parts.filter(|(old, new, _)| !old.is_empty() && !new.is_empty()).collect();
    let mut by_new: BTreeMap<&str, Vec<&Exchange<'_>>> = BTreeMap::new();
    for (_, new, exchange) in with_both.iter().filter(|(old, new, _)| old != new) {
        by_new.entry(new).or_default().push(exchange);
    }
    let (new, seen) = by_new.into_iter().find(|(_, seen)| is_systematic(seen.len(), with_both.len()))?;
    let named = plain_fields(new)?;
    if !privacy.allows(&named, seen.iter().flat_map(|exchange| exchange.people)) {
        return None;
    }
    let note = format!("{verb} “{named}”.");
    note_of(&format!("{what} {new}"), &note, seen.into_iter(), with_both.len())
}

fn shorter(exchanges: &[Exchange<'_>]) -> Option<Lesson> {
    let seen: Vec<_> = exchanges.iter().filter(|exchange| exchange.ratio <= SHORTER).collect();
    if !is_systematic(seen.len(), exchanges.len()) {
        return None;
    }
    let mut ratios: Vec<f64> = exchanges.iter().map(|exchange| exchange.ratio).collect();
    ratios.sort_by(f64::total_cmp);
    let share = match ratios[ratios.len() / 2] {
        median if median <= 0.4 => "a third",
        median if median <= 0.6 => "half",
        _ => "three quarters",
    };
    let note = format!("Write shorter: replies that are sent have about {share} of the length of your drafts.");
    note_of("length", &note, seen.into_iter(), exchanges.len())
}

/// What was taken out, and what was put in its place; both lower-case words.
type Edit = (Vec<String>, Vec<String>);

fn phrases(exchanges: &[Exchange<'_>], quoted: &Quoted<'_>, privacy: &Privacy) -> Vec<Lesson> {
    let mut seen: BTreeMap<Edit, Vec<&Exchange<'_>>> = BTreeMap::new();
    for exchange in exchanges {
        let mut edits = edits(exchange, quoted);
        edits.sort();
        edits.dedup();
        for edit in edits {
            seen.entry(edit).or_default().push(exchange);
        }
    }
    seen.retain(|_, seen| seen.len() >= LEAST_SEEN);
    let note = |((old, new), seen): (Edit, Vec<&Exchange<'_>>)| {
        let of = exchanges.iter().filter(|exchange| exchange.before.says(&old)).count();
        let (named, instead) = (old.join(" "), new.join(" "));
        let people = || seen.iter().flat_map(|exchange| exchange.people);
        let private = !privacy.allows(&named, people()) || !privacy.allows(&instead, people());
        if !is_systematic(seen.len(), of) || private || named.chars().count() > MOST_NAMED {
            return None;
        }
        let note = if instead.is_empty() {
            format!("Leave out “{named}”.")
        } else {
            format!("Write “{instead}”, not “{named}”.")
        };
        note_of(&format!("phrase {named} > {instead}"), &note, seen.into_iter(), of)
    };
    seen.into_iter().filter_map(note).collect()
}

/// Wording that an exchange changed; figures and what articles say are facts, and fields are nobody's wording.
fn edits(exchange: &Exchange<'_>, quoted: &Quoted<'_>) -> Vec<Edit> {
    let changed = exchange.edits.changed.iter().filter(|(old, _)| !quoted.has(old));
    let changed = changed.flat_map(|(old, new)| replacements(&old.words, &new.words));
    let changed = changed.filter(|(old, new)| !old.is_empty() && old.len() <= MOST_WORDS && new.len() <= MOST_WORDS);
    let removed = exchange.edits.removed.iter().map(|sentence| (sentence.words.clone(), Vec::new()));
    let is_fact = |word: &String| word.contains("{{") || word.chars().any(|c| c.is_ascii_digit());
    changed.chain(removed).filter(|(old, new)| !old.iter().chain(new).any(is_fact)).collect()
}

/// A greeting or closing as a model is told it; nothing where a field is left that it could not fill.
fn plain_fields(text: &str) -> Option<String> {
    let told = [
        ("{{customer.first_name}}", "[first name]"),
        ("{{customer.name}}", "[full name]"),
        ("{{agent.name}}", "[your name]"),
    ];
    let text = told.iter().fold(text.to_owned(), |text, (field, told)| text.replace(field, told));
    (!text.contains("{{")).then_some(text)
}

fn note_of<'a>(about: &str, note: &str, seen: impl Iterator<Item = &'a Exchange<'a>>, of: usize) -> Option<Lesson> {
    let change = Change::Style { about: about.to_owned(), note: note.to_owned() };
    let title = note.split_once(':').map_or(note, |(head, _)| head).trim_end_matches('.').to_owned();
    Lesson::new(change, title, support(seen, of))
}
