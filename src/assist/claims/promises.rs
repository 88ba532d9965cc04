//! What a text commits the desk to: `we will refund`, `you will receive`, `I have cancelled`, `guaranteed`.

use crate::assist::claims::clauses::{Sentence, sentences};
use crate::assist::claims::terms::{is_common, stem};
use crate::assist::claims::tokens::Token;
use crate::assist::claims::verbs;

/// A commitment: what is done or will be done, and to what.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Promise {
    /// The stem of the verb.
    pub(crate) verb: String,
    /// Said as a thing that has happened.
    pub(crate) done: bool,
    /// Said with `not` or `never`.
    pub(crate) negative: bool,
    /// Stems of the words that it is about.
    pub(crate) objects: Vec<String>,
    /// The first token.
    pub(crate) from: usize,
    /// The token after the last.
    pub(crate) to: usize,
}

/// How a verb was reached: where it stands, and what stood before it.
struct Reach {
    verb: usize,
    negative: bool,
    passive: bool,
    done: bool,
}

/// Every commitment of a text, in order; questions commit to nothing.
pub(crate) fn promises(tokens: &[Token]) -> Vec<Promise> {
    sentences(tokens).iter().filter(|s| !s.question && !s.quoted).flat_map(in_sentence).collect()
}

/// The commitments of one sentence.
pub(crate) fn in_sentence(sentence: &Sentence<'_>) -> Vec<Promise> {
    let mut out: Vec<Promise> = Vec::new();
    let mut at = 0;
    while at < sentence.words.len() {
        let found = reach(sentence, at).map(|reach| promise(sentence, at, &reach)).or_else(|| phrase(sentence, at));
        match found {
            Some(found) => {
                at = sentence.words.iter().position(|(_, i)| *i >= found.to).unwrap_or(sentence.words.len());
                out.push(found);
            }
            None => at += 1,
        }
    }
    out
}

/// The verb that a word commits to: `will` reaches `refund`, `we` reaches `refund`, `have` reaches `refunded`.
fn reach(sentence: &Sentence<'_>, at: usize) -> Option<Reach> {
    let word = sentence.word(at);
    let next = sentence.word(at + 1);
    let speaker = verbs::SPEAKERS.contains(&word);
    let named = if at == 0 { "" } else { sentence.word(at - 1) };
    if word.ends_with("'ll") || ["will", "shall", "won't", "shan't"].contains(&word) {
        return future(sentence, at, word.ends_with("n't"));
    }
    if speaker && ["am", "are"].contains(&next) || verbs::BEING.contains(&word) {
        return going(sentence, at + usize::from(speaker));
    }
    let perfect = verbs::HAVING.contains(&word) || (speaker && ["have", "had", "haven't"].contains(&next));
    if perfect {
        return past(sentence, at + usize::from(speaker));
    }
    if ["has", "have"].contains(&word) && !["you", "i", "we"].contains(&named) {
        return past(sentence, at).filter(|r| r.passive || verbs::SPEAKERS.contains(&named));
    }
    if ["is", "are", "was", "were", "isn't", "aren't"].contains(&word) {
        return state(sentence, at);
    }
    if speaker || ["i'd", "we'd", "let"].contains(&word) {
        return present(sentence, at);
    }
    (word == "you").then(|| present(sentence, at)).flatten().filter(|r| {
        verbs::is_receiving(sentence.word(r.verb)) && sentence.word(r.verb + 1).chars().all(char::is_alphabetic)
    })
}

/// The first word after `at` that is no adverb, auxiliary or negation.
fn verb_after(sentence: &Sentence<'_>, at: usize) -> Option<Reach> {
    let (mut verb, mut negative, mut passive) = (at + 1, false, false);
    while verbs::SKIPPED.contains(&sentence.word(verb)) {
        let word = sentence.word(verb);
        negative |= verbs::is_negation(word);
        passive |= ["be", "been"].contains(&word);
        verb += 1;
    }
    let word = sentence.word(verb);
    word.chars().all(|c| c.is_alphabetic() || c == '\'').then_some(())?;
    (!word.is_empty()).then_some(Reach { verb, negative, passive, done: false })
}

fn future(sentence: &Sentence<'_>, at: usize, negative: bool) -> Option<Reach> {
    let reach = verb_after(sentence, at)?;
    (!verbs::is_neutral(sentence.word(reach.verb))).then_some(Reach { negative: negative || reach.negative, ..reach })
}

/// `am refunding`, `are going to refund`.
fn going(sentence: &Sentence<'_>, at: usize) -> Option<Reach> {
    let reach = verb_after(sentence, at)?;
    let word = sentence.word(reach.verb);
    if word == "going" && sentence.word(reach.verb + 1) == "to" {
        return future(sentence, reach.verb + 1, reach.negative);
    }
    (word.ends_with("ing") && verbs::commits(word)).then_some(reach)
}

fn past(sentence: &Sentence<'_>, at: usize) -> Option<Reach> {
    let reach = verb_after(sentence, at)?;
    let word = sentence.word(reach.verb);
    let negative = reach.negative || verbs::is_negation(sentence.word(at));
    (verbs::is_past(word) && !verbs::is_neutral(word)).then_some(Reach { done: true, negative, ..reach })
}

/// `is cancelled`, `was refunded`: only verbs that a desk does.
fn state(sentence: &Sentence<'_>, at: usize) -> Option<Reach> {
    let reach = verb_after(sentence, at)?;
    let word = sentence.word(reach.verb);
    let negative = reach.negative || verbs::is_negation(sentence.word(at));
    (verbs::is_past(word) && verbs::commits(word)).then_some(Reach { passive: true, negative, done: true, ..reach })
}

fn present(sentence: &Sentence<'_>, at: usize) -> Option<Reach> {
    let reach = verb_after(sentence, at)?;
    let word = sentence.word(reach.verb);
    let done = verbs::is_past(word);
    (verbs::commits(word) || verbs::is_receiving(word)).then_some(Reach { done, ..reach })
}

fn promise(sentence: &Sentence<'_>, at: usize, reach: &Reach) -> Promise {
    let mut objects = after(sentence, reach.verb);
    if reach.passive || objects.is_empty() {
        objects.extend(before(sentence, at));
    }
    let starts = if at > 0 && verbs::SUBJECTS.contains(&sentence.word(at - 1)) { at - 1 } else { at };
    Promise {
        verb: verbs::stem_of(sentence.word(reach.verb)),
        done: reach.done,
        negative: reach.negative,
        objects,
        from: sentence.words.get(starts).map_or(0, |(_, i)| *i),
        to: last(sentence, reach.verb),
    }
}

/// Words like `guaranteed` and `free of charge` commit wherever they stand.
fn phrase(sentence: &Sentence<'_>, at: usize) -> Option<Promise> {
    let words = verbs::PHRASES.iter().find(|p| p.split(' ').enumerate().all(|(i, w)| sentence.word(at + i) == w));
    let verb = match words {
        Some(words) => (*words).to_owned(),
        None => verbs::foreign(sentence, at)?.to_owned(),
    };
    let length = words.map_or(1, |w| w.split(' ').count());
    let negative = (at.saturating_sub(3)..at).any(|i| verbs::is_negation(sentence.word(i)));
    let (from, last) = (sentence.words.get(at)?.1, sentence.words.get(at + length - 1)?.1);
    let verb = if length == 1 { verbs::stem_of(&verb) } else { verb };
    Some(Promise { verb, done: false, negative, objects: Vec::new(), from, to: last + 1 })
}

fn after(sentence: &Sentence<'_>, verb: usize) -> Vec<String> {
    let clause = sentence.words.iter().skip(verb + 1).map(|(w, _)| *w).take_while(|w| !verbs::ends_clause(w));
    telling(clause.take(8))
}

fn before(sentence: &Sentence<'_>, at: usize) -> Vec<String> {
    let words = sentence.words.iter().take(at).rev().map(|(w, _)| *w);
    telling(words.take_while(|w| !verbs::ends_clause(w)).take(4))
}

fn telling<'a>(words: impl Iterator<Item = &'a str>) -> Vec<String> {
    words.filter(|w| w.chars().count() > 2 && w.chars().all(char::is_alphabetic) && !is_common(w)).map(stem).collect()
}

/// A mark covers the verb and at most three words more, and stops before numbers and dates, which have their own.
fn last(sentence: &Sentence<'_>, verb: usize) -> usize {
    let stops = |w: &str| verbs::ends_clause(w) || !w.chars().all(|c| c.is_alphabetic() || c == '\'');
    let extra = (1..=3).take_while(|i| !stops(sentence.word(verb + i)) && !sentence.word(verb + i).is_empty()).count();
    sentence.words.get(verb + extra).map_or(0, |(_, i)| i + 1)
}
