//! The tour: what stands where on the screen, in a few steps.

use crate::tui::model::{Dialog, Model, Pane};

/// A step of the tour. A key is named by its command, so that it is the one in force.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Step {
    pub(crate) title: &'static str,
    /// Which pane it is about, if it is about one: it stays in sight where there is room beside it.
    pub(crate) about: Option<Pane>,
    /// Each begins a line of its own.
    pub(crate) words: &'static [&'static str],
}

/// All of them, in order.
pub(crate) const STEPS: [Step; 5] = [
    Step {
        title: "The queue",
        about: Some(Pane::Queue),
        words: &[
            "The tickets of a view, and when each is due.",
            "{down} and {up} move, {open} opens one, {view-1} to {view-9} change the view.",
            "{filter} filters the view, {find-said} finds what was said in any message.",
        ],
    },
    Step {
        title: "The ticket",
        about: Some(Pane::Ticket),
        words: &[
            "Its thread, and beside it a summary and a draft; in a small window they are tabs.",
            "{next-pane} goes to the next one, {back} leads back to the queue.",
            "{customer} shows the customer, {similar} tickets like it.",
        ],
    },
    Step {
        title: "The draft",
        about: Some(Pane::Draft),
        words: &[
            "The assistant's reply, with its sources; ~what has none~ is marked.",
            "{edit} edits it, {tone} asks for another tone, {canned} inserts a canned reply.",
            "{send} proposes to send it, and nothing is sent by that.",
        ],
    },
    Step {
        title: "Your signature",
        about: None,
        words: &[
            "Nothing changes a ticket or reaches a customer before you have read it all on a card and signed it.",
            "{approve} approves, {release} confirms where it takes two keys, {deny} denies.",
            "{pending} lists what waits, {next-pending} opens the first of it, {outbox} shows what can still be taken back.",
        ],
    },
    Step {
        title: "Every key",
        about: None,
        words: &[
            "{help} lists the keys of wherever you are, {commands} finds a command by its name.",
            "{log} is the log of every tool call, {quit} quits.",
            "{tour} shows this again.",
        ],
    },
];

/// Where the person is in it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Tour {
    at: usize,
}

impl Tour {
    pub(crate) fn step(self) -> &'static Step {
        &STEPS[self.at.min(STEPS.len() - 1)]
    }

    /// Its number for people.
    pub(crate) fn number(self) -> usize {
        self.at + 1
    }

    /// The step after it; none after the last.
    pub(crate) fn next(self) -> Option<Self> {
        (self.number() < STEPS.len()).then(|| Self { at: self.at + 1 })
    }

    /// The step before it; the first has none and stays.
    pub(crate) fn before(self) -> Self {
        Self { at: self.at.saturating_sub(1) }
    }
}

impl Model {
    /// A screen that shows a person who never sat here what stands where.
    #[must_use]
    pub fn welcoming(mut self) -> Self {
        self.dialog = Dialog::Tour(Tour::default());
        self
    }
}
