//! Proposals, decisions and receipts.

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension as _, Transaction, params};

use crate::domain::call::{ProposalQuery, WriteCall};
use crate::domain::canonical;
use crate::domain::ids::ProposalId;
use crate::domain::proposal::{Proposal, ProposalState};
use crate::domain::receipt::Receipt;
use crate::store::columns::json;
use crate::store::filter;
use crate::store::rows::{self, PROPOSAL};
use crate::store::{Decided, Decision, Filed, StoreError};

/// Files a proposal.
pub(crate) fn file(tx: &Transaction<'_>, proposal: &Proposal) -> Result<(), StoreError> {
    let why = json(proposal.why())?;
    tx.prepare_cached(
        "INSERT INTO proposals (id, ticket_id, tool, arguments, asked, base_version, proposer, proposer_role, run, \
         why, filed_at, expires_at, edited_by, other_id, state) \
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, 'pending')",
    )?
    .execute(params![
        proposal.id().as_str(),
        proposal.call().ticket_id().as_str(),
        proposal.call().tool(),
        canonical::text(&proposal.call().arguments()),
        proposal.call().asked().as_str(),
        proposal.base_version(),
        proposal.proposer().id.as_str(),
        proposal.proposer().role.as_str(),
        proposal.run().as_str(),
        why,
        proposal.filed_at().as_millisecond(),
        proposal.expires_at().map(Timestamp::as_millisecond),
        proposal.edited_by().map(crate::domain::ids::PrincipalId::as_str),
        proposal.call().other_id().map(crate::domain::ids::TicketId::as_str),
    ])?;
    Ok(())
}

/// Proposals, oldest first.
pub(crate) fn list(db: &Connection, query: &ProposalQuery) -> Result<Vec<Filed>, StoreError> {
    let mut statement = db.prepare_cached(&filter::proposals(query, '?'))?;
    let ticket = query.ticket_id.as_ref().map(crate::domain::ids::TicketId::as_str);
    let found = statement.query_map(rusqlite::params_from_iter(ticket), |row| rows::filed(row))?;
    Ok(found.collect::<Result<_, _>>()?)
}

/// One proposal.
pub(crate) fn one(db: &Connection, id: &ProposalId) -> Result<Option<Filed>, StoreError> {
    let sql = format!("SELECT {PROPOSAL} FROM proposals WHERE id = ?1");
    Ok(db.prepare_cached(&sql)?.query_row([id.as_str()], |row| rows::filed(row)).optional()?)
}

/// How often the same was denied on this ticket.
pub(crate) fn denials(db: &Connection, call: &WriteCall) -> Result<u32, StoreError> {
    let sql = "SELECT count(*) FROM proposals WHERE ticket_id = ?1 AND asked = ?2 AND state = 'denied'";
    let asked = call.asked();
    let key = params![call.ticket_id().as_str(), asked.as_str()];
    Ok(db.prepare_cached(sql)?.query_row(key, |row| row.get(0))?)
}

/// Records a decision, if the proposal still waits for one.
pub(crate) fn decide(tx: &Transaction<'_>, decision: &Decision, now: Timestamp) -> Result<Decided, StoreError> {
    match decision {
        Decision::Approve(receipt) => approve(tx, receipt, now),
        Decision::End { proposal, state, by, reason, successor } => {
            let by = by.as_ref().map(crate::domain::ids::PrincipalId::as_str);
            let ended = end(tx, proposal, *state, by, reason.as_deref(), now)?;
            if let (Decided::Recorded, Some(successor)) = (&ended, successor) {
                replace(tx, proposal, successor, by)?;
            }
            Ok(ended)
        }
    }
}

/// A pending proposal can be approved; so can one whose approval was never carried out, by the same person at once
/// and by others when the receipt has expired. Whatever receipts it had are void then.
fn approve(tx: &Transaction<'_>, receipt: &Receipt, now: Timestamp) -> Result<Decided, StoreError> {
    let changed = tx
        .prepare_cached(
            "UPDATE proposals SET state = 'approved', decided_by = ?2, decided_at = ?3 WHERE id = ?1 \
             AND (state = 'pending' OR (state = 'approved' AND NOT EXISTS (SELECT 1 FROM receipts r \
                  WHERE r.proposal_id = ?1 AND r.spent_at IS NULL AND r.expires_at > ?3 AND r.approver <> ?2)))",
        )?
        .execute(params![receipt.proposal.as_str(), receipt.approver.as_str(), now.as_millisecond()])?;
    if changed == 0 {
        return already(tx, &receipt.proposal);
    }
    tx.prepare_cached("UPDATE receipts SET spent_at = ?2 WHERE proposal_id = ?1 AND spent_at IS NULL")?
        .execute(params![receipt.proposal.as_str(), now.as_millisecond()])?;
    tx.prepare_cached(
        "INSERT INTO receipts (id, proposal_id, approver, digest, expires_at) VALUES (?1, ?2, ?3, ?4, ?5)",
    )?
    .execute(params![
        receipt.id.as_str(),
        receipt.proposal.as_str(),
        receipt.approver.as_str(),
        receipt.digest.as_str(),
        receipt.expires_at.as_millisecond()
    ])?;
    Ok(Decided::Recorded)
}

fn end(
    tx: &Transaction<'_>,
    id: &ProposalId,
    state: ProposalState,
    by: Option<&str>,
    reason: Option<&str>,
    now: Timestamp,
) -> Result<Decided, StoreError> {
    let changed = tx
        .prepare_cached(
            "UPDATE proposals SET state = ?2, decided_by = coalesce(?3, decided_by), decided_at = ?4, reason = ?5 \
             WHERE id = ?1 AND state IN ('pending', 'approved')",
        )?
        .execute(params![id.as_str(), state.as_str(), by, now.as_millisecond(), reason])?;
    if changed == 0 {
        return already(tx, id);
    }
    tx.prepare_cached("UPDATE receipts SET spent_at = ?2 WHERE proposal_id = ?1 AND spent_at IS NULL")?
        .execute(params![id.as_str(), now.as_millisecond()])?;
    Ok(Decided::Recorded)
}

/// Names the successor of a proposal, and who edited it when it asks for something else.
fn replace(tx: &Transaction<'_>, old: &ProposalId, new: &ProposalId, by: Option<&str>) -> Result<(), StoreError> {
    tx.prepare_cached("UPDATE proposals SET replaced_by = ?2 WHERE id = ?1")?.execute([old.as_str(), new.as_str()])?;
    let sql = "UPDATE proposals SET edited_by = coalesce(?3, edited_by) \
               WHERE id = ?2 AND asked <> (SELECT o.asked FROM proposals o WHERE o.id = ?1)";
    tx.prepare_cached(sql)?.execute(params![old.as_str(), new.as_str(), by])?;
    Ok(())
}

/// How the proposal of a decision has ended, where it does not wait any more.
pub(crate) fn decided(tx: &Transaction<'_>, decision: &Decision) -> Result<Option<ProposalState>, StoreError> {
    let Decided::Already(state) = already(tx, decision.proposal())? else { return Ok(None) };
    Ok(Some(state).filter(|state| !state.waits()))
}

fn already(tx: &Transaction<'_>, id: &ProposalId) -> Result<Decided, StoreError> {
    one(tx, id)?
        .map(|filed| Decided::Already(filed.state))
        .ok_or_else(|| StoreError::Failed(format!("there is no proposal {id}")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::sqlite::open::{self, MIGRATIONS};
    use rusqlite::StatementStatus;

    #[test]
    fn to_list_what_waits_for_a_ticket_no_other_proposal_is_read() {
        let db = Connection::open_in_memory().unwrap();
        for sql in MIGRATIONS {
            db.execute_batch(sql).unwrap();
        }
        for (ticket_id, decided, index) in [
            (Some("T-1"), false, "proposals_by_ticket"),
            (Some("T-1"), true, "proposals_by_ticket"),
            (None, false, "proposals_waiting"),
        ] {
            let query = ProposalQuery { ticket_id: ticket_id.map(|id| id.parse().unwrap()), decided };
            let mut plan = db.prepare(&format!("EXPLAIN QUERY PLAN {}", filter::proposals(&query, '?'))).unwrap();
            let steps = plan.query_map(rusqlite::params_from_iter(ticket_id), |row| row.get::<_, String>(3)).unwrap();
            let plan = steps.collect::<Result<Vec<_>, _>>().unwrap().join("; ");
            assert!(plan.contains(index), "{plan}");
            assert!(ticket_id.is_none() || !plan.contains("SCAN proposals"), "{plan}");
            assert!(list(&db, &query).unwrap().is_empty());
        }
    }

    #[test]
    fn a_question_is_planned_once_whatever_is_asked_with_it() {
        let dir = tempfile::tempdir().unwrap();
        let mut db = open::connect(&dir.path().join("desk.db")).unwrap();
        open::migrate(&mut db).unwrap();
        let query = |n: u32| ProposalQuery { ticket_id: Some(format!("T-{n}").parse().unwrap()), decided: false };
        for n in 1..5 {
            assert!(list(&db, &query(n)).unwrap().is_empty());
        }
        let statement = db.prepare_cached(&filter::proposals(&query(1), '?')).unwrap();
        assert!(statement.get_status(StatementStatus::Run) >= 4);
        assert_eq!(statement.get_status(StatementStatus::RePrepare), 0);
    }
}
