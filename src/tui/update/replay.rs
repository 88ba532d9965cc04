//! A run played again, step by step. It asks for records and for nothing else.

use crate::domain::audit::Record;
use crate::tui::events::{Effect, LogDetail, RequestId};
use crate::tui::model::Model;
use crate::tui::model::pages::{Notice, Page};
use crate::tui::model::replay::Replay;

/// Plays the run of the record that is selected in the log.
pub(super) fn open(model: &mut Model) -> Vec<Effect> {
    let Page::Log(page) = &model.page else { return vec![] };
    let Some(run) = page.selected_record().map(|record| record.run.clone()) else {
        model.note(Notice::plain("no record is selected"));
        return vec![];
    };
    let Page::Log(behind) = std::mem::replace(&mut model.page, Page::Work) else { return vec![] };
    model.page = Page::Replay(Box::new(Replay::of(run, Some(behind))));
    load(model)
}

/// Asks for the run that is on the page.
pub(super) fn load(model: &mut Model) -> Vec<Effect> {
    let request = model.request();
    let Page::Replay(replay) = &mut model.page else { return vec![] };
    replay.selected = 0;
    replay.records.ask(request);
    vec![Effect::LoadRun { request, run: replay.run.clone() }]
}

pub(super) fn arrived(model: &mut Model, request: RequestId, records: Vec<Record>) -> Vec<Effect> {
    let Page::Replay(replay) = &mut model.page else { return vec![] };
    if replay.records.take(request, records) { step(model) } else { vec![] }
}

/// Asks for what was said in the step at hand.
pub(super) fn step(model: &mut Model) -> Vec<Effect> {
    let request = model.request();
    let Page::Replay(replay) = &mut model.page else { return vec![] };
    let shown = replay.step.value.as_ref().map(|step| step.record.seq);
    let Some(seq) = replay.record().map(|record| record.seq).filter(|seq| shown != Some(*seq)) else { return vec![] };
    replay.step.ask(request);
    vec![Effect::LoadLogDetail { request, seq }]
}

pub(super) fn said(model: &mut Model, request: RequestId, detail: LogDetail) -> Vec<Effect> {
    if let Page::Replay(replay) = &mut model.page {
        replay.step.take(request, detail);
    }
    vec![]
}

/// Back to the log; where the program only plays there is nothing behind, and it ends.
pub(super) fn back(model: &mut Model) -> Vec<Effect> {
    let Page::Replay(replay) = &mut model.page else { return vec![] };
    let Some(log) = replay.behind.take() else { return vec![Effect::Quit] };
    model.page = Page::Log(log);
    vec![]
}
