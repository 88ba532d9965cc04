//! The selection: made with shift and a motion, or begun with a key where a terminal knows no shift.

use std::ops::Range;

use crate::tui::editor::steps::Change;
use crate::tui::editor::{Editor, Full, Place, Shape, byte_of};

/// Where a selection began.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Anchor {
    pub(crate) at: Place,
    /// Whether plain motions take it along.
    pub(crate) stays: bool,
}

impl Editor {
    /// What is selected; nothing when nothing is.
    pub(crate) fn selection(&self) -> Option<String> {
        self.selected().map(|(from, to)| self.between(from, to))
    }

    /// From where to where.
    pub(crate) fn selected(&self) -> Option<(Place, Place)> {
        let (at, anchor) = (self.area.cursor(), self.anchor?.at);
        (at != anchor).then(|| (at.min(anchor), at.max(anchor)))
    }

    /// Where what is selected stands in the text, or the cursor, in bytes.
    pub(crate) fn span(&self) -> Range<usize> {
        let at = self.area.cursor();
        let (from, to) = self.selected().unwrap_or((at, at));
        self.byte(from)..self.byte(to)
    }

    fn byte(&self, (line, chars): Place) -> usize {
        let lines = self.area.lines();
        lines[..line].iter().map(|line| line.len() + 1).sum::<usize>() + byte_of(&lines[line], chars)
    }

    /// Begins a selection that motions take along, or ends it.
    pub(crate) fn start_selecting(&mut self) {
        let stays = self.anchor.is_some_and(|anchor| anchor.stays);
        self.anchor = (!stays && self.shape == Shape::Text).then(|| Anchor { at: self.area.cursor(), stays: true });
    }

    /// Whether motions take a selection along.
    pub(crate) fn is_selecting(&self) -> bool {
        self.anchor.is_some_and(|anchor| anchor.stays)
    }

    pub(crate) fn select_all(&mut self) {
        self.jump(self.end());
        self.anchor = Some(Anchor { at: (0, 0), stays: false });
    }

    /// Ends the selection; says whether there was one.
    pub(crate) fn unselect(&mut self) -> bool {
        self.anchor.take().is_some()
    }

    /// Puts a text in place of the selection, or in at the cursor, as one step; says whether the text changed.
    ///
    /// # Errors
    /// When the text cannot hold it; then nothing changed.
    pub(crate) fn replace_selection(&mut self, text: &str) -> Result<bool, Full> {
        let text = text.replace("\r\n", "\n").replace('\r', "\n");
        let text = if self.shape == Shape::OneLine { text.replace('\n', " ") } else { text };
        let selected = self.selected();
        self.has_room(text.len(), self.selection().map_or(0, |gone| gone.len()))?;
        let from = self.area.cursor();
        let taken = selected.map_or(0, |(from, to)| self.take_out(from, to));
        let put = usize::from(self.area.insert_str(&text));
        self.changed(taken + put, Change::Whole, from);
        Ok(taken + put > 0)
    }

    /// Puts a text in place of what stands between two places, as one step.
    ///
    /// # Errors
    /// When the text cannot hold it; then nothing changed.
    pub(crate) fn replace_between(&mut self, (from, to): (Place, Place), text: &str) -> Result<bool, Full> {
        self.jump(to);
        self.anchor = Some(Anchor { at: from, stays: false });
        self.replace_selection(text)
    }

    pub(crate) fn erase_selection(&mut self) -> bool {
        // Less always fits.
        self.selected().is_some() && self.replace_selection("").is_ok_and(|changed| changed)
    }
}
