//! What the sources say, in the form in which a draft's claims are looked up.

use std::collections::BTreeSet;

use crate::assist::claims::clauses::{Sentence, sentences};
use crate::assist::claims::days::{Day, When};
use crate::assist::claims::figures::Figure;
use crate::assist::claims::promises::{Promise, in_sentence};
use crate::assist::claims::terms::stem;
use crate::assist::claims::tokens::tokens;
use crate::assist::claims::verbs;
use crate::assist::claims::{Claim, facts};

/// The facts and statements of all sources.
pub(crate) struct Ledger {
    facts: Vec<Claim>,
    statements: Vec<Statement>,
}

/// A sentence that can support a promise.
struct Statement {
    promises: Vec<Promise>,
    /// Each word as a verb's stem, whether it is denied, and whether the desk or a passive stands before it.
    verbs: Vec<(String, bool, bool)>,
    /// Stems of its words and of the sentences beside it.
    near: BTreeSet<String>,
}

impl Ledger {
    /// Reads the sources.
    pub(crate) fn of(sources: &[&str]) -> Self {
        let mut ledger = Self { facts: Vec::new(), statements: Vec::new() };
        for source in sources {
            ledger.read(source);
        }
        ledger
    }

    fn read(&mut self, source: &str) {
        let tokens = tokens(source);
        for placed in facts(source, &tokens) {
            self.facts.extend(also(&placed.claim));
            self.facts.push(placed.claim);
        }
        let all = sentences(&tokens);
        for (i, sentence) in all.iter().enumerate().filter(|(_, s)| s.is_statement()) {
            let beside = all.get(i.saturating_sub(1)..(i + 2).min(all.len())).unwrap_or_default();
            self.statements.push(statement(sentence, beside));
        }
    }

    /// Whether a source says this.
    pub(crate) fn supports(&self, claim: &Claim) -> bool {
        match claim {
            Claim::Promise(promise) => self.statements.iter().any(|s| s.supports(promise)),
            Claim::Figure(_) | Claim::Code(_) | Claim::When(_) | Claim::Address(_) => {
                self.facts.iter().any(|fact| claim.stands_in(fact)) && self.knows_year(claim)
            }
        }
    }

    /// A year that the draft adds to a date must stand somewhere as well.
    fn knows_year(&self, claim: &Claim) -> bool {
        let Claim::When(When::Day(days)) = claim else { return true };
        let Some(year) = days.first().and_then(|d| d.year) else { return true };
        let said = plain(i64::from(year));
        self.facts.iter().any(|fact| said.stands_in(fact))
    }
}

fn plain(value: i64) -> Claim {
    Claim::Figure(Figure { values: vec![value.to_string()], unit: None })
}

/// What a fact says besides: the digits of an identifier, the day and the year of a date.
fn also(claim: &Claim) -> Vec<Claim> {
    match claim {
        Claim::Code(code) => code
            .split(|c: char| !c.is_ascii_digit())
            .filter(|run| run.len() >= 4)
            .flat_map(|run| {
                [Claim::Code(run.to_owned()), Claim::Figure(Figure { values: vec![run.to_owned()], unit: None })]
            })
            .collect(),
        Claim::When(When::Day(days)) => days.iter().flat_map(|d| parts(*d)).collect(),
        Claim::Figure(_) | Claim::When(_) | Claim::Address(_) | Claim::Promise(_) => Vec::new(),
    }
}

fn parts(day: Day) -> impl Iterator<Item = Claim> {
    let year = day.year.map(|y| plain(i64::from(y)));
    year.into_iter().chain(day.day.map(|d| plain(i64::from(d))))
}

fn statement(sentence: &Sentence<'_>, beside: &[Sentence<'_>]) -> Statement {
    const ACTORS: &[&str] = &[
        "we", "i", "we'll", "i'll", "we've", "i've", "we're", "i'm", "will", "is", "are", "be", "been", "you",
        "you'll", "your", "our", "it", "wir", "nous", "sie", "vous",
    ];
    let denied = |i: usize| (i.saturating_sub(4)..i).any(|j| verbs::is_negation(sentence.word(j)));
    let acted = |i: usize| (0..i).any(|j| ACTORS.contains(&sentence.word(j)));
    let verbs = (0..sentence.words.len()).map(|i| (verbs::stem_of(sentence.word(i)), denied(i), acted(i))).collect();
    let near = beside.iter().flat_map(|s| s.words.iter().map(|(w, _)| stem(w))).collect();
    Statement { promises: in_sentence(sentence), verbs, near }
}

impl Statement {
    fn supports(&self, promise: &Promise) -> bool {
        if promise.objects.is_empty() || promise.done {
            self.promises.iter().any(|p| same(promise, p)) && self.has_objects(promise)
        } else {
            let says = |(verb, denied, acted): &(String, bool, bool)| {
                *acted && *denied == promise.negative && verbs::akin(verb, &promise.verb)
            };
            self.verbs.iter().any(says) && self.has_objects(promise)
        }
    }

    /// At least half of what the promise is about stands in the sentence or beside it.
    fn has_objects(&self, promise: &Promise) -> bool {
        let found = promise.objects.iter().filter(|o| self.near.contains(*o)).count();
        found * 2 >= promise.objects.len()
    }
}

fn same(mine: &Promise, theirs: &Promise) -> bool {
    verbs::akin(&mine.verb, &theirs.verb) && mine.negative == theirs.negative && (theirs.done || !mine.done)
}
