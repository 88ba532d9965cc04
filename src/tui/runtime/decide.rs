//! Proposals and decisions: filing, opening, approving, denying, editing.

use std::time::{Duration, Instant};

use crate::commit::{self, Look};
use crate::domain::answer::WriteOutcome;
use crate::domain::approval::{Card, Signature};
use crate::domain::call::WriteCall;
use crate::domain::ids::ProposalId;
use crate::domain::proposal::Why;
use crate::tools::ToolBackend as _;
use crate::tui::events::{Answer, Outcome};
use crate::tui::runtime::{Answered, Inner, trouble};

impl Inner {
    /// Files a proposal and opens its card; the person's own one in whose place it stands is taken back.
    pub(super) async fn propose_instead(&self, call: &WriteCall, why: &Why, old: Option<&ProposalId>) -> Answered {
        let card = self.propose(call, why).await?;
        if let Some(old) = old {
            self.sitting.seat.withdraw(old.clone()).await?;
        }
        Ok(card)
    }

    pub(super) async fn propose(&self, call: &WriteCall, why: &Why) -> Answered {
        let since = Instant::now();
        let answer = self.sitting.backend.propose(&self.sitting.run, call, why).await?;
        self.called(call.tool(), Some(call.ticket_id()), answer.outcome.as_str(), since).await;
        match answer.proposal_id {
            Some(id) if answer.outcome == WriteOutcome::PendingApproval => self.open(&id).await,
            _ => Err(trouble(&answer.message, "{reload} reads the ticket again")),
        }
    }

    pub(super) async fn pending(&self) -> Answered {
        Ok(Answer::Pending(self.sitting.seat.pending().await?))
    }

    pub(super) async fn open(&self, id: &ProposalId) -> Answered {
        Ok(match self.sitting.seat.open(id.clone()).await? {
            Look::Waiting(card) => Answer::Card(card),
            Look::Over(state) => Answer::CardGone(format!("this proposal is over: {state}")),
        })
    }

    pub(super) async fn approve(&self, card: Card, signature: Signature) -> Answered {
        let id = card.proposal().id().clone();
        let before = card.proposal().base_version();
        let (since, call) = (Instant::now(), card.proposal().call().clone());
        let done = self.sitting.seat.approve(card, signature).await?;
        let word = if matches!(done, commit::Outcome::Executed { .. }) { "executed" } else { "not executed" };
        self.called(call.tool(), Some(call.ticket_id()), word, since).await;
        let outcome = self.outcome(done, before, &id).await;
        Ok(Answer::Decided(self.with_new_ticket(&call, &id, outcome).await))
    }

    pub(super) async fn outcome(&self, done: commit::Outcome, before: u64, id: &ProposalId) -> Outcome {
        match done {
            commit::Outcome::Executed { version } => Outcome::Executed { before, after: version },
            commit::Outcome::Partly(read_back) => Outcome::Partly { read_back },
            commit::Outcome::Denied => Outcome::Denied,
            commit::Outcome::Superseded => Outcome::Superseded { fresh: self.again(id).await },
            commit::Outcome::NotAsShown => Outcome::NotAsShown { fresh: self.once_more(id).await },
            commit::Outcome::Expired => Outcome::Expired,
            commit::Outcome::Refused(why) => Outcome::Refused { why },
            commit::Outcome::Already(state) => Outcome::Already { state },
            commit::Outcome::Unknown { seen: None } => {
                Outcome::Unknown { read_back: "the ticket cannot be read; look again before you repeat it".to_owned() }
            }
            commit::Outcome::Unknown { seen: Some(version) } => {
                Outcome::Unknown { read_back: format!("the ticket is at version {version} (it was {before})") }
            }
        }
    }

    /// What was split off has a name now.
    async fn with_new_ticket(&self, call: &WriteCall, id: &ProposalId, outcome: Outcome) -> Outcome {
        match (call, outcome) {
            (WriteCall::SplitMessage(_), Outcome::Executed { before, after }) => {
                let filed = self.sitting.seat.proposal(id.clone()).await.ok().flatten();
                let new = filed.and_then(|filed| filed.other_id);
                new.map_or(Outcome::Executed { before, after }, |new| Outcome::Split { before, after, new })
            }
            (
                WriteCall::UpdateTicket(_)
                | WriteCall::SendReply(_)
                | WriteCall::MergeTickets(_)
                | WriteCall::SplitMessage(_),
                outcome,
            ) => outcome,
        }
    }

    /// The same call on the ticket as it is now, for a person to decide on anew.
    pub(super) async fn again(&self, id: &ProposalId) -> Option<Box<Card>> {
        let filed = self.sitting.seat.proposal(id.clone()).await.ok()??;
        let call = filed.proposal.call().clone().without_version();
        let Answer::Card(card) = self.propose(&call, filed.proposal.why()).await.ok()? else { return None };
        Some(card)
    }

    /// The card as the desk shows it now, for a person to read anew.
    async fn once_more(&self, id: &ProposalId) -> Option<Box<Card>> {
        let Answer::Card(card) = self.open(id).await.ok()? else { return None };
        Some(card)
    }

    pub(super) async fn deny(&self, id: &ProposalId, reason: String, read: Duration) -> Answered {
        let done = self.sitting.seat.deny(id.clone(), reason, read).await?;
        Ok(Answer::Decided(self.outcome(done, 0, id).await))
    }

    pub(super) async fn edit(&self, id: &ProposalId, call: WriteCall) -> Answered {
        let done = match self.sitting.seat.edit(id.clone(), call).await? {
            Ok(new) => return self.open(&new).await,
            Err(done) => done,
        };
        // The edit is not lost: whoever made it has it before them again.
        if let commit::Outcome::Already(state) = &done {
            return Ok(Answer::CardGone(format!("it is {state}")));
        }
        if let commit::Outcome::Refused(why) = &done {
            return Err(trouble(why, "{reload} reads the ticket again"));
        }
        Ok(Answer::Decided(self.outcome(done, 0, id).await))
    }
}
