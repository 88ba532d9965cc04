//! Steps of the history: what one undo takes back. Typing is taken back by words, a paste as a whole.

use tui_textarea::TextArea;

use crate::tui::editor::Place;

/// Characters of a run without a blank, after which a new step begins: some scripts put none between words.
const LONGEST_RUN: usize = 32;

/// A change of the text, as the history sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Change {
    /// One character was typed.
    Typed { blank: bool },
    /// One grapheme was deleted.
    Erased { blank: bool },
    /// Anything else: a step of its own.
    Whole,
}

/// How many edits of the area make up each step, and whether the last one is still growing.
#[derive(Clone, Debug, Default)]
pub(crate) struct Steps {
    done: Vec<usize>,
    undone: Vec<usize>,
    run: Option<Run>,
}

#[derive(Clone, Copy, Debug)]
struct Run {
    last: Change,
    at: Place,
    long: usize,
}

impl Steps {
    /// Notes `edits` edits that moved the cursor.
    pub(crate) fn note(&mut self, edits: usize, change: Change, from: Place, to: Place) {
        if edits == 0 {
            return;
        }
        self.undone.clear();
        let long = self.run.filter(|run| run.at == from && run.grows_by(change)).map_or(0, |run| run.long);
        match self.done.last_mut().filter(|_| long > 0) {
            Some(last) => *last += edits,
            None => self.done.push(edits),
        }
        self.run = (change != Change::Whole).then_some(Run { last: change, at: to, long: long + 1 });
    }

    /// What comes next is a step of its own.
    pub(crate) fn end_run(&mut self) {
        self.run = None;
    }

    /// Takes the last step back; says whether there was one.
    pub(crate) fn undo(&mut self, area: &mut TextArea<'_>) -> bool {
        self.run = None;
        let Some(edits) = self.done.pop() else { return false };
        let undone = (0..edits).take_while(|_| area.undo()).count();
        self.undone.push(undone);
        undone > 0
    }

    /// Makes the last undone step again; says whether there was one.
    pub(crate) fn redo(&mut self, area: &mut TextArea<'_>) -> bool {
        self.run = None;
        let Some(edits) = self.undone.pop() else { return false };
        let redone = (0..edits).take_while(|_| area.redo()).count();
        self.done.push(redone);
        redone > 0
    }
}

impl Run {
    /// A word grows until a blank was followed by something else.
    fn grows_by(&self, change: Change) -> bool {
        let (was_blank, is_blank) = match (self.last, change) {
            (Change::Typed { blank: was }, Change::Typed { blank: is })
            | (Change::Erased { blank: was }, Change::Erased { blank: is }) => (was, is),
            (Change::Typed { .. } | Change::Erased { .. } | Change::Whole, _) => return false,
        };
        (is_blank || !was_blank) && self.long < LONGEST_RUN
    }
}
