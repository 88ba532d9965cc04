//! What the person has seen of which ticket.

use std::collections::BTreeMap;

use crate::domain::ids::TicketId;
use crate::domain::ticket::TicketRow;
use crate::tui::events::RequestId;

/// The versions last seen of the tickets that are loaded; of others nothing is known.
#[derive(Clone, Debug, Default)]
pub(crate) struct Seen {
    versions: BTreeMap<TicketId, u64>,
    waiting: Option<RequestId>,
}

impl Seen {
    pub(crate) fn ask(&mut self, request: RequestId) {
        self.waiting = Some(request);
    }

    /// Takes what the desk knows: a version for each ticket asked about, 0 for one never seen.
    pub(crate) fn arrived(&mut self, request: RequestId, versions: Vec<(TicketId, u64)>) {
        if self.waiting.take_if(|waiting| *waiting == request).is_some() {
            self.versions = versions.into_iter().collect();
        }
    }

    /// Knows it without asking: the person has just done it.
    pub(crate) fn note(&mut self, ticket: TicketId, version: u64) {
        self.versions.insert(ticket, version);
    }

    /// Whether the person has yet to see the ticket as it is now; one that asks for no more work is never unread.
    pub(crate) fn is_unread(&self, row: &TicketRow) -> bool {
        !row.status.is_done() && self.versions.get(&row.id).is_some_and(|seen| *seen < row.version)
    }
}
