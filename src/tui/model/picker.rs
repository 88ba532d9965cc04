//! The picker of canned replies: found by typing, read as they will be inserted, taken or left.

use crate::domain::answer::CannedText;
use crate::tui::editor::Editor;
use crate::tui::keymap::Motion;
use crate::tui::model::draft::{DraftRow, marked_rows};
use crate::tui::model::fuzzy::{self, Hay};
use crate::tui::model::layout::{PickerParts, height, width};
use crate::tui::model::slot::Slot;
use crate::tui::model::{moved, scrolled};

/// Where the picker was opened, and where Esc leads back to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum OpenedIn {
    Pane,
    Editor,
}

/// The picker.
#[derive(Clone, Debug)]
pub(crate) struct Picker {
    pub(crate) opened_in: OpenedIn,
    pub(crate) canned: Slot<Vec<CannedText>>,
    pub(crate) filter: Editor,
    pub(crate) selected: usize,
    pub(crate) top: usize,
    /// The selected text in rows; fields without a value are told apart.
    pub(crate) text: Vec<DraftRow>,
    pub(crate) text_top: usize,
    /// Which of `canned` the filter lets through, in the order shown.
    found: Vec<usize>,
}

impl Picker {
    pub(crate) fn new(opened_in: OpenedIn) -> Self {
        Self {
            opened_in,
            canned: Slot::default(),
            filter: Editor::line_of(""),
            selected: 0,
            top: 0,
            text: Vec::new(),
            text_top: 0,
            found: Vec::new(),
        }
    }

    /// Finds anew what the typed words mean: the nearest first, of equals the one that the desk names first.
    pub(crate) fn find(&mut self) {
        let typed = self.filter.text();
        let far = |reply: &CannedText| {
            fuzzy::distance(&typed, Hay { title: &reply.title, tags: &reply.tags, body: &reply.text })
        };
        let canned = self.canned.value.iter().flatten().enumerate();
        let mut found: Vec<_> = canned.filter_map(|(at, reply)| Some((far(reply)?, at))).collect();
        found.sort_unstable();
        self.found = found.into_iter().map(|(_, at)| at).collect();
        (self.selected, self.top, self.text_top) = (0, 0, 0);
    }

    /// What is listed.
    pub(crate) fn found(&self) -> impl ExactSizeIterator<Item = Option<&CannedText>> {
        self.found.iter().map(|at| self.canned.value.as_ref()?.get(*at))
    }

    /// What Enter takes.
    pub(crate) fn selected(&self) -> Option<&CannedText> {
        self.found().nth(self.selected).flatten()
    }

    /// Whether the selected text has fields without a value: then a row says so.
    pub(crate) fn warns(&self) -> bool {
        self.selected().is_some_and(|reply| !reply.open.is_empty())
    }

    /// Single steps move in the list, pages in the text.
    pub(crate) fn go(&mut self, motion: Motion, half_page: usize) {
        match motion {
            Motion::PageUp | Motion::PageDown => {
                self.text_top = moved(self.text_top, motion, self.text.len(), half_page);
            }
            Motion::Up | Motion::Down | Motion::Top | Motion::Bottom => {
                self.selected = moved(self.selected, motion, self.found.len(), half_page);
                self.text_top = 0;
            }
        }
    }

    /// Scrolls the list and wraps the text for where they will be drawn.
    pub(crate) fn arrange(&mut self, parts: &PickerParts) {
        self.filter.arrange(width(parts.find), 1, true);
        self.top = scrolled(self.top, self.selected, self.found.len(), height(parts.list));
        self.text = self
            .selected()
            .map_or_else(Vec::new, |reply| marked_rows(reply.text.trim_end(), &reply.open, "", width(parts.text)));
        self.text_top = self.text_top.min(self.text.len().saturating_sub(height(parts.text)));
    }
}
