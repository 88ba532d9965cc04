//! An approval that comes from elsewhere: what was shown there is what would be shown here, or nothing is decided.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::commit::{Commit, CommitError, Outcome};
use crate::domain::actor::Reviewer;
use crate::domain::approval::{Card, Signature};
use crate::domain::canonical::Digest;
use crate::domain::ids::ProposalId;
use crate::domain::proposal::ProposalState;
use crate::tools::Run;

/// A card as it stood on a screen elsewhere, and what a person has put under it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Shown {
    /// The proposal.
    pub proposal: ProposalId,
    /// What was approved: tool, arguments, version.
    pub digest: Digest,
    /// When the card was made: it tells how old the proposal was then.
    pub made_at: Timestamp,
    /// Every word of it.
    pub text: String,
    /// The signature under it.
    pub signature: Signature,
}

impl From<(&Card, Signature)> for Shown {
    fn from((card, signature): (&Card, Signature)) -> Self {
        let proposal = card.proposal();
        let (made_at, text) = (card.made_at(), card.text());
        Self { proposal: proposal.id().clone(), digest: proposal.digest(), made_at, text, signature }
    }
}

impl Commit {
    /// Approves what was shown and signed elsewhere. The proposal and its tickets are read anew and the card is made
    /// anew; where it says anything else, nothing is decided. Then as [`Commit::approve`].
    ///
    /// # Errors
    /// When it is not there, a ticket cannot be read, or the decision cannot be recorded: nothing was written then.
    pub async fn countersign(&self, run: &Run, by: &Reviewer, shown: &Shown) -> Result<Outcome, CommitError> {
        let is_signed = shown.signature.shown == Signature::under(&shown.text).shown;
        let filed = self.filed(&shown.proposal).await?;
        if matches!(filed.state, ProposalState::Pending | ProposalState::Approved)
            && (filed.proposal.digest() != shown.digest || !is_signed)
        {
            return Ok(Outcome::NotAsShown);
        }
        self.approve_read(run, by, &shown.proposal, shown.made_at, &shown.signature).await
    }

    /// Approves the card that was made at `made_at`, named by the digest of its text: it is made anew as of then, and
    /// where it says anything else, nothing is decided. Then as [`Commit::approve`].
    ///
    /// # Errors
    /// As [`Commit::countersign`].
    pub async fn approve_read(
        &self,
        run: &Run,
        by: &Reviewer,
        id: &ProposalId,
        made_at: Timestamp,
        signature: &Signature,
    ) -> Result<Outcome, CommitError> {
        let filed = self.filed(id).await?;
        if !matches!(filed.state, ProposalState::Pending | ProposalState::Approved) {
            return Ok(Outcome::Already(filed.state));
        }
        let proposal = filed.proposal;
        let tickets = self.tickets(run, proposal.call()).await?;
        if !tickets.are_as_proposed(&proposal) {
            // It may be this very proposal that moved it.
            let state = self.filed(id).await?.state;
            let waits = matches!(state, ProposalState::Pending | ProposalState::Approved);
            return Ok(if waits { Outcome::Superseded } else { Outcome::Already(state) });
        }
        let card = Card::new(proposal, tickets.fresh(), &self.policy, made_at).on(self.backend.desk());
        if Signature::under(&card.text()).shown != signature.shown {
            return Ok(Outcome::NotAsShown);
        }
        match card.obstacle().map(str::to_owned) {
            Some(obstacle) => Ok(Outcome::Refused(obstacle)),
            None => self.approve(run, by, card, signature).await,
        }
    }
}
