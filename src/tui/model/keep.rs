//! Whether what was written is safe, and what stays in memory until it is.

use std::collections::BTreeMap;

use crate::domain::ids::TicketId;
use crate::tui::events::{Moment, RequestId, Written};
use crate::tui::model::open::OpenTicket;
use crate::tui::model::{Dialog, Model};

/// How long a pause in typing is before what was typed is saved.
pub(crate) const PAUSE: Moment = Moment::from_millis(700);
/// How long somebody may write without a pause before it is saved.
pub(crate) const LONGEST: Moment = Moment::from_secs(5);

/// Whether what was written is safe in its file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Saving {
    Clean,
    Typed { since: Moment, last: Moment },
    Running { request: RequestId },
    Failed,
}

/// What was written on a ticket that is not open any more, and is not safe yet.
#[derive(Clone, Debug)]
pub(crate) struct Left {
    /// The save that is on its way.
    pub(crate) request: Option<RequestId>,
    pub(crate) written: Written,
}

/// What is in memory only.
#[derive(Clone, Debug, Default)]
pub(crate) struct Unsaved {
    /// By tickets that are not open any more.
    pub(crate) left: BTreeMap<TicketId, Left>,
    /// Whether the last save failed; it was told then.
    pub(crate) failing: bool,
}

impl Model {
    /// What was written on the open ticket.
    pub(crate) fn written(&self) -> Written {
        let Some(open) = self.open.as_deref() else { return Written::default() };
        let note = if let Dialog::Note(editor) = &self.dialog { editor.text() } else { open.note.clone() };
        let reply = if open.draft.edited { open.draft.editor.text() } else { String::new() };
        let made_for = open.draft.made_for.filter(|_| !reply.is_empty());
        Written { reply, note: if note.trim().is_empty() { String::new() } else { note }, made_for }
    }

    /// Whether something that was written is on its way into a file.
    #[must_use]
    pub fn is_saving(&self) -> bool {
        let running = |open: &OpenTicket| matches!(open.saving, Saving::Running { .. });
        self.open.as_deref().is_some_and(running) || self.unsaved.left.values().any(|left| left.request.is_some())
    }

    /// Whether some text would be lost by leaving.
    #[must_use]
    pub fn is_unsaved(&self) -> bool {
        self.open.as_ref().is_some_and(|open| open.saving != Saving::Clean) || !self.unsaved.left.is_empty()
    }
}
