//! The draft: suggestions and editing.

use crate::domain::draft::Suggestion;
use crate::tui::events::{Effect, Failure, Moment, RequestId};
use crate::tui::model::ahead::Part;
use crate::tui::model::draft::{Draft, next_tone};
use crate::tui::model::pages::Notice;
use crate::tui::model::{Dialog, Model, Pane, Question};
use crate::tui::update::{keep, presence, rewrite, sources, work};

/// Asks for a suggestion in the tone at hand: at once, and then a model where there is one.
pub(super) fn suggest(model: &mut Model) -> Vec<Effect> {
    let mut effects = stop_draft(model);
    effects.extend(ask(model, true));
    effects
}

/// A model that is at it already, ahead of the person, is not asked again.
pub(super) fn ask(model: &mut Model, quick: bool) -> Vec<Effect> {
    let request = model.request();
    let Model { open, ahead, .. } = model;
    let Some(open) = open.as_deref_mut() else { return vec![] };
    // A ticket that is read at the same time is the one that it will be for.
    open.draft.asked_for = open.newest().filter(|_| !open.ticket.is_waiting());
    if let Some(running) = ahead.writes(&open.id, Part::Draft(open.draft.tone)).filter(|_| !quick) {
        open.draft.suggestion.ask(running);
        return vec![];
    }
    open.draft.suggestion.ask_in_turn(request, quick);
    vec![Effect::Suggest { request, ticket: open.id.clone(), tone: open.draft.tone, quick }]
}

/// A model has written so much.
pub(super) fn writing(model: &mut Model, request: RequestId, text: String) -> Vec<Effect> {
    if let Some(draft) = draft(model).filter(|draft| draft.suggestion.waiting() == Some(request)) {
        draft.writing(text);
        model.changed = true;
    }
    vec![]
}

/// Stops what a model is writing for the ticket at hand, if it is.
pub(super) fn stop(model: &mut Model) -> Vec<Effect> {
    let mut effects = stop_draft(model);
    effects.extend(rewrite::stop(model));
    let summary = model.open.as_deref_mut().filter(|_| model.desk.model).and_then(|open| open.summary.give_up());
    effects.extend(summary.map(|run| cancel(model, run)));
    effects
}

fn stop_draft(model: &mut Model) -> Vec<Effect> {
    let Some(open) = model.open.as_deref_mut() else { return vec![] };
    open.draft.replace = false;
    if !model.desk.model {
        return vec![];
    }
    open.draft.writing(String::new());
    let stopped = open.draft.suggestion.give_up();
    stopped.map(|run| cancel(model, run)).into_iter().collect()
}

fn cancel(model: &mut Model, run: RequestId) -> Effect {
    // It may have been begun ahead: then it is nobody's any more.
    model.ahead.end(run);
    Effect::CancelRun { run }
}

pub(super) fn suggested(model: &mut Model, request: RequestId, suggestion: Suggestion) -> Vec<Effect> {
    let editing = model.dialog.is_editing();
    let Some(open) = model.open.as_deref_mut() else { return vec![] };
    let version = open.settled_version();
    let draft = &mut open.draft;
    if !draft.suggestion.take(request, suggestion) {
        return vec![];
    }
    let by_model = draft.suggestion.value.as_ref().is_some_and(|s| s.maker.is_model());
    let was_first = draft.suggestion.was_first(request);
    let was_edited = draft.edited;
    let is_put_in = draft.suggested(editing);
    if is_put_in {
        draft.made_for = draft.asked_for.or(version);
    }
    // What a person wrote is a draft of theirs until another one stands there.
    let mut effects = if is_put_in && was_edited { keep::save(model) } else { vec![] };
    // What a model has to say takes longer; until then there is something to read.
    effects.extend(if model.desk.model && was_first && !by_model { ask(model, false) } else { vec![] });
    effects
}

/// The suggestion will not come: nothing may replace what stands there.
pub(super) fn failed(model: &mut Model, request: RequestId, failure: &Failure) -> bool {
    let Some(draft) = draft(model) else { return false };
    let ours = draft.suggestion.fail(request, failure);
    draft.replace &= !ours;
    ours
}

pub(super) fn edit(model: &mut Model) -> Vec<Effect> {
    if model.open.is_none() {
        model.note(Notice::plain(model.tell("no ticket is open · {open} opens one")));
        return vec![];
    }
    model.focus = Pane::Draft;
    sources::stay(model);
    presence::warn(model);
    vec![]
}

pub(super) fn explain(model: &mut Model) -> Vec<Effect> {
    if let Some(draft) = draft(model) {
        draft.explained = !draft.explained;
        model.focus = Pane::Draft;
    }
    vec![]
}

/// Closes what explains the confidence, where the person looks at it.
pub(super) fn explains_no_more(model: &mut Model) -> bool {
    let looked_at = model.focus == Pane::Draft;
    draft(model).filter(|_| looked_at).is_some_and(|draft| std::mem::take(&mut draft.explained))
}

/// Asks for the next tone; an edited text is replaced only after a question.
pub(super) fn tone(model: &mut Model) -> Vec<Effect> {
    let Some(draft) = draft(model) else { return vec![] };
    if draft.edited {
        model.dialog = Dialog::Confirm(Question::ReplaceDraft);
        return vec![];
    }
    draft.tone = next_tone(draft.tone);
    suggest(model)
}

/// The person said that the edited text may go.
pub(super) fn replace(model: &mut Model) -> Vec<Effect> {
    let Some(draft) = draft(model) else { return vec![] };
    draft.tone = next_tone(draft.tone);
    instead(model)
}

/// The ticket is there: asks for a suggestion, and in place of what the person wrote where they said so.
pub(super) fn anew(model: &mut Model) -> Vec<Effect> {
    if draft(model).is_some_and(|draft| draft.replace) { instead(model) } else { suggest(model) }
}

/// Asks for a draft in place of what the person wrote: once, so that one undo brings theirs back.
fn instead(model: &mut Model) -> Vec<Effect> {
    let mut effects = stop_draft(model);
    if let Some(draft) = draft(model) {
        draft.replace = true;
    }
    effects.extend(ask(model, false));
    effects
}

/// Makes the draft anew for the ticket as it is now, where that has moved since. What the person has written goes, and
/// one undo brings it back.
pub(super) fn redo(model: &mut Model) -> Vec<Effect> {
    let editing = model.dialog.is_editing();
    let Some(open) = model.open.as_deref() else {
        model.note(Notice::plain(model.tell("no ticket is open · {open} opens one")));
        return vec![];
    };
    let (edited, key) = (open.draft.edited, if editing { "{undo}" } else { "{edit} {undo}" });
    if !open.is_stale() {
        model.note(Notice::plain(model.tell("the draft is for the ticket as it is · {tone} asks for another tone")));
        return vec![];
    }
    let effects = work::load(model);
    if let Some(draft) = draft(model) {
        draft.replace = edited || editing;
    }
    let back = if edited { format!(" · {key} brings yours back") } else { String::new() };
    model.note(Notice::plain(model.tell(&format!("the draft is made anew for the ticket as it is now{back}"))));
    effects
}

/// The text changed.
pub(super) fn changed(model: &mut Model, at: Moment) -> Vec<Effect> {
    let Some(open) = model.open.as_deref_mut() else { return vec![] };
    // Whoever writes on has the ticket before them as it is.
    open.draft.made_for = open.settled_version().or(open.draft.made_for);
    open.draft.replace = false;
    open.draft.note_edit();
    keep::typed(model, at)
}

pub(super) fn draft(model: &mut Model) -> Option<&mut Draft> {
    model.open.as_deref_mut().map(|open| &mut open.draft)
}
