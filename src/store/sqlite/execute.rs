//! The door that every write goes through: a receipt is spent, the version compared, the change made, all or nothing.

use jiff::Timestamp;
use rusqlite::{OptionalExtension as _, Transaction, params};

use crate::domain::call::{SendReply, TicketUpdate, WriteCall};
use crate::domain::receipt::Refusal;
use crate::domain::ticket::{Author, Message, TicketRow, Visibility};
use crate::store::columns::{json, rank};
use crate::store::execution::{Held, Tried};
use crate::store::sqlite::{merge, threads, tickets};
use crate::store::{Executed, Execution, StoreError, execution};

/// Carries a write out inside `tx`, or says why not; after a refusal nothing but the refusal stands.
pub(crate) fn execute(tx: &mut Transaction<'_>, it: &Execution) -> Result<Tried, StoreError> {
    let held = held(tx, it)?;
    let proposal = held.as_ref().and_then(Held::proposal);
    let mut attempt = tx.savepoint()?;
    let done = steps(&attempt, it, held)?;
    if let Err(refusal) = &done {
        attempt.rollback()?;
        drop(attempt);
        after_refusal(tx, it, *refusal)?;
    } else {
        attempt.commit()?;
    }
    Ok(Tried { proposal, done })
}

fn steps(
    db: &rusqlite::Connection,
    it: &Execution,
    held: Option<Held>,
) -> Result<Result<Executed, Refusal>, StoreError> {
    let proposal = match held.ok_or(Refusal::UnknownReceipt).and_then(|held| held.good_for(it)) {
        Ok(proposal) => proposal,
        Err(refusal) => return Ok(Err(refusal)),
    };
    if let Err(refusal) = allowed(db, it)? {
        return Ok(Err(refusal));
    }
    let done = match carried_out(db, it)? {
        Ok(done) => done,
        Err(refusal) => return Ok(Err(refusal)),
    };
    Ok(if spend(db, it, &proposal, &done)? { Ok(done) } else { Err(Refusal::Spent) })
}

/// The change itself, on the versions that it was decided on.
fn carried_out(db: &rusqlite::Connection, it: &Execution) -> Result<Result<Executed, Refusal>, StoreError> {
    match &it.call {
        WriteCall::UpdateTicket(_) | WriteCall::SendReply(_) => one(db, it),
        WriteCall::MergeTickets(call) => merge::merge(db, it, call),
        WriteCall::SplitMessage(call) => merge::split(db, it, call),
    }
}

/// The fields of one ticket, and a message with them.
fn one(db: &rusqlite::Connection, it: &Execution) -> Result<Result<Executed, Refusal>, StoreError> {
    let Some(row) = tickets::row(db, it.call.ticket_id())? else { return Ok(Err(Refusal::NoTicket)) };
    if it.call.expected_version() != Some(row.version) {
        return Ok(Err(Refusal::Superseded));
    }
    let answers = matches!(&it.call, WriteCall::SendReply(reply) if reply.visibility == Visibility::Public);
    // Whoever has an answer is owed none.
    let row = if answers { TicketRow { due_at: None, ..row } } else { row };
    if !change(db, &row, it.call.update(), it.now)? {
        return Ok(Err(Refusal::Invalid));
    }
    if let WriteCall::SendReply(reply) = &it.call {
        message(db, reply, &it.author_name, it.now)?;
    }
    Ok(Ok(Executed { before: row.version, after: row.version + 1, second: None }))
}

fn held(db: &rusqlite::Connection, it: &Execution) -> Result<Option<Held>, StoreError> {
    let sql = &format!("SELECT {} FROM receipts WHERE id = ?1", Held::COLUMNS);
    Ok(db.prepare_cached(sql)?.query_row([it.receipt.as_str()], |row| Held::read(row)).optional()?)
}

/// The approver's role is read again now: it may have been taken away since.
fn allowed(db: &rusqlite::Connection, it: &Execution) -> Result<Result<(), Refusal>, StoreError> {
    let role: Option<String> = db
        .prepare_cached("SELECT role FROM people WHERE id = ?1")?
        .query_row([it.by.id.as_str()], |row| row.get(0))
        .optional()?;
    Ok(execution::allowed(role.as_deref(), it))
}

/// Changes the fields and counts the version up; false when a value does not fit this desk.
fn change(
    db: &rusqlite::Connection,
    row: &TicketRow,
    update: &TicketUpdate,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let assignee = update.assignee.clone().unwrap_or_else(|| row.assignee.clone());
    if let Some(id) = &assignee
        && !is_person(db, id.as_str())?
    {
        return Ok(false);
    }
    let status = update.status.unwrap_or(row.status);
    let due = if status.is_done() { None } else { row.due_at };
    let tags = update.tags.as_ref().unwrap_or(&row.tags);
    let tags = json(tags)?;
    let changed = db
        .prepare_cached(
            "UPDATE tickets SET status = ?3, priority = ?4, assignee = ?5, tags = ?6, due_at = ?7, updated_at = ?8, \
             version = version + 1 WHERE id = ?1 AND version = ?2",
        )?
        .execute(params![
            row.id.as_str(),
            row.version,
            status.as_str(),
            rank(update.priority.unwrap_or(row.priority)),
            assignee.as_ref().map(crate::domain::ids::PrincipalId::as_str),
            tags,
            due.map(Timestamp::as_millisecond),
            now.as_millisecond()
        ])?;
    Ok(changed == 1)
}

fn is_person(db: &rusqlite::Connection, id: &str) -> Result<bool, StoreError> {
    let sql = "SELECT EXISTS (SELECT 1 FROM people WHERE id = ?1 AND role <> 'bot')";
    Ok(db.prepare_cached(sql)?.query_row([id], |row| row.get(0))?)
}

fn message(db: &rusqlite::Connection, reply: &SendReply, name: &str, now: Timestamp) -> Result<(), StoreError> {
    let message = Message {
        at: now,
        author: Author::Agent,
        name: name.to_owned(),
        visibility: reply.visibility,
        body: reply.body.clone(),
        attachments: Vec::new(),
    };
    threads::append(db, &reply.ticket_id, &message)?;
    if reply.visibility == Visibility::Public {
        db.prepare_cached("DELETE FROM drafts WHERE ticket_id = ?1")?.execute([reply.ticket_id.as_str()])?;
    }
    Ok(())
}

fn spend(db: &rusqlite::Connection, it: &Execution, proposal: &str, done: &Executed) -> Result<bool, StoreError> {
    let spent = db
        .prepare_cached("UPDATE receipts SET spent_at = ?2 WHERE id = ?1 AND spent_at IS NULL")?
        .execute(params![it.receipt.as_str(), it.now.as_millisecond()])?;
    let executed = db
        .prepare_cached(
            "UPDATE proposals SET state = 'executed', result_version = ?2, other_id = coalesce(?3, other_id) \
             WHERE id = ?1 AND state = 'approved'",
        )?
        .execute(params![proposal, done.after, done.second.as_ref().map(|second| second.ticket.as_str())])?;
    Ok(spent == 1 && executed == 1)
}

/// A receipt that was refused for its moment is void, and its proposal says so.
fn after_refusal(tx: &Transaction<'_>, it: &Execution, refusal: Refusal) -> Result<(), StoreError> {
    let Some(state) = execution::void(refusal) else { return Ok(()) };
    let now = it.now.as_millisecond();
    tx.prepare_cached(
        "UPDATE proposals SET state = ?2, reason = ?3 WHERE state = 'approved' \
         AND id = (SELECT proposal_id FROM receipts WHERE id = ?1)",
    )?
    .execute(params![it.receipt.as_str(), state, refusal.as_str()])?;
    tx.prepare_cached("UPDATE receipts SET spent_at = ?2 WHERE id = ?1")?.execute(params![it.receipt.as_str(), now])?;
    Ok(())
}
