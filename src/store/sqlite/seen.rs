//! What a person has seen of which ticket.

use rusqlite::{Connection, OptionalExtension as _, Transaction, params};

use crate::domain::ids::{PrincipalId, TicketId};
use crate::store::StoreError;

/// The versions that a person has seen of these tickets; those never seen are left out.
pub(crate) fn seen(db: &Connection, by: &PrincipalId, of: &[TicketId]) -> Result<Vec<(TicketId, u64)>, StoreError> {
    let mut query = db.prepare_cached("SELECT version FROM seen WHERE person = ?1 AND ticket_id = ?2")?;
    let mut found = Vec::new();
    for ticket in of {
        let version = query.query_row([by.as_str(), ticket.as_str()], |row| row.get(0)).optional()?;
        found.extend(version.map(|version| (ticket.clone(), version)));
    }
    Ok(found)
}

/// Notes up to which version a person has seen a ticket; 0 stands for not at all.
pub(crate) fn see(tx: &Transaction<'_>, by: &PrincipalId, ticket: &TicketId, version: u64) -> Result<(), StoreError> {
    let sql = "INSERT OR REPLACE INTO seen SELECT ?1, id, ?3 FROM tickets WHERE id = ?2";
    tx.execute(sql, params![by.as_str(), ticket.as_str(), version])?;
    Ok(())
}
