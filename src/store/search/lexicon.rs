//! What is known of English words in general: stems, stop words, synonyms, spellings.

use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

use rust_stemmers::{Algorithm, Stemmer};

static STEMMER: LazyLock<Stemmer> = LazyLock::new(|| Stemmer::create(Algorithm::English));
static STOP: LazyLock<HashSet<&str>> =
    LazyLock::new(|| include_str!("../../../assets/search/stopwords.txt").split_whitespace().collect());
static SYNONYMS: LazyLock<HashMap<String, Vec<&str>>> =
    LazyLock::new(|| group(include_str!("../../../assets/search/synonyms.txt")));

/// Endings that British and American English, or two habits, spell differently; read in both directions.
const SPELLINGS: [(&str, &str); 10] = [
    ("isation", "ization"),
    ("isations", "izations"),
    ("ise", "ize"),
    ("ised", "ized"),
    ("ising", "izing"),
    ("our", "or"),
    ("ours", "ors"),
    ("tre", "ter"),
    ("logue", "log"),
    ("ence", "ense"),
];

/// The English stem of a lower-case word.
pub(crate) fn stem(word: &str) -> String {
    STEMMER.stem(word).into_owned()
}

/// Whether a lower-case word says nothing about the subject of a text.
pub(crate) fn is_stop(word: &str) -> bool {
    STOP.contains(word)
}

/// Words and phrases that people use for the same thing as these stems, joined by a space.
pub(crate) fn synonyms(stems: &str) -> &'static [&'static str] {
    SYNONYMS.get(stems).map_or(&[], Vec::as_slice)
}

/// The same word as somebody else would spell it.
pub(crate) fn spellings(word: &str) -> impl Iterator<Item = String> {
    SPELLINGS.iter().flat_map(|(one, other)| [(one, other), (other, one)]).filter_map(move |(from, to)| {
        word.strip_suffix(*from).filter(|head| head.len() >= 3).map(|head| format!("{head}{to}"))
    })
}

/// One group of synonyms a line, as a table from each one's stems to the others.
fn group(lines: &'static str) -> HashMap<String, Vec<&'static str>> {
    let mut table: HashMap<String, Vec<&'static str>> = HashMap::new();
    for line in lines.lines() {
        let names: Vec<&str> = line.split(',').map(str::trim).collect();
        for name in &names {
            let others = names.iter().filter(|other| *other != name);
            table.entry(stems(name)).or_default().extend(others);
        }
    }
    table
}

fn stems(phrase: &str) -> String {
    phrase.split(' ').map(stem).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn synonyms_are_found_by_stem() {
        assert!(synonyms(&stem("deleting")).contains(&"remove"));
        assert!(synonyms("sign in").contains(&"login"));
        assert!(synonyms("zebra").is_empty());
    }

    #[test]
    fn spellings_go_both_ways() {
        for (word, expect) in [("colour", "color"), ("color", "colour"), ("organise", "organize"), ("centre", "center")]
        {
            assert!(spellings(word).any(|other| other == expect), "{word}");
        }
    }
}
