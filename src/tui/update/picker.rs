//! Canned replies: looked for over the draft and put into it as one step of its history.

use crate::domain::answer::CannedText;
use crate::tui::events::{Effect, RequestId};
use crate::tui::model::pages::{Notice, Page};
use crate::tui::model::picker::{OpenedIn, Picker};
use crate::tui::model::{Dialog, Model, Pane};
use crate::tui::update::draft;

/// Opens the picker over the draft, or over the editor of it.
pub(super) fn open(model: &mut Model) -> Vec<Effect> {
    let Some(opened_in) = place(model) else {
        model.note(Notice::plain(model.tell("canned replies go into a draft · {back} leaves this text")));
        return vec![];
    };
    let request = model.request();
    let Some(ticket) = model.open.as_ref().map(|open| open.id.clone()) else {
        model.note(Notice::plain(model.tell("no ticket is open · {open} opens one")));
        return vec![];
    };
    let mut picker = Box::new(Picker::new(opened_in));
    picker.canned.ask(request);
    model.focus = Pane::Draft;
    model.dialog = Dialog::Picking(picker);
    vec![Effect::LoadCanned { request, ticket }]
}

/// Where a text could go into the draft from here.
pub(super) fn place(model: &Model) -> Option<OpenedIn> {
    match (&model.page, &model.dialog) {
        (Page::Work, Dialog::None) => Some(OpenedIn::Pane),
        (Page::Work, Dialog::Editing) => Some(OpenedIn::Editor),
        (
            Page::Work
            | Page::Card(_)
            | Page::Pending(_)
            | Page::Log(_)
            | Page::Replay(_)
            | Page::Bulk(_)
            | Page::Outbox(_)
            | Page::Help(_),
            _,
        ) => None,
    }
}

pub(super) fn arrived(model: &mut Model, request: RequestId, canned: Vec<CannedText>) -> Vec<Effect> {
    if let Dialog::Picking(picker) = &mut model.dialog
        && picker.canned.take(request, canned)
    {
        picker.find();
    }
    vec![]
}

/// Puts the selected reply into the draft: at the cursor; from the pane below what somebody wrote, or in place of a
/// suggestion that nobody touched: two letters in one have two greetings.
pub(super) fn insert(model: &mut Model, picker: Box<Picker>) -> Vec<Effect> {
    let (at, opened_in) = (model.at, picker.opened_in);
    let (Some(reply), Some(draft)) = (picker.selected().cloned(), draft::draft(model)) else {
        model.dialog = Dialog::Picking(picker);
        return vec![];
    };
    let text = reply.text.trim_end();
    let replaces = opened_in == OpenedIn::Pane && !draft.edited && !draft.editor.text().trim().is_empty();
    let taken = match opened_in {
        OpenedIn::Editor => draft.editor.paste(text),
        OpenedIn::Pane if replaces => {
            draft.editor.replace_all(text);
            Ok(true)
        }
        OpenedIn::Pane => draft.editor.append(text),
    };
    if let Err(full) = taken {
        model.note(Notice::bad(full.to_string()));
        return close(model, opened_in);
    }
    model.dialog = Dialog::Editing;
    if replaces {
        model.note(Notice::plain(model.tell("in place of the suggestion · {undo} brings that back")));
    }
    if !reply.open.is_empty() {
        model.note(Notice::bad(format!("no value for {}: write it yourself", reply.open.join(", "))));
    }
    draft::changed(model, at)
}

/// Back to where the picker was opened; nothing is inserted.
pub(super) fn close(model: &mut Model, opened_in: OpenedIn) -> Vec<Effect> {
    model.dialog = match opened_in {
        OpenedIn::Pane => Dialog::None,
        OpenedIn::Editor => Dialog::Editing,
    };
    vec![]
}
