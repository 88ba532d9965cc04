//! A key: the context says who gets it, the table says what it means.

use crossterm::event::{KeyEvent, KeyEventKind};

use crate::tui::events::{Effect, Moment};
use crate::tui::keymap::{Command, Context, Motion};
use crate::tui::model::pages::{Notice, Page};
use crate::tui::model::{Dialog, Model, Question};
use crate::tui::theme::Theme;
use crate::tui::update::{
    bulk, card, decide, draft, help, join, list, log, mouse, moving, outbox, outside, palette, pending, picker,
    propose, queue, rating, replay, rewrite, seen, sources, split, tour, typing, underway, work,
};

pub(super) fn pressed(model: &mut Model, key: &KeyEvent, at: Moment) -> Vec<Effect> {
    if key.kind == KeyEventKind::Release {
        return vec![];
    }
    model.at = at;
    model.ahead.last_key = at;
    model.notice = None;
    let context = model.context();
    let command = model.keys.command(context, key);
    match (context, command) {
        (_, Some(Command::Quit | Command::Suspend | Command::Redraw)) => anywhere(model, command),
        (Context::Card | Context::Bulk, _) => card::pressed(model, key, command, at),
        (Context::Tour, _) => tour::pressed(model, key, command, at),
        (_, Some(Command::Back)) if underway::can_stop(model) => underway::stop(model),
        (_, Some(command)) => run(model, command, key, at),
        (_, None) => typing::typed(model, key, at),
    }
}

/// The keys that hold everywhere and decide nothing.
fn anywhere(model: &mut Model, command: Option<Command>) -> Vec<Effect> {
    match command {
        Some(Command::Quit) => quit(model),
        Some(Command::Suspend) => vec![Effect::Suspend],
        Some(_) | None => vec![Effect::Redraw],
    }
}

/// Ends the program; asks first where something would be lost, or is about to be sent.
pub(super) fn quit(model: &mut Model) -> Vec<Effect> {
    if let Dialog::Leaving = model.dialog {
        return outbox::keep_and_quit(model);
    }
    let asked = matches!(model.dialog, Dialog::Confirm(Question::Quit));
    let mut effects = work::leave_text(model);
    if model.outbox.waiting().next().is_some() {
        (model.page, model.palette, model.dialog) = (Page::Work, None, Dialog::Leaving);
        return effects;
    }
    if asked || !model.is_unsaved() {
        effects.push(Effect::Quit);
        return effects;
    }
    model.page = Page::Work;
    model.palette = None;
    model.dialog = Dialog::Confirm(Question::Quit);
    effects
}

/// Does what a key asks for outside the card.
pub(super) fn run(model: &mut Model, command: Command, key: &KeyEvent, at: Moment) -> Vec<Effect> {
    match command {
        Command::Move(motion) => moving::go(model, motion),
        Command::NextPane => moving::focus(model, model.focus.next()),
        Command::PrevPane => moving::focus(model, model.focus.prev()),
        Command::Open => open(model),
        Command::Back => back(model),
        Command::Filter => filter(model),
        Command::Find => queue::find(model),
        Command::Figures => log::figures(model),
        Command::Replay => replay::open(model),
        Command::Export(format) => log::export(model, format),
        Command::View(view) => queue::view(model, view),
        Command::Mark => queue::mark(model),
        Command::Sort => queue::sort(model),
        Command::MarkAll => {
            model.queue.mark_all();
            vec![]
        }
        Command::Snooze => queue::snooze(model),
        Command::Unread => seen::toggle(model),
        Command::GoDraft => moving::focus(model, crate::tui::model::Pane::Draft),
        Command::Edit => draft::edit(model),
        Command::Send => propose::send(model, None),
        Command::SendAndResolve => propose::send(model, Some(crate::domain::ticket::Status::Resolved)),
        Command::Note => propose::note(model),
        Command::Update => propose::form(model),
        Command::Join => join::open(model),
        Command::Split => split::open(model),
        Command::PrevMessage => split::point(model, Motion::Up),
        Command::NextMessage => split::point(model, Motion::Down),
        Command::PrevTicket => work::neighbour(model, Motion::Up),
        Command::NextTicket => work::neighbour(model, Motion::Down),
        Command::Tone => draft::tone(model),
        Command::Redraft => draft::redo(model),
        Command::Canned => picker::open(model),
        Command::Rewrite => rewrite::open(model),
        Command::Sources => sources::open(model),
        Command::NextSource => sources::turn(model, false),
        Command::PrevSource => sources::turn(model, true),
        Command::Rate(thumb) => rating::rate(model, thumb),
        Command::Explain => draft::explain(model),
        Command::Customer => list::customer(model),
        Command::Similar => list::similar(model),
        Command::Links => list::links(model),
        Command::Number => number(model, key),
        Command::Quotes => work::quotes(model),
        Command::Handle => work::handle(model),
        Command::Cancel => work::cancel(model),
        Command::Pending => pending::open(model),
        Command::Outbox => outbox::open(model),
        Command::TakeBack => outbox::take_back(model),
        Command::SendNow => outbox::send_now(model),
        Command::SendAndQuit => outbox::send_and_quit(model),
        Command::KeepAndQuit => outbox::keep_and_quit(model),
        Command::Log => log::open(model),
        Command::Reload => work::reload(model),
        Command::Copy => work::copy(model),
        Command::Mouse => mouse::toggle(model),
        Command::NextTheme => draw_in(model, model.theme.next()),
        Command::Theme(theme) => draw_in(model, theme),
        Command::Palette => palette::open(model),
        Command::Tour => tour::open(model),
        Command::Help => help::open(model),
        Command::Submit if model.palette.is_some() => palette::run(model, key, at),
        Command::Submit => typing::submit(model),
        Command::Undo | Command::Redo => typing::history(model, command, at),
        Command::Stroke(stroke) => typing::stroke(model, stroke, key, at),
        Command::Outside => outside::open(model),
        Command::Deny | Command::Later | Command::Arguments | Command::Approve | Command::Release => vec![],
        Command::EditProposal => decide::edit(model),
        Command::Reason(number) => decide::deny_numbered(model, number),
        Command::Comment => decide::comment(model),
        Command::NextPending => pending::next(model),
        Command::Yes => yes(model),
        Command::No => no(model),
        Command::NextField => typing::next_field(model, 1),
        Command::PrevField => typing::next_field(model, -1),
        Command::NextValue => typing::next_value(model, 1, key),
        Command::PrevValue => typing::next_value(model, -1, key),
        Command::KeepValue => typing::keep_value(model),
        Command::Quit | Command::Suspend | Command::Redraw => anywhere(model, Some(command)),
    }
}

fn draw_in(model: &mut Model, theme: Theme) -> Vec<Effect> {
    model.theme = theme;
    model.chosen.theme = Some(theme);
    let next = model.tell("{theme} for the next one");
    model.note(Notice::plain(format!("theme: {} · {next}", theme.as_str())));
    vec![]
}

fn open(model: &mut Model) -> Vec<Effect> {
    match &model.page {
        Page::Work => work::open(model),
        Page::Pending(_) => pending::open_selected(model),
        Page::Log(_) => log::read(model),
        Page::Card(_) | Page::Replay(_) | Page::Bulk(_) | Page::Outbox(_) | Page::Help(_) => vec![],
    }
}

fn back(model: &mut Model) -> Vec<Effect> {
    if model.palette.is_some() {
        return palette::close(model);
    }
    // What is looked for or selected goes first, then the text.
    if typing::editor(model).is_some_and(|editor| editor.stop_finding() || editor.unselect()) {
        return vec![];
    }
    // Then what the assistant is asked for in the editor, and what is read beside it.
    if let (Page::Work, Dialog::Editing) = (&model.page, &model.dialog) {
        let stopped = rewrite::stop(model);
        if !stopped.is_empty() {
            model.note(Notice::plain("nothing was replaced"));
            return stopped;
        }
    }
    if sources::put_away(model) {
        return vec![];
    }
    match &model.page {
        Page::Work => work::back(model),
        Page::Pending(_) => pending::close(model),
        Page::Card(_) => decide::back(model),
        Page::Bulk(_) => bulk::back(model),
        Page::Outbox(_) => outbox::close(model),
        Page::Log(_) => log::back(model),
        Page::Replay(_) => replay::back(model),
        Page::Help(_) => help::close(model),
    }
}

fn number(model: &mut Model, key: &KeyEvent) -> Vec<Effect> {
    if let Dialog::Rewriting(ways) = model.dialog {
        rewrite::number(model, ways, key)
    } else {
        list::number(model, key)
    }
}

fn filter(model: &mut Model) -> Vec<Effect> {
    if let (Page::Work, Dialog::List(list)) = (&model.page, &mut model.dialog) {
        return list::filter(list);
    }
    match &mut model.page {
        Page::Log(page) => {
            log::filter(page);
            vec![]
        }
        Page::Work
        | Page::Pending(_)
        | Page::Card(_)
        | Page::Replay(_)
        | Page::Bulk(_)
        | Page::Outbox(_)
        | Page::Help(_) => queue::filter(model),
    }
}

fn yes(model: &mut Model) -> Vec<Effect> {
    match std::mem::replace(&mut model.dialog, Dialog::None) {
        Dialog::Confirm(Question::Quit) => vec![Effect::Quit],
        Dialog::Confirm(Question::ReplaceDraft) => draft::replace(model),
        other @ (Dialog::None
        | Dialog::Filter(_)
        | Dialog::Editing
        | Dialog::Picking(_)
        | Dialog::Rewriting(_)
        | Dialog::Sources(_)
        | Dialog::Note(_)
        | Dialog::Snooze(_)
        | Dialog::Rating(_)
        | Dialog::List(_)
        | Dialog::Leaving
        | Dialog::Splitting(_)
        | Dialog::Tour(_)
        | Dialog::Form(_)) => {
            model.dialog = other;
            vec![]
        }
    }
}

fn no(model: &mut Model) -> Vec<Effect> {
    model.dialog = Dialog::None;
    vec![]
}
