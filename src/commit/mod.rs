//! The one way out: show the card, record the decision, write, read back, record the result.

mod decide;
mod reading;
mod shown;
mod succession;

use std::sync::Arc;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::json;

pub use shown::Shown;

use crate::commit::reading::Trace;
use crate::domain::actor::Reviewer;
use crate::domain::answer::{WriteAnswer, WriteOutcome};
use crate::domain::approval::{Card, Signature};
use crate::domain::audit::{self, Action, Body, Event};
use crate::domain::ids::ProposalId;
use crate::domain::policy::Policy;
use crate::domain::proposal::{Approved, NotApproved, Proposal, ProposalState};
use crate::domain::receipt::{Receipt, Refusal};
use crate::store::{Decided, Decision, Filed, Store, StoreError};
use crate::tools::{BackendError, Run, ToolBackend};

/// A receipt is spent at once; this is for a slow connection.
const RECEIPT_SECONDS: i64 = 60;

/// How an approved, denied or stale card ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Outcome {
    /// Carried out and read back.
    Executed {
        /// The ticket's version now.
        version: u64,
    },
    /// A person said no.
    Denied,
    /// The ticket has moved; nothing changed.
    Superseded,
    /// The card that was signed is not what the desk would show; nothing changed.
    NotAsShown,
    /// Too late; nothing changed.
    Expired,
    /// The policy or the desk said no; nothing changed.
    Refused(String),
    /// Somebody was faster.
    Already(ProposalState),
    /// Of two tickets one is as the write would have left it, and the other is not: this is what reading back has shown.
    Partly(String),
    /// The answer was lost; this is the ticket's version as read back, when it could be read.
    Unknown {
        /// The version read back.
        seen: Option<u64>,
    },
}

/// What went wrong on the way, with nothing written.
#[derive(Debug, thiserror::Error)]
pub enum CommitError {
    /// There is no such proposal.
    #[error("there is no proposal {0}")]
    NoProposal(ProposalId),
    /// Only who made it takes it back.
    #[error("{0} is not yours: deny it, with a reason")]
    NotYours(ProposalId),
    /// The ticket cannot be read.
    #[error("the ticket cannot be read: {0}")]
    NotRead(#[from] BackendError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Carries decisions out.
#[derive(Clone)]
pub struct Commit {
    /// Where decisions are recorded.
    pub store: Arc<dyn Store>,
    /// Where writes go.
    pub backend: Arc<dyn ToolBackend>,
    /// The rules.
    pub policy: Policy,
}

/// A proposal to be looked at.
#[derive(Debug, Serialize, Deserialize)]
pub enum Look {
    /// It waits; this is its card from a fresh read.
    Waiting(Box<Card>),
    /// It is over.
    Over(ProposalState),
}

impl Commit {
    /// Opens a proposal's card from a fresh read. A proposal that the ticket has left behind is filed anew at the
    /// version just read, so that what is shown is always what can be approved.
    ///
    /// # Errors
    /// When it is not there, or the ticket cannot be read.
    pub async fn open(&self, run: &Run, by: &Reviewer, id: &ProposalId) -> Result<Look, CommitError> {
        let filed = self.filed(id).await?;
        let now = crate::clock::now();
        if !filed.state.waits() {
            return Ok(Look::Over(filed.state));
        }
        let proposal = filed.proposal;
        if proposal.expires_at().is_some_and(|end| now >= end) {
            self.end(run, by, &proposal, Action::Expired, ProposalState::Expired, None).await?;
            return Ok(Look::Over(ProposalState::Expired));
        }
        let tickets = self.tickets(run, proposal.call()).await?;
        let proposal = if tickets.are_as_proposed(&proposal) {
            proposal
        } else {
            let anew = proposal.call().clone().at_other_version(tickets.other_version());
            match self.refile(run, by, &proposal, anew, tickets.version()).await? {
                Ok(anew) => anew,
                Err(state) => return Ok(Look::Over(state)),
            }
        };
        let card = Card::new(proposal, tickets.fresh(), &self.policy, now).on(self.backend.desk());
        Ok(Look::Waiting(Box::new(card)))
    }

    /// Approves the card as it was shown and signed: the decision is durable before the write goes out, and the write goes out once.
    ///
    /// # Errors
    /// When the decision cannot be recorded: nothing was written then.
    pub async fn approve(
        &self,
        run: &Run,
        by: &Reviewer,
        card: Card,
        signature: &Signature,
    ) -> Result<Outcome, CommitError> {
        let now = crate::clock::now();
        let proposal = card.proposal().clone();
        let approved = match proposal.clone().approve(by, &self.policy, now) {
            Ok(approved) => approved,
            Err(no) => return self.not_approved(run, by, &proposal, &no).await,
        };
        let receipt = receipt(&approved, now);
        let id = receipt.id.clone();
        let events = vec![
            Event { body: seen(&card, signature), ..event(run, by, Action::Shown, &proposal) },
            event(run, by, Action::Approved, &proposal).signed(signature),
        ];
        if let Decided::Already(state) = self.decide(Decision::Approve(receipt), &proposal, now, events).await? {
            return Ok(Outcome::Already(state));
        }
        let written = self.backend.write(approved.with_receipt(id)).await;
        self.settle(run, by, &proposal, written).await
    }

    /// Denies a proposal that was read for so long; the reason reaches whoever proposed it.
    ///
    /// # Errors
    /// When the decision cannot be recorded.
    pub async fn deny(
        &self,
        run: &Run,
        by: &Reviewer,
        id: &ProposalId,
        reason: &str,
        read: Duration,
    ) -> Result<Outcome, CommitError> {
        let filed = self.filed(id).await?;
        let record = Event { micros: audit::micros(read), ..event(run, by, Action::Denied, &filed.proposal) };
        Ok(match self.close(record, &filed.proposal, ProposalState::Denied, Some(reason)).await? {
            Decided::Recorded => Outcome::Denied,
            Decided::Already(state) => Outcome::Already(state),
        })
    }

    /// Takes a person's own proposal back: another one is in its place.
    ///
    /// # Errors
    /// When it is somebody else's, who is told by a denial, or that cannot be recorded.
    pub async fn withdraw(&self, run: &Run, by: &Reviewer, id: &ProposalId) -> Result<Decided, CommitError> {
        let filed = self.filed(id).await?;
        if !filed.proposal.is_made_by(by.principal()) {
            return Err(CommitError::NotYours(id.clone()));
        }
        let reason = Some("its proposer has proposed another in its place");
        self.end(run, by, &filed.proposal, Action::Cancelled, ProposalState::Cancelled, reason).await
    }

    async fn filed(&self, id: &ProposalId) -> Result<Filed, CommitError> {
        self.store.proposal(id).await?.ok_or_else(|| CommitError::NoProposal(id.clone()))
    }

    async fn not_approved(
        &self,
        run: &Run,
        by: &Reviewer,
        proposal: &Proposal,
        no: &NotApproved,
    ) -> Result<Outcome, CommitError> {
        if *no == NotApproved::Expired {
            self.end(run, by, proposal, Action::Expired, ProposalState::Expired, None).await?;
            return Ok(Outcome::Expired);
        }
        let mut record = event(run, by, Action::Refused, proposal);
        "not_approved".clone_into(&mut record.outcome);
        record.body.words = Some(no.to_string());
        self.store.record(record)?;
        self.store.flush().await?;
        Ok(Outcome::Refused(no.to_string()))
    }

    /// What a write came to: as answered, or as read back when the answer was lost. It is never sent again.
    async fn settle(
        &self,
        run: &Run,
        by: &Reviewer,
        proposal: &Proposal,
        written: Result<WriteAnswer, BackendError>,
    ) -> Result<Outcome, CommitError> {
        match written {
            Ok(answer) if answer.outcome == WriteOutcome::Applied => {
                let seen = self.read_back(run, by, proposal, answer.other_id.as_ref()).await;
                let version = seen.version.or(answer.version).unwrap_or(proposal.base_version() + 1);
                Ok(seen.trace.partly().map_or(Outcome::Executed { version }, Outcome::Partly))
            }
            Ok(answer) if answer.refusal.as_deref() == Some(Refusal::Superseded.as_str()) => Ok(Outcome::Superseded),
            // The same person has approved it twice at once: the other approval is the one that counts.
            Ok(answer) if answer.refusal.as_deref() == Some(Refusal::Spent.as_str()) => {
                Ok(Outcome::Already(self.filed(proposal.id()).await?.state))
            }
            Ok(answer) => Ok(Outcome::Refused(answer.message)),
            Err(error) if error.leaves_doubt() => self.in_doubt(run, by, proposal, &error).await,
            Err(error) => {
                let words = error.to_string();
                self.end(run, by, proposal, Action::Failed, ProposalState::Failed, Some(&words)).await?;
                Ok(Outcome::Refused(words))
            }
        }
    }

    async fn in_doubt(
        &self,
        run: &Run,
        by: &Reviewer,
        proposal: &Proposal,
        error: &BackendError,
    ) -> Result<Outcome, CommitError> {
        // Ending it voids the receipt: from here on the write cannot happen any more.
        let words = error.to_string();
        let ended = self.end(run, by, proposal, Action::Unknown, ProposalState::Unknown, Some(&words)).await?;
        let seen = self.read_back(run, by, proposal, None).await;
        Ok(match (ended, seen.version, seen.trace) {
            (_, _, Trace::Partly(words)) => Outcome::Partly(words),
            (Decided::Already(ProposalState::Executed), Some(version), _) => Outcome::Executed { version },
            (Decided::Already(_) | Decided::Recorded, seen, Trace::Whole | Trace::None) => Outcome::Unknown { seen },
        })
    }

    async fn end(
        &self,
        run: &Run,
        by: &Reviewer,
        proposal: &Proposal,
        action: Action,
        state: ProposalState,
        reason: Option<&str>,
    ) -> Result<Decided, CommitError> {
        self.close(event(run, by, action, proposal), proposal, state, reason).await
    }

    async fn close(
        &self,
        mut record: Event,
        proposal: &Proposal,
        state: ProposalState,
        reason: Option<&str>,
    ) -> Result<Decided, CommitError> {
        record.body.words = reason.map(str::to_owned);
        let by = (record.action != Action::Expired).then(|| record.actor.clone());
        let (id, reason) = (proposal.id().clone(), reason.map(str::to_owned));
        let decision = Decision::End { proposal: id, state, by, reason, successor: None };
        Ok(self.decide(decision, proposal, record.at, vec![record]).await?)
    }
}

/// The card as text, and the digest of what stood on the screen.
fn seen(card: &Card, signature: &Signature) -> Body {
    Body { card: Some(card.text()), result: json!({"shown_sha256": signature.shown}).into(), ..Body::default() }
}

fn receipt(approved: &Approved, now: Timestamp) -> Receipt {
    Receipt {
        id: crate::random::receipt_id(),
        proposal: approved.proposal().id().clone(),
        approver: approved.by().id.clone(),
        digest: approved.proposal().digest(),
        expires_at: now.checked_add(SignedDuration::from_secs(RECEIPT_SECONDS)).unwrap_or(now),
    }
}

fn event(run: &Run, by: &Reviewer, action: Action, proposal: &Proposal) -> Event {
    Event::about(crate::clock::now(), by.principal().id.clone(), run.id.clone(), action, proposal)
}
