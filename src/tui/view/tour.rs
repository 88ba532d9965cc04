//! A step of the tour: a small box beside what it is about.

use crate::tui::keymap::{Command, Context};
use crate::tui::model::layout::{self, width};
use crate::tui::model::tour::{STEPS, Tour};
use crate::tui::model::{Model, wrap};
use crate::tui::theme::Ink;
use crate::tui::view::canvas::Canvas;

pub(crate) fn draw(model: &Model, canvas: &mut Canvas<'_, '_>, tour: Tour) {
    let step = tour.step();
    let room = width(layout::tour(model, step.about, 0)).saturating_sub(4);
    let told: Vec<String> = step.words.iter().map(|words| model.tell(words)).collect();
    let rows: Vec<&str> =
        told.iter().flat_map(|text| wrap::text(text, room).into_iter().map(|row| &text[row])).collect();
    let area = layout::tour(model, step.about, u16::try_from(rows.len()).unwrap_or(u16::MAX));
    let title = format!(" {} · {} of {} ", step.title, tour.number(), STEPS.len());
    let foot = canvas.say(Ink::Dim, foot(model, tour));
    let inner = canvas.boxed(area, Ink::Accent, canvas.say(Ink::Strong, title), foot);
    for (at, row) in (0..).zip(rows) {
        canvas.row(inner, at, vec![canvas.say(Ink::Plain, format!(" {row}"))]);
    }
}

/// The keys of the tour, at its border.
fn foot(model: &Model, tour: Tour) -> String {
    let key = |command| model.keys.key(Context::Tour, command);
    let next = if tour.next().is_some() { "next" } else { "ends it" };
    let back = if tour.number() > 1 { format!("{} back · ", key(Command::PrevField)) } else { String::new() };
    format!(" {} {next} · {back}{} skips ", key(Command::NextField), key(Command::Back))
}
