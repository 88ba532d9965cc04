//! Decisions: what leaves the card page, and what comes back.

use crate::domain::approval::Card;
use crate::domain::call::WriteCall;
use crate::domain::ticket::TicketRow;
use crate::tui::editor::Editor;
use crate::tui::events::{Effect, RequestId};
use crate::tui::model::card::{CardPage, Origin, REASONS, Reading, Signable as _, Stage};
use crate::tui::model::form::UpdateForm;
use crate::tui::model::pages::{Notice, Page, Tray};
use crate::tui::model::{Decision, Model};
use crate::tui::update::{bulk, card, outbox};

/// The person has read it and pressed the keys. The card leaves the screen with the effect, so it leaves once.
pub(super) fn approve(model: &mut Model) -> Vec<Effect> {
    let Some((origin, reading)) = take_reading(model) else { return vec![] };
    if model.outbox.takes(reading.card.proposal().call()) {
        return outbox::put(model, origin, *reading);
    }
    let request = model.request();
    let words = format!("{} on {} is being carried out", tool(&reading), ticket(&reading));
    decide(model, origin, request, &reading, words);
    let signature = outbox::signature(&reading, model.at);
    vec![Effect::Approve { request, card: reading.card, signature }]
}

fn deny(model: &mut Model, reading: &Reading, origin: Origin, reason: String) -> Vec<Effect> {
    let request = model.request();
    decide(model, origin, request, reading, format!("{} on {} is being denied", tool(reading), ticket(reading)));
    let read = outbox::signature(reading, model.at).read;
    vec![Effect::Deny { request, proposal: reading.card.proposal().id().clone(), reason, read }]
}

fn decide(model: &mut Model, origin: Origin, request: RequestId, reading: &Reading, words: String) {
    let (proposal, call) = (reading.card.proposal().id().clone(), reading.card.proposal().call().clone());
    let draft = outbox::own_draft(model, &call);
    model.queue.decided = Some(call.ticket_id().clone());
    model.decisions.push(Decision { request, proposal, call, draft });
    show(model, origin, Stage::Deciding { request, words });
}

pub(super) fn ask_reason(model: &mut Model) -> Vec<Effect> {
    restage(model, Stage::Denying)
}

pub(super) fn comment(model: &mut Model) -> Vec<Effect> {
    restage(model, |reading| Stage::Commenting(reading, Editor::line_of("")))
}

pub(super) fn arguments(model: &mut Model) -> Vec<Effect> {
    restage(model, |reading| {
        let arguments = Editor::text_of(&reading.card.exact_arguments());
        Stage::Arguments(reading, arguments)
    })
}

pub(super) fn deny_numbered(model: &mut Model, number: usize) -> Vec<Effect> {
    let Some(reason) = REASONS.get(number) else { return vec![] };
    match take_reading(model) {
        Some((origin, reading)) => deny(model, &reading, origin, (*reason).to_owned()),
        None => vec![],
    }
}

/// Edits the proposal: its text, or its fields.
pub(super) fn edit(model: &mut Model) -> Vec<Effect> {
    if card::reading(model).is_some_and(|reading| !reading.is_editable()) {
        let words = model.tell("there is nothing to word otherwise in a merge · {deny} denies it, {back} leaves it");
        model.note(Notice::plain(words));
        return vec![];
    }
    let row = open_row(model);
    restage(model, |reading| {
        let call = reading.card.proposal().call().clone();
        match call {
            WriteCall::SendReply(reply) => Stage::EditingText(reading, Editor::text_of(&reply.body)),
            WriteCall::SplitMessage(split) => Stage::EditingText(reading, Editor::text_of(&split.subject)),
            WriteCall::MergeTickets(_) => Stage::Reading(reading),
            WriteCall::UpdateTicket(call) => {
                let row = row.filter(|row| row.id == call.ticket_id);
                let form = UpdateForm::editing(call.ticket_id, row.as_ref(), &call.update);
                Stage::EditingForm(reading, Box::new(form))
            }
        }
    })
}

fn open_row(model: &Model) -> Option<TicketRow> {
    model.open.as_ref()?.ticket.value.as_ref().map(|ticket| ticket.row.clone())
}

/// Done with the comment or with the edit.
pub(super) fn submit(model: &mut Model) -> Vec<Effect> {
    let Some((origin, stage)) = take(model) else { return vec![] };
    match stage {
        Stage::Commenting(reading, editor) => commented(model, origin, reading, editor),
        Stage::EditingText(reading, editor) => {
            let call = edited_text(reading.card.proposal().call(), editor.text());
            edited(model, origin, Stage::EditingText(reading, editor), Ok(call))
        }
        Stage::EditingForm(reading, form) => {
            let call = form.update().map(|update| edited_fields(reading.card.proposal().call(), update));
            edited(model, origin, Stage::EditingForm(reading, form), call)
        }
        other @ (Stage::Opening { .. }
        | Stage::Reading(_)
        | Stage::Arguments(..)
        | Stage::Denying(_)
        | Stage::Held(_)
        | Stage::Deciding { .. }
        | Stage::Over(_)) => show(model, origin, other),
    }
}

fn commented(model: &mut Model, origin: Origin, reading: Box<Reading>, editor: Editor) -> Vec<Effect> {
    let reason = editor.text().trim().to_owned();
    if reason.is_empty() {
        model.note(Notice::plain(model.tell("nothing was denied: write a reason, or {back}")));
        return show(model, origin, Stage::Commenting(reading, editor));
    }
    deny(model, &reading, origin, reason)
}

/// Replaces the proposal, and keeps the edit until the new card is there.
fn edited(model: &mut Model, origin: Origin, stage: Stage, call: Result<WriteCall, String>) -> Vec<Effect> {
    let Some(reading) = stage.reading() else { return vec![] };
    let proposal = reading.card.proposal().id().clone();
    let same = call.as_ref().is_ok_and(|call| call == reading.card.proposal().call());
    let call = match call {
        Ok(call) if !same => call,
        Ok(_) | Err(_) => {
            model.note(Notice::plain(model.tell("nothing would change: word it otherwise, or {back}")));
            return show(model, origin, stage);
        }
    };
    let request = model.request();
    show(model, origin, Stage::Opening { request, kept: Some(Box::new(stage)) });
    vec![Effect::EditProposal { request, proposal, call }]
}

/// The same tool, the same types; only the text is another one.
fn edited_text(call: &WriteCall, body: String) -> WriteCall {
    let mut call = call.clone();
    match &mut call {
        WriteCall::SendReply(reply) => reply.body = body,
        // A subject is one line, however it was typed.
        WriteCall::SplitMessage(split) => body.replace('\n', " ").trim().clone_into(&mut split.subject),
        WriteCall::UpdateTicket(_) | WriteCall::MergeTickets(_) => {}
    }
    call
}

fn edited_fields(call: &WriteCall, update: crate::domain::call::TicketUpdate) -> WriteCall {
    let mut call = call.clone();
    match &mut call {
        WriteCall::SendReply(reply) => reply.update = update,
        WriteCall::UpdateTicket(fields) => fields.update = update,
        WriteCall::MergeTickets(_) | WriteCall::SplitMessage(_) => {}
    }
    call
}

pub(super) fn later(model: &mut Model) -> Vec<Effect> {
    leave(model);
    left(model);
    vec![]
}

/// Says that the proposal waits: nobody took it back by going elsewhere.
fn left(model: &mut Model) {
    model.note(Notice::plain(model.tell("left for later · {pending} shows what waits")));
}

/// One level back: to the card from what was asked about it, from the card to where it was opened.
pub(super) fn back(model: &mut Model) -> Vec<Effect> {
    let Some((origin, stage)) = take(model) else { return vec![] };
    match stage {
        Stage::Arguments(reading, _)
        | Stage::Denying(reading)
        | Stage::Commenting(reading, _)
        | Stage::EditingText(reading, _)
        | Stage::EditingForm(reading, _) => {
            show(model, origin, Stage::Reading(reading));
            shown_again(model);
        }
        Stage::Opening { kept: Some(kept), .. } => {
            show(model, origin, *kept);
        }
        Stage::Reading(_) => {
            return_to(model, origin);
            left(model);
        }
        Stage::Opening { kept: None, .. } | Stage::Held(_) | Stage::Deciding { .. } | Stage::Over(_) => {
            return_to(model, origin);
        }
    }
    vec![]
}

/// A card that comes back on screen rests again before keys count.
pub(super) fn shown_again(model: &mut Model) {
    if let Some(paper) = card::signable(model) {
        paper.rest_again();
    }
}

/// The fresh card for `request`, if that is still what the person waits for.
pub(super) fn card_arrived(model: &mut Model, request: RequestId, card: Box<Card>) -> Vec<Effect> {
    let Some(card) = bulk::card_arrived(model, request, card) else { return super::pending::load(model) };
    let Page::Card(page) = &mut model.page else { return super::pending::load(model) };
    match page.stage {
        Stage::Opening { request: asked, .. } if asked == request => {
            page.stage = Stage::Reading(Box::new(Reading::new(card, None)));
            super::pending::load(model)
        }
        // Somebody looked elsewhere: the proposal waits in the tray.
        Stage::Opening { .. }
        | Stage::Reading(_)
        | Stage::Arguments(..)
        | Stage::Denying(_)
        | Stage::Commenting(..)
        | Stage::EditingText(..)
        | Stage::EditingForm(..)
        | Stage::Held(_)
        | Stage::Deciding { .. }
        | Stage::Over(_) => super::pending::load(model),
    }
}

fn leave(model: &mut Model) {
    if let Some((origin, _)) = take(model) {
        return_to(model, origin);
    }
}

fn return_to(model: &mut Model, origin: Origin) {
    model.page = match origin {
        Origin::Work => Page::Work,
        Origin::Tray => Page::Pending(Tray::default()),
    };
}

/// Takes the stage off the page; whoever takes it puts the next one there.
fn take(model: &mut Model) -> Option<(Origin, Stage)> {
    match std::mem::replace(&mut model.page, Page::Work) {
        Page::Card(page) => Some((page.origin, page.stage)),
        other @ (Page::Work
        | Page::Pending(_)
        | Page::Outbox(_)
        | Page::Log(_)
        | Page::Replay(_)
        | Page::Bulk(_)
        | Page::Help(_)) => {
            model.page = other;
            None
        }
    }
}

fn take_reading(model: &mut Model) -> Option<(Origin, Box<Reading>)> {
    let (origin, stage) = take(model)?;
    match stage {
        Stage::Reading(reading) | Stage::Denying(reading) => Some((origin, reading)),
        other @ (Stage::Opening { .. }
        | Stage::Arguments(..)
        | Stage::Commenting(..)
        | Stage::EditingText(..)
        | Stage::EditingForm(..)
        | Stage::Held(_)
        | Stage::Deciding { .. }
        | Stage::Over(_)) => {
            show(model, origin, other);
            None
        }
    }
}

fn restage(model: &mut Model, next: impl FnOnce(Box<Reading>) -> Stage) -> Vec<Effect> {
    match take_reading(model) {
        Some((origin, reading)) => show(model, origin, next(reading)),
        None => vec![],
    }
}

pub(super) fn show(model: &mut Model, origin: Origin, stage: Stage) -> Vec<Effect> {
    model.page = Page::Card(Box::new(CardPage { origin, stage }));
    vec![]
}

fn tool(reading: &Reading) -> &'static str {
    reading.card.proposal().call().tool()
}

fn ticket(reading: &Reading) -> &crate::domain::ids::TicketId {
    reading.card.proposal().call().ticket_id()
}
