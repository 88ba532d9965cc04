//! What gives a customer away in a text: ids, the address, the full name; in a search any part of them; and, where
//! nothing else says whose words they are, a quote.

use std::collections::HashSet;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};

use serde_json::Value;

use crate::domain::customer::Customer;
use crate::domain::erasure::ERASED;

/// So many words in a row that somebody else wrote the same are a quote.
const QUOTE: usize = 6;
/// A shorter part of a name is no name in a search.
const PART: usize = 3;

/// What gives a customer away.
#[derive(Clone, Debug, Default)]
pub struct Traces {
    ids: HashSet<String>,
    external: HashSet<String>,
    /// In lower case: the address, and a name of more than one word.
    phrases: Vec<String>,
    /// In lower case: the words of the name and of the address.
    parts: HashSet<String>,
    quotes: HashSet<u64>,
}

impl Traces {
    /// Adds what a customer's record says; what was erased before says nothing.
    pub fn know(&mut self, customer: &Customer) {
        let Customer { id, name, email, .. } = customer;
        self.ids.insert(id.to_string());
        if name != ERASED {
            // A name may stand there in two scripts.
            let each = [name.as_str()].into_iter().chain(name.split(['(', ')']));
            each.filter(|name| name.split_whitespace().count() > 1).for_each(|name| self.phrase(name));
            self.parts.extend(words(name).filter(|word| word.chars().count() >= PART));
        }
        self.phrase(email);
        let own = email.split('@').next().unwrap_or_default();
        self.parts.extend(words(own).filter(|word| word.chars().count() >= PART));
    }

    fn phrase(&mut self, phrase: &str) {
        let phrase = phrase.trim().to_lowercase();
        if !phrase.is_empty() && !self.phrases.contains(&phrase) {
            self.phrases.push(phrase);
        }
    }

    /// Adds the name of a ticket or a proposal.
    pub fn id(&mut self, id: &str) {
        self.ids.insert(id.to_owned());
    }

    /// Adds the name that a ticket has where it came from.
    pub fn external(&mut self, id: &str) {
        self.external.insert(id.to_owned());
    }

    /// Adds what they wrote.
    pub fn said(&mut self, text: &str) {
        self.quotes.extend(shingles(text));
    }

    /// Whether this is one of their tickets, one of the proposals about them, or themselves.
    #[must_use]
    pub fn is_theirs(&self, id: &str) -> bool {
        self.ids.contains(id)
    }

    /// Whether a text names them, a ticket of theirs, or a proposal about one.
    #[must_use]
    pub fn names(&self, text: &str) -> bool {
        self.has_id(text) || {
            let text = text.to_lowercase();
            self.phrases.iter().any(|phrase| has_phrase(&text, phrase))
        }
    }

    /// The same of any text in a value.
    #[must_use]
    pub fn named_in(&self, value: &Value) -> bool {
        any_text(value, &|text| self.names(text))
    }

    /// Whether a value has what they wrote, word for word.
    #[must_use]
    pub fn quoted_in(&self, value: &Value) -> bool {
        !self.quotes.is_empty() && any_text(value, &|text| self.quotes(text))
    }

    /// Whether a text has what they wrote, word for word.
    #[must_use]
    pub fn quotes(&self, text: &str) -> bool {
        !self.quotes.is_empty() && shingles(text).any(|quote| self.quotes.contains(&quote))
    }

    /// Whether somebody looked for them, by a part of their name, or for a ticket by its name elsewhere.
    #[must_use]
    pub fn sought_by(&self, arguments: &Value) -> bool {
        any_text(arguments, &|text| self.external.contains(text) || words(text).any(|word| self.parts.contains(&word)))
    }

    /// Whether a label is about them: it has a part of their name.
    #[must_use]
    pub fn labels(&self, label: &str) -> bool {
        self.names(label) || words(label).any(|word| self.parts.contains(&word))
    }

    fn has_id(&self, text: &str) -> bool {
        let is_of_id = |c: char| c.is_ascii_alphanumeric() || "._-".contains(c);
        text.split(|c| !is_of_id(c)).any(|token| {
            // A sentence may end behind it.
            self.ids.contains(token) || self.ids.contains(token.trim_matches(['.', '-', '_']))
        })
    }
}

/// Whether any text of a value, or the name of a field, is such a text.
fn any_text(value: &Value, is: &impl Fn(&str) -> bool) -> bool {
    match value {
        Value::String(text) => is(text),
        Value::Array(items) => items.iter().any(|item| any_text(item, is)),
        Value::Object(fields) => fields.iter().any(|(name, field)| is(name) || any_text(field, is)),
        Value::Null | Value::Bool(_) | Value::Number(_) => false,
    }
}

fn has_phrase(text: &str, phrase: &str) -> bool {
    text.match_indices(phrase).any(|(at, found)| {
        let before = text[..at].chars().next_back();
        let after = text[at + found.len()..].chars().next();
        !before.is_some_and(char::is_alphanumeric) && !after.is_some_and(char::is_alphanumeric)
    })
}

fn words(text: &str) -> impl Iterator<Item = String> {
    text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).map(str::to_lowercase)
}

fn shingles(text: &str) -> impl Iterator<Item = u64> {
    let words: Vec<String> = words(text).collect();
    let quotes: Vec<u64> = words
        .windows(QUOTE)
        .map(|quote| {
            let mut hash = DefaultHasher::new();
            quote.hash(&mut hash);
            hash.finish()
        })
        .collect();
    quotes.into_iter()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn traces() -> Traces {
        let mut traces = Traces::default();
        let customer = json!({"id": "C-7", "name": "Ana Silva", "email": "ana.s@example.pt"});
        traces.know(&serde_json::from_value(customer).unwrap());
        traces.id("T-1");
        traces.external("mail-77");
        traces.said("The invoice of March was charged twice to my card.");
        traces
    }

    #[test]
    fn a_customer_is_named_by_id_address_and_full_name() {
        for text in ["T-1", "see T-1.", "(C-7)", "to ANA.S@example.pt", "Dear Ana Silva,", "{\\\"id\\\":\\\"T-1\\\"}"] {
            assert!(traces().names(text), "{text}");
        }
        for text in ["T-12", "AT-1", "T-1-2", "C-77", "Ana", "Joana Silvan", "Mariana Silva", "xana.s@example.pt"] {
            assert!(!traces().names(text), "{text}");
        }
        assert!(traces().named_in(&json!({"tickets": [{"id": "T-9"}, {"id": "T-1"}]})));
        assert!(traces().named_in(&json!({"card": "a ticket\nT-1\nby"})));
    }

    #[test]
    fn whoever_looks_for_a_part_of_the_name_looks_for_them() {
        for asked in [json!({"text": "silva"}), json!({"email": "ana.s@example.pt"}), json!({"external_id": "mail-77"})]
        {
            assert!(traces().sought_by(&asked), "{asked}");
        }
        assert!(!traces().sought_by(&json!({"text": "refund", "limit": 3, "external_id": "mail-7"})));
    }

    #[test]
    fn six_words_in_a_row_are_a_quote() {
        assert!(traces().quotes("customer: \"...was charged twice, to my card!\""));
        assert!(!traces().quotes("the invoice was charged twice to a card"));
        assert!(!Traces::default().quotes("the invoice of march was charged twice to my card"));
    }

    #[test]
    fn what_was_erased_before_gives_nobody_away() {
        let mut traces = Traces::default();
        let husk = json!({"id": "C-7", "name": ERASED, "email": ""});
        traces.know(&serde_json::from_value(husk).unwrap());
        assert!(!traces.names("(erased)") && !traces.sought_by(&json!({"text": "erased"})) && traces.names("C-7"));
    }
}
