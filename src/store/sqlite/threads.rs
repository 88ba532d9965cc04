//! Messages of a thread: put in at a place, at the end, or as a new order of all.

use rusqlite::{Connection, params};

use crate::domain::ids::TicketId;
use crate::domain::ticket::Message;
use crate::store::StoreError;
use crate::store::columns::json;

/// Puts a message in at a place that is free.
pub(crate) fn put(db: &Connection, id: &TicketId, position: usize, message: &Message) -> Result<(), StoreError> {
    let attachments = json(&message.attachments)?;
    db.prepare_cached(
        "INSERT INTO messages (ticket_id, position, at, author, name, visibility, body, attachments) \
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
    )?
    .execute(params![
        id.as_str(),
        position,
        message.at.as_millisecond(),
        message.author.as_str(),
        message.name,
        message.visibility.as_str(),
        message.body,
        attachments
    ])?;
    Ok(())
}

/// Adds a message at the end, and counts it.
pub(crate) fn append(db: &Connection, id: &TicketId, message: &Message) -> Result<(), StoreError> {
    let sql = "UPDATE tickets SET messages = messages + 1 WHERE id = ?1 RETURNING messages - 1";
    let position = db.prepare_cached(sql)?.query_row([id.as_str()], |row| row.get(0))?;
    put(db, id, position, message)
}

/// Puts a thread in the place of another one that it contains; what stands as it stood is not touched.
pub(crate) fn reorder(db: &Connection, id: &TicketId, old: &[Message], new: &[Message]) -> Result<(), StoreError> {
    let same = old.iter().zip(new).take_while(|(old, new)| old == new).count();
    db.prepare_cached("DELETE FROM messages WHERE ticket_id = ?1 AND position >= ?2")?
        .execute(params![id.as_str(), same])?;
    for (position, message) in new.iter().enumerate().skip(same) {
        put(db, id, position, message)?;
    }
    db.prepare_cached("UPDATE tickets SET messages = ?2 WHERE id = ?1")?.execute(params![id.as_str(), new.len()])?;
    Ok(())
}
