//! Thumbs: the last word of each person about each text. What was said lies in the log's bodies.

use rusqlite::{Connection, Row, params};
use serde_json::Value;

use crate::domain::audit::{Body, Event};
use crate::domain::canonical::Digest;
use crate::domain::feedback::{Feedback, Given, Kept};
use crate::domain::ids::{PrincipalId, TicketId};
use crate::domain::ticket::Tone;
use crate::store::StoreError;
use crate::store::sqlite::group::Turn;
use crate::store::sqlite::log;
use crate::store::sqlite::tickets::parsed;

/// Keeps a thumb in place of the one before, with its record.
pub(crate) fn rate(turn: &mut Turn<'_>, feedback: &Feedback, event: &Event) -> Result<(), StoreError> {
    let seq = turn.append(event)?.size;
    let Feedback { thumb, tool, tone, ticket, shown, maker, .. } = feedback;
    let sql = "INSERT OR REPLACE INTO feedback \
               (person, ticket_id, tool, shown, tone, version, made_by, prompt, thumb, seq) \
               VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)";
    turn.prepare_cached(sql)?.execute(params![
        event.actor.as_str(),
        ticket.row.id.as_str(),
        tool,
        shown.as_str(),
        tone.map_or("", Tone::as_str),
        ticket.row.version,
        maker.by,
        maker.prompt,
        thumb.as_str(),
        seq
    ])?;
    Ok(())
}

/// A person's thumbs for texts about a ticket.
pub(crate) fn given(db: &Connection, by: &PrincipalId, ticket: &TicketId) -> Result<Vec<Given>, StoreError> {
    let sql = "SELECT f.thumb, f.tool, f.shown, json_extract(b.body, '$.words') \
               FROM feedback f LEFT JOIN audit_bodies b ON b.seq = f.seq WHERE f.person = ?1 AND f.ticket_id = ?2";
    let mut query = db.prepare_cached(sql)?;
    let rows = query.query_map([by.as_str(), ticket.as_str()], |row| {
        let shown = Digest::stored(row.get(2)?);
        Ok(Given { thumb: parsed(row, 0)?, tool: row.get(1)?, shown, comment: row.get(3)? })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Every thumb as it stands, oldest first.
pub(crate) fn all(db: &Connection) -> Result<Vec<Kept>, StoreError> {
    let sql = "SELECT f.seq, a.at, f.person, f.thumb, f.ticket_id, f.version, f.tool, f.tone, f.made_by, f.prompt, b.body \
               FROM feedback f JOIN audit a ON a.seq = f.seq LEFT JOIN audit_bodies b ON b.seq = f.seq ORDER BY f.seq";
    let mut query = db.prepare_cached(sql)?;
    let rows = query.query_map([], kept)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

fn kept(row: &Row<'_>) -> rusqlite::Result<Kept> {
    let body: Option<String> = row.get(10)?;
    let mut body: Body = body.and_then(|body| serde_json::from_str(&body).ok()).unwrap_or_default();
    let tone: String = row.get(7)?;
    Ok(Kept {
        seq: row.get(0)?,
        at: log::moment(row, 1)?,
        by: row.get(2)?,
        thumb: parsed(row, 3)?,
        comment: body.words.take(),
        ticket_id: row.get(4)?,
        version: row.get(5)?,
        tool: row.get(6)?,
        tone: Some(tone).filter(|tone| !tone.is_empty()),
        made_by: row.get(8)?,
        prompt: row.get(9)?,
        input: body.arguments.get_mut("ticket").map_or(Value::Null, Value::take),
        output: body.result,
    })
}
