//! Another proposal in the place of one: filed anew because the ticket has moved, or edited by the person.

use crate::commit::{Commit, CommitError, Outcome, event};
use crate::domain::actor::Reviewer;
use crate::domain::answer::WriteOutcome;
use crate::domain::audit::{Action, Event};
use crate::domain::call::WriteCall;
use crate::domain::ids::ProposalId;
use crate::domain::proposal::{Filing, Proposal, ProposalState, Why};
use crate::store::{Decided, Decision};
use crate::tools::Run;

/// Why a proposal ended whose place another one took.
const REFILED: &str = "the ticket moved; filed anew at its new version";

impl Commit {
    /// Files the person's own version of a proposal in its place, in one step and by the desk's own door: its rules and its
    /// check of claims hold for an edit too. Only who may decide edits; the door asks again.
    ///
    /// # Errors
    /// When it is not there, over, about something else, or the ticket cannot be read.
    pub async fn edit(
        &self,
        run: &Run,
        _by: &Reviewer,
        id: &ProposalId,
        call: WriteCall,
    ) -> Result<Result<ProposalId, Outcome>, CommitError> {
        let filed = self.filed(id).await?;
        let old = &filed.proposal;
        if !filed.state.waits() {
            return Ok(Err(Outcome::Already(filed.state)));
        }
        let why = Why { text: format!("edited: {}", old.why().text), ..Why::default() };
        let answer = self.backend.succeed(run, &call.without_version(), &why, id).await?;
        if let Some(new) = answer.proposal_id.filter(|_| answer.outcome == WriteOutcome::PendingApproval) {
            return Ok(Ok(new));
        }
        // It may have been decided on since it was looked at.
        let state = self.filed(id).await?.state;
        Ok(Err(if state.waits() { Outcome::Refused(answer.message) } else { Outcome::Already(state) }))
    }

    /// Files the same call at another version, in the place of `old` and in one step with its end; where that was decided
    /// on meanwhile, says how.
    pub(in crate::commit) async fn refile(
        &self,
        run: &Run,
        by: &Reviewer,
        old: &Proposal,
        call: WriteCall,
        version: u64,
    ) -> Result<Result<Proposal, ProposalState>, CommitError> {
        let first_on = Some(old.why().first_on.unwrap_or(old.base_version()));
        let new = Proposal::file(Filing {
            id: crate::random::proposal_id(),
            call,
            base_version: version,
            proposer: old.proposer().clone(),
            run: old.run().clone(),
            why: Why { first_on, ..old.why().clone() },
            // It is as old as what was asked for, and waits no longer than that.
            filed_at: old.filed_at(),
            expires_at: old.expires_at(),
            edited_by: old.edited_by().cloned(),
        });
        let (end, record) = end(run, by, old, Action::Superseded, new.id(), REFILED.to_owned());
        let mut filed = event(run, by, Action::Proposed, &new);
        filed.body.words = Some(format!("in the place of {}: the ticket moved", old.id()));
        Ok(match self.succeed(&new, end, old, vec![filed, record]).await? {
            Decided::Recorded => Ok(new),
            Decided::Already(state) => Err(state),
        })
    }
}

/// The end of a proposal in whose place another one stands, and its record.
fn end(
    run: &Run,
    by: &Reviewer,
    old: &Proposal,
    action: Action,
    new: &ProposalId,
    reason: String,
) -> (Decision, Event) {
    let mut record = event(run, by, action, old);
    record.body.words = Some(reason.clone());
    let decision = Decision::End {
        proposal: old.id().clone(),
        state: ProposalState::Superseded,
        by: Some(by.principal().id.clone()),
        reason: Some(reason),
        successor: Some(new.clone()),
    };
    (decision, record)
}
