//! Sentences of a tokenised text, with what decides whether they can promise anything.

use crate::assist::claims::tokens::{Kind, Token};

/// A sentence: its words with their place among the tokens.
#[derive(Clone, Debug)]
pub(crate) struct Sentence<'a> {
    /// The words, and which token each is; marks inside the sentence are there as their text.
    pub(crate) words: Vec<(&'a str, usize)>,
    /// Whether it asks.
    pub(crate) question: bool,
    /// Whether it was quoted with `>`: somebody else's words.
    pub(crate) quoted: bool,
}

impl Sentence<'_> {
    /// The word at `i`, empty behind the end.
    pub(crate) fn word(&self, i: usize) -> &str {
        self.words.get(i).map_or("", |(word, _)| word)
    }

    /// Whether it is the desk that speaks, and states something: no question, no quotation, no wish of a customer.
    pub(crate) fn is_statement(&self) -> bool {
        const WISHES: &[&str] = &[
            "my", "mine", "want", "demand", "expect", "möchte", "will-ich", "mein", "meine", "mon", "ma", "veux",
            "quiero",
        ];
        let conditional = matches!(self.word(0), "if" | "unless" | "should" | "when");
        let wish = self.words.iter().any(|(w, _)| WISHES.contains(w));
        let fragment = conditional && self.words.len() < 4;
        !(self.question || self.quoted || wish || fragment)
    }
}

/// The sentences of a text.
pub(crate) fn sentences(tokens: &[Token]) -> Vec<Sentence<'_>> {
    let mut out = Vec::new();
    let mut from = 0;
    for at in 0..tokens.len() {
        if ends(tokens, at) {
            out.extend(sentence(tokens, from, at + 1));
            from = at + 1;
        }
    }
    out.extend(sentence(tokens, from, tokens.len()));
    out
}

fn sentence(tokens: &[Token], from: usize, to: usize) -> Option<Sentence<'_>> {
    let part = tokens.get(from..to)?;
    let shown = |t: &Token| !t.is_blank() && !t.is_mark("*_`\"");
    let words: Vec<(&str, usize)> =
        part.iter().enumerate().filter(|(_, t)| shown(t)).map(|(i, t)| (t.text.as_str(), from + i)).collect();
    let question = words.last().is_some_and(|(w, _)| *w == "?");
    let quoted = words.first().is_some_and(|(w, _)| *w == ">");
    (!words.is_empty()).then_some(Sentence { words, question, quoted })
}

/// Whether a sentence ends with token `at`: a full stop before a blank, an empty line, a new line of a list.
fn ends(tokens: &[Token], at: usize) -> bool {
    let Some(token) = tokens.get(at) else { return false };
    let next = tokens.get(at + 1);
    match token.kind {
        Kind::Mark => ".!?".contains(&token.text) && next.is_none_or(|n| n.is_blank() || n.is_mark("\"*_)[")),
        Kind::Line => next.is_none_or(|n| n.kind == Kind::Line || n.is_mark("-*•#|>") || n.kind == Kind::Digits),
        Kind::Word | Kind::Digits | Kind::Space => false,
    }
}
