//! Merging: the other ticket is chosen out of a list, or was marked, and the card follows.

use crate::domain::call::{MergeTickets, WriteCall};
use crate::domain::ids::TicketId;
use crate::domain::proposal::Why;
use crate::domain::ticket::TicketRow;
use crate::tui::events::{Earlier, Effect, RequestId};
use crate::tui::model::list::{Entry, List, Listed, Stays};
use crate::tui::model::pages::Notice;
use crate::tui::model::{Dialog, Model};
use crate::tui::update::propose;

/// Merges the marked ticket into the open one, or asks which.
pub(super) fn open(model: &mut Model) -> Vec<Effect> {
    let open = model.open.as_ref().map(|open| open.id.clone());
    let marked: Vec<_> = model.queue.marked.iter().filter(|id| Some(*id) != open.as_ref()).cloned().collect();
    match &marked[..] {
        [] => choose(model),
        [one] => marked_one(model, one.clone()),
        many => {
            let many = many.len();
            let words = format!("{many} are marked, and a merge is of two: mark one, or none to choose from a list");
            model.note(Notice::plain(words));
            vec![]
        }
    }
}

fn choose(model: &mut Model) -> Vec<Effect> {
    let Some(ticket) = propose::at_hand(model).and_then(|open| open.ticket.value.as_ref()) else { return vec![] };
    let of = Listed::Merge { open: Box::new(ticket.row.clone()), stays: Stays::Open };
    model.dialog = Dialog::List(Box::new(List::new(of)));
    search(model)
}

/// Asks for the tickets that the typed words mean; without words for those that come to mind.
pub(super) fn search(model: &mut Model) -> Vec<Effect> {
    let request = model.request();
    let Dialog::List(list) = &mut model.dialog else { return vec![] };
    let Listed::Merge { open, .. } = &list.of else { return vec![] };
    let (ticket, customer, words) = (open.id.clone(), open.customer_id.clone(), list.filter.text().trim().to_owned());
    list.rows.ask(request);
    vec![Effect::LoadOthers { request, ticket, customer, words }]
}

pub(super) fn arrived(model: &mut Model, request: RequestId, others: Vec<TicketRow>) -> Vec<Effect> {
    if let Dialog::List(list) = &mut model.dialog {
        let entry = |row| Entry::Ticket(Box::new(Earlier { row, answer: None }));
        list.take(request, others.into_iter().map(entry).collect());
    }
    vec![]
}

/// The list was left with a ticket chosen: the card follows, on the versions that were shown.
pub(super) fn chosen(model: &mut Model, list: Box<List>) -> Vec<Effect> {
    let Some((stays, from)) = list.both() else {
        model.dialog = Dialog::List(list);
        return vec![];
    };
    let (expected_version, from_version) = (Some(stays.version), Some(from.version));
    let (ticket_id, from) = (stays.id.clone(), from.id.clone());
    propose(model, MergeTickets { ticket_id, from, expected_version, from_version })
}

/// A ticket that was marked in the queue goes into the open one.
fn marked_one(model: &mut Model, from: TicketId) -> Vec<Effect> {
    let Some(open) = propose::loaded(model) else { return vec![] };
    let (ticket_id, expected_version) = (open.id.clone(), open.version());
    let from_version = model.queue.row_of(&from).map(|row| row.version);
    model.queue.marked.clear();
    propose(model, MergeTickets { ticket_id, from, expected_version, from_version })
}

fn propose(model: &mut Model, call: MergeTickets) -> Vec<Effect> {
    let why = Why { text: format!("merge by {}", model.desk.me.id), ..Why::default() };
    propose::propose(model, WriteCall::MergeTickets(call), why, None)
}
