//! Many tickets, one card: proposed one by one, approved with one decision, each with its own receipt and result.

use crate::domain::approval::{Card, Signature};
use crate::domain::call::{TicketUpdate, UpdateTicket, WriteCall};
use crate::domain::ids::TicketId;
use crate::domain::proposal::Why;
use crate::tui::events::{Effect, Moment, RequestId};
use crate::tui::model::bulk::{Bulk, Item, State};
use crate::tui::model::card::Ending;
use crate::tui::model::pages::{Notice, Page};
use crate::tui::model::{Decision, Model};
use crate::tui::update::pending;

/// Tickets that one card takes.
pub(super) const MOST: usize = 100;

/// Proposes the same update for each ticket and opens the card of them all.
pub(super) fn propose(model: &mut Model, tickets: Vec<TicketId>, update: &TicketUpdate) -> Vec<Effect> {
    let why = Why { text: format!("update of {} tickets by {}", tickets.len(), model.desk.me.id), ..Why::default() };
    let mut effects = Vec::new();
    let mut items = Vec::new();
    for ticket in tickets {
        let request = model.request();
        let row = model.queue.row_of(&ticket);
        let call = UpdateTicket {
            ticket_id: ticket.clone(),
            update: update.clone(),
            expected_version: row.map(|row| row.version),
        };
        let about = row.map(|row| format!("{} · {}", row.subject, row.customer_name)).unwrap_or_default();
        items.push(Item::opening(ticket, about, request));
        effects.push(Effect::Propose {
            request,
            call: WriteCall::UpdateTicket(call),
            why: why.clone(),
            instead_of: None,
        });
    }
    model.queue.marked.clear();
    model.page = Page::Bulk(Box::new(Bulk::of(items)));
    effects
}

/// The card of one of the tickets; any other card is given back.
pub(super) fn card_arrived(model: &mut Model, request: RequestId, card: Box<Card>) -> Option<Box<Card>> {
    let Some(item) = item(model, request) else { return Some(card) };
    item.become_state(State::Ready(card));
    None
}

/// A ticket for which there is no card.
pub(super) fn failed(model: &mut Model, request: RequestId, why: &str) -> bool {
    let Some(item) = item(model, request) else { return false };
    item.become_state(State::Failed(format!("{why}. Nothing was proposed.")));
    true
}

/// Every chosen ticket leaves the page with its own approval, and leaves once.
pub(super) fn approve(model: &mut Model) -> Vec<Effect> {
    let Page::Bulk(mut bulk) = std::mem::replace(&mut model.page, Page::Work) else { return vec![] };
    let read = bulk.first_seen.map_or(Moment::ZERO, |seen| model.at.saturating_sub(seen));
    let signature = Signature { read, ..Signature::under(&bulk.text()) };
    let mut effects = Vec::new();
    for item in bulk.items.iter_mut().filter(|item| item.is_chosen()) {
        let request = model.request();
        let State::Ready(card) = item.become_state(State::Deciding { request }) else { continue };
        let (proposal, call) = (card.proposal().id().clone(), card.proposal().call().clone());
        model.decisions.push(Decision { request, proposal, call, draft: None });
        effects.push(Effect::Approve { request, card, signature: signature.clone() });
    }
    tell_what_waits(model, &bulk);
    model.page = Page::Bulk(bulk);
    effects
}

/// What became of a decision, on its row; it is given back when nobody looks at it.
pub(super) fn decided(model: &mut Model, request: RequestId, ending: Ending) -> Option<Ending> {
    let Some(item) = item(model, request) else { return Some(ending) };
    item.become_state(State::Over(ending));
    None
}

/// Leaves the page; what was not decided on waits in the tray.
pub(super) fn back(model: &mut Model) -> Vec<Effect> {
    let Page::Bulk(bulk) = std::mem::replace(&mut model.page, Page::Work) else { return vec![] };
    tell_what_waits(model, &bulk);
    pending::load(model)
}

fn tell_what_waits(model: &mut Model, bulk: &Bulk) {
    let waits = bulk.items.iter().filter(|item| item.card().is_some()).count();
    if waits > 0 {
        let words = model.tell("left in the tray · {pending} shows what waits");
        model.note(Notice::plain(format!("{waits} {words}")));
    }
}

/// The ticket that waits for an answer, on the page or under the help.
fn item(model: &mut Model, request: RequestId) -> Option<&mut Item> {
    let page = match &mut model.page {
        Page::Help(help) => &mut help.behind,
        page @ (Page::Work
        | Page::Pending(_)
        | Page::Card(_)
        | Page::Bulk(_)
        | Page::Outbox(_)
        | Page::Log(_)
        | Page::Replay(_)) => page,
    };
    let Page::Bulk(bulk) = page else { return None };
    bulk.items.iter_mut().find(|item| item.waits_for(request))
}
