//! What models took and wrote, who works on which ticket, and what people decided about it.

use jiff::Timestamp;
use serde_json::Value;

use crate::domain::decision::Reviewed;
use crate::domain::ids::TicketId;
use crate::domain::prepared::{Occasion, Prepared};
use crate::domain::usage::{Spending, Spent, Usage};
use crate::store::columns::Columns as _;
use crate::store::postgres::ask::{self, Db, n};
use crate::store::rows::{self, USAGE};
use crate::store::{Lease, StoreError};

/// What was taken since `since`, and by a ticket.
pub(crate) async fn spent(db: &Db, since: Timestamp, ticket: &TicketId) -> Result<Spent, StoreError> {
    let day = format!("SELECT {USAGE} FROM spending WHERE at >= $1");
    let day = ask::first(db, &day, &[&since.as_millisecond()], rows::usage).await?;
    let of_ticket = format!("SELECT {USAGE} FROM spending WHERE ticket_id = $1");
    let ticket = ask::first(db, &of_ticket, &[&ticket.as_str()], rows::usage).await?;
    Ok(Spent { day: day.unwrap_or_default(), ticket: ticket.unwrap_or_default() })
}

/// What each model took in all, the most used first.
pub(crate) async fn spending(db: &Db) -> Result<Vec<(String, u64, Usage)>, StoreError> {
    let sql =
        format!("SELECT {USAGE}, made_by, count(*) FROM spending GROUP BY made_by ORDER BY count(*) DESC, made_by");
    ask::list(db, &sql, &[], |row| Ok((row.text(3)?, row.count(4)?, rows::usage(row)?))).await
}

/// Notes what was taken.
pub(crate) async fn spend(tx: &Db, spending: &Spending, now: Timestamp) -> Result<(), StoreError> {
    let Spending { ticket, by, prompt, usage } = spending;
    let sql = "INSERT INTO spending (at, ticket_id, made_by, prompt, input_tokens, output_tokens, micro_usd) \
               VALUES ($1, $2, $3, $4, $5, $6, $7)";
    let Usage { input_tokens, output_tokens, micro_usd } = *usage;
    let (input, output, micro) = (n(input_tokens), n(output_tokens), n(micro_usd));
    let at = now.as_millisecond();
    ask::change(tx, sql, &[&at, &ticket.as_str(), by, prompt, &input, &output, &micro]).await?;
    Ok(())
}

/// What was written for this occasion, and for no other.
pub(crate) async fn prepared(db: &Db, occasion: &Occasion) -> Result<Option<Value>, StoreError> {
    let Occasion { ticket, version, tool, prompt, tone: _ } = occasion;
    let sql = "SELECT content FROM prepared \
               WHERE ticket_id = $1 AND tool = $2 AND tone = $3 AND version = $4 AND prompt = $5";
    let key: ask::Values<'_> = &[&ticket.as_str(), tool, &occasion.tone_name(), &n(*version), prompt];
    Ok(ask::first(db, sql, key, |row| row.json_if(0)).await?.flatten())
}

/// Keeps it, in place of what was before.
pub(crate) async fn prepare(tx: &Db, prepared: &Prepared) -> Result<(), StoreError> {
    let Prepared { occasion, content, at } = prepared;
    let sql = "INSERT INTO prepared (ticket_id, tool, tone, version, prompt, content, at) \
               VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (ticket_id, tool, tone) DO UPDATE \
               SET version = excluded.version, prompt = excluded.prompt, content = excluded.content, at = excluded.at";
    let Occasion { ticket, version, tool, prompt, tone: _ } = occasion;
    let (tone, content, at) = (occasion.tone_name(), content.to_string(), at.as_millisecond());
    ask::change(tx, sql, &[&ticket.as_str(), tool, &tone, &n(*version), prompt, &content, &at]).await?;
    Ok(())
}

/// Takes the first ticket that is free and not done.
pub(crate) async fn lease(tx: &Db, lease: &Lease<'_>) -> Result<Option<TicketId>, StoreError> {
    let sql = "INSERT INTO leases AS held (ticket_id, holder, until) SELECT $1::text, $2::text, $3::bigint \
               WHERE NOT EXISTS (SELECT 1 FROM worked WHERE ticket_id = $1 AND version >= $5) \
               ON CONFLICT (ticket_id) DO UPDATE SET holder = $2, until = $3 WHERE held.until <= $4 OR held.holder = $2";
    let (now, until) = (lease.now.as_millisecond(), lease.until.as_millisecond());
    for (ticket, version) in lease.tickets {
        let values: ask::Values<'_> = &[&ticket.as_str(), &lease.holder, &until, &now, &n(*version)];
        if ask::change(tx, sql, values).await? == 1 {
            return Ok(Some(ticket.clone()));
        }
    }
    Ok(None)
}

/// Gives it back.
pub(crate) async fn release(
    tx: &Db,
    ticket: &TicketId,
    holder: &str,
    done: Option<(u64, &str)>,
) -> Result<(), StoreError> {
    let sql = "DELETE FROM leases WHERE ticket_id = $1 AND holder = $2";
    let freed = ask::change(tx, sql, &[&ticket.as_str(), &holder]).await?;
    if let (1, Some((version, outcome))) = (freed, done) {
        let sql = "INSERT INTO worked (ticket_id, version, outcome) VALUES ($1, $2, $3) \
                   ON CONFLICT (ticket_id) DO UPDATE SET version = excluded.version, outcome = excluded.outcome";
        ask::change(tx, sql, &[&ticket.as_str(), &n(version), &outcome]).await?;
    }
    Ok(())
}

/// A proposal that ended, with the one that a person edited into it and the suggestion that the ticket had last before.
/// What is taken out of JSON is taken as [`keepable`](crate::store::postgres::threads::keepable).
const ENDED: &str = "\
    SELECT p.ticket_id, p.tool, p.state, p.decided_at, \
           coalesce('bot' IN (p.proposer_role, o.proposer_role), false)::int::bigint, \
           coalesce((replace(p.why, '\\u0000', '\\ufffd')::json ->> 'confidence')::float8, (replace(o.why, '\\u0000', '\\ufffd')::json ->> 'confidence')::float8), \
           replace(p.arguments, '\\u0000', '\\ufffd')::json ->> 'body', \
           replace(p.arguments, '\\u0000', '\\ufffd')::json ->> 'visibility', \
           coalesce((SELECT replace(t.tags, '\\u0000', '\\ufffd')::json ->> 0 FROM tickets t WHERE t.id = p.ticket_id), ''), \
           (p.edited_by IS NOT NULL)::int::bigint, \
           (SELECT b.body FROM audit a JOIN audit_bodies b ON b.seq = a.seq \
            WHERE a.tool = 'suggest_response' AND a.action = 'read' AND a.ticket = p.ticket_id \
              AND a.outcome = 'ok' AND a.at::timestamptz < to_timestamp((p.filed_at + 1) / 1000.0) \
            ORDER BY a.seq DESC LIMIT 1) \
    FROM proposals p LEFT JOIN proposals o ON o.replaced_by = p.id WHERE p.state IN ('executed', 'denied') \
    ORDER BY p.decided_at DESC LIMIT $1";

/// What people decided, oldest first.
pub(crate) async fn decisions(db: &Db, limit: u32) -> Result<Vec<Reviewed>, StoreError> {
    let found = ask::list(db, ENDED, &[&i64::from(limit)], rows::ended).await?;
    let mut all: Vec<Reviewed> = found.into_iter().flatten().collect();
    all.reverse();
    Ok(all)
}
