//! The part of a message in which somebody's words stand closest together, on one line, the words marked.

use std::ops::Range;

use crate::domain::finding::fold;
use crate::store::search::query::{Query, Term, runs};
use crate::store::search::{MOST_TERMS, expand, lexicon};

/// The longest snippet, in characters.
const LONGEST: usize = 300;
/// How much is shown before the first marked word, in characters.
const BEFORE: usize = 40;
/// How much of a message is read, in bytes; the index reads about as much.
const READ: usize = 40_000;
/// The shortest word that may be the beginning of another one.
pub(crate) const SHORTEST_BEGINNING: usize = 3;

/// What is looked for, folded.
struct Wanted {
    /// Stems, and words that say the same.
    stems: Vec<String>,
    /// The word that is still being typed.
    beginning: Option<String>,
    /// One or two characters of a script without spaces.
    grams: Vec<String>,
}

impl Wanted {
    fn of(typed: &str) -> Self {
        let query = Query::parse(typed, MOST_TERMS);
        let (mut stems, mut grams) = (Vec::new(), Vec::new());
        for term in &query.terms {
            match term {
                Term::Gram(gram) => grams.push(gram.clone()),
                Term::Word(at) => {
                    stems.push(lexicon::stem(&fold(&query.words[*at].text)));
                    let others = expand::alternatives(&query.words, *at);
                    stems.extend(others.iter().flat_map(|other| runs(other)).map(|word| lexicon::stem(&fold(word))));
                }
            }
        }
        let beginning = beginning(typed, &query).map(|at| fold(&query.words[at].text));
        Self { stems, beginning, grams }
    }

    /// Which of the words a word of the text is.
    fn which(&self, word: &str) -> Option<usize> {
        let word = fold(word);
        if self.beginning.as_ref().is_some_and(|beginning| word.starts_with(beginning.as_str())) {
            return Some(self.stems.len());
        }
        // Stemming is dear: a word that begins otherwise never reaches it.
        let alike = |stem: &String| stem.chars().zip(word.chars()).take(3).all(|(a, b)| a == b);
        if !self.stems.iter().any(alike) {
            return None;
        }
        let stem = lexicon::stem(&word);
        self.stems.iter().position(|known| *known == stem)
    }

    /// Every place in a text, in order, and which of the words it is.
    fn places(&self, text: &str) -> Vec<(Range<usize>, usize)> {
        let start = text.as_ptr() as usize;
        let place = |part: &str| part.as_ptr() as usize - start..part.as_ptr() as usize - start + part.len();
        let mut places: Vec<_> = runs(text).filter_map(|word| Some((place(word), self.which(word)?))).collect();
        for (at, gram) in self.grams.iter().enumerate() {
            let key = self.stems.len() + 1 + at;
            places.extend(text.match_indices(gram.as_str()).map(|(_, part)| (place(part), key)));
        }
        places.sort_by_key(|(range, _)| range.start);
        places
    }
}

/// The word of a query that is still being typed: the last one, where the text ends with it.
pub(crate) fn beginning(typed: &str, query: &Query) -> Option<usize> {
    let Some(Term::Word(at)) = query.terms.last() else { return None };
    let word = &query.words[*at].text;
    let is_last = *at + 1 == query.words.len() && typed.to_lowercase().ends_with(word.as_str());
    (is_last && word.chars().count() >= SHORTEST_BEGINNING).then_some(*at)
}

/// A snippet of a text, and where the words stand in it.
pub(crate) fn snippet(text: &str, typed: &str) -> (String, Vec<Range<usize>>) {
    let text = &text[..text.floor_char_boundary(READ)];
    let places = Wanted::of(typed).places(text);
    let first = best(&places);
    let start = first.map_or(0, |at| back(text, places[at].0.start));
    let mut out = if text[..start].trim().is_empty() { String::new() } else { "…".to_owned() };
    let mut marked: Vec<Range<usize>> = Vec::new();
    let mut left = places[first.unwrap_or(0).min(places.len())..].iter().map(|(range, _)| range.clone()).peekable();
    for (length, (at, c)) in text[start..].char_indices().enumerate() {
        let at = start + at;
        if length == LONGEST {
            out.push('…');
            break;
        }
        while left.next_if(|range| range.end <= at).is_some() {}
        let from = out.len();
        match c {
            c if !c.is_whitespace() => out.push(c),
            _ if out.ends_with(' ') || out.is_empty() => {}
            _ => out.push(' '),
        }
        if left.peek().is_some_and(|range| range.contains(&at)) {
            match marked.last_mut().filter(|last| last.end == from) {
                Some(last) => last.end = out.len(),
                None => marked.push(from..out.len()),
            }
        }
    }
    (out.trim_end().to_owned(), marked)
}

/// The place from which on the most different words follow soon.
fn best(places: &[(Range<usize>, usize)]) -> Option<usize> {
    let soon = |from: usize| {
        let end = places[from].0.start + LONGEST / 2;
        let mut keys: Vec<_> = places[from..].iter().take_while(|p| p.0.start < end).map(|p| p.1).take(64).collect();
        keys.sort_unstable();
        keys.dedup();
        keys.len()
    };
    (0..places.len()).rev().max_by_key(|at| soon(*at))
}

/// A little before `at`, at the start of a word and in the same paragraph.
fn back(text: &str, at: usize) -> usize {
    let before = text[..at].char_indices().rev().take(BEFORE).take_while(|(_, c)| *c != '\n');
    let Some((earliest, _)) = before.last() else { return at };
    if earliest == 0 || text[..earliest].ends_with(char::is_whitespace) {
        return earliest;
    }
    text[earliest..at].find(char::is_whitespace).map_or(at, |space| earliest + space + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, typed: &str, expect: &str) {
        let (mut out, marked) = snippet(text, typed);
        for range in marked.into_iter().rev() {
            out.insert(range.end, ']');
            out.insert(range.start, '[');
        }
        assert_eq!(out, expect, "{typed}");
    }

    #[test]
    fn words_are_marked_whatever_their_form_and_the_one_being_typed_by_its_beginning() {
        check("Please refund me.\nRefunds take days.", "refunded", "Please [refund] me. [Refunds] take days.");
        check("Please refund me.", "refu", "Please [refund] me.");
        check("Please refund me.", "re", "Please refund me.");
        check("Le café est fermé", "cafe ferme", "Le [café] est [fermé]");
        check("注文の返金をお願いします", "返金", "注文の[返金]をお願いします");
        check("Nothing of it", "zebra", "Nothing of it");
        check("", "zebra", "");
    }

    #[test]
    fn the_snippet_is_where_most_of_the_words_are() {
        let far =
            format!("The parcel came.\n\n{}Then the parcel was broken on arrival.", "Filler words here. ".repeat(40));
        check(&far, "broken parcel", "…words here. Filler words here. Then the [parcel] was [broken] on arrival.");
        let long = snippet(&"parcel ".repeat(500), "parcel").0;
        assert!(long.ends_with('…') && long.chars().count() <= LONGEST + 1, "{long}");
    }
}
