//! Many tickets, one card: proposed one by one, approved with one decision, each with its own receipt and result.

use crate::domain::approval::Card;
use crate::domain::call::{TicketUpdate, UpdateTicket, WriteCall};
use crate::domain::canonical::Digest;
use crate::domain::ids::TicketId;
use crate::domain::proposal::Why;
use crate::tui::events::{Effect, RequestId};
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
        let subject = row.map(|row| row.subject.clone()).unwrap_or_default();
        items.push(Item { ticket, subject, included: true, state: State::Opening { request } });
        effects.push(Effect::Propose { request, call: WriteCall::UpdateTicket(call), why: why.clone() });
    }
    model.queue.marked.clear();
    model.page = Page::Bulk(Box::new(Bulk::of(items)));
    effects
}

/// The card of one of the tickets; it is nobody else's.
pub(super) fn card_arrived(model: &mut Model, request: RequestId, card: Box<Card>) -> Option<Box<Card>> {
    let Some(item) = item(model, request) else { return Some(card) };
    item.state = State::Ready(card);
    if let Page::Bulk(bulk) = &mut model.page {
        bulk.changed();
    }
    None
}

/// A ticket for which there is no card.
pub(super) fn failed(model: &mut Model, request: RequestId, why: &str) -> bool {
    let Some(item) = item(model, request) else { return false };
    item.state = State::Failed(format!("{why}. Nothing was proposed."));
    true
}

/// Every chosen ticket leaves the page with its own approval, and leaves once.
pub(super) fn approve(model: &mut Model) -> Vec<Effect> {
    let Page::Bulk(bulk) = &model.page else { return vec![] };
    let shown = Digest::of(&[bulk.text().as_bytes()]);
    let left: usize = bulk.items.iter().filter(|item| !item.included && matches!(item.state, State::Ready(_))).count();
    let chosen: Vec<TicketId> = bulk.chosen().map(|item| item.ticket.clone()).collect();
    let mut effects = Vec::new();
    for ticket in chosen {
        let request = model.request();
        let Page::Bulk(bulk) = &mut model.page else { break };
        let Some(item) = bulk.items.iter_mut().find(|item| item.ticket == ticket) else { continue };
        let State::Ready(card) = std::mem::replace(&mut item.state, State::Deciding { request }) else { continue };
        let proposal = card.proposal();
        let decision = Decision { request, proposal: proposal.id().clone(), call: proposal.call().clone() };
        effects.push(Effect::Approve { request, card, shown: shown.clone() });
        model.decisions.push(decision);
    }
    if let Page::Bulk(bulk) = &mut model.page {
        bulk.changed();
    }
    if left > 0 {
        model.note(Notice::plain(format!("{left} left in the tray · P shows what waits")));
    }
    effects
}

/// What became of a decision, when the person still looks at its row.
pub(super) fn decided(model: &mut Model, request: RequestId, ending: Ending) -> Option<Ending> {
    let Some(item) = item(model, request) else { return Some(ending) };
    item.state = State::Over(ending);
    None
}

/// Leaves the page; what was not decided on waits in the tray.
pub(super) fn back(model: &mut Model) -> Vec<Effect> {
    let Page::Bulk(bulk) = &model.page else { return vec![] };
    let waits = bulk.items.iter().filter(|item| matches!(item.state, State::Ready(_) | State::Opening { .. })).count();
    model.page = Page::Work;
    if waits > 0 {
        model.note(Notice::plain(format!("{waits} left in the tray · P shows what waits")));
    }
    pending::load(model)
}

fn item(model: &mut Model, request: RequestId) -> Option<&mut Item> {
    let Page::Bulk(bulk) = &mut model.page else { return None };
    bulk.items.iter_mut().find(|item| match item.state {
        State::Opening { request: asked } | State::Deciding { request: asked } => asked == request,
        State::Ready(_) | State::Failed(_) | State::Over(_) => false,
    })
}
