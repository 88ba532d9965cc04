//! The card for many tickets.

use ratatui::layout::Rect;

use crate::domain::approval::Kind;
use crate::tui::model::Model;
use crate::tui::model::bulk::Bulk;
use crate::tui::model::layout;
use crate::tui::theme::Ink;
use crate::tui::view::canvas::Canvas;
use crate::tui::view::card::{below, ink_of, progress, seen};

pub(crate) fn draw(model: &Model, bulk: &Bulk, canvas: &mut Canvas<'_, '_>) {
    let body = layout::frame(model.size).body;
    let all = bulk.items.len();
    let (title, foot, ink) = match (bulk.is_over(), bulk.risk()) {
        (true, _) => (format!(" {all} tickets, one result each "), model.tell(" {back} back "), Ink::Accent),
        (false, Some(risk)) => (
            asked(bulk),
            format!(" one receipt each · {}: {risk} ", model.tell("{approve}, then {release}")),
            Ink::Danger,
        ),
        (false, None) => (asked(bulk), model.tell(" one receipt each · {approve} approves "), Ink::Accent),
    };
    let frame = Rect { height: body.height.saturating_sub(1), ..body };
    canvas.boxed(frame, ink, canvas.say(Ink::Strong, title), canvas.say(Ink::Plain, foot));
    let area = layout::card(model.size);
    for (at, (of, row)) in (0..area.height).zip(bulk.rows().skip(bulk.top)) {
        let mark = if of == bulk.selected && row.kind == Kind::Heading { "▸" } else { " " };
        canvas.row(area, at, vec![canvas.say(Ink::Accent, mark), canvas.say(ink_of(row.kind), &row.text)]);
    }
    let lines = progress(bulk.top, bulk.rows().count(), area.height);
    let words = if bulk.is_over() { lines } else { seen(model, bulk, &lines) };
    below(canvas, body, &words);
}

fn asked(bulk: &Bulk) -> String {
    format!(" Approve update_ticket on {} of {} tickets? ", bulk.chosen().count(), bulk.items.len())
}
