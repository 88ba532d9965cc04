//! The ticket at hand: thread, customer, summary, draft.

use crate::domain::customer::Customer;
use crate::domain::draft::Summary;
use crate::domain::feedback::{Given, digest_of};
use crate::domain::ids::TicketId;
use crate::domain::ticket::{Author, Ticket, Tone, Visibility};
use crate::tui::events::{Earlier, RequestId};
use crate::tui::model::draft::Draft;
use crate::tui::model::keep::Saving;
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
    /// The person's thumbs for texts about it.
    pub(crate) thumbs: Slot<Vec<Given>>,
    /// Tickets like it, the most alike first.
    pub(crate) similar: Slot<Vec<Earlier>>,
    pub(crate) draft: Draft,
    /// An internal note that was begun.
    pub(crate) note: String,
    /// Whether draft and note are safe.
    pub(crate) saving: Saving,
    /// What was saved before is on its way back.
    pub(crate) restoring: Option<RequestId>,
    /// The version that the queue has seen since, when it is newer than the one shown.
    pub(crate) moved_to: Option<u64>,
}

impl OpenTicket {
    pub(crate) fn new(id: TicketId, tone: Tone) -> Self {
        Self {
            id,
            ticket: Slot::default(),
            customer: None,
            thread: Thread::at_newest(),
            summary: Slot::default(),
            highlight: 0,
            thumbs: Slot::default(),
            similar: Slot::default(),
            draft: Draft::new(tone),
            note: String::new(),
            saving: Saving::Clean,
            restoring: None,
            moved_to: None,
        }
    }

    pub(crate) fn version(&self) -> Option<u64> {
        self.ticket.value.as_ref().map(|ticket| ticket.row.version)
    }

    /// The person's thumb for the summary that is shown.
    pub(crate) fn summary_thumb(&self) -> Option<&Given> {
        self.thumb("summarize_ticket", self.summary.value.as_ref().map(|summary| summary.summary.as_str())?)
    }

    /// The person's thumb for the draft, as the assistant wrote it.
    pub(crate) fn draft_thumb(&self) -> Option<&Given> {
        let suggestion = self.draft.suggestion.value.as_ref()?;
        self.thumb("suggest_response", &suggestion.response_text)
    }

    fn thumb(&self, tool: &str, text: &str) -> Option<&Given> {
        let mut of_tool = self.thumbs.value.iter().flatten().filter(|given| given.tool == tool).peekable();
        of_tool.peek()?;
        let shown = digest_of(text);
        of_tool.find(|given| given.shown == shown)
    }

    /// The newest version that is known of.
    pub(crate) fn newest(&self) -> Option<u64> {
        self.moved_to.or(self.version())
    }

    /// The version that is read just now, where no newer one is known of or on its way.
    pub(crate) fn settled_version(&self) -> Option<u64> {
        self.version().filter(|_| self.moved_to.is_none() && !self.ticket.is_waiting())
    }

    /// Whether the last word to the customer is ours, so that nobody waits for another.
    pub(crate) fn is_answered(&self) -> bool {
        let thread = self.ticket.value.as_ref().map_or(&[][..], |ticket| &ticket.thread);
        let last = thread.iter().rev().find(|message| message.visibility == Visibility::Public);
        last.is_some_and(|message| message.author == Author::Agent)
    }

    /// Whether the draft was made for an older version of the ticket.
    pub(crate) fn is_stale(&self) -> bool {
        self.draft.made_for.is_some_and(|made| self.newest().is_some_and(|now| now > made))
    }
}
