//! What holds for a write at the door, in whichever database: a receipt's word, what a refusal does, what is recorded.

use jiff::Timestamp;

use crate::domain::actor::{Operation, Role};
use crate::domain::audit::{Action, Body, Event};
use crate::domain::ids::ProposalId;
use crate::domain::receipt::Refusal;
use crate::store::columns::Columns;
use crate::store::{Executed, Execution, Second};

/// A receipt as the desk keeps it.
pub(crate) struct Held {
    proposal: String,
    approver: String,
    digest: String,
    expires_at: Timestamp,
    is_spent: bool,
}

impl Held {
    /// Columns of [`read`](Self::read).
    pub(crate) const COLUMNS: &str = "proposal_id, approver, digest, expires_at, spent_at";

    /// Reads one.
    pub(crate) fn read<R: Columns>(row: &R) -> Result<Self, R::Bad> {
        Ok(Self {
            proposal: row.text(0)?,
            approver: row.text(1)?,
            digest: row.text(2)?,
            expires_at: row.time(3)?,
            is_spent: row.int_if(4)?.is_some(),
        })
    }

    /// The proposal that the receipt is for, whatever it is good for.
    pub(crate) fn proposal(&self) -> Option<ProposalId> {
        self.proposal.parse().ok()
    }

    /// The proposal that the receipt is for, when it is good for this call, by this person, now.
    pub(crate) fn good_for(self, it: &Execution) -> Result<String, Refusal> {
        if self.digest != it.digest.as_str() {
            return Err(Refusal::OtherCall);
        }
        if self.approver != it.by.id.as_str() {
            return Err(Refusal::OtherApprover);
        }
        if self.is_spent {
            return Err(Refusal::Spent);
        }
        // Kept to the millisecond, and compared so.
        if it.now.as_millisecond() >= self.expires_at.as_millisecond() {
            return Err(Refusal::ReceiptExpired);
        }
        Ok(self.proposal)
    }
}

/// Whether whoever has this role now may carry the write out: it may have been taken away since the approval.
pub(crate) fn allowed(role: Option<&str>, it: &Execution) -> Result<(), Refusal> {
    let role = role.and_then(|word| word.parse::<Role>().ok());
    let may = role.is_some_and(|role| role.may(Operation::Execute) && role.covers(it.needs));
    if may { Ok(()) } else { Err(Refusal::NotAllowed) }
}

/// What becomes of the proposal whose write was refused for its moment: its receipt is void. Nothing where the receipt
/// was the reason.
pub(crate) const fn void(refusal: Refusal) -> Option<&'static str> {
    match refusal {
        Refusal::Superseded => Some("superseded"),
        Refusal::NotAllowed | Refusal::Invalid | Refusal::NoTicket => Some("failed"),
        Refusal::UnknownReceipt
        | Refusal::Spent
        | Refusal::ReceiptExpired
        | Refusal::OtherCall
        | Refusal::OtherApprover => None,
    }
}

/// A write that was tried.
pub(crate) struct Tried {
    /// What it was to carry out, where its receipt was for something.
    pub(crate) proposal: Option<ProposalId>,
    /// How it ended.
    pub(crate) done: Result<Executed, Refusal>,
}

impl Tried {
    /// Its records: one for what was asked, and one for a second ticket that changed with it.
    pub(crate) fn records(&self, mut event: Event) -> Vec<Event> {
        event.proposal.clone_from(&self.proposal);
        match &self.done {
            Ok(executed) => {
                event.version_before = Some(executed.before);
                event.version_after = Some(executed.after);
                let followed = executed.second.as_ref().map(|second| followed(&event, second));
                [event].into_iter().chain(followed).collect()
            }
            Err(refusal) => {
                event.action = if *refusal == Refusal::Superseded { Action::Superseded } else { Action::Refused };
                refusal.as_str().clone_into(&mut event.outcome);
                vec![event]
            }
        }
    }
}

fn followed(event: &Event, second: &Second) -> Event {
    Event {
        action: Action::Followed,
        ticket: Some(second.ticket.clone()),
        version_before: second.before,
        version_after: Some(second.after),
        micros: 0,
        body: Body { arguments: event.body.arguments.clone(), ..Body::default() },
        ..event.clone()
    }
}
