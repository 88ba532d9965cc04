//! The outbox: which replies wait, how long they can be taken back, and what did not go out.

use ratatui::layout::Rect;
use ratatui::text::Span;

use crate::tui::keymap::Command;
use crate::tui::model::Model;
use crate::tui::model::layout;
use crate::tui::model::outbox::{Letter, OutboxPage, Place, seconds_left};
use crate::tui::theme::Ink;
use crate::tui::view::canvas::Canvas;
use crate::tui::view::queue::shown;

pub(crate) fn draw(model: &Model, page: OutboxPage, canvas: &mut Canvas<'_, '_>) {
    let body = layout::frame(model.size).body;
    let letters = &model.outbox.letters;
    canvas.row(body, 0, vec![canvas.say(Ink::Strong, " Outbox · signed, and not sent yet")]);
    let (list, rule, text) = layout::outbox(model.size, letters.len());
    if letters.is_empty() {
        canvas.row(list, 0, vec![canvas.say(Ink::Dim, model.tell("   Nothing waits to be sent. {back} goes back."))]);
        return;
    }
    let top = (page.selected + 1).saturating_sub(usize::from(list.height));
    for (at, (number, letter)) in (0..list.height).zip(letters.iter().enumerate().skip(top)) {
        let left = vec![
            canvas.say(Ink::Strong, format!(" {}", shown(letter.ticket().as_str(), 10))),
            canvas.say(Ink::Plain, &letter.about),
        ];
        canvas.row_split(list, at, left, vec![state(model, canvas, letter)]);
        if number == page.selected {
            canvas.tint_row(list, at, Ink::Selected);
        }
    }
    canvas.rule(rule, 0);
    if let Some(letter) = letters.get(page.selected) {
        canvas.row(rule, 0, vec![canvas.say(Ink::Danger, "─ PUBLIC, the customer will read this ")]);
        read(canvas, text, page, letter);
    }
}

fn state(model: &Model, canvas: &Canvas<'_, '_>, letter: &Letter) -> Span<'static> {
    match &letter.place {
        Place::Waiting { due, .. } if model.outbox.counts => {
            canvas.say(Ink::Warn, format!("sends in {} s ", seconds_left(*due, model.at)))
        }
        Place::Waiting { .. } => canvas.say(Ink::Warn, "is sent in a moment "),
        Place::Going { .. } => canvas.say(Ink::Accent, "is being sent … "),
        Place::Back(ending) => canvas.say(Ink::Danger, format!("✗ {} ", ending.title)),
    }
}

fn read(canvas: &mut Canvas<'_, '_>, area: Rect, page: OutboxPage, letter: &Letter) {
    let mut area = area;
    if let Place::Back(ending) = &letter.place {
        let words = format!("✗ {} {} {}", ending.title, ending.words, ending.way_out);
        for row in crate::tui::model::wrap::text(&words, usize::from(area.width)) {
            canvas.row(area, 0, vec![canvas.say(Ink::Danger, &words[row])]);
            area = below_first_row(area);
        }
        area = below_first_row(area);
    }
    let rows = letter.rows(usize::from(area.width));
    for (at, row) in (0..area.height).zip(rows.iter().skip(page.text_top)) {
        canvas.row(area, at, vec![canvas.say(Ink::Plain, row)]);
    }
    let below = rows.len().saturating_sub(page.text_top + usize::from(area.height));
    if below > 0 && area.height > 0 {
        canvas.row_split(area, area.height - 1, vec![], vec![canvas.say(Ink::Dim, format!("↓ {below} more "))]);
    }
}

fn below_first_row(area: Rect) -> Rect {
    Rect { y: (area.y + 1).min(area.bottom()), height: area.height.saturating_sub(1), ..area }
}

/// What the status line says of the outbox; `short` where something else is said there too.
pub(crate) fn told(model: &Model, canvas: &Canvas<'_, '_>, short: bool) -> Option<Span<'static>> {
    let key = model.keys.key(model.context(), Command::Outbox);
    let way = |words: &str| if key.is_empty() { String::new() } else { format!(" · {key} {words}") };
    if let Some((letter, ending)) = model.outbox.back().next() {
        let text = format!(" ✗ not sent to {}: {}{} ", letter.ticket(), ending.title, way("shows it"));
        return Some(canvas.say(Ink::Danger, text));
    }
    let (letter, due) = model.outbox.soonest()?;
    let when = if model.outbox.counts { format!("in {} s", seconds_left(due, model.at)) } else { "soon".to_owned() };
    let others = match model.outbox.waiting().count() - 1 {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    let way = if short { String::new() } else { way("takes it back") };
    Some(canvas.say(Ink::Warn, format!(" sends {} {when}{others}{way} ", letter.ticket())))
}
