//! Who has which ticket open: one row a sitting, and none that holds no longer. The desk's own clock says how long: those
//! of the programs may differ.

use rusqlite::{Connection, Transaction, params};

use crate::domain::ids::RunId;
use crate::domain::presence::Presence;
use crate::store::{Attendance, StoreError, rows};

const NOW: &str = "CAST(unixepoch('subsec') * 1000 AS INTEGER)";

/// Says where a sitting is, in place of where it was; what holds no longer goes with it.
pub(crate) fn attend(tx: &Transaction<'_>, attendance: &Attendance<'_>) -> Result<(), StoreError> {
    let Attendance { sitting, at, holds } = attendance;
    let over = format!("DELETE FROM presence WHERE sitting = ?1 OR until <= {NOW}");
    tx.prepare_cached(&over)?.execute([sitting.as_str()])?;
    if let Some(Presence { ticket, person, doing }) = at {
        // A ticket that the desk does not have is nobody's business here.
        let sql = format!(
            "INSERT INTO presence (sitting, person, ticket_id, doing, until) \
             SELECT ?1, ?2, id, ?4, {NOW} + ?5 FROM tickets WHERE id = ?3"
        );
        let millis = u64::try_from(holds.as_millis()).unwrap_or(u64::MAX);
        let row = params![sitting.as_str(), person.as_str(), ticket.as_str(), doing.as_str(), millis];
        tx.prepare_cached(&sql)?.execute(row)?;
    }
    Ok(())
}

/// Who is where, but for one sitting: in the order of tickets, then of people.
pub(crate) fn present(db: &Connection, but: &RunId) -> Result<Vec<Presence>, StoreError> {
    let sql = format!(
        "SELECT ticket_id, person, doing FROM presence WHERE sitting <> ?1 AND until > {NOW} \
         ORDER BY ticket_id, person, doing DESC"
    );
    let mut query = db.prepare_cached(&sql)?;
    let found = query.query_map([but.as_str()], |row| rows::presence(row))?;
    Ok(found.collect::<Result<_, _>>()?)
}
