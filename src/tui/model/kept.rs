//! What a screen remembers until the next start: where the person was, and how they like it.

use serde::{Deserialize, Serialize};

use crate::domain::ids::TicketId;
use crate::tui::model::queue::Seek;
use crate::tui::model::{Model, Pane};
use crate::tui::theme::Theme;

/// Most characters of a filter that are kept.
const MOST_FILTER: usize = 400;

/// Where the person was. Whatever cannot be found again is left out, and nothing in it is ever shown as it stands.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Kept {
    /// The view of the queue, by name.
    pub view: String,
    /// The filter of the queue.
    pub filter: String,
    /// The selected row, and the ticket in it.
    pub row: u64,
    /// The selected ticket.
    pub selected: Option<TicketId>,
    /// The open ticket.
    pub open: Option<TicketId>,
    /// The pane that had the keyboard, by name.
    pub pane: String,
    /// Whether quoted text was unfolded.
    pub quotes: bool,
    /// The theme, where the person chose one at the screen.
    pub theme: Option<String>,
    /// Whether the mouse was listened to, where the person chose that at the screen.
    pub mouse: Option<bool>,
}

impl Model {
    /// What is to be remembered now.
    #[must_use]
    pub fn kept(&self) -> Kept {
        let open = self.open.as_deref();
        Kept {
            view: self.queue.view_name().to_owned(),
            filter: if let Seek::Filter(words) = &self.queue.seek { words.clone() } else { String::new() },
            row: self.queue.selected,
            selected: self.queue.selected_row().map(|row| row.id.clone()),
            open: open.map(|open| open.id.clone()),
            pane: self.focus.name().to_owned(),
            quotes: open.is_some_and(|open| open.thread.quotes_shown),
            theme: self.chosen.theme.map(|theme| theme.as_str().to_owned()),
            mouse: self.chosen.mouse,
        }
    }

    /// Goes where the person was; [`crate::tui::update::start`] loads it.
    pub fn restore(&mut self, kept: Kept) {
        if let Some(view) = self.queue.views.iter().position(|view| view.name == kept.view) {
            self.queue.view = view;
        }
        if (1..=MOST_FILTER).contains(&kept.filter.chars().count()) {
            self.queue.seek(Seek::Filter(kept.filter.clone()));
        }
        self.queue.selected = kept.row;
        self.queue.wanted.clone_from(&kept.selected);
        if let Some(theme) = kept.theme.as_deref().and_then(Theme::named) {
            (self.theme, self.chosen.theme) = (theme, Some(theme));
        }
        if let Some(mouse) = kept.mouse {
            (self.mouse, self.chosen.mouse) = (mouse, Some(mouse));
        }
        self.kept = Some(Box::new(kept));
    }
}

impl Kept {
    /// The pane that is to have the keyboard.
    pub(crate) fn pane(&self) -> Pane {
        Pane::ALL.into_iter().find(|pane| pane.name() == self.pane).unwrap_or(Pane::Queue)
    }
}
