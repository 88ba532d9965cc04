//! Where the cursor goes: by graphemes, Unicode words, shown rows, pages; and what a motion selects.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use unicode_segmentation::UnicodeSegmentation as _;

use crate::tui::editor::select::Anchor;
use crate::tui::editor::{Editor, Full, Place, Shape, byte_of, graphemes_at};
use crate::tui::keymap::Go;

impl Go {
    /// What these keys mean in every text.
    #[allow(clippy::wildcard_enum_match_arm, reason = "crossterm's enum: other keys do not move")]
    pub(crate) fn by(code: KeyCode) -> Option<Self> {
        Some(match code {
            KeyCode::Left => Self::Left,
            KeyCode::Right => Self::Right,
            KeyCode::Up => Self::Up,
            KeyCode::Down => Self::Down,
            KeyCode::PageUp => Self::PageUp,
            KeyCode::PageDown => Self::PageDown,
            KeyCode::Home => Self::RowStart,
            KeyCode::End => Self::RowEnd,
            _ => return None,
        })
    }

    fn is_vertical(self) -> bool {
        matches!(self, Self::Up | Self::Down | Self::PageUp | Self::PageDown)
    }
}

impl Editor {
    /// Moves the cursor; with shift it selects.
    pub(crate) fn go_with(&mut self, go: Go, key: &KeyEvent) -> Result<bool, Full> {
        if let Some(find) = &mut self.find {
            return find.words.go_with(go, key);
        }
        self.go(go, key.modifiers.contains(KeyModifiers::SHIFT));
        Ok(false)
    }

    /// Moves the cursor, taking the selection along where one is being made.
    pub(crate) fn go(&mut self, go: Go, selecting: bool) {
        self.steps.end_run();
        let selecting = self.shape == Shape::Text && (selecting || self.anchor.is_some_and(|anchor| anchor.stays));
        let to = match self.selected().filter(|_| !selecting) {
            // Out of a selection one steps to its edge.
            Some((from, _)) if go == Go::Left => from,
            Some((_, to)) if go == Go::Right => to,
            Some(_) | None => self.target(go),
        };
        if !selecting {
            self.anchor = None;
        } else if self.anchor.is_none() {
            self.anchor = Some(Anchor { at: self.area.cursor(), stays: false });
        }
        let aim = if go.is_vertical() { self.aim.or_else(|| Some(self.rows.column(self.area.cursor()))) } else { None };
        self.jump(to);
        self.aim = aim;
    }

    /// Where a motion leads from the cursor.
    pub(crate) fn target(&self, go: Go) -> Place {
        let at = self.area.cursor();
        match go {
            Go::Left => self.before(at),
            Go::Right => self.after(at),
            Go::WordBack => self.word_start(at),
            Go::WordNext => self.word_end(at),
            Go::Up => self.vertical(-1),
            Go::Down => self.vertical(1),
            Go::PageUp => self.vertical(-self.page()),
            Go::PageDown => self.vertical(self.page()),
            Go::RowStart => self.row_start(at),
            Go::RowEnd => self.row_end(at),
            Go::LineEnd => (at.0, self.area.lines()[at.0].chars().count()),
            Go::Top => (0, 0),
            Go::Bottom => self.end(),
        }
    }

    fn page(&self) -> isize {
        isize::try_from(self.height.saturating_sub(1).max(1)).unwrap_or(1)
    }

    fn before(&self, (line, chars): Place) -> Place {
        match graphemes_at(&self.area.lines()[line], chars) {
            (Some(grapheme), _) => (line, chars - grapheme),
            (None, _) if line > 0 => (line - 1, self.area.lines()[line - 1].chars().count()),
            (None, _) => (line, chars),
        }
    }

    fn after(&self, (line, chars): Place) -> Place {
        match graphemes_at(&self.area.lines()[line], chars) {
            (_, Some(grapheme)) => (line, chars + grapheme),
            (_, None) if line + 1 < self.area.lines().len() => (line + 1, 0),
            (_, None) => (line, chars),
        }
    }

    fn word_start(&self, (line, chars): Place) -> Place {
        let source = &self.area.lines()[line];
        let before = &source[..byte_of(source, chars)];
        match words(before).next_back() {
            Some((at, _)) => (line, before[..at].chars().count()),
            None if line > 0 && chars == 0 => (line - 1, self.area.lines()[line - 1].chars().count()),
            None => (line, 0),
        }
    }

    fn word_end(&self, (line, chars): Place) -> Place {
        let source = &self.area.lines()[line];
        let from = byte_of(source, chars);
        match words(&source[from..]).next() {
            Some((at, word)) => (line, chars + source[from..from + at + word.len()].chars().count()),
            None if from == source.len() && line + 1 < self.area.lines().len() => (line + 1, 0),
            None => (line, source.chars().count()),
        }
    }

    fn row_start(&self, at: Place) -> Place {
        let row = self.rows.get(self.rows.at(at));
        let start = row.map_or(0, |row| row.from.chars);
        // A second time leads to the beginning of the line.
        (at.0, if start == at.1 { 0 } else { start })
    }

    fn row_end(&self, at: Place) -> Place {
        let here = self.rows.at(at);
        let end = self.rows.place(here, usize::MAX).unwrap_or(at);
        if end == at { (at.0, self.area.lines()[at.0].chars().count()) } else { end }
    }

    fn vertical(&self, rows: isize) -> Place {
        let at = self.area.cursor();
        let column = self.aim.unwrap_or_else(|| self.rows.column(at));
        let row = self.rows.at(at);
        let to = row.saturating_add_signed(rows).min(self.rows.len().saturating_sub(1));
        // Beyond the first and the last row there are still the ends of the text.
        match (to == row, rows < 0) {
            (true, true) => (0, 0),
            (true, false) => self.end(),
            (false, _) => self.rows.place(to, column).unwrap_or(at),
        }
    }
}

/// The words of a line with where they begin: what has a letter or a digit in it, by Unicode's rules.
fn words(line: &str) -> impl DoubleEndedIterator<Item = (usize, &str)> {
    line.split_word_bound_indices().filter(|(_, part)| part.contains(char::is_alphanumeric))
}
