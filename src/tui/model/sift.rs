//! The filter over a view: which tickets somebody means who types parts of words, and which letters say so.
//!
//! Each word that was typed must be found, in whatever field. The ways to find one are ordered, and so are the tickets:
//! nearest first, and of those that are equally near, in the order of the view. So what triage comes for stays on
//! top (what is due first among all that say `refund`), and guesses come last.

use std::ops::Range;

use crate::domain::finding::{BETWEEN, Haystack, Letters, fold, folded, straw};
use crate::domain::ticket::TicketRow;
use crate::tui::model::fuzzy::is_slip;

/// Letters that a word has at least before letters in the middle of another count.
const LEAST_INSIDE: usize = 2;
/// Letters that an abbreviation has at least.
const LEAST_SHORT: usize = 3;
/// Letters that a word has at least before a slip, or letters left out, are forgiven.
const LEAST_FORGIVEN: usize = 4;
/// Straws after which it is asked whether anybody still wants to know.
const AT_ONCE: usize = 2_048;

/// How a word is found in a ticket, the nearest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Way {
    /// It is the ticket's id, or the number in it.
    Named,
    /// A word begins with it.
    Begins,
    /// It stands inside a word.
    Inside,
    /// A word begins with it but for one letter.
    Slip,
    /// The subject has words in a row that begin with its letters: `dcb` for `duplicate charge on bill`.
    Short,
    /// The subject has its letters in order, close to each other: `chgtwice`.
    Scattered,
}

impl Way {
    const ALL: [Way; 6] = [Self::Named, Self::Begins, Self::Inside, Self::Slip, Self::Short, Self::Scattered];
}

/// A part of a row that is filtered and shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Field {
    Id,
    Subject,
    Customer,
    Tags,
}

/// What somebody looks for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Needle {
    words: Vec<Word>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Word {
    text: String,
    chars: Vec<char>,
    letters: Letters,
}

impl Needle {
    pub(crate) fn of(typed: &str) -> Self {
        let word =
            |text: &str| Word { text: text.to_owned(), chars: text.chars().collect(), letters: Letters::of(text) };
        Self { words: fold(typed).split_whitespace().map(word).collect() }
    }

    /// The tickets that are meant, by their place in the haystack; nothing once nobody wants to know any more.
    pub(crate) fn sift(&self, hay: &Haystack, is_stale: impl Fn() -> bool) -> Option<Vec<u32>> {
        let mut found: Vec<(u32, u32)> = Vec::new();
        for (at, (letters, straw)) in (0..).zip(hay.straws()) {
            if (at as usize).is_multiple_of(AT_ONCE) && is_stale() {
                return None;
            }
            found.extend(self.distance(letters, straw).map(|far| (far, at)));
        }
        found.sort_unstable();
        Some(found.into_iter().map(|(_, at)| at).collect())
    }

    /// How far a ticket is from what was typed; none when a word is not found in it.
    fn distance(&self, letters: Letters, straw: &str) -> Option<u32> {
        let may = |word: &Word| word.letters.missing_in(letters) <= u32::from(word.chars.len() >= LEAST_FORGIVEN);
        if !self.words.iter().all(may) {
            return None;
        }
        self.words.iter().map(|word| word.way(straw).map(|way| way as u32)).sum()
    }

    /// How each word is found in a ticket.
    pub(crate) fn ways(&self, row: &TicketRow) -> Vec<Option<Way>> {
        let straw = straw(row);
        self.words.iter().map(|word| word.way(&straw)).collect()
    }

    /// The letters in a field as it is shown that say why the ticket is found, in order.
    pub(crate) fn marks(&self, ways: &[Option<Way>], field: Field, shown: &str) -> Vec<Range<usize>> {
        if self.words.is_empty() {
            return Vec::new();
        }
        let folded = Folded::of(shown);
        let found = self.words.iter().zip(ways).filter_map(|(word, way)| word.place_in(&folded.text, field, (*way)?));
        let mut marks: Vec<_> = found.flatten().map(|range| folded.back(&range)).collect();
        marks.sort_unstable_by_key(|range| range.start);
        let mut end = 0;
        marks.retain(|range| {
            let free = range.start >= end;
            end = if free { range.end } else { end };
            free
        });
        marks
    }
}

impl Word {
    /// The nearest way to find it in a ticket.
    fn way(&self, straw: &str) -> Option<Way> {
        Way::ALL.into_iter().find(|way| {
            let place = match way {
                Way::Named | Way::Short | Way::Scattered => {
                    let (id, rest) = straw.split_once(BETWEEN).unwrap_or((straw, ""));
                    let subject = rest.split_once(BETWEEN).map_or(rest, |(subject, _)| subject);
                    self.place(if *way == Way::Named { id } else { subject }, *way)
                }
                Way::Begins | Way::Inside | Way::Slip => self.place(straw, *way),
            };
            place.is_some()
        })
    }

    /// Where it stands in a field, found in this way.
    fn place_in(&self, text: &str, field: Field, way: Way) -> Option<Vec<Range<usize>>> {
        let has = match way {
            Way::Named => field == Field::Id,
            Way::Short | Way::Scattered => field == Field::Subject,
            Way::Begins | Way::Inside | Way::Slip => true,
        };
        if has { self.place(text, way) } else { None }
    }

    fn place(&self, text: &str, way: Way) -> Option<Vec<Range<usize>>> {
        let one = |at: usize| std::iter::once(at..at + self.text.len()).collect();
        match way {
            Way::Named => self.named(text.trim_end()).map(one),
            Way::Begins => self.begins(text).map(one),
            Way::Inside => text.find(&self.text).filter(|_| self.chars.len() >= LEAST_INSIDE).map(one),
            Way::Slip => self.slip(text).map(|range| vec![range]),
            Way::Short => self.short(text),
            Way::Scattered => self.scattered(text),
        }
    }

    fn named(&self, id: &str) -> Option<usize> {
        let number = id.rfind('-').map_or(0, |dash| dash + 1);
        if id == self.text { Some(0) } else { (id[number..] == self.text).then_some(number) }
    }

    fn begins(&self, text: &str) -> Option<usize> {
        let starts = |at: usize| !text[..at].ends_with(char::is_alphanumeric);
        text.match_indices(&self.text).map(|(at, _)| at).find(|at| starts(*at))
    }

    fn slip(&self, text: &str) -> Option<Range<usize>> {
        let first = self.chars.first().filter(|_| self.chars.len() >= LEAST_FORGIVEN)?;
        let mut near = words(text).filter(|(_, word)| word.starts_with(*first));
        near.find_map(|(at, word)| {
            let letters: Vec<char> = word.chars().collect();
            let end = || word.char_indices().nth(self.chars.len()).map_or(word.len(), |(end, _)| end);
            is_slip(&self.chars, &letters).then(|| at..at + end())
        })
    }

    fn short(&self, text: &str) -> Option<Vec<Range<usize>>> {
        if self.chars.len() < LEAST_SHORT {
            return None;
        }
        let all: Vec<(usize, &str)> = words(text).collect();
        (0..all.len()).find_map(|from| in_a_row(&self.text, &all[from..]))
    }

    fn scattered(&self, text: &str) -> Option<Vec<Range<usize>>> {
        let (length, first) = (self.chars.len(), self.chars.first()?);
        let span = length + length / 2 + 2;
        if length < LEAST_FORGIVEN {
            return None;
        }
        let starts = words(text).filter(|(_, word)| word.starts_with(*first));
        starts.map(|(at, _)| at).find_map(|start| {
            let mut wanted = self.chars.iter().peekable();
            let near = text[start..].char_indices().take(span);
            let marks = near.filter(|(_, c)| wanted.next_if_eq(&c).is_some());
            let marks: Vec<_> = marks.map(|(at, c)| start + at..start + at + c.len_utf8()).collect();
            wanted.peek().is_none().then_some(marks)
        })
    }
}

/// Takes letters from the start of each word in turn, at least one of each, until there are none left.
fn in_a_row(letters: &str, words: &[(usize, &str)]) -> Option<Vec<Range<usize>>> {
    if letters.is_empty() {
        return Some(Vec::new());
    }
    let ((at, word), rest) = words.split_first()?;
    let same = letters.chars().zip(word.chars()).take_while(|(a, b)| a == b);
    let ends: Vec<usize> = same
        .scan(0, |end, (c, _)| {
            Some({
                *end += c.len_utf8();
                *end
            })
        })
        .collect();
    ends.into_iter().rev().find_map(|end| {
        let mut marks = in_a_row(&letters[end..], rest)?;
        marks.insert(0, *at..at + end);
        Some(marks)
    })
}

/// The words of a text, and where each starts.
fn words(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let start = text.as_ptr() as usize;
    text.split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(move |word| (word.as_ptr() as usize - start, word))
}

/// A text folded, and the way back.
struct Folded {
    text: String,
    /// For each byte of the folded text the character of the other one that it comes from; and the end.
    from: Vec<usize>,
}

impl Folded {
    fn of(source: &str) -> Self {
        let (mut text, mut from) = (String::new(), Vec::new());
        for (at, c) in source.char_indices() {
            text.extend(folded(c));
            from.resize(text.len(), at);
        }
        from.push(source.len());
        Self { text, from }
    }

    fn back(&self, range: &Range<usize>) -> Range<usize> {
        let last = self.from[range.end.saturating_sub(1)];
        let end = self.from[range.end..].iter().find(|at| **at > last).or(self.from.last());
        self.from[range.start]..end.copied().unwrap_or(last)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hay() -> Haystack {
        let mut hay = Haystack::default();
        hay.push("T-17", "Invoice at my old address", "Ines Duarte", "address");
        hay.push("T-1042", "Charged twice for order 88121", "P. Nwosu", "billing double-charge");
        hay.push("T-1", "Two charges for one order", "K. Ōtsuka", "billing vat");
        hay.push("T-104", "返金をお願いします", "大塚 健", "refund");
        hay
    }

    #[track_caller]
    fn check(typed: &str, expect: &[&str]) {
        let (needle, hay) = (Needle::of(typed), hay());
        let found = needle.sift(&hay, || false).unwrap();
        let ids: Vec<_> = found.into_iter().map(|at| hay.id(at as usize).unwrap().to_string()).collect();
        assert_eq!(ids, expect, "{typed}");
    }

    #[test]
    fn every_field_is_looked_at_and_the_nearest_comes_first() {
        check("", &["T-17", "T-1042", "T-1", "T-104"]);
        check("1042", &["T-1042"]);
        check("t-104", &["T-104", "T-1042"]);
        check("1", &["T-1", "T-17", "T-1042", "T-104"]);
        check("charge", &["T-1042", "T-1"]);
        check("ORDER otsuka", &["T-1"]);
        check("Ōtsuka", &["T-1"]);
        check("返金", &["T-104"]);
        check("refund", &["T-104"]);
        check("vat", &["T-1"]);
        check("uarte", &["T-17"]);
        check("order ines", &[]);
    }

    #[test]
    fn slips_abbreviations_and_letters_left_out_are_understood() {
        check("chrage", &["T-1042", "T-1"]);
        check("invocie", &["T-17"]);
        check("ctf", &["T-1042"]);
        check("chatwi", &["T-1042"]);
        check("chgtwice", &["T-1042"]);
        check("xyz", &[]);
        check("cf", &[]);
    }

    #[test]
    fn nobody_waits_for_what_nobody_wants_any_more() {
        assert_eq!(Needle::of("order").sift(&hay(), || true), None);
    }

    #[test]
    fn the_letters_that_match_are_marked_in_the_text_as_it_is_shown() {
        let row: TicketRow = serde_json::from_value(serde_json::json!({
            "id": "T-1042", "subject": "ÜBER Ōtsuka, charged twice", "status": "new", "priority": "low", "tags": ["vip"],
            "assignee": null, "customer_id": "C-1", "customer_name": "Ines", "created_at": "2026-03-02T07:12:00Z",
            "updated_at": "2026-03-02T09:12:00Z", "due_at": null, "messages": 1, "version": 1, "sample": false,
        }))
        .unwrap();
        for (typed, field, expect) in [
            ("uber", Field::Subject, "[ÜBER] Ōtsuka, charged twice"),
            ("otsuka twi", Field::Subject, "ÜBER [Ōtsuka], charged [twi]ce"),
            ("chrage", Field::Subject, "ÜBER Ōtsuka, [charge]d twice"),
            ("chgtwi", Field::Subject, "ÜBER Ōtsuka, [ch]ar[g]ed [twi]ce"),
            ("ines", Field::Subject, "ÜBER Ōtsuka, charged twice"),
            ("1042", Field::Id, "T-[1042]"),
            ("ines", Field::Customer, "[Ines]"),
        ] {
            let needle = Needle::of(typed);
            let text = match field {
                Field::Id => row.id.as_str(),
                Field::Subject => &row.subject,
                Field::Customer => &row.customer_name,
                Field::Tags => "vip",
            };
            let mut marked = text.to_owned();
            for range in needle.marks(&needle.ways(&row), field, text).into_iter().rev() {
                marked.insert(range.end, ']');
                marked.insert(range.start, '[');
            }
            assert_eq!(marked.replace("][", ""), expect, "{typed}");
        }
    }
}
