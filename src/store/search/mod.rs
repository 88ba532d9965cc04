//! Search over articles and tickets: full text in SQLite, and for articles their meaning beside it.
//!
//! [`query`] reads any text as terms, so nothing that somebody types can be a syntax error. [`rank`] weighs articles:
//! BM25 of the title and of the body, apart and added, with [`expand`] adding other words for the same; the best are
//! ordered again by how much their title looks like the query and by how near they are to it in meaning, as far as
//! [`vectors`] knows. [`known`] keeps what the index said before, [`answered`] whole answers. [`passage`] picks what to show.
//! [`threads`] finds tickets by how much of the query's weight they have, rare words first, so that common words cost
//! nothing.

pub(crate) mod answered;
mod expand;
mod grams;
mod known;
mod lexicon;
mod passage;
pub(crate) mod query;
mod rank;
pub(crate) mod snippet;
pub(crate) mod stems;
pub(crate) mod threads;
pub mod upkeep;
pub mod vectors;

#[cfg(test)]
mod tests;

use std::ops::Range;

use rusqlite::Connection;

use crate::domain::article::ArticleHit;
use crate::domain::ids::ArticleId;
use crate::store::search::known::Index;
pub use crate::store::search::known::Known;
use crate::store::search::query::Query;
pub(crate) use crate::store::search::threads::Place;
use crate::store::search::vectors::Nearness;

/// The most terms of a query; what comes behind them is not read.
pub const MOST_TERMS: usize = 24;

/// The articles that fit best, best first.
///
/// The score is the share of the query's weight (rare words weigh more) that an article covers, with words that stand
/// only in its body counting less than those in its title, or what it covers by its meaning where that is more; the
/// order also looks at how often and how close. `near` may be empty: then words alone decide. `known` is what was read
/// before; in a transaction everything is of one moment.
///
/// # Errors
/// When the database fails; never because of what the query says.
pub fn articles(
    conn: &Connection,
    known: &Known,
    query: &str,
    near: &Nearness,
    limit: usize,
) -> rusqlite::Result<Vec<ArticleHit>> {
    let index = Index::at(conn, known)?;
    let ranking = rank::rank(&index, &Query::parse(query, MOST_TERMS))?;
    let mut best = conn.prepare_cached("SELECT body FROM articles WHERE n = ?1")?;
    let mut hits = Vec::new();
    for candidate in rank::best(&index, &ranking, near, limit)? {
        let Ok(id) = ArticleId::try_from(candidate.head.id.clone()) else { continue };
        let snippet =
            best.query_row([candidate.n], |row| Ok(passage::best(row.get_ref(0)?.as_str()?, &ranking.wanted)))?;
        hits.push(ArticleHit { id, title: candidate.head.title.clone(), snippet, score: candidate.score });
    }
    Ok(hits)
}

/// The identifiers of the articles that fit best, best first: [`articles`] without reading any, or knowing any.
///
/// # Errors
/// When the database fails; never because of what the query says.
pub fn article_ids(conn: &Connection, query: &str, near: &Nearness, limit: usize) -> rusqlite::Result<Vec<String>> {
    let known = Known::default();
    let index = Index::at(conn, &known)?;
    let ranking = rank::rank(&index, &Query::parse(query, MOST_TERMS))?;
    Ok(rank::best(&index, &ranking, near, limit)?.into_iter().map(|candidate| candidate.head.id.clone()).collect())
}

/// The identifiers of the articles nearest in meaning: without looking at their words.
///
/// # Errors
/// When the database fails.
pub fn nearest_ids(conn: &Connection, near: &Nearness, limit: usize) -> rusqlite::Result<Vec<String>> {
    let mut id = conn.prepare_cached("SELECT id FROM articles WHERE n = ?1")?;
    near.nearest(limit).into_iter().map(|n| id.query_row([n], |row| row.get(0))).collect()
}

/// The tickets whose subject, customer or thread has the most of the query, with the share they have, 0 to 1.
///
/// # Errors
/// When the database fails; never because of what the query says.
pub fn tickets(conn: &Connection, query: &str, limit: usize) -> rusqlite::Result<Vec<(String, f64)>> {
    threads::find(conn, &Query::parse(query, MOST_TERMS), limit)
}

/// Other tickets that speak of the same as a text of this ticket, with the share of its telling words, 0 to 1.
///
/// # Errors
/// When the database fails; never because of what the text says.
pub fn similar(conn: &Connection, ticket: &str, text: &str, limit: usize) -> rusqlite::Result<Vec<(String, f64)>> {
    threads::similar(conn, ticket, text, limit)
}

/// The places in which the most of a query was said, best first, one a ticket; its last word may be a beginning.
///
/// # Errors
/// When the database fails; never because of what the query says.
pub(crate) fn said(conn: &Connection, query: &str, limit: usize) -> rusqlite::Result<Vec<Place>> {
    threads::said(conn, query, limit)
}

/// The part of a text in which a query's words stand closest together, and where they stand in it.
pub(crate) fn snippet(text: &str, query: &str) -> (String, Vec<Range<usize>>) {
    snippet::snippet(text, query)
}
