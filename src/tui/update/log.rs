//! The log page: loading records and reading one.

use crate::domain::audit::Record;
use crate::tui::events::{Effect, LogDetail, RequestId};
use crate::tui::model::Model;
use crate::tui::model::log::{Detail, LogPage, PAGE};
use crate::tui::model::pages::Page;

pub(super) fn open(model: &mut Model) -> Vec<Effect> {
    model.page = Page::Log(Box::default());
    more(model)
}

/// Asks for the records before the oldest one that is there.
pub(super) fn more(model: &mut Model) -> Vec<Effect> {
    let request = model.request();
    let Page::Log(page) = &mut model.page else { return vec![] };
    page.loading.ask(request);
    let before = page.records.last().map(|record| record.seq);
    vec![Effect::LoadLog { request, before, limit: PAGE }]
}

pub(super) fn arrived(model: &mut Model, request: RequestId, records: Vec<Record>) -> Vec<Effect> {
    let Page::Log(page) = &mut model.page else { return vec![] };
    let first = page.records.is_empty();
    if page.arrived(request, records) && first { selected(model) } else { vec![] }
}

/// Asks for the record that is selected now.
pub(super) fn selected(model: &mut Model) -> Vec<Effect> {
    let request = model.request();
    let Page::Log(page) = &mut model.page else { return vec![] };
    let shown = page.detail.value.as_ref().map(|shown| shown.source.record.seq);
    let Some(seq) = page.selected_record().map(|record| record.seq) else { return vec![] };
    if page.reading || shown == Some(seq) {
        return vec![];
    }
    page.detail.ask(request);
    vec![Effect::LoadLogDetail { request, seq }]
}

pub(super) fn detail(model: &mut Model, request: RequestId, detail: LogDetail) -> Vec<Effect> {
    if let Page::Log(page) = &mut model.page {
        page.detail.take(request, Detail::new(detail));
    }
    vec![]
}

pub(super) fn read(model: &mut Model) -> Vec<Effect> {
    let effects = selected(model);
    if let Page::Log(page) = &mut model.page {
        page.reading = page.selected_record().is_some();
    }
    effects
}

pub(super) fn back(model: &mut Model) -> Vec<Effect> {
    match &mut model.page {
        Page::Log(page) if page.reading => page.reading = false,
        Page::Log(_) | Page::Work | Page::Pending(_) | Page::Card(_) | Page::Help(_) => model.page = Page::Work,
    }
    vec![]
}

/// The record at hand as JSON, with what was said.
pub(super) fn as_json(page: &LogPage) -> Option<String> {
    let shown = &page.detail.value.as_ref()?.source;
    let value = serde_json::json!({"record": shown.record, "body": shown.body});
    serde_json::to_string_pretty(&value).ok()
}
