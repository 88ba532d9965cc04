//! What a desk can be taught by what people changed between a suggestion and the reply that was sent.
//!
//! Three things are looked for: a passage that people keep adding (a canned reply), an edit that they keep making (a note
//! on style), and a sentence of an article that they keep correcting (an article patch). What names somebody, or could,
//! is no lesson. The same past always teaches the same.

mod article;
mod canned;
pub mod diff;
mod edits;
mod letter;
mod privacy;
mod style;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use crate::assist::learn::edits::Edits;
use crate::assist::learn::letter::Letter;
use crate::assist::learn::privacy::Privacy;
use crate::domain::article::{Article, CannedReply};
use crate::domain::decision::{Reviewed, Verdict};
use crate::domain::ids::TicketId;
use crate::domain::lesson::{Lesson, LessonKind, Settled, Support};

/// What is learned from.
#[derive(Clone, Copy, Debug)]
pub struct Past<'a> {
    /// What people decided, oldest first.
    pub reviewed: &'a [Reviewed],
    /// By ticket, the names of the people who wrote it and whose it is.
    pub people: &'a BTreeMap<TicketId, Vec<String>>,
    /// The desk's canned replies.
    pub canned: &'a [CannedReply],
    /// The desk's articles.
    pub articles: &'a [Article],
    /// Lessons that were signed or dismissed before; none of them is proposed again.
    pub settled: &'a [Settled],
}

/// A reply that was sent in place of a suggestion.
struct Exchange<'a> {
    ticket: &'a TicketId,
    people: &'a [String],
    before: Letter,
    after: Letter,
    edits: Edits,
    /// Length of the sent text, of the suggested one's.
    ratio: f64,
}

/// The lessons of the past: patches of articles first, then canned replies, then style; the best supported first.
#[must_use]
pub fn propose(past: &Past<'_>) -> Vec<Lesson> {
    let exchanges: Vec<Exchange<'_>> = past.reviewed.iter().filter_map(|reviewed| exchange(past, reviewed)).collect();
    let privacy = Privacy::of(past);
    let quoted = article::Quoted::of(past.articles, &exchanges);
    let mut found = article::lessons(&exchanges, &quoted, &privacy);
    found.extend(canned::lessons(past, &exchanges, &privacy));
    found.extend(style::lessons(&exchanges, &quoted, &privacy));
    found.retain(|lesson| !is_settled(lesson, past.settled));
    found.sort_by(|a, b| {
        let key = |l: &Lesson| (std::cmp::Reverse(l.kind()), std::cmp::Reverse(l.support.seen));
        key(a).cmp(&key(b)).then_with(|| a.id().cmp(b.id()))
    });
    found.dedup_by(|a, b| a.id() == b.id());
    found
}

/// Settled under the same name; a canned reply also when it says nearly the same as one that was.
fn is_settled(lesson: &Lesson, settled: &[Settled]) -> bool {
    settled.iter().any(|known| {
        let alike = || lesson.kind() == LessonKind::CannedReply && letter::alike(&known.new, lesson.new_text());
        known.id == *lesson.id() || (known.kind == lesson.kind() && alike())
    })
}

/// Only what was sent after a change teaches anything.
fn exchange<'a>(past: &Past<'a>, reviewed: &'a Reviewed) -> Option<Exchange<'a>> {
    let (suggested, sent) = reviewed.texts.as_ref().filter(|_| reviewed.decision.verdict == Verdict::Edited)?;
    let ticket = &reviewed.ticket;
    let people = past.people.get(ticket).map_or(&[][..], Vec::as_slice);
    let before = Letter::read(suggested, people, ticket.as_str());
    let after = Letter::read(sent, people, ticket.as_str());
    let edits = Edits::between(&before, &after);
    let ratio = letter::ratio(sent.chars().count(), suggested.chars().count());
    Some(Exchange { ticket, people, before, after, edits, ratio })
}

/// What exchanges support a lesson; `of` is counted in replies.
fn support<'a>(exchanges: impl Iterator<Item = &'a Exchange<'a>>, of: usize) -> Support {
    let (mut tickets, mut seen) = (Vec::new(), 0);
    for exchange in exchanges {
        seen += 1;
        if !tickets.contains(exchange.ticket) {
            tickets.push(exchange.ticket.clone());
        }
    }
    Support { tickets, seen, of }
}
