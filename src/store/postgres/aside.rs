//! What people keep beside tickets: thumbs, what they have seen, where they are, and unsent replies of older versions.

use crate::domain::audit::Event;
use crate::domain::feedback::{Feedback, Given, Kept};
use crate::domain::ids::{PrincipalId, RunId, TicketId};
use crate::domain::presence::Presence;
use crate::domain::ticket::Tone;
use crate::store::columns::Columns as _;
use crate::store::postgres::ask::{self, Db, n};
use crate::store::postgres::tickets::NOW;
use crate::store::postgres::writing::Writing;
use crate::store::rows::{self, KEPT};
use crate::store::{Attendance, StoreError};

/// Keeps a thumb in place of the one before, with its record.
pub(crate) async fn rate(tx: &mut Writing, feedback: &Feedback, event: &Event) -> Result<(), StoreError> {
    tx.append(std::slice::from_ref(event)).await?;
    let Feedback { thumb, tool, tone, ticket, shown, maker, .. } = feedback;
    let sql = "INSERT INTO feedback (person, ticket_id, tool, shown, tone, version, made_by, prompt, thumb, seq) \
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) ON CONFLICT (person, ticket_id, tool, shown) \
               DO UPDATE SET tone = excluded.tone, version = excluded.version, made_by = excluded.made_by, \
               prompt = excluded.prompt, thumb = excluded.thumb, seq = excluded.seq";
    ask::change(
        tx,
        sql,
        &[
            &event.actor.as_str(),
            &ticket.row.id.as_str(),
            tool,
            &shown.as_str(),
            &tone.map_or("", Tone::as_str),
            &n(ticket.row.version),
            &maker.by,
            &maker.prompt,
            &thumb.as_str(),
            &n(tx.head().size),
        ],
    )
    .await?;
    Ok(())
}

/// A person's thumbs for texts about a ticket.
pub(crate) async fn given(db: &Db, by: &PrincipalId, ticket: &TicketId) -> Result<Vec<Given>, StoreError> {
    let sql = "SELECT f.thumb, f.tool, f.shown, replace(b.body, '\\u0000', '\\ufffd')::json ->> 'words' \
               FROM feedback f LEFT JOIN audit_bodies b ON b.seq = f.seq WHERE f.person = $1 AND f.ticket_id = $2";
    ask::list(db, sql, &[&by.as_str(), &ticket.as_str()], rows::given).await
}

/// Every thumb as it stands, oldest first.
pub(crate) async fn feedback(db: &Db) -> Result<Vec<Kept>, StoreError> {
    let sql = format!(
        "SELECT {KEPT} FROM feedback f JOIN audit a ON a.seq = f.seq LEFT JOIN audit_bodies b ON b.seq = f.seq \
         ORDER BY f.seq"
    );
    ask::list(db, &sql, &[], rows::kept).await
}

/// The versions that a person has seen of these tickets, in the order asked for; those never seen are left out.
pub(crate) async fn seen(db: &Db, by: &PrincipalId, of: &[TicketId]) -> Result<Vec<(TicketId, u64)>, StoreError> {
    let of: Vec<&str> = of.iter().map(TicketId::as_str).collect();
    let sql = "SELECT s.ticket_id, s.version FROM unnest($2::text[]) WITH ORDINALITY AS wanted (id, place) \
               JOIN seen s ON s.ticket_id = wanted.id WHERE s.person = $1 ORDER BY wanted.place";
    ask::list(db, sql, &[&by.as_str(), &of], |row| Ok((row.parsed(0)?, row.count(1)?))).await
}

/// Notes up to which version a person has seen a ticket; 0 stands for not at all.
pub(crate) async fn see(tx: &Db, by: &PrincipalId, ticket: &TicketId, version: u64) -> Result<(), StoreError> {
    let sql = "INSERT INTO seen (person, ticket_id, version) SELECT $1::text, id, $3::bigint FROM tickets WHERE id = $2 \
               ON CONFLICT (person, ticket_id) DO UPDATE SET version = excluded.version";
    ask::change(tx, sql, &[&by.as_str(), &ticket.as_str(), &n(version)]).await?;
    Ok(())
}

/// Says where a sitting is, in place of where it was; what holds no longer goes with it.
pub(crate) async fn attend(tx: &Db, attendance: &Attendance<'_>) -> Result<(), StoreError> {
    let Attendance { sitting, at, holds } = attendance;
    let over = format!("DELETE FROM presence WHERE sitting = $1 OR until <= {NOW}");
    ask::change(tx, &over, &[&sitting.as_str()]).await?;
    if let Some(Presence { ticket, person, doing }) = at {
        // A ticket that the desk does not have is nobody's business here.
        let sql = format!(
            "INSERT INTO presence (sitting, person, ticket_id, doing, until) \
             SELECT $1::text, $2::text, id, $4::text, {NOW} + $5::bigint FROM tickets WHERE id = $3"
        );
        let millis = i64::try_from(holds.as_millis()).unwrap_or(i64::MAX / 2);
        let row: ask::Values<'_> = &[&sitting.as_str(), &person.as_str(), &ticket.as_str(), &doing.as_str(), &millis];
        ask::change(tx, &sql, row).await?;
    }
    Ok(())
}

/// Who is where, but for one sitting: in the order of tickets, then of people.
pub(crate) async fn present(db: &Db, but: &RunId) -> Result<Vec<Presence>, StoreError> {
    let sql = format!(
        "SELECT ticket_id, person, doing FROM presence WHERE sitting <> $1 AND until > {NOW} \
         ORDER BY ticket_id, person, doing DESC"
    );
    ask::list(db, &sql, &[&but.as_str()], rows::presence).await
}

/// Unsent replies that are left here.
pub(crate) async fn drafts(db: &Db) -> Result<Vec<(TicketId, String)>, StoreError> {
    let sql = "SELECT ticket_id, body FROM drafts WHERE body <> ''";
    ask::list(db, sql, &[], |row| Ok((row.parsed(0)?, row.text(1)?))).await
}

/// Forgets one of them.
pub(crate) async fn forget(tx: &Db, ticket: &TicketId) -> Result<(), StoreError> {
    ask::change(tx, "DELETE FROM drafts WHERE ticket_id = $1", &[&ticket.as_str()]).await?;
    Ok(())
}
