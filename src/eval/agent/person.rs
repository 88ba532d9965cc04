//! A person made of rules, at a copy of a desk: opens each card as a screen would, and decides.

use std::time::Duration;

use tokio_util::sync::CancellationToken;

use crate::app::Sitting;
use crate::commit::{CommitError, Look, Outcome};
use crate::domain::actor::Reviewer;
use crate::domain::approval::{Card, Signature};
use crate::domain::call::{ProposalQuery, WriteCall};
use crate::domain::ids::{ProposalId, TicketId};
use crate::domain::ticket::Priority;
use crate::eval::agent::scenario::Person;

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
    sitting: &Sitting,
    by: &Reviewer,
    ticket: &TicketId,
    person: Person,
    done: &CancellationToken,
) -> Result<Decisions, CommitError> {
    let mut decisions = Decisions::default();
    let mut changes = sitting.store.changes();
    let query = ProposalQuery { ticket_id: Some(ticket.clone()), decided: false };
    loop {
        changes.mark_unchanged();
        if person != Person::Away {
            // One at a time: what is approved moves the ticket, and the others are filed anew.
            while let Some(waiting) = sitting.store.proposals(&query).await?.into_iter().next() {
                one(sitting, by, waiting.proposal.id(), person, &mut decisions).await?;
            }
        }
        tokio::select! {
            () = done.cancelled() => return Ok(decisions),
            changed = changes.changed() => if changed.is_err() { return Ok(decisions) },
        }
    }
}

async fn one(
    sitting: &Sitting,
    by: &Reviewer,
    id: &ProposalId,
    person: Person,
    decisions: &mut Decisions,
) -> Result<(), CommitError> {
    let (commit, run) = (&sitting.commit, &sitting.run);
    if person == Person::Deny {
        let outcome = commit.deny(run, by, id, REASON, Duration::ZERO).await?;
        if outcome == Outcome::Denied {
            decisions.denied += 1;
        } else {
            decisions.surprises.push(format!("a denial came out as {outcome:?}"));
        }
        return Ok(());
    }
    let Some(mut card) = card(sitting, by, id).await? else { return Ok(()) };
    if person == Person::Edit && decisions.edited.is_none() {
        let call = edited(card.proposal().call());
        decisions.edited = Some(call.clone());
        let changed = match commit.edit(run, by, card.proposal().id(), call).await? {
            Ok(new) => self::card(sitting, by, &new).await?,
            Err(outcome) => {
                decisions.surprises.push(format!("an edit came out as {outcome:?}"));
                commit.deny(run, by, card.proposal().id(), REASON, Duration::ZERO).await?;
                None
            }
        };
        let Some(changed) = changed else { return Ok(()) };
        card = changed;
    }
    let digest = card.proposal().digest().to_string();
    let signature = Signature::under(&card.text());
    let id = card.proposal().id().clone();
    let outcome = commit.approve(run, by, card, &signature).await?;
    if matches!(outcome, Outcome::Executed { .. }) {
        decisions.approved.push(digest);
    } else {
        decisions.surprises.push(format!("an approval came out as {outcome:?}"));
        // What cannot be approved must not wait for ever.
        commit.deny(run, by, &id, REASON, Duration::ZERO).await?;
    }
    Ok(())
}

async fn card(sitting: &Sitting, by: &Reviewer, id: &ProposalId) -> Result<Option<Card>, CommitError> {
    Ok(match sitting.commit.open(&sitting.run, by, id).await? {
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
