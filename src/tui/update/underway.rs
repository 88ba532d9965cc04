//! Ending what takes too long: one key, where people look around.

use crate::tui::events::{Effect, Failure};
use crate::tui::keymap::Context;
use crate::tui::model::Model;
use crate::tui::model::pages::Notice;
use crate::tui::update::answers;

/// Whether the key that leads back first ends what is under way. Where something lies over the page it closes that, and
/// with it what was waited for there.
pub(super) fn can_stop(model: &Model) -> bool {
    let looks_around = match model.context() {
        Context::Queue
        | Context::Ticket
        | Context::Summary
        | Context::Draft
        | Context::Steps
        | Context::Pending
        | Context::Log
        | Context::LogDetail
        | Context::Replay => true,
        Context::Editing
        | Context::Finding
        | Context::Picking
        | Context::Rewriting
        | Context::Sources
        | Context::Filter
        | Context::Confirm
        | Context::Leaving
        | Context::Form
        | Context::Snooze
        | Context::Rating
        | Context::List
        | Context::Splitting
        | Context::Tour
        | Context::Card
        | Context::Bulk
        | Context::Arguments
        | Context::Deny
        | Context::Comment
        | Context::Deciding
        | Context::Outcome
        | Context::Outbox
        | Context::Figures
        | Context::Palette
        | Context::Help
        | Context::TooSmall => false,
    };
    looks_around && !model.underway.stoppable(model.at).is_empty()
}

/// Whoever waited hears that nothing comes any more; what was there before stays.
pub(super) fn stop(model: &mut Model) -> Vec<Effect> {
    let again = model.tell("{reload} tries again");
    let stopped = model.underway.stoppable(model.at);
    let mut effects = Vec::new();
    for named in &stopped {
        let (message, way_out) = ("you stopped it".to_owned(), again.clone());
        let failure =
            Failure { request: Some(named.request), what: named.what.to_owned(), message, way_out: way_out.clone() };
        answers::was_waited_for(model, named.request, &failure);
        effects.push(Effect::CancelRun { run: named.request });
    }
    let what = stopped.first().map_or("", |named| named.doing);
    model.note(Notice::plain(format!("stopped {what} · {again}")));
    effects
}
