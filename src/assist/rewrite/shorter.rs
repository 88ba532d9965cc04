//! Shorter: what says least about what was asked is left out; every word that stays stood there before.

use std::collections::BTreeSet;

use crate::assist::rewrite::pieces::{Piece, pieces};

/// As short as this part of what was there, or as near as whole sentences allow.
const GOAL: f64 = 0.67;

/// The text with its least central sentences left out; nothing when there is none to leave out.
#[must_use]
pub fn shorter(text: &str, asked: &BTreeSet<String>) -> Option<String> {
    let all = pieces(text);
    let mut open: Vec<usize> = (0..all.len()).filter(|at| !all[*at].fixed).collect();
    let mut dropped = BTreeSet::new();
    let words = |at: &usize| text[all[*at].range.clone()].split_whitespace().count();
    let goal = count((0..all.len()).map(|at| words(&at)).sum()) * GOAL;
    let mut left = count((0..all.len()).map(|at| words(&at)).sum());
    while open.len() > 1 && (dropped.is_empty() || left > goal) {
        let least = open.iter().enumerate().map(|(i, at)| (weight(text, &all, *at, asked, &dropped), i));
        // Of equals the later one: what matters is said first.
        let Some((_, i)) = least.min_by(|a, b| a.0.total_cmp(&b.0).then(b.1.cmp(&a.1))) else { break };
        let at = open.remove(i);
        left -= count(words(&at));
        dropped.insert(at);
    }
    (!dropped.is_empty()).then(|| without(text, &all, &dropped))
}

/// How much a piece says: words of the question, words that the rest of the letter takes up, a source behind it.
fn weight(text: &str, all: &[Piece], at: usize, asked: &BTreeSet<String>, dropped: &BTreeSet<usize>) -> f64 {
    let piece = &all[at];
    let said = &text[piece.range.clone()];
    let others = (0..all.len()).filter(|other| *other != at && !dropped.contains(other));
    let taken_up: BTreeSet<&String> = others.flat_map(|other| piece.terms.intersection(&all[other].terms)).collect();
    let has_mark = said.contains('[') && said.contains(']');
    let asks = said.contains('?');
    count(piece.terms.intersection(asked).count())
        + 0.3 * count(taken_up.len())
        + if has_mark { 1.0 } else { 0.0 }
        + if asks { 2.0 } else { 0.0 }
}

fn count(n: usize) -> f64 {
    f64::from(u32::try_from(n).unwrap_or(u32::MAX))
}

/// The text without some pieces, and without the holes that they leave.
fn without(text: &str, all: &[Piece], dropped: &BTreeSet<usize>) -> String {
    let mut out = String::with_capacity(text.len());
    let mut from = 0;
    for at in dropped {
        let range = &all[*at].range;
        push(&mut out, &text[from..range.start]);
        from = range.end;
    }
    push(&mut out, &text[from..]);
    out.trim().to_owned()
}

/// Adds what follows a hole: of the white space on both sides the larger stays.
fn push(out: &mut String, rest: &str) {
    let lead = &rest[..rest.len() - rest.trim_start().len()];
    let tail = out[out.trim_end().len()..].to_owned();
    out.truncate(out.trim_end().len());
    let breaks = |space: &str| space.matches('\n').count();
    let gap = if breaks(lead) > breaks(&tail) { lead } else { &tail };
    out.push_str(if out.is_empty() { "" } else { gap });
    out.push_str(&rest[lead.len()..]);
}
