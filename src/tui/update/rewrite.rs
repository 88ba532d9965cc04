//! The draft in other words: a way is chosen, the assistant asked, and its answer taken only where it still fits.

use crossterm::event::KeyEvent;

use crate::domain::draft::Maker;
use crate::domain::rewrite::{Rewritten, Way};
use crate::domain::text;
use crate::tui::events::{Effect, Failure, RequestId};
use crate::tui::keymap::{self, Context};
use crate::tui::model::pages::Notice;
use crate::tui::model::picker::OpenedIn;
use crate::tui::model::rewrite::{Applied, Rewriting, Ways, label, offer};
use crate::tui::model::{Dialog, Model, Pane};
use crate::tui::update::draft::{self, draft};
use crate::tui::update::picker::place;

/// Opens the menu over the draft, or over the editor of it.
pub(super) fn open(model: &mut Model) -> Vec<Effect> {
    let Some(opened_in) = place(model) else {
        model.note(Notice::plain("only a draft is put into other words: leave this text first"));
        return vec![];
    };
    let Some(draft) = draft(model) else {
        model.note(Notice::plain(model.tell("no ticket is open · {open} opens one")));
        return vec![];
    };
    if opened_in == OpenedIn::Pane {
        draft.editor.unselect();
    }
    model.focus = Pane::Draft;
    model.dialog = Dialog::Rewriting(Ways { opened_in, selected: 0 });
    vec![]
}

/// Chooses the way whose number was pressed.
pub(super) fn number(model: &mut Model, mut ways: Ways, key: &KeyEvent) -> Vec<Effect> {
    let number = keymap::name_of(key).and_then(|name| name.parse::<usize>().ok());
    let at = number.and_then(|number| number.checked_sub(1)).filter(|at| *at < Way::ALL.len());
    let Some(at) = at else { return vec![] };
    ways.selected = at;
    choose(model, ways)
}

/// Asks for the selected way; where it cannot be gone the menu stays and says why.
pub(super) fn choose(model: &mut Model, ways: Ways) -> Vec<Effect> {
    model.dialog = Dialog::Rewriting(ways);
    let Some(way) = ways.way() else { return vec![] };
    if let Err(why) = offer(way, model.desk.model, draft(model).is_some_and(|draft| draft.citations() > 0)) {
        model.note(Notice::bad(format!("{}: {why}", label(way))));
        return vec![];
    }
    let mut effects = stop(model);
    let request = model.request();
    close(model, ways.opened_in);
    let Some(open) = model.open.as_deref_mut() else { return effects };
    let Some((rewriting, asked)) = Rewriting::of(&open.draft, &open.id, way, request) else {
        model.note(Notice::plain("there is nothing to put into other words yet"));
        return effects;
    };
    open.draft.rewriting = Some(Box::new(rewriting));
    effects.push(Effect::Rewrite { request, asked: Box::new(asked) });
    effects
}

/// Back to where the menu was opened.
pub(super) fn close(model: &mut Model, opened_in: OpenedIn) {
    model.dialog = match opened_in {
        OpenedIn::Pane => Dialog::None,
        OpenedIn::Editor => Dialog::Editing,
    };
}

/// Waits for no answer any more, if one is waited for.
pub(super) fn stop(model: &mut Model) -> Vec<Effect> {
    let stopped = draft(model).and_then(|draft| draft.rewriting.take());
    stopped.map(|rewriting| Effect::CancelRun { run: rewriting.request }).into_iter().collect()
}

/// Whether this is what the draft waits for; it does not any more.
fn awaited(model: &mut Model, request: RequestId) -> Option<Box<Rewriting>> {
    draft(model)?.rewriting.take_if(|rewriting| rewriting.request == request)
}

pub(super) fn arrived(model: &mut Model, request: RequestId, written: Rewritten) -> Vec<Effect> {
    let at = model.at;
    let Some(rewriting) = awaited(model, request) else { return vec![] };
    let Some(draft) = draft(model) else { return vec![] };
    let applied = rewriting.apply(&mut draft.editor, &written.text);
    if applied == Applied::Done {
        draft.doubt(written.unsupported);
    }
    let notice = match applied {
        Applied::Done => done(model, &rewriting, &written.maker),
        Applied::Same => Notice::plain(format!("{}: it stays as it was", label(rewriting.way))),
        Applied::Moved => Notice::plain(
            model.tell("the draft is another text by now, so nothing was replaced · {rewrite} asks again"),
        ),
        Applied::Full => Notice::bad("there is no room for so much in this draft; nothing was replaced"),
    };
    model.note(notice);
    if applied == Applied::Done { draft::changed(model, at) } else { vec![] }
}

fn done(model: &Model, rewriting: &Rewriting, maker: &Maker) -> Notice {
    let what = if rewriting.is_part() { "the selected part" } else { "the draft" };
    // In the pane the way back leads through the editor.
    let back = if model.context() == Context::Editing { "{undo}" } else { "{edit} {undo}" };
    let back = model.tell(&format!("{back} takes it back"));
    match maker.notes.first().filter(|_| !maker.is_model()) {
        None => Notice::good(format!("{what}: {} · {back}", label(rewriting.way))),
        Some(remark) => {
            let remark = text::short(remark, 80);
            Notice::plain(format!("{what}: {}, without a model: {remark} · {back}", label(rewriting.way)))
        }
    }
}

/// It could not be done: nothing changed, and the person hears what to do.
pub(super) fn failed(model: &mut Model, request: RequestId, failure: &Failure) -> bool {
    let Some(rewriting) = awaited(model, request) else { return false };
    let again = model.tell("{rewrite} asks again");
    let words = text::short(&failure.message, 200);
    model.note(Notice::bad(format!("{}: {words} · the draft is as it was, {again}", label(rewriting.way))));
    true
}
