//! What models took and wrote, who works on which ticket, and what people decided about it.

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension as _, Transaction, params};
use serde_json::Value;

use crate::domain::decision::Reviewed;
use crate::domain::ids::TicketId;
use crate::domain::prepared::{Occasion, Prepared};
use crate::domain::usage::{Spending, Spent, Usage};
use crate::store::rows::{self, USAGE};
use crate::store::{Lease, StoreError};

/// What was taken since `since`, and by a ticket.
pub(crate) fn spent(db: &Connection, since: Timestamp, ticket: &TicketId) -> Result<Spent, StoreError> {
    let sum = |of: &str, key: &dyn rusqlite::ToSql| {
        db.prepare_cached(&format!("SELECT {USAGE} FROM spending WHERE {of}"))?.query_row([key], |row| rows::usage(row))
    };
    let day = sum("at >= ?1", &since.as_millisecond())?;
    let ticket = sum("ticket_id = ?1", &ticket.as_str())?;
    Ok(Spent { day, ticket })
}

/// What each model took in all, the most used first.
pub(crate) fn spending(db: &Connection) -> Result<Vec<(String, u64, Usage)>, StoreError> {
    let sql =
        format!("SELECT {USAGE}, made_by, count(*) FROM spending GROUP BY made_by ORDER BY count(*) DESC, made_by");
    let mut query = db.prepare_cached(&sql)?;
    let found = query.query_map([], |row| Ok((row.get(3)?, row.get(4)?, rows::usage(row)?)))?;
    Ok(found.collect::<Result<_, _>>()?)
}

/// Notes what was taken.
pub(crate) fn spend(tx: &Transaction<'_>, spending: &Spending, now: Timestamp) -> Result<(), StoreError> {
    let Spending { ticket, by, prompt, usage } = spending;
    let sql = "INSERT INTO spending (at, ticket_id, made_by, prompt, input_tokens, output_tokens, micro_usd) \
               VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";
    let (input, output, micro) = (usage.input_tokens, usage.output_tokens, usage.micro_usd);
    tx.prepare_cached(sql)?.execute(params![
        now.as_millisecond(),
        ticket.as_str(),
        by,
        prompt,
        input,
        output,
        micro
    ])?;
    Ok(())
}

/// What was written for this occasion, and for no other.
pub(crate) fn prepared(db: &Connection, occasion: &Occasion) -> Result<Option<Value>, StoreError> {
    let sql = "SELECT content FROM prepared \
               WHERE ticket_id = ?1 AND tool = ?2 AND tone = ?3 AND version = ?4 AND prompt = ?5";
    let key = params![occasion.ticket.as_str(), occasion.tool, occasion.tone_name(), occasion.version, occasion.prompt];
    let text: Option<String> = db.prepare_cached(sql)?.query_row(key, |row| row.get(0)).optional()?;
    Ok(text.and_then(|text| serde_json::from_str(&text).ok()))
}

/// Keeps it, in place of what was before.
pub(crate) fn prepare(tx: &Transaction<'_>, prepared: &Prepared) -> Result<(), StoreError> {
    let Prepared { occasion, content, at } = prepared;
    let sql = "INSERT OR REPLACE INTO prepared (ticket_id, tool, tone, version, prompt, content, at) \
               VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";
    tx.prepare_cached(sql)?.execute(params![
        occasion.ticket.as_str(),
        occasion.tool,
        occasion.tone_name(),
        occasion.version,
        occasion.prompt,
        content.to_string(),
        at.as_millisecond()
    ])?;
    Ok(())
}

/// Takes the first ticket that is free and not done.
pub(crate) fn lease(tx: &Transaction<'_>, lease: &Lease<'_>) -> Result<Option<TicketId>, StoreError> {
    let sql = "INSERT INTO leases (ticket_id, holder, until) \
               SELECT ?1, ?2, ?3 WHERE NOT EXISTS (SELECT 1 FROM worked WHERE ticket_id = ?1 AND version >= ?5) \
               ON CONFLICT DO UPDATE SET holder = ?2, until = ?3 WHERE until <= ?4 OR holder = ?2";
    let mut take = tx.prepare_cached(sql)?;
    for (ticket, version) in lease.tickets {
        let (now, until) = (lease.now.as_millisecond(), lease.until.as_millisecond());
        if take.execute(params![ticket.as_str(), lease.holder, until, now, version])? == 1 {
            return Ok(Some(ticket.clone()));
        }
    }
    Ok(None)
}

/// Gives it back.
pub(crate) fn release(
    tx: &Transaction<'_>,
    ticket: &TicketId,
    holder: &str,
    done: Option<(u64, &str)>,
) -> Result<(), StoreError> {
    let freed = tx
        .prepare_cached("DELETE FROM leases WHERE ticket_id = ?1 AND holder = ?2")?
        .execute(params![ticket.as_str(), holder])?;
    if let (1, Some((version, outcome))) = (freed, done) {
        tx.prepare_cached("INSERT OR REPLACE INTO worked (ticket_id, version, outcome) VALUES (?1, ?2, ?3)")?
            .execute(params![ticket.as_str(), version, outcome])?;
    }
    Ok(())
}

/// A proposal that ended, with the one that a person edited into it and the suggestion that the ticket had last before.
const ENDED: &str = "\
    SELECT p.ticket_id, p.tool, p.state, p.decided_at, coalesce('bot' IN (p.proposer_role, o.proposer_role), 0), \
           coalesce(json_extract(p.why, '$.confidence'), json_extract(o.why, '$.confidence')), \
           json_extract(p.arguments, '$.body'), json_extract(p.arguments, '$.visibility'), \
           coalesce((SELECT json_extract(t.tags, '$[0]') FROM tickets t WHERE t.id = p.ticket_id), ''), \
           p.edited_by IS NOT NULL, \
           (SELECT b.body FROM audit a JOIN audit_bodies b ON b.seq = a.seq \
            WHERE a.tool = 'suggest_response' AND a.action = 'read' AND a.ticket = p.ticket_id \
              AND a.outcome = 'ok' AND julianday(a.at) < julianday((p.filed_at + 1) / 1000.0, 'unixepoch') \
            ORDER BY a.seq DESC LIMIT 1) \
    FROM proposals p LEFT JOIN proposals o ON o.replaced_by = p.id WHERE p.state IN ('executed', 'denied') ORDER BY p.decided_at DESC LIMIT ?1";

/// What people decided, oldest first.
pub(crate) fn decisions(db: &Connection, limit: u32) -> Result<Vec<Reviewed>, StoreError> {
    let mut query = db.prepare_cached(ENDED)?;
    let found = query.query_map([limit], |row| rows::ended(row))?;
    let mut all = found.filter_map(Result::transpose).collect::<Result<Vec<_>, _>>()?;
    all.reverse();
    Ok(all)
}
