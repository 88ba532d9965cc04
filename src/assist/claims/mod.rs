//! Finds what a draft states and no source does: numbers, dates, addresses and promises.
//!
//! Numbers are compared by value and by what they count, whatever their writing: `€49`, `49,00` and `forty-nine` are
//! one; `5 days` is not `5 weeks` and `5 %` is not `5`. A promise needs a source that says the same of the same thing,
//! as an equally positive statement, and as a thing done where the draft says that it is done. A source line that
//! starts with `>` is somebody else's words: it supports facts, and never a promise.

mod calendar;
mod clauses;
mod codes;
mod days;
mod figures;
pub(crate) mod ledger;
mod lexicon;
mod numerals;
mod promises;
pub(crate) mod terms;
pub(crate) mod tokens;
mod verbs;

use crate::assist::claims::codes::{address_at, address_stands_in, code_at, phone_at};
use crate::assist::claims::days::{When, when_at};
use crate::assist::claims::figures::{Figure, Unit, figure_at, start_of};
use crate::assist::claims::ledger::Ledger;
use crate::assist::claims::promises::{Promise, promises};
use crate::assist::claims::tokens::{Kind, Token, tokens};
use crate::domain::draft::Unsupported;

/// A checkable statement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Claim {
    /// An amount.
    Figure(Figure),
    /// An identifier or a phone number, folded.
    Code(String),
    /// A date or time.
    When(When),
    /// A web or mail address, folded.
    Address(String),
    /// A commitment.
    Promise(Promise),
}

/// A claim and the tokens it covers, the last one exclusive.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Placed {
    pub(crate) claim: Claim,
    pub(crate) from: usize,
    pub(crate) to: usize,
}

/// Every number, date, address and promise of `draft` that stands in none of `sources`, in order, never overlapping.
#[must_use]
pub fn unsupported(draft: &str, sources: &[&str]) -> Vec<Unsupported> {
    unsupported_by(draft, &Ledger::of(sources))
}

/// [`unsupported`] against sources that have been read already.
pub(crate) fn unsupported_by(draft: &str, ledger: &Ledger) -> Vec<Unsupported> {
    let tokens = tokens(draft);
    let facts = facts(draft, &tokens);
    let mut found: Vec<Placed> = facts.into_iter().filter(|p| !ledger.supports(&p.claim)).collect();
    for placed in &mut found {
        widen_to_deadline(&tokens, placed);
    }
    for promise in promises(&tokens) {
        let placed = Placed { from: promise.from, to: promise.to, claim: Claim::Promise(promise) };
        let free = found.iter().all(|p| p.to <= placed.from || placed.to <= p.from);
        if free && !ledger.supports(&placed.claim) {
            found.push(placed);
        }
    }
    found.sort_by_key(|p| p.from);
    found.iter().filter_map(|p| marked(draft, &tokens, p)).collect()
}

/// Whether a text says of the desk that something has been done.
pub(crate) fn states_done(text: &str) -> bool {
    promises(&tokens(text)).iter().any(|p| p.done && !p.negative)
}

/// Every fact of a text, in order.
pub(crate) fn facts(text: &str, tokens: &[Token]) -> Vec<Placed> {
    let mut out = Vec::new();
    let mut at = 0;
    while at < tokens.len() {
        if let Some(next) = no_claim(tokens, at) {
            at = next;
        } else if let Some(placed) = fact_at(text, tokens, at) {
            at = placed.to.max(at + 1);
            out.push(placed);
        } else {
            at += 1;
        }
    }
    out
}

fn fact_at(text: &str, tokens: &[Token], at: usize) -> Option<Placed> {
    if tokens.get(at)?.is_blank() {
        return None;
    }
    let fresh = at == 0 || tokens.get(at - 1).is_some_and(|t| !matches!(t.kind, Kind::Word | Kind::Digits));
    let address = || address_at(text, tokens, at).filter(|_| fresh).map(|(a, next)| (Claim::Address(a), next));
    let when = || when_at(tokens, at).map(|(when, next)| (Claim::When(when), next));
    let code = || code_at(tokens, at).or_else(|| phone_at(tokens, at)).map(|(code, next)| (Claim::Code(code), next));
    let figure = || figure_at(tokens, at).map(|(figure, next)| (Claim::Figure(figure), next));
    let (claim, to) = address().or_else(when).or_else(code).or_else(figure)?;
    let from = if matches!(claim, Claim::Figure(_)) { start_of(tokens, at) } else { at };
    Some(Placed { claim, from, to })
}

/// The token after a citation mark `[1]` or after a list number at the start of a line.
fn no_claim(tokens: &[Token], at: usize) -> Option<usize> {
    let short = |i: usize| tokens.get(i).is_some_and(|t| t.kind == Kind::Digits && t.text.len() <= 2);
    let sign = |i: usize, marks: &str| tokens.get(i).is_some_and(|t| t.is_mark(marks));
    if sign(at, "[") && short(at + 1) && sign(at + 2, "]") {
        return Some(at + 3);
    }
    let before = tokens.get(..at)?.iter().rev().find(|t| t.kind != Kind::Space && !t.is_mark(">("));
    let starts_line = before.is_none_or(|t| t.kind == Kind::Line);
    let blank = tokens.get(at + 2).is_none_or(Token::is_blank);
    (starts_line && short(at) && sign(at + 1, ".)") && blank).then_some(at + 2)
}

/// `within 5 days` is marked as the promise it is, and not only as its number.
fn widen_to_deadline(tokens: &[Token], placed: &mut Placed) {
    let Claim::Figure(Figure { unit: Some(Unit::Measure(_)), .. }) = &placed.claim else { return };
    let before = tokens.get(..placed.from).unwrap_or_default().iter().rposition(|t| t.kind != Kind::Space);
    let Some(at) = before else { return };
    let within =
        ["within", "innerhalb", "binnen", "spätestens"].iter().any(|w| tokens.get(at).is_some_and(|t| t.is_word(w)));
    if within {
        let deadline = Promise {
            verb: "within".to_owned(),
            done: false,
            negative: false,
            objects: Vec::new(),
            from: at,
            to: placed.to,
        };
        *placed = Placed { claim: Claim::Promise(deadline), from: at, to: placed.to };
    }
}

fn marked(draft: &str, tokens: &[Token], placed: &Placed) -> Option<Unsupported> {
    let start = tokens.get(placed.from)?.start;
    let end = tokens.get(placed.to.checked_sub(1)?)?.end;
    let text = draft.get(start..end)?.to_owned();
    Some(Unsupported { text, kind: placed.claim.kind().to_owned(), start, end })
}

impl Claim {
    fn kind(&self) -> &'static str {
        match self {
            Self::Figure(_) | Self::Code(_) => "number",
            Self::When(_) => "date",
            Self::Address(_) => "url",
            Self::Promise(_) => "promise",
        }
    }

    /// Whether a source's fact `source` supports this one.
    pub(crate) fn stands_in(&self, source: &Claim) -> bool {
        match (self, source) {
            (Self::Figure(mine), Self::Figure(theirs)) => mine.stands_in(theirs),
            (Self::Code(mine), Self::Code(theirs)) => mine == theirs,
            (Self::When(mine), Self::When(theirs)) => mine.stands_in(theirs),
            (Self::Address(mine), Self::Address(theirs)) => address_stands_in(mine, theirs),
            (Self::Figure(_) | Self::Code(_) | Self::When(_) | Self::Address(_) | Self::Promise(_), _) => false,
        }
    }
}

#[cfg(test)]
mod tests;
