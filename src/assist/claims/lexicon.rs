//! Words looked up by the row of a table that they stand in.

use std::collections::HashMap;

/// Which row of a table each word stands in; of two rows with one word, the first.
pub(crate) struct Lexicon(HashMap<&'static str, usize>);

impl Lexicon {
    /// Rows of words with a blank between them.
    pub(crate) fn of(rows: impl IntoIterator<Item = &'static str>) -> Self {
        let mut words = HashMap::new();
        for (at, row) in rows.into_iter().enumerate() {
            for word in row.split(' ') {
                words.entry(word).or_insert(at);
            }
        }
        Self(words)
    }

    /// The row of a word.
    pub(crate) fn row(&self, word: &str) -> Option<usize> {
        self.0.get(word).copied()
    }
}
