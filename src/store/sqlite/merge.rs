//! Two tickets become one, or a message gets a ticket of its own, inside the transaction that spends the receipt.

use jiff::Timestamp;
use rusqlite::{Connection, params};

use crate::domain::call::{MergeTickets, SplitMessage};
use crate::domain::ids::TicketId;
use crate::domain::merge::{self, Merged};
use crate::domain::receipt::Refusal;
use crate::domain::split::{self, SplitOff};
use crate::domain::ticket::{Status, Ticket};
use crate::store::columns::{json, rank};
use crate::store::sqlite::threads;
use crate::store::sqlite::tickets::{self, next_number};
use crate::store::{Executed, Execution, Second, StoreError};

type Done = Result<Result<Executed, Refusal>, StoreError>;

/// Puts the messages of one ticket into the other and closes it; both were decided on as they are.
pub(crate) fn merge(db: &Connection, it: &Execution, call: &MergeTickets) -> Done {
    let (Some(stays), Some(from)) = (tickets::ticket(db, &call.ticket_id)?, tickets::ticket(db, &call.from)?) else {
        return Ok(Err(Refusal::NoTicket));
    };
    if call.expected_version != Some(stays.row.version) || call.from_version != Some(from.row.version) {
        return Ok(Err(Refusal::Superseded));
    }
    let Ok(merged) = Merged::of(&stays.row, &from.row) else { return Ok(Err(Refusal::Invalid)) };
    let mut thread = merge::in_order(stays.thread.clone(), from.thread.clone());
    thread.push(merge::note_here(&from.row, &it.author_name, it.now));
    threads::reorder(db, &stays.row.id, &stays.thread, &thread)?;
    threads::append(db, &from.row.id, &merge::note_there(&stays.row.id, &it.author_name, it.now))?;
    if !become_merged(db, &stays, &merged, it.now)? || !close(db, &from, &stays.row.id, it.now)? {
        return Ok(Err(Refusal::Superseded));
    }
    let second = Second { ticket: from.row.id, before: Some(from.row.version), after: from.row.version + 1 };
    Ok(Ok(Executed { before: stays.row.version, after: stays.row.version + 1, second: Some(second) }))
}

fn become_merged(db: &Connection, stays: &Ticket, merged: &Merged, now: Timestamp) -> Result<bool, StoreError> {
    let tags = json(&merged.tags)?;
    let changed = db
        .prepare_cached(
            "UPDATE tickets SET status = ?3, priority = ?4, assignee = ?5, tags = ?6, due_at = ?7, updated_at = ?8, \
             version = version + 1 WHERE id = ?1 AND version = ?2",
        )?
        .execute(params![
            stays.row.id.as_str(),
            stays.row.version,
            merged.status.as_str(),
            rank(merged.priority),
            merged.assignee.as_ref().map(crate::domain::ids::PrincipalId::as_str),
            tags,
            merged.due_at.map(Timestamp::as_millisecond),
            now.as_millisecond()
        ])?;
    Ok(changed == 1)
}

fn close(db: &Connection, from: &Ticket, into: &TicketId, now: Timestamp) -> Result<bool, StoreError> {
    let changed = db
        .prepare_cached(
            "UPDATE tickets SET status = ?3, due_at = NULL, merged_into = ?4, updated_at = ?5, version = version + 1 \
             WHERE id = ?1 AND version = ?2",
        )?
        .execute(params![
            from.row.id.as_str(),
            from.row.version,
            Status::Closed.as_str(),
            into.as_str(),
            now.as_millisecond()
        ])?;
    Ok(changed == 1)
}

/// Makes a ticket of a message; the one that it came out of keeps it, and a note.
pub(crate) fn split(db: &Connection, it: &Execution, call: &SplitMessage) -> Done {
    let Some(ticket) = tickets::ticket(db, &call.ticket_id)? else { return Ok(Err(Refusal::NoTicket)) };
    let version = ticket.row.version;
    if call.expected_version != Some(version) {
        return Ok(Err(Refusal::Superseded));
    }
    let Ok(split) = SplitOff::of(&ticket, call.message, &call.subject) else { return Ok(Err(Refusal::Invalid)) };
    let new: TicketId = format!("T-{}", next_number(db)?).parse().map_err(|e| StoreError::Failed(format!("{e}")))?;
    make(db, &new, &split, &ticket, it.now)?;
    threads::append(db, &new, &split.message)?;
    threads::append(db, &new, &split::note_there(&call.ticket_id, call.message, &it.author_name, it.now))?;
    threads::append(db, &call.ticket_id, &split::note_here(&new, call.message, &it.author_name, it.now))?;
    let changed = db
        .prepare_cached("UPDATE tickets SET updated_at = ?3, version = version + 1 WHERE id = ?1 AND version = ?2")?
        .execute(params![call.ticket_id.as_str(), version, it.now.as_millisecond()])?;
    if changed != 1 {
        return Ok(Err(Refusal::Superseded));
    }
    let second = Second { ticket: new, before: None, after: 1 };
    Ok(Ok(Executed { before: version, after: version + 1, second: Some(second) }))
}

fn make(db: &Connection, id: &TicketId, split: &SplitOff, from: &Ticket, now: Timestamp) -> Result<(), StoreError> {
    db.prepare_cached(
        "INSERT INTO tickets (id, external_id, subject, status, priority, customer_id, customer_name, created_at, \
         updated_at, due_at, sample) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
    )?
    .execute(params![
        id.as_str(),
        // A ticket of that number may still come in from a file: it must find its name free.
        format!("split:{id}"),
        split.subject,
        split.status.as_str(),
        rank(split.priority),
        split.customer_id.as_str(),
        split.customer_name,
        split.created_at.as_millisecond(),
        now.as_millisecond(),
        split.due_at.map(Timestamp::as_millisecond),
        from.row.sample
    ])?;
    Ok(())
}
