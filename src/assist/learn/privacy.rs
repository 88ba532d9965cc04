//! What must not become everybody's text: names, addresses, numbers of somebody's, orders to an assistant.

use std::collections::BTreeSet;

use crate::assist::learn::Past;
use crate::assist::learn::letter::placed;
use crate::assist::reply::suspicion::is_suspicious;
use crate::assist::sentences;
use crate::domain::redact::Veil;

/// Fields that a canned reply may have.
const FIELDS: [&str; 3] = ["{{customer.first_name}}", "{{ticket.id}}", "{{agent.name}}"];
/// Digits from which on a word may be somebody's number.
const DIGITS: usize = 4;

/// What is known of the desk's people, and what the desk says to everybody already.
pub(crate) struct Privacy {
    /// Full names of everybody in the past, lower case.
    names: BTreeSet<String>,
    /// Words with many digits that stand in articles and canned replies.
    said: BTreeSet<String>,
}

impl Privacy {
    /// Of everybody in the past.
    pub(crate) fn of(past: &Past<'_>) -> Self {
        let names = past.people.values().flatten().filter(|name| name.trim().contains(' '));
        let names = names.map(|name| name.trim().to_lowercase()).collect();
        let texts = past.articles.iter().map(|a| &a.body).chain(past.canned.iter().map(|c| &c.body));
        let numbers = texts.flat_map(|text| placed(text)).map(|(word, _)| word).filter(|word| is_number(word));
        Self { names, said: numbers.collect() }
    }

    /// Whether a text can be said to anybody: `people` are those whose tickets it comes from.
    pub(crate) fn allows<'a>(&self, text: &str, mut people: impl Iterator<Item = &'a String>) -> bool {
        let plain = FIELDS.iter().fold(text.to_owned(), |text, field| text.replace(field, " "));
        let words: BTreeSet<String> = sentences::words(&plain).collect();
        let named = people.any(|name| sentences::words(name).any(|w| w.chars().count() >= 3 && words.contains(&w)));
        let numbered = placed(&plain).iter().any(|(word, _)| is_number(word) && !self.said.contains(word));
        let lower = plain.to_lowercase();
        let named = named || self.names.iter().any(|name| lower.contains(name.as_str()));
        let hidden = Veil::default().hide(&plain) != plain;
        !named && !numbered && !hidden && !plain.contains(['@', '{', '}']) && !is_suspicious(&plain)
    }
}

fn is_number(word: &str) -> bool {
    word.chars().filter(char::is_ascii_digit).count() >= DIGITS
}
