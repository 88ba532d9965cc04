//! A text in rows: soft wrapped, and after a change only the lines that changed are wrapped again.

use unicode_segmentation::UnicodeSegmentation as _;

use crate::domain::text;
use crate::tui::editor::Place;
use crate::tui::model::wrap::{self, Piece};

/// A row as it is shown: which part of which line it holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Row {
    pub(crate) line: usize,
    /// Where it begins and ends in its line.
    pub(crate) from: End,
    pub(crate) to: End,
    /// Whether the line ends with it.
    pub(crate) last: bool,
}

/// A point in a line, by characters and by bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct End {
    pub(crate) chars: usize,
    pub(crate) bytes: usize,
}

/// A line as it was when it was wrapped, and where each of its rows ends.
#[derive(Clone, Debug)]
struct Wrapped {
    source: String,
    ends: Vec<End>,
}

/// The rows of a text.
#[derive(Clone, Debug)]
pub(crate) struct Rows {
    width: usize,
    lines: Vec<Wrapped>,
    /// The first row of each line, and behind them the number of rows.
    first: Vec<usize>,
    /// How many lines were wrapped so far.
    #[cfg(test)]
    pub(crate) wrapped: usize,
}

impl Rows {
    pub(crate) fn new(width: usize) -> Self {
        Self {
            width,
            lines: Vec::new(),
            first: vec![0],
            #[cfg(test)]
            wrapped: 0,
        }
    }

    /// Follows the text: lines that are as they were keep their rows.
    pub(crate) fn follow(&mut self, lines: &[String]) {
        let same = |(old, new): &(&Wrapped, &String)| old.source == **new;
        let head = self.lines.iter().zip(lines).take_while(same).count();
        let most = self.lines.len().min(lines.len()) - head;
        let tail = self.lines.iter().rev().zip(lines.iter().rev()).take(most).take_while(same).count();
        let changed = head..lines.len() - tail;
        #[cfg(test)]
        {
            self.wrapped += changed.len();
        }
        let wrapped = lines[changed].iter().map(|line| Wrapped::of(line, self.width));
        self.lines.splice(head..self.lines.len() - tail, wrapped.collect::<Vec<_>>());
        self.number(head);
    }

    /// Wraps everything for another width.
    pub(crate) fn set_width(&mut self, width: usize, lines: &[String]) {
        if self.width != width {
            self.width = width;
            self.lines.clear();
            self.follow(lines);
        }
    }

    fn number(&mut self, from: usize) {
        self.first.truncate(from + 1);
        let mut next = self.first.last().copied().unwrap_or(0);
        for line in &self.lines[from..] {
            next += line.ends.len();
            self.first.push(next);
        }
    }

    /// How many rows there are.
    pub(crate) fn len(&self) -> usize {
        self.first.last().copied().unwrap_or(0)
    }

    pub(crate) fn get(&self, at: usize) -> Option<Row> {
        let line = self.first.partition_point(|first| *first <= at).checked_sub(1)?;
        let ends = &self.lines.get(line)?.ends;
        let nth = at - self.first[line];
        let from = nth.checked_sub(1).map_or_else(End::default, |before| ends[before]);
        Some(Row { line, from, to: *ends.get(nth)?, last: nth + 1 == ends.len() })
    }

    /// The row in which a place is; behind a row that is not its line's last, the next one's beginning.
    pub(crate) fn at(&self, (line, chars): Place) -> usize {
        let Some(wrapped) = self.lines.get(line) else { return 0 };
        let nth = wrapped.ends.partition_point(|end| end.chars <= chars);
        self.first[line] + nth.min(wrapped.ends.len() - 1)
    }

    /// The columns of a place in its row.
    pub(crate) fn column(&self, place: Place) -> usize {
        let Some(row) = self.get(self.at(place)) else { return 0 };
        let part = &self.lines[row.line].source[row.from.bytes..row.to.bytes];
        part.grapheme_indices(true)
            .scan(row.from.chars, |chars, (_, grapheme)| {
                let before = *chars;
                *chars += grapheme.chars().count();
                Some((before, grapheme))
            })
            .take_while(|(before, _)| *before < place.1)
            .map(|(_, grapheme)| wrap::columns(&text::line(grapheme)))
            .sum()
    }

    /// The place in a row that is nearest to a column, and still in that row.
    pub(crate) fn place(&self, at: usize, column: usize) -> Option<Place> {
        let row = self.get(at)?;
        let end = if row.last { row.to.chars } else { row.to.chars.saturating_sub(1) };
        let (mut chars, mut used) = (row.from.chars, 0);
        for grapheme in self.lines[row.line].source[row.from.bytes..row.to.bytes].graphemes(true) {
            used += wrap::columns(&text::line(grapheme));
            let next = chars + grapheme.chars().count();
            if used > column || next > end {
                break;
            }
            chars = next;
        }
        Some((row.line, chars))
    }
}

impl Wrapped {
    fn of(line: &str, width: usize) -> Self {
        let ends = if is_plain(line) { plain_ends(line, width) } else { ends(line, width) };
        Self { source: line.to_owned(), ends }
    }
}

/// Whether every byte is a grapheme of one column.
fn is_plain(line: &str) -> bool {
    line.bytes().all(|byte| (b' '..=b'~').contains(&byte))
}

fn plain_ends(line: &str, width: usize) -> Vec<End> {
    let end = |at: usize| End { chars: at, bytes: at };
    if line.len() <= width {
        return vec![end(line.len())];
    }
    let pieces: Vec<_> = line.bytes().map(|byte| Piece { width: 1, space: byte == b' ' }).collect();
    wrap::pieces(&pieces, width).into_iter().map(|row| end(row.end)).collect()
}

fn ends(line: &str, width: usize) -> Vec<End> {
    let mut pieces = Vec::new();
    let mut after = vec![End::default()];
    let mut end = End::default();
    for grapheme in line.graphemes(true) {
        let shown = text::line(grapheme);
        pieces.push(Piece { width: wrap::columns(&shown), space: shown == " " });
        end = End { chars: end.chars + grapheme.chars().count(), bytes: end.bytes + grapheme.len() };
        after.push(end);
    }
    wrap::pieces(&pieces, width).into_iter().map(|row| after[row.end]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(text: &str) -> Vec<String> {
        text.split('\n').map(str::to_owned).collect()
    }

    fn shown(rows: &Rows) -> Vec<&str> {
        let row = |at| rows.get(at).map(|r| &rows.lines[r.line].source[r.from.bytes..r.to.bytes]);
        (0..rows.len()).filter_map(row).collect()
    }

    #[test]
    fn rows_are_those_of_the_whole_text_whatever_changed() {
        let texts = [
            "",
            "one two three\nfour",
            "one two three\nfive\nfour",
            "zero\nfour",
            "漢字漢字 e\u{301}e\u{301}\n\nx",
            "",
        ];
        let mut rows = Rows::new(6);
        for text in texts {
            rows.follow(&lines(text));
            let mut anew = Rows::new(6);
            anew.follow(&lines(text));
            assert_eq!(shown(&rows), shown(&anew), "{text:?}");
        }
    }

    #[test]
    fn a_key_in_a_long_text_wraps_one_line() {
        let mut text: Vec<_> = (0..1000).map(|n| format!("line {n} of a text that is long")).collect();
        let mut rows = Rows::new(12);
        rows.follow(&text);
        let before = rows.wrapped;
        text[500].push('x');
        rows.follow(&text);
        assert_eq!(rows.wrapped, before + 1);
        text.insert(200, "a new line".to_owned());
        rows.follow(&text);
        assert_eq!(rows.wrapped, before + 2);
        text.remove(200);
        rows.follow(&text);
        assert_eq!(rows.wrapped, before + 2, "lines that are gone need no wrapping");
    }

    #[test]
    fn a_place_and_its_column_lead_back_to_the_place() {
        let text = lines("one two three\n漢字 e\u{301}x\n\n\tx <\u{202e}>");
        let mut rows = Rows::new(7);
        rows.follow(&text);
        for (line, source) in text.iter().enumerate() {
            let mut chars = 0;
            for grapheme in source.graphemes(true).chain([""]) {
                let place = (line, chars);
                let (row, column) = (rows.at(place), rows.column(place));
                assert_eq!(rows.place(row, column), Some(place), "{source:?} at {chars}");
                chars += grapheme.chars().count();
            }
        }
    }
}
