//! Which parts of a text are hidden; no two overlap.

use std::collections::BTreeMap;

use crate::domain::redact::Kind;

/// A part of a text, in bytes, and what it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Span {
    pub(super) start: usize,
    pub(super) end: usize,
    pub(super) kind: Kind,
    /// Whose name it is, for a name.
    pub(super) owner: Option<usize>,
}

impl Span {
    pub(super) const fn new(kind: Kind, start: usize, end: usize) -> Self {
        Self { start, end, kind, owner: None }
    }
}

/// The parts taken so far, by where they start.
#[derive(Default)]
pub(super) struct Cover {
    taken: BTreeMap<usize, Span>,
}

impl Cover {
    /// Takes each span, or what is left of it where others were first.
    pub(super) fn add(&mut self, text: &str, spans: Vec<Span>) {
        for span in spans {
            for piece in self.free(span) {
                self.take(text, piece);
            }
        }
    }

    /// All parts in the order of the text.
    pub(super) fn into_spans(self) -> impl Iterator<Item = Span> {
        self.taken.into_values()
    }

    /// The pieces of a span that nobody has taken.
    fn free(&self, span: Span) -> Vec<Span> {
        let before = self.taken.range(..=span.start).next_back().map_or(0, |(_, taken)| taken.end);
        let mut start = span.start.max(before);
        let mut pieces = Vec::new();
        for taken in self.taken.range(span.start..span.end).map(|(_, taken)| taken) {
            pieces.push(Span { start, end: taken.start, ..span });
            start = start.max(taken.end);
        }
        pieces.push(Span { start, ..span });
        pieces
    }

    /// Takes a piece without the spaces around it, if it says anything.
    fn take(&mut self, text: &str, piece: Span) {
        let Some(inside) = text.get(piece.start..piece.end) else { return };
        if !inside.contains(char::is_alphanumeric) {
            return;
        }
        let start = piece.end - inside.trim_start().len();
        let end = piece.start + inside.trim_end().len();
        self.taken.insert(start, Span { start, end, ..piece });
    }
}
