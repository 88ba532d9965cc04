//! Unread tickets: asked for with the rows, read by opening, marked by hand.

use crate::domain::ids::TicketId;
use crate::domain::ticket::TicketRow;
use crate::tui::events::Effect;
use crate::tui::model::Model;
use crate::tui::model::pages::Notice;
use crate::tui::update::{NOTHING_SELECTED, queue};

/// Asks what the person has seen of the tickets that are loaded.
pub(super) fn load(model: &mut Model) -> Vec<Effect> {
    let tickets: Vec<_> = model.queue.rows().iter().map(|row| row.id.clone()).collect();
    if tickets.is_empty() {
        return vec![];
    }
    let request = model.request();
    model.queue.seen.ask(request);
    vec![Effect::LoadSeen { request, tickets }]
}

/// The open ticket is before the person's eyes as it is now.
pub(super) fn opened(model: &mut Model) -> Vec<Effect> {
    let shown = model.open.as_ref().and_then(|open| Some((open.id.clone(), open.version()?)));
    see(model, shown.into_iter().collect())
}

/// Marks the tickets unread; where the first of them is unread already, all of them read.
pub(super) fn toggle(model: &mut Model) -> Vec<Effect> {
    let meant = queue::meant(model);
    let rows: Vec<TicketRow> = meant.iter().filter_map(|id| row(model, id)).collect();
    let Some(first) = rows.first() else {
        model.note(Notice::plain(model.tell(NOTHING_SELECTED)));
        return vec![];
    };
    let read = model.queue.seen.is_unread(first);
    let words = match (rows.iter().filter(|row| !row.status.is_done()).count(), read) {
        (0, _) => "a ticket that is resolved or closed is never unread".to_owned(),
        (n, true) => format!("{} read", tickets(n)),
        (n, false) => format!("{} unread", tickets(n)),
    };
    model.note(Notice::plain(words));
    see(model, rows.into_iter().map(|row| (row.id, if read { row.version } else { 0 })).collect())
}

fn see(model: &mut Model, tickets: Vec<(TicketId, u64)>) -> Vec<Effect> {
    if tickets.is_empty() {
        return vec![];
    }
    for (ticket, version) in &tickets {
        model.queue.seen.note(ticket.clone(), *version);
    }
    vec![Effect::See { request: model.request(), tickets }]
}

/// The row of a ticket, out of the queue or of what is open.
fn row(model: &Model, id: &TicketId) -> Option<TicketRow> {
    let open = || model.open.as_deref().filter(|open| open.id == *id)?.ticket.value.as_ref().map(|t| t.row.clone());
    model.queue.row_of(id).cloned().or_else(open)
}

fn tickets(n: usize) -> String {
    if n == 1 { "the ticket is marked".to_owned() } else { format!("{n} tickets are marked") }
}
