//! A person's own proposals: filed, and their card opened at once.

use crate::domain::call::{SendReply, TicketUpdate, UpdateTicket, WriteCall};
use crate::domain::draft::without_marks;
use crate::domain::ids::ProposalId;
use crate::domain::proposal::{Begun, Proposal, Why};
use crate::domain::ticket::{Status, TicketRow, Visibility};
use crate::domain::wording;
use crate::tui::editor::Editor;
use crate::tui::events::Effect;
use crate::tui::model::card::{CardPage, Origin, Stage};
use crate::tui::model::form::UpdateForm;
use crate::tui::model::open::OpenTicket;
use crate::tui::model::pages::{Notice, Page};
use crate::tui::model::{Dialog, Model, Pane};
use crate::tui::update::{bulk, keep, pending};

/// Proposes to send the draft to the customer, and to set a status with it.
pub(super) fn send(model: &mut Model, status: Option<Status>) -> Vec<Effect> {
    let (me, after) = (model.desk.me.id.to_string(), model.outbox.answered);
    let Some(open) = at_hand(model) else { return vec![] };
    let body = without_marks(&open.draft.editor.text(), open.draft.citations());
    if body.trim().is_empty() {
        model.note(Notice::plain(model.tell("the draft is empty · {edit} edits it")));
        return vec![];
    }
    let why = why(&open.draft, &me);
    let status = status.or_else(|| answered(open, after));
    let update = TicketUpdate { status, ..TicketUpdate::default() };
    let call = reply(open, body, Visibility::Public, update);
    if model.outbox.holds_reply_to(call.ticket_id()) {
        model.note(Notice::plain(model.tell("your reply to it waits in the outbox already · {outbox} shows it")));
        return vec![];
    }
    let mut effects = keep::save_now(model);
    effects.extend(propose_reply(model, call, why));
    effects
}

/// What a reply makes of a ticket that somebody waits for: `status`, where that is another one.
fn answered(open: &OpenTicket, status: Option<Status>) -> Option<Status> {
    let now = open.ticket.value.as_ref()?.row.status;
    status.filter(|status| *status != now && matches!(now, Status::New | Status::Open))
}

/// One reply of the person to a ticket waits, and no two: the same one is opened again, another takes its place.
fn propose_reply(model: &mut Model, call: WriteCall, why: Why) -> Vec<Effect> {
    let me = &model.desk.me;
    let is_it = |p: &Proposal| {
        let public = matches!(p.call(), WriteCall::SendReply(reply) if reply.visibility == Visibility::Public);
        public && p.proposer() == me && p.call().ticket_id() == call.ticket_id()
    };
    let Some(waiting) = model.pending.value.iter().flatten().map(|w| &w.proposal).find(|p| is_it(p)) else {
        return propose(model, call, why, None);
    };
    let id = waiting.id().clone();
    if waiting.call().clone().without_version() == call.clone().without_version() {
        return pending::open_card_from(model, Origin::Work, id);
    }
    propose(model, call, why, Some(id))
}

fn why(draft: &crate::tui::model::draft::Draft, me: &str) -> Why {
    let suggestion = draft.suggestion.value.as_ref();
    let (text, confidence) = match (suggestion, draft.edited) {
        (Some(suggestion), false) => (format!("{} suggestion", draft.tone), Some(suggestion.confidence)),
        (Some(_), true) => (format!("{} suggestion, edited by {me}", draft.tone), None),
        (None, _) => (format!("written by {me}"), None),
    };
    let calibrated = suggestion.is_some_and(|s| s.calibrated);
    let sent = draft.editor.text();
    let begun = suggestion.map(|s| Begun { tone: draft.tone, kept: wording::kept(&s.response_text, &sent) });
    Why { text, confidence, calibrated, unsupported: draft.unsupported(), begun, first_on: None }
}

pub(super) fn note(model: &mut Model) -> Vec<Effect> {
    let Some(open) = at_hand(model) else { return vec![] };
    model.dialog = Dialog::Note(Editor::text_of(&open.note));
    model.focus = Pane::Draft;
    vec![]
}

/// Proposes the note that was written.
pub(super) fn note_written(model: &mut Model, text: &str) -> Vec<Effect> {
    if let Some(open) = model.open.as_deref_mut() {
        text.trim().clone_into(&mut open.note);
    }
    let Some(open) = at_hand(model) else { return vec![] };
    if open.note.is_empty() {
        return keep::save_now(model);
    }
    let call = reply(open, open.note.clone(), Visibility::Internal, TicketUpdate::default());
    let why = Why { text: format!("note by {}", model.desk.me.id), ..Why::default() };
    let mut effects = keep::save_now(model);
    effects.extend(propose(model, call, why, None));
    effects
}

pub(super) fn form(model: &mut Model) -> Vec<Effect> {
    if !model.queue.marked.is_empty() {
        return form_for_many(model);
    }
    if let Some(row) = selected_elsewhere(model) {
        model.dialog = Dialog::Form(Box::new(UpdateForm::of(row)));
        return vec![];
    }
    let Some(open) = at_hand(model) else { return vec![] };
    if let Some(ticket) = &open.ticket.value {
        model.dialog = Dialog::Form(Box::new(UpdateForm::of(&ticket.row)));
    }
    vec![]
}

/// The ticket that is selected in the queue, where it is not the open one: its fields can be changed unopened.
fn selected_elsewhere(model: &Model) -> Option<&TicketRow> {
    let row = model.queue.selected_row().filter(|_| model.focus == Pane::Queue)?;
    Some(row).filter(|row| model.open.as_deref().is_none_or(|open| open.id != row.id))
}

fn form_for_many(model: &mut Model) -> Vec<Effect> {
    let tickets: Vec<_> = model.queue.marked.iter().cloned().collect();
    if tickets.len() > bulk::MOST {
        let fewer = model.tell("{mark} takes one out");
        model.note(Notice::plain(format!("{} are marked; one card takes {} · {fewer}", tickets.len(), bulk::MOST)));
        return vec![];
    }
    if let Some(form) = UpdateForm::for_many(tickets) {
        model.dialog = Dialog::Form(Box::new(form));
    }
    vec![]
}

/// Proposes what the form says, or says what is wrong with it.
pub(super) fn form_filled(model: &mut Model, mut form: Box<UpdateForm>) -> Vec<Effect> {
    let expected_version = form.version;
    match form.update() {
        Err(trouble) => {
            form.trouble = Some(trouble);
            model.dialog = Dialog::Form(form);
            vec![]
        }
        Ok(update) if !form.many.is_empty() => bulk::propose(model, form.many, &update),
        Ok(update) => {
            let call = UpdateTicket { ticket_id: form.ticket.clone(), update, expected_version };
            let why = Why { text: format!("update by {}", model.desk.me.id), ..Why::default() };
            propose(model, WriteCall::UpdateTicket(call), why, None)
        }
    }
}

pub(super) fn propose(model: &mut Model, call: WriteCall, why: Why, instead_of: Option<ProposalId>) -> Vec<Effect> {
    let request = model.request();
    let stage = Stage::Opening { request, kept: None };
    model.page = Page::Card(Box::new(CardPage { origin: Origin::Work, stage }));
    vec![Effect::Propose { request, call, why, instead_of }]
}

fn reply(open: &OpenTicket, body: String, visibility: Visibility, update: TicketUpdate) -> WriteCall {
    let (ticket_id, expected_version) = (open.id.clone(), open.version());
    WriteCall::SendReply(SendReply { ticket_id, body, visibility, update, expected_version })
}

/// The open ticket, when it is what the person looks at and what the desk has; else a word why not.
pub(super) fn at_hand(model: &mut Model) -> Option<&OpenTicket> {
    let trouble = elsewhere(model).or_else(|| trouble(model));
    if let Some(text) = trouble {
        model.note(Notice::plain(text));
        return None;
    }
    model.open.as_deref()
}

/// The open ticket, when it is what the desk has, whatever is selected; else a word why not.
pub(super) fn loaded(model: &mut Model) -> Option<&OpenTicket> {
    if let Some(text) = trouble(model) {
        model.note(Notice::plain(text));
        return None;
    }
    model.open.as_deref()
}

/// That the person looks at another ticket in the queue.
fn elsewhere(model: &Model) -> Option<String> {
    let selected = model.queue.selected_row().map(|row| &row.id);
    let open = model.open.as_deref()?;
    let differs = model.focus == Pane::Queue && selected.is_some_and(|id| *id != open.id);
    differs.then(|| format!("{} is open, another one is selected · {}", open.id, model.tell("{open} opens that")))
}

fn trouble(model: &Model) -> Option<String> {
    let Some(open) = model.open.as_deref() else { return Some(model.tell("no ticket is open · {open} opens one")) };
    let Some(shown) = open.version() else {
        return Some(format!("{} is not loaded yet · {}", open.id, model.tell("{reload} loads it again")));
    };
    let moved = open.moved_to?;
    Some(format!("{} moved from v{shown} to v{moved} · {}", open.id, model.tell("{reload} loads it again")))
}
