//! What was written is kept: after every pause in a file, and in memory until it is safe there.

use crate::domain::ids::TicketId;
use crate::domain::ticket::Visibility;
use crate::tui::events::{Effect, Failure, Moment, RequestId, Written};
use crate::tui::model::keep::{LONGEST, Left, PAUSE, Saving};
use crate::tui::model::open::OpenTicket;
use crate::tui::model::pages::{Notice, Page};
use crate::tui::model::{Dialog, Model, Question};

/// The text changed: it is saved after a pause, and now and then while somebody writes on and on.
pub(super) fn typed(model: &mut Model, at: Moment) -> Vec<Effect> {
    let Some(open) = model.open.as_deref_mut() else { return vec![] };
    let since = if let Saving::Typed { since, .. } = open.saving { Some(since) } else { None };
    open.saving = Saving::Typed { since: since.unwrap_or(at), last: at };
    if since.is_some() { vec![] } else { vec![Effect::Wake(at + PAUSE)] }
}

pub(super) fn woke(model: &mut Model, at: Moment) -> Vec<Effect> {
    let Some(open) = model.open.as_deref_mut() else { return vec![] };
    let Saving::Typed { since, last } = open.saving else { return vec![] };
    // What was saved before comes first: nothing is saved over what was not read.
    if open.restoring.is_some() {
        return vec![];
    }
    let due = (last + PAUSE).min(since + LONGEST);
    if at < due {
        return vec![Effect::Wake(due)];
    }
    model.changed = true;
    save_now(model)
}

/// Saves what is not saved and not on its way.
pub(super) fn save_now(model: &mut Model) -> Vec<Effect> {
    let is_due =
        |open: &OpenTicket| open.restoring.is_none() && matches!(open.saving, Saving::Typed { .. } | Saving::Failed);
    if model.open.as_deref().is_some_and(is_due) { save(model) } else { vec![] }
}

pub(super) fn save(model: &mut Model) -> Vec<Effect> {
    let request = model.request();
    let written = model.written();
    let Some(open) = model.open.as_deref_mut() else { return vec![] };
    open.saving = Saving::Running { request };
    vec![Effect::SaveDraft { request, ticket: open.id.clone(), written }]
}

/// The program is about to end, whoever wants that: what was written is saved first.
pub(super) fn leaving(model: &mut Model) -> Vec<Effect> {
    let mut effects = save_now(model);
    let requests: Vec<_> =
        model.unsaved.left.iter().filter(|(_, left)| left.request.is_none()).map(|(id, _)| id.clone()).collect();
    for ticket in requests {
        let request = model.request();
        let Some(left) = model.unsaved.left.get_mut(&ticket) else { continue };
        left.request = Some(request);
        effects.push(Effect::SaveDraft { request, ticket, written: left.written.clone() });
    }
    effects
}

/// The ticket is left: what is not safe yet stays in memory until it is.
pub(super) fn leave(model: &mut Model) -> Vec<Effect> {
    let effects = save_now(model);
    let written = model.written();
    let Some(open) = model.open.take() else { return effects };
    let request = match open.saving {
        Saving::Clean => return effects,
        Saving::Running { request } => Some(request),
        Saving::Typed { .. } | Saving::Failed => None,
    };
    model.unsaved.left.insert(open.id, Left { request, written });
    effects
}

/// A ticket was opened: what was written on it comes back, out of memory or out of its file.
pub(super) fn come_back(model: &mut Model) -> Vec<Effect> {
    let (request, at) = (model.request(), model.at);
    let Some(open) = model.open.as_deref_mut() else { return vec![] };
    if let Some(left) = model.unsaved.left.remove(&open.id) {
        open.draft.restored(&left.written);
        open.note = left.written.note;
        return typed(model, at);
    }
    open.restoring = Some(request);
    vec![Effect::LoadDraft { request, ticket: open.id.clone() }]
}

/// What was saved comes back; what somebody has written meanwhile stays above it.
pub(super) fn restored(model: &mut Model, request: RequestId, written: &Written) -> Vec<Effect> {
    if !has_waited(model, request) {
        return vec![];
    }
    let Some(open) = model.open.as_deref_mut() else { return vec![] };
    let (mut joined, draft) = (false, &mut open.draft);
    if !draft.edited {
        draft.restored(written);
    } else if !written.reply.is_empty() {
        joined |= draft.editor.append(&written.reply).is_ok();
    }
    if !written.note.is_empty() {
        joined |= note_restored(&mut model.dialog, &mut open.note, &written.note);
    }
    if joined {
        model.note(Notice::plain(model.tell("what you had written before stands below · {undo} takes it away")));
    }
    wait_again(model)
}

/// Says whether something else stands above it.
fn note_restored(dialog: &mut Dialog, note: &mut String, saved: &str) -> bool {
    if let Dialog::Note(editor) = dialog {
        let joined = !editor.text().trim().is_empty();
        return editor.append(saved).is_ok() && joined;
    }
    let joined = !note.is_empty();
    note.push_str(if joined { "\n\n" } else { "" });
    note.push_str(saved);
    joined
}

/// Whether this is what the open ticket waits for; it does not any more.
fn has_waited(model: &mut Model, request: RequestId) -> bool {
    model.open.as_deref_mut().is_some_and(|open| open.restoring.take_if(|waiting| *waiting == request).is_some())
}

/// What was typed meanwhile is saved after a pause from now.
fn wait_again(model: &mut Model) -> Vec<Effect> {
    let unsaved = model.open.as_ref().is_some_and(|open| matches!(open.saving, Saving::Typed { .. }));
    if unsaved { vec![Effect::Wake(model.at + PAUSE)] } else { vec![] }
}

pub(super) fn saved(model: &mut Model, request: RequestId, aside: Option<String>) -> Vec<Effect> {
    let quitting = matches!((&model.page, &model.dialog), (Page::Work, Dialog::Confirm(Question::Quit)));
    model.unsaved.left.retain(|_, left| left.request != Some(request));
    if let Some(open) = model.open.as_deref_mut().filter(|open| open.saving == (Saving::Running { request })) {
        open.saving = Saving::Clean;
        model.unsaved.failing = false;
    }
    if let Some(aside) = aside {
        model.note(Notice::plain(format!("another window of yours wrote on this ticket too; its text is in {aside}")));
    }
    // The question was only about this text.
    if quitting && !model.is_unsaved() {
        model.dialog = Dialog::None;
        return vec![Effect::Quit];
    }
    vec![]
}

/// A load or a save has failed; it is told once, and seen as long as it is so.
pub(super) fn failed(model: &mut Model, request: RequestId, failure: &Failure) -> Option<Vec<Effect>> {
    if has_waited(model, request) {
        model.note(Notice::failed(failure));
        return Some(wait_again(model));
    }
    let mut ours = false;
    for left in model.unsaved.left.values_mut().filter(|left| left.request == Some(request)) {
        left.request = None;
        ours = true;
    }
    if let Some(open) = model.open.as_deref_mut().filter(|open| open.saving == (Saving::Running { request })) {
        open.saving = Saving::Failed;
        ours = true;
    }
    if ours && !std::mem::replace(&mut model.unsaved.failing, true) {
        model.note(Notice::failed(failure));
    }
    ours.then(Vec::new)
}

/// What was sent is no draft any more, unless it is another text by now.
pub(super) fn sent(model: &mut Model, ticket: &TicketId, of: Visibility, sent: &str) -> Vec<Effect> {
    if let Some(left) = model.unsaved.left.get_mut(ticket) {
        left.written.forget(of, sent);
    }
    let Some(open) = model.open.as_deref_mut().filter(|open| open.id == *ticket) else {
        let (request, sent) = (model.request(), sent.to_owned());
        return vec![Effect::ForgetDraft { request, ticket: ticket.clone(), of, sent }];
    };
    match of {
        Visibility::Public if open.draft.editor.text() == sent => open.draft.edited = false,
        Visibility::Internal if open.note.trim() == sent.trim() => open.note.clear(),
        Visibility::Public | Visibility::Internal => return vec![],
    }
    save(model)
}
