//! The card for many tickets.

use ratatui::layout::Rect;

use crate::domain::approval::Kind;
use crate::tui::model::Model;
use crate::tui::model::bulk::Bulk;
use crate::tui::model::card::Signable as _;
use crate::tui::model::layout;
use crate::tui::theme::Ink;
use crate::tui::view::canvas::Canvas;

pub(crate) fn draw(model: &Model, bulk: &Bulk, canvas: &mut Canvas<'_, '_>) {
    let body = layout::frame(model.size).body;
    let frame = Rect { height: body.height.saturating_sub(1), ..body };
    let chosen = bulk.chosen().count();
    let title = if bulk.is_over() {
        format!(" {} tickets, one result each ", bulk.items.len())
    } else {
        format!(" Approve update_ticket on {chosen} of {} tickets? ", bulk.items.len())
    };
    let (keys, ink) = match (bulk.is_over(), bulk.needs_two()) {
        (true, _) => (" Esc back ", Ink::Accent),
        (false, true) => (" one receipt each · A, then R: a ticket ends ", Ink::Danger),
        (false, false) => (" one receipt each · A approves ", Ink::Accent),
    };
    canvas.boxed(frame, ink, canvas.say(Ink::Strong, title), canvas.say(Ink::Plain, keys));
    let area = layout::card(model.size);
    for (at, (of, row)) in (0..area.height).zip(bulk.rows.iter().skip(bulk.top)) {
        let ink = match row.kind {
            Kind::Heading => Ink::Accent,
            Kind::Change => Ink::Strong,
            Kind::Text | Kind::Note => Ink::Plain,
            Kind::Warning => Ink::Danger,
        };
        let mark = if *of == bulk.selected && row.kind == Kind::Heading { "▸" } else { " " };
        canvas.row(area, at, vec![canvas.say(Ink::Accent, mark), canvas.say(ink, &row.text)]);
    }
    let last = (bulk.top + usize::from(area.height)).min(bulk.rows.len());
    let lines = format!("line {}–{last} of {}", (bulk.top + 1).min(bulk.rows.len()), bulk.rows.len());
    let seen = match (bulk.is_over(), bulk.obstacle(&model.desk.me)) {
        (true, _) => lines,
        (false, Some(obstacle)) => format!("{lines}, {obstacle}"),
        (false, None) => format!("{lines}, all shown"),
    };
    canvas.row_split(body, body.height.saturating_sub(1), vec![], vec![canvas.say(Ink::Warn, format!("{seen} "))]);
}
