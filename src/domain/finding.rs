//! Finding tickets: by what stands in their row, and by what was said in them.

use std::ops::Range;

use serde::{Deserialize, Serialize};
use unicode_normalization::UnicodeNormalization as _;

use crate::domain::ids::TicketId;
use crate::domain::ticket::TicketRow;

/// What stands between the fields of a straw.
pub const BETWEEN: char = '\n';

/// The tickets of a view, in its order, as a filter looks at them: in as little memory as it takes, since there may be
/// a hundred thousand.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "Vec<String>", into = "Vec<String>")]
pub struct Haystack {
    /// Each ticket's id, and then its straw.
    text: String,
    /// Where each one ends, and which letters it has.
    ends: Vec<(u32, Letters)>,
}

impl Haystack {
    /// Adds a ticket. What no longer fits into four gigabytes is left out.
    pub fn push(&mut self, id: &str, subject: &str, customer: &str, tags: &str) {
        let start = self.text.len();
        self.text.push_str(id);
        self.text.push(BETWEEN);
        let straw = self.text.len();
        add_straw(&mut self.text, [id, subject, customer, tags]);
        match u32::try_from(self.text.len()) {
            Ok(end) => self.ends.push((end, Letters::of(&self.text[straw..]))),
            Err(_) => self.text.truncate(start),
        }
    }

    /// How many tickets there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// Every straw, in order, with the letters that it has.
    pub fn straws(&self) -> impl Iterator<Item = (Letters, &str)> {
        let mut start = 0;
        self.ends.iter().map(move |(end, letters)| {
            let entry = &self.text[start..*end as usize];
            start = *end as usize;
            (*letters, entry.split_once(BETWEEN).map_or("", |(_, straw)| straw))
        })
    }

    /// The ticket that a straw stands for.
    #[must_use]
    pub fn id(&self, at: usize) -> Option<TicketId> {
        let end = self.ends.get(at)?.0 as usize;
        let start = at.checked_sub(1).map_or(0, |before| self.ends[before].0 as usize);
        self.text[start..end].split_once(BETWEEN)?.0.parse().ok()
    }

    /// Gives back what was taken for tickets to come.
    pub fn shrink(&mut self) {
        self.text.shrink_to_fit();
        self.ends.shrink_to_fit();
    }
}

impl From<Haystack> for Vec<String> {
    fn from(hay: Haystack) -> Self {
        let starts = std::iter::once(0).chain(hay.ends.iter().map(|(end, _)| *end as usize));
        starts.zip(&hay.ends).map(|(start, (end, _))| hay.text[start..*end as usize].to_owned()).collect()
    }
}

impl From<Vec<String>> for Haystack {
    /// Tickets as they come over a wire, each its id and its straw, folded already.
    fn from(tickets: Vec<String>) -> Self {
        let mut hay = Self::default();
        for ticket in tickets {
            hay.text.push_str(&ticket);
            let straw = ticket.split_once(BETWEEN).map_or("", |(_, straw)| straw);
            match u32::try_from(hay.text.len()) {
                Ok(end) => hay.ends.push((end, Letters::of(straw))),
                Err(_) => break,
            }
        }
        hay.shrink();
        hay
    }
}

/// A ticket's straw: its id, subject, customer and tags, each folded.
#[must_use]
pub fn straw(row: &TicketRow) -> String {
    let mut straw = String::new();
    add_straw(&mut straw, [row.id.as_str(), &row.subject, &row.customer_name, &row.tags.join(" ")]);
    straw
}

fn add_straw(text: &mut String, fields: [&str; 4]) {
    for (at, field) in fields.into_iter().enumerate() {
        if at > 0 {
            text.push(BETWEEN);
        }
        for (nth, line) in field.split(BETWEEN).enumerate() {
            if nth > 0 {
                text.push(' ');
            }
            add_folded(text, line);
        }
    }
}

fn add_folded(text: &mut String, line: &str) {
    let start = text.len();
    if line.is_ascii() {
        text.push_str(line);
        text[start..].make_ascii_lowercase();
        return;
    }
    for c in line.chars() {
        if c.is_ascii() {
            text.push(c.to_ascii_lowercase());
        } else {
            text.extend(folded(c));
        }
    }
}

/// A text as a filter compares it: small letters without accents, so that `otsuka` finds `Ōtsuka`.
#[must_use]
pub fn fold(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    add_folded(&mut folded, text);
    folded
}

/// A character folded.
pub fn folded(c: char) -> impl Iterator<Item = char> {
    let is_accent = |c: &char| ('\u{300}'..='\u{36f}').contains(c);
    std::iter::once(c).nfd().filter(move |c| !is_accent(c)).flat_map(char::to_lowercase)
}

/// Which letters a text has: one bit for each of `a` to `z` and each digit, and for all others a share of the rest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Letters(u64);

impl Letters {
    /// The letters of a folded text.
    #[must_use]
    pub fn of(folded: &str) -> Self {
        Self(folded.chars().fold(0, |bits, c| bits | bit(c)))
    }

    /// How many of these are not among `others`, at least.
    #[must_use]
    pub const fn missing_in(self, others: Self) -> u32 {
        (self.0 & !others.0).count_ones()
    }
}

fn bit(c: char) -> u64 {
    match c {
        'a'..='z' => 1 << (u32::from(c) - u32::from('a')),
        '0'..='9' => 1 << (u32::from(c) - u32::from('0') + 26),
        other if other.is_alphanumeric() => 1 << (u32::from(other) % 28 + 36),
        _ => 0,
    }
}

/// Where somebody's words stand in what was said in a ticket.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "Told")]
pub struct Hit {
    /// The ticket.
    pub row: TicketRow,
    /// The message, counted from the first; none where the subject has the most of the words.
    pub message: Option<usize>,
    /// What is said there; hostile until escaped.
    pub snippet: String,
    /// Where the words stand in it, in bytes, in order.
    pub marked: Vec<Range<usize>>,
}

/// A hit as another program tells it.
#[derive(Deserialize)]
struct Told {
    row: TicketRow,
    message: Option<usize>,
    snippet: String,
    marked: Vec<Range<usize>>,
}

impl From<Told> for Hit {
    /// Without places that the text does not have: a screen cuts it there.
    fn from(told: Told) -> Self {
        let Told { row, message, snippet, mut marked } = told;
        let mut last = 0;
        marked.retain(|mark| {
            let is_next = mark.start >= last && snippet.get(mark.clone()).is_some();
            last = if is_next { mark.end } else { last };
            is_next
        });
        Self { row, message, snippet, marked }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_straw_is_folded_and_leads_back_to_its_ticket() {
        let mut hay = Haystack::default();
        hay.push("T-1", "Zażółć\ngęślą", "K. Ōtsuka", "billing late");
        hay.push("x.Y_2", "ÉTÉ", "ß", "");
        let straws: Vec<_> = hay.straws().map(|(_, straw)| straw.to_owned()).collect();
        assert_eq!(straws, ["t-1\nzazołc gesla\nk. otsuka\nbilling late", "x.y_2\nete\nß\n"]);
        assert_eq!(
            [hay.id(0), hay.id(1), hay.id(2)],
            [Some("T-1".parse().unwrap()), Some("x.Y_2".parse().unwrap()), None]
        );
    }

    #[test]
    fn a_haystack_comes_over_a_wire_as_it_was_and_a_place_that_is_none_is_left_out() {
        let mut hay = Haystack::default();
        hay.push("T-1", "Zażółć", "K. Ōtsuka", "billing late");
        hay.push("T-2", "", "ß", "");
        assert_eq!(serde_json::from_value::<Haystack>(serde_json::json!(hay)).unwrap(), hay);
        let told = Told {
            row: serde_json::from_value(serde_json::json!({
                "id": "T-1", "subject": "s", "status": "open", "priority": "high", "tags": [], "assignee": null,
                "customer_id": "C-1", "customer_name": "x", "created_at": "2026-01-01T00:00:00Z",
                "updated_at": "2026-01-01T00:00:00Z", "due_at": null, "messages": 1, "version": 1, "sample": false,
            }))
            .unwrap(),
            message: None,
            snippet: "é refund".to_owned(),
            marked: vec![0..1, 3..9, 3..5, 2..4, 9..9, 90..99],
        };
        assert_eq!(Hit::from(told).marked, [3..9, 9..9]);
    }

    #[test]
    fn letters_tell_what_cannot_be_there() {
        let letters = |text| Letters::of(text);
        assert_eq!(letters("refund").missing_in(letters("t-1 refunded")), 0);
        assert_eq!(letters("refunx").missing_in(letters("t-1 refunded")), 1);
        assert_eq!(letters("返金").missing_in(letters("refund")), 2);
    }
}
