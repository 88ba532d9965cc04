//! The door that every write goes through: a receipt is spent, the version compared, the change made, all or nothing.

use jiff::Timestamp;

use crate::domain::call::{SendReply, TicketUpdate, WriteCall};
use crate::domain::ids::{PrincipalId, TicketId};
use crate::domain::receipt::Refusal;
use crate::domain::ticket::{Author, Message, TicketRow, Visibility};
use crate::store::columns::{Columns as _, json, rank};
use crate::store::execution::{Held, Tried};
use crate::store::postgres::ask::{self, Db, n};
use crate::store::postgres::{merge, threads, tickets};
use crate::store::{Executed, Execution, StoreError, execution};

/// Carries a write out inside a transaction, or says why not; after a refusal nothing but the refusal stands.
pub(crate) async fn execute(tx: &Db, it: &Execution) -> Result<Tried, StoreError> {
    let held = format!("SELECT {} FROM receipts WHERE id = $1", Held::COLUMNS);
    let held = ask::first(tx, &held, &[&it.receipt.as_str()], Held::read).await?;
    let proposal = held.as_ref().and_then(Held::proposal);
    tx.batch_execute("SAVEPOINT attempt").await?;
    let done = steps(tx, it, held).await?;
    if let Err(refusal) = &done {
        tx.batch_execute("ROLLBACK TO SAVEPOINT attempt").await?;
        after_refusal(tx, it, *refusal).await?;
    }
    Ok(Tried { proposal, done })
}

async fn steps(db: &Db, it: &Execution, held: Option<Held>) -> Result<Result<Executed, Refusal>, StoreError> {
    let proposal = match held.ok_or(Refusal::UnknownReceipt).and_then(|held| held.good_for(it)) {
        Ok(proposal) => proposal,
        Err(refusal) => return Ok(Err(refusal)),
    };
    // The approver's role is read again now: it may have been taken away since.
    let sql = "SELECT role FROM people WHERE id = $1";
    let role = ask::first(db, sql, &[&it.by.id.as_str()], |row| row.text(0)).await?;
    if let Err(refusal) = execution::allowed(role.as_deref(), it) {
        return Ok(Err(refusal));
    }
    let done = match carried_out(db, it).await? {
        Ok(done) => done,
        Err(refusal) => return Ok(Err(refusal)),
    };
    Ok(if spend(db, it, &proposal, &done).await? { Ok(done) } else { Err(Refusal::Spent) })
}

/// The change itself, on the versions that it was decided on.
async fn carried_out(db: &Db, it: &Execution) -> Result<Result<Executed, Refusal>, StoreError> {
    match &it.call {
        WriteCall::UpdateTicket(_) | WriteCall::SendReply(_) => one(db, it).await,
        WriteCall::MergeTickets(call) => merge::merge(db, it, call).await,
        WriteCall::SplitMessage(call) => merge::split(db, it, call).await,
    }
}

/// The fields of one ticket, and a message with them.
async fn one(db: &Db, it: &Execution) -> Result<Result<Executed, Refusal>, StoreError> {
    let Some(row) = tickets::row(db, it.call.ticket_id()).await? else { return Ok(Err(Refusal::NoTicket)) };
    if it.call.expected_version() != Some(row.version) {
        return Ok(Err(Refusal::Superseded));
    }
    let answers = matches!(&it.call, WriteCall::SendReply(reply) if reply.visibility == Visibility::Public);
    // Whoever has an answer is owed none.
    let row = if answers { TicketRow { due_at: None, ..row } } else { row };
    if !change(db, &row, it.call.update(), it.now).await? {
        return Ok(Err(Refusal::Invalid));
    }
    if let WriteCall::SendReply(reply) = &it.call {
        message(db, reply, &it.author_name, it.now).await?;
    }
    Ok(Ok(Executed { before: row.version, after: row.version + 1, second: None }))
}

/// Changes the fields and counts the version up; false when a value does not fit this desk.
async fn change(db: &Db, row: &TicketRow, update: &TicketUpdate, now: Timestamp) -> Result<bool, StoreError> {
    let assignee = update.assignee.clone().unwrap_or_else(|| row.assignee.clone());
    if let Some(id) = &assignee
        && ask::number(db, "SELECT count(*) FROM people WHERE id = $1 AND role <> 'bot'", &[&id.as_str()]).await? == 0
    {
        return Ok(false);
    }
    let status = update.status.unwrap_or(row.status);
    let fields = Fields {
        status: status.as_str(),
        priority: rank(update.priority.unwrap_or(row.priority)),
        assignee: assignee.as_ref(),
        tags: update.tags.as_ref().unwrap_or(&row.tags),
        due_at: row.due_at.filter(|_| !status.is_done()),
    };
    fields.set(db, &row.id, row.version, now).await
}

/// What a write sets of a ticket.
pub(crate) struct Fields<'a> {
    pub(crate) status: &'static str,
    pub(crate) priority: i64,
    pub(crate) assignee: Option<&'a PrincipalId>,
    pub(crate) tags: &'a [String],
    pub(crate) due_at: Option<Timestamp>,
}

impl Fields<'_> {
    /// Sets them, and counts the version up; false when the ticket is at another version.
    pub(crate) async fn set(&self, db: &Db, id: &TicketId, version: u64, now: Timestamp) -> Result<bool, StoreError> {
        let sql = "UPDATE tickets SET status = $3, priority = $4, assignee = $5, tags = $6, due_at = $7, \
                   updated_at = $8, version = version + 1 WHERE id = $1 AND version = $2";
        let changed = ask::change(
            db,
            sql,
            &[
                &id.as_str(),
                &n(version),
                &self.status,
                &self.priority,
                &self.assignee.map(PrincipalId::as_str),
                &json(&self.tags)?,
                &self.due_at.map(Timestamp::as_millisecond),
                &now.as_millisecond(),
            ],
        )
        .await?;
        Ok(changed == 1)
    }
}

async fn message(db: &Db, reply: &SendReply, name: &str, now: Timestamp) -> Result<(), StoreError> {
    let message = Message {
        at: now,
        author: Author::Agent,
        name: name.to_owned(),
        visibility: reply.visibility,
        body: reply.body.clone(),
        attachments: Vec::new(),
    };
    threads::append(db, &reply.ticket_id, &message).await?;
    if reply.visibility == Visibility::Public {
        ask::change(db, "DELETE FROM drafts WHERE ticket_id = $1", &[&reply.ticket_id.as_str()]).await?;
    }
    Ok(())
}

async fn spend(db: &Db, it: &Execution, proposal: &str, done: &Executed) -> Result<bool, StoreError> {
    let sql = "UPDATE receipts SET spent_at = $2 WHERE id = $1 AND spent_at IS NULL";
    let spent = ask::change(db, sql, &[&it.receipt.as_str(), &it.now.as_millisecond()]).await?;
    let sql = "UPDATE proposals SET state = 'executed', result_version = $2, other_id = coalesce($3, other_id) \
               WHERE id = $1 AND state = 'approved'";
    let second = done.second.as_ref().map(|second| second.ticket.as_str());
    let executed = ask::change(db, sql, &[&proposal, &n(done.after), &second]).await?;
    Ok(spent == 1 && executed == 1)
}

/// A receipt that was refused for its moment is void, and its proposal says so.
async fn after_refusal(tx: &Db, it: &Execution, refusal: Refusal) -> Result<(), StoreError> {
    let Some(state) = execution::void(refusal) else { return Ok(()) };
    let receipt = it.receipt.as_str();
    let sql = "UPDATE proposals SET state = $2, reason = $3 WHERE state = 'approved' \
               AND id = (SELECT proposal_id FROM receipts WHERE id = $1)";
    ask::change(tx, sql, &[&receipt, &state, &refusal.as_str()]).await?;
    let sql = "UPDATE receipts SET spent_at = $2 WHERE id = $1";
    ask::change(tx, sql, &[&receipt, &it.now.as_millisecond()]).await?;
    Ok(())
}
