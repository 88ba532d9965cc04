//! ROUGE-1, -2 and -L as F1, on lower-case words with English stems.

use std::collections::HashMap;

use rust_stemmers::{Algorithm, Stemmer};

use crate::domain::wording::longest_common;

/// Words up to this length are not stemmed, as in `rouge-score`.
const SHORT: usize = 3;

/// Three F1 values, 0 to 1.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Rouge {
    /// Words.
    pub one: f64,
    /// Pairs of words.
    pub two: f64,
    /// The longest common subsequence.
    pub l: f64,
}

/// Compares a summary with a reference.
#[must_use]
pub fn rouge(reference: &str, summary: &str) -> Rouge {
    let (wanted, got) = (tokens(reference), tokens(summary));
    Rouge {
        one: overlap(&grams(&wanted, 1), &grams(&got, 1)),
        two: overlap(&grams(&wanted, 2), &grams(&got, 2)),
        l: f1(longest_common(&wanted, &got), wanted.len(), got.len()),
    }
}

fn tokens(text: &str) -> Vec<String> {
    let stemmer = Stemmer::create(Algorithm::English);
    let lower = text.to_lowercase();
    let words = lower.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    words.map(|w| if w.len() > SHORT { stemmer.stem(w).into_owned() } else { w.to_owned() }).collect()
}

fn grams(tokens: &[String], n: usize) -> HashMap<&[String], usize> {
    let mut counts = HashMap::new();
    for gram in tokens.windows(n) {
        *counts.entry(gram).or_default() += 1;
    }
    counts
}

fn overlap(wanted: &HashMap<&[String], usize>, got: &HashMap<&[String], usize>) -> f64 {
    let common = wanted.iter().map(|(gram, n)| (*n).min(got.get(gram).copied().unwrap_or(0))).sum();
    f1(common, wanted.values().sum(), got.values().sum())
}

#[allow(clippy::cast_precision_loss)] // counts of words
fn f1(common: usize, wanted: usize, got: usize) -> f64 {
    if common == 0 { 0.0 } else { 2.0 * common as f64 / (wanted + got) as f64 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_values_are_those_of_rouge_score() {
        // Computed with Python's rouge-score 0.1.2, use_stemmer=True.
        let got =
            rouge("Customer is complaining about the delayed delivery.", "The customer complains: delivery delayed!");
        for (value, expect) in [(got.one, 0.833_333), (got.two, 0.0), (got.l, 0.5)] {
            assert!((value - expect).abs() < 1e-4, "{value} is not {expect}");
        }
        assert_eq!(rouge("", "x"), Rouge::default());
        assert!((rouge("same words here", "same words here").l - 1.0).abs() < 1e-9);
    }
}
