//! The work page: opening, leaving, copying, and the run of the agent.

use crate::domain::ids::TicketId;
use crate::tui::events::Effect;
use crate::tui::keymap::Motion;
use crate::tui::model::ahead::Part;
use crate::tui::model::open::OpenTicket;
use crate::tui::model::pages::{Notice, Page};
use crate::tui::model::rating::Rating;
use crate::tui::model::{Dialog, Model, Pane, Run};
use crate::tui::update::{
    add_step, draft, keep, list, log, pending, picker, queue, rating, replay, rewrite, sources, visit,
};

/// Bytes from which on some terminals take nothing.
const MOST_COPIED: usize = 56_000;

pub(super) fn open(model: &mut Model) -> Vec<Effect> {
    if model.focus == Pane::Summary {
        return point(model);
    }
    let Some(id) = model.queue.selected_row().map(|row| row.id.clone()) else { return vec![] };
    let message = model.queue.selected_said().and_then(|said| said.message);
    model.focus = Pane::Ticket;
    model.trail.clear();
    let is_open = model.open.as_ref().is_some_and(|open| open.id == id);
    let mut effects = if is_open { vec![] } else { switch(model, id) };
    if let Some((open, message)) = model.open.as_deref_mut().zip(message) {
        open.thread.point(message);
    }
    if !is_open {
        // A program that is killed knows at least which ticket it was.
        effects.push(Effect::Keep(Box::new(model.kept())));
    }
    effects
}

/// Opens the ticket beside this one in the queue, without a way round by the queue. Where this one has left the queue, or
/// was only visited, the place in the queue is the selected ticket.
pub(super) fn neighbour(model: &mut Model, motion: Motion) -> Vec<Effect> {
    let here = model.open.as_ref().map(|open| open.id.clone());
    let selected = |model: &Model| model.queue.selected_row().map(|row| row.id.clone());
    if selected(model) == here || motion == Motion::Up {
        model.queue.go(motion, 1);
    }
    match selected(model) {
        Some(next) if Some(&next) != here.as_ref() => {
            model.focus = Pane::Queue;
            open(model)
        }
        Some(_) | None => {
            let end = if motion == Motion::Up { "first" } else { "last" };
            model.note(Notice::plain(format!("this is the {end} ticket of {}", model.queue.view_name())));
            vec![]
        }
    }
}

/// Opens the ticket that was open when the program ended, and gives the keyboard back to its pane.
pub(super) fn reopen(model: &mut Model) -> Vec<Effect> {
    let Some(kept) = model.kept.take() else { return vec![] };
    let Some(id) = kept.open.clone() else { return vec![] };
    let effects = switch(model, id);
    model.focus = kept.pane();
    if let Some(open) = model.open.as_deref_mut() {
        open.thread.quotes_shown = kept.quotes;
    }
    effects
}

/// Opens another ticket, and keeps what was written on the one before.
pub(super) fn switch(model: &mut Model, id: TicketId) -> Vec<Effect> {
    let stopped = draft::stop(model);
    let mut effects = keep::leave(model);
    effects.extend(stopped);
    model.open = Some(Box::new(OpenTicket::new(id, model.first_tone)));
    effects.extend(load(model));
    effects.extend(keep::come_back(model));
    effects
}

/// Loads the ticket at hand.
pub(super) fn load(model: &mut Model) -> Vec<Effect> {
    let mut effects = draft::stop(model);
    let request = model.request();
    let Some(open) = model.open.as_deref_mut() else { return vec![] };
    open.ticket.ask(request);
    effects.push(Effect::LoadTicket { request, ticket: open.id.clone() });
    effects.extend(rating::load(model));
    effects
}

/// Asks what the assistant says of the ticket at hand, once it is there to be read: nobody waits for both.
pub(super) fn assist(model: &mut Model) -> Vec<Effect> {
    let mut effects = summarize(model, true);
    effects.extend(draft::anew(model));
    effects.extend(find_similar(model));
    effects
}

/// Once for a ticket: what was like it stays like it.
fn find_similar(model: &mut Model) -> Vec<Effect> {
    let request = model.request();
    let Some(open) = model.open.as_deref_mut().filter(|open| open.similar.value.is_none()) else { return vec![] };
    open.similar.ask(request);
    vec![Effect::FindSimilar { request, ticket: open.id.clone() }]
}

pub(super) fn summarize(model: &mut Model, quick: bool) -> Vec<Effect> {
    let request = model.request();
    let Model { open, ahead, .. } = model;
    let Some(open) = open.as_deref_mut() else { return vec![] };
    if let Some(running) = ahead.writes(&open.id, Part::Summary).filter(|_| !quick) {
        open.summary.ask(running);
        return vec![];
    }
    open.summary.ask_in_turn(request, quick);
    vec![Effect::Summarize { request, ticket: open.id.clone(), quick }]
}

/// Shows the message that the selected line of the summary stands in.
fn point(model: &mut Model) -> Vec<Effect> {
    let Some(open) = model.open.as_deref_mut() else { return vec![] };
    let line = open.summary.value.as_ref().and_then(|summary| summary.highlights.get(open.highlight));
    if let Some(message) = line.map(|line| line.message) {
        open.thread.point(message);
        model.focus = Pane::Ticket;
    }
    vec![]
}

pub(super) fn back(model: &mut Model) -> Vec<Effect> {
    match &model.dialog {
        Dialog::None => {
            if model.focus == Pane::Queue {
                return queue::back(model);
            }
            let stopped = draft::stop(model);
            if stopped.is_empty() {
                return if draft::explains_no_more(model) { vec![] } else { leave_ticket(model) };
            }
            model.note(Notice::plain("the model was stopped; what was here before stays"));
            return stopped;
        }
        Dialog::Filter(_) => return queue::forget(model),
        Dialog::Picking(open) => return picker::close(model, open.opened_in),
        Dialog::Sources(open) => {
            let opened_in = open.opened_in;
            sources::close(model, opened_in);
        }
        Dialog::Rewriting(ways) => rewrite::close(model, ways.opened_in),
        Dialog::List(_) => return list::back(model),
        Dialog::Editing | Dialog::Note(_) => return leave_text(model),
        Dialog::Rating(rating) => {
            let rating = Rating::clone(rating);
            model.dialog = Dialog::None;
            return rating::without_words(model, rating);
        }
        Dialog::Form(_)
        | Dialog::Snooze(_)
        | Dialog::Splitting(_)
        | Dialog::Tour(_)
        | Dialog::Confirm(_)
        | Dialog::Leaving => {
            model.dialog = Dialog::None;
        }
    }
    vec![]
}

/// Back to the ticket that this one was gone to from, else to the queue.
fn leave_ticket(model: &mut Model) -> Vec<Effect> {
    visit::back(model).unwrap_or_else(|| {
        model.focus = Pane::Queue;
        vec![]
    })
}

/// Leaves the editor, keeping what was written.
pub(super) fn leave_text(model: &mut Model) -> Vec<Effect> {
    match std::mem::replace(&mut model.dialog, Dialog::None) {
        Dialog::Note(editor) => {
            if let Some(open) = model.open.as_deref_mut() {
                editor.text().trim().clone_into(&mut open.note);
            }
            keep::save_now(model)
        }
        Dialog::Editing => keep::save_now(model),
        other @ (Dialog::None
        | Dialog::Filter(_)
        | Dialog::Picking(_)
        | Dialog::Rewriting(_)
        | Dialog::Sources(_)
        | Dialog::Form(_)
        | Dialog::Snooze(_)
        | Dialog::Rating(_)
        | Dialog::List(_)
        | Dialog::Splitting(_)
        | Dialog::Tour(_)
        | Dialog::Confirm(_)
        | Dialog::Leaving) => {
            model.dialog = other;
            keep::save_now(model)
        }
    }
}

pub(super) fn reload(model: &mut Model) -> Vec<Effect> {
    match &model.page {
        Page::Log(_) => log::reload(model),
        Page::Replay(_) => replay::load(model),
        Page::Pending(_) => pending::load(model),
        Page::Work | Page::Card(_) | Page::Bulk(_) | Page::Outbox(_) | Page::Help(_) => {
            let mut effects = queue::changed(model);
            effects.extend(load(model));
            effects
        }
    }
}

pub(super) fn quotes(model: &mut Model) -> Vec<Effect> {
    if let Some(open) = model.open.as_deref_mut() {
        open.thread.quotes_shown = !open.thread.quotes_shown;
    }
    vec![]
}

/// The ticket that a command means: the open one, or in the queue the selected one.
pub(super) fn meant(model: &Model) -> Option<TicketId> {
    let selected = || model.queue.selected_row().map(|row| row.id.clone());
    match model.focus {
        Pane::Queue => selected(),
        Pane::Ticket | Pane::Summary | Pane::Draft | Pane::Steps => {
            model.open.as_ref().map(|open| open.id.clone()).or_else(selected)
        }
    }
}

pub(super) fn handle(model: &mut Model) -> Vec<Effect> {
    let Some(ticket) = meant(model) else { return vec![] };
    if let Some(run) = &model.run {
        let text = format!("the assistant is busy with {} · {}", run.ticket, model.tell("{cancel} ends that run"));
        model.note(Notice::plain(text));
        return vec![];
    }
    let request = model.request();
    add_step(model, format!("{ticket}: handed to the assistant; it proposes, you decide"));
    let ends = model.tell("{cancel} ends that");
    model.note(Notice::plain(format!("the assistant reads {ticket}; it proposes, you decide · {ends}")));
    model.run = Some(Run { request, ticket: ticket.clone() });
    vec![Effect::Handle { request, ticket }]
}

pub(super) fn cancel(model: &mut Model) -> Vec<Effect> {
    let Some(run) = model.run.take() else {
        model.note(Notice::plain(model.tell("nothing runs · {handle} lets the agent handle the ticket")));
        return vec![];
    };
    add_step(model, format!("{}: run ended by you", run.ticket));
    vec![Effect::CancelRun { run: run.request }]
}

pub(super) fn copy(model: &mut Model) -> Vec<Effect> {
    let (what, text) = match &model.page {
        Page::Work => copied_pane(model),
        Page::Log(page) => ("the record", page.detail.value.as_ref().and_then(|shown| log::as_json(&shown.source))),
        Page::Replay(replay) => ("the step", replay.step.value.as_ref().and_then(log::as_json)),
        Page::Card(page) => ("the arguments", page.stage.reading().map(|reading| reading.card.exact_arguments())),
        Page::Bulk(bulk) => ("the card", Some(bulk.text())),
        Page::Pending(_) | Page::Outbox(_) | Page::Help(_) => ("nothing", None),
    };
    let Some(text) = text.filter(|text| !text.is_empty()) else {
        model.note(Notice::plain(format!("there is nothing to copy yet: {what}")));
        return vec![];
    };
    let large = if text.len() > MOST_COPIED { " · a terminal may refuse so much" } else { "" };
    model.note(Notice::plain(format!("copied {what} ({} characters){large}", text.chars().count())));
    vec![Effect::Copy(text)]
}

fn copied_pane(model: &Model) -> (&'static str, Option<String>) {
    if let Dialog::List(list) = &model.dialog {
        return list::copied(list);
    }
    let open = model.open.as_deref();
    match model.focus {
        Pane::Queue => ("the ticket's id", model.queue.selected_row().map(|row| row.id.to_string())),
        Pane::Ticket => ("the thread", open.and_then(thread_text)),
        Pane::Summary => ("the summary", open.and_then(|o| o.summary.value.as_ref()).map(|s| s.summary.clone())),
        Pane::Draft => ("the draft", open.map(|open| open.draft.editor.text())),
        Pane::Steps => {
            ("the steps", Some(model.steps.iter().map(|step| step.text.as_str()).collect::<Vec<_>>().join("\n")))
        }
    }
}

fn thread_text(open: &OpenTicket) -> Option<String> {
    let ticket = open.ticket.value.as_ref()?;
    let messages = ticket.thread.iter().map(|m| format!("{} ({}):\n{}", m.name, m.visibility, m.body));
    Some(messages.collect::<Vec<_>>().join("\n\n"))
}
