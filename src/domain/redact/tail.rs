//! What belongs to an address around its street: the flat before or behind it, the postcode, the town.

use crate::domain::redact::address::{Words, is_capital};

/// Words that a number or a letter of a flat follows.
const FLATS: &[&str] = &[
    "flat",
    "apt",
    "apartment",
    "unit",
    "suite",
    "ste",
    "floor",
    "room",
    "house",
    "block",
    "stock",
    "wohnung",
    "app",
    "appartement",
    "piso",
    "andar",
];
/// Sides of a street or a town: `Aurora Avenue North`, `Peachtree Road NE`.
const SIDES: &[&str] = &["N", "S", "E", "W", "NE", "NW", "SE", "SW", "North", "South", "East", "West"];
/// Parts behind a street, at most.
const PARTS: usize = 5;
/// Words of a town, at most.
const TOWN: usize = 3;

/// The first word of an address, from its street back over a flat.
pub(super) fn with_flat(words: &Words<'_>, street: usize) -> usize {
    let Some(flat) = street.checked_sub(2) else { return street };
    let near = matches!(words.gap(street - 1), " " | ", " | ",\n" | "\n");
    if near && is_flat(words, flat) { flat } else { street }
}

/// The last word of an address, from its street on over flat, postcode and town.
pub(super) fn with_town(words: &Words<'_>, street: usize) -> usize {
    let mut last = street;
    for _ in 0..PARTS {
        let Some(next) = part(words, last) else { break };
        last = next;
    }
    last
}

/// The last word of the part that follows a word.
fn part(words: &Words<'_>, last: usize) -> Option<usize> {
    let divider = Divider::read(words.gap(last))?;
    let at = last + 1;
    if is_flat(words, at) {
        return Some(at + 1);
    }
    if divider == Divider::Space && SIDES.contains(&words.word(at)) {
        return Some(at);
    }
    if divider != Divider::Line && is_numbered(words.word(at)) {
        return Some(at);
    }
    code_and_town(words, at, divider).or_else(|| town(words, at, divider))
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Divider {
    Space,
    Comma,
    Line,
}

impl Divider {
    fn read(gap: &str) -> Option<Self> {
        match gap {
            " " => Some(Self::Space),
            ", " | " , " | ". " => Some(Self::Comma),
            "\n" | ",\n" | ", \n" | "\r\n" | ",\r\n" => Some(Self::Line),
            _ => None,
        }
    }
}

/// `Flat 3`, `Apt 4B`, `Unit C`.
fn is_flat(words: &Words<'_>, at: usize) -> bool {
    let number = words.word(at + 1);
    let short = number.len() <= 4 && number.bytes().all(|byte| byte.is_ascii_alphanumeric());
    let says = number.len() == 1 || number.contains(|c: char| c.is_ascii_digit());
    short && says && words.joined(at) && FLATS.contains(&words.word(at).to_lowercase().as_str())
}

/// `#4b`.
fn is_numbered(word: &str) -> bool {
    let number = word.strip_prefix('#').unwrap_or("");
    number.len() <= 4 && number.starts_with(|c: char| c.is_ascii_digit())
}

/// A postcode, and the town that follows it.
fn code_and_town(words: &Words<'_>, at: usize, divider: Divider) -> Option<usize> {
    let code = at + code(words, at)? - 1;
    let town = if words.gap(code) == " " { names(words, code + 1) } else { 0 };
    let plain = words.word(at).bytes().all(|byte| byte.is_ascii_digit());
    (town > 0 || !plain || divider != Divider::Space).then_some(code + town)
}

/// A town, where it is sure to be one: a postcode follows, or the end of its part.
fn town(words: &Words<'_>, at: usize, divider: Divider) -> Option<usize> {
    let last = (at + names(words, at)).checked_sub(1).filter(|&last| last >= at)?;
    let before_code = Divider::read(words.gap(last)).is_some() && code(words, last + 1).is_some();
    let ends = words.gap(last).is_empty() || words.gap(last).starts_with(['\n', ',', '.', '\r', ')', '"']);
    (before_code || (divider == Divider::Comma && ends)).then_some(last)
}

/// How many words with capitals stand at a place, as far as a town goes; a postcode is no town.
fn names(words: &Words<'_>, at: usize) -> usize {
    let follows = |more: usize| more == 0 || words.gap(at + more - 1) == " ";
    let named = |more: usize| is_capital(words.word(at + more)) && code(words, at + more).is_none();
    (0..TOWN).take_while(|&more| follows(more) && named(more)).count()
}

/// How many words the postcode has that stands at a place.
fn code(words: &Words<'_>, at: usize) -> Option<usize> {
    let (first, second) = (shape(words.word(at)), shape(words.word(at + 1)));
    let pair = words.gap(at) == " " && is_pair(&first, &second);
    if pair {
        return Some(2);
    }
    let single = matches!(
        first.as_str(),
        "9999" | "99999" | "999999" | "99999-9999" | "9999-999" | "99-999" | "A-99999" | "A-9999"
    );
    (single || is_british(&first)).then_some(1)
}

/// `OR 97205`, `SW1A 1AA`, `1012 AB`, `111 22`, `K1A 0B1`.
fn is_pair(first: &str, second: &str) -> bool {
    let outward = matches!(first, "A9" | "A99" | "AA9" | "AA99" | "A9A" | "AA9A");
    (outward && matches!(second, "9AA" | "9A9"))
        || matches!((first, second), ("AA", "99999" | "99999-9999") | ("9999", "AA") | ("999", "99"))
}

/// `LS14AB`.
fn is_british(shape: &str) -> bool {
    matches!(shape, "A99AA" | "A999AA" | "AA99AA" | "AA999AA" | "A9A9AA" | "AA9A9AA")
}

/// A word with `9` for every digit and `A` for every capital; anything long has no shape.
fn shape(word: &str) -> String {
    let sign = |c: char| match c {
        '0'..='9' => '9',
        'A'..='Z' => 'A',
        _ => c,
    };
    if word.len() > 10 { String::new() } else { word.chars().map(sign).collect() }
}
