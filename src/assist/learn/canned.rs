//! Passages that people keep adding, which neither a suggestion nor a canned reply has.

use std::collections::{BTreeMap, BTreeSet};

use crate::assist::learn::letter::{Bag, Paragraph, Sentence};
use crate::assist::learn::privacy::Privacy;
use crate::assist::learn::{Exchange, Past, support};
use crate::domain::lesson::{Change, Lesson};
use crate::domain::text;

/// Tickets on which a passage must have been sent.
const LEAST_TICKETS: usize = 3;
/// A passage has at least this many words.
const LEAST_WORDS: usize = 8;
/// Different passages that are compared with each other.
const MOST_PASSAGES: usize = 2_000;

/// Passages that say nearly the same.
struct Cluster {
    words: Bag,
    /// By wording, the exchanges that have it.
    wordings: BTreeMap<String, Vec<usize>>,
}

/// A canned reply for each passage that was sent often enough.
pub(crate) fn lessons(past: &Past<'_>, exchanges: &[Exchange<'_>], privacy: &Privacy) -> Vec<Lesson> {
    let known = known(past);
    clusters(exchanges).iter().filter_map(|cluster| lesson(cluster, exchanges, &known, privacy)).collect()
}

/// Each sentence that a suggestion or a canned reply has, once.
fn known(past: &Past<'_>) -> Vec<Bag> {
    let suggested = past.reviewed.iter().filter_map(|reviewed| reviewed.texts.as_ref()).map(|texts| &texts.0);
    let canned = past.canned.iter().map(|canned| &canned.body);
    let all: BTreeSet<Vec<String>> =
        suggested.chain(canned).flat_map(|text| Paragraph::read(text).sentences).map(|s| s.words).collect();
    all.iter().map(|words| Bag::of(words)).collect()
}

fn clusters(exchanges: &[Exchange<'_>]) -> Vec<Cluster> {
    let mut clusters: Vec<Cluster> = Vec::new();
    for (at, exchange) in exchanges.iter().enumerate() {
        for passage in exchange.after.paragraphs.iter().flat_map(|paragraph| passages(paragraph, exchange)) {
            let words = Sentence::read(&passage).bag();
            let known = clusters.iter().position(|cluster| cluster.words.same(&words));
            if known.is_none() && (words.len() < LEAST_WORDS || clusters.len() >= MOST_PASSAGES) {
                continue;
            }
            let place = known.unwrap_or(clusters.len());
            if known.is_none() {
                clusters.push(Cluster { words, wordings: BTreeMap::new() });
            }
            clusters[place].wordings.entry(passage).or_default().push(at);
        }
    }
    clusters
}

/// The runs of added sentences of a paragraph; a paragraph that is all new stays as it stands, with its lines.
fn passages(paragraph: &Paragraph, exchange: &Exchange<'_>) -> Vec<String> {
    let is_new = |sentence: &Sentence| exchange.edits.added.contains(&sentence.words);
    if paragraph.sentences.iter().all(is_new) {
        return vec![paragraph.text.clone()];
    }
    let runs = paragraph.sentences.split(|sentence| !is_new(sentence)).filter(|run| !run.is_empty());
    runs.map(|run| run.iter().map(|s| s.text.as_str()).collect::<Vec<_>>().join(" ")).collect()
}

fn lesson(cluster: &Cluster, exchanges: &[Exchange<'_>], known: &[Bag], privacy: &Privacy) -> Option<Lesson> {
    let places: BTreeSet<usize> = cluster.wordings.values().flatten().copied().collect();
    let of_cluster = || places.iter().map(|at| &exchanges[*at]);
    let support = support(of_cluster(), exchanges.len());
    let people = || of_cluster().flat_map(|exchange| exchange.people);
    if support.tickets.len() < LEAST_TICKETS {
        return None;
    }
    // The wording that most people chose; of equals the first in the alphabet.
    let (body, _) = cluster
        .wordings
        .iter()
        .filter(|(body, _)| privacy.allows(body, people()))
        .max_by_key(|(body, places)| (places.len(), std::cmp::Reverse(*body)))?;
    let sentences = Paragraph::read(body).sentences;
    if sentences.iter().all(|sentence| known.iter().any(|words| words.same(&sentence.bag()))) {
        return None;
    }
    Lesson::new(Change::Canned { body: body.clone() }, title(sentences.first()?), support)
}

/// The first words, without fields.
fn title(sentence: &Sentence) -> String {
    let words: Vec<&str> = sentence.text.split_whitespace().filter(|word| !word.contains("{{")).take(8).collect();
    let title = words.join(" ");
    text::short(title.trim_matches(|c: char| !c.is_alphanumeric()), 60)
}
