//! Telephone numbers: international ones with their `+`, national ones by their shape or by the word before them.

use crate::domain::redact::Kind;
use crate::domain::redact::boundary::{Cue, closes, cue, opens};
use crate::domain::redact::cover::Span;
use crate::domain::redact::groups::{Group, between, digits, is_dash, is_space};

/// The most digits of a number, by E.164.
const MOST: usize = 15;
/// The fewest digits of a number.
const FEWEST: usize = 7;
/// The fewest digits of a number with its area.
const NATIONAL: usize = 9;
/// Characters of a word that is looked at before a number takes it in.
const WORD: usize = 24;

/// All telephone numbers of a text.
pub(super) fn find(text: &str, groups: &[Group]) -> Vec<Span> {
    let mut spans = Vec::new();
    let mut first = 0;
    while first < groups.len() {
        let candidate = Candidate::read(text, &groups[first..]).filter(|_| !in_series(text, groups, first));
        let many = candidate.as_ref().and_then(Candidate::many).unwrap_or(0);
        if let (Some(candidate), Some(last)) = (candidate, many.checked_sub(1)) {
            spans.push(Span::new(Kind::Phone, candidate.start, groups[first + last].end));
        }
        first += many.max(1);
    }
    spans
}

/// Groups of digits that may be a telephone number.
struct Candidate<'a> {
    text: &'a str,
    groups: &'a [Group],
    /// Where it begins, with its `+` or bracket.
    start: usize,
    plus: bool,
    /// More digits hang on than any number has.
    overlong: bool,
}

impl<'a> Candidate<'a> {
    fn read(text: &'a str, groups: &'a [Group]) -> Option<Self> {
        let start = lead(text, groups.first()?.start);
        if !opens(text, start) || is_date_or_amount(word(text, groups[0].start)) {
            return None;
        }
        let many = reach(text, groups);
        let length: usize = groups[..many].iter().map(|group| group.len()).sum();
        let overlong = groups.get(many).is_some_and(|next| length + next.len() > MOST && hangs_on(text, groups, many));
        let plus = text[start..groups[0].start].contains('+');
        Some(Self { text, groups: &groups[..many], start, plus, overlong })
    }

    /// How many groups make a number.
    fn many(&self) -> Option<usize> {
        let all = self.groups.len();
        let ends = |many: usize| closes(self.text, self.groups[many - 1].end);
        let american = self.american();
        if let Some(many) = american.filter(|&many| ends(many)) {
            return (self.cue() != Cue::Business).then_some(many);
        }
        (ends(all) && self.is_number()).then_some(all)
    }

    fn is_number(&self) -> bool {
        let digits = digits(self.text, self.groups);
        let fits = (FEWEST..=MOST).contains(&digits.len()) && (self.plus || !self.overlong);
        if self.plus || !fits {
            return fits && !digits.starts_with('0');
        }
        match self.cue() {
            Cue::Business => false,
            Cue::Telephone => true,
            Cue::None => self.is_national(&digits) || self.is_dialled(&digits),
        }
    }

    /// A zero, then the area: `0171 1234567`, `020 7946 0958`, `06 12 34 56 78`.
    fn is_national(&self, digits: &str) -> bool {
        let trunk = digits.starts_with('0') && !digits.starts_with("00");
        match self.groups {
            [only] => trunk && (10..=11).contains(&only.len()),
            [area, ..] => trunk && (2..=6).contains(&area.len()) && (NATIONAL..=13).contains(&digits.len()),
            [] => false,
        }
    }

    /// Two zeros in place of the `+`.
    fn is_dialled(&self, digits: &str) -> bool {
        let least = if self.groups.len() > 1 { 10 } else { 12 };
        digits.starts_with("00") && !digits.starts_with("000") && digits.len() >= least
    }

    /// Three, three and four digits, perhaps after a one.
    fn american(&self) -> Option<usize> {
        let sizes: Vec<usize> = self.groups.iter().take(4).map(|group| group.len()).collect();
        let (area, many) = match sizes.as_slice() {
            [3, 3, 4, ..] => (0, 3),
            [1, 3, 3, 4] if self.text[self.groups[0].start..].starts_with('1') => (1, 4),
            _ => return None,
        };
        let begins = self.text[self.groups[area].start..].starts_with(|c: char| ('2'..='9').contains(&c));
        (begins && !self.plus).then_some(many)
    }

    fn cue(&self) -> Cue {
        cue(self.text, self.start)
    }
}

/// Where a number begins whose first digit is at a place: before its `+`, and before a bracket that closes inside.
pub(super) fn lead(text: &str, first: usize) -> usize {
    let before = &text[..first];
    let closed = text[first..].trim_start_matches(|c: char| c.is_ascii_digit()).starts_with(')');
    let leads: &[&str] = if closed { &["(+", "+(", "+", "("] } else { &["+"] };
    let lead = leads.iter().find(|lead| before.ends_with(**lead)).map_or(0, |lead| lead.len());
    first - lead
}

/// How many groups hang together, as far as a number can go.
fn reach(text: &str, groups: &[Group]) -> usize {
    let mut length = groups[0].len();
    let more = (1..groups.len()).take_while(|&at| {
        let another = length >= NATIONAL && starts_anew(text, groups, at);
        length += groups[at].len();
        length <= MOST && !another && hangs_on(text, groups, at)
    });
    1 + more.count()
}

/// Whether a group goes on in a row of as many digits each, three or more: the middle of a longer number.
fn in_series(text: &str, groups: &[Group], at: usize) -> bool {
    let like = |first: usize| match groups.get(first..first + 2) {
        Some([one, two]) => one.len() == two.len() && between(text, *one, *two) == Some(" "),
        Some(_) | None => false,
    };
    at > 0 && like(at - 1) && (like(at) || (at > 1 && like(at - 2)))
}

/// Whether a group goes on with the number before it.
fn hangs_on(text: &str, groups: &[Group], at: usize) -> bool {
    let Some(gap) = between(text, groups[at - 1], groups[at]) else { return false };
    let divided = gap.contains(is_space) && is_date_or_amount(word(text, groups[at].start));
    is_joint(gap, at) && !divided
}

/// Whether a group after a space has the zero that a new number begins with.
fn starts_anew(text: &str, groups: &[Group], at: usize) -> bool {
    let spaced = between(text, groups[at - 1], groups[at]).is_none_or(|gap| gap.contains(is_space));
    spaced && groups[at].len() > 2 && text[groups[at].start..].starts_with('0')
}

/// Spaces and brackets, and at most one dot, dash or, after the area, slash.
fn is_joint(gap: &str, at: usize) -> bool {
    let marks = gap.chars().filter(|&c| c == '.' || c == '/' || is_dash(c)).count();
    let known = |c: char| is_space(c) || is_dash(c) || matches!(c, '(' | ')' | '.') || (c == '/' && at == 1);
    marks <= 1 && !gap.contains(". ") && gap.chars().count() <= 3 && gap.chars().all(known)
}

/// The word that begins at a place, as far as it matters.
fn word(text: &str, start: usize) -> &str {
    let rest = &text[start..];
    let end = rest.char_indices().take(WORD).find(|&(_, c)| c.is_whitespace() || matches!(c, ';' | ')' | ']'));
    let end = end.map_or_else(|| rest.char_indices().nth(WORD).map_or(rest.len(), |(at, _)| at), |(at, _)| at);
    rest[..end].trim_end_matches(['.', ',', ':', '!', '?'])
}

/// `2026-11-23`, `23.11.26`, `12:30`, `49.00`, `1,299.00`.
fn is_date_or_amount(word: &str) -> bool {
    if word.bytes().all(|byte| byte.is_ascii_digit()) {
        return false;
    }
    let date = word.split_once(['T', ',']).map_or(word, |(date, _)| date);
    word.contains(':') || is_date(date) || is_amount(word)
}

fn is_date(word: &str) -> bool {
    let parts: Vec<&str> = word.split(['-', '.', '/']).collect();
    let digits = parts.iter().all(|part| part.bytes().all(|byte| byte.is_ascii_digit()));
    let sizes: Vec<usize> = parts.iter().map(|part| part.len()).collect();
    digits && matches!(sizes.as_slice(), [4, 1..=2, 1..=2] | [1..=2, 1..=2, 4 | 2])
}

fn is_amount(word: &str) -> bool {
    let Some((whole, cents)) = word.rsplit_once(['.', ',']) else { return false };
    let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit() || byte == b',' || byte == b'.');
    digits(whole) && !whole.contains('.') && (1..=2).contains(&cents.len()) && digits(cents)
}
