//! Words as PostgreSQL keeps them: stems without accents, and one and two characters of scripts without spaces. The
//! program makes them, of texts and of queries alike, so nothing hangs on the language of the database.

use std::collections::BTreeSet;

use crate::domain::finding::fold;
use crate::store::search::query::{LONGEST_WORD, Word, is_unspaced, runs};
use crate::store::search::{expand, lexicon};

/// How much of a text is read, in characters.
const READ: usize = 20_000;

/// The distinct words of a text.
pub(crate) fn read(text: &str) -> BTreeSet<String> {
    let end = text.char_indices().nth(READ).map_or(text.len(), |(end, _)| end);
    let mut words = BTreeSet::new();
    for run in runs(&fold(&text[..end])) {
        if run.starts_with(is_unspaced) {
            let letters: Vec<char> = run.chars().collect();
            words.extend(letters.iter().map(char::to_string));
            words.extend(letters.windows(2).map(|pair| pair.iter().collect::<String>()));
        } else {
            words.insert(stem(run));
        }
    }
    words
}

/// Words in the form of a `tsvector`.
pub(crate) fn vector(words: &BTreeSet<String>) -> String {
    words.iter().map(|word| quoted(word)).collect::<Vec<_>>().join(" ")
}

/// A word of a query in the form of a `tsquery`.
pub(crate) fn word(text: &str) -> String {
    phrase(&fold(text))
}

/// A word that is still being typed.
pub(crate) fn beginning(text: &str) -> String {
    let stems: Vec<String> = runs(&fold(text)).map(|run| format!("{}:*", quoted(&stem(run)))).collect();
    stems.join(" & ")
}

/// Words and phrases that say the same as the word at a place.
pub(crate) fn others(words: &[Word], at: usize) -> String {
    let others = expand::alternatives(words, at);
    let others: Vec<String> =
        others.iter().map(|other| phrase(&fold(other))).filter(|other| !other.is_empty()).collect();
    others.join(" | ")
}

/// A word between quotes; it has letters and digits only.
pub(crate) fn quoted(word: &str) -> String {
    format!("'{word}'")
}

/// All the words of a folded text.
fn phrase(folded: &str) -> String {
    let stems: Vec<String> = runs(folded).map(|run| quoted(&stem(run))).collect();
    if stems.len() > 1 { format!("({})", stems.join(" & ")) } else { stems.concat() }
}

fn stem(word: &str) -> String {
    let short: String = word.chars().take(LONGEST_WORD).collect();
    lexicon::stem(&short)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_and_a_query_come_to_the_same_words() {
        let words = read("Le café: REFUNDS were denied! 退款慢");
        for query in ["Café", "cafe", "refund", "Refunding", "denied"] {
            assert!(words.contains(word(query).trim_matches('\'')), "{query}: {words:?}");
        }
        assert!(words.contains("退款") && words.contains("慢"), "{words:?}");
        assert_eq!(beginning("refunde"), "'refund':*");
        assert_eq!(vector(&read("it's 5 o'clock \\ ''")), "'5' 'clock' 'it' 'o' 's'");
    }
}
