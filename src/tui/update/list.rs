//! Lists over the page: opened beside the ticket at hand, looked through, left or followed.

use crossterm::event::KeyEvent;

use crate::domain::customer::Customer;
use crate::domain::text;
use crate::domain::ticket::{TicketPage, TicketRow};
use crate::tui::events::{Earlier, Effect, RequestId};
use crate::tui::keymap;
use crate::tui::model::list::{Entry, List, Listed, links_and_files};
use crate::tui::model::pages::Notice;
use crate::tui::model::{Dialog, Model};
use crate::tui::update::{NOTHING_SELECTED, join, visit, work};

/// Who wrote the ticket at hand, and what else they wrote about.
pub(super) fn customer(model: &mut Model) -> Vec<Effect> {
    let Some(row) = row_at_hand(model) else { return nothing_at_hand(model) };
    let customer = row.customer_id.clone();
    let of = Listed::Customer { beside: row.id.clone(), name: row.customer_name.clone(), customer: None };
    let request = wait(model, of);
    vec![Effect::LoadHistory { request, customer }]
}

/// Tickets like the one at hand.
pub(super) fn similar(model: &mut Model) -> Vec<Effect> {
    let Some(ticket) = work::meant(model) else { return nothing_at_hand(model) };
    let of = Listed::Similar(ticket.clone());
    let known = model.open.as_deref().filter(|open| open.id == ticket).and_then(|open| open.similar.value.clone());
    if let Some(known) = known {
        let request = model.request();
        model.dialog = Dialog::List(Box::new(List::filled(of, request, entries(known))));
        return vec![];
    }
    let request = wait(model, of);
    vec![Effect::FindSimilar { request, ticket }]
}

/// What the open ticket's thread points to, and what came with it. Nothing is ever opened from here.
pub(super) fn links(model: &mut Model) -> Vec<Effect> {
    let meant = work::meant(model);
    let request = model.request();
    let open = model.open.as_deref().filter(|open| meant.as_ref() == Some(&open.id));
    let Some(ticket) = open.and_then(|open| open.ticket.value.as_ref()) else {
        model.note(Notice::plain(model.tell("no ticket is open · {open} opens one")));
        return vec![];
    };
    let (of, rows) = (Listed::Links(ticket.row.id.clone()), links_and_files(&ticket.thread));
    if rows.is_empty() {
        model.note(Notice::plain(format!("{} has no links and no attachments", ticket.row.id)));
        return vec![];
    }
    model.dialog = Dialog::List(Box::new(List::filled(of, request, rows)));
    vec![]
}

/// Opens a list whose rows are yet to come.
pub(super) fn wait(model: &mut Model, of: Listed) -> RequestId {
    let request = model.request();
    let mut list = Box::new(List::new(of));
    list.rows.ask(request);
    model.dialog = Dialog::List(list);
    request
}

fn nothing_at_hand(model: &mut Model) -> Vec<Effect> {
    model.note(Notice::plain(model.tell(NOTHING_SELECTED)));
    vec![]
}

/// The row of the ticket that a command means.
fn row_at_hand(model: &Model) -> Option<&TicketRow> {
    let id = work::meant(model)?;
    let open = model.open.as_deref().filter(|open| open.id == id).and_then(|open| open.ticket.value.as_ref());
    open.map(|ticket| &ticket.row).or_else(|| model.queue.row_of(&id))
}

fn entries(tickets: Vec<Earlier>) -> Vec<Entry> {
    tickets.into_iter().map(|earlier| Entry::Ticket(Box::new(earlier))).collect()
}

pub(super) fn history_arrived(
    model: &mut Model,
    request: RequestId,
    found: Option<Box<Customer>>,
    page: TicketPage,
) -> Vec<Effect> {
    let Dialog::List(list) = &mut model.dialog else { return vec![] };
    let Listed::Customer { beside, customer, .. } = &mut list.of else { return vec![] };
    let left_out = page.total.saturating_sub(page.tickets.len() as u64);
    let others = page.tickets.into_iter().filter(|row| row.id != *beside);
    let rows = others.map(|row| Entry::Ticket(Box::new(Earlier { row, answer: None }))).collect();
    if list.rows.waiting() == Some(request) {
        (*customer, list.left_out) = (found, left_out);
    }
    list.take(request, rows);
    vec![]
}

pub(super) fn similar_arrived(model: &mut Model, request: RequestId, tickets: Vec<Earlier>) -> Vec<Effect> {
    if let Some(open) = model.open.as_deref_mut()
        && open.similar.waiting() == Some(request)
    {
        open.similar.take(request, tickets);
    } else if let Dialog::List(list) = &mut model.dialog {
        list.take(request, entries(tickets));
    }
    vec![]
}

/// Does with the selected row what the list is for.
pub(super) fn choose(model: &mut Model, list: Box<List>) -> Vec<Effect> {
    if let Listed::Merge { .. } = list.of {
        return join::chosen(model, list);
    }
    match list.selected().cloned() {
        Some(Entry::Ticket(earlier)) => visit::go(model, earlier.row.id),
        Some(Entry::Link(..) | Entry::File(..)) => {
            model.dialog = Dialog::List(list);
            work::copy(model)
        }
        None => {
            model.dialog = Dialog::List(list);
            vec![]
        }
    }
}

/// Starts to find by typing.
pub(super) fn filter(list: &mut List) -> Vec<Effect> {
    list.typing = true;
    vec![]
}

/// Out of the filter, else out of the list.
pub(super) fn back(model: &mut Model) -> Vec<Effect> {
    match &mut model.dialog {
        Dialog::List(list) if list.typing => {
            list.typing = false;
            list.filter = crate::tui::editor::Editor::line_of("");
            return typed(model);
        }
        Dialog::List(_)
        | Dialog::None
        | Dialog::Filter(_)
        | Dialog::Editing
        | Dialog::Picking(_)
        | Dialog::Rewriting(_)
        | Dialog::Sources(_)
        | Dialog::Note(_)
        | Dialog::Form(_)
        | Dialog::Snooze(_)
        | Dialog::Rating(_)
        | Dialog::Splitting(_)
        | Dialog::Tour(_)
        | Dialog::Confirm(_)
        | Dialog::Leaving => model.dialog = Dialog::None,
    }
    vec![]
}

/// What was typed is another thing now.
pub(super) fn typed(model: &mut Model) -> Vec<Effect> {
    match &mut model.dialog {
        Dialog::List(list) if matches!(list.of, Listed::Merge { .. }) => return join::search(model),
        Dialog::List(list) => list.find(),
        Dialog::None
        | Dialog::Filter(_)
        | Dialog::Editing
        | Dialog::Picking(_)
        | Dialog::Rewriting(_)
        | Dialog::Sources(_)
        | Dialog::Note(_)
        | Dialog::Form(_)
        | Dialog::Snooze(_)
        | Dialog::Rating(_)
        | Dialog::Splitting(_)
        | Dialog::Tour(_)
        | Dialog::Confirm(_)
        | Dialog::Leaving => {}
    }
    vec![]
}

/// What `y` copies of a list.
pub(super) fn copied(list: &List) -> (&'static str, Option<String>) {
    match list.selected() {
        Some(Entry::Ticket(earlier)) => ("the ticket's id", Some(earlier.row.id.to_string())),
        // What no browser reads is copied as it is shown, without what cannot be seen.
        Some(Entry::Link(link, _)) => match &link.target {
            Some(target) if *target != link.written => ("the address as a browser reads it", Some(target.clone())),
            Some(target) => ("the address", Some(target.clone())),
            None => ("what is no address", Some(text::line(&link.written).into_owned())),
        },
        Some(Entry::File(file, _)) => ("the file's name", Some(text::line(&file.name).into_owned())),
        None => ("nothing", None),
    }
}

/// Selects the row whose number was pressed.
pub(super) fn number(model: &mut Model, key: &KeyEvent) -> Vec<Effect> {
    let number = keymap::name_of(key).and_then(|name| name.parse().ok());
    if let (Dialog::List(list), Some(number)) = (&mut model.dialog, number) {
        list.select(number);
    }
    vec![]
}
