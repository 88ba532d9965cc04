//! The tour: its steps. Whoever knows their way just types: the first key that is not the tour's ends it and acts.

use crossterm::event::KeyEvent;

use crate::tui::events::{Effect, Moment};
use crate::tui::keymap::Command;
use crate::tui::model::pages::Page;
use crate::tui::model::tour::Tour;
use crate::tui::model::{Dialog, Model};
use crate::tui::update::keys;

/// Shows the first step, over the page that it is about.
pub(super) fn open(model: &mut Model) -> Vec<Effect> {
    model.page = Page::Work;
    model.dialog = Dialog::Tour(Tour::default());
    vec![]
}

pub(super) fn pressed(model: &mut Model, key: &KeyEvent, command: Option<Command>, at: Moment) -> Vec<Effect> {
    let Dialog::Tour(tour) = model.dialog else { return vec![] };
    let next = match command {
        Some(Command::NextField) => tour.next(),
        Some(Command::PrevField) => Some(tour.before()),
        Some(Command::Back) => None,
        Some(_) | None => {
            model.dialog = Dialog::None;
            return keys::pressed(model, key, at);
        }
    };
    model.dialog = next.map_or(Dialog::None, Dialog::Tour);
    vec![]
}
