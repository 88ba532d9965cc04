//! Payment cards: 13 to 19 digits with the right check digit.

use crate::domain::redact::Kind;
use crate::domain::redact::boundary::{Cue, closes, cue, opens};
use crate::domain::redact::cover::Span;
use crate::domain::redact::groups::{Group, between, digits, is_dash, is_space};

/// All card numbers of a text.
pub(super) fn find(text: &str, groups: &[Group]) -> Vec<Span> {
    let mut spans = Vec::new();
    let mut first = 0;
    while first < groups.len() {
        let many = card(text, &groups[first..]).unwrap_or(0);
        if let Some(last) = many.checked_sub(1) {
            spans.push(Span::new(Kind::Card, groups[first].start, groups[first + last].end));
        }
        first += many.max(1);
    }
    spans
}

/// How many groups make the card that begins with the first one; the longest counts.
fn card(text: &str, groups: &[Group]) -> Option<usize> {
    let start = groups.first()?.start;
    let begins = text[start..].starts_with(['2', '3', '4', '5', '6']) && opens(text, start);
    if !begins || cue(text, start) == Cue::Business {
        return None;
    }
    let most = reach(text, groups);
    (1..=most).rev().find(|&many| is_card(text, &groups[..many]))
}

/// How many groups hang together, as far as a card can go.
fn reach(text: &str, groups: &[Group]) -> usize {
    let mut length = groups[0].len();
    let joined = groups.windows(2).take_while(|pair| {
        length += pair[1].len();
        length <= 19 && between(text, pair[0], pair[1]).is_some_and(is_joint)
    });
    1 + joined.count()
}

/// One space or one dash.
fn is_joint(gap: &str) -> bool {
    let mut chars = gap.chars();
    chars.next().is_some_and(|c| is_space(c) || is_dash(c)) && chars.next().is_none()
}

fn is_card(text: &str, groups: &[Group]) -> bool {
    let length: usize = groups.iter().map(|group| group.len()).sum();
    let whole = groups.last().is_some_and(|last| closes(text, last.end));
    (13..=19).contains(&length) && whole && is_grouped(groups) && passes_luhn(&digits(text, groups))
}

/// Undivided, or four digits first and then three to seven.
fn is_grouped(groups: &[Group]) -> bool {
    let rest = || groups.iter().skip(1).all(|group| (3..=7).contains(&group.len()));
    groups.len() == 1 || (groups[0].len() == 4 && rest())
}

/// The check of ISO/IEC 7812: every second digit from the right counts twice.
fn passes_luhn(digits: &str) -> bool {
    let sum: u32 = digits
        .bytes()
        .rev()
        .map(|byte| u32::from(byte - b'0'))
        .enumerate()
        .map(|(place, digit)| if place % 2 == 0 { digit } else { digit * 2 / 10 + digit * 2 % 10 })
        .sum();
    sum.is_multiple_of(10)
}
