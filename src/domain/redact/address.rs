//! Postal addresses: a street, its number, and what follows of the town.

use crate::domain::redact::Kind;
use crate::domain::redact::cover::Span;
use crate::domain::redact::tail;

/// English kinds of street; the number stands before or behind.
const ENGLISH: &[&str] = &[
    "street",
    "st",
    "road",
    "rd",
    "avenue",
    "ave",
    "lane",
    "ln",
    "boulevard",
    "blvd",
    "drive",
    "court",
    "ct",
    "square",
    "terrace",
    "close",
    "crescent",
    "way",
    "gardens",
    "grove",
    "mews",
    "highway",
    "hwy",
    "parkway",
    "pkwy",
    "row",
    "walk",
    "quay",
    "hill",
];
/// Endings of street names that stand for themselves.
const ENDINGS: &[&str] = &[
    "straße", "strasse", "str", "gasse", "allee", "weg", "straat", "gracht", "kade", "gatan", "vägen", "gade", "vej",
    "veien", "katu", "utca",
];
/// Kinds of street that need a name before them or a hyphen: `Potsdamer Platz`, `Karl-Marx-Ring`.
const PLACES: &[&str] =
    &["platz", "ring", "damm", "ufer", "hof", "plein", "laan", "straße", "strasse", "str", "allee", "weg", "straat"];
/// Kinds of street that the name follows, and the number stands first.
const FRENCH: &[&str] =
    &["rue", "avenue", "av", "boulevard", "bd", "place", "chemin", "allée", "impasse", "quai", "route", "cours"];
/// Kinds of street that the name follows, and then the number.
const SOUTHERN: &[&str] = &[
    "rue", "avenue", "calle", "avenida", "paseo", "plaza", "carrer", "via", "viale", "piazza", "rua", "praça",
    "travessa", "ulica", "ul",
];
/// Small words inside the name of a street.
const PARTICLES: &[&str] = &[
    "de", "du", "des", "la", "le", "les", "l", "d", "da", "do", "dos", "das", "del", "della", "di", "dei", "el", "los",
];
/// Words in the name of a street, at most.
const NAME: usize = 4;

/// All addresses of a text.
pub(super) fn find(text: &str) -> Vec<Span> {
    let words = Words::read(text);
    let mut spans: Vec<Span> = Vec::new();
    for at in 0..words.len() {
        let Some((first, last)) = street(&words, at) else { continue };
        let (start, end) = (words.start(tail::with_flat(&words, first)), words.end(tail::with_town(&words, last)));
        if spans.last().is_none_or(|before| before.end <= start) {
            spans.push(Span::new(Kind::Address, start, end));
        }
    }
    spans
}

/// The words of a text without the marks around them.
pub(super) struct Words<'a> {
    text: &'a str,
    places: Vec<(usize, usize)>,
}

impl<'a> Words<'a> {
    fn read(text: &'a str) -> Self {
        let mut places = Vec::new();
        for word in text.split_whitespace() {
            let inside = word.trim_matches(is_mark);
            if !inside.is_empty() {
                let start = offset(text, inside);
                places.push((start, start + inside.len()));
            }
        }
        Self { text, places }
    }

    const fn len(&self) -> usize {
        self.places.len()
    }

    fn start(&self, at: usize) -> usize {
        self.places[at].0
    }

    fn end(&self, at: usize) -> usize {
        self.places[at].1
    }

    /// A word, or nothing behind the last one.
    pub(super) fn word(&self, at: usize) -> &'a str {
        self.places.get(at).map_or("", |&(start, end)| &self.text[start..end])
    }

    /// What stands between a word and the next, or the end of the text; a very long gap says nothing.
    pub(super) fn gap(&self, at: usize) -> &'a str {
        let start = self.places.get(at).map_or(self.text.len(), |place| place.1);
        let end = self.places.get(at + 1).map_or(self.text.len(), |place| place.0);
        &self.text[start..end]
    }

    /// Whether a word and the next are divided by one space, or the dot of a short form.
    pub(super) fn joined(&self, at: usize) -> bool {
        let short = self.word(at).len() <= 4 || self.word(at).ends_with("str");
        self.gap(at) == " " || (short && self.gap(at) == ". ") || self.gap(at) == "\u{a0}"
    }
}

fn is_mark(c: char) -> bool {
    matches!(
        c,
        '.' | ','
            | ';'
            | ':'
            | '!'
            | '?'
            | '('
            | ')'
            | '['
            | ']'
            | '"'
            | '“'
            | '”'
            | '„'
            | '<'
            | '>'
            | '|'
            | '*'
            | '{'
            | '}'
    )
}

/// Where a part of a text begins in it.
fn offset(text: &str, part: &str) -> usize {
    part.as_ptr().addr() - text.as_ptr().addr()
}

/// The first and the last word of the street whose kind is said at a place.
fn street(words: &Words<'_>, at: usize) -> Option<(usize, usize)> {
    let word = words.word(at);
    if word.len() > 40 || word.starts_with(|c: char| !c.is_alphabetic()) {
        return None;
    }
    let lower = word.to_lowercase();
    let kind = lower.as_str();
    let english = || if ENGLISH.contains(&kind) { english(words, at) } else { None };
    let german = || german(words, at, kind);
    let southern = || if SOUTHERN.contains(&kind) { southern(words, at) } else { None };
    let french = || if FRENCH.contains(&kind) { french(words, at) } else { None };
    english().or_else(german).or_else(french).or_else(southern)
}

/// `12 Example Street` or `Example Street 12`.
fn english(words: &Words<'_>, at: usize) -> Option<(usize, usize)> {
    if !is_capital(words.word(at)) {
        return None;
    }
    let names = (1..=NAME).take_while(|&back| back <= at && words.joined(at - back) && is_name(words.word(at - back)));
    let first = at - names.last()?;
    match first.checked_sub(1) {
        Some(house) if words.joined(house) && is_house(words.word(house)) => Some((house, at)),
        Some(_) | None => number_behind(words, at).map(|last| (first.max(at.saturating_sub(2)), last)),
    }
}

/// `Hauptstraße 5`, `Berliner Straße 5`, `Karl-Marx-Ring 5`.
fn german(words: &Words<'_>, at: usize, kind: &str) -> Option<(usize, usize)> {
    if !is_capital(words.word(at)) {
        return None;
    }
    let ending = |known: &&&str| kind.strip_suffix(**known).is_some_and(|name| name.chars().count() > 2);
    let hyphen = |known: &&&str| kind.strip_suffix(**known).is_some_and(|name| name.ends_with('-'));
    let alone = ENDINGS.iter().find(ending).or_else(|| PLACES.iter().find(hyphen)).is_some();
    let named = PLACES.contains(&kind) && at > 0 && words.joined(at - 1) && is_capital(words.word(at - 1));
    let last = number_behind(words, at).filter(|_| alone || named)?;
    Some((if alone { at } else { at - 1 }, last))
}

/// `5 rue de la Paix`, `5 bis, avenue Foch`.
fn french(words: &Words<'_>, at: usize) -> Option<(usize, usize)> {
    let last = named(words, at)?;
    let near = |at: usize| words.joined(at) || words.gap(at) == ", ";
    let before = at.checked_sub(1).filter(|&before| near(before))?;
    let again = matches!(words.word(before), "bis" | "ter" | "quater");
    let house = if again { before.checked_sub(1).filter(|&house| near(house))? } else { before };
    is_house(words.word(house)).then_some((house, last))
}

/// `Calle Mayor 5`, `Rua das Flores, 12`.
fn southern(words: &Words<'_>, at: usize) -> Option<(usize, usize)> {
    let name = is_capital(words.word(at)).then(|| named(words, at))??;
    let near = words.joined(name) || words.gap(name) == ", ";
    let number = if matches!(words.word(name + 1), "nº" | "n" | "nr" | "no") { name + 2 } else { name + 1 };
    (near && is_house(words.word(number)) && !is_year(words.word(number))).then_some((at, number))
}

/// The last word of the name that follows a kind of street.
fn named(words: &Words<'_>, at: usize) -> Option<usize> {
    let particle = |word: &str| PARTICLES.contains(&word.to_lowercase().as_str());
    let names = (1..=NAME + 2).take_while(|more| {
        let word = words.word(at + more);
        words.joined(at + more - 1) && word.len() <= 40 && (is_capital(word) || particle(word) || is_elided(word))
    });
    names.filter(|more| !particle(words.word(at + more))).last().map(|more| at + more)
}

/// `l'Église`, `d'Italie`.
fn is_elided(word: &str) -> bool {
    word.split_once(['\'', '’']).is_some_and(|(short, name)| short.len() == 1 && is_capital(name))
}

/// The number right behind a word.
fn number_behind(words: &Words<'_>, at: usize) -> Option<usize> {
    let number = words.word(at + 1);
    (words.joined(at) && is_house(number) && !is_year(number)).then_some(at + 1)
}

/// A word of a street's name: with a capital, or `42nd`.
fn is_name(word: &str) -> bool {
    let ordinal = || ["st", "nd", "rd", "th"].iter().any(|end| word.strip_suffix(end).is_some_and(is_number));
    is_capital(word) || ordinal()
}

/// A word of letters whose first one is a capital.
pub(super) fn is_capital(word: &str) -> bool {
    let letters = || word.chars().all(|c| c.is_alphabetic() || matches!(c, '\'' | '’' | '-' | '.' | '/'));
    word.starts_with(char::is_uppercase) && word.len() <= 40 && letters()
}

/// `12`, `12b`, `12-14`, `12/3`.
fn is_house(word: &str) -> bool {
    let (first, second) =
        word.split_once(['-', '/', '–']).map_or((word, None), |(first, second)| (first, Some(second)));
    let one = |part: &str| is_number(part.strip_suffix(|c: char| c.is_ascii_alphabetic()).unwrap_or(part));
    word.len() <= 12 && one(first) && second.is_none_or(one)
}

/// One to five digits.
fn is_number(word: &str) -> bool {
    (1..=5).contains(&word.len()) && word.bytes().all(|byte| byte.is_ascii_digit())
}

fn is_year(word: &str) -> bool {
    word.len() == 4 && (word.starts_with("19") || word.starts_with("20"))
}
