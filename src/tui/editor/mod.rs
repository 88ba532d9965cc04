//! A text being edited: `tui_textarea` keeps the text and its history; this type adds what people count on.
//!
//! - A key moves over, deletes or selects one grapheme, whatever it is made of.
//! - One undo takes back a word that was typed, or a whole paste, deletion or replacement.
//! - After a change only the lines that changed are wrapped again ([`rows`]).
//! - Hostile characters are shown as marks and kept as they are.
//! - A text that is full takes nothing of what is too long, and says so ([`size`]).

mod find;
mod moves;
mod rows;
mod select;
mod shown;
mod size;
mod steps;
#[cfg(test)]
mod tests;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use tui_textarea::{AtomicRange, CursorMove, TextArea};
use unicode_segmentation::UnicodeSegmentation as _;

pub(crate) use find::Find;
use rows::Rows;
use select::Anchor;
pub(crate) use shown::Mark;
pub(crate) use size::Full;
use steps::{Change, Steps};

use crate::tui::keymap::{Context, Go, Motion};

/// Edits that are remembered; a word that was typed is as many as it has letters.
const HISTORY: usize = 100_000;
/// Columns before a pane has said how wide it is.
const WIDTH: usize = 72;

/// A line and a character in it.
pub(crate) type Place = (usize, usize);

/// How many lines an editor takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Shape {
    Text,
    OneLine,
}

/// A text being edited.
#[derive(Clone, Debug)]
pub(crate) struct Editor {
    area: TextArea<'static>,
    shape: Shape,
    steps: Steps,
    rows: Rows,
    anchor: Option<Anchor>,
    /// The column that going up and down aims at.
    aim: Option<usize>,
    find: Option<Box<Find>>,
    top: usize,
    height: usize,
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
        let width = if shape == Shape::OneLine { usize::MAX } else { WIDTH };
        let mut editor = Self {
            area,
            shape,
            steps: Steps::default(),
            rows: Rows::new(width),
            anchor: None,
            aim: None,
            find: None,
            top: 0,
            height: 1,
        };
        editor.rows.follow(editor.area.lines());
        editor.jump(editor.end());
        editor
    }

    /// Who has the keyboard while this text is edited.
    pub(crate) fn context(&self) -> Context {
        if self.find.is_some() { Context::Finding } else { Context::Editing }
    }

    /// The text.
    pub(crate) fn text(&self) -> String {
        self.area.lines().join("\n")
    }

    /// Bytes of the text.
    fn size(&self) -> usize {
        self.area.lines().iter().map(|line| line.len() + 1).sum::<usize>() - 1
    }

    /// Takes a key that is no command; says whether the text changed.
    ///
    /// # Errors
    /// When the text is full.
    #[allow(clippy::wildcard_enum_match_arm, reason = "crossterm's enum: other keys do not edit")]
    pub(crate) fn key(&mut self, key: &KeyEvent) -> Result<bool, Full> {
        if let Some(find) = &mut self.find {
            let changed = find.words.key(key)?;
            self.find_anew(changed);
            return Ok(false);
        }
        match key.code {
            KeyCode::Char(c) if !key.modifiers.intersects(KeyModifiers::CONTROL | KeyModifiers::ALT) => self.type_in(c),
            KeyCode::Enter if self.shape == Shape::Text => self.type_in('\n'),
            KeyCode::Tab if self.shape == Shape::Text => self.replace_selection("    "),
            KeyCode::Backspace => Ok(self.erase(Go::Left)),
            KeyCode::Delete => Ok(self.erase(Go::Right)),
            code => Go::by(code).map_or(Ok(false), |go| self.go_with(go, key)),
        }
    }

    fn type_in(&mut self, c: char) -> Result<bool, Full> {
        if self.selected().is_some() {
            return self.replace_selection(c.encode_utf8(&mut [0; 4]));
        }
        self.has_room(c.len_utf8(), 0)?;
        let from = self.area.cursor();
        match c {
            '\n' => self.area.insert_newline(),
            c => self.area.insert_char(c),
        }
        self.changed(1, Change::Typed { blank: c.is_whitespace() }, from);
        Ok(true)
    }

    /// Deletes what is selected, or from the cursor to where `go` leads; says whether the text changed.
    pub(crate) fn erase(&mut self, go: Go) -> bool {
        if let Some(find) = &mut self.find {
            let changed = find.words.erase(go);
            self.find_anew(changed);
            return false;
        }
        if self.selected().is_some() {
            return self.erase_selection();
        }
        let from = self.area.cursor();
        let to = self.target(go);
        let (first, last) = (from.min(to), from.max(to));
        if first == last {
            return false;
        }
        let gone = self.between(first, last);
        let by_one = go == Go::Left || go == Go::Right;
        let change = if by_one { Change::Erased { blank: gone.trim().is_empty() } } else { Change::Whole };
        let edits = self.take_out(first, last);
        self.changed(edits, change, from);
        true
    }

    /// Puts pasted text in place of the selection, as one step.
    ///
    /// # Errors
    /// When the text cannot hold it; then nothing of it was taken.
    pub(crate) fn paste(&mut self, pasted: &str) -> Result<bool, Full> {
        match &mut self.find {
            Some(find) => {
                let changed = find.words.paste(pasted)?;
                self.find_anew(changed);
                Ok(false)
            }
            None => self.replace_selection(pasted),
        }
    }

    /// Adds a text below what is there, as one step.
    ///
    /// # Errors
    /// When the text cannot hold it; then nothing of it was taken.
    pub(crate) fn append(&mut self, text: &str) -> Result<bool, Full> {
        self.unselect();
        self.jump(self.end());
        let before = self.text();
        let gap = if before.trim().is_empty() || before.ends_with("\n\n") { "" } else { "\n\n" };
        self.paste(&format!("{gap}{text}"))
    }

    /// Puts another text in place of the whole, as one step. What an assistant or an editor wrote is never cut.
    pub(crate) fn replace_all(&mut self, text: &str) {
        if self.text() == text {
            return;
        }
        let from = self.area.cursor();
        let cleared = self.take_out((0, 0), self.end());
        let put = usize::from(self.area.insert_str(text));
        self.changed(cleared + put, Change::Whole, from);
    }

    /// Nobody is at it any more: nothing is selected and nothing looked for.
    pub(crate) fn rest(&mut self) {
        self.stop_finding();
        self.unselect();
        self.steps.end_run();
    }

    /// Takes the last step back.
    pub(crate) fn undo(&mut self) -> bool {
        let changed = self.steps.undo(&mut self.area);
        self.settled();
        changed
    }

    /// Makes it again.
    pub(crate) fn redo(&mut self) -> bool {
        let changed = self.steps.redo(&mut self.area);
        self.settled();
        changed
    }

    /// Whether `more` bytes fit in place of `less`.
    fn has_room(&self, more: usize, less: usize) -> Result<(), Full> {
        let most = self.shape.most();
        // A text that came too long may always become shorter.
        let fits = more <= less || self.size() - less + more <= most;
        if fits { Ok(()) } else { Err(Full { offered: more, most }) }
    }

    /// After every edit: the history is told, the rows follow.
    fn changed(&mut self, edits: usize, change: Change, from: Place) {
        self.steps.note(edits, change, from, self.area.cursor());
        self.settled();
    }

    fn settled(&mut self) {
        self.anchor = None;
        self.aim = None;
        self.rows.follow(self.area.lines());
        self.find_anew(false);
    }

    /// Takes out what stands between two places and puts the cursor there; how many edits that was.
    fn take_out(&mut self, from: Place, to: Place) -> usize {
        let chars = self.between(from, to).chars().count();
        self.jump(from);
        usize::from(self.area.delete_str(chars))
    }

    /// What stands between two places.
    fn between(&self, from: Place, to: Place) -> String {
        let lines = &self.area.lines()[from.0..=to.0];
        let part = |(at, line): (usize, &String)| {
            let start = if at == 0 { byte_of(line, from.1) } else { 0 };
            let end = if from.0 + at == to.0 { byte_of(line, to.1) } else { line.len() };
            line[start..end].to_owned()
        };
        lines.iter().enumerate().map(part).collect::<Vec<_>>().join("\n")
    }

    /// Scrolls a text that is only read.
    pub(crate) fn scroll(&mut self, motion: Motion, page: usize) {
        let last = self.rows.len().saturating_sub(page.max(1));
        self.top = crate::tui::model::moved(self.top, motion, last + 1, page / 2);
    }

    /// Wraps for a pane of this size and keeps the cursor in it, where there is one.
    pub(crate) fn arrange(&mut self, width: usize, height: usize, keep_cursor: bool) {
        if self.shape == Shape::Text {
            // The last column stays free for the cursor behind a full row.
            self.rows.set_width(width.max(8) - 1, self.area.lines());
        }
        // While something is looked for, the last row is for the words.
        self.height = height.saturating_sub(usize::from(self.find.is_some())).max(1);
        self.top = self.top.min(self.rows.len().saturating_sub(self.height));
        if keep_cursor {
            let row = self.rows.at(self.area.cursor());
            self.top = self.top.clamp((row + 1).saturating_sub(self.height), row);
        }
    }

    /// How many rows there are, and which is on top.
    pub(crate) fn extent(&self) -> (usize, usize) {
        (self.rows.len(), self.top)
    }

    /// The cursor's place in the rows in sight: its row and its column.
    pub(crate) fn cursor_in_sight(&self) -> (usize, usize) {
        let at = self.area.cursor();
        (self.rows.at(at).saturating_sub(self.top), self.rows.column(at))
    }

    /// Behind the last character.
    fn end(&self) -> Place {
        let lines = self.area.lines();
        (lines.len() - 1, lines[lines.len() - 1].chars().count())
    }

    fn jump(&mut self, (line, chars): Place) {
        let near = |n: usize| u16::try_from(n).unwrap_or(u16::MAX);
        self.area.move_cursor(CursorMove::Jump(near(line), near(chars)));
        // A jump reaches 65 535; a text that was not typed here may be longer.
        (usize::from(near(line))..line).for_each(|_| self.area.move_cursor(CursorMove::Down));
        if chars > usize::from(u16::MAX) {
            // The cursor cannot stay inside such a range, so it goes to its end: steps one by one would take minutes.
            let skipped = AtomicRange { row: line, start_col: usize::from(u16::MAX) - 1, end_col: chars };
            let _ = self.area.try_set_atomic_ranges([skipped]);
            self.area.clear_atomic_ranges();
        }
    }
}

/// The byte at which a character of a line begins, or the line's end.
fn byte_of(line: &str, chars: usize) -> usize {
    line.char_indices().nth(chars).map_or(line.len(), |(at, _)| at)
}

/// Characters of the graphemes next to a point of a line: before it and behind it.
fn graphemes_at(line: &str, chars: usize) -> (Option<usize>, Option<usize>) {
    let (before, after) = line.split_at(byte_of(line, chars));
    let count = |grapheme: &str| grapheme.chars().count();
    (before.graphemes(true).next_back().map(count), after.graphemes(true).next().map(count))
}
