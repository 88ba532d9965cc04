//! Two tickets become one, or a message gets a ticket of its own, inside the transaction that spends the receipt.

use jiff::Timestamp;

use crate::domain::call::{MergeTickets, SplitMessage};
use crate::domain::ids::TicketId;
use crate::domain::merge::{self, Merged};
use crate::domain::receipt::Refusal;
use crate::domain::split::{self, SplitOff};
use crate::domain::ticket::{Status, Ticket};
use crate::store::columns::rank;
use crate::store::postgres::ask::{self, Db, n};
use crate::store::postgres::execute::Fields;
use crate::store::postgres::{threads, tickets};
use crate::store::{Executed, Execution, Second, StoreError};

type Done = Result<Result<Executed, Refusal>, StoreError>;

/// Puts the messages of one ticket into the other and closes it; both were decided on as they are.
pub(crate) async fn merge(db: &Db, it: &Execution, call: &MergeTickets) -> Done {
    let (stays, from) = (tickets::ticket(db, &call.ticket_id).await?, tickets::ticket(db, &call.from).await?);
    let (Some(stays), Some(from)) = (stays, from) else { return Ok(Err(Refusal::NoTicket)) };
    if call.expected_version != Some(stays.row.version) || call.from_version != Some(from.row.version) {
        return Ok(Err(Refusal::Superseded));
    }
    let Ok(merged) = Merged::of(&stays.row, &from.row) else { return Ok(Err(Refusal::Invalid)) };
    let mut thread = merge::in_order(stays.thread.clone(), from.thread.clone());
    thread.push(merge::note_here(&from.row, &it.author_name, it.now));
    threads::reorder(db, &stays.row.id, &stays.thread, &thread).await?;
    threads::append(db, &from.row.id, &merge::note_there(&stays.row.id, &it.author_name, it.now)).await?;
    let fields = Fields {
        status: merged.status.as_str(),
        priority: rank(merged.priority),
        assignee: merged.assignee.as_ref(),
        tags: &merged.tags,
        due_at: merged.due_at,
    };
    let became = fields.set(db, &stays.row.id, stays.row.version, it.now).await?;
    if !became || !close(db, &from, &stays.row.id, it.now).await? {
        return Ok(Err(Refusal::Superseded));
    }
    let second = Second { ticket: from.row.id, before: Some(from.row.version), after: from.row.version + 1 };
    Ok(Ok(Executed { before: stays.row.version, after: stays.row.version + 1, second: Some(second) }))
}

async fn close(db: &Db, from: &Ticket, into: &TicketId, now: Timestamp) -> Result<bool, StoreError> {
    let sql = "UPDATE tickets SET status = $3, due_at = NULL, merged_into = $4, updated_at = $5, version = version + 1 \
               WHERE id = $1 AND version = $2";
    let (id, version) = (from.row.id.as_str(), n(from.row.version));
    let values: ask::Values<'_> = &[&id, &version, &Status::Closed.as_str(), &into.as_str(), &now.as_millisecond()];
    Ok(ask::change(db, sql, values).await? == 1)
}

/// Makes a ticket of a message; the one that it came out of keeps it, and a note.
pub(crate) async fn split(db: &Db, it: &Execution, call: &SplitMessage) -> Done {
    let Some(ticket) = tickets::ticket(db, &call.ticket_id).await? else { return Ok(Err(Refusal::NoTicket)) };
    let version = ticket.row.version;
    if call.expected_version != Some(version) {
        return Ok(Err(Refusal::Superseded));
    }
    let Ok(split) = SplitOff::of(&ticket, call.message, &call.subject) else { return Ok(Err(Refusal::Invalid)) };
    let number = tickets::next_number(db).await?;
    let new: TicketId = format!("T-{number}").parse().map_err(|e| StoreError::Failed(format!("{e}")))?;
    make(db, &new, &split, &ticket, it.now).await?;
    let there = split::note_there(&call.ticket_id, call.message, &it.author_name, it.now);
    threads::append(db, &new, &split.message).await?;
    threads::append(db, &new, &there).await?;
    let here = split::note_here(&new, call.message, &it.author_name, it.now);
    threads::append(db, &call.ticket_id, &here).await?;
    let sql = "UPDATE tickets SET updated_at = $3, version = version + 1 WHERE id = $1 AND version = $2";
    let changed = ask::change(db, sql, &[&call.ticket_id.as_str(), &n(version), &it.now.as_millisecond()]).await?;
    if changed != 1 {
        return Ok(Err(Refusal::Superseded));
    }
    let second = Second { ticket: new, before: None, after: 1 };
    Ok(Ok(Executed { before: version, after: version + 1, second: Some(second) }))
}

async fn make(db: &Db, id: &TicketId, split: &SplitOff, from: &Ticket, now: Timestamp) -> Result<(), StoreError> {
    let sql = "INSERT INTO tickets (n, id, external_id, subject, status, priority, customer_id, customer_name, \
               created_at, updated_at, due_at, sample) \
               SELECT coalesce(max(n), 0) + 1, $1::text, $2::text, $3::text, $4::text, $5::bigint, $6::text, $7::text, \
               $8::bigint, $9::bigint, $10::bigint, $11::bigint FROM tickets";
    ask::change(
        db,
        sql,
        &[
            &id.as_str(),
            // A ticket of that number may still come in from a file: it must find its name free.
            &format!("split:{id}"),
            &split.subject,
            &split.status.as_str(),
            &rank(split.priority),
            &split.customer_id.as_str(),
            &split.customer_name,
            &split.created_at.as_millisecond(),
            &now.as_millisecond(),
            &split.due_at.map(Timestamp::as_millisecond),
            &i64::from(from.row.sample),
        ],
    )
    .await?;
    let text = format!("{} {}", split.subject, split.customer_name);
    threads::index(db, &[id.to_string()], &[text]).await
}
