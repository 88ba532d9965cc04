//! Searching tickets: the same weighing as in SQLite, over the words that the database keeps sorted.

use crate::domain::finding::Hit;
use crate::domain::ids::TicketId;
use crate::store::StoreError;
use crate::store::columns::Columns as _;
use crate::store::postgres::ask::{self, Db, n};
use crate::store::postgres::tickets;
use crate::store::search::query::{Query, Term};
use crate::store::search::threads::{self, COMMON, COMMON_FOR_SIMILAR, Index, LOOKED_AT, MOST_TOGETHER, Posting, READ};
use crate::store::search::{self, MOST_TERMS, snippet, stems};

/// The tickets that cover the most of a query, newest first among equals, with the share that they have.
pub(crate) async fn tickets(db: &Db, text: &str, limit: usize) -> Result<Vec<(String, f64)>, StoreError> {
    let query = Query::parse(text, MOST_TERMS);
    let mut postings = postings(db, &query, None, COMMON).await?;
    narrow(db, &mut postings).await?;
    let (best, whole) = threads::covered(all(db).await?, &postings, None);
    named(db, &best, whole, limit).await
}

/// The tickets in which the most of what is typed was said, each with its best place.
pub(crate) async fn said(db: &Db, typed: &str, limit: usize) -> Result<Vec<Hit>, StoreError> {
    let query = Query::parse(typed, MOST_TERMS);
    let mut postings = postings(db, &query, snippet::beginning(typed, &query), COMMON).await?;
    narrow(db, &mut postings).await?;
    let all = all(db).await?;
    let (best, _) = threads::covered(all, &postings, None);
    let best: Vec<i64> = best.into_iter().take(limit).map(|(ticket, _)| ticket).collect();
    let places = threads::places(all, &postings, &best);
    let ids = ids(db, &best).await?;
    let mut hits = Vec::new();
    for (id, message) in ids.iter().zip(places).filter_map(|(id, place)| Some((id.as_ref()?, place))) {
        let Some(row) = row(db, id).await? else { continue };
        let text = match message {
            Some(at) => body(db, id, at).await?,
            None => row.subject.clone(),
        };
        let (snippet, marked) = search::snippet(&text, typed);
        hits.push(Hit { row, message, snippet, marked });
    }
    Ok(hits)
}

async fn row(db: &Db, id: &str) -> Result<Option<crate::domain::ticket::TicketRow>, StoreError> {
    match id.parse::<TicketId>() {
        Ok(id) => tickets::row(db, &id).await,
        Err(_) => Ok(None),
    }
}

async fn body(db: &Db, ticket: &str, position: usize) -> Result<String, StoreError> {
    let sql = "SELECT body FROM messages WHERE ticket_id = $1 AND position = $2";
    Ok(ask::first(db, sql, &[&ticket, &n(position)], |row| row.text(0)).await?.unwrap_or_default())
}

/// The tickets other than `ticket` that cover the most of the telling terms of a text.
pub(crate) async fn similar(db: &Db, ticket: &str, text: &str, limit: usize) -> Result<Vec<(String, f64)>, StoreError> {
    let own = ask::first(db, "SELECT n FROM tickets WHERE id = $1", &[&ticket], |row| row.int(0)).await?;
    let query = Query::parse(&text[..text.floor_char_boundary(READ)], LOOKED_AT);
    let postings = postings(db, &query, None, COMMON_FOR_SIMILAR).await?;
    let mut postings = threads::telling(postings, own);
    narrow(db, &mut postings).await?;
    let (best, whole) = threads::covered(all(db).await?, &postings, own);
    named(db, &best, whole, limit).await
}

async fn postings(db: &Db, query: &Query, open: Option<usize>, common: usize) -> Result<Vec<Posting>, StoreError> {
    let mut postings = Vec::with_capacity(query.terms.len());
    for term in &query.terms {
        postings.push(match term {
            Term::Word(at) if open == Some(*at) => read(db, stems::beginning(&query.words[*at].text), common).await?,
            Term::Word(at) => {
                let found = read(db, stems::word(&query.words[*at].text), common).await?;
                if found.rows.is_empty() { read(db, stems::others(&query.words, *at), common).await? } else { found }
            }
            Term::Gram(gram) => read(db, stems::quoted(gram), common).await?,
        });
    }
    Ok(postings)
}

async fn read(db: &Db, expression: String, common: usize) -> Result<Posting, StoreError> {
    let rows = rows(db, &expression, common).await?;
    Ok(Posting::new(Index::Words, expression, rows, common))
}

/// The rows that an expression finds, newest ticket first.
async fn rows(db: &Db, expression: &str, most: usize) -> Result<Vec<i64>, StoreError> {
    if expression.is_empty() {
        return Ok(Vec::new());
    }
    let sql = "SELECT place FROM ticket_words WHERE words @@ $1::text::tsquery ORDER BY place DESC LIMIT $2";
    ask::list(db, sql, &[&expression, &n(most)], |row| row.int(0)).await
}

/// Reads common terms again where they matter: beside rarer ones, or where all are common, beside each other.
async fn narrow(db: &Db, postings: &mut [Posting]) -> Result<(), StoreError> {
    let of = |common: bool| -> Vec<String> {
        let chosen = postings.iter().filter(|p| p.is_common == common && !p.rows.is_empty());
        chosen.map(|p| format!("({})", p.expression)).collect()
    };
    let (rare, common) = (of(false), of(true));
    let together = if rare.is_empty() { together(db, &common).await? } else { Vec::new() };
    for posting in postings.iter_mut().filter(|p| p.is_common) {
        if rare.is_empty() {
            posting.rows.extend_from_slice(&together);
        } else {
            let beside = format!("({}) & ({})", posting.expression, rare.join(" | "));
            posting.rows.extend(rows(db, &beside, COMMON).await?);
        }
    }
    Ok(())
}

/// Rows that have all of the first terms, of fewer and fewer until there are some.
async fn together(db: &Db, terms: &[String]) -> Result<Vec<i64>, StoreError> {
    let mut first = terms.len().min(MOST_TOGETHER);
    while first > 1 {
        let found = rows(db, &terms[..first].join(" & "), COMMON).await?;
        if !found.is_empty() {
            return Ok(found);
        }
        first /= 2;
    }
    Ok(Vec::new())
}

/// About how many tickets there are.
async fn all(db: &Db) -> Result<i64, StoreError> {
    Ok(n(ask::number(db, "SELECT coalesce(max(n), 0) FROM tickets", &[]).await?))
}

/// The identifiers of tickets by their numbers, in the order asked for.
async fn ids(db: &Db, numbers: &[i64]) -> Result<Vec<Option<String>>, StoreError> {
    let sql = "SELECT t.id FROM unnest($1::bigint[]) WITH ORDINALITY AS wanted (n, place) \
               LEFT JOIN tickets t ON t.n = wanted.n ORDER BY wanted.place";
    ask::list(db, sql, &[&numbers], |row| row.text_if(0)).await
}

async fn named(db: &Db, best: &[(i64, f64)], whole: f64, limit: usize) -> Result<Vec<(String, f64)>, StoreError> {
    let best = &best[..best.len().min(limit)];
    let numbers: Vec<i64> = best.iter().map(|(ticket, _)| *ticket).collect();
    let found = ids(db, &numbers).await?.into_iter().zip(best);
    Ok(found.filter_map(|(id, (_, score))| Some((id?, (score / whole).clamp(0.0, 1.0)))).collect())
}
