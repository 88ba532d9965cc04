//! What lies over the work page.

use crate::tui::editor::Editor;
use crate::tui::model::form::UpdateForm;
use crate::tui::model::list::List;
use crate::tui::model::picker::{OpenedIn, Picker};
use crate::tui::model::rating::Rating;
use crate::tui::model::rewrite::Ways;
use crate::tui::model::sources::Sources;
use crate::tui::model::split::Splitting;
use crate::tui::model::tour::Tour;
use crate::tui::model::{Question, Snooze};

/// What lies over the panes of the work page.
#[derive(Clone, Debug)]
pub(crate) enum Dialog {
    None,
    Filter(Editor),
    Editing,
    Picking(Box<Picker>),
    Rewriting(Ways),
    Sources(Box<Sources>),
    Note(Editor),
    Form(Box<UpdateForm>),
    Snooze(Box<Snooze>),
    Rating(Box<Rating>),
    List(Box<List>),
    Splitting(Box<Splitting>),
    Tour(Tour),
    Confirm(Question),
    /// Replies wait in the outbox and the person wants to quit.
    Leaving,
}

impl Dialog {
    /// Whether the draft is being edited, be it under the picker.
    pub(crate) fn is_editing(&self) -> bool {
        match self {
            Self::Editing => true,
            Self::Picking(picker) => picker.opened_in == OpenedIn::Editor,
            Self::Rewriting(ways) => ways.opened_in == OpenedIn::Editor,
            Self::Sources(sources) => sources.opened_in == OpenedIn::Editor,
            Self::None
            | Self::Filter(_)
            | Self::Note(_)
            | Self::Form(_)
            | Self::Snooze(_)
            | Self::Rating(_)
            | Self::List(_)
            | Self::Splitting(_)
            | Self::Tour(_)
            | Self::Confirm(_)
            | Self::Leaving => false,
        }
    }
}
