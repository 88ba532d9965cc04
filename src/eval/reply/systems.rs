//! The systems that are compared: three baselines and the assistant.

use std::collections::{BTreeMap, BTreeSet};

use crate::assist::canned_rank::lexical::Bm25;
use crate::assist::canned_rank::{Ranker, Said};
use crate::domain::article::CannedReply;
use crate::domain::ids::CannedId;
use crate::eval::reply::count;
use crate::eval::reply::star::{Pick, Records, Talk, Turn, last_customer, last_reply, picks, thread};

/// What may be known at a pick: the dialogue before it, and the other folds.
pub(crate) struct Known {
    /// The bank.
    pub(crate) canned: Vec<CannedReply>,
    /// Places in the bank, most picked first.
    frequent: Vec<usize>,
    /// The same for picks right after a given reply; none at the start and after free text.
    after: BTreeMap<Option<CannedId>, Vec<usize>>,
    texts: Bm25,
    talks_only: Ranker,
    with_records: Ranker,
}

/// A system.
#[derive(Clone, Copy)]
pub(crate) enum System {
    Frequent,
    After,
    Bm25,
    Talk,
    Records,
}

impl System {
    pub(crate) const ALL: [Self; 5] = [Self::Frequent, Self::After, Self::Bm25, Self::Talk, Self::Records];

    /// The name in the table.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Frequent => "most frequent",
            Self::After => "most frequent after last",
            Self::Bm25 => "bm25, last customer turn",
            Self::Talk => "ours, messages only",
            Self::Records => "ours, with lookup results",
        }
    }

    /// The identifiers of the first three.
    pub(crate) fn rank(self, known: &Known, before: &[Turn]) -> Vec<CannedId> {
        let of_place = |at: &usize| known.canned[*at].id.clone();
        match self {
            Self::Frequent => known.frequent.iter().take(3).map(of_place).collect(),
            Self::After => {
                let after = known.after.get(&last_reply(before).cloned()).unwrap_or(&known.frequent);
                after.iter().take(3).map(of_place).collect()
            }
            Self::Bm25 => best(&known.texts.scores(last_customer(before))).iter().take(3).map(of_place).collect(),
            Self::Talk => first_three(&known.talks_only, &thread(before, Records::Hidden)),
            Self::Records => first_three(&known.with_records, &thread(before, Records::Shown)),
        }
    }
}

/// The places of the scores, highest first; equals in their order.
fn best(scores: &[f64]) -> Vec<usize> {
    let mut places: Vec<usize> = (0..scores.len()).collect();
    places.sort_by(|a, b| scores[*b].total_cmp(&scores[*a]));
    places
}

fn first_three(ranker: &Ranker, thread: &[Said<'_>]) -> Vec<CannedId> {
    ranker.rank(thread).into_iter().take(3).map(|ranked| ranked.id).collect()
}

impl Known {
    /// Learns from the other dialogues of a task: the bank is what was offered or picked there.
    pub(crate) fn of(others: &[&Talk]) -> Self {
        let picked: Vec<&Pick> = others.iter().flat_map(|talk| picks(talk)).map(|(_, pick)| pick).collect();
        let canned = bank(&picked);
        let learned = |records| {
            let threads: Vec<_> = others.iter().map(|talk| thread(talk, records)).collect();
            Ranker::learn(&canned, &threads)
        };
        Self {
            frequent: by_use(&canned, &picked),
            after: after(&canned, others),
            texts: Bm25::of(canned.iter().map(|reply| format!("{}\n{}", reply.title, reply.body))),
            talks_only: learned(Records::Hidden),
            with_records: learned(Records::Shown),
            canned,
        }
    }
}

/// The canned replies by name, each with its most frequent text; one that was never picked has only its title.
fn bank(picked: &[&Pick]) -> Vec<CannedReply> {
    let ids: BTreeSet<&CannedId> = picked.iter().flat_map(|pick| pick.offered.iter().chain([&pick.id])).collect();
    let reply = |id: &CannedId| {
        let mut texts: BTreeMap<&str, usize> = BTreeMap::new();
        for pick in picked.iter().filter(|pick| pick.id == *id) {
            *texts.entry(&pick.text).or_default() += 1;
        }
        let body = texts.into_iter().max_by_key(|(_, times)| *times).map_or("", |(text, _)| text);
        CannedReply { id: id.clone(), title: id.as_str().replace('_', " "), body: body.to_owned(), tags: Vec::new() }
    };
    ids.into_iter().map(reply).collect()
}

/// The places of the bank, most picked first.
fn by_use(canned: &[CannedReply], picked: &[&Pick]) -> Vec<usize> {
    let times = |reply: &CannedReply| count(picked.iter().filter(|pick| pick.id == reply.id).count());
    best(&canned.iter().map(times).collect::<Vec<_>>())
}

/// The same for every reply that something was picked after.
fn after(canned: &[CannedReply], talks: &[&Talk]) -> BTreeMap<Option<CannedId>, Vec<usize>> {
    let mut picked: BTreeMap<Option<CannedId>, Vec<&Pick>> = BTreeMap::new();
    for (talk, (at, pick)) in talks.iter().flat_map(|talk| picks(talk).map(move |pick| (talk, pick))) {
        picked.entry(last_reply(&talk[..at]).cloned()).or_default().push(pick);
    }
    picked.into_iter().map(|(last, picked)| (last, by_use(canned, &picked))).collect()
}
