//! What a thread shows that tells which reply comes next.

use std::collections::BTreeSet;

use crate::assist::canned_rank::Said;
use crate::assist::canned_rank::words::stems;

/// A signal by name, with how strongly it speaks.
pub(crate) type Named = (String, f64);

/// How strongly each kind of signal speaks: many weak ones stand beside few strong ones.
const ONE: f64 = 1.0;
const WORD: f64 = 0.5;
const PAIR: f64 = 0.3;
const EARLIER: f64 = 0.2;
/// Turns are told apart up to this one.
const LAST_TURN: usize = 9;
/// How the start of a thread, and a reply that is none of the desk's, are named.
const START: &str = "^";
const FREE: &str = "-";

/// The state of a thread, kept up as it is heard.
#[derive(Clone, Debug, Default)]
pub(crate) struct Signals {
    given: BTreeSet<String>,
    last: Option<String>,
    before_last: Option<String>,
    turns: usize,
    /// Stems of what the customer wrote since the last reply, or last.
    asked: Vec<String>,
    earlier: BTreeSet<String>,
    /// Stems of the newest record since the last reply.
    record: BTreeSet<String>,
    records: usize,
}

impl Signals {
    pub(crate) fn of(thread: &[Said<'_>]) -> Self {
        let mut signals = Self::default();
        for said in thread {
            signals.hear(said);
        }
        signals
    }

    /// Takes in what was said next.
    pub(crate) fn hear(&mut self, said: &Said<'_>) {
        match said {
            Said::Customer(text) => self.ask(text),
            Said::Canned(id) => self.answer(id.as_str()),
            Said::Agent(_) => self.answer(FREE),
            Said::Record(text) => {
                self.record = stems(text).into_iter().collect();
                self.records += 1;
            }
        }
    }

    fn ask(&mut self, text: &str) {
        self.earlier.extend(std::mem::take(&mut self.asked));
        self.asked = stems(text);
    }

    fn answer(&mut self, reply: &str) {
        self.before_last = self.last.replace(reply.to_owned());
        self.given.insert(reply.to_owned());
        self.turns += 1;
        self.record.clear();
        self.records = 0;
    }

    /// The signals, each once, always in the same order.
    pub(crate) fn named(&self) -> Vec<Named> {
        let mut all = vec![("always".to_owned(), ONE)];
        all.extend(self.flow());
        all.extend(self.words());
        all.extend(self.record.iter().map(|word| (format!("record {word}"), ONE)));
        all
    }

    /// Where the talk stands: which replies were given, how many, whether something was looked up since.
    fn flow(&self) -> Vec<Named> {
        let name = |reply: &Option<String>| reply.clone().unwrap_or_else(|| START.to_owned());
        let (last, before) = (name(&self.last), name(&self.before_last));
        let mut flow = vec![
            (format!("after {last}"), ONE),
            (format!("after {before} {last}"), ONE),
            (format!("turn {}", self.turns.min(LAST_TURN)), WORD),
            (format!("records {}", self.records.min(2)), ONE),
        ];
        flow.extend(self.given.iter().map(|reply| (format!("given {reply}"), ONE)));
        flow
    }

    /// What the customer wrote: words and pairs of the last message, words of earlier ones.
    fn words(&self) -> Vec<Named> {
        let words: BTreeSet<&String> = self.asked.iter().collect();
        let edged: Vec<&str> =
            std::iter::once(START).chain(self.asked.iter().map(String::as_str)).chain(["$"]).collect();
        let pairs: BTreeSet<&[&str]> = edged.windows(2).collect();
        let mut all: Vec<Named> = words.into_iter().map(|word| (format!("word {word}"), WORD)).collect();
        all.extend(pairs.into_iter().map(|pair| (format!("pair {}", pair.join(" ")), PAIR)));
        all.extend(self.earlier.iter().map(|word| (format!("earlier {word}"), EARLIER)));
        all
    }
}
