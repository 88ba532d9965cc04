//! International bank account numbers: a country, its length, groups of four, and the check of ISO 13616.

use crate::domain::redact::Kind;
use crate::domain::redact::boundary::closes;
use crate::domain::redact::cover::Span;
use crate::domain::redact::groups::{is_dash, is_space};

/// How many characters the numbers of a country have, from the registry of SWIFT.
const LENGTHS: &[(&str, usize)] = &[
    ("AD", 24),
    ("AE", 23),
    ("AL", 28),
    ("AT", 20),
    ("AZ", 28),
    ("BA", 20),
    ("BE", 16),
    ("BG", 22),
    ("BH", 22),
    ("BR", 29),
    ("BY", 28),
    ("CH", 21),
    ("CR", 22),
    ("CY", 28),
    ("CZ", 24),
    ("DE", 22),
    ("DK", 18),
    ("DO", 28),
    ("EE", 20),
    ("EG", 29),
    ("ES", 24),
    ("FI", 18),
    ("FO", 18),
    ("FR", 27),
    ("GB", 22),
    ("GE", 22),
    ("GI", 23),
    ("GL", 18),
    ("GR", 27),
    ("GT", 28),
    ("HR", 21),
    ("HU", 28),
    ("IE", 22),
    ("IL", 23),
    ("IQ", 23),
    ("IS", 26),
    ("IT", 27),
    ("JO", 30),
    ("KW", 30),
    ("KZ", 20),
    ("LB", 28),
    ("LC", 32),
    ("LI", 21),
    ("LT", 20),
    ("LU", 20),
    ("LV", 21),
    ("MC", 27),
    ("MD", 24),
    ("ME", 22),
    ("MK", 19),
    ("MR", 27),
    ("MT", 31),
    ("MU", 30),
    ("NL", 18),
    ("NO", 15),
    ("PK", 24),
    ("PL", 28),
    ("PS", 29),
    ("PT", 25),
    ("QA", 29),
    ("RO", 24),
    ("RS", 22),
    ("SA", 24),
    ("SC", 31),
    ("SE", 24),
    ("SI", 19),
    ("SK", 24),
    ("SM", 27),
    ("TN", 24),
    ("TR", 26),
    ("UA", 29),
    ("VA", 22),
    ("VG", 24),
    ("XK", 20),
];

/// All account numbers of a text.
pub(super) fn find(text: &str) -> Vec<Span> {
    let mut spans: Vec<Span> = Vec::new();
    let mut before = None;
    for (start, c) in text.char_indices() {
        let begins = c.is_ascii_alphabetic() && !before.is_some_and(char::is_alphanumeric);
        if begins && spans.last().is_none_or(|last| last.end <= start) {
            spans.extend(
                account(&text[start..])
                    .map(|length| (start, start + length))
                    .and_then(|(start, end)| closes(text, end).then_some(Span::new(Kind::Iban, start, end))),
            );
        }
        before = Some(c);
    }
    spans
}

/// How long the account number is that a text begins with, in bytes.
fn account(text: &str) -> Option<usize> {
    let country = text.get(..2)?;
    let (_, most) = LENGTHS.iter().find(|(code, _)| code.eq_ignore_ascii_case(country))?;
    let mut letters = String::with_capacity(*most);
    let mut gap = true;
    for (at, c) in text.char_indices() {
        match c {
            _ if c.is_ascii_alphanumeric() => letters.push(c.to_ascii_uppercase()),
            _ if !gap && letters.len().is_multiple_of(4) && (is_space(c) || is_dash(c)) => {}
            _ => return None,
        }
        gap = !c.is_ascii_alphanumeric();
        if letters.len() == *most {
            return passes_mod_97(&letters).then_some(at + 1);
        }
    }
    None
}

/// The first four characters go last, letters count from ten, and the rest of a division by 97 is one.
fn passes_mod_97(letters: &str) -> bool {
    let (head, tail) = letters.split_at(4);
    let digits = head.bytes().skip(2).all(|byte| byte.is_ascii_digit());
    let rest = tail.chars().chain(head.chars()).filter_map(|c| c.to_digit(36)).fold(0, |rest, value| {
        let shift = if value < 10 { 10 } else { 100 };
        (rest * shift + value) % 97
    });
    digits && rest == 1
}
