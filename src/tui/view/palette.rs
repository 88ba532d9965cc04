//! The palette over the page: what was typed, and the commands that it means.

use crate::tui::keymap::{Command, Context};
use crate::tui::model::Model;
use crate::tui::model::layout;
use crate::tui::model::palette::{Choice, Palette};
use crate::tui::model::wrap::pad;
use crate::tui::theme::Ink;
use crate::tui::view::canvas::Canvas;

/// What stands before the typed words.
const PROMPT: &str = ": ";
/// Columns of a command's name.
const NAME: usize = 17;

pub(crate) fn draw(model: &Model, canvas: &mut Canvas<'_, '_>, palette: &Palette) {
    let parts = layout::palette(model.size, palette.all.len());
    let key = |command| model.keys.key(Context::Palette, command);
    let foot = format!(" {} runs it, {} closes ", key(Command::Submit), key(Command::Back));
    let title = format!(" Commands in: {} ", palette.asked_in.as_str());
    canvas.boxed(parts.frame, Ink::Accent, canvas.say(Ink::Strong, title), canvas.say(Ink::Dim, foot));
    find(canvas, palette, &parts);
    if palette.found().len() == 0 {
        canvas.row(parts.list, 0, vec![canvas.say(Ink::Dim, "no command here has these words")]);
    }
    let rows = palette.found().enumerate().skip(palette.top);
    for (at, (number, choice)) in (0..parts.list.height).zip(rows) {
        if let Some(choice) = choice {
            row(canvas, &parts, at, choice, number == palette.selected);
        }
    }
}

fn find(canvas: &mut Canvas<'_, '_>, palette: &Palette, parts: &layout::PaletteParts) {
    let (_, column) = palette.filter.cursor_in_sight();
    let typed = palette.filter.shown_line();
    let count = canvas.say(Ink::Dim, format!("{} of {}", palette.found().len(), palette.all.len()));
    let left = vec![canvas.say(Ink::Accent, PROMPT), canvas.say(Ink::Strong, typed)];
    canvas.row_split(parts.find, 0, left, vec![count]);
    canvas.cursor(parts.find, PROMPT.len() + column, 0);
    canvas.rule(parts.rule, 0);
}

fn row(canvas: &mut Canvas<'_, '_>, parts: &layout::PaletteParts, at: u16, choice: &Choice, selected: bool) {
    let mark = if selected { "▸ " } else { "  " };
    let left = vec![
        canvas.say(Ink::Accent, format!("{mark}{}", pad(choice.name, NAME))),
        canvas.say(Ink::Plain, &choice.help),
    ];
    canvas.row_split(parts.list, at, left, vec![canvas.say(Ink::Dim, &choice.keys)]);
    if selected {
        canvas.tint_row(parts.list, at, Ink::Selected);
    }
}
