//! Longer: what the cited sources say besides, word for word and with their marks.

use std::collections::BTreeSet;

use crate::assist::claims::terms::terms;
use crate::assist::grounds::share;
use crate::assist::reply::answer::rendered;
use crate::assist::reply::quoting::{Group, Weights, choose, groups};
use crate::assist::rewrite::pieces::{Piece, pieces};

/// Passages that are added at most.
const MOST: usize = 3;
/// A passage of which the text has this share of the telling words already says nothing new.
const SAID: f64 = 0.6;

/// The text with more of what its sources say about the question; nothing when they say nothing more.
///
/// The sources stand in the order of their marks.
#[must_use]
pub fn longer(text: &str, sources: &[String], asked: &BTreeSet<String>) -> Option<String> {
    let known = terms(text);
    let is_new = |group: &Group| {
        let words: BTreeSet<String> = group.all_terms().cloned().collect();
        share(&words, &known) < SAID
    };
    let mut out = text.to_owned();
    let mut room = MOST;
    for (mark, source) in (1..).zip(sources) {
        let fresh: Vec<Group> = groups(source).into_iter().filter(is_new).collect();
        let weights = Weights::of(fresh.iter());
        let chosen: Vec<&Group> =
            choose(&fresh, asked, &weights, room).into_iter().filter_map(|at| fresh.get(at)).collect();
        let passages: usize = chosen.iter().map(|group| group.passages.len()).sum();
        if passages == 0 || passages > room {
            continue;
        }
        room -= passages;
        out = with(&out, &rendered(&chosen, mark), mark);
    }
    (out != text).then_some(out)
}

/// The text with a paragraph more: behind what it quotes of the same source, else before the closing.
fn with(text: &str, paragraph: &str, mark: usize) -> String {
    let all = pieces(text);
    let sign = format!("[{mark}]");
    let quoted = all.iter().rposition(|piece| text[piece.range.clone()].contains(&sign));
    let last = all.iter().rposition(|piece| !piece.fixed);
    let end = quoted.or(last).map_or(text.len(), |at| paragraph_end(text, &all, at));
    format!("{}\n\n{paragraph}{}", &text[..end], &text[end..])
}

/// Where the paragraph of a piece ends.
fn paragraph_end(text: &str, all: &[Piece], at: usize) -> usize {
    let rest = all[at..].windows(2).find(|pair| text[pair[0].range.end..pair[1].range.start].contains("\n\n"));
    rest.map_or(all[all.len() - 1].range.end, |pair| pair[0].range.end)
}
