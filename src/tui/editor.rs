//! A text being edited: `tui_textarea` keeps the text and its history, this type adds graphemes, wrapping and honesty.

use std::ops::Range;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use tui_textarea::{CursorMove, TextArea};
use unicode_segmentation::UnicodeSegmentation;

use crate::domain::text;
use crate::tui::keymap::Motion;
use crate::tui::model::wrap::{self, Piece};

/// Steps that can be taken back.
const HISTORY: usize = 1000;

/// How many lines an editor takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Shape {
    Text,
    OneLine,
}

/// A row as shown: escaped, and which characters of which line it stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Row {
    /// What is shown.
    pub(crate) text: String,
    line: usize,
    chars: Range<usize>,
    last: bool,
}

/// A text being edited.
#[derive(Clone, Debug)]
pub(crate) struct Editor {
    area: TextArea<'static>,
    shape: Shape,
    width: usize,
    rows: Vec<Row>,
    top: usize,
}

impl Editor {
    /// An editor of several lines, the cursor at the end.
    pub(crate) fn text_of(text: &str) -> Self {
        Self::with(text, Shape::Text)
    }

    /// An editor of one line, the cursor at the end.
    pub(crate) fn line_of(text: &str) -> Self {
        Self::with(&text.replace('\n', " "), Shape::OneLine)
    }

    fn with(text: &str, shape: Shape) -> Self {
        let mut area = TextArea::new(text.split('\n').map(|line| line.trim_end_matches('\r').to_owned()).collect());
        area.set_max_histories(HISTORY);
        area.move_cursor(CursorMove::Bottom);
        area.move_cursor(CursorMove::End);
        let mut editor = Self { area, shape, width: 72, rows: Vec::new(), top: 0 };
        editor.wrap();
        editor
    }

    /// The text.
    pub(crate) fn text(&self) -> String {
        self.area.lines().join("\n")
    }

    /// Takes a key; says whether the text changed.
    pub(crate) fn key(&mut self, key: &KeyEvent) -> bool {
        let changed = self.apply(key);
        if changed {
            self.wrap();
        }
        changed
    }

    #[allow(clippy::wildcard_enum_match_arm, reason = "crossterm's enum: other keys do not edit")]
    fn apply(&mut self, key: &KeyEvent) -> bool {
        let control = key.modifiers.intersects(KeyModifiers::CONTROL | KeyModifiers::ALT);
        match key.code {
            KeyCode::Char(c) if !control => self.insert(c),
            KeyCode::Char('w') => self.area.delete_word(),
            KeyCode::Enter if self.shape == Shape::Text => self.insert('\n'),
            KeyCode::Tab if self.shape == Shape::Text => self.area.insert_str("    "),
            KeyCode::Backspace => self.delete_back(),
            KeyCode::Delete => self.delete_next(),
            code => self.go(code, control),
        }
    }

    fn insert(&mut self, c: char) -> bool {
        match c {
            '\n' => self.area.insert_newline(),
            c => self.area.insert_char(c),
        }
        true
    }

    /// Moves the cursor; the text stays.
    #[allow(clippy::wildcard_enum_match_arm, reason = "crossterm's enum: other keys do not move")]
    fn go(&mut self, code: KeyCode, by_word: bool) -> bool {
        match code {
            KeyCode::Left if by_word => self.area.move_cursor(CursorMove::WordBack),
            KeyCode::Right if by_word => self.area.move_cursor(CursorMove::WordForward),
            KeyCode::Left => self.left(),
            KeyCode::Right => self.right(),
            KeyCode::Up => self.vertical(-1),
            KeyCode::Down => self.vertical(1),
            KeyCode::PageUp => self.vertical(-10),
            KeyCode::PageDown => self.vertical(10),
            KeyCode::Home => self.area.move_cursor(CursorMove::Head),
            KeyCode::End => self.area.move_cursor(CursorMove::End),
            _ => {}
        }
        false
    }

    /// Inserts pasted text as one step of the history.
    pub(crate) fn paste(&mut self, pasted: &str) {
        let pasted = pasted.replace("\r\n", "\n").replace('\r', "\n");
        let pasted = if self.shape == Shape::OneLine { pasted.replace('\n', " ") } else { pasted };
        self.area.insert_str(pasted);
        self.wrap();
    }

    /// Adds a text below what is there, as one step of the history.
    pub(crate) fn append(&mut self, text: &str) {
        self.area.move_cursor(CursorMove::Bottom);
        self.area.move_cursor(CursorMove::End);
        let before = self.text();
        let gap = if before.trim().is_empty() || before.ends_with("\n\n") { "" } else { "\n\n" };
        self.paste(&format!("{gap}{text}"));
    }

    /// Takes the last change back.
    pub(crate) fn undo(&mut self) -> bool {
        let changed = self.area.undo();
        self.wrap();
        changed
    }

    /// Makes it again.
    pub(crate) fn redo(&mut self) -> bool {
        let changed = self.area.redo();
        self.wrap();
        changed
    }

    /// Scrolls a text that is only read.
    pub(crate) fn scroll(&mut self, motion: Motion, page: usize) {
        let last = self.rows.len().saturating_sub(page.max(1));
        self.top = crate::tui::model::moved(self.top, motion, last + 1, page / 2);
    }

    /// Wraps for a pane of this size and keeps the cursor in it, where there is one.
    pub(crate) fn arrange(&mut self, width: usize, height: usize, keep_cursor: bool) {
        let width = if self.shape == Shape::OneLine { usize::MAX } else { width.max(8) };
        if width != self.width {
            self.width = width;
            self.wrap();
        }
        let height = height.max(1);
        self.top = self.top.min(self.rows.len().saturating_sub(height));
        if keep_cursor {
            let (row, _) = self.cursor();
            self.top = self.top.clamp((row + 1).saturating_sub(height), row);
        }
    }

    /// The rows that are in sight, from the top.
    pub(crate) fn rows(&self) -> &[Row] {
        self.rows.get(self.top..).unwrap_or_default()
    }

    /// How many rows there are, and which is on top.
    pub(crate) fn extent(&self) -> (usize, usize) {
        (self.rows.len(), self.top)
    }

    /// Where the cursor is: its row among all rows, and its column.
    pub(crate) fn cursor(&self) -> (usize, usize) {
        let (line, col) = position(&self.area);
        let holds = |row: &Row| row.line == line && col >= row.chars.start && (col < row.chars.end || row.last);
        let at = self.rows.iter().position(holds).unwrap_or(0);
        let start = self.rows.get(at).map_or(0, |row| row.chars.start);
        let before = slice(&self.area.lines()[line], start..col);
        (at, before.graphemes(true).map(|g| wrap::columns(&text::line(g))).sum())
    }

    /// The cursor's place in the rows in sight.
    pub(crate) fn cursor_in_sight(&self) -> (usize, usize) {
        let (row, column) = self.cursor();
        (row.saturating_sub(self.top), column)
    }

    fn wrap(&mut self) {
        // The last column stays free for the cursor behind a full row.
        let width = self.width.saturating_sub(1).max(1);
        self.rows = self.area.lines().iter().enumerate().flat_map(|(at, line)| rows_of(at, line, width)).collect();
    }

    fn left(&mut self) {
        match self.before_cursor() {
            Some(grapheme) => self.jump_by(-signed(grapheme)),
            None => self.area.move_cursor(CursorMove::Back),
        }
    }

    fn right(&mut self) {
        match self.after_cursor() {
            Some(grapheme) => self.jump_by(signed(grapheme)),
            None => self.area.move_cursor(CursorMove::Forward),
        }
    }

    fn delete_back(&mut self) -> bool {
        match self.before_cursor() {
            Some(grapheme) => {
                self.jump_by(-signed(grapheme));
                self.area.delete_str(grapheme)
            }
            None => self.area.delete_newline(),
        }
    }

    fn delete_next(&mut self) -> bool {
        match self.after_cursor() {
            Some(grapheme) => self.area.delete_str(grapheme),
            None => self.area.delete_next_char(),
        }
    }

    /// Characters of the grapheme before the cursor, if the line has one.
    fn before_cursor(&self) -> Option<usize> {
        let (line, col) = position(&self.area);
        let line = &self.area.lines()[line];
        slice(line, 0..col).graphemes(true).next_back().map(|grapheme| grapheme.chars().count())
    }

    /// Characters of the grapheme after the cursor, if the line has one.
    fn after_cursor(&self) -> Option<usize> {
        let (line, col) = position(&self.area);
        let line = &self.area.lines()[line];
        slice(line, col..usize::MAX).graphemes(true).next().map(|grapheme| grapheme.chars().count())
    }

    fn jump_by(&mut self, chars: isize) {
        let (line, col) = position(&self.area);
        self.jump(line, col.saturating_add_signed(chars));
    }

    fn jump(&mut self, line: usize, col: usize) {
        let near = |n: usize| u16::try_from(n).unwrap_or(u16::MAX);
        self.area.move_cursor(CursorMove::Jump(near(line), near(col)));
        // A jump reaches 65 535 columns; a pasted line may be longer.
        (usize::from(near(col))..col).for_each(|_| self.area.move_cursor(CursorMove::Forward));
    }

    fn vertical(&mut self, rows: isize) {
        let (row, column) = self.cursor();
        let to = row.saturating_add_signed(rows).min(self.rows.len().saturating_sub(1));
        let Some(target) = self.rows.get(to) else { return };
        let (line, mut col, mut used) = (target.line, target.chars.start, 0);
        let end = if target.last { target.chars.end } else { target.chars.end.saturating_sub(1) };
        for grapheme in slice(&self.area.lines()[line], target.chars.clone()).graphemes(true) {
            used += wrap::columns(&text::line(grapheme));
            if used > column || col >= end {
                break;
            }
            col += grapheme.chars().count();
        }
        self.jump(line, col);
    }
}

fn position(area: &TextArea<'_>) -> (usize, usize) {
    area.cursor()
}

fn signed(n: usize) -> isize {
    isize::try_from(n).unwrap_or(0)
}

/// Characters `range` of a line.
fn slice(line: &str, range: Range<usize>) -> &str {
    let byte = |n: usize| line.char_indices().nth(n).map_or(line.len(), |(at, _)| at);
    &line[byte(range.start)..byte(range.end)]
}

fn rows_of(line: usize, source: &str, width: usize) -> Vec<Row> {
    let shown: Vec<_> = source.graphemes(true).map(|g| (g.chars().count(), text::line(g))).collect();
    let parts: Vec<_> =
        shown.iter().map(|(_, shown)| Piece { width: wrap::columns(shown), space: shown == " " }).collect();
    let ranges = wrap::pieces(&parts, width);
    let count = ranges.len();
    let mut start = 0;
    ranges
        .into_iter()
        .enumerate()
        .map(|(at, range)| {
            let chars = start..start + shown[range.clone()].iter().map(|(chars, _)| chars).sum::<usize>();
            start = chars.end;
            let text = shown[range].iter().map(|(_, shown)| shown.as_ref()).collect();
            Row { text, line, chars, last: at + 1 == count }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn press(editor: &mut Editor, code: KeyCode) {
        editor.key(&KeyEvent::new(code, KeyModifiers::NONE));
    }

    #[test]
    fn one_key_moves_over_or_deletes_one_grapheme() {
        for cluster in
            ["漢", "👨\u{200d}👩\u{200d}👧", "e\u{301}", "🇵🇹", "👍🏽", "❤\u{fe0f}", "한", "क्षि", "1\u{fe0f}\u{20e3}"]
        {
            let mut editor = Editor::text_of(&format!("a{cluster}b"));
            press(&mut editor, KeyCode::Left);
            press(&mut editor, KeyCode::Left);
            assert_eq!(editor.area.cursor().1, 1, "{cluster}");
            press(&mut editor, KeyCode::Delete);
            assert_eq!(editor.text(), "ab", "{cluster}");
            assert!(editor.undo());
            assert_eq!(editor.text(), format!("a{cluster}b"));
            press(&mut editor, KeyCode::End);
            press(&mut editor, KeyCode::Backspace);
            press(&mut editor, KeyCode::Backspace);
            assert_eq!(editor.text(), "a", "{cluster}");
        }
    }

    #[test]
    fn a_paste_is_one_step_back() {
        let mut editor = Editor::text_of("x");
        editor.paste("one\r\ntwo\nthree");
        assert_eq!(editor.text(), "xone\ntwo\nthree");
        editor.undo();
        assert_eq!(editor.text(), "x");
        editor.redo();
        assert_eq!(editor.text(), "xone\ntwo\nthree");
    }

    #[test]
    fn what_is_added_stands_below_and_is_one_step_back() {
        for (before, after) in [("", "new"), ("  ", "  new"), ("old", "old\n\nnew"), ("old\n\n", "old\n\nnew")] {
            let mut editor = Editor::text_of(before);
            press(&mut editor, KeyCode::Home);
            editor.append("new");
            assert_eq!(editor.text(), after);
            editor.undo();
            assert_eq!(editor.text(), before);
        }
    }

    #[test]
    fn the_cursor_behind_a_full_row_has_a_cell() {
        let mut editor = Editor::text_of("abcdefghi");
        editor.arrange(10, 3, true);
        assert_eq!(editor.cursor(), (0, 9));
        press(&mut editor, KeyCode::Char('j'));
        assert_eq!(editor.cursor(), (1, 1));
    }

    #[test]
    fn hostile_text_is_shown_as_marks_and_kept_as_bytes() {
        let mut editor = Editor::text_of("al\u{202e}ice");
        assert_eq!(editor.rows()[0].text, "al<U+202E>ice");
        assert_eq!(editor.cursor().1, "al<U+202E>ice".len());
        press(&mut editor, KeyCode::Home);
        assert_eq!(editor.text(), "al\u{202e}ice");
    }

    #[test]
    fn down_and_up_follow_the_rows_that_are_seen() {
        let mut editor = Editor::text_of("one two three four");
        editor.arrange(9, 5, true);
        press(&mut editor, KeyCode::Home);
        press(&mut editor, KeyCode::Right);
        press(&mut editor, KeyCode::Down);
        assert_eq!(editor.cursor(), (1, 1));
        press(&mut editor, KeyCode::Up);
        assert_eq!(editor.cursor(), (0, 1));
    }
}
