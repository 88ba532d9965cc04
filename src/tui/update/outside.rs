//! A text goes to the person's own editor and comes back as one step of its history.

use crate::domain::ids::TicketId;
use crate::tui::editor::Editor;
use crate::tui::events::{Effect, RequestId};
use crate::tui::model::pages::{Notice, Page};
use crate::tui::model::{Dialog, Model};
use crate::tui::update::{draft, typing};

pub(super) fn open(model: &mut Model) -> Vec<Effect> {
    let request = model.request();
    let name = name(model);
    let Some(text) = target(model).map(|editor| editor.text()) else {
        model.note(Notice::plain(model.tell("no ticket is open · {open} opens one")));
        return vec![];
    };
    model.outside = Some(request);
    vec![Effect::EditOutside { request, name, text }]
}

/// What the text is, as part of a file's name.
fn name(model: &Model) -> String {
    let what = if let (Page::Work, Dialog::Note(_)) = (&model.page, &model.dialog) { "note" } else { "reply" };
    let ticket = if let Page::Card(page) = &model.page {
        page.stage.reading().map(|reading| reading.card.proposal().call().ticket_id())
    } else {
        model.open.as_ref().map(|open| &open.id)
    };
    format!("{what}-{}", ticket.map_or("", TicketId::as_str))
}

/// Whether it is asked for from the pane, where nothing is being edited.
fn is_pane(model: &Model) -> bool {
    matches!((&model.page, &model.dialog), (Page::Work, Dialog::None))
}

/// The text that goes: the one being edited, else the draft.
fn target(model: &mut Model) -> Option<&mut Editor> {
    if is_pane(model) { draft::draft(model).map(|draft| &mut draft.editor) } else { typing::editor(model) }
}

/// The editor has ended well; nothing in place of a text means that it changed nothing.
pub(super) fn came_back(model: &mut Model, request: RequestId, after: Option<&str>) -> Vec<Effect> {
    if model.outside.take_if(|waiting| *waiting == request).is_none() {
        return vec![];
    }
    let Some(after) = after else {
        model.note(Notice::plain("your editor changed nothing"));
        return vec![];
    };
    let Some(editor) = target(model) else { return vec![] };
    editor.replace_all(after);
    let back = model.tell("{undo} takes them back");
    model.note(Notice::good(format!("{} characters from your editor · {back}", after.chars().count())));
    let at = model.at;
    if is_pane(model) { draft::changed(model, at) } else { typing::after_change(model, at) }
}
