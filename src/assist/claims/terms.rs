//! Words reduced to their stems, without the words that every sentence has.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use rust_stemmers::{Algorithm, Stemmer};
use unicode_segmentation::UnicodeSegmentation as _;

use crate::assist::claims::tokens::is_ideograph;

/// English words that say nothing about what a text is about, and the courtesies of a letter.
const COMMON: &str = "a about actually after again all also am an and any are aren't as ask at back be because been \
    before being both but by can can't cannot could couldn't day did didn't do does doesn't doing don't done down each \
    even every few first for from further get gets getting give go going good got had has have haven't having he hello \
    her here hey hi him his how i i'd i'll i'm i've if in into is isn't it it's its itself just know last let like \
    little look made make many may maybe me mine more morning most much my need never new next no not nothing now of \
    off ok on once one only or other our out over own please put quite re really right said same say see she should \
    since so some somebody someone something still such sure take tell than thank thanks that that's the their them \
    then there these they they're thing things this those though through time to today too try two under until up us \
    use used very want wants was wasn't way we we'd we'll we're we've well went were what what's when where which \
    while who why will with won't would wouldn't yes yet you you'd you'll you're you've your yours dear regards best \
    wishes cheers sincerely kind help afternoon evening";

/// The stem of one word.
pub(crate) fn stem(word: &str) -> String {
    Stemmer::create(Algorithm::English).stem(&word.to_lowercase().replace('’', "'")).into_owned()
}

/// Whether a word is one that every sentence has.
pub(crate) fn is_common(word: &str) -> bool {
    static WORDS: LazyLock<BTreeSet<&str>> = LazyLock::new(|| COMMON.split_whitespace().collect());
    WORDS.contains(word)
}

/// The stems of a text's telling words, in order, with repetitions.
pub(crate) fn stems(text: &str) -> Vec<String> {
    let stemmer = Stemmer::create(Algorithm::English);
    text.unicode_words()
        .map(|word| word.to_lowercase().replace('’', "'"))
        .filter(|word| (word.chars().count() > 1 || word.chars().all(is_ideograph)) && !is_common(word))
        .map(|word| stemmer.stem(word.strip_suffix("'s").unwrap_or(&word)).into_owned())
        .collect()
}

/// The different stems of a text's telling words.
pub(crate) fn terms(text: &str) -> BTreeSet<String> {
    stems(text).into_iter().collect()
}
