//! Other words for a term: synonyms, spellings, parted and joined compounds, near misses.

use rusqlite::Connection;

use crate::store::search::lexicon;
use crate::store::search::query::{Word, quoted};

/// Words shorter than this are too short to be misspelled in a way that can be guessed.
const SHORTEST_TYPO: usize = 4;
/// From this length on, two slips are forgiven.
const LONG_WORD: usize = 8;
/// How many near misses are tried.
const MOST_NEAR: usize = 2;

/// Words and phrases, ready for FTS5, that say the same as the word at a place; it itself is not among them.
pub(crate) fn alternatives(words: &[Word], at: usize) -> Vec<String> {
    let word = &words[at];
    let mut others: Vec<String> = lexicon::synonyms(&word.stem).iter().map(|other| quoted(other)).collect();
    others.extend(lexicon::spellings(&word.text).map(|other| quoted(&other)));
    if let Some(next) = words.get(at + 1) {
        others.push(quoted(&format!("{}{}", word.text, next.text)));
        others.extend(lexicon::synonyms(&format!("{} {}", word.stem, next.stem)).iter().map(|other| quoted(other)));
    }
    if let Some(before) = at.checked_sub(1).and_then(|before| words.get(before)) {
        others.push(quoted(&format!("{}{}", before.text, word.text)));
    }
    others
}

/// What a word that no article has may have been meant as: two words written as one, or a slip.
///
/// # Errors
/// When the index cannot be read.
pub(crate) fn guesses(conn: &Connection, word: &Word) -> rusqlite::Result<Vec<String>> {
    let letters: Vec<char> = word.stem.chars().collect();
    if letters.len() < SHORTEST_TYPO || word.text.chars().any(char::is_numeric) {
        return Ok(Vec::new());
    }
    let parted = parted(&word.text).map(|(head, tail)| format!("\"{head} {tail}\""));
    let mut guesses: Vec<String> = parted.collect();
    guesses.extend(near(conn, &letters)?.iter().map(|near| quoted(near)));
    Ok(guesses)
}

fn parted(word: &str) -> impl Iterator<Item = (&str, &str)> {
    let inner = word.char_indices().map(|(at, _)| at).filter(|at| *at >= 3 && word.len() - at >= 3);
    inner.map(|at| word.split_at(at))
}

/// The index words that differ by the fewest slips, the more common first.
fn near(conn: &Connection, letters: &[char]) -> rusqlite::Result<Vec<String>> {
    let most = if letters.len() < LONG_WORD { 1 } else { 2 };
    let from = letters[0].to_string();
    let to = format!("{from}\u{10ffff}");
    let mut found: Vec<(usize, i64, String)> = Vec::new();
    for table in ["article_title_words", "article_body_words"] {
        let mut statement =
            conn.prepare_cached(&format!("SELECT term, doc FROM {table} WHERE term > ?1 AND term < ?2"))?;
        let mut rows = statement.query((&from, &to))?;
        while let Some(row) = rows.next()? {
            let term = row.get_ref(0)?.as_str()?;
            if let Some(slips) = slips(letters, term, most) {
                found.push((slips, -row.get::<_, i64>(1)?, term.to_owned()));
            }
        }
    }
    found.sort();
    let mut words: Vec<String> = found.into_iter().map(|(_, _, term)| term).collect();
    words.dedup();
    words.truncate(MOST_NEAR);
    Ok(words)
}

/// How many letters were added, left out, changed or swapped, if at most `most`.
fn slips(word: &[char], other: &str, most: usize) -> Option<usize> {
    if other.len() > word.len() * 4 + most || other.len() + most < word.len() {
        return None;
    }
    let other: Vec<char> = other.chars().collect();
    if other.len().abs_diff(word.len()) > most || other.iter().any(|c| c.is_numeric()) {
        return None;
    }
    let mut before: Vec<usize> = Vec::new();
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (i, a) in word.iter().enumerate() {
        let mut next = vec![i + 1];
        for (j, b) in other.iter().enumerate() {
            let mut cost = (row[j] + usize::from(a != b)).min(row[j + 1] + 1).min(next[j] + 1);
            if i > 0 && j > 0 && *a == other[j - 1] && word[i - 1] == *b {
                cost = cost.min(before[j - 1] + 1);
            }
            next.push(cost);
        }
        before = std::mem::replace(&mut row, next);
    }
    row.last().copied().filter(|slips| *slips <= most)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slips_are_counted_with_swaps_as_one() {
        for (word, other, expect) in [
            ("same", "same", Some(0)),
            ("osme", "some", Some(1)),
            ("acount", "account", Some(1)),
            ("abcd", "wxyz", None),
        ] {
            let letters: Vec<char> = word.chars().collect();
            assert_eq!(slips(&letters, other, 2), expect, "{word} {other}");
        }
    }
}
