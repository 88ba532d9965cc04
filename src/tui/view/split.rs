//! The question for the subject of a message that gets a ticket of its own.

use ratatui::layout::Rect;

use crate::domain::text;
use crate::tui::model::Model;
use crate::tui::model::layout;
use crate::tui::model::split::Splitting;
use crate::tui::theme::Ink;
use crate::tui::view::canvas::Canvas;
use crate::tui::view::draft;

pub(crate) fn draw(model: &Model, canvas: &mut Canvas<'_, '_>, splitting: &Splitting) {
    let parts = layout::splitting(model.size);
    let number = splitting.message + 1;
    let title = format!(" A ticket of its own for message [{number}] of {} ", splitting.ticket.row.id);
    let foot =
        canvas.say(Ink::Dim, model.tell(" {submit} opens the card, {up} {down} another message, {back} closes "));
    canvas.boxed(parts.frame, Ink::Accent, canvas.say(Ink::Strong, title), foot);
    canvas.row(parts.label, 0, vec![canvas.say(Ink::Accent, "Subject: ")]);
    draft::written(canvas, parts.subject, &splitting.subject, true);
    if let Some(trouble) = &splitting.trouble {
        canvas.row(
            parts.label,
            parts.label.height.saturating_sub(1),
            vec![canvas.say(Ink::Danger, format!("✗ {trouble}"))],
        );
    }
    canvas.rule(parts.message, 0);
    message(model, canvas, splitting, parts.message);
}

/// Whose message it is, and how it begins; the card shows all of it.
fn message(model: &Model, canvas: &mut Canvas<'_, '_>, splitting: &Splitting, area: Rect) {
    let Some(message) = splitting.chosen() else { return };
    let day = message.at.to_zoned(model.zone.clone()).strftime("%d %b %H:%M").to_string();
    let who = format!("{} ({}), {day}, {}", text::short(&message.name, 40), message.author, message.visibility);
    canvas.row(area, 1, vec![canvas.say(Ink::Dim, who)]);
    let body = message.body.lines().filter(|line| !line.trim().is_empty());
    for (at, line) in (2..area.height).zip(body) {
        canvas.row(area, at, vec![canvas.say(Ink::Plain, text::short(line, 400))]);
    }
}
