//! BM25 over a handful of texts.

use std::collections::{BTreeMap, BTreeSet};

use crate::assist::canned_rank::count;
use crate::assist::canned_rank::words::stems;

/// How soon a repeated word stops counting, and how much a long text is held back: the customary values.
const SATURATION: f64 = 1.2;
const LENGTH: f64 = 0.75;

/// Texts, ready to be scored.
#[derive(Clone, Debug, Default)]
pub struct Bm25 {
    /// How often each text has a word: text and count.
    postings: BTreeMap<String, Vec<(usize, f64)>>,
    /// What length costs each text.
    damping: Vec<f64>,
}

impl Bm25 {
    /// Reads the texts.
    #[must_use]
    pub fn of(texts: impl Iterator<Item = String>) -> Self {
        let texts: Vec<Vec<String>> = texts.map(|text| stems(&text)).collect();
        let mean = count(texts.iter().map(Vec::len).sum()) / count(texts.len().max(1));
        let mut postings: BTreeMap<String, Vec<(usize, f64)>> = BTreeMap::new();
        for (at, words) in texts.iter().enumerate() {
            for (word, n) in counted(words) {
                postings.entry(word.to_owned()).or_default().push((at, n));
            }
        }
        let cost = |words: &Vec<String>| SATURATION * (1.0 - LENGTH + LENGTH * count(words.len()) / mean.max(1.0));
        Self { postings, damping: texts.iter().map(cost).collect() }
    }

    /// One score a text, in the order in which they were read; 0 where no word is shared.
    #[must_use]
    pub fn scores(&self, query: &str) -> Vec<f64> {
        let mut scores = vec![0.0; self.damping.len()];
        for word in stems(query).into_iter().collect::<BTreeSet<_>>() {
            let found = self.postings.get(&word).map_or(&[][..], Vec::as_slice);
            let (with, all) = (count(found.len()), count(self.damping.len()));
            let rarity = (1.0 + (all - with + 0.5) / (with + 0.5)).ln();
            for (at, n) in found {
                scores[*at] += rarity * n * (SATURATION + 1.0) / (n + self.damping[*at]);
            }
        }
        scores
    }
}

fn counted(words: &[String]) -> BTreeMap<&str, f64> {
    let mut counts = BTreeMap::new();
    for word in words {
        *counts.entry(word.as_str()).or_default() += 1.0;
    }
    counts
}
