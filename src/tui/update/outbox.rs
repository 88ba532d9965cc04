//! The outbox: what was signed waits, goes out when its time has come, or is taken back; it never goes out twice.

use std::time::Duration;

use crate::domain::approval::Signature;
use crate::domain::call::WriteCall;
use crate::domain::draft::without_marks;
use crate::domain::ids::TicketId;
use crate::domain::ticket::Visibility;
use crate::tui::editor::Editor;
use crate::tui::events::{Effect, Moment, RequestId};
use crate::tui::model::card::{Ending, Origin, Reading, Stage};
use crate::tui::model::outbox::{Letter, OutboxPage, Place, Signed};
use crate::tui::model::pages::{Notice, Page, Tray};
use crate::tui::model::{Decision, Dialog, Model, Pane, layout};
use crate::tui::update::{decide, draft, keys, pending, work};

/// What the person has put under the card just now.
pub(super) fn signature(reading: &Reading, at: Moment) -> Signature {
    let read = reading.first_seen.map_or(Duration::ZERO, |seen| at.saturating_sub(seen));
    Signature { read, ..Signature::under(&reading.card.text()) }
}

/// A signed reply begins to wait. Nothing is recorded: until it goes out, it is a proposal as before.
pub(super) fn put(model: &mut Model, origin: Origin, reading: Reading) -> Vec<Effect> {
    let (at, proposal) = (model.at, reading.card.proposal());
    let (id, call) = (proposal.id().clone(), proposal.call().clone());
    let signature = signature(&reading, at);
    let letter = Letter {
        proposal: id.clone(),
        about: about(model, call.ticket_id()),
        draft: own_draft(model, &call),
        call,
        place: Place::Waiting { signed: Signed { card: reading.card, signature, at }, due: at + model.outbox.wait },
    };
    model.outbox.letters.push(letter);
    decide::show(model, origin, Stage::Held(id));
    set_alarm(model, at)
}

fn about(model: &Model, ticket: &TicketId) -> String {
    let waiting = model.pending.value.iter().flatten().find(|w| w.proposal.call().ticket_id() == ticket);
    let row = model.queue.row_of(ticket).map(|row| row.subject.clone());
    row.or_else(|| waiting.map(|w| w.subject.clone())).unwrap_or_default()
}

/// The draft of the open ticket, when it is what the call sends.
pub(super) fn own_draft(model: &Model, call: &WriteCall) -> Option<String> {
    let open = model.open.as_deref().filter(|open| open.id == *call.ticket_id())?;
    let WriteCall::SendReply(reply) = call else { return None };
    if reply.visibility != Visibility::Public {
        return None;
    }
    let text = open.draft.editor.text();
    (without_marks(&text, open.draft.citations()) == reply.body).then_some(text)
}

fn set_alarm(model: &mut Model, at: Moment) -> Vec<Effect> {
    model.outbox.set_alarm(at).map(Effect::Wake).into_iter().collect()
}

/// An alarm rang: one second less, or a reply goes out.
pub(super) fn woke(model: &mut Model, at: Moment) -> Vec<Effect> {
    if !model.outbox.rings(at) {
        return vec![];
    }
    model.changed = true;
    // Nobody can take back what they cannot see, and nothing goes out where nothing can arrive.
    let watched = model.link.is_up() && layout::fits(&model.page, model.size);
    model.outbox.begin_again(at, watched);
    let mut effects = go(model, |due| due <= at);
    effects.extend(set_alarm(model, at));
    effects
}

/// Every reply whose time has come goes out.
fn go(model: &mut Model, is_due: impl Fn(Moment) -> bool) -> Vec<Effect> {
    let due = model.outbox.letters.iter().enumerate().filter(|(_, letter)| letter.due().is_some_and(&is_due));
    let due: Vec<_> = due.map(|(at, _)| at).collect();
    due.into_iter().flat_map(|at| go_one(model, at)).collect()
}

/// The approved call leaves with what was signed, and so it leaves once.
fn go_one(model: &mut Model, at: usize) -> Vec<Effect> {
    let (now, request) = (model.at, model.request());
    let Some(letter) = model.outbox.letters.get_mut(at) else { return vec![] };
    let Some(Signed { card, signature, at: signed }) = letter.go(request) else { return vec![] };
    let (proposal, call, draft) = (letter.proposal.clone(), letter.call.clone(), letter.draft.clone());
    if let Page::Card(page) = &mut model.page
        && matches!(&page.stage, Stage::Held(held) if *held == proposal)
    {
        let words = format!("{} on {} is being carried out", call.tool(), call.ticket_id());
        page.stage = Stage::Deciding { request, words };
    }
    model.queue.decided = Some(call.ticket_id().clone());
    model.decisions.push(Decision { request, proposal, call, draft });
    let signature = Signature { held: now.saturating_sub(signed), ..signature };
    vec![Effect::Approve { request, card, signature }]
}

/// The decision on a reply has ended where the person saw it.
pub(super) fn forget(model: &mut Model, request: RequestId) {
    if let Some(at) = model.outbox.going(request) {
        model.outbox.letters.remove(at);
    }
}

/// The decision on a reply has ended and nobody looked: what did not go out stays until it was looked at.
pub(super) fn decided(model: &mut Model, request: RequestId, ending: Ending) -> Option<Ending> {
    let Some(at) = model.outbox.going(request).filter(|_| !ending.good) else {
        forget(model, request);
        return Some(ending);
    };
    model.outbox.letters[at].place = Place::Back(ending);
    None
}

/// The person wanted to quit once everything was away: now it is, or something came back.
pub(super) fn settled(model: &mut Model) -> Vec<Effect> {
    if !model.outbox.then_quit || model.outbox.undecided().next().is_some() {
        return vec![];
    }
    model.outbox.then_quit = false;
    if model.outbox.back().next().is_some() { open(model) } else { keys::quit(model) }
}

/// Shows the outbox, the reply that goes out first selected.
pub(super) fn open(model: &mut Model) -> Vec<Effect> {
    let soonest = model.outbox.soonest().map(|(letter, _)| letter.proposal.clone());
    let selected = model.outbox.letters.iter().position(|letter| Some(&letter.proposal) == soonest.as_ref());
    model.page = Page::Outbox(OutboxPage { selected: selected.unwrap_or(0), text_top: 0 });
    vec![]
}

/// Leaves the outbox; what did not go out was looked at now.
pub(super) fn close(model: &mut Model) -> Vec<Effect> {
    model.outbox.letters.retain(|letter| !matches!(letter.place, Place::Back(_)));
    model.page = Page::Work;
    vec![]
}

fn selected(model: &Model) -> Option<usize> {
    let Page::Outbox(page) = &model.page else { return None };
    (page.selected < model.outbox.letters.len()).then_some(page.selected)
}

/// Takes the selected reply back: it was never approved, its proposal waits as before.
pub(super) fn take_back(model: &mut Model) -> Vec<Effect> {
    let Some(at) = selected(model) else { return vec![] };
    if let Place::Going { .. } = model.outbox.letters[at].place {
        model.note(Notice::plain("it is on its way already; what becomes of it will stand here"));
        return vec![];
    }
    let letter = model.outbox.letters.remove(at);
    let words = match letter.place {
        Place::Waiting { .. } => "taken back: nothing was sent, its proposal waits",
        Place::Going { .. } | Place::Back(_) => "here is the text again",
    };
    let mut effects = into_hands(model, &letter);
    model.note(Notice::good(words));
    effects.extend(pending::load(model));
    let now = model.at;
    effects.extend(set_alarm(model, now));
    effects
}

/// The person's own draft into the editor, anybody else's proposal to the tray.
fn into_hands(model: &mut Model, letter: &Letter) -> Vec<Effect> {
    let Some(text) = letter.draft.clone() else {
        let at = model.pending.value.iter().flatten().position(|w| *w.proposal.id() == letter.proposal);
        model.page = Page::Pending(Tray { selected: at.unwrap_or(0), top: 0 });
        return vec![];
    };
    (model.page, model.dialog) = (Page::Work, Dialog::None);
    let mut effects = vec![];
    if model.open.as_ref().is_none_or(|open| open.id != *letter.ticket()) {
        effects = work::switch(model, letter.ticket().clone());
    }
    let at = model.at;
    model.focus = Pane::Draft;
    model.dialog = Dialog::Editing;
    let Some(draft) = draft::draft(model) else { return effects };
    // What was written since then is newer.
    if draft.editor.text().trim().is_empty() {
        draft.editor = Editor::text_of(&text);
        effects.extend(draft::changed(model, at));
    }
    effects
}

/// Sends the selected reply without waiting any longer.
pub(super) fn send_now(model: &mut Model) -> Vec<Effect> {
    let Some(at) = selected(model) else { return vec![] };
    let mut effects = go_one(model, at);
    let now = model.at;
    effects.extend(set_alarm(model, now));
    effects
}

/// Quitting: everything that waits goes out now, and the program ends when it is known what became of it.
pub(super) fn send_and_quit(model: &mut Model) -> Vec<Effect> {
    model.dialog = Dialog::None;
    model.outbox.then_quit = true;
    model.note(Notice::plain("sending what waits, then the program ends"));
    let mut effects = go(model, |_| true);
    effects.extend(settled(model));
    effects
}

/// Quitting: nothing goes out, everything waits in the tray as proposals.
pub(super) fn keep_and_quit(model: &mut Model) -> Vec<Effect> {
    model.dialog = Dialog::None;
    model.outbox.letters.retain(|letter| letter.due().is_none());
    keys::quit(model)
}
