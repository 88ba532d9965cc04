//! The palette: opening it, and running what was chosen where it was opened.

use crossterm::event::KeyEvent;

use crate::tui::events::{Effect, Moment};
use crate::tui::keymap::Motion;
use crate::tui::model::Model;
use crate::tui::model::layout::{self, height};
use crate::tui::model::pages::Notice;
use crate::tui::model::palette::Palette;
use crate::tui::update::keys;

pub(super) fn open(model: &mut Model) -> Vec<Effect> {
    model.palette = Some(Box::new(Palette::over(model)));
    vec![]
}

pub(super) fn close(model: &mut Model) -> Vec<Effect> {
    model.palette = None;
    vec![]
}

pub(super) fn go(model: &mut Model, motion: Motion) {
    if let Some(palette) = &mut model.palette {
        let list = layout::palette(model.size, palette.all.len()).list;
        palette.go(motion, height(list) / 2);
    }
}

/// Closes the palette and does what was chosen, as its key would: only where it still holds.
pub(super) fn run(model: &mut Model, key: &KeyEvent, at: Moment) -> Vec<Effect> {
    let Some(palette) = model.palette.take() else { return vec![] };
    let Some(chosen) = palette.selected().map(|choice| choice.command) else {
        model.palette = Some(palette);
        return vec![];
    };
    let here = model.context();
    if here != palette.asked_in || !model.keys.holds(here, chosen) {
        model.note(Notice::plain(
            model.tell("nothing was run, the page has changed meanwhile · {commands} lists what holds now"),
        ));
        return vec![];
    }
    keys::run(model, chosen, key, at)
}
