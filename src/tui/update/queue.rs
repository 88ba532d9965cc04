//! The queue: loading, views, filter.

use crate::domain::ticket::TicketPage;
use crate::tui::editor::Editor;
use crate::tui::events::{Effect, RequestId};
use crate::tui::model::queue::QueueView;
use crate::tui::model::{Dialog, Model};
use crate::tui::update::pending;

pub(super) fn load(model: &mut Model) -> Vec<Effect> {
    let request = model.request();
    let query = model.queue.ask(request);
    vec![Effect::LoadQueue { request, query }]
}

pub(super) fn count(model: &mut Model) -> Vec<Effect> {
    let request = model.request();
    let queries = model.queue.count(request);
    vec![Effect::CountViews { request, queries }]
}

/// Something changed at the desk: load again, once the load that runs has ended.
pub(super) fn changed(model: &mut Model) -> Vec<Effect> {
    let mut effects = pending::load(model);
    if model.queue.window.is_waiting() {
        model.queue.window.ask_again();
    } else {
        effects.extend(load(model));
    }
    effects.extend(count(model));
    effects
}

pub(super) fn arrived(model: &mut Model, request: RequestId, page: TicketPage) -> Vec<Effect> {
    if !model.queue.arrived(request, page) {
        return vec![];
    }
    note_moved(model);
    if model.queue.window.take_again() { load(model) } else { vec![] }
}

/// The queue has a newer version of the open ticket than the one on screen.
fn note_moved(model: &mut Model) {
    let Some(open) = model.open.as_deref_mut() else { return };
    let newest = model.queue.row_of(&open.id).map(|row| row.version);
    open.moved_to = newest.filter(|newest| open.version().is_some_and(|shown| *newest > shown));
}

pub(super) fn view(model: &mut Model, view: QueueView) -> Vec<Effect> {
    model.queue.view = view;
    model.queue.reset();
    load(model)
}

pub(super) fn filter(model: &mut Model) -> Vec<Effect> {
    model.dialog = Dialog::Filter(Editor::line_of(&model.queue.filter));
    vec![]
}

/// Looks for what stands in the filter line now.
pub(super) fn filtered(model: &mut Model, words: &str) -> Vec<Effect> {
    words.trim().clone_into(&mut model.queue.filter);
    model.queue.reset();
    load(model)
}
