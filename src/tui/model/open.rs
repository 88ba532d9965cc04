//! The ticket at hand: thread, customer, summary, draft.

use crate::domain::customer::Customer;
use crate::domain::draft::Summary;
use crate::domain::ids::TicketId;
use crate::domain::ticket::{Ticket, Tone};
use crate::tui::events::Earlier;
use crate::tui::model::draft::Draft;
use crate::tui::model::slot::Slot;
use crate::tui::model::thread::Thread;

/// One open ticket with everything about it.
#[derive(Clone, Debug)]
pub(crate) struct OpenTicket {
    pub(crate) id: TicketId,
    pub(crate) ticket: Slot<Ticket>,
    pub(crate) customer: Option<Customer>,
    pub(crate) thread: Thread,
    pub(crate) summary: Slot<Summary>,
    pub(crate) highlight: usize,
    /// Tickets like it, the most alike first.
    pub(crate) similar: Slot<Vec<Earlier>>,
    pub(crate) draft: Draft,
    /// An internal note that was begun.
    pub(crate) note: String,
    /// The version that the queue has seen since, when it is newer than the one shown.
    pub(crate) moved_to: Option<u64>,
}

impl OpenTicket {
    pub(crate) fn new(id: TicketId, tone: Tone) -> Self {
        Self {
            id,
            ticket: Slot::default(),
            customer: None,
            thread: Thread::default(),
            summary: Slot::default(),
            highlight: 0,
            similar: Slot::default(),
            draft: Draft::new(tone),
            note: String::new(),
            moved_to: None,
        }
    }

    pub(crate) fn version(&self) -> Option<u64> {
        self.ticket.value.as_ref().map(|ticket| ticket.row.version)
    }

    /// Whether the draft was made for an older version of the ticket.
    pub(crate) fn is_stale(&self) -> bool {
        let newest = self.moved_to.or(self.version());
        self.draft.made_for.is_some_and(|made| newest.is_some_and(|now| now > made))
    }
}
