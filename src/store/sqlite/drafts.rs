//! Unsent replies as older versions kept them; they lie in files of their own now.

use rusqlite::{Connection, Transaction};

use crate::domain::ids::TicketId;
use crate::store::StoreError;

/// Those that are left here.
pub(crate) fn all(db: &Connection) -> Result<Vec<(TicketId, String)>, StoreError> {
    let mut rows = db.prepare_cached("SELECT ticket_id, body FROM drafts WHERE body <> ''")?;
    let found = rows.query_map([], |row| Ok((row.get::<_, String>(0)?, row.get(1)?)))?;
    let mut drafts = Vec::new();
    for row in found {
        let (id, body) = row?;
        drafts.push((id.parse().map_err(|bad| StoreError::Damaged(format!("a draft: {bad}")))?, body));
    }
    Ok(drafts)
}

pub(crate) fn forget(tx: &Transaction<'_>, ticket: &TicketId) -> Result<(), StoreError> {
    tx.execute("DELETE FROM drafts WHERE ticket_id = ?1", [ticket.as_str()])?;
    Ok(())
}
