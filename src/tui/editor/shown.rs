//! What is in sight: escaped, in parts that are told apart.

use unicode_segmentation::UnicodeSegmentation as _;

use crate::domain::text;
use crate::tui::editor::Editor;
use crate::tui::editor::rows::Row;

/// What a part of a row is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mark {
    Plain,
    Selected,
    /// What is looked for.
    Found,
    /// What is looked for, at the cursor.
    Here,
    /// What nothing supports.
    Doubted,
}

impl Editor {
    /// The rows in sight, each in parts.
    pub(crate) fn shown(&self) -> impl Iterator<Item = Vec<(Mark, String)>> {
        self.shown_doubting(&[])
    }

    /// The rows in sight; these phrases are told apart where they stand in a line.
    pub(crate) fn shown_doubting(&self, phrases: &[String]) -> impl Iterator<Item = Vec<(Mark, String)>> {
        (self.top..self.top + self.height).map_while(|at| self.rows.get(at)).map(|row| self.parts(row, phrases))
    }

    /// The whole of a text of one line.
    pub(crate) fn shown_line(&self) -> String {
        text::line(&self.text()).into_owned()
    }

    fn parts(&self, row: Row, doubted: &[String]) -> Vec<(Mark, String)> {
        let part = &self.area.lines()[row.line][row.from.bytes..row.to.bytes];
        let marks = self.marks(row, doubted);
        if marks.is_empty() {
            return vec![(Mark::Plain, shown(part))];
        }
        let mut parts: Vec<(Mark, String)> = Vec::new();
        let mut chars = row.from.chars;
        for grapheme in part.graphemes(true) {
            let is_in = |(from, to, _): &&(usize, usize, Mark)| (*from..*to).contains(&chars);
            let mark = marks.iter().find(is_in).map_or(Mark::Plain, |(.., mark)| *mark);
            match parts.last_mut().filter(|(last, _)| *last == mark) {
                Some((_, text)) => text.push_str(&text::line(grapheme)),
                None => parts.push((mark, text::line(grapheme).into_owned())),
            }
            chars += grapheme.chars().count();
        }
        // A selection that goes on behind the line is seen there.
        if marks.iter().any(|(_, to, mark)| *mark == Mark::Selected && *to > row.to.chars) && row.last {
            parts.push((Mark::Selected, " ".to_owned()));
        }
        parts
    }

    /// From where to where in the row's line there is what; the first that holds counts.
    fn marks(&self, row: Row, doubted: &[String]) -> Vec<(usize, usize, Mark)> {
        let found = self.finding().into_iter().flat_map(|find| find.in_line(row.line));
        let mut marks: Vec<_> =
            found.map(|(chars, here)| (chars.start, chars.end, if here { Mark::Here } else { Mark::Found })).collect();
        if let Some((from, to)) = self.selected().filter(|(from, to)| (from.0..=to.0).contains(&row.line)) {
            let start = if from.0 == row.line { from.1 } else { 0 };
            let end = if to.0 == row.line { to.1 } else { usize::MAX };
            marks.push((start, end, Mark::Selected));
        }
        let line = &self.area.lines()[row.line];
        let places = doubted.iter().flat_map(|phrase| line.match_indices(phrase.as_str()));
        marks.extend(places.map(|(at, phrase)| {
            let start = line[..at].chars().count();
            (start, start + phrase.chars().count(), Mark::Doubted)
        }));
        marks.retain(|(from, to, _)| *from <= row.to.chars && *to > row.from.chars);
        marks
    }
}

/// Escaped by graphemes, as the rows were measured.
fn shown(part: &str) -> String {
    if text::is_plain(part) && !part.contains('\n') {
        return part.to_owned();
    }
    part.graphemes(true).map(text::line).collect()
}
