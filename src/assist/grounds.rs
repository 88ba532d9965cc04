//! What each sentence of a draft rests on.

use std::collections::BTreeSet;

use crate::assist::claims::terms::terms;
use crate::domain::draft::{Ground, without_marks};
use crate::domain::ticket::Ticket;

/// Share of a sentence's telling words that its source must have.
pub(crate) const LEAST_SHARE: f64 = 0.34;
/// Fewer telling words state nothing.
const FEWEST_WORDS: usize = 3;

/// What each sentence of a draft rests on: one of its sources, in the order of their marks, a message, or nothing.
#[must_use]
pub fn of(text: &str, sources: &[String], ticket: &Ticket) -> Vec<Ground> {
    let cited = sources.len();
    let sources: Vec<BTreeSet<String>> = sources.iter().map(|source| terms(source)).collect();
    let thread: Vec<BTreeSet<String>> = ticket.thread.iter().map(|m| terms(&m.body)).collect();
    sentences(text)
        .map(|(start, end)| {
            let sentence = &text[start..end];
            let words = terms(&without_marks(sentence, cited));
            let best = |of: &[BTreeSet<String>]| {
                let share = |i: usize| (i, share(&words, &of[i]));
                (0..of.len()).map(share).filter(|(_, s)| *s >= LEAST_SHARE).max_by(|a, b| a.1.total_cmp(&b.1))
            };
            let by = if words.len() < FEWEST_WORDS || sentence.trim_end().ends_with(['?', '？', '؟']) {
                "wording".to_owned()
            } else if let Some((i, _)) = best(&sources) {
                format!("source {}", i + 1)
            } else if let Some((i, _)) = best(&thread) {
                format!("message {}", i + 1)
            } else {
                String::new()
            };
            Ground { start, end, by }
        })
        .collect()
}

/// Where the sentences of a text stand, without the white space around them.
pub(crate) fn sentences(text: &str) -> impl Iterator<Item = (usize, usize)> + '_ {
    let (mut from, mut after) = (0, text.chars().skip(1));
    // A point inside a number or an address ends nothing.
    let pieces = text.split_inclusive(move |c| {
        let goes_on = after.next().is_some_and(char::is_alphanumeric);
        matches!(c, '\n' | '。' | '！' | '？') || matches!(c, '.' | '!' | '?') && !goes_on
    });
    let pieces = pieces.map(move |piece| {
        let start = from;
        from += piece.len();
        (start, piece)
    });
    pieces.filter(|(_, piece)| piece.chars().any(char::is_alphanumeric)).map(|(start, piece)| {
        let lead = piece.len() - piece.trim_start().len();
        (start + lead, start + piece.trim_end().len())
    })
}

/// The share of `words` that `of` has too.
pub(crate) fn share(words: &BTreeSet<String>, of: &BTreeSet<String>) -> f64 {
    let count = |n: usize| f64::from(u32::try_from(n).unwrap_or(u32::MAX));
    count(words.intersection(of).count()) / count(words.len().max(1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sentence_ends_at_its_point_and_not_inside_a_number() {
        let text = "The second 49.00 is a hold. See shop.example/help! Why?\n今天。明天。";
        let found: Vec<_> = sentences(text).map(|(start, end)| &text[start..end]).collect();
        assert_eq!(found, ["The second 49.00 is a hold.", "See shop.example/help!", "Why?", "今天。", "明天。"]);
    }
}
