//! Reads a model's draft: which sources it cites, what each sentence rests on, and how far to trust it.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use crate::assist::claims::terms::terms;
use crate::assist::claims::{states_done, unsupported};
use crate::assist::confidence::weigh;
use crate::assist::grounds::{self, LEAST_SHARE, sentences, share};
use crate::assist::model::brief::Source;
use crate::assist::reply::{self, ReplyInput};
use crate::domain::draft::{Citation, Ground, Maker, Suggestion, Unsupported, without_marks};
use crate::domain::ticket::{Author, Ticket};

/// The longest draft that is kept, in characters.
const MOST_DRAFT: usize = 8_000;
/// The longest snippet of a citation, in characters.
const LONGEST_SNIPPET: usize = 300;

/// A suggestion out of what a model wrote, with the sources of its brief.
#[must_use]
pub fn read(input: &ReplyInput<'_>, sources: &[Source], written: &str, maker: Maker) -> Suggestion {
    let (text, cited) = renumbered(&unwrapped(written), sources.len());
    let used: Vec<&Source> = cited.iter().filter_map(|n| sources.get(n - 1)).collect();
    let citations: Vec<Citation> = (1..).zip(&used).map(|(index, source)| citation(index, source)).collect();
    let mut told = reply::thread_sources(input.ticket);
    told.extend(used.iter().flat_map(|source| [source.title.clone(), source.text.clone()]));
    let marks = unsupported(&text, &told.iter().map(String::as_str).collect::<Vec<_>>());
    let said: Vec<String> = used.iter().map(|source| format!("{} {}", source.title, source.text)).collect();
    let grounds = grounds::of(&text, &said, input.ticket);
    let marks = with_deeds(&text, marks, input.ticket);
    let unsupported = with_statements(&text, marks, &grounds);
    let mut signals = reply::signals_of(input);
    signals.fits = !used.is_empty();
    signals.unsupported = unsupported.len();
    signals.coverage = covered(&reply::asked(input.ticket), &used);
    let plain = without_marks(&text, citations.len());
    signals.foreign = reply::language(input.ticket).filter(|asked| reply::language_of(&plain).as_ref() != Some(asked));
    let (score, evidence) = weigh(&signals);
    Suggestion {
        response_text: text,
        confidence: score,
        calibrated: false,
        decisions: 0,
        score,
        citations,
        unsupported,
        grounds,
        canned: Vec::new(),
        evidence,
        maker,
    }
}

/// A draft that broke off is kept and marked: nothing of it is trusted.
#[must_use]
pub fn broken(written: &str, mut maker: Maker) -> Suggestion {
    let text = format!("{} …", clipped(written.trim()));
    let (start, end) = (text.len() - '…'.len_utf8(), text.len());
    maker.notes.push("the draft broke off: what had arrived is kept".to_owned());
    let mark = Unsupported { text: "…".to_owned(), kind: "broken off".to_owned(), start, end };
    Suggestion {
        response_text: text,
        confidence: 0.0,
        calibrated: false,
        decisions: 0,
        score: 0.0,
        citations: Vec::new(),
        unsupported: vec![mark],
        grounds: Vec::new(),
        canned: Vec::new(),
        evidence: Vec::new(),
        maker,
    }
}

/// Models like to wrap an answer in a fence, whatever they are told.
pub(crate) fn unwrapped(written: &str) -> String {
    let text = written.trim();
    let inner = text.strip_prefix("```").and_then(|rest| rest.strip_suffix("```"));
    let inner = inner.map(|inner| inner.split_once('\n').map_or(inner, |(_, body)| body));
    clipped(inner.unwrap_or(text).trim())
}

fn clipped(text: &str) -> String {
    text.chars().take(MOST_DRAFT).collect()
}

/// The text with its marks numbered in the order of their first use, and which sources these are. A mark that no source
/// stands behind is taken out.
fn renumbered(text: &str, sources: usize) -> (String, Vec<usize>) {
    let mut cited: Vec<usize> = Vec::new();
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(open) = rest.find('[') {
        let (before, from) = rest.split_at(open);
        out.push_str(before);
        match mark(from) {
            Some((n, after)) if (1..=sources).contains(&n) => {
                let place = cited.iter().position(|c| *c == n).unwrap_or_else(|| {
                    cited.push(n);
                    cited.len() - 1
                });
                let _ = write!(out, "[{}]", place + 1);
                rest = after;
            }
            Some((_, after)) => {
                out.truncate(out.trim_end_matches(' ').len());
                rest = after;
            }
            None => {
                out.push('[');
                rest = &from[1..];
            }
        }
    }
    out.push_str(rest);
    (out, cited)
}

/// `[12]` at the beginning: the number, and what follows.
fn mark(text: &str) -> Option<(usize, &str)> {
    let (number, after) = text.strip_prefix('[')?.split_once(']')?;
    let is_number = (1..=4).contains(&number.len()) && number.bytes().all(|b| b.is_ascii_digit());
    Some((number.parse().ok().filter(|_| is_number)?, after))
}

fn citation(index: usize, source: &Source) -> Citation {
    let snippet = source.text.chars().take(LONGEST_SNIPPET).collect::<String>().replace('\n', " ");
    Citation { index, source_id: source.id.clone(), title: source.title.clone(), snippet }
}

fn covered(asked: &BTreeSet<String>, used: &[&Source]) -> f64 {
    let all: BTreeSet<String> = used.iter().flat_map(|s| terms(&s.text)).collect();
    share(asked, &all)
}

/// The marks, and each sentence that tells of something done which the desk has not said itself: an article tells what
/// is done in general, never that it was done here.
pub(crate) fn with_deeds(text: &str, mut marks: Vec<Unsupported>, ticket: &Ticket) -> Vec<Unsupported> {
    let by_desk = ticket.thread.iter().filter(|message| message.author == Author::Agent);
    let deeds: Vec<BTreeSet<String>> = by_desk.filter(|m| states_done(&m.body)).map(|m| terms(&m.body)).collect();
    for (start, end) in sentences(text) {
        let sentence = &text[start..end];
        let told = || deeds.iter().any(|deed| share(&terms(sentence), deed) >= LEAST_SHARE);
        let is_marked = marks.iter().any(|mark| mark.start < end && start < mark.end);
        if !is_marked && is_past(sentence) && states_done(sentence) && !told() {
            marks.push(Unsupported { text: sentence.to_owned(), kind: "promise".to_owned(), start, end });
        }
    }
    marks
}

/// Whether an English sentence tells of what has happened, not of what happens.
fn is_past(sentence: &str) -> bool {
    let spaced = format!(" {} ", sentence.to_lowercase().replace('’', "'"));
    ["'ve ", " have ", " has ", " had ", " was ", " were ", " just "].iter().any(|word| spaced.contains(word))
}

/// The marks, and each sentence that rests on nothing and has no mark inside.
pub(crate) fn with_statements(text: &str, mut marks: Vec<Unsupported>, grounds: &[Ground]) -> Vec<Unsupported> {
    for ground in grounds.iter().filter(|ground| ground.by.is_empty()) {
        let is_marked = marks.iter().any(|mark| mark.start < ground.end && ground.start < mark.end);
        if !is_marked {
            let (start, end) = (ground.start, ground.end);
            let kind = "statement".to_owned();
            marks.push(Unsupported { text: text[start..end].to_owned(), kind, start, end });
        }
    }
    marks.sort_by_key(|mark| mark.start);
    marks
}
