//! Finding tickets for a person who types.

use async_trait::async_trait;
use rusqlite::{Connection, OptionalExtension as _, params};

use crate::domain::finding::{Haystack, Hit};
use crate::domain::ids::TicketId;
use crate::domain::ticket::{TicketQuery, TicketRow};
use crate::store::finding::Finding;
use crate::store::sqlite::{Sqlite, open, tickets};
use crate::store::{StoreError, search};

#[async_trait]
impl Finding for Sqlite {
    async fn haystack(&self, query: &TicketQuery) -> Result<Haystack, StoreError> {
        // A large desk takes a moment, and other readers shall not wait for it.
        let (path, query) = (self.path.clone(), query.clone());
        apart(move || haystack(&open::connect(&path)?, &query)).await
    }

    async fn ticket_rows(&self, ids: &[TicketId]) -> Result<Vec<TicketRow>, StoreError> {
        self.read(|db| tickets::rows(db, ids.iter().map(ToString::to_string)))
    }

    async fn find_said(&self, words: &str, limit: u32) -> Result<Vec<Hit>, StoreError> {
        let (path, words) = (self.path.clone(), words.to_owned());
        apart(move || find_said(&open::connect(&path)?, &words, limit as usize)).await
    }
}

/// Runs work that takes longer than a look.
async fn apart<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, StoreError> + Send + 'static,
) -> Result<T, StoreError> {
    tokio::task::spawn_blocking(work).await.map_err(|e| StoreError::Failed(e.to_string()))?
}

fn haystack(db: &Connection, query: &TicketQuery) -> Result<Haystack, StoreError> {
    let mut hay = Haystack::default();
    tickets::each(db, query, "t.id, t.subject, t.customer_name, t.tags", |row| {
        let text = |column| row.get_ref(column).map(|value| value.as_str().unwrap_or(""));
        hay.push(text(0)?, text(1)?, text(2)?, text(3)?);
        Ok(())
    })?;
    hay.shrink();
    Ok(hay)
}

fn find_said(db: &Connection, words: &str, limit: usize) -> Result<Vec<Hit>, StoreError> {
    let mut hits = Vec::new();
    for place in search::said(db, words, limit)? {
        let Some(row) = place.ticket.parse().ok().map(|id| tickets::row(db, &id)).transpose()?.flatten() else {
            continue;
        };
        let (message, text) = match place.message {
            Some(at) => (Some(at), body(db, &place.ticket, at)?),
            None => (None, row.subject.clone()),
        };
        let (snippet, marked) = search::snippet(&text, words);
        hits.push(Hit { row, message, snippet, marked });
    }
    Ok(hits)
}

fn body(db: &Connection, ticket: &str, position: usize) -> Result<String, StoreError> {
    let sql = "SELECT body FROM messages WHERE ticket_id = ?1 AND position = ?2";
    let found = db.prepare_cached(sql)?.query_row(params![ticket, position], |row| row.get(0)).optional()?;
    Ok(found.unwrap_or_default())
}
