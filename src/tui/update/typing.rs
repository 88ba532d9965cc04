//! Text being typed: whoever has an editor gets what no command took.

use crossterm::event::{KeyCode, KeyEvent};

use crate::tui::editor::{Editor, Full};
use crate::tui::events::{Effect, Moment};
use crate::tui::keymap::{self, Command, Stroke};
use crate::tui::model::card::Stage;
use crate::tui::model::form::UpdateForm;
use crate::tui::model::pages::{Notice, Page};
use crate::tui::model::{Dialog, Model};
use crate::tui::update::{card, decide, draft, keep, list, log, picker, propose, queue, rating, rewrite, split};

/// A key that is no command here.
pub(super) fn typed(model: &mut Model, key: &KeyEvent, at: Moment) -> Vec<Effect> {
    if model.context() == crate::tui::keymap::Context::TooSmall {
        return vec![];
    }
    let stroke = model.keys.stroke(key);
    if let Some(form) = form(model) {
        form.typed(key, stroke);
        return vec![];
    }
    let Some(editor) = editor(model) else { return nothing(model, key) };
    let taken = match stroke {
        Some(Stroke::Go(go)) => editor.go_with(go, key),
        Some(Stroke::Erase(go)) => Ok(editor.erase(go)),
        Some(_) | None => editor.key(key),
    };
    took(model, taken, at)
}

/// A key that means nothing here: the person hears so, and where the keys stand.
fn nothing(model: &mut Model, key: &KeyEvent) -> Vec<Effect> {
    let help = model.keys.key(model.context(), Command::Help);
    if let (KeyCode::Char(_), Some(name)) = (key.code, keymap::name_of(key))
        && !help.is_empty()
    {
        model.note(Notice::plain(format!("{} means nothing here · {help} lists the keys", keymap::shown(&name))));
    }
    vec![]
}

/// What came of it, where something did.
fn took(model: &mut Model, taken: Result<bool, Full>, at: Moment) -> Vec<Effect> {
    match taken {
        Ok(true) => after_change(model, at),
        Ok(false) => vec![],
        Err(full) => {
            model.note(Notice::bad(full.to_string()));
            vec![]
        }
    }
}

/// What a key does to a text of several lines.
pub(super) fn stroke(model: &mut Model, stroke: Stroke, key: &KeyEvent, at: Moment) -> Vec<Effect> {
    let clip = model.clip.clone();
    let Some(editor) = editor(model) else { return vec![] };
    let taken = match stroke {
        Stroke::Go(go) => editor.go_with(go, key),
        Stroke::Erase(go) => Ok(editor.erase(go)),
        Stroke::Paste => editor.paste(&clip),
        Stroke::Copy | Stroke::Cut => return copy(model, stroke, at),
        Stroke::Select => return select(model),
        Stroke::SelectAll => {
            editor.select_all();
            Ok(false)
        }
        Stroke::Find => {
            editor.start_finding();
            Ok(false)
        }
        Stroke::FindNext | Stroke::FindPrev => {
            editor.find_next(stroke == Stroke::FindPrev);
            Ok(false)
        }
    };
    took(model, taken, at)
}

fn select(model: &mut Model) -> Vec<Effect> {
    let selecting = editor(model).is_some_and(|editor| {
        editor.start_selecting();
        editor.is_selecting()
    });
    let words = if selecting {
        "selecting: move, then {cut} cuts, {copy-selection} copies; {back} ends it"
    } else {
        "nothing is selected"
    };
    model.note(Notice::plain(model.tell(words)));
    vec![]
}

/// Copies what is selected, for this program and for others; cut, it is gone from here.
fn copy(model: &mut Model, stroke: Stroke, at: Moment) -> Vec<Effect> {
    let Some(editor) = editor(model) else { return vec![] };
    let Some(text) = editor.selection() else {
        model.note(Notice::plain(model.tell("nothing is selected · shift and a motion, or {select}, selects")));
        return vec![];
    };
    let cut = stroke == Stroke::Cut;
    let mut effects = if cut { cut_out(model, at) } else { vec![] };
    let (done, characters) = (if cut { "cut" } else { "copied" }, text.chars().count());
    let puts = model.tell("{paste} puts them in");
    model.note(Notice::plain(format!("{done} {characters} characters · {puts}")));
    model.clip.clone_from(&text);
    effects.push(Effect::Copy(text));
    effects
}

fn cut_out(model: &mut Model, at: Moment) -> Vec<Effect> {
    let cut = editor(model).is_some_and(Editor::erase_selection);
    if cut { after_change(model, at) } else { vec![] }
}

pub(super) fn pasted(model: &mut Model, text: &str, at: Moment) -> Vec<Effect> {
    if model.context() == crate::tui::keymap::Context::TooSmall {
        return vec![];
    }
    let mut effects = card::pasted(model, at);
    if let Some(form) = form(model) {
        let taken = form.pasted(text);
        effects.extend(took(model, taken, at));
        return effects;
    }
    if let Some(editor) = editor(model) {
        let taken = editor.paste(text);
        effects.extend(took(model, taken, at));
    }
    effects
}

pub(super) fn history(model: &mut Model, command: Command, at: Moment) -> Vec<Effect> {
    let Some(editor) = editor(model) else { return vec![] };
    let changed = if command == Command::Undo { editor.undo() } else { editor.redo() };
    if changed { after_change(model, at) } else { vec![] }
}

/// Done: what that means depends on what was typed.
pub(super) fn submit(model: &mut Model) -> Vec<Effect> {
    if let Some(editor) = editor(model) {
        editor.rest();
    }
    if let Page::Card(_) = model.page {
        return decide::submit(model);
    }
    if let Page::Log(page) = &mut model.page {
        log::keep_filter(page);
        return vec![];
    }
    match std::mem::replace(&mut model.dialog, Dialog::None) {
        Dialog::Note(editor) => propose::note_written(model, &editor.text()),
        Dialog::Form(form) => propose::form_filled(model, form),
        Dialog::Snooze(snooze) => queue::snoozed(model, snooze),
        Dialog::Rating(rating) => rating::with_words(model, *rating),
        Dialog::Editing => keep::save_now(model),
        Dialog::Picking(picker) => picker::insert(model, picker),
        Dialog::Rewriting(ways) => rewrite::choose(model, ways),
        Dialog::List(list) if list.typing => keep_typed(model, list),
        Dialog::List(list) => list::choose(model, list),
        Dialog::Splitting(splitting) => split::written(model, splitting),
        Dialog::Filter(_) => queue::keep(model),
        kept @ Dialog::Sources(_) => {
            model.dialog = kept;
            vec![]
        }
        Dialog::None | Dialog::Tour(_) | Dialog::Confirm(_) | Dialog::Leaving => vec![],
    }
}

/// Keeps what was typed and goes to the rows.
fn keep_typed(model: &mut Model, list: Box<crate::tui::model::list::List>) -> Vec<Effect> {
    model.dialog = Dialog::List(list);
    leave_filter(model)
}

pub(super) fn next_field(model: &mut Model, by: isize) -> Vec<Effect> {
    if let (Page::Work, Dialog::List(list)) = (&model.page, &mut model.dialog)
        && !list.typing
    {
        list.turn();
        return vec![];
    }
    match form(model) {
        Some(form) => form.step_field(by),
        None => return leave_filter(model),
    }
    vec![]
}

/// Keeps the filter that is typed and goes to the list.
fn leave_filter(model: &mut Model) -> Vec<Effect> {
    match &mut model.page {
        Page::Log(page) => {
            log::keep_filter(page);
            vec![]
        }
        Page::Work
        | Page::Pending(_)
        | Page::Card(_)
        | Page::Replay(_)
        | Page::Bulk(_)
        | Page::Outbox(_)
        | Page::Help(_) => match &mut model.dialog {
            Dialog::List(list) => {
                list.typing = false;
                vec![]
            }
            Dialog::None
            | Dialog::Filter(_)
            | Dialog::Editing
            | Dialog::Picking(_)
            | Dialog::Rewriting(_)
            | Dialog::Sources(_)
            | Dialog::Note(_)
            | Dialog::Form(_)
            | Dialog::Snooze(_)
            | Dialog::Rating(_)
            | Dialog::Splitting(_)
            | Dialog::Tour(_)
            | Dialog::Confirm(_)
            | Dialog::Leaving => queue::keep(model),
        },
    }
}

pub(super) fn next_value(model: &mut Model, by: isize, key: &KeyEvent) -> Vec<Effect> {
    let me = model.desk.me.id.clone();
    if let Some(form) = form(model) {
        form.step_value(by, key, &me);
    }
    vec![]
}

pub(super) fn keep_value(model: &mut Model) -> Vec<Effect> {
    if let Some(form) = form(model) {
        form.keep();
    }
    vec![]
}

pub(super) fn after_change(model: &mut Model, at: Moment) -> Vec<Effect> {
    if let Some(palette) = &mut model.palette {
        palette.find();
        return vec![];
    }
    match (&mut model.page, &mut model.dialog) {
        (Page::Help(help), _) => help.top = 0,
        (Page::Work, Dialog::Picking(picker)) => picker.find(),
        (Page::Work, Dialog::List(_)) => return list::typed(model),
        (Page::Work, Dialog::Splitting(splitting)) => splitting.written = true,
        (Page::Work, Dialog::Filter(editor)) => {
            let words = editor.text();
            return queue::sought(model, &words);
        }
        (Page::Work, Dialog::Editing) => return draft::changed(model, at),
        (Page::Work, Dialog::Note(_)) => return keep::typed(model, at),
        (Page::Log(page), _) => {
            let words = page.typing.as_ref().map_or_else(String::new, Editor::text);
            return log::filtered(model, &words);
        }
        (Page::Work | Page::Card(_) | Page::Bulk(_) | Page::Outbox(_) | Page::Replay(_) | Page::Pending(_), _) => {}
    }
    vec![]
}

/// The text that is being typed, if one is.
pub(super) fn editor(model: &mut Model) -> Option<&mut Editor> {
    if let Some(palette) = &mut model.palette {
        return Some(&mut palette.filter);
    }
    match &mut model.page {
        Page::Work => work_editor(&mut model.dialog, model.open.as_deref_mut()),
        Page::Card(page) => card_editor(&mut page.stage),
        Page::Help(help) => Some(&mut help.filter),
        Page::Log(page) => page.typing.as_mut(),
        Page::Pending(_) | Page::Bulk(_) | Page::Outbox(_) | Page::Replay(_) => None,
    }
}

fn work_editor<'a>(
    dialog: &'a mut Dialog,
    open: Option<&'a mut crate::tui::model::open::OpenTicket>,
) -> Option<&'a mut Editor> {
    match dialog {
        Dialog::Filter(editor) | Dialog::Note(editor) => Some(editor),
        Dialog::Snooze(snooze) => Some(&mut snooze.until),
        Dialog::Rating(rating) => Some(&mut rating.words),
        Dialog::Picking(picker) => Some(&mut picker.filter),
        Dialog::List(list) => Some(&mut list.filter).filter(|_| list.typing),
        Dialog::Splitting(splitting) => Some(&mut splitting.subject),
        Dialog::Editing => open.map(|open| &mut open.draft.editor),
        Dialog::None
        | Dialog::Rewriting(_)
        | Dialog::Sources(_)
        | Dialog::Form(_)
        | Dialog::Tour(_)
        | Dialog::Confirm(_)
        | Dialog::Leaving => None,
    }
}

fn card_editor(stage: &mut Stage) -> Option<&mut Editor> {
    match stage {
        Stage::Commenting(_, editor) | Stage::EditingText(_, editor) => Some(editor),
        Stage::Opening { .. }
        | Stage::Reading(_)
        | Stage::Arguments(..)
        | Stage::Denying(_)
        | Stage::EditingForm(..)
        | Stage::Held(_)
        | Stage::Deciding { .. }
        | Stage::Over(_) => None,
    }
}

fn form(model: &mut Model) -> Option<&mut UpdateForm> {
    match (&mut model.page, &mut model.dialog) {
        (Page::Card(page), _) => match &mut page.stage {
            Stage::EditingForm(_, form) => Some(form),
            Stage::Opening { .. }
            | Stage::Reading(_)
            | Stage::Arguments(..)
            | Stage::Denying(_)
            | Stage::Commenting(..)
            | Stage::EditingText(..)
            | Stage::Held(_)
            | Stage::Deciding { .. }
            | Stage::Over(_) => None,
        },
        (Page::Work, Dialog::Form(form)) => Some(form),
        (
            Page::Work
            | Page::Pending(_)
            | Page::Outbox(_)
            | Page::Log(_)
            | Page::Replay(_)
            | Page::Bulk(_)
            | Page::Help(_),
            _,
        ) => None,
    }
}
