//! Chooses what to quote from an article: whole lists, and sentences with those that they lean on.

use std::collections::{BTreeMap, BTreeSet};

use crate::assist::claims::ledger::Ledger;
use crate::assist::claims::terms::terms;
use crate::assist::claims::unsupported_by;
use crate::assist::reply::passage::{Passage, Shape, sections};
use crate::assist::reply::suspicion::is_suspicious;

/// Passages that only make sense together.
#[derive(Clone, Debug)]
pub(crate) struct Group {
    pub(crate) heading: String,
    pub(crate) passages: Vec<Passage>,
    /// Stems of the passages.
    terms: BTreeSet<String>,
    /// Stems of the heading.
    headed: BTreeSet<String>,
}

impl Group {
    fn new(heading: &str, passages: Vec<Passage>) -> Self {
        let text = passages.iter().map(|p| p.text.as_str()).collect::<Vec<_>>().join(" ");
        Self { heading: heading.to_owned(), terms: terms(&text), headed: terms(heading), passages }
    }

    /// Whether it is a list, which then needs a line that leads to it.
    pub(crate) fn is_list(&self) -> bool {
        self.passages.iter().any(|p| p.shape != Shape::Sentence)
    }

    /// Whether its first passage leads to the list behind it.
    pub(crate) fn has_lead(&self) -> bool {
        self.passages.first().is_some_and(|p| p.shape == Shape::Sentence)
    }

    /// Every stem it has, its heading included.
    pub(crate) fn all_terms(&self) -> impl Iterator<Item = &String> {
        self.terms.iter().chain(&self.headed)
    }
}

/// The longest list that is quoted.
const LONGEST_LIST: usize = 9;

/// The groups of an article that can be quoted: nothing suspicious, nothing that its own text does not support.
pub(crate) fn groups(body: &str) -> Vec<Group> {
    let mut out = Vec::new();
    for section in sections(body) {
        let mut open: Vec<Passage> = Vec::new();
        for passage in section.passages {
            let passage = Passage { text: without_pointers(&passage.text), ..passage };
            if open.last().is_some_and(|last| !belongs(last, &passage)) {
                out.push(Group::new(&section.heading, std::mem::take(&mut open)));
            }
            open.push(passage);
        }
        out.push(Group::new(&section.heading, open));
    }
    let ledger = Ledger::of(&[body]);
    out.retain(|g| is_quotable(g, &ledger));
    out
}

/// Whether a passage cannot stand without the one before it.
fn belongs(last: &Passage, next: &Passage) -> bool {
    match (last.shape, next.shape) {
        (Shape::Sentence, Shape::Sentence) => leans(&next.text) || last.text.ends_with('?'),
        (Shape::Sentence, Shape::Step | Shape::Point) => last.text.ends_with(':'),
        (Shape::Step | Shape::Point, Shape::Sentence) => false,
        (Shape::Step | Shape::Point, Shape::Step | Shape::Point) => true,
    }
}

/// Whether a sentence points back to the one before it.
pub(crate) fn leans(sentence: &str) -> bool {
    const LEANING: &[&str] = &[
        "they",
        "it",
        "this",
        "that",
        "these",
        "those",
        "then",
        "so",
        "but",
        "afterwards",
        "otherwise",
        "still",
        "there",
        "after",
        "he",
        "she",
        "its",
        "either",
        "both",
        "instead",
        "gone",
        "without",
    ];
    let first = sentence.split(|c: char| !c.is_alphanumeric()).next().unwrap_or_default().to_lowercase();
    LEANING.contains(&first.as_str())
}

fn is_quotable(group: &Group, ledger: &Ledger) -> bool {
    let dangling = group.passages.last().is_some_and(|p| p.text.ends_with(':') || p.text.ends_with('?'));
    let safe = |p: &Passage| !is_suspicious(&p.text) && unsupported_by(&p.text, ledger).is_empty();
    // `No repair needed.` says too much when it stands alone.
    let terse = matches!(&group.passages[..], [one] if one.shape == Shape::Sentence && one.text.split(' ').count() < 5);
    !dangling && !terse && group.passages.len() <= LONGEST_LIST && group.passages.iter().all(safe)
}

/// Drops `(KB-12)`: a pointer into the desk's own shelf tells a customer nothing.
fn without_pointers(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, tail)) = rest.split_once('(') {
        let Some((_, after)) = tail.split_once(')').filter(|(inside, _)| is_pointer(inside)) else {
            out.push_str(before);
            out.push('(');
            rest = tail;
            continue;
        };
        out.push_str(before.trim_end());
        rest = after;
    }
    out.push_str(rest);
    out
}

fn is_pointer(inside: &str) -> bool {
    let code = inside.strip_prefix("see ").unwrap_or(inside);
    code.split_once('-').is_some_and(|(shelf, number)| {
        (1..=5).contains(&shelf.len())
            && shelf.chars().all(|c| c.is_ascii_uppercase())
            && number.len() <= 4
            && number.chars().all(|c| c.is_ascii_digit())
    })
}

/// How telling each word is: the rarer among the groups, the more.
pub(crate) struct Weights {
    seen: BTreeMap<String, f64>,
    groups: f64,
}

impl Weights {
    /// Counts the words of all groups at hand.
    pub(crate) fn of<'a>(groups: impl Iterator<Item = &'a Group>) -> Self {
        let mut weights = Self { seen: BTreeMap::new(), groups: 0.0 };
        for group in groups {
            weights.groups += 1.0;
            for term in &group.terms {
                *weights.seen.entry(term.clone()).or_default() += 1.0;
            }
        }
        weights
    }

    /// The weight of one word.
    pub(crate) fn weight(&self, term: &str) -> f64 {
        (1.0 + self.groups.max(1.0) / self.seen.get(term).copied().unwrap_or(1.0)).ln()
    }

    /// What a group adds to what is already covered; long groups must offer more.
    fn gain(&self, group: &Group, asked: &BTreeSet<String>, covered: &BTreeSet<String>) -> f64 {
        let worth = |term: &String, share: f64| {
            let news = if covered.contains(term) { 0.5 } else { 1.0 };
            self.weight(term) * share * news
        };
        let text: f64 = group.terms.intersection(asked).map(|t| worth(t, 1.0)).sum();
        let head: f64 = group.headed.intersection(asked).map(|t| worth(t, 0.7)).sum();
        let steps = group.passages.iter().any(|p| p.shape == Shape::Step);
        let length = f64::from(u32::try_from(group.terms.len()).unwrap_or(u32::MAX));
        (text + head) * if steps { 1.5 } else { 1.0 } / (2.0 + length).ln()
    }
}

/// The indices of the groups to quote, in the order of the article.
pub(crate) fn choose(groups: &[Group], asked: &BTreeSet<String>, weights: &Weights, most: usize) -> Vec<usize> {
    let mut chosen: Vec<usize> = Vec::new();
    let mut covered = BTreeSet::new();
    let (mut room, mut first) = (most, 0.0);
    loop {
        let free = (0..groups.len()).filter(|i| !chosen.contains(i));
        let fitting = free.filter(|i| groups[*i].passages.len() <= room || chosen.is_empty());
        let gains = fitting.map(|i| (weights.gain(&groups[i], asked, &covered), i));
        // Of equals the earlier one, so that the answer never depends on anything but the text.
        let best = gains.fold(None, |best: Option<(f64, usize)>, next| match best {
            Some(best) if best.0 >= next.0 => Some(best),
            Some(_) | None => Some(next),
        });
        let Some((gain, i)) = best.filter(|(gain, _)| *gain > 0.0 && *gain >= 0.25 * first) else { break };
        first = f64::max(first, gain);
        room = room.saturating_sub(groups[i].passages.len());
        covered.extend(groups[i].all_terms().cloned());
        chosen.push(i);
    }
    chosen.sort_unstable();
    chosen
}
