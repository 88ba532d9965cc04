//! Citations: what the draft cites, opened beside it.

use crate::tui::events::{Effect, RequestId, Source};
use crate::tui::model::pages::{Notice, Page};
use crate::tui::model::picker::OpenedIn;
use crate::tui::model::sources::Sources;
use crate::tui::model::{Dialog, Model, Pane};
use crate::tui::update::draft::draft;
use crate::tui::update::picker::place;

/// Opens what the draft cites, or the sentence at hand in the editor.
pub(super) fn open(model: &mut Model) -> Vec<Effect> {
    let Some(opened_in) = place(model) else {
        model.note(Notice::plain("only a draft cites anything: leave this text first"));
        return vec![];
    };
    let Some(draft) = draft(model) else {
        model.note(Notice::plain(model.tell("no ticket is open · {open} opens one")));
        return vec![];
    };
    let Some(sources) = Sources::of(draft, opened_in) else {
        model.note(Notice::plain("this draft cites no article"));
        return vec![];
    };
    draft.source = None;
    model.focus = Pane::Draft;
    model.dialog = Dialog::Sources(Box::new(sources));
    load(model)
}

/// Opens the next citation, or the one before.
pub(super) fn turn(model: &mut Model, back: bool) -> Vec<Effect> {
    let Some(sources) = model.source_mut() else { return vec![] };
    if !sources.turn(back) {
        model.note(Notice::plain("the draft cites no other one"));
        return vec![];
    }
    load(model)
}

fn load(model: &mut Model) -> Vec<Effect> {
    let request = model.request();
    let (Dialog::Sources(sources), Some(open)) = (&mut model.dialog, model.open.as_deref()) else { return vec![] };
    let Some(source) = sources.open().map(|cited| cited.citation.source_id.clone()) else { return vec![] };
    sources.source.value = None;
    sources.source.ask(request);
    sources.forget_rows();
    vec![Effect::LoadSource { request, ticket: open.id.clone(), source }]
}

pub(super) fn arrived(model: &mut Model, request: RequestId, source: Option<Source>) -> Vec<Effect> {
    if let Some(sources) = model.source_mut()
        && sources.source.take(request, source)
    {
        sources.forget_rows();
    }
    vec![]
}

/// Somebody writes on: what had the keyboard stays open beside the text.
pub(super) fn stay(model: &mut Model) {
    let before = std::mem::replace(&mut model.dialog, Dialog::Editing);
    if let (Dialog::Sources(sources), Some(open)) = (before, model.open.as_deref_mut()) {
        open.draft.source = Some(sources);
    }
}

/// Closes what lies open beside the text that is edited; says whether something did.
pub(super) fn put_away(model: &mut Model) -> bool {
    let editing = matches!((&model.page, &model.dialog), (Page::Work, Dialog::Editing));
    editing && draft(model).is_some_and(|draft| draft.source.take().is_some())
}

/// Back to where it was opened.
pub(super) fn close(model: &mut Model, opened_in: OpenedIn) {
    model.dialog = match opened_in {
        OpenedIn::Pane => Dialog::None,
        OpenedIn::Editor => Dialog::Editing,
    };
}
