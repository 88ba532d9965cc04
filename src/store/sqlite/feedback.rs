//! Thumbs: the last word of each person about each text. What was said lies in the log's bodies.

use rusqlite::{Connection, params};

use crate::domain::audit::Event;
use crate::domain::feedback::{Feedback, Given, Kept};
use crate::domain::ids::{PrincipalId, TicketId};
use crate::domain::ticket::Tone;
use crate::store::sqlite::group::Turn;
use crate::store::{StoreError, rows};

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
    let found = query.query_map([by.as_str(), ticket.as_str()], |row| rows::given(row))?;
    Ok(found.collect::<Result<_, _>>()?)
}

/// Every thumb as it stands, oldest first.
pub(crate) fn all(db: &Connection) -> Result<Vec<Kept>, StoreError> {
    let sql = format!(
        "SELECT {} FROM feedback f JOIN audit a ON a.seq = f.seq LEFT JOIN audit_bodies b ON b.seq = f.seq \
         ORDER BY f.seq",
        rows::KEPT
    );
    let mut query = db.prepare_cached(&sql)?;
    Ok(query.query_map([], |row| rows::kept(row))?.collect::<Result<_, _>>()?)
}
