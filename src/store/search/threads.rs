//! Which tickets have a query's words in their subject, customer or thread.

use std::collections::{BTreeMap, HashMap};

use rusqlite::Connection;

use crate::store::search::query::{Query, Term, quoted};
use crate::store::search::snippet::beginning;
use crate::store::search::{MOST_TERMS, expand, grams};

/// A term in more rows than this is common: it orders what rarer terms found, and finds only the newest by itself.
pub(crate) const COMMON: usize = 4_000;
/// The same for [`similar`], which looks at more terms and has no use for common ones.
pub(crate) const COMMON_FOR_SIMILAR: usize = 1_000;
/// How many distinct terms of a text [`similar`] looks at to find the telling ones.
pub(crate) const LOOKED_AT: usize = 64;
/// How many common terms are asked for together.
pub(crate) const MOST_TOGETHER: usize = 8;
/// How much of a text [`similar`] reads, in bytes.
pub(crate) const READ: usize = 200_000;
/// How much of a term's weight a ticket covers that has it only in its thread.
const IN_THREAD: f64 = 0.8;
/// A row number is the ticket's number shifted by this, plus the place in the ticket.
const PLACE_BITS: u32 = 20;

/// The two indexes over tickets; PostgreSQL has all words in one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Index {
    Words,
    Grams,
}

/// A term as the index takes it, and the rows that have it, newest ticket first.
#[derive(Debug)]
pub(crate) struct Posting {
    index: Index,
    pub(crate) expression: String,
    pub(crate) rows: Vec<i64>,
    /// How many tickets have it, as far as was counted.
    tickets: usize,
    pub(crate) is_common: bool,
}

/// The tickets that cover the most of a query, newest first among equals.
pub(crate) fn find(conn: &Connection, query: &Query, limit: usize) -> rusqlite::Result<Vec<(String, f64)>> {
    let mut postings = Vec::with_capacity(query.terms.len());
    for term in &query.terms {
        postings.push(posting(conn, query, term, COMMON)?);
    }
    narrow(conn, &mut postings)?;
    let (best, whole) = covered(all(conn)?, &postings, None);
    named(conn, &best, whole, limit)
}

/// Where the most of a query was said in a ticket.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    /// The ticket.
    pub(crate) ticket: String,
    /// The message, counted from the first; none for the subject and the customer.
    pub(crate) message: Option<usize>,
}

/// The tickets that cover the most of what is typed, newest first among equals, each with its best place.
pub(crate) fn said(conn: &Connection, typed: &str, limit: usize) -> rusqlite::Result<Vec<Place>> {
    let query = Query::parse(typed, MOST_TERMS);
    let open = beginning(typed, &query);
    let mut postings = Vec::with_capacity(query.terms.len());
    for term in &query.terms {
        postings.push(match term {
            Term::Word(at) if open == Some(*at) => {
                let expression = format!("{} *", quoted(&query.words[*at].text));
                Posting::read(conn, Index::Words, expression, COMMON)?
            }
            Term::Word(_) | Term::Gram(_) => posting(conn, &query, term, COMMON)?,
        });
    }
    narrow(conn, &mut postings)?;
    let all = all(conn)?;
    let (best, _) = covered(all, &postings, None);
    let best: Vec<i64> = best.into_iter().take(limit).map(|(ticket, _)| ticket).collect();
    let mut ids = conn.prepare_cached("SELECT id FROM tickets WHERE n = ?1")?;
    let mut found = Vec::with_capacity(best.len());
    for (ticket, message) in best.iter().zip(places(all, &postings, &best)) {
        if let Some(id) = ids.query_map([ticket], |row| row.get(0))?.next() {
            found.push(Place { ticket: id?, message });
        }
    }
    Ok(found)
}

/// Where each ticket has the most of the postings, the first of equals: a message, or none for the subject.
pub(crate) fn places(all: i64, postings: &[Posting], tickets: &[i64]) -> Vec<Option<usize>> {
    let mut rows: HashMap<i64, BTreeMap<i64, f64>> = tickets.iter().map(|ticket| (*ticket, BTreeMap::new())).collect();
    for posting in postings {
        let weight = rarity(all, posting.tickets);
        for row in &posting.rows {
            if let Some(places) = rows.get_mut(&(row >> PLACE_BITS)) {
                *places.entry(*row).or_default() += weight;
            }
        }
    }
    let best = |ticket: &i64| rows[ticket].iter().rev().max_by(|a, b| a.1.total_cmp(b.1)).map_or(0, |(row, _)| *row);
    let place = |ticket| usize::try_from((best(ticket) & ((1 << PLACE_BITS) - 1)) - 1).ok();
    tickets.iter().map(place).collect()
}

/// The tickets other than `ticket` that cover the most of the telling terms of a text.
pub(crate) fn similar(
    conn: &Connection,
    ticket: &str,
    text: &str,
    limit: usize,
) -> rusqlite::Result<Vec<(String, f64)>> {
    let own = conn.prepare_cached("SELECT n FROM tickets WHERE id = ?1")?.query_map([ticket], |row| row.get(0))?.next();
    let own: Option<i64> = own.transpose()?;
    let query = Query::parse(&text[..text.floor_char_boundary(READ)], LOOKED_AT);
    let mut postings = Vec::with_capacity(query.terms.len());
    for term in &query.terms {
        postings.push(posting(conn, &query, term, COMMON_FOR_SIMILAR)?);
    }
    let mut postings = telling(postings, own);
    narrow(conn, &mut postings)?;
    let (best, whole) = covered(all(conn)?, &postings, own);
    named(conn, &best, whole, limit)
}

/// The postings that tell most, without the ticket `own`.
pub(crate) fn telling(mut postings: Vec<Posting>, own: Option<i64>) -> Vec<Posting> {
    for posting in &mut postings {
        posting.rows.retain(|row| Some(row >> PLACE_BITS) != own);
    }
    postings.retain(|posting| !posting.rows.is_empty());
    if postings.iter().any(|posting| !posting.is_common) {
        postings.retain(|posting| !posting.is_common);
    }
    postings.sort_by_key(|posting| posting.rows.len());
    postings.truncate(MOST_TERMS);
    postings
}

impl Index {
    const fn name(self) -> &'static str {
        match self {
            Self::Words => "ticket_words",
            Self::Grams => "ticket_grams",
        }
    }

    /// The rows that an expression finds, newest ticket first.
    fn rows(self, conn: &Connection, expression: &str, most: usize) -> rusqlite::Result<Vec<i64>> {
        let name = self.name();
        let sql = format!("SELECT rowid FROM {name} WHERE {name} MATCH ?1 ORDER BY rowid DESC LIMIT ?2");
        let most = i64::try_from(most).unwrap_or(i64::MAX);
        conn.prepare_cached(&sql)?.query_map((expression, most), |row| row.get(0))?.collect()
    }
}

fn posting(conn: &Connection, query: &Query, term: &Term, common: usize) -> rusqlite::Result<Posting> {
    let (index, expression) = match term {
        Term::Word(at) => (Index::Words, quoted(&query.words[*at].text)),
        Term::Gram(gram) => {
            (Index::Grams, grams::expression(conn, "ticket_gram_words", gram)?.unwrap_or_else(|| quoted("")))
        }
    };
    let found = Posting::read(conn, index, expression, common)?;
    match term {
        Term::Word(at) if found.rows.is_empty() => {
            Posting::read(conn, index, expand::alternatives(&query.words, *at).join(" OR "), common)
        }
        Term::Word(_) | Term::Gram(_) => Ok(found),
    }
}

impl Posting {
    fn read(conn: &Connection, index: Index, expression: String, common: usize) -> rusqlite::Result<Self> {
        let rows = if expression.is_empty() { Vec::new() } else { index.rows(conn, &expression, common)? };
        Ok(Self::new(index, expression, rows, common))
    }

    /// Of the rows that were found, of which no more than `common` were asked for.
    pub(crate) fn new(index: Index, expression: String, rows: Vec<i64>, common: usize) -> Self {
        let tickets = rows.chunk_by(|a, b| a >> PLACE_BITS == b >> PLACE_BITS).count();
        Self { index, tickets, is_common: rows.len() == common, rows, expression }
    }

    /// What each ticket covers of the term.
    fn covers(&self) -> HashMap<i64, f64> {
        let mut covers = HashMap::new();
        for row in &self.rows {
            let is_subject = row.trailing_zeros() >= PLACE_BITS;
            let cover = covers.entry(row >> PLACE_BITS).or_insert(IN_THREAD);
            if is_subject {
                *cover = 1.0;
            }
        }
        covers
    }
}

/// Reads common terms again where they matter: beside rarer ones, or where all are common, beside each other.
fn narrow(conn: &Connection, postings: &mut [Posting]) -> rusqlite::Result<()> {
    for index in [Index::Words, Index::Grams] {
        let of = |common: bool| -> Vec<String> {
            let chosen = postings.iter().filter(|p| p.index == index && p.is_common == common && !p.rows.is_empty());
            chosen.map(|p| format!("({})", p.expression)).collect()
        };
        let (rare, common) = (of(false), of(true));
        let together = if rare.is_empty() { together(conn, index, &common)? } else { Vec::new() };
        for posting in postings.iter_mut().filter(|p| p.index == index && p.is_common) {
            if rare.is_empty() {
                posting.rows.extend_from_slice(&together);
            } else {
                let beside = format!("({}) AND ({})", posting.expression, rare.join(" OR "));
                posting.rows.extend(index.rows(conn, &beside, COMMON)?);
            }
        }
    }
    Ok(())
}

/// Rows that have all of the first terms, of fewer and fewer until there are some.
fn together(conn: &Connection, index: Index, terms: &[String]) -> rusqlite::Result<Vec<i64>> {
    let mut first = terms.len().min(MOST_TOGETHER);
    while first > 1 {
        let rows = index.rows(conn, &terms[..first].join(" AND "), COMMON)?;
        if !rows.is_empty() {
            return Ok(rows);
        }
        first /= 2;
    }
    Ok(Vec::new())
}

/// What each ticket but `own` covers of the postings, most first, and what all of them weigh.
pub(crate) fn covered(all: i64, postings: &[Posting], own: Option<i64>) -> (Vec<(i64, f64)>, f64) {
    let mut scores: HashMap<i64, f64> = HashMap::new();
    let mut whole = 0.0;
    for posting in postings {
        let weight = rarity(all, posting.tickets);
        whole += weight;
        for (ticket, cover) in posting.covers() {
            *scores.entry(ticket).or_default() += cover * weight;
        }
    }
    let mut best: Vec<(i64, f64)> = scores.into_iter().filter(|(ticket, _)| Some(*ticket) != own).collect();
    best.sort_by(|a, b| b.1.total_cmp(&a.1).then(b.0.cmp(&a.0)));
    (best, whole)
}

/// About how many tickets there are.
fn all(conn: &Connection) -> rusqlite::Result<i64> {
    conn.prepare_cached("SELECT coalesce(max(n), 0) FROM tickets")?.query_row([], |row| row.get(0))
}

/// The identifiers of the first tickets that still exist, with their share of the whole weight.
fn named(conn: &Connection, best: &[(i64, f64)], whole: f64, limit: usize) -> rusqlite::Result<Vec<(String, f64)>> {
    let mut ids = conn.prepare_cached("SELECT id FROM tickets WHERE n = ?1")?;
    let mut named = Vec::new();
    for (ticket, score) in best {
        if named.len() == limit {
            break;
        }
        if let Some(id) = ids.query_map([ticket], |row| row.get(0))?.next() {
            named.push((id?, (score / whole).clamp(0.0, 1.0)));
        }
    }
    Ok(named)
}

/// The weight of a term that `having` of about `all` tickets have, always above 0.
fn rarity(all: i64, having: usize) -> f64 {
    let count = |n: i64| f64::from(u32::try_from(n).unwrap_or(u32::MAX));
    let (all, having) = (count(all), count(i64::try_from(having).unwrap_or(i64::MAX)));
    (1.0 + (all - having + 0.5).max(0.0) / (having + 0.5)).ln().max(1e-6)
}
