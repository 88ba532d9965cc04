//! What somebody typed, as terms: any text is a query, no text is a syntax error.

use std::collections::HashSet;
use std::ops::RangeInclusive;

use crate::store::search::lexicon;

/// Scripts whose words are not parted by spaces, or carry particles; the migration has the same list as a pattern.
const UNSPACED: [RangeInclusive<char>; 8] = [
    '\u{e00}'..='\u{eff}',     // Thai, Lao
    '\u{1000}'..='\u{109f}',   // Burmese
    '\u{1780}'..='\u{17ff}',   // Khmer
    '\u{3040}'..='\u{312f}',   // Kana, Bopomofo
    '\u{3400}'..='\u{4dbf}',   // Han
    '\u{4e00}'..='\u{9fff}',   // Han
    '\u{ac00}'..='\u{d7af}',   // Hangul
    '\u{20000}'..='\u{323af}', // Han
];
/// No index word is longer than this; the rest of a longer one is noise.
pub(crate) const LONGEST_WORD: usize = 64;

/// A word as written, lower-case, and what the lexicon says of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Word {
    /// Letters and digits only, so that it can stand between quotes.
    pub(crate) text: String,
    /// Its English stem.
    pub(crate) stem: String,
    /// Whether it says nothing about the subject.
    pub(crate) is_stop: bool,
}

/// What is looked up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Term {
    /// A word, by its place in [`Query::words`].
    Word(usize),
    /// One or two characters of a script without spaces.
    Gram(String),
}

/// A text read as a query: the most telling part of it, bounded.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Query {
    /// Every spaced word in order, stop words included: pairs of them may be one word elsewhere.
    pub(crate) words: Vec<Word>,
    /// Distinct terms in order of appearance.
    pub(crate) terms: Vec<Term>,
}

impl Query {
    /// Reads at most `most` distinct terms from the start of a text.
    pub(crate) fn parse(text: &str, most: usize) -> Self {
        let mut query = Self::default();
        let mut seen = HashSet::new();
        for run in runs(text) {
            if query.terms.len() >= most || query.words.len() >= most * 8 {
                break;
            }
            if run.starts_with(is_unspaced) {
                query.add_grams(run, &mut seen);
            } else {
                query.add_word(run, &mut seen);
            }
        }
        query.terms.truncate(most);
        if query.terms.is_empty() {
            query.terms = (0..query.words.len().min(most)).map(Term::Word).collect();
        }
        query
    }

    fn add_word(&mut self, run: &str, seen: &mut HashSet<String>) {
        let text: String = run.to_lowercase().chars().take(LONGEST_WORD).collect();
        let word = Word { stem: lexicon::stem(&text), is_stop: lexicon::is_stop(&text), text };
        if !word.is_stop && seen.insert(word.stem.clone()) {
            self.terms.push(Term::Word(self.words.len()));
        }
        self.words.push(word);
    }

    fn add_grams(&mut self, run: &str, seen: &mut HashSet<String>) {
        let letters: Vec<char> = run.chars().take(LONGEST_WORD).collect();
        for gram in letters.windows(letters.len().min(2)) {
            let gram: String = gram.iter().collect();
            if seen.insert(gram.clone()) {
                self.terms.push(Term::Gram(gram));
            }
        }
    }
}

/// Whether a character belongs to a script that is indexed by trigrams.
pub(crate) fn is_unspaced(c: char) -> bool {
    c >= '\u{e00}' && UNSPACED.iter().any(|range| range.contains(&c))
}

/// A phrase that FTS5 takes as text, whatever is in it.
pub(crate) fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('"', "\"\""))
}

/// The longest stretches of letters and digits that are all spaced or all unspaced.
pub(crate) fn runs(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !c.is_alphanumeric() && !is_unspaced(c)).flat_map(by_script)
}

fn by_script(run: &str) -> impl Iterator<Item = &str> {
    let mut rest = run;
    std::iter::from_fn(move || {
        let first = rest.chars().next()?;
        let end = rest.find(|c| is_unspaced(c) != is_unspaced(first)).unwrap_or(rest.len());
        let (head, tail) = rest.split_at(end);
        rest = tail;
        Some(head)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn terms(text: &str) -> Vec<String> {
        let query = Query::parse(text, 24);
        query
            .terms
            .iter()
            .map(|term| match term {
                Term::Word(at) => query.words[*at].text.clone(),
                Term::Gram(gram) => gram.clone(),
            })
            .collect()
    }

    #[test]
    fn a_query_is_its_telling_words_once() {
        for (text, expect) in [
            ("How do I delete my account?", vec!["delete", "account"]),
            ("Delete, deleting: DELETED", vec!["delete"]),
            ("title:\"x\" NEAR(a* ^b, 5) OR (", vec!["title", "x", "near", "b", "5"]),
            ("how do I", vec!["how", "do", "i"]),
            ("", vec![]),
            ("?!… 👍 \0", vec![]),
            ("退款很慢", vec!["退款", "款很", "很慢"]),
            ("iPhone手机 ok", vec!["iphone", "手机", "ok"]),
            ("慢", vec!["慢"]),
        ] {
            assert_eq!(terms(text), expect, "{text:?}");
        }
    }

    #[test]
    fn a_megabyte_is_read_only_as_far_as_it_helps() {
        let long = "alpha beta ".repeat(100_000);
        let query = Query::parse(&long, 24);
        assert_eq!(query.terms.len(), 2);
        assert!(query.words.len() <= 24 * 8);
        assert_eq!(Query::parse(&"x".repeat(1_000_000), 24).words[0].text.len(), LONGEST_WORD);
    }
}
