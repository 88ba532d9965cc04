//! Sentences of articles that people correct whenever a suggestion quotes them.

use std::collections::BTreeMap;
use std::ops::Range;

use crate::assist::learn::letter::{Sentence, placed};
use crate::assist::learn::privacy::Privacy;
use crate::assist::learn::{Exchange, support};
use crate::domain::article::Article;
use crate::domain::lesson::{Change, Lesson};
use crate::domain::text;

/// Tickets on which a sentence must have been changed in the same way.
const LEAST_TICKETS: usize = 3;
/// A sentence has at least this many words.
const LEAST_WORDS: usize = 4;

/// Marks of Markdown around a word.
const MARKS: [char; 3] = ['*', '_', '`'];

/// Where a changed sentence stands in the articles.
#[derive(Clone, Debug)]
struct Place<'a> {
    article: &'a Article,
    /// Each word of it in the article's text.
    words: Vec<Range<usize>>,
}

/// The changed sentences that stand in an article; each with its place where it stands in one place only.
pub(crate) struct Quoted<'a>(BTreeMap<Vec<String>, Option<Place<'a>>>);

impl<'a> Quoted<'a> {
    /// Looks every changed sentence up.
    pub(crate) fn of(articles: &'a [Article], exchanges: &[Exchange<'_>]) -> Self {
        let texts: Vec<_> = articles.iter().map(|article| (article, placed(&article.body))).collect();
        let mut found = BTreeMap::new();
        for (sentence, _) in exchanges.iter().flat_map(|exchange| &exchange.edits.changed) {
            if sentence.words.len() < LEAST_WORDS || found.contains_key(&sentence.words) {
                continue;
            }
            let mut places = texts.iter().flat_map(|(article, words)| find(article, words, &sentence.words));
            if let Some(first) = places.next() {
                found.insert(sentence.words.clone(), places.next().is_none().then_some(first));
            }
        }
        Self(found)
    }

    /// Whether an article says this: then a change of it is a matter of fact, not of style.
    pub(crate) fn has(&self, sentence: &Sentence) -> bool {
        self.0.contains_key(&sentence.words)
    }
}

fn find<'a>(article: &'a Article, text: &[(String, Range<usize>)], words: &[String]) -> Vec<Place<'a>> {
    let starts = text.windows(words.len()).filter(|window| window.iter().map(|(word, _)| word).eq(words));
    starts.map(|window| Place { article, words: window.iter().map(|(_, at)| at.clone()).collect() }).collect()
}

/// Exchanges in which a sentence was changed into the same words.
type Correction<'a> = (&'a Sentence, Vec<&'a Exchange<'a>>);

/// A patch for each sentence that was changed in the same way often enough.
pub(crate) fn lessons(exchanges: &[Exchange<'_>], quoted: &Quoted<'_>, privacy: &Privacy) -> Vec<Lesson> {
    let mut corrections: BTreeMap<&[String], BTreeMap<&[String], Correction<'_>>> = BTreeMap::new();
    for exchange in exchanges {
        for (old, new) in &exchange.edits.changed {
            let to = corrections.entry(&old.words).or_default();
            to.entry(&new.words).or_insert((new, Vec::new())).1.push(exchange);
        }
    }
    corrections
        .into_iter()
        .filter_map(|(old, to)| Some((quoted.0.get(old)?.as_ref()?, to)))
        .filter_map(|(place, to)| lesson(place, to.values(), privacy))
        .collect()
}

/// The patch that most people agree on; of equals none, since they do not agree.
fn lesson<'a>(
    place: &Place<'_>,
    corrections: impl Iterator<Item = &'a Correction<'a>>,
    privacy: &Privacy,
) -> Option<Lesson> {
    let mut corrections: Vec<_> = corrections.collect();
    let of = corrections.iter().map(|(_, seen)| seen.len()).sum();
    corrections.sort_by_key(|(_, seen)| std::cmp::Reverse(seen.len()));
    let (new, seen) = corrections.first()?;
    let support = support(seen.iter().copied(), of);
    let agreed = corrections.get(1).is_none_or(|(_, other)| other.len() < seen.len());
    let people = seen.iter().flat_map(|exchange| exchange.people);
    if !agreed || support.tickets.len() < LEAST_TICKETS || !privacy.allows(&new.text, people) || new.text.contains("{{")
    {
        return None;
    }
    let Article { id, title, body, .. } = place.article;
    let (at, words) = smallest(place, &new.text)?;
    let patched = format!("{}{words}{}", &body[..at.start], &body[at.end..]);
    let whole = place.words.first()?.start..place.words.last()?.end;
    let grown = whole.end - (at.end - at.start) + words.len();
    let sentence = (body[whole.clone()].to_owned(), patched[whole.start..grown].to_owned());
    let title = format!("{id}, {}", text::short(title, 60));
    Lesson::new(Change::Article { id: id.clone(), sentence, body: (body.clone(), patched) }, title, support)
}

/// The smallest part of the article to replace, and by what, so that its marks for bold and lists stay.
fn smallest<'n>(place: &Place<'_>, new: &'n str) -> Option<(Range<usize>, &'n str)> {
    let body = &place.article.body;
    let old: Vec<&str> = place.words.iter().map(|at| &body[at.clone()]).collect();
    let new_words = placed(new);
    let is_same = |a: usize, b: usize| placed(old[a]).first().map(|(word, _)| word) == Some(&new_words[b].0);
    let shorter = old.len().min(new_words.len());
    let mut head = (0..shorter).take_while(|n| is_same(*n, *n)).count();
    let (last_old, last_new) = (old.len(), new_words.len());
    let mut tail = (1..=shorter - head).take_while(|n| is_same(last_old - n, last_new - n)).count();
    // Nothing cannot be replaced, and nothing put in its place would leave two blanks: take a neighbour along.
    if head + tail == shorter && head > 0 {
        head -= 1;
    } else if head + tail == shorter {
        tail = tail.checked_sub(1)?;
    }
    let old_part = place.words.get(head)?.start..place.words.get(last_old - tail - 1)?.end;
    let new_part = new_words.get(head)?.1.start..new_words.get(last_new - tail - 1)?.1.end;
    let (old_text, new_text) = (&body[old_part.clone()], &new[new_part]);
    // A reply shows no marks: those around what is replaced stay.
    let opening = old_text.len() - old_text.trim_start_matches(MARKS).len();
    let closing = old_text.len() - old_text.trim_end_matches(MARKS).len();
    let bare = old_part.start + opening..old_part.end - closing;
    Some((bare, new_text.trim_matches(MARKS)))
}
