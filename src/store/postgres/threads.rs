//! Messages of a thread: put in at a place, at the end, or as a new order of all; and what a search looks in.

use crate::domain::ids::TicketId;
use crate::domain::ticket::Message;
use crate::store::StoreError;
use crate::store::columns::{Columns as _, json};
use crate::store::postgres::ask::{self, Db, n};
use crate::store::search::stems;

/// Puts messages in at places that are free, from one on.
pub(crate) async fn put(db: &Db, id: &TicketId, from: u64, messages: &[Message]) -> Result<(), StoreError> {
    let mut threads = Threads::default();
    threads.add(id, from, messages)?;
    threads.put(db).await
}

/// Messages of many threads, side by side.
#[derive(Default)]
pub(crate) struct Threads {
    tickets: Vec<String>,
    positions: Vec<i64>,
    ats: Vec<i64>,
    authors: Vec<&'static str>,
    names: Vec<String>,
    visibilities: Vec<&'static str>,
    bodies: Vec<String>,
    attachments: Vec<String>,
    words: Vec<String>,
}

impl Threads {
    /// Adds messages of a ticket, from a place on.
    pub(crate) fn add(&mut self, id: &TicketId, from: u64, messages: &[Message]) -> Result<(), StoreError> {
        for (position, message) in (from..).zip(messages) {
            self.tickets.push(id.to_string());
            self.positions.push(n(position));
            self.ats.push(message.at.as_millisecond());
            self.authors.push(message.author.as_str());
            self.names.push(keepable(&message.name));
            self.visibilities.push(message.visibility.as_str());
            self.bodies.push(keepable(&message.body));
            self.attachments.push(json(&message.attachments)?);
            self.words.push(stems::vector(&stems::read(&message.body)));
        }
        Ok(())
    }

    /// Puts them in, and where they are searched.
    pub(crate) async fn put(&self, db: &Db) -> Result<(), StoreError> {
        if self.tickets.is_empty() {
            return Ok(());
        }
        let sql = "\
            WITH new AS (SELECT * FROM unnest($1::text[], $2::bigint[], $3::bigint[], $4::text[], $5::text[], \
                $6::text[], $7::text[], $8::text[], $9::text[]) \
                AS m (ticket_id, position, at, author, name, visibility, body, attachments, words)), \
            said AS (INSERT INTO messages SELECT ticket_id, position, at, author, name, visibility, body, attachments \
                FROM new) \
            INSERT INTO ticket_words (place, words) SELECT (t.n << 20) + position + 1, new.words::tsvector \
            FROM new JOIN tickets t ON t.id = new.ticket_id WHERE position < 1048575";
        ask::change(
            db,
            sql,
            &[
                &self.tickets,
                &self.positions,
                &self.ats,
                &self.authors,
                &self.names,
                &self.visibilities,
                &self.bodies,
                &self.attachments,
                &self.words,
            ],
        )
        .await?;
        Ok(())
    }
}

/// A text as this database can keep it: it knows no character of number 0.
pub(crate) fn keepable(text: &str) -> String {
    text.replace('\0', "\u{fffd}")
}

/// Makes a ticket findable by its subject and its customer.
pub(crate) async fn index(db: &Db, ids: &[String], texts: &[String]) -> Result<(), StoreError> {
    let words: Vec<String> = texts.iter().map(|text| stems::vector(&stems::read(text))).collect();
    let sql = "INSERT INTO ticket_words (place, words) SELECT t.n << 20, new.words::tsvector \
               FROM unnest($1::text[], $2::text[]) AS new (id, words) JOIN tickets t ON t.id = new.id \
               ON CONFLICT (place) DO UPDATE SET words = excluded.words";
    ask::change(db, sql, &[&ids, &words]).await?;
    Ok(())
}

/// Adds a message at the end, and counts it.
pub(crate) async fn append(db: &Db, id: &TicketId, message: &Message) -> Result<(), StoreError> {
    let sql = "UPDATE tickets SET messages = messages + 1 WHERE id = $1 RETURNING messages - 1";
    let position = ask::first(db, sql, &[&id.as_str()], |row| row.count(0)).await?;
    let position = position.ok_or_else(|| StoreError::Failed(format!("there is no ticket {id}")))?;
    put(db, id, position, std::slice::from_ref(message)).await
}

/// Puts a thread in the place of another one that it contains; what stands as it stood is not touched.
pub(crate) async fn reorder(db: &Db, id: &TicketId, old: &[Message], new: &[Message]) -> Result<(), StoreError> {
    let same = old.iter().zip(new).take_while(|(old, new)| old == new).count();
    let key = id.as_str();
    let unfound = "DELETE FROM ticket_words WHERE place > (SELECT (n << 20) + $2 FROM tickets WHERE id = $1) \
                   AND place < (SELECT (n + 1) << 20 FROM tickets WHERE id = $1)";
    ask::change(db, unfound, &[&key, &n(same)]).await?;
    ask::change(db, "DELETE FROM messages WHERE ticket_id = $1 AND position >= $2", &[&key, &n(same)]).await?;
    put(db, id, same as u64, &new[same..]).await?;
    ask::change(db, "UPDATE tickets SET messages = $2 WHERE id = $1", &[&key, &n(new.len())]).await?;
    Ok(())
}
