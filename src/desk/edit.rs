//! A person's own version of a proposal: filed in its place, and the other one ended, in one step of the desk's memory.

use std::time::{Duration, Instant};

use tracing::Instrument as _;

use crate::desk::write::filed_event;
use crate::desk::{Caller, Desk, DeskError, authorise, validate};
use crate::domain::actor::Operation;
use crate::domain::answer::{WriteAnswer, WriteOutcome};
use crate::domain::audit::{Action, Event};
use crate::domain::call::WriteCall;
use crate::domain::ids::ProposalId;
use crate::domain::proposal::{Proposal, ProposalState, Why};
use crate::store::{Decided, Decision};
use crate::telemetry::{metrics, traces};

impl Desk {
    /// Takes a person's edit of a proposal that waits. What the desk's rules say of a proposal holds for it too.
    ///
    /// # Errors
    /// When the caller may not decide, the proposal is not there, the values do not fit, or the store fails.
    pub async fn edit(
        &self,
        caller: &Caller,
        old: &ProposalId,
        call: WriteCall,
        why: Why,
    ) -> Result<WriteAnswer, DeskError> {
        let since = Instant::now();
        let asked = self.take_edit(caller, old, call.clone(), why).await;
        self.tried(caller, &call, since, asked)
    }

    async fn take_edit(
        &self,
        caller: &Caller,
        old: &ProposalId,
        call: WriteCall,
        why: Why,
    ) -> Result<WriteAnswer, DeskError> {
        authorise(caller, Operation::Decide)?;
        validate::write(&call)?;
        let none = || DeskError::NotFound { kind: "proposal", id: old.to_string() };
        let filed = self.store.proposal(old).await?.ok_or_else(none)?;
        if !self.sees(caller, &filed).await? {
            return Err(none());
        }
        if !filed.state.waits() {
            return Ok(over(filed.state));
        }
        match no_edit(filed.proposal.call(), &call) {
            Some(why_not) => Ok(refused(why_not, "not_an_edit")),
            None => self.propose(caller, call, why, Some(&filed.proposal)).await,
        }
    }

    /// Files a proposal, in the place of another one where there is one; says how that ended where it does not wait any
    /// more, and nothing is filed then.
    pub(in crate::desk) async fn put(
        &self,
        caller: &Caller,
        new: &Proposal,
        old: Option<&Proposal>,
    ) -> Result<Option<WriteAnswer>, DeskError> {
        let filed = filed_event(caller, new);
        let Some(old) = old else {
            self.store.file(new, filed).instrument(traces::store("file")).await?;
            metrics::filed(new.call().tool(), caller.principal.role);
            return Ok(None);
        };
        let (by, now) = (caller.principal.id.clone(), filed.at);
        let reason = format!("the person edited it; {} ran or will be decided in its place", new.id());
        let mut edited = Event::about(now, by.clone(), caller.run.clone(), Action::Edited, old);
        edited.body.words = Some(reason.clone());
        let end = Decision::End {
            proposal: old.id().clone(),
            state: ProposalState::Superseded,
            by: Some(by),
            reason: Some(reason),
            successor: Some(new.id().clone()),
        };
        match self.store.succeed(new, end, now, vec![filed, edited]).instrument(traces::store("succeed")).await? {
            Decided::Recorded => {
                metrics::filed(new.call().tool(), caller.principal.role);
                let after = Duration::try_from(now.duration_since(old.filed_at())).unwrap_or(Duration::ZERO);
                metrics::decided(old.call().tool(), Action::Edited, after);
                Ok(None)
            }
            Decided::Already(state) => Ok(Some(over(state))),
        }
    }
}

/// Why one call is no edit of another, in words.
fn no_edit(old: &WriteCall, new: &WriteCall) -> Option<&'static str> {
    let about = |call: &WriteCall| (call.tool(), call.ticket_id().clone(), call.other_id().cloned());
    if about(new) != about(old) {
        return Some("an edit keeps the tool and the ticket");
    }
    // It would be the person's own proposal then, and the rules for whoever made it would not hold any more.
    (new.asked() == old.asked()).then_some("nothing was edited: approve or deny it as it stands")
}

fn over(state: ProposalState) -> WriteAnswer {
    refused(&format!("refused, nothing was filed: the proposal is {state} already"), "decided")
}

fn refused(message: &str, refusal: &str) -> WriteAnswer {
    WriteAnswer {
        success: false,
        message: message.to_owned(),
        outcome: WriteOutcome::Refused,
        refusal: Some(refusal.to_owned()),
        version: None,
        proposal_id: None,
        other_id: None,
    }
}
