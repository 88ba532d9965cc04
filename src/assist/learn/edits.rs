//! What people did to the sentences of a suggestion.

use crate::assist::learn::letter::{Letter, Sentence};

/// Sentences with at least this much in common are one sentence, changed.
const CHANGED: f64 = 0.5;
/// Sentences of one reply that are compared; the rest of a longer one is left alone.
const MOST: usize = 200;
/// Pairs of lines or words that are compared; what differs by more is all taken and all put.
const MOST_COMPARED: usize = 1_000_000;

/// The sentences that differ between a suggestion and a reply.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Edits {
    /// Suggested, and written instead.
    pub(crate) changed: Vec<(Sentence, Sentence)>,
    /// Suggested, and left out.
    pub(crate) removed: Vec<Sentence>,
    /// Written anew: the words.
    pub(crate) added: Vec<Vec<String>>,
}

impl Edits {
    /// Compares two letters sentence by sentence, whatever their order.
    pub(crate) fn between(before: &Letter, after: &Letter) -> Self {
        let mut added: Vec<&Sentence> = after.sentences().take(MOST).collect();
        let mut left = Vec::new();
        for sentence in before.sentences().take(MOST) {
            match added.iter().position(|other| other.words == sentence.words) {
                Some(at) => drop(added.remove(at)),
                None => left.push(sentence),
            }
        }
        let mut edits = Self::default();
        for sentence in left {
            match nearest(sentence, &added) {
                Some(at) => edits.changed.push((sentence.clone(), added.remove(at).clone())),
                None => edits.removed.push(sentence.clone()),
            }
        }
        edits.added = added.into_iter().map(|sentence| sentence.words.clone()).collect();
        edits
    }
}

/// The first of those that have most in common with it.
fn nearest(sentence: &Sentence, among: &[&Sentence]) -> Option<usize> {
    let bag = sentence.bag();
    let mut best: Option<(usize, f64)> = None;
    for (at, other) in among.iter().enumerate() {
        let score = bag.likeness(&other.bag());
        if score >= CHANGED && best.is_none_or(|(_, most)| score > most) {
            best = Some((at, score));
        }
    }
    best.map(|(at, _)| at)
}

/// One step from an old list to a new one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    /// In both, at these places.
    Keep(usize, usize),
    /// Only in the old one, at this place.
    Take(usize),
    /// Only in the new one, at this place.
    Put(usize),
}

/// The shortest way from `old` to `new`; of equals the one that takes before it puts.
pub(crate) fn steps<T: PartialEq>(old: &[T], new: &[T]) -> Vec<Step> {
    let head = old.iter().zip(new).take_while(|(a, b)| a == b).count();
    let (old_rest, new_rest) = (&old[head..], &new[head..]);
    let tail = old_rest.iter().rev().zip(new_rest.iter().rev()).take_while(|(a, b)| a == b).count();
    let (a, b) = (&old_rest[..old_rest.len() - tail], &new_rest[..new_rest.len() - tail]);
    let mut found: Vec<Step> = (0..head).map(|n| Step::Keep(n, n)).collect();
    middle(a, b, head, &mut found);
    found.extend((0..tail).map(|n| Step::Keep(old.len() - tail + n, new.len() - tail + n)));
    found
}

fn middle<T: PartialEq>(a: &[T], b: &[T], from: usize, found: &mut Vec<Step>) {
    if a.len().saturating_mul(b.len()) > MOST_COMPARED {
        found.extend((0..a.len()).map(|n| Step::Take(from + n)));
        found.extend((0..b.len()).map(|n| Step::Put(from + n)));
        return;
    }
    let width = b.len() + 1;
    // common[i * width + j]: how much a[i..] and b[j..] have in common.
    let mut common = vec![0_u32; (a.len() + 1) * width];
    for i in (0..a.len()).rev() {
        for j in (0..b.len()).rev() {
            let (right, down) = (common[i * width + j + 1], common[(i + 1) * width + j]);
            common[i * width + j] = if a[i] == b[j] { common[(i + 1) * width + j + 1] + 1 } else { right.max(down) };
        }
    }
    let (mut i, mut j) = (0, 0);
    while i < a.len() || j < b.len() {
        let step = if i < a.len() && j < b.len() && a[i] == b[j] {
            Step::Keep(from + i, from + j)
        } else if j == b.len() || (i < a.len() && common[(i + 1) * width + j] >= common[i * width + j + 1]) {
            Step::Take(from + i)
        } else {
            Step::Put(from + j)
        };
        i += usize::from(!matches!(step, Step::Put(_)));
        j += usize::from(!matches!(step, Step::Take(_)));
        found.push(step);
    }
}

/// The runs of words that one sentence has in place of another's: old words, new words.
pub(crate) fn replacements(old: &[String], new: &[String]) -> Vec<(Vec<String>, Vec<String>)> {
    let mut found = Vec::new();
    let (mut taken, mut put): (Vec<String>, Vec<String>) = Default::default();
    for step in steps(old, new) {
        match step {
            Step::Take(at) => taken.push(old[at].clone()),
            Step::Put(at) => put.push(new[at].clone()),
            Step::Keep(..) => found.push((std::mem::take(&mut taken), std::mem::take(&mut put))),
        }
    }
    found.push((taken, put));
    found.retain(|(old, new)| !old.is_empty() || !new.is_empty());
    found
}
