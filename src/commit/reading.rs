//! What the backend has: read before a card is shown, and read back after a write.

use serde_json::json;

use crate::commit::{Commit, CommitError, event};
use crate::domain::actor::Reviewer;
use crate::domain::answer::Answer;
use crate::domain::approval::Fresh;
use crate::domain::audit::Action;
use crate::domain::call::{OfTicket, ReadCall, WriteCall};
use crate::domain::ids::TicketId;
use crate::domain::merge;
use crate::domain::proposal::Proposal;
use crate::domain::ticket::{Status, Ticket};
use crate::tools::{BackendError, Run};

/// The tickets that a call names, as they were just read.
pub(super) struct Tickets {
    own: Ticket,
    other: Option<Ticket>,
}

impl Tickets {
    pub(super) fn version(&self) -> u64 {
        self.own.row.version
    }

    pub(super) fn other_version(&self) -> Option<u64> {
        self.other.as_ref().map(|other| other.row.version)
    }

    /// Whether neither has moved since the proposal was made.
    pub(super) fn are_as_proposed(&self, proposal: &Proposal) -> bool {
        self.version() == proposal.base_version() && self.other_version() == proposal.call().other_version()
    }

    pub(super) fn fresh(&self) -> Fresh<'_> {
        Fresh { ticket: &self.own, other: self.other.as_ref() }
    }
}

/// What reading back has shown.
pub(super) struct Seen {
    /// The ticket's version, when it could be read.
    pub(super) version: Option<u64>,
    pub(super) trace: Trace,
}

/// How much of a write on two tickets is there.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Trace {
    /// Both sides of it, or nothing speaks against it.
    Whole,
    /// One side; in words, which.
    Partly(String),
    /// Neither side.
    None,
}

impl Trace {
    pub(super) fn partly(self) -> Option<String> {
        match self {
            Self::Partly(words) => Some(words),
            Self::Whole | Self::None => None,
        }
    }

    /// What two tickets show of a merge.
    fn of(stays: &Ticket, from: &Ticket) -> Self {
        let (here, there) = (&stays.row.id, &from.row.id);
        let written = from.thread.iter().filter(|message| message.name != merge::DESK);
        let came_over = written.clone().all(|message| stays.thread.contains(message));
        let is_closed = from.row.status == Status::Closed && from.row.lives_on_in().is_none_or(|into| into == here);
        match (came_over, is_closed) {
            (true, true) => Self::Whole,
            (false, false) => Self::None,
            (true, false) => {
                Self::Partly(format!("the messages of {there} stand in {here}, and {there} is not closed"))
            }
            (false, true) => Self::Partly(format!("{there} is closed, and its messages do not stand in {here}")),
        }
    }
}

impl Commit {
    /// Reads every ticket that a call names.
    pub(super) async fn tickets(&self, run: &Run, call: &WriteCall) -> Result<Tickets, CommitError> {
        let own = self.ticket(run, call.ticket_id()).await?;
        let other = match call.other_id() {
            Some(id) => Some(self.ticket(run, id).await?),
            None => None,
        };
        Ok(Tickets { own, other })
    }

    async fn ticket(&self, run: &Run, id: &TicketId) -> Result<Ticket, CommitError> {
        match self.backend.read(run, &ReadCall::GetTicket(OfTicket { ticket_id: id.clone() })).await? {
            Answer::Ticket(answer) => Ok(answer.ticket),
            Answer::Summary(_)
            | Answer::Suggestion(_)
            | Answer::Faq(_)
            | Answer::Article(_)
            | Answer::Page(_)
            | Answer::Customer(_)
            | Answer::Found(_)
            | Answer::Proposals(_)
            | Answer::Proposal(_)
            | Answer::Canned(_)
            | Answer::Rewritten(_) => {
                Err(BackendError::Garbage { tool: "get_ticket", reason: "not a ticket".to_owned() }.into())
            }
        }
    }

    /// What a write has left behind, read from the backend and recorded; `new` is a ticket that it is said to have made.
    pub(super) async fn read_back(
        &self,
        run: &Run,
        by: &Reviewer,
        proposal: &Proposal,
        new: Option<&TicketId>,
    ) -> Seen {
        let own = self.look_again(run, by, proposal, proposal.call().ticket_id()).await;
        let version = own.as_ref().map(|ticket| ticket.row.version);
        let Some(second) = proposal.call().other_id().or(new) else { return Seen { version, trace: Trace::Whole } };
        let other = self.look_again(run, by, proposal, second).await;
        let trace = match (proposal.call(), own, other) {
            (WriteCall::MergeTickets(_), Some(stays), Some(from)) => Trace::of(&stays, &from),
            (WriteCall::SplitMessage(_), _, None) => Trace::Partly(format!("{second}, the new ticket, cannot be read")),
            // What could not be read speaks neither for nor against it.
            (
                WriteCall::UpdateTicket(_)
                | WriteCall::SendReply(_)
                | WriteCall::MergeTickets(_)
                | WriteCall::SplitMessage(_),
                _,
                _,
            ) => Trace::Whole,
        };
        Seen { version, trace }
    }

    async fn look_again(&self, run: &Run, by: &Reviewer, proposal: &Proposal, id: &TicketId) -> Option<Ticket> {
        let read = self.ticket(run, id).await;
        let mut record = event(run, by, Action::ReadBack, proposal);
        if id != proposal.call().ticket_id() {
            record.ticket = Some(id.clone());
            record.version_before = proposal.call().other_version();
        }
        let seen = match read {
            Ok(ticket) => {
                record.version_after = Some(ticket.row.version);
                record.body.result = json!(ticket.row).into();
                Some(ticket)
            }
            Err(error) => {
                "not_read".clone_into(&mut record.outcome);
                record.body.words = Some(error.to_string());
                None
            }
        };
        if let Err(error) = self.store.record(record) {
            tracing::error!(%error, "a read-back was not recorded");
        }
        seen
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn ticket(id: &str, status: &str, bodies: &[&str]) -> Ticket {
        let message = |body: &&str| {
            let name = if *body == "note" { merge::DESK } else { "Ines" };
            json!({"at": "2026-01-01T00:00:00Z", "author": "customer", "name": name, "visibility": "public", "body": body})
        };
        serde_json::from_value(json!({
            "id": id, "subject": "s", "status": status, "priority": "normal", "tags": [], "assignee": null,
            "customer_id": "C-1", "customer_name": "x", "created_at": "2026-01-01T00:00:00Z",
            "updated_at": "2026-01-01T00:00:00Z", "due_at": null, "messages": bodies.len(), "version": 1,
            "sample": false, "thread": bodies.iter().map(message).collect::<Vec<_>>(),
        }))
        .unwrap()
    }

    #[test]
    fn a_merge_is_there_whole_or_partly_or_not() {
        let (from, closed) = (ticket("T-2", "open", &["b"]), ticket("T-2", "closed", &["b", "note"]));
        let (before, after) = (ticket("T-1", "open", &["a"]), ticket("T-1", "open", &["a", "b", "note"]));
        assert_eq!(Trace::of(&after, &closed), Trace::Whole);
        assert_eq!(Trace::of(&before, &from), Trace::None);
        assert!(Trace::of(&after, &from).partly().unwrap().ends_with("T-2 is not closed"));
        assert!(Trace::of(&before, &closed).partly().unwrap().contains("do not stand in T-1"));
    }
}
