//! The one escaper: everything from outside passes here before it reaches a terminal, a log or a card.
//!
//! Nothing hostile is dropped in silence: a control, escape, bidirectional, zero-width, tag or other invisible
//! character becomes a visible mark like `<U+202E>`. Two exceptions keep ordinary mail readable: a carriage return
//! before a line feed, and the joiner or variation selector inside an emoji, which is then shown as its parts.
//! Letters of every script stay as they are.

use std::borrow::Cow;
use std::fmt::Write as _;

use unicode_segmentation::UnicodeSegmentation as _;

/// Combining marks that one base character may carry; more are marked.
const MOST_MARKS: usize = 8;
/// Columns that a tab is shown as.
const TAB: &str = "    ";

/// Text that may have several lines: line feeds stay, tabs become four spaces, everything hostile becomes a mark.
#[must_use]
pub fn block(text: &str) -> Cow<'_, str> {
    escape(text, Lines::Keep)
}

/// Text for one line: like [`block`], and a line feed becomes `⏎`.
#[must_use]
pub fn line(text: &str) -> Cow<'_, str> {
    escape(text, Lines::Mark)
}

/// The first `most` characters of [`line`], with `…` where something was cut.
#[must_use]
pub fn short(text: &str, most: usize) -> String {
    let head: String = text.chars().take(most.saturating_mul(2)).collect();
    let shown = line(&head);
    if shown.chars().count() <= most && head.len() == text.len() {
        return shown.into_owned();
    }
    let mut cut: String = shown.chars().take(most.saturating_sub(1)).collect();
    cut.push('…');
    cut
}

/// What is at the bottom of an error, in one short line: what is above it names the parts of a program.
#[must_use]
pub fn bottom(error: &(dyn std::error::Error + 'static)) -> String {
    let last = std::iter::successors(Some(error), |error| error.source()).last();
    short(&last.map(ToString::to_string).unwrap_or_default(), 120)
}

/// Whether a text would be shown exactly as it is, on one or more lines.
#[must_use]
pub fn is_plain(text: &str) -> bool {
    matches!(block(text), Cow::Borrowed(_))
}

/// Whether a character must never reach a terminal as itself.
#[must_use]
pub fn is_hostile(c: char) -> bool {
    matches!(u32::from(c),
        0x00..=0x1f | 0x7f..=0x9f            // C0, DEL, C1
        | 0xad | 0x34f | 0x61c | 0x600..=0x605 | 0x6dd | 0x70f | 0x890..=0x891 | 0x8e2
        | 0x115f..=0x1160 | 0x17b4..=0x17b5 | 0x180b..=0x180f
        | 0x200b..=0x200f | 0x2028..=0x202e | 0x2060..=0x206f
        | 0x2800 | 0x3164 | 0xfdd0..=0xfdef | 0xfe00..=0xfe0f | 0xfeff | 0xffa0 | 0xfff0..=0xfffb
        | 0x110bd | 0x110cd | 0x13430..=0x1345f | 0x1bca0..=0x1bca3 | 0x1d173..=0x1d17a
        | 0xe000..=0xf8ff                    // private use: no agreed look
        | 0xe0000..=0xe0fff                  // tags, variation selectors, ignorables
        | 0xf0000..=0x10_ffff)
        || u32::from(c) & 0xfffe == 0xfffe
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Lines {
    Keep,
    Mark,
}

fn escape(text: &str, lines: Lines) -> Cow<'_, str> {
    if !changes(text, lines) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 32);
    let mut marks = 0;
    let mut before = None;
    let mut rest = text.chars().peekable();
    while let Some(c) = rest.next() {
        marks = if is_combining(c) { marks + 1 } else { 0 };
        match c {
            '\n' if lines == Lines::Keep => out.push('\n'),
            '\n' => out.push('⏎'),
            '\r' if rest.peek() == Some(&'\n') => {}
            '\t' => out.push_str(TAB),
            '\u{fe0f}' | '\u{200d}' if joins_emoji(before, c, rest.peek().copied()) => {}
            _ if is_hostile(c) || marks > MOST_MARKS => mark(&mut out, c),
            _ if marks > 0 && is_stray(out.chars().next_back(), c) => mark(&mut out, c),
            _ => out.push(c),
        }
        before = Some(c);
    }
    Cow::Owned(out)
}

fn changes(text: &str, lines: Lines) -> bool {
    let (mut marks, mut before) = (0, None);
    text.chars().any(|c| {
        let before = before.replace(c);
        match c {
            ' '..='~' => {
                marks = 0;
                false
            }
            '\n' => lines == Lines::Mark,
            _ => {
                marks = if is_combining(c) { marks + 1 } else { 0 };
                is_hostile(c) || marks > MOST_MARKS || (marks > 0 && is_stray(before, c))
            }
        }
    })
}

fn mark(out: &mut String, c: char) {
    // Writing to a String cannot fail.
    let _ = write!(out, "<U+{:04X}>", u32::from(c));
}

/// A joiner or an emoji selector that only shapes the picture before it.
fn joins_emoji(before: Option<char>, c: char, after: Option<char>) -> bool {
    let picture_before = before.is_some_and(|b| is_picture(b) || b == '\u{fe0f}');
    match c {
        '\u{fe0f}' => before.is_some_and(is_picture),
        _ => picture_before && after.is_some_and(is_picture),
    }
}

fn is_picture(c: char) -> bool {
    matches!(u32::from(c),
        0xa9 | 0xae | 0x203c | 0x2049 | 0x2122 | 0x2139 | 0x2194..=0x21aa | 0x231a..=0x23ff | 0x25aa..=0x27bf
        | 0x2934..=0x2935 | 0x2b05..=0x2b55 | 0x3030 | 0x303d | 0x3297 | 0x3299 | 0x1f000..=0x1faff)
}

fn is_combining(c: char) -> bool {
    unicode_width::UnicodeWidthChar::width(c) == Some(0) && !is_hostile(c)
}

/// Whether a character without a width stands for itself: joined to nothing before it, a terminal shows nothing of it.
fn is_stray(before: Option<char>, c: char) -> bool {
    let Some(before) = before.filter(|before| *before != '\n') else { return true };
    let pair = String::from_iter([before, c]);
    pair.graphemes(true).nth(1).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hostile_characters_become_marks() {
        for (input, expect) in [
            ("a\u{1b}[31mb", "a<U+001B>[31mb"),
            ("a\u{9b}b", "a<U+009B>b"),
            ("al\u{202e}ice", "al<U+202E>ice"),
            ("al\u{200b}ice", "al<U+200B>ice"),
            ("x\u{e0041}", "x<U+E0041>"),
            ("a\u{fe01}", "a<U+FE01>"),
            ("a\u{fe0f}", "a<U+FE0F>"),
            ("a\rb\r\n", "a<U+000D>b\n"),
            ("a\tb", "a    b"),
            ("漢字 سارة 👍🏽", "漢字 سارة 👍🏽"),
            ("a\u{1161}b \u{1112}\u{1161}\u{11ab}", "a<U+1161>b \u{1112}\u{1161}\u{11ab}"),
            ("a\u{1161}\u{11ab}", "a<U+1161><U+11AB>"),
            ("\u{301}e\u{301}\n\u{301}", "<U+0301>e\u{301}\n<U+0301>"),
            ("👨\u{200d}👩 ❤\u{fe0f}", "👨👩 ❤"),
        ] {
            assert_eq!(block(input), expect, "{input:?}");
        }
    }

    #[test]
    fn a_pile_of_combining_marks_is_bounded() {
        let zalgo = format!("a{}", "\u{300}".repeat(2000));
        assert!(block(&zalgo).matches("<U+0300>").count() == 2000 - MOST_MARKS);
    }

    #[test]
    fn a_line_has_no_line_feed_and_a_cut_shows() {
        assert_eq!(line("a\nb"), "a⏎b");
        assert_eq!(short("abcdef", 4), "abc…");
        assert_eq!(short("abcd", 4), "abcd");
    }

    #[test]
    fn escaping_twice_changes_nothing() {
        for c in (0..=0x10_ffff).filter_map(char::from_u32) {
            let once = block(&c.to_string()).into_owned();
            assert_eq!(block(&once), once, "{c:?}");
            assert!(!once.chars().any(|c| is_hostile(c) && c != '\n'), "{c:?}");
        }
    }
}
