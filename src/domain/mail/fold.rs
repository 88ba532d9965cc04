//! Which lines of a mail are somebody's words, and which their mail program added.

use std::ops::Range;

use crate::domain::mail::PartKind;
use crate::domain::mail::attribution::{attribution, heads, is_attribution};
use crate::domain::mail::line::{Line, alone, unquoted};

/// Most filled lines under a drawn line that are still a signature.
const LONGEST_SIGNATURE: usize = 10;
/// Longest line of a signature under a line that people draw too, in characters.
const LONGEST_NAME: usize = 60;
/// Shortest quoted line that a mail program may have wrapped, in characters.
const WRAPS_AT: usize = 60;

/// The kind of every line.
pub(super) fn kinds(lines: &[&str]) -> Vec<PartKind> {
    let prose = lines.iter().map(|line| is_prose(line.trim())).collect();
    let mut mail = Mail { seen: look(lines), prose, kinds: vec![PartKind::Text; lines.len()] };
    mail.fold();
    if mail.first_word(0..lines.len()).is_none() {
        mail.keep_something(lines);
    }
    mail.join_blanks();
    mail.kinds
}

struct Mail {
    seen: Vec<Line>,
    /// Which lines read like a sentence.
    prose: Vec<bool>,
    kinds: Vec<PartKind>,
}

/// What each line is: by itself, then attributions and heads over several lines, then code and wrapped quotes.
fn look(lines: &[&str]) -> Vec<Line> {
    let mut seen: Vec<Line> = lines.iter().map(|line| alone(line)).collect();
    if let Some(first) = seen.iter_mut().find(|line| **line != Line::Blank).filter(|line| **line == Line::Device) {
        *first = Line::Text; // nobody's mail begins with what a device adds at its end
    }
    let mut at = 0;
    while at < lines.len() {
        at += match seen[at] {
            Line::Text if lines[at].trim_start().starts_with("```") => code(lines, &mut seen, at),
            Line::Text | Line::Rule | Line::Break | Line::Device => mark(lines, &mut seen, at),
            Line::Blank | Line::Quote | Line::Dashes | Line::Attribution | Line::Original | Line::Forwarded => 1,
        };
    }
    wrapped_quotes(lines, &mut seen);
    seen
}

/// A fenced block is text, whatever stands in it.
fn code(lines: &[&str], seen: &mut [Line], at: usize) -> usize {
    let Some(close) = lines[at + 1..].iter().position(|line| line.trim_start().starts_with("```")) else { return 1 };
    seen[at..=at + 1 + close].fill(Line::Text);
    close + 2
}

fn mark(lines: &[&str], seen: &mut [Line], at: usize) -> usize {
    let rest = &lines[at..];
    let (count, kind) = match (heads(rest), attribution(rest)) {
        (0, 0) => return 1,
        (0, count) => (count, Line::Attribution),
        (count, _) => (count, Line::Original),
    };
    seen[at..at + count].fill(kind);
    count
}

/// A line between two quoted ones may be the end of a long one above, wrapped on its way; an answer is not.
fn wrapped_quotes(lines: &[&str], seen: &mut [Line]) {
    for at in 1..seen.len().saturating_sub(1) {
        let between = seen[at] == Line::Text && seen[at - 1] == Line::Quote && seen[at + 1] == Line::Quote;
        let goes_on = lines[at].starts_with(char::is_lowercase) && lines[at - 1].trim_end().chars().count() >= WRAPS_AT;
        if between && goes_on {
            seen[at] = Line::Quote;
        }
    }
}

impl Mail {
    /// Folds the whole mail: what it begins with, as often as that is no words, and then the rest.
    fn fold(&mut self) {
        let end = self.seen.len();
        let mut start = 0;
        loop {
            let Some(mark) = (start..end).find(|&at| is_mark(self.seen[at])) else {
                return self.fold_end(start..end);
            };
            let below = (mark..end).find(|&at| !is_mark(self.seen[at]) && self.seen[at] != Line::Blank).unwrap_or(end);
            if self.first_word(start..mark).is_some() {
                return self.fold_below(start, mark, below);
            }
            start = self.fold_lead(start..below, mark);
        }
    }

    /// Words stand above the mark: what follows it is quoted, unless it is answered piece by piece.
    fn fold_below(&mut self, start: usize, mark: usize, below: usize) {
        self.fold_end(start..mark);
        if self.seen[mark] == Line::Attribution && self.is_answered(below) {
            let end = self.fold_attributions(mark);
            return self.fold_end(below..end);
        }
        let from = self.drawn_above(start, mark);
        let kind = self.kind_of_mark(mark);
        self.kinds[from..].fill(kind);
    }

    /// The mail begins with the mark: it answers below the quote, or only passes a mail on. Returns where its own words may start.
    fn fold_lead(&mut self, lead: Range<usize>, mark: usize) -> usize {
        let end = self.seen.len();
        let quote_end = (lead.end..end).find(|&at| !matches!(self.seen[at], Line::Quote | Line::Blank)).unwrap_or(end);
        let later = (quote_end..end).any(|at| self.seen[at] == Line::Quote || is_mark(self.seen[at]));
        let below = if later { lead.end } else { quote_end };
        let kind = self.kind_of_mark(mark);
        self.kinds[lead.start..below].fill(kind);
        below
    }

    /// Folds every attribution from `start` on without what stands below it, and all from a whole quoted mail on; returns
    /// where that starts.
    fn fold_attributions(&mut self, start: usize) -> usize {
        let all = self.seen.len();
        let end = (start..all).find(|&at| matches!(self.seen[at], Line::Original | Line::Forwarded)).unwrap_or(all);
        for at in start..end {
            if self.seen[at] == Line::Attribution {
                self.kinds[at] = PartKind::Quoted;
            }
        }
        self.kinds[end..].fill(PartKind::Quoted);
        end
    }

    fn kind_of_mark(&self, mark: usize) -> PartKind {
        if self.seen[mark] == Line::Forwarded { PartKind::Forwarded } else { PartKind::Quoted }
    }

    /// Whether a quote starts at `at` and somebody's words follow it.
    fn is_answered(&self, at: usize) -> bool {
        let quoted = self.seen.get(at) == Some(&Line::Quote);
        let dashes = (at..self.seen.len()).find(|&at| self.seen[at] == Line::Dashes);
        let end = dashes.or_else(|| self.signature(at..self.seen.len())).unwrap_or(self.seen.len());
        quoted && (at..end).any(|at| self.seen[at] == Line::Text)
    }

    /// Folds signatures and the quotes below the last words.
    fn fold_end(&mut self, lines: Range<usize>) {
        let end = self.signature(lines.clone()).unwrap_or(lines.end);
        self.kinds[end..lines.end].fill(PartKind::Signature);
        for at in lines.start..end {
            if self.seen[at] == Line::Device {
                self.kinds[at] = PartKind::Signature;
            }
        }
        let Some(last) = (lines.start..end).rfind(|&at| self.seen[at] == Line::Text) else { return };
        for at in last + 1..end {
            self.kinds[at] = match self.seen[at] {
                Line::Quote => PartKind::Quoted,
                Line::Dashes | Line::Rule | Line::Break | Line::Device => PartKind::Signature,
                Line::Blank | Line::Text | Line::Attribution | Line::Original | Line::Forwarded => self.kinds[at - 1],
            };
        }
    }

    /// Where a signature starts: at two dashes, or at a drawn line with little below it, and no sentence unless it is a
    /// line that only programs draw.
    fn signature(&self, lines: Range<usize>) -> Option<usize> {
        let first = self.first_word(lines.clone())?;
        let texts = || lines.clone().rev().filter(|&at| self.seen[at] == Line::Text);
        let little = texts().nth(LONGEST_SIGNATURE).unwrap_or(0);
        let said = texts().find(|&at| self.prose[at]).unwrap_or(0);
        (first..lines.end).find(|&at| match self.seen[at] {
            Line::Dashes => true,
            Line::Rule => at > little,
            Line::Break => at > little.max(said),
            Line::Blank
            | Line::Text
            | Line::Quote
            | Line::Device
            | Line::Attribution
            | Line::Original
            | Line::Forwarded => false,
        })
    }

    fn first_word(&self, lines: Range<usize>) -> Option<usize> {
        lines.into_iter().find(|&at| self.seen[at] == Line::Text && self.kinds[at] == PartKind::Text)
    }

    /// The drawn line over a quoted mail belongs to it.
    fn drawn_above(&self, start: usize, mark: usize) -> usize {
        let above = (start..mark).rfind(|&at| self.seen[at] != Line::Blank);
        above.filter(|&at| matches!(self.seen[at], Line::Rule | Line::Break | Line::Dashes)).unwrap_or(mark)
    }

    /// A mail of nothing but a quote shows it, unless the quote says itself whose it is.
    fn keep_something(&mut self, lines: &[&str]) {
        let first = (0..lines.len()).find(|&at| self.seen[at] != Line::Blank);
        let quote = first.filter(|&at| self.seen[at] == Line::Quote);
        if quote.is_some_and(|at| is_attribution(unquoted(lines[at]))) {
            self.kinds.fill(PartKind::Quoted);
        }
    }

    /// An empty line goes with the text below it, or else with the part above it.
    fn join_blanks(&mut self) {
        let blank = |at: &usize| self.seen[*at] == Line::Blank;
        for at in (1..self.seen.len()).filter(blank) {
            self.kinds[at] = self.kinds[at - 1];
        }
        for at in (0..self.seen.len().saturating_sub(1)).rev().filter(blank) {
            if self.kinds[at + 1] == PartKind::Text {
                self.kinds[at] = PartKind::Text;
            }
        }
    }
}

const fn is_mark(line: Line) -> bool {
    matches!(line, Line::Attribution | Line::Original | Line::Forwarded)
}

/// Whether a line reads like part of a sentence rather than like a name, a firm or a number.
fn is_prose(line: &str) -> bool {
    line.chars().count() > LONGEST_NAME || line.ends_with(['.', '?', '!', ':', ',', '。', '？', '！'])
}
