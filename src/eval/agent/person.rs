//! A person made of rules, at a copy of a desk: opens each card as a screen would, and decides.

use std::time::Duration;

use tokio_util::sync::CancellationToken;

use crate::commit::{Look, Outcome};
use crate::domain::approval::{Card, Signature};
use crate::domain::call::WriteCall;
use crate::domain::ids::{ProposalId, TicketId};
use crate::domain::ticket::Priority;
use crate::eval::agent::scenario::Person;
use crate::seat::{Seat, SeatError};

/// What a denial says.
pub(crate) const REASON: &str = "Not this way. Leave it to me.";
/// What an edit adds to a reply.
pub(crate) const ADDED: &str = "\n\nA person has read and changed this.";
/// What was decided.
#[derive(Default)]
pub(crate) struct Decisions {
    /// The calls that were approved and carried out, by digest.
    pub(crate) approved: Vec<String>,
    /// How many were denied.
    pub(crate) denied: usize,
    /// The call that the person changed, as it was approved.
    pub(crate) edited: Option<WriteCall>,
    /// What did not go as it should.
    pub(crate) surprises: Vec<String>,
}

/// Decides on all that is proposed for the ticket, until `done`.
pub(crate) async fn decide(
    seat: &dyn Seat,
    ticket: &TicketId,
    person: Person,
    done: &CancellationToken,
) -> Result<Decisions, SeatError> {
    let mut decisions = Decisions::default();
    let mut changes = seat.changes();
    loop {
        changes.mark_unchanged();
        if person != Person::Away {
            // One at a time: what is approved moves the ticket, and the others are filed anew.
            while let Some(id) = first(seat, ticket).await? {
                one(seat, id, person, &mut decisions).await?;
            }
        }
        tokio::select! {
            () = done.cancelled() => return Ok(decisions),
            changed = changes.changed() => if changed.is_err() { return Ok(decisions) },
        }
    }
}

/// The oldest proposal for the ticket that waits.
async fn first(seat: &dyn Seat, ticket: &TicketId) -> Result<Option<ProposalId>, SeatError> {
    let mut waiting = seat.pending().await?.into_iter().map(|waiting| waiting.proposal);
    Ok(waiting.find(|proposal| proposal.call().ticket_id() == ticket).map(|proposal| proposal.id().clone()))
}

async fn one(seat: &dyn Seat, id: ProposalId, person: Person, decisions: &mut Decisions) -> Result<(), SeatError> {
    if person == Person::Deny {
        let outcome = seat.deny(id, REASON.to_owned(), Duration::ZERO).await?;
        if outcome == Outcome::Denied {
            decisions.denied += 1;
        } else {
            decisions.surprises.push(format!("a denial came out as {outcome:?}"));
        }
        return Ok(());
    }
    let Some(mut card) = card(seat, id).await? else { return Ok(()) };
    if person == Person::Edit && decisions.edited.is_none() {
        let call = edited(card.proposal().call());
        decisions.edited = Some(call.clone());
        let changed = match seat.edit(card.proposal().id().clone(), call).await? {
            Ok(new) => self::card(seat, new).await?,
            Err(outcome) => {
                decisions.surprises.push(format!("an edit came out as {outcome:?}"));
                seat.deny(card.proposal().id().clone(), REASON.to_owned(), Duration::ZERO).await?;
                None
            }
        };
        let Some(changed) = changed else { return Ok(()) };
        card = changed;
    }
    let digest = card.proposal().digest().to_string();
    let signature = Signature::under(&card.text());
    let id = card.proposal().id().clone();
    let outcome = seat.approve(card, signature).await?;
    if matches!(outcome, Outcome::Executed { .. }) {
        decisions.approved.push(digest);
    } else {
        decisions.surprises.push(format!("an approval came out as {outcome:?}"));
        // What cannot be approved must not wait for ever.
        seat.deny(id, REASON.to_owned(), Duration::ZERO).await?;
    }
    Ok(())
}

async fn card(seat: &dyn Seat, id: ProposalId) -> Result<Option<Card>, SeatError> {
    Ok(match seat.open(id).await? {
        Look::Waiting(card) => Some(*card),
        Look::Over(_) => None,
    })
}

/// The call as a person might change it.
fn edited(call: &WriteCall) -> WriteCall {
    let mut call = call.clone();
    match &mut call {
        WriteCall::SendReply(reply) => reply.body.push_str(ADDED),
        WriteCall::UpdateTicket(change) => change.update.priority = Some(Priority::Urgent),
        WriteCall::SplitMessage(split) => split.subject.push_str(" (edited)"),
        // There is nothing in a merge that a person could word otherwise.
        WriteCall::MergeTickets(_) => {}
    }
    call
}
