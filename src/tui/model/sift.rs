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
const AT_ONCE: u32 = 2_048;

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
        for (at, (letters, straw)) in (0_u32..).zip(hay.straws()) {
            if at.is_multiple_of(AT_ONCE) && is_stale() {
                return None;
            }
            found.extend(self.distance(letters, straw).map(|far| (far, at)));
        }
        found.sort_unstable();
        Some(found.into_iter().map(|(_, at)| at).collect())
    }

    /// How far a ticket is from what was typed; none when a word is not found in it.
    fn distance(&self, letters: Letters, straw: &str) -> Option<u32> {
        // Most tickets lack some letter, which is told at once.
        if !self.words.iter().all(|word| word.may_be_in(letters)) {
            return None;
        }
        let straw = Straw::of(straw);
        self.words.iter().map(|word| word.way(&straw, letters).map(|way| way as u32)).sum()
    }

    /// How each word is found in a ticket.
    pub(crate) fn ways(&self, row: &TicketRow) -> Vec<Option<Way>> {
        let text = straw(row);
        let (straw, letters) = (Straw::of(&text), Letters::of(&text));
        self.words.iter().map(|word| word.way(&straw, letters)).collect()
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

/// A ticket's straw, and the fields of it that some ways look at alone.
struct Straw<'a> {
    whole: &'a str,
    id: &'a str,
    subject: &'a str,
}

impl<'a> Straw<'a> {
    fn of(whole: &'a str) -> Self {
        let mut fields = whole.splitn(3, BETWEEN);
        let mut next = || fields.next().unwrap_or("");
        Self { whole, id: next(), subject: next() }
    }
}

impl Word {
    /// Whether it can be in a ticket of these letters at all, be it with a slip.
    fn may_be_in(&self, letters: Letters) -> bool {
        self.letters.missing_in(letters) <= u32::from(self.chars.len() >= LEAST_FORGIVEN)
    }

    /// The nearest way to find it in a ticket.
    fn way(&self, straw: &Straw<'_>, letters: Letters) -> Option<Way> {
        if self.named(straw.id).is_some() {
            return Some(Way::Named);
        }
        if let Some((way, _)) = self.near(straw.whole) {
            return Some(way);
        }
        if self.letters.missing_in(letters) > 0 {
            return None;
        }
        let short = self.short(straw.subject).map(|_| Way::Short);
        short.or_else(|| self.scattered(straw.subject).map(|_| Way::Scattered))
    }

    /// Where it stands in a field, found in this way.
    fn place_in(&self, text: &str, field: Field, way: Way) -> Option<Vec<Range<usize>>> {
        match way {
            Way::Named if field == Field::Id => self.named(text.trim_end()).map(|at| one(at..at + self.text.len())),
            Way::Short if field == Field::Subject => self.short(text),
            Way::Scattered if field == Field::Subject => self.scattered(text),
            Way::Named | Way::Short | Way::Scattered => None,
            Way::Begins | Way::Inside | Way::Slip => {
                self.near(text).filter(|(found, _)| *found == way).map(|(_, range)| one(range))
            }
        }
    }

    fn named(&self, id: &str) -> Option<usize> {
        let number = id.rfind('-').map_or(0, |dash| dash + 1);
        if id == self.text { Some(0) } else { (id[number..] == self.text).then_some(number) }
    }

    /// The nearest place at which it stands as it is, or but for a slip.
    fn near(&self, text: &str) -> Option<(Way, Range<usize>)> {
        let mut best: Option<(Way, Range<usize>)> = None;
        for (at, _) in text.match_indices(*self.chars.first()?) {
            let starts = is_start(text, at);
            let found = if text[at..].starts_with(&self.text) {
                let way = if starts { Way::Begins } else { Way::Inside };
                (starts || self.chars.len() >= LEAST_INSIDE).then(|| (way, at..at + self.text.len()))
            } else if starts && best.is_none() {
                self.slip(&text[at..]).map(|length| (Way::Slip, at..at + length))
            } else {
                None
            };
            match found {
                Some((Way::Begins, _)) => return found,
                Some((way, _)) if best.as_ref().is_none_or(|(known, _)| way < *known) => best = found,
                Some(_) | None => {}
            }
        }
        best
    }

    /// How much of the first word of a text it stands for but for a slip.
    fn slip(&self, text: &str) -> Option<usize> {
        if self.chars.len() < LEAST_FORGIVEN {
            return None;
        }
        let word: Vec<char> = text.chars().take(self.chars.len() + 2).take_while(|c| c.is_alphanumeric()).collect();
        let length = || word.iter().take(self.chars.len()).map(|c| c.len_utf8()).sum();
        is_slip(&self.chars, &word).then(length)
    }

    fn short(&self, text: &str) -> Option<Vec<Range<usize>>> {
        if self.chars.len() < LEAST_SHORT {
            return None;
        }
        self.starts(text).find_map(|start| in_a_row(&self.text, &text[start..], start))
    }

    fn scattered(&self, text: &str) -> Option<Vec<Range<usize>>> {
        if self.chars.len() < LEAST_FORGIVEN {
            return None;
        }
        let span = self.chars.len() + self.chars.len() / 2 + 2;
        self.starts(text).find_map(|start| {
            let mut wanted = self.chars.iter().peekable();
            let near = text[start..].char_indices().take(span);
            let marks = near.filter(|(_, c)| wanted.next_if_eq(&c).is_some());
            let marks: Vec<_> = marks.map(|(at, c)| start + at..start + at + c.len_utf8()).collect();
            wanted.peek().is_none().then_some(marks)
        })
    }

    /// Where words start with its first letter.
    fn starts<'a>(&self, text: &'a str) -> impl Iterator<Item = usize> + use<'a> {
        let first = self.chars.first().copied();
        let all = first.into_iter().flat_map(move |first| text.match_indices(first));
        all.map(|(at, _)| at).filter(move |at| is_start(text, *at))
    }
}

fn one(range: Range<usize>) -> Vec<Range<usize>> {
    std::iter::once(range).collect()
}

/// Whether a word starts here.
fn is_start(text: &str, at: usize) -> bool {
    match text.as_bytes()[..at].last() {
        None => true,
        Some(byte) if byte.is_ascii() => !byte.is_ascii_alphanumeric(),
        Some(_) => !text[..at].ends_with(char::is_alphanumeric),
    }
}

/// Takes letters from the start of each word of a text in turn, at least one of each, until there are none left;
/// `offset` is where the text stands.
fn in_a_row(letters: &str, text: &str, offset: usize) -> Option<Vec<Range<usize>>> {
    if letters.is_empty() {
        return Some(Vec::new());
    }
    let start = text.find(char::is_alphanumeric)?;
    let word = &text[start..];
    let end = word.find(|c: char| !c.is_alphanumeric()).unwrap_or(word.len());
    let same = letters.chars().zip(word[..end].chars()).take_while(|(a, b)| a == b);
    let mut most: usize = same.map(|(c, _)| c.len_utf8()).sum();
    while most > 0 {
        if let Some(mut marks) = in_a_row(&letters[most..], &word[end..], offset + start + end) {
            marks.insert(0, offset + start..offset + start + most);
            return Some(marks);
        }
        most = letters.floor_char_boundary(most - 1);
    }
    None
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
