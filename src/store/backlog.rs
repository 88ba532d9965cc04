//! What waits for a person: how much of it, page by page, and one proposal in the place of another.

use async_trait::async_trait;
use jiff::Timestamp;

use crate::domain::audit::Event;
use crate::domain::call::{ProposalQuery, WriteCall};
use crate::domain::ids::{PrincipalId, ProposalId};
use crate::domain::proposal::Proposal;
use crate::store::columns::Columns;
use crate::store::rows::PROPOSAL;
use crate::store::{Decided, Decision, Filed, StoreError};

/// Proposals that nobody has decided on and whose time is not over.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Waiting {
    /// How many.
    pub proposals: u64,
    /// Since when the oldest of them waits.
    pub oldest: Option<Timestamp>,
}

/// The proposals that wait, however many there are.
#[async_trait]
pub trait Backlog {
    /// What waits at `now`, of one proposer or of all.
    async fn waiting(&self, of: Option<&PrincipalId>, now: Timestamp) -> Result<Waiting, StoreError>;
    /// Proposals that came after `behind`, oldest first, at most `limit`.
    async fn proposals_behind(
        &self,
        query: &ProposalQuery,
        behind: Option<&ProposalId>,
        limit: u32,
    ) -> Result<Vec<Filed>, StoreError>;
    /// The proposals of this very call, at whatever version, that wait or whose approval was not carried out.
    async fn waiting_for(&self, call: &WriteCall) -> Result<Vec<Filed>, StoreError>;
    /// Files `new` and ends the one in whose place it stands, in one transaction; nothing is filed and nothing recorded
    /// where somebody has decided on that one.
    async fn succeed(
        &self,
        new: &Proposal,
        end: Decision,
        now: Timestamp,
        events: Vec<Event>,
    ) -> Result<Decided, StoreError>;
}

/// What waits at the second value, of the proposer that is the first one, or of all where that is null.
pub(crate) fn waiting(mark: char) -> String {
    format!(
        "SELECT count(*), min(filed_at) FROM proposals WHERE state = 'pending' \
         AND (CAST({mark}1 AS TEXT) IS NULL OR proposer = {mark}1) AND (expires_at IS NULL OR expires_at > {mark}2)"
    )
}

/// A page of proposals; its values are the ticket and the proposal before it, either of them null for none, and how
/// many.
pub(crate) fn page(query: &ProposalQuery, mark: char) -> String {
    let which = if query.decided { "" } else { "state IN ('pending', 'approved') AND " };
    format!(
        "SELECT {PROPOSAL} FROM proposals WHERE {which}\
         (CAST({mark}1 AS TEXT) IS NULL OR ticket_id = {mark}1 OR other_id = {mark}1) \
         AND (filed_at, id) > (SELECT coalesce(max(filed_at), -1), coalesce(max(id), '') FROM proposals \
             WHERE id = CAST({mark}2 AS TEXT)) ORDER BY filed_at, id LIMIT {mark}3"
    )
}

/// The proposals of a call: its ticket and the digest of what it asks for.
pub(crate) fn waiting_for(mark: char) -> String {
    format!(
        "SELECT {PROPOSAL} FROM proposals WHERE ticket_id = {mark}1 AND asked = {mark}2 \
         AND state IN ('pending', 'approved') ORDER BY filed_at, id"
    )
}

/// Reads what waits.
pub(crate) fn read<R: Columns>(row: &R) -> Result<Waiting, R::Bad> {
    Ok(Waiting { proposals: row.count(0)?, oldest: row.time_if(1)? })
}
