//! Preparing what comes next. The ticket at hand goes first: whatever it wants of a model ends what is written ahead,
//! unless that is the very text.

use crate::domain::ids::TicketId;
use crate::tui::events::{Answer, Effect, RequestId};
use crate::tui::model::Model;
use crate::tui::model::ahead::{PAUSE, Part};
use crate::tui::update::{draft, work};

/// After each message: aims anew, stops what is in the way or not wanted any more, begins what is next.
pub(super) fn settle(model: &mut Model) -> Vec<Effect> {
    if model.ahead.most == 0 {
        return vec![];
    }
    let (at, aim) = (model.at, aim(model));
    let mut effects = vec![];
    if model.ahead.take_aim(aim, at) {
        effects.push(Effect::Wake(at + PAUSE));
    }
    let awaited = is_awaited(model);
    let busy = is_busy(model);
    if !awaited && (busy || !model.ahead.is_on_target()) {
        effects.extend(model.ahead.give_up().map(|run| Effect::CancelRun { run }));
    }
    if !busy && model.ahead.may_begin(at) {
        effects.extend(begin(model));
    }
    // The status line says what is prepared.
    model.changed |= effects.iter().any(|effect| matches!(effect, Effect::Prepare { .. } | Effect::CancelRun { .. }));
    effects
}

fn begin(model: &mut Model) -> Option<Effect> {
    let text = model.ahead.next(model.first_tone)?;
    let request = model.request();
    let (ticket, part) = (text.ticket.clone(), text.part);
    model.ahead.begin(request, text);
    Some(Effect::Prepare { request, ticket, part })
}

/// The tickets that come next: from the selected one on, those that want work and are not open, with their versions.
fn aim(model: &Model) -> Vec<(TicketId, u64)> {
    let open = model.open.as_ref().map(|open| &open.id);
    let rows = (model.queue.selected..model.queue.total()).map_while(|at| model.queue.window.value.as_ref()?.row(at));
    let next = rows.filter(|row| Some(&row.id) != open && !row.status.is_done());
    next.take(model.ahead.most).map(|row| (row.id.clone(), row.version)).collect()
}

/// Whether the person waits for what a model writes, or may in a moment.
fn is_busy(model: &Model) -> bool {
    let waits = |open: &crate::tui::model::open::OpenTicket| {
        let draft = &open.draft;
        let writes = draft.suggestion.is_waiting() || draft.rewriting.is_some();
        open.ticket.is_waiting() || open.summary.is_waiting() || writes
    };
    model.run.is_some() || model.open.as_deref().is_some_and(waits)
}

/// Whether the text in the making is for the open ticket, and wanted there or about to be.
fn is_awaited(model: &Model) -> bool {
    let (Some((request, text)), Some(open)) = (&model.ahead.running, model.open.as_deref()) else { return false };
    // Both are asked for once the ticket is there.
    let soon = open.ticket.is_waiting();
    open.id == text.ticket
        && match text.part {
            Part::Summary => open.summary.waiting() == Some(*request) || soon || open.summary.waits_for_first(),
            Part::Draft(tone) => {
                let slot = &open.draft.suggestion;
                slot.waiting() == Some(*request) || (open.draft.tone == tone && (soon || slot.waits_for_first()))
            }
        }
}

/// An answer to what was asked ahead. Whoever waits for it by now asks as anybody does: it is there.
pub(super) fn arrived(model: &mut Model, request: RequestId, answer: &Answer) -> Option<Vec<Effect>> {
    ended(model, request, is_by_model(answer))
}

/// What was asked ahead failed; nobody need hear of it.
pub(super) fn failed(model: &mut Model, request: RequestId) -> Option<Vec<Effect>> {
    ended(model, request, false)
}

fn ended(model: &mut Model, request: RequestId, by_model: bool) -> Option<Vec<Effect>> {
    model.ahead.end(request)?;
    if !by_model {
        model.ahead.rest(model.at);
    }
    let open = model.open.as_deref_mut()?;
    if open.summary.close(request) {
        return Some(work::summarize(model, true));
    }
    if open.draft.suggestion.close(request) {
        return Some(draft::ask(model, true));
    }
    Some(vec![])
}

#[allow(clippy::wildcard_enum_match_arm, reason = "only two answers are written by anybody")]
fn is_by_model(answer: &Answer) -> bool {
    match answer {
        Answer::Summary(summary) => summary.maker.is_model(),
        Answer::Suggestion(suggestion) => suggestion.maker.is_model(),
        _ => false,
    }
}
