//! A message that is about to get a ticket of its own, while its subject is written.

use crate::domain::split;
use crate::domain::ticket::{Message, Ticket};
use crate::tui::editor::Editor;

/// Which message, and under which subject.
#[derive(Clone, Debug)]
pub(crate) struct Splitting {
    /// The ticket as it was when the question was asked.
    pub(crate) ticket: Ticket,
    /// Counted from 0.
    pub(crate) message: usize,
    pub(crate) subject: Editor,
    /// Whether the person wrote the subject: then it stays when another message is chosen.
    pub(crate) written: bool,
    pub(crate) trouble: Option<String>,
}

impl Splitting {
    pub(crate) fn of(ticket: Ticket, message: usize) -> Self {
        let subject = Editor::text_of("");
        let mut splitting = Self { ticket, message, subject, written: false, trouble: None };
        splitting.point(message);
        splitting
    }

    pub(crate) fn chosen(&self) -> Option<&Message> {
        self.ticket.thread.get(self.message)
    }

    /// Takes another message.
    pub(crate) fn point(&mut self, message: usize) {
        self.message = message.min(self.ticket.thread.len().saturating_sub(1));
        self.trouble = None;
        if !self.written {
            let row = &self.ticket.row;
            let subject = self.chosen().map(|message| split::subject(message, row)).unwrap_or_default();
            self.subject = Editor::text_of(&subject);
        }
    }
}
