//! Which canned reply comes next: ranked by what the desk answered in such a place before, and by shared words.
//!
//! From resolved threads a log-linear model ([`model`]) learns which reply was given after which signals of a thread
//! ([`signals`]): the replies given so far, the customer's words, what a lookup brought. A desk without history is
//! ranked by BM25 ([`lexical`]); the more turns the model has seen, the more it counts. The same history and thread
//! always give the same ranking.

pub mod lexical;
mod model;
pub mod recognise;
mod signals;
pub mod thread;
mod words;

use crate::assist::canned_rank::lexical::Bm25;
use crate::assist::canned_rank::model::{Example, Model};
use crate::assist::canned_rank::signals::Signals;
use crate::domain::article::CannedReply;
use crate::domain::ids::CannedId;

/// After so many learned turns the model counts as much as the shared words do.
const TRUST_TURNS: f64 = 4.0;

/// One entry of a thread, as the ranking sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Said<'a> {
    /// The customer wrote this.
    Customer(&'a str),
    /// The agent answered with a canned reply.
    Canned(&'a CannedId),
    /// The agent wrote this freely.
    Agent(&'a str),
    /// What only the desk sees: a lookup's result, a note.
    Record(&'a str),
}

/// A canned reply with how well it fits.
#[derive(Clone, Debug, PartialEq)]
pub struct Ranked {
    /// Which reply.
    pub id: CannedId,
    /// 0 to 1; the scores of all replies sum to 1.
    pub score: f64,
}

/// Canned replies with what is known about their use.
#[derive(Clone, Debug)]
pub struct Ranker {
    ids: Vec<CannedId>,
    texts: Bm25,
    model: Model,
    /// How many replies were learned from.
    turns: usize,
}

impl Ranker {
    /// Learns from threads, each in order, oldest thread first; a reply that is not among `canned` teaches nothing.
    #[must_use]
    pub fn learn(canned: &[CannedReply], threads: &[Vec<Said<'_>>]) -> Self {
        let ids: Vec<CannedId> = canned.iter().map(|reply| reply.id.clone()).collect();
        let examples: Vec<Example> = threads.iter().flat_map(|thread| examples(&ids, thread)).collect();
        let texts = Bm25::of(canned.iter().map(|reply| format!("{}\n{}", reply.title, reply.body)));
        Self { texts, model: Model::fit(&examples, ids.len()), turns: examples.len(), ids }
    }

    /// All canned replies, the likeliest next one first; equals in the order in which they were given.
    #[must_use]
    pub fn rank(&self, thread: &[Said<'_>]) -> Vec<Ranked> {
        let learned = self.model.chances(&Signals::of(thread).named());
        let shared = shares(&self.texts.scores(last_asked(thread)));
        let trust = count(self.turns) / (count(self.turns) + TRUST_TURNS);
        let score = |at: usize| {
            let part = |all: &[f64]| all.get(at).copied().unwrap_or_default();
            trust * part(&learned) + (1.0 - trust) * part(&shared)
        };
        let scored = self.ids.iter().enumerate().map(|(at, id)| Ranked { id: id.clone(), score: score(at) });
        let mut ranked: Vec<Ranked> = scored.collect();
        ranked.sort_by(|a, b| b.score.total_cmp(&a.score));
        ranked
    }
}

/// Every canned reply of a thread with the signals of what was said before it.
fn examples(ids: &[CannedId], thread: &[Said<'_>]) -> Vec<Example> {
    let mut signals = Signals::default();
    let mut found = Vec::new();
    for said in thread {
        if let Said::Canned(id) = said
            && let Some(reply) = ids.iter().position(|known| known == *id)
        {
            found.push(Example { signals: signals.named(), reply });
        }
        signals.hear(said);
    }
    found
}

/// What the customer wrote last.
fn last_asked<'a>(thread: &[Said<'a>]) -> &'a str {
    let asked = thread.iter().rev().find_map(|said| match said {
        Said::Customer(text) => Some(*text),
        Said::Canned(_) | Said::Agent(_) | Said::Record(_) => None,
    });
    asked.unwrap_or_default()
}

/// Scores as shares of their sum; equal shares where nothing scored.
fn shares(scores: &[f64]) -> Vec<f64> {
    let sum: f64 = scores.iter().sum();
    let equal = 1.0 / count(scores.len().max(1));
    scores.iter().map(|score| if sum > 0.0 { score / sum } else { equal }).collect()
}

/// A count as a number to divide by; these counts are far below 2^32.
fn count(n: usize) -> f64 {
    f64::from(u32::try_from(n).unwrap_or(u32::MAX))
}

#[cfg(test)]
mod tests;
