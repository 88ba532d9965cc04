//! The pending tray: what waits for a person. It never opens by itself.

use crate::domain::ids::ProposalId;
use crate::domain::proposal::Waiting;
use crate::tui::events::{Effect, RequestId};
use crate::tui::keymap::Context;
use crate::tui::manner::Notify;
use crate::tui::model::Model;
use crate::tui::model::card::{CardPage, Origin, Stage};
use crate::tui::model::pages::{Notice, Page, Tray};

pub(super) fn load(model: &mut Model) -> Vec<Effect> {
    if model.pending.is_waiting() {
        model.pending.ask_again();
        return vec![];
    }
    let request = model.request();
    model.pending.ask(request);
    vec![Effect::LoadPending { request }]
}

pub(super) fn arrived(model: &mut Model, request: RequestId, waiting: Vec<Waiting>) -> Vec<Effect> {
    let before = model.pending.value.as_ref().map(Vec::len);
    if !model.pending.take(request, waiting) {
        return vec![];
    }
    let mut effects = call(model, before);
    if let Page::Pending(tray) = &mut model.page {
        tray.selected = tray.selected.min(model.pending.value.as_ref().map_or(0, Vec::len).saturating_sub(1));
    }
    if model.pending.take_again() {
        effects.extend(load(model));
    }
    effects
}

/// Calls the person who looks elsewhere when more waits than before.
fn call(model: &Model, before: Option<usize>) -> Vec<Effect> {
    let more = before.is_some_and(|before| model.waiting() > before);
    let wanted = more && !model.attention.here && model.attention.how != Notify::Off;
    let words = match model.waiting() {
        1 => "countersign: 1 proposal waits for you".to_owned(),
        many => format!("countersign: {many} proposals wait for you"),
    };
    wanted.then_some(Effect::Call(model.attention.how, words)).into_iter().collect()
}

pub(super) fn open(model: &mut Model) -> Vec<Effect> {
    model.page = Page::Pending(Tray::default());
    load(model)
}

pub(super) fn close(model: &mut Model) -> Vec<Effect> {
    model.page = Page::Work;
    vec![]
}

pub(super) fn open_selected(model: &mut Model) -> Vec<Effect> {
    let Page::Pending(tray) = &model.page else { return vec![] };
    let chosen = model.pending.value.as_ref().and_then(|all| all.get(tray.selected));
    let Some(id) = chosen.map(|waiting| waiting.proposal.id().clone()) else { return vec![] };
    open_card(model, id)
}

/// Opens the card of the proposal that has waited longest; from a card, of the one after it. Where nothing else waits a
/// card that is over is left.
pub(super) fn next(model: &mut Model) -> Vec<Effect> {
    let here = on_screen(model);
    let waiting: Vec<_> = undecided(model).cloned().collect();
    let from = here.as_ref().and_then(|id| waiting.iter().position(|other| other == id)).map_or(0, |at| at + 1);
    let (before, after) = waiting.split_at(from);
    if let Some(id) = after.iter().chain(before).find(|id| Some(*id) != here.as_ref()).cloned() {
        return open_card_from(model, origin(model), id);
    }
    let words = if waiting.is_empty() { "nothing waits for you" } else { "nothing else waits for you" };
    if model.context() == Context::Outcome {
        model.page = Page::Work;
    }
    model.note(Notice::plain(words));
    vec![]
}

/// What waits for this person's decision, the oldest first.
fn undecided(model: &Model) -> impl Iterator<Item = &ProposalId> {
    let decided = |id: &ProposalId| model.decisions.iter().any(|decision| decision.proposal == *id);
    let all = model.pending.value.iter().flatten().map(|waiting| waiting.proposal.id());
    all.filter(move |id| !decided(id) && !model.outbox.holds(id))
}

/// The proposal whose card is on screen.
fn on_screen(model: &Model) -> Option<ProposalId> {
    let Page::Card(card) = &model.page else { return None };
    card.stage.reading().map(|reading| reading.card.proposal().id().clone())
}

/// Where Esc leads from a card that is opened here.
fn origin(model: &Model) -> Origin {
    match &model.page {
        Page::Work => Origin::Work,
        Page::Card(card) => card.origin,
        Page::Pending(_) | Page::Bulk(_) | Page::Outbox(_) | Page::Log(_) | Page::Replay(_) | Page::Help(_) => {
            Origin::Tray
        }
    }
}

fn open_card(model: &mut Model, proposal: ProposalId) -> Vec<Effect> {
    open_card_from(model, Origin::Tray, proposal)
}

/// Opens the card of a proposal that waits.
pub(super) fn open_card_from(model: &mut Model, origin: Origin, proposal: ProposalId) -> Vec<Effect> {
    if model.outbox.holds(&proposal) {
        model.note(Notice::plain(model.tell("you have signed it: it waits in the outbox · {outbox} shows it")));
        return vec![];
    }
    if model.decisions.iter().any(|decision| decision.proposal == proposal) {
        model.note(Notice::plain("your decision on it is still under way"));
        return vec![];
    }
    let request = model.request();
    let stage = Stage::Opening { request, kept: None };
    model.page = Page::Card(Box::new(CardPage { origin, stage }));
    vec![Effect::OpenCard { request, proposal }]
}
