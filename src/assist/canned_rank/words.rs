//! Words for ranking: all of them, for `yes`, `no` and `thanks` tell a turn of a talk from another.

use rust_stemmers::{Algorithm, Stemmer};
use unicode_segmentation::UnicodeSegmentation as _;

/// How many words of one message are looked at: a paste of a log is not worth more.
const MOST: usize = 400;

/// The stems of a text's words, in order; every digit is a `0`, so that all order numbers look alike.
pub(crate) fn stems(text: &str) -> Vec<String> {
    let stemmer = Stemmer::create(Algorithm::English);
    let plain = |word: &str| -> String {
        let lower = word.to_lowercase().replace('’', "'");
        lower.chars().map(|c| if c.is_numeric() { '0' } else { c }).collect()
    };
    text.unicode_words().take(MOST).map(|word| stemmer.stem(&plain(word)).into_owned()).collect()
}
