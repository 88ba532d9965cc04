//! Wrapping: text to rows of a width, by words, never through a grapheme. Wrapped once per text and width.

use std::ops::Range;

use ratatui::buffer::CellWidth as _;
use unicode_segmentation::UnicodeSegmentation;

/// What is kept together when a row ends: a grapheme, or the mark that stands for a hostile character.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Piece {
    /// Columns.
    pub(crate) width: usize,
    /// Whether a row may end after it.
    pub(crate) space: bool,
}

/// The rows of one line, as ranges of its pieces; an empty line is one empty row.
pub(crate) fn pieces(pieces: &[Piece], width: usize) -> Vec<Range<usize>> {
    let width = width.max(1);
    let mut rows = Vec::new();
    let (mut start, mut used, mut after_space) = (0, 0, None);
    for (at, piece) in pieces.iter().enumerate() {
        // White space may hang over the edge: it is not seen there.
        if used + piece.width > width && at > start && !piece.space {
            let end = after_space.unwrap_or(at);
            rows.push(start..end);
            start = end;
            used = pieces[start..at].iter().map(|p| p.width).sum();
            after_space = None;
        }
        used += piece.width;
        if piece.space {
            after_space = Some(at + 1);
        }
        // A run of blanks longer than a row must not hide what follows it.
        if piece.space && used > width {
            rows.push(start..at + 1);
            (start, used, after_space) = (at + 1, 0, None);
        }
    }
    if start < pieces.len() || rows.is_empty() {
        rows.push(start..pieces.len());
    }
    rows
}

/// The rows of a text that may have several lines, as byte ranges; the line feeds are in none of them.
pub(crate) fn text(text: &str, width: usize) -> Vec<Range<usize>> {
    let mut rows = Vec::new();
    let mut start = 0;
    for line in text.split('\n') {
        rows.extend(line_rows(line, width).into_iter().map(|row| start + row.start..start + row.end));
        start += line.len() + 1;
    }
    rows
}

fn line_rows(line: &str, width: usize) -> Vec<Range<usize>> {
    if line.bytes().all(|byte| matches!(byte, b' '..=b'~')) {
        return letters(line.as_bytes(), width.max(1));
    }
    let (starts, parts) = cut(line);
    pieces(&parts, width).into_iter().map(|row| starts[row.start]..starts[row.end]).collect()
}

/// [`pieces`] for a line in which every byte is a letter of one column.
fn letters(line: &[u8], width: usize) -> Vec<Range<usize>> {
    let mut rows = Vec::with_capacity(line.len() / width + 1);
    let mut start = 0;
    while line.len() - start > width {
        let full = start + width;
        // White space may hang over the edge, and a run of it longer than a row ends there.
        let end = match line[start..full].iter().rposition(|byte| *byte == b' ') {
            _ if line[full] == b' ' => full + 1,
            Some(blank) => start + blank + 1,
            None => full,
        };
        rows.push(start..end);
        start = end;
    }
    if start < line.len() || rows.is_empty() {
        rows.push(start..line.len());
    }
    rows
}

/// The pieces of a line, where each starts, and where the last one ends.
fn cut(line: &str) -> (Vec<usize>, Vec<Piece>) {
    let bytes = line.as_bytes();
    let (mut starts, mut parts) = (Vec::with_capacity(line.len() + 1), Vec::with_capacity(line.len()));
    let mut at = 0;
    while at < line.len() {
        if is_simple(bytes, at) {
            starts.push(at);
            parts.push(Piece { width: 1, space: bytes[at] == b' ' });
            at += 1;
            continue;
        }
        // Up to where one simple letter follows another: only there it is certain that a grapheme ends.
        let end = (at..line.len()).find(|at| is_simple(bytes, *at)).unwrap_or(line.len());
        for (offset, grapheme) in line[at..end].grapheme_indices(true) {
            starts.push(at + offset);
            parts.push(Piece { width: columns(grapheme), space: grapheme == " " });
        }
        at = end;
    }
    starts.push(line.len());
    (starts, parts)
}

/// Whether a grapheme of one column starts and ends here: a printable letter of ASCII, and another one behind it.
fn is_simple(bytes: &[u8], at: usize) -> bool {
    let is_letter = |at: usize| matches!(bytes.get(at), Some(b' '..=b'~'));
    is_letter(at) && (at + 1 == bytes.len() || is_letter(at + 1))
}

/// How many columns a text takes where it is drawn: cell by cell, whatever a font makes of two letters.
pub(crate) fn columns(text: &str) -> usize {
    if text.is_ascii() {
        text.len()
    } else if text.chars().all(is_lone) {
        text.chars().count()
    } else {
        by_grapheme(text)
    }
}

/// Whether a character is one column by itself, next to any other such: Latin letters, and what we draw with.
const fn is_lone(c: char) -> bool {
    matches!(c, ' '..='~' | '\u{a1}'..='\u{ac}' | '\u{ae}'..='\u{2ff}' | '\u{2010}'..='\u{2027}' | '\u{2500}'..='\u{259f}' | '●')
}

/// [`columns`] of any text.
fn by_grapheme(text: &str) -> usize {
    text.graphemes(true).map(|grapheme| usize::from(grapheme.cell_width())).sum()
}

/// A text cut to a width, with `…` where something was cut.
pub(crate) fn fit(text: &str, width: usize) -> String {
    if columns(text) <= width {
        return text.to_owned();
    }
    let mut used = 0;
    let mut cut: String = text
        .graphemes(true)
        .take_while(|grapheme| {
            used += columns(grapheme);
            used < width
        })
        .collect();
    if width > 0 {
        cut.push('…');
    }
    cut
}

/// A text cut or filled to exactly a width.
pub(crate) fn pad(text: &str, width: usize) -> String {
    let mut text = fit(text, width);
    text.extend(std::iter::repeat_n(' ', width.saturating_sub(columns(&text))));
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(input: &str, width: usize, expect: &[&str]) {
        let rows: Vec<_> = text(input, width).into_iter().map(|row| &input[row]).collect();
        assert_eq!(rows, expect);
    }

    #[test]
    fn words_stay_whole_and_long_ones_break_between_graphemes() {
        check("one two three", 8, &["one two ", "three"]);
        check("abcdefghij", 4, &["abcd", "efgh", "ij"]);
        check("a\n\nb", 4, &["a", "", "b"]);
        check("漢字漢字", 5, &["漢字", "漢字"]);
        check("ab e\u{301}e\u{301}e\u{301}", 4, &["ab ", "e\u{301}e\u{301}e\u{301}"]);
    }

    #[test]
    fn a_row_has_room_for_all_that_is_drawn_of_it() {
        use ratatui::buffer::{Buffer, Cell};
        use ratatui::layout::Rect;

        for letters in ["ｱ\u{ff9e}", "ﾊ\u{ff9f}x", "لا", "🇩🇪🇫", "👍🏽", "ﷺ", "e\u{301}", "ก\u{e33}"]
        {
            let line = letters.repeat(30);
            for row in text(&line, 20) {
                let mut buffer = Buffer::empty(Rect::new(0, 0, 20, 1));
                buffer.set_string(0, 0, &line[row.clone()], ratatui::style::Style::default());
                let drawn: String = buffer.content.iter().map(Cell::symbol).filter(|symbol| *symbol != " ").collect();
                assert_eq!(drawn, line[row], "{letters}");
            }
        }
    }

    #[test]
    fn characters_that_are_counted_are_as_wide_as_they_are_drawn() {
        let lone: Vec<char> = ('\0'..='\u{ffff}').filter(|c| is_lone(*c)).collect();
        assert!(lone.len() > 700);
        for pair in lone.windows(2).flat_map(|two| [[two[0], two[1]], [two[1], two[0]], [two[0], two[0]]]) {
            let text: String = pair.iter().collect();
            assert_eq!(by_grapheme(&text), 2, "{text:?}");
        }
    }

    #[test]
    fn blanks_cannot_push_text_out_of_sight() {
        let padded = format!("ok{}evil", " ".repeat(500));
        let rows = text(&padded, 20);
        assert!(rows.iter().any(|row| padded[row.clone()].contains("evil")));
        assert!(rows.iter().all(|row| columns(padded[row.clone()].trim_end()) <= 20));
    }

    #[test]
    fn every_byte_but_the_line_feeds_is_in_a_row() {
        let input = "one two  three 漢字漢字漢字 x\n\nسارة حداد end";
        let joined: String = text(input, 7).into_iter().map(|row| &input[row]).collect();
        assert_eq!(joined, input.replace('\n', ""));
    }

    #[test]
    fn letters_that_are_cut_one_by_one_are_cut_as_graphemes_are() {
        for line in [
            "plain",
            "e\u{301}t\u{e9} e\u{301}",
            "a 👨\u{200d}👩 b🇩🇪🇫🇷c",
            "漢字ab漢",
            "x\t\u{1}y",
            "नमस्ते ok",
            "\r\n",
            "",
        ] {
            let (starts, parts) = cut(line);
            let graphemes: Vec<_> = line.grapheme_indices(true).collect();
            assert_eq!(starts[..parts.len()], graphemes.iter().map(|(at, _)| *at).collect::<Vec<_>>(), "{line:?}");
            let widths: Vec<_> = parts.iter().map(|piece| piece.width).collect();
            assert_eq!(widths, graphemes.iter().map(|(_, g)| columns(g)).collect::<Vec<_>>(), "{line:?}");
        }
    }

    #[test]
    fn a_line_of_letters_is_wrapped_as_its_pieces_are() {
        let lines =
            ["", " ", "a", "one two  three", "abcdefghij", "a    b     cdefgh i", "       ", "abc d   ", "  abcd"];
        for line in lines {
            for width in 0..12 {
                assert_eq!(line_rows(line, width), pieces(&cut(line).1, width), "{line:?} at {width}");
            }
        }
    }

    #[test]
    fn a_cut_shows() {
        assert_eq!(fit("abcdef", 4), "abc…");
        assert_eq!(pad("漢字漢", 4), "漢… ");
        assert_eq!(fit("漢字", 4), "漢字");
    }
}
