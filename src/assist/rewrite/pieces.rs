//! A letter in pieces: sentences with what they lean on, lists with their lead, greeting and closing apart.

use std::collections::BTreeSet;
use std::ops::Range;

use crate::assist::claims::terms::terms;
use crate::assist::reply::quoting::leans;
use crate::assist::sentences;

/// Words of a line that may be a greeting or a signature.
const FEW: usize = 6;

/// What belongs together: it stays or goes as one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Piece {
    /// Where it stands, in bytes.
    pub(crate) range: Range<usize>,
    /// Greeting, closing, signature: it says nothing and stays.
    pub(crate) fixed: bool,
    /// Stems of its telling words.
    pub(crate) terms: BTreeSet<String>,
}

/// The pieces of a text, in order; what lies between them is white space.
pub(crate) fn pieces(text: &str) -> Vec<Piece> {
    let lines = lines(text);
    let (first, last) = body(text, &lines);
    let mut out: Vec<Piece> = Vec::new();
    for (at, line) in lines.iter().enumerate() {
        let fixed = at < first || at >= last;
        for range in sentences_of(text, line.clone()) {
            let whole = &text[range.clone()];
            let before = out.last_mut().filter(|before| !before.fixed && !fixed && joins(text, before, &range));
            match before {
                Some(before) => {
                    before.range.end = range.end;
                    before.terms.extend(terms(whole));
                }
                None => out.push(Piece { terms: terms(whole), range, fixed }),
            }
        }
    }
    out
}

/// The lines that say something, without the white space around them.
fn lines(text: &str) -> Vec<Range<usize>> {
    let mut from = 0;
    let lines = text.split_inclusive('\n').map(|line| {
        let start = from;
        from += line.len();
        let lead = line.len() - line.trim_start().len();
        start + lead..start + line.trim_end().len().max(lead)
    });
    lines.filter(|line| !line.is_empty()).collect()
}

/// The lines between greeting and closing, the last one exclusive.
fn body(text: &str, lines: &[Range<usize>]) -> (usize, usize) {
    let few = |line: &Range<usize>| text[line.clone()].split_whitespace().count() <= FEW;
    let ends = |line: &Range<usize>, marks: &[char]| text[line.clone()].ends_with(marks);
    let greets = lines.len() > 1 && lines.first().is_some_and(|line| few(line) && !ends(line, &['.', '?', ':']));
    let first = usize::from(greets);
    let signs =
        |line: &&Range<usize>| few(line) && !ends(line, &['.', '?', '!', ':', ']']) && !is_item(&text[(*line).clone()]);
    let closing = lines.iter().skip(first).rev().take_while(signs).count();
    (first, lines.len() - closing)
}

/// Whether a line is a point or a step of a list.
fn is_item(line: &str) -> bool {
    let number = line.split_once(['.', ')']).is_some_and(|(n, rest)| {
        (1..=2).contains(&n.len()) && n.bytes().all(|b| b.is_ascii_digit()) && rest.starts_with(' ')
    });
    number || ["- ", "* ", "• "].iter().any(|mark| line.starts_with(mark))
}

/// The sentences of a line with the marks behind them; an item of a list is one.
fn sentences_of(text: &str, line: Range<usize>) -> Vec<Range<usize>> {
    if is_item(&text[line.clone()]) {
        return vec![line];
    }
    let mut out: Vec<Range<usize>> = Vec::new();
    let mut from = line.start;
    for sentence in sentences::split(&text[line]) {
        let (start, end) = (from, from + sentence.len());
        from = end;
        let marks = start + marks_before(&text[start..end]);
        if let Some(before) = out.last_mut().filter(|_| marks > start) {
            before.end = marks;
        }
        let said = text[marks..end].trim_start();
        if !said.is_empty() {
            out.push(end - said.len()..marks + text[marks..end].trim_end().len());
        }
    }
    out
}

/// How many bytes the marks like ` [1]` take up before a text says anything.
fn marks_before(text: &str) -> usize {
    let mut at = 0;
    while let Some((number, rest)) = text[at..].trim_start().strip_prefix('[').and_then(|t| t.split_once(']')) {
        if number.is_empty() || !number.bytes().all(|b| b.is_ascii_digit()) {
            break;
        }
        at = text.len() - rest.len();
    }
    at
}

/// Whether what stands at `next` cannot do without the piece before it.
fn joins(text: &str, before: &Piece, next: &Range<usize>) -> bool {
    let (said, said_next) = (&text[before.range.clone()], &text[next.clone()]);
    let gap = &text[before.range.end..next.start];
    let last_line = said.lines().next_back().unwrap_or_default();
    if is_item(said_next) {
        return last_line.ends_with(':') || (is_item(last_line) && !gap.contains("\n\n"));
    }
    !gap.contains('\n') && leans(said_next)
}
