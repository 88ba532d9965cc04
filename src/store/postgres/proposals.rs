//! Proposals, decisions and receipts.

use jiff::Timestamp;

use crate::domain::call::{ProposalQuery, WriteCall};
use crate::domain::canonical;
use crate::domain::ids::{PrincipalId, ProposalId, TicketId};
use crate::domain::proposal::{Proposal, ProposalState};
use crate::domain::receipt::Receipt;
use crate::store::columns::json;
use crate::store::filter;
use crate::store::postgres::ask::{self, Db, n};
use crate::store::postgres::threads::keepable;
use crate::store::rows::{self, PROPOSAL};
use crate::store::{Decided, Decision, Filed, StoreError};

/// Files a proposal.
pub(crate) async fn file(tx: &Db, proposal: &Proposal) -> Result<(), StoreError> {
    let call = proposal.call();
    let sql = "INSERT INTO proposals (id, ticket_id, tool, arguments, asked, base_version, proposer, proposer_role, \
               run, why, filed_at, expires_at, edited_by, other_id, state) \
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, 'pending')";
    ask::change(
        tx,
        sql,
        &[
            &proposal.id().as_str(),
            &call.ticket_id().as_str(),
            &call.tool(),
            &canonical::text(&call.arguments()),
            &call.asked().as_str(),
            &n(proposal.base_version()),
            &proposal.proposer().id.as_str(),
            &proposal.proposer().role.as_str(),
            &proposal.run().as_str(),
            &json(proposal.why())?,
            &proposal.filed_at().as_millisecond(),
            &proposal.expires_at().map(Timestamp::as_millisecond),
            &proposal.edited_by().map(PrincipalId::as_str),
            &call.other_id().map(TicketId::as_str),
        ],
    )
    .await?;
    Ok(())
}

/// Proposals, oldest first.
pub(crate) async fn list(db: &Db, query: &ProposalQuery) -> Result<Vec<Filed>, StoreError> {
    let sql = filter::proposals(query, '$');
    match query.ticket_id.as_ref().map(TicketId::as_str) {
        Some(ticket) => ask::list(db, &sql, &[&ticket], rows::filed).await,
        None => ask::list(db, &sql, &[], rows::filed).await,
    }
}

/// One proposal.
pub(crate) async fn one(db: &Db, id: &ProposalId) -> Result<Option<Filed>, StoreError> {
    let sql = format!("SELECT {PROPOSAL} FROM proposals WHERE id = $1");
    ask::first(db, &sql, &[&id.as_str()], rows::filed).await
}

/// How often the same was denied on this ticket.
pub(crate) async fn denials(db: &Db, call: &WriteCall) -> Result<u32, StoreError> {
    let sql = "SELECT count(*) FROM proposals WHERE ticket_id = $1 AND asked = $2 AND state = 'denied'";
    let denied = ask::number(db, sql, &[&call.ticket_id().as_str(), &call.asked().as_str()]).await?;
    Ok(u32::try_from(denied).unwrap_or(u32::MAX))
}

/// Records a decision, if the proposal still waits for one.
pub(crate) async fn decide(tx: &Db, decision: &Decision, now: Timestamp) -> Result<Decided, StoreError> {
    match decision {
        Decision::Approve(receipt) => approve(tx, receipt, now).await,
        Decision::End { proposal, state, by, reason, successor } => {
            let by = by.as_ref().map(PrincipalId::as_str);
            let ended = end(tx, proposal, *state, by, reason.as_deref().map(keepable).as_deref(), now).await?;
            if let (Decided::Recorded, Some(successor)) = (&ended, successor) {
                replace(tx, proposal, successor, by).await?;
            }
            Ok(ended)
        }
    }
}

/// A pending proposal can be approved; so can one whose approval was never carried out, by the same person at once
/// and by others when the receipt has expired. Whatever receipts it had are void then.
async fn approve(tx: &Db, receipt: &Receipt, now: Timestamp) -> Result<Decided, StoreError> {
    let (id, approver, at) = (receipt.proposal.as_str(), receipt.approver.as_str(), now.as_millisecond());
    let sql = "UPDATE proposals SET state = 'approved', decided_by = $2, decided_at = $3 WHERE id = $1 \
               AND (state = 'pending' OR (state = 'approved' AND NOT EXISTS (SELECT 1 FROM receipts r \
                    WHERE r.proposal_id = $1 AND r.spent_at IS NULL AND r.expires_at > $3 AND r.approver <> $2)))";
    if ask::change(tx, sql, &[&id, &approver, &at]).await? == 0 {
        return already(tx, &receipt.proposal).await;
    }
    void(tx, &receipt.proposal, now).await?;
    let sql = "INSERT INTO receipts (id, proposal_id, approver, digest, expires_at) VALUES ($1, $2, $3, $4, $5)";
    let expires = receipt.expires_at.as_millisecond();
    ask::change(tx, sql, &[&receipt.id.as_str(), &id, &approver, &receipt.digest.as_str(), &expires]).await?;
    Ok(Decided::Recorded)
}

async fn end(
    tx: &Db,
    id: &ProposalId,
    state: ProposalState,
    by: Option<&str>,
    reason: Option<&str>,
    now: Timestamp,
) -> Result<Decided, StoreError> {
    let sql = "UPDATE proposals SET state = $2, decided_by = coalesce($3, decided_by), decided_at = $4, reason = $5 \
               WHERE id = $1 AND state IN ('pending', 'approved')";
    if ask::change(tx, sql, &[&id.as_str(), &state.as_str(), &by, &now.as_millisecond(), &reason]).await? == 0 {
        return already(tx, id).await;
    }
    void(tx, id, now).await?;
    Ok(Decided::Recorded)
}

/// No receipt of a proposal is good any more.
async fn void(tx: &Db, id: &ProposalId, now: Timestamp) -> Result<(), StoreError> {
    let sql = "UPDATE receipts SET spent_at = $2 WHERE proposal_id = $1 AND spent_at IS NULL";
    ask::change(tx, sql, &[&id.as_str(), &now.as_millisecond()]).await?;
    Ok(())
}

/// Names the successor of a proposal, and who edited it when it asks for something else.
async fn replace(tx: &Db, old: &ProposalId, new: &ProposalId, by: Option<&str>) -> Result<(), StoreError> {
    let (old, new) = (old.as_str(), new.as_str());
    ask::change(tx, "UPDATE proposals SET replaced_by = $2 WHERE id = $1", &[&old, &new]).await?;
    let sql = "UPDATE proposals SET edited_by = coalesce($3, edited_by) \
               WHERE id = $2 AND asked <> (SELECT o.asked FROM proposals o WHERE o.id = $1)";
    ask::change(tx, sql, &[&old, &new, &by]).await?;
    Ok(())
}

/// How the proposal of a decision has ended, where it does not wait any more.
pub(crate) async fn decided(tx: &Db, decision: &Decision) -> Result<Option<ProposalState>, StoreError> {
    let Decided::Already(state) = already(tx, decision.proposal()).await? else { return Ok(None) };
    Ok(Some(state).filter(|state| !state.waits()))
}

async fn already(tx: &Db, id: &ProposalId) -> Result<Decided, StoreError> {
    let found = one(tx, id).await?.map(|filed| Decided::Already(filed.state));
    found.ok_or_else(|| StoreError::Failed(format!("there is no proposal {id}")))
}
