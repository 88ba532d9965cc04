//! A seat at a desk elsewhere: the same questions, asked over HTTP; what cannot be told for sure is said to be unknown.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use tokio::sync::watch;

use crate::commit::{Outcome, Shown};
use crate::domain::actor::Principal;
use crate::domain::approval::{Card, Signature};
use crate::domain::ids::{ProposalId, RunId, TicketId};
use crate::domain::link::Link;
use crate::domain::proposal::ProposalState;
use crate::random;
use crate::seat::wire::{Address, NoWay, Wire};
use crate::seat::{About, Question, Questions as _, Seat, SeatError};

/// The first pause before a desk that is away is tried again; each is twice as long as the one before.
const PAUSE: Duration = Duration::from_secs(1);
/// The longest pause.
const LONGEST: Duration = Duration::from_secs(30);
/// How often a decision whose answer was lost is asked about.
const READ_BACKS: u32 = 4;
/// How long somebody who gets up waits to have said so.
const FAREWELL: Duration = Duration::from_secs(1);

/// A person at a desk that is served elsewhere.
pub struct Remote {
    wire: Arc<Wire>,
    about: About,
    changes: watch::Receiver<u64>,
}

/// Somebody before the door of a desk elsewhere.
pub struct Arrival {
    wire: Wire,
}

impl Arrival {
    /// Nothing is asked yet; an answer may take as long as `patience`.
    ///
    /// # Errors
    /// When a file that it takes cannot be used.
    pub fn new(address: Address, run: RunId, patience: Duration) -> Result<Self, NoWay> {
        Ok(Self { wire: Wire::new(address, run, patience)? })
    }

    /// Asks who the desk takes the person for.
    ///
    /// # Errors
    /// When it cannot be reached, or takes them for nobody.
    pub async fn about(&self) -> Result<About, SeatError> {
        read(self.wire.ask(Question::About, &json!({})).await?)
    }

    /// Sits down; `changes` goes up with every change of the desk.
    #[must_use]
    pub fn sit_down(self, about: About, changes: watch::Receiver<u64>) -> Remote {
        let wire = Arc::new(self.wire);
        tokio::spawn(find_again(Arc::clone(&wire)));
        Remote { wire, about, changes }
    }
}

/// Asks a desk that is away again and again, ever more rarely, for as long as the program runs.
async fn find_again(wire: Arc<Wire>) {
    let mut link = wire.link().subscribe();
    while link.wait_for(|link| matches!(link, Link::Away { .. })).await.is_ok() {
        let mut pause = PAUSE;
        while matches!(*link.borrow_and_update(), Link::Away { .. }) {
            tokio::time::sleep(pause.mul_f64(0.5 + random::fraction() / 2.0)).await;
            pause = (pause * 2).min(LONGEST);
            // What comes of it is what the link is then.
            let _ = wire.ask(Question::About, &json!({})).await;
        }
    }
}

fn read<T: DeserializeOwned>(answer: Value) -> Result<T, SeatError> {
    serde_json::from_value(answer)
        .map_err(|error| SeatError::Failed(format!("the desk's answer cannot be read: {error}")))
}

impl Remote {
    /// Asks the desk. Where others are is not worth a try while it is away.
    pub(super) async fn ask<T: DeserializeOwned>(&self, question: Question, asked: Value) -> Result<T, SeatError> {
        let link = self.wire.link().borrow().clone();
        if let (Question::Attend | Question::Present, Link::Away { why }) = (question, link) {
            return Err(SeatError::Away { why, asked: false });
        }
        read(self.wire.ask(question, &asked).await?)
    }

    /// What became of an approval whose answer was lost. It is asked about, and never sent again.
    async fn read_back(&self, proposal: &ProposalId, ticket: &TicketId) -> Outcome {
        let mut pause = PAUSE;
        for last in (0..READ_BACKS).map(|n| n + 1 == READ_BACKS) {
            let filed = self.proposal(proposal.clone()).await.ok().flatten();
            let is_ours = filed.as_ref().is_some_and(|filed| filed.decided_by.as_ref() == Some(&self.about.person.id));
            match filed.map(|filed| filed.state) {
                Some(ProposalState::Executed) if is_ours => {
                    let seen = self.version(ticket).await;
                    return seen.map_or(Outcome::Unknown { seen }, |version| Outcome::Executed { version });
                }
                // It may be on its way still.
                Some(ProposalState::Pending | ProposalState::Approved | ProposalState::Unknown) | None if !last => {
                    tokio::time::sleep(pause).await;
                    pause *= 2;
                }
                Some(ProposalState::Pending | ProposalState::Approved | ProposalState::Unknown) | None => {}
                Some(
                    state @ (ProposalState::Executed
                    | ProposalState::Denied
                    | ProposalState::Expired
                    | ProposalState::Superseded
                    | ProposalState::Cancelled
                    | ProposalState::Failed),
                ) => return Outcome::Already(state),
            }
        }
        Outcome::Unknown { seen: self.version(ticket).await }
    }

    async fn version(&self, ticket: &TicketId) -> Option<u64> {
        let found = self.tickets(vec![ticket.clone()]).await.ok()?;
        found.first().map(|ticket| ticket.row.version)
    }
}

#[async_trait]
impl Seat for Remote {
    fn person(&self) -> &Principal {
        &self.about.person
    }

    fn changes(&self) -> watch::Receiver<u64> {
        self.changes.clone()
    }

    fn link(&self) -> watch::Receiver<Link> {
        self.wire.link().subscribe()
    }

    async fn approve(&self, card: Card, signature: Signature) -> Result<Outcome, SeatError> {
        let shown = Shown::from((&card, signature));
        match self.countersign(shown).await {
            Err(SeatError::Away { asked: true, .. }) => {
                let proposal = card.proposal();
                Ok(self.read_back(proposal.id(), proposal.call().ticket_id()).await)
            }
            answered => answered,
        }
    }

    async fn old_drafts(&self) -> Result<Vec<(TicketId, String)>, SeatError> {
        Ok(Vec::new())
    }

    async fn forget_old_draft(&self, _ticket: &TicketId) -> Result<(), SeatError> {
        Ok(())
    }

    async fn leave(&self) -> Result<(), SeatError> {
        // Whoever cannot say it is forgotten soon.
        let _ = tokio::time::timeout(FAREWELL, self.attend(None)).await;
        Ok(())
    }
}
