//! What the desk knows of people, and where it stands in a text.

use std::collections::HashMap;

use crate::domain::redact::common;
use crate::domain::redact::cover::Span;
use crate::domain::redact::groups::{is_dash, is_space};
use crate::domain::redact::{Kind, phone};

/// Spaces and marks in a row that a value may be divided with.
const MOST_FILLERS: usize = 4;
/// Bytes before a name in which a greeting is looked for.
const GREETING: usize = 16;

/// Values to hide, and whose they are.
#[derive(Clone, Default)]
pub(super) struct Known {
    /// The kind and the normal form of each value.
    owners: Vec<(Kind, String)>,
    whole: Index,
    parts: Index,
}

impl Known {
    /// Adds a value, and for a name its parts.
    pub(super) fn add(&mut self, kind: Kind, value: &str) {
        let whose = (kind, normal(kind, value));
        if !whose.1.contains(char::is_alphanumeric) || self.owners.contains(&whose) {
            return;
        }
        let owner = self.owners.len();
        self.owners.push(whose);
        if kind == Kind::Name {
            self.add_name(owner, value);
        } else {
            self.whole.add(Phrase::new(kind, owner, value));
        }
    }

    /// A name and the one in brackets behind it: `Kenji Otsuka (大塚 健二)`.
    fn add_name(&mut self, owner: usize, value: &str) {
        if value.contains('(') {
            self.whole.add(Phrase::new(Kind::Name, owner, value));
        }
        for form in value.split(['(', ')', '/']).map(str::trim).filter(|form| !form.is_empty()) {
            let words: Vec<&str> = form.split_whitespace().collect();
            if words.len() > 1 {
                self.whole.add(Phrase::new(Kind::Name, owner, form));
            }
            let least = if words.len() > 1 { 3 } else { 2 };
            let pieces = words.iter().flat_map(|word| word.split('-').chain([*word]));
            for part in pieces.map(trim_marks).filter(|part| is_part(part, least)) {
                self.parts.add(Phrase::new(Kind::Name, owner, part));
            }
        }
    }

    /// How many values are known.
    pub(super) const fn len(&self) -> usize {
        self.owners.len()
    }

    /// The normal form of a value.
    pub(super) fn owner(&self, owner: usize) -> &str {
        self.owners.get(owner).map_or("", |(_, form)| form)
    }

    /// Where known values and full names stand, in any case.
    pub(super) fn values(&self, text: &str) -> Vec<Span> {
        self.whole.find(text, |_, _| true)
    }

    /// Where parts of names stand, written as names.
    pub(super) fn names(&self, text: &str) -> Vec<Span> {
        self.parts.find(text, |span, phrase| {
            let capital = text[span.start..].starts_with(|c: char| !c.is_lowercase());
            capital && (!phrase.common || is_addressed(text, span))
        })
    }
}

/// Phrases by their first character, the longest first.
#[derive(Clone, Default)]
struct Index {
    phrases: HashMap<char, Vec<Phrase>>,
}

impl Index {
    fn add(&mut self, phrase: Phrase) {
        let Some(&first) = phrase.letters.first() else { return };
        let same = self.phrases.entry(first).or_default();
        if same.iter().any(|known| known.kind == phrase.kind && known.letters == phrase.letters) {
            return;
        }
        let place = same.partition_point(|known| known.letters.len() >= phrase.letters.len());
        same.insert(place, phrase);
    }

    fn find(&self, text: &str, accepts: impl Fn(Span, &Phrase) -> bool) -> Vec<Span> {
        let mut spans: Vec<Span> = Vec::new();
        let mut before = None;
        for (at, c) in text.char_indices().filter(|_| !self.phrases.is_empty()) {
            if spans.last().is_none_or(|last| last.end <= at) {
                let phrases = c.to_lowercase().next().and_then(|first| self.phrases.get(&first));
                let found = phrases.into_iter().flatten().find_map(|phrase| {
                    let span = phrase.span(text, at, before)?;
                    accepts(span, phrase).then_some(span)
                });
                spans.extend(found);
            }
            before = Some(c);
        }
        spans
    }
}

/// A value as it is looked for.
#[derive(Clone)]
struct Phrase {
    kind: Kind,
    owner: usize,
    /// Its normal form.
    letters: Vec<char>,
    /// A name that is an English word too.
    common: bool,
}

impl Phrase {
    fn new(kind: Kind, owner: usize, value: &str) -> Self {
        let form = normal(kind, value);
        Self { kind, owner, letters: form.chars().collect(), common: common::is_word(&form) }
    }

    /// The phrase at a place of a text, if it stands there as whole words.
    fn span(&self, text: &str, at: usize, before: Option<char>) -> Option<Span> {
        let end = at + self.length(&text[at..])?;
        let last = text[..end].chars().next_back();
        let whole = parts_words(before, text[at..].chars().next()) && parts_words(last, text[end..].chars().next());
        let start = if self.kind == Kind::Phone { phone::lead(text, at) } else { at };
        whole.then_some(Span { start, end, kind: self.kind, owner: Some(self.owner) })
    }

    /// How long the phrase is that a text begins with, in bytes.
    fn length(&self, text: &str) -> Option<usize> {
        let mut found = 0;
        let mut fillers = 0;
        for (at, c) in text.char_indices() {
            let part = Part::of(self.kind, c);
            fillers = if part == Part::Letter { 0 } else { fillers + 1 };
            let new: &[char] = match part {
                Part::Letter => &c.to_lowercase().collect::<Vec<_>>(),
                Part::Space if fillers == 1 => &[' '],
                Part::Space | Part::Nothing => &[],
            };
            if fillers > MOST_FILLERS || !self.letters[found..].starts_with(new) {
                return None;
            }
            found += new.len();
            if found == self.letters.len() {
                return Some(at + c.len_utf8());
            }
        }
        None
    }
}

/// The form in which two spellings of one value are the same.
pub(super) fn normal(kind: Kind, value: &str) -> String {
    let mut form = String::with_capacity(value.len());
    for c in value.chars() {
        match Part::of(kind, c) {
            Part::Letter => form.extend(c.to_lowercase()),
            Part::Space if !form.ends_with(' ') => form.push(' '),
            Part::Space | Part::Nothing => {}
        }
    }
    form.trim().to_owned()
}

/// What a character is in the normal form of a value.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Part {
    /// Itself, in lower case.
    Letter,
    /// One space, for any number of them.
    Space,
    /// It only divides, and is left out.
    Nothing,
}

impl Part {
    fn of(kind: Kind, c: char) -> Self {
        let divides = is_space(c) || is_dash(c) || matches!(c, '.' | '(' | ')' | '/' | '+');
        match kind {
            Kind::Phone | Kind::Card | Kind::Iban if divides => Self::Nothing,
            Kind::Address if c.is_whitespace() || matches!(c, ',' | '.' | ';') => Self::Space,
            Kind::Name | Kind::Email | Kind::Text if c.is_whitespace() => Self::Space,
            Kind::Name | Kind::Email | Kind::Phone | Kind::Card | Kind::Iban | Kind::Address | Kind::Text => {
                Self::Letter
            }
        }
    }
}

/// Whether a word may end between two characters.
fn parts_words(before: Option<char>, after: Option<char>) -> bool {
    let inside = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() && !is_unspaced(c));
    !(inside(before) && inside(after))
}

/// A letter of a script that writes no spaces between words, or hangs endings on names.
const fn is_unspaced(c: char) -> bool {
    matches!(c, '\u{e00}'..='\u{eff}' | '\u{2e80}'..='\u{9fff}' | '\u{ac00}'..='\u{d7af}' | '\u{f900}'..='\u{faff}'
        | '\u{20000}'..='\u{3ffff}')
}

fn trim_marks(word: &str) -> &str {
    word.trim_matches(|c: char| !c.is_alphanumeric())
}

/// Whether a word is long enough to be looked for alone.
fn is_part(word: &str, least: usize) -> bool {
    let letters = word.chars().filter(|c| c.is_alphabetic()).count();
    letters >= least || (letters == 2 && word.chars().all(is_unspaced))
}

/// Whether a name stands behind a greeting or a title, or alone on its line.
fn is_addressed(text: &str, span: Span) -> bool {
    let near: Vec<char> = text[..span.start].chars().rev().take(GREETING).collect();
    let near: String = near.into_iter().rev().collect();
    let line = near.rsplit('\n').next().unwrap_or("");
    let word = line.rsplit(|c: char| !c.is_alphanumeric()).find(|word| !word.is_empty());
    let joined = line.ends_with([' ', ',']) || line.ends_with(". ");
    (joined && word.is_some_and(common::is_greeting)) || is_alone(text, span)
}

fn is_alone(text: &str, span: Span) -> bool {
    let before = text[..span.start].trim_end_matches([' ', '-', '–', '—']);
    let after = text[span.end..].trim_start_matches([' ', ',', '.', '\r']);
    before.ends_with('\n') && (after.is_empty() || after.starts_with('\n'))
}
