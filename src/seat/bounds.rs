//! How much one question at a seat may ask for: whoever may look at one ticket does not make the desk look at all of
//! them at once. The screens of this program stay inside by asking in turns.

use std::collections::{BTreeMap, BTreeSet};

use crate::domain::audit::query::LogQuery;
use crate::domain::ids::TicketId;
use crate::domain::ticket::TicketQuery;
use crate::seat::SeatError;

/// Tickets of a question by name, and rows of an answer.
pub const MOST_ROWS: usize = 500;
/// Things that are read whole: tickets with their threads, what was said in a record.
pub const MOST_WHOLE: usize = 100;
/// Queries that are counted by one question.
pub const MOST_QUERIES: usize = 64;
/// Characters of what is looked for.
const MOST_WORDS: usize = 1_000;

fn within(n: usize, most: usize, what: &str) -> Result<(), SeatError> {
    if n <= most {
        return Ok(());
    }
    Err(SeatError::TooMuch(format!("{n} {what} in one question: ask for at most {most} at a time")))
}

/// Tickets to list or to note, each once, in the order asked for.
pub(super) fn rows(asked: Vec<TicketId>) -> Result<Vec<TicketId>, SeatError> {
    within(asked.len(), MOST_ROWS, "tickets").map(|()| once(asked))
}

/// Tickets to read whole, each once, in the order asked for.
pub(super) fn whole(asked: Vec<TicketId>) -> Result<Vec<TicketId>, SeatError> {
    within(asked.len(), MOST_WHOLE, "tickets").map(|()| once(asked))
}

/// Tickets with what is noted of them; of one that is there twice the last counts.
pub(super) fn noted(asked: Vec<(TicketId, u64)>) -> Result<BTreeMap<TicketId, u64>, SeatError> {
    within(asked.len(), MOST_ROWS, "tickets").map(|()| asked.into_iter().collect())
}

/// Records to read whole.
pub(super) fn records(asked: &[u64]) -> Result<(), SeatError> {
    within(asked.len(), MOST_WHOLE, "records")
}

/// How many rows an answer may have.
pub(super) fn limit(asked: u32) -> Result<u32, SeatError> {
    within(usize::try_from(asked).unwrap_or(usize::MAX), MOST_ROWS, "rows").map(|()| asked)
}

/// What is looked for.
pub(super) fn words(asked: &str) -> Result<(), SeatError> {
    within(asked.chars().count(), MOST_WORDS, "characters")
}

/// Queries to count.
pub(super) fn queries(asked: &[TicketQuery]) -> Result<(), SeatError> {
    within(asked.len(), MOST_QUERIES, "queries")?;
    asked.iter().try_for_each(query)
}

/// One query.
pub(super) fn query(asked: &TicketQuery) -> Result<(), SeatError> {
    let TicketQuery { status, priority, tag, text, .. } = asked;
    within(status.len() + priority.len(), MOST_QUERIES, "states")?;
    [tag, text].into_iter().flatten().try_for_each(|asked| words(asked))
}

/// A filter of the log.
pub(super) fn filter(asked: &LogQuery) -> Result<(), SeatError> {
    let LogQuery { ticket, tool, who, what, run, words: looked_for, .. } = asked;
    within(looked_for.len(), MOST_QUERIES, "words")?;
    let parts = [ticket, tool, who, what, run].into_iter().flatten().chain(looked_for);
    within(parts.map(|part| part.chars().count()).sum(), MOST_WORDS, "characters")
}

fn once(asked: Vec<TicketId>) -> Vec<TicketId> {
    let mut seen = BTreeSet::new();
    asked.into_iter().filter(|id| seen.insert(id.clone())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ids(n: usize) -> Vec<TicketId> {
        (1..=n).map(|n| format!("T-{n}").parse().unwrap()).collect()
    }

    #[test]
    fn what_is_asked_for_twice_is_looked_up_once_in_the_order_asked_for() {
        let asked = ["T-3", "T-1", "T-3", "T-2", "T-1"].map(|id| id.parse().unwrap());
        assert_eq!(rows(asked.to_vec()).unwrap(), ["T-3", "T-1", "T-2"].map(|id| id.parse().unwrap()));
        let noted = noted(vec![(asked[0].clone(), 4), (asked[0].clone(), 0)]).unwrap();
        assert_eq!(noted.into_iter().collect::<Vec<_>>(), [(asked[0].clone(), 0)]);
    }

    #[test]
    fn one_more_than_the_bound_is_too_much() {
        assert!(rows(ids(MOST_ROWS)).is_ok() && whole(ids(MOST_WHOLE)).is_ok());
        let no = rows(ids(MOST_ROWS + 1)).unwrap_err();
        assert_eq!(no.to_string(), "501 tickets in one question: ask for at most 500 at a time");
        assert!(whole(ids(MOST_WHOLE + 1)).is_err());
        assert!(limit(500).is_ok() && limit(501).is_err() && limit(u32::MAX).is_err());
        let long = TicketQuery { text: Some("a".repeat(MOST_WORDS + 1)), ..TicketQuery::default() };
        assert!(query(&long).is_err() && queries(&[TicketQuery::default(), long]).is_err());
        let many = LogQuery { words: vec![String::new(); MOST_QUERIES + 1], ..LogQuery::default() };
        assert!(filter(&many).is_err());
    }
}
