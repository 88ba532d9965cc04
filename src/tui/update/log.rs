//! The log page: loading records, reading one, filtering, adding up, exporting.

use crate::domain::audit::Record;
use crate::domain::audit::figures::Figures;
use crate::domain::audit::query::LogQuery;
use crate::tui::editor::Editor;
use crate::tui::events::{Effect, ExportFormat, Exported, LogDetail, RequestId};
use crate::tui::model::Model;
use crate::tui::model::log::{Detail, LogPage, PAGE};
use crate::tui::model::pages::{Notice, Page};
use crate::tui::model::slot::Slot;

pub(super) fn open(model: &mut Model) -> Vec<Effect> {
    model.page = Page::Log(Box::default());
    more(model)
}

/// Loads again what is shown.
pub(super) fn reload(model: &mut Model) -> Vec<Effect> {
    let Page::Log(page) = &mut model.page else { return vec![] };
    page.reset();
    let mut effects = more(model);
    effects.extend(add_up(model));
    effects
}

/// Asks for the records before the oldest one that is there.
pub(super) fn more(model: &mut Model) -> Vec<Effect> {
    let request = model.request();
    let Page::Log(page) = &mut model.page else { return vec![] };
    page.loading.ask(request);
    let before = page.records.last().map(|record| record.seq);
    vec![Effect::LoadLog { request, query: Box::new(page.query.clone()), before, limit: PAGE }]
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
    if page.reading || page.figures.is_some() || shown == Some(seq) {
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

/// One step back: out of the filter line, the record, the log.
pub(super) fn back(model: &mut Model) -> Vec<Effect> {
    match &mut model.page {
        Page::Log(page) if page.typing.is_some() => {
            page.typing = None;
            return filtered(model, "");
        }
        Page::Log(page) if page.reading => page.reading = false,
        Page::Log(_)
        | Page::Replay(_)
        | Page::Bulk(_)
        | Page::Outbox(_)
        | Page::Work
        | Page::Pending(_)
        | Page::Card(_)
        | Page::Help(_) => {
            model.page = Page::Work;
        }
    }
    vec![]
}

pub(super) fn filter(page: &mut LogPage) {
    page.typing = Some(Editor::line_of(&page.filter));
}

/// Keeps the filter as it stands; what was no filter is forgotten.
pub(super) fn keep_filter(page: &mut LogPage) {
    page.typing = None;
    page.misread = None;
}

/// Looks for what stands in the filter line now; while that is no filter, what was found before stays.
pub(super) fn filtered(model: &mut Model, words: &str) -> Vec<Effect> {
    let now = model.now.to_zoned(model.zone.clone());
    let Page::Log(page) = &mut model.page else { return vec![] };
    match LogQuery::parse(words, &now) {
        Ok(query) => {
            words.trim().clone_into(&mut page.filter);
            page.misread = None;
            if page.query == query {
                return vec![];
            }
            page.query = query;
            reload(model)
        }
        Err(error) => {
            page.misread = Some(error.to_string());
            vec![]
        }
    }
}

/// Shows what the records come to, or the records again.
pub(super) fn figures(model: &mut Model) -> Vec<Effect> {
    let Page::Log(page) = &mut model.page else { return vec![] };
    page.figures_top = 0;
    page.figures = match page.figures.take() {
        Some(_) => None,
        None => Some(Slot::default()),
    };
    add_up(model)
}

fn add_up(model: &mut Model) -> Vec<Effect> {
    let request = model.request();
    let Page::Log(page) = &mut model.page else { return vec![] };
    let Some(figures) = &mut page.figures else { return vec![] };
    figures.ask(request);
    vec![Effect::LoadFigures { request, query: Box::new(page.query.clone()) }]
}

pub(super) fn added_up(model: &mut Model, request: RequestId, figures: Figures) -> Vec<Effect> {
    if let Page::Log(page) = &mut model.page
        && let Some(slot) = &mut page.figures
    {
        slot.take(request, figures);
    }
    vec![]
}

pub(super) fn export(model: &mut Model, format: ExportFormat) -> Vec<Effect> {
    let request = model.request();
    let Page::Log(page) = &model.page else { return vec![] };
    let what = if page.figures.is_some() { Exported::Figures } else { Exported::Records };
    let query = Box::new(page.query.clone());
    model.errands.insert(request, "in".to_owned());
    model.note(Notice::plain("writing …"));
    vec![Effect::ExportLog { request, query, what, format }]
}

/// The record at hand as JSON, with what was said.
pub(super) fn as_json(shown: &LogDetail) -> Option<String> {
    let value = serde_json::json!({"record": shown.record, "body": shown.body});
    serde_json::to_string_pretty(&value).ok()
}
