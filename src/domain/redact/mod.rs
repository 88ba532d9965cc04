//! Personal data stay here: placeholders go to a language model, and what they stand for is put back locally.
//!
//! A [`Veil`] belongs to one conversation. What looks like an e-mail address, a telephone number, a payment card, an
//! IBAN or a postal address is found without being told; names are only those the desk knows. Order numbers, ticket
//! numbers, amounts, dates and versions stay, since a model cannot answer without them.
//!
//! `<EMAIL_1>` is the first address that appeared; `<EMAIL_1_2>` is the same address in a second spelling, so that the
//! text comes back letter by letter. A text that itself says `<EMAIL_1>` is no exception: it is hidden as `<TEXT_1>`,
//! so nobody can write a placeholder to read somebody else's data. For the same reason the answer of a model must be
//! shown before it is hidden again.

mod address;
mod boundary;
mod card;
mod common;
mod cover;
mod email;
mod groups;
mod iban;
mod known;
mod phone;
mod placeholder;
mod tail;
#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::fmt;

use serde_json::Value;

use crate::domain::redact::cover::{Cover, Span};
use crate::domain::redact::known::Known;

words! {
    /// What a placeholder stands for.
    Kind {
        /// A person or firm.
        Name = "NAME",
        /// An e-mail address.
        Email = "EMAIL",
        /// A telephone number.
        Phone = "PHONE",
        /// The number of a payment card.
        Card = "CARD",
        /// An international bank account number.
        Iban = "IBAN",
        /// A postal address.
        Address = "ADDRESS",
        /// Any other text, such as one that only looks like a placeholder.
        Text = "TEXT",
    }
}

/// What is known of the people of one conversation, and the placeholders that stand for it.
#[derive(Clone, Default)]
pub struct Veil {
    known: Known,
    /// By kind and normal form: the number, and how many spellings it has.
    numbers: HashMap<(Kind, String), Number>,
    /// How many numbers each kind has given out.
    given: HashMap<Kind, usize>,
    /// By kind, normal form and spelling: the placeholder.
    hidden: HashMap<(Kind, String, String), String>,
    /// By placeholder: the spelling.
    shown: HashMap<String, String>,
}

#[derive(Clone, Copy)]
struct Number {
    number: usize,
    spellings: usize,
}

impl fmt::Debug for Veil {
    /// Only counts: what is veiled must not end in a log.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Veil")
            .field("known", &self.known.len())
            .field("hidden", &self.shown.len())
            .finish_non_exhaustive()
    }
}

impl Veil {
    /// Adds what the desk knows of somebody: every later [`Veil::hide`] replaces it wherever it stands.
    pub fn know(&mut self, kind: Kind, value: &str) {
        self.known.add(kind, value);
    }

    /// The text with personal data replaced by placeholders, the same for the same value.
    #[must_use]
    pub fn hide(&mut self, text: &str) -> String {
        let mut out = String::with_capacity(text.len());
        let mut done = 0;
        for span in self.find(text).into_spans() {
            out.push_str(&text[done..span.start]);
            out.push_str(&self.placeholder(&span, &text[span.start..span.end]));
            done = span.end;
        }
        out.push_str(&text[done..]);
        out
    }

    /// The text with personal data and every digit blotted out for good, like `Hello [name], order FH-######`.
    #[must_use]
    pub fn blotted(&self, text: &str) -> String {
        let mut out = String::with_capacity(text.len());
        let mut done = 0;
        let plain = |text: &str| text.replace(char::is_numeric, "#");
        for span in self.find(text).into_spans() {
            out.push_str(&plain(&text[done..span.start]));
            out.extend(["[", &span.kind.as_str().to_lowercase(), "]"]);
            done = span.end;
        }
        out.push_str(&plain(&text[done..]));
        out
    }

    /// The text with placeholders replaced by what they stand for; an unknown placeholder stays as it is.
    #[must_use]
    pub fn show(&self, text: &str) -> String {
        let mut out = String::with_capacity(text.len());
        let mut done = 0;
        for span in placeholder::find(text) {
            let Some(spelling) = self.shown.get(&text[span.start..span.end]) else { continue };
            out.push_str(&text[done..span.start]);
            out.push_str(spelling);
            done = span.end;
        }
        out.push_str(&text[done..]);
        out
    }

    /// [`Veil::hide`] for every string of a JSON value, keys excepted, in place.
    pub fn hide_json(&mut self, value: &mut Value) {
        each_string(value, &mut |text| *text = self.hide(text));
    }

    /// [`Veil::show`] for every string of a JSON value, keys excepted, in place.
    pub fn show_json(&self, value: &mut Value) {
        each_string(value, &mut |text| *text = self.show(text));
    }

    /// What to hide, the surest first: where two overlap, the later one keeps only what is left of it.
    fn find(&self, text: &str) -> Cover {
        let mut cover = Cover::default();
        cover.add(text, placeholder::find(text));
        cover.add(text, self.known.values(text));
        cover.add(text, email::find(text));
        cover.add(text, iban::find(text));
        let groups = groups::find(text);
        cover.add(text, card::find(text, &groups));
        cover.add(text, address::find(text));
        cover.add(text, phone::find(text, &groups));
        cover.add(text, self.known.names(text));
        cover
    }

    fn placeholder(&mut self, span: &Span, spelling: &str) -> String {
        let normal = match span.owner {
            Some(owner) => self.known.owner(owner).to_owned(),
            None => known::normal(span.kind, spelling),
        };
        let key = (span.kind, normal, spelling.to_owned());
        if let Some(known) = self.hidden.get(&key) {
            return known.clone();
        }
        let fresh = self.issue(span.kind, &key.1);
        self.shown.insert(fresh.clone(), key.2.clone());
        self.hidden.insert(key, fresh.clone());
        fresh
    }

    /// A placeholder that nobody has: the next number, or the next spelling of a number.
    fn issue(&mut self, kind: Kind, normal: &str) -> String {
        let given = self.given.entry(kind).or_default();
        let number = self.numbers.entry((kind, normal.to_owned())).or_insert_with(|| {
            *given += 1;
            Number { number: *given, spellings: 0 }
        });
        number.spellings += 1;
        placeholder::write(kind, number.number, number.spellings)
    }
}

fn each_string(value: &mut Value, change: &mut impl FnMut(&mut String)) {
    match value {
        Value::String(text) => change(text),
        Value::Array(items) => items.iter_mut().for_each(|item| each_string(item, change)),
        Value::Object(fields) => fields.values_mut().for_each(|field| each_string(field, change)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}
