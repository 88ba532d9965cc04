//! The approval card: when keys count, and the keys that decide.

use crossterm::event::{KeyEvent, KeyEventKind};

use crate::tui::events::{Effect, Moment};
use crate::tui::keymap::Command;
use crate::tui::model::Model;
use crate::tui::model::card::{APART, Arming, LATE, Reading, Signable, Stage, TOGETHER};
use crate::tui::model::layout;
use crate::tui::model::pages::{Notice, Page};
use crate::tui::update::{bulk, decide, help, moving, pending};

/// A frame went out: what it showed was seen, and from now on quiet counts.
pub(super) fn drawn(model: &mut Model, at: Moment) -> Vec<Effect> {
    model.at = at;
    let shown = layout::fits(&model.page, model.size);
    let Some(paper) = signable(model).filter(|_| shown) else { return vec![] };
    let before = paper.is_all_seen();
    paper.saw(at);
    let now_complete = before != paper.is_all_seen();
    let opened = *paper.arming() == Arming::Undrawn;
    if opened {
        paper.rest_from(at);
    }
    let wake = if opened { paper.armed().due() } else { None };
    model.changed |= now_complete || opened;
    wake.map(Effect::Wake).into_iter().collect()
}

/// A key while the card has the keyboard.
pub(super) fn pressed(model: &mut Model, key: &KeyEvent, command: Option<Command>, at: Moment) -> Vec<Effect> {
    let Some(paper) = signable(model) else { return vec![] };
    let signs = matches!(command, Some(Command::Approve | Command::Release));
    // A key that repeats itself is a key held down, not an answer.
    let command = command.filter(|_| !signs || key.kind != KeyEventKind::Repeat);
    match *paper.arming() {
        Arming::Undrawn => vec![],
        // Only time makes keys count: one that waited to be read would be later than it was pressed.
        Arming::Resting { opened, signed, .. } => {
            let signed = if signs { Some(at) } else { signed };
            rest(paper, Arming::Resting { opened, last: at, signed })
        }
        Arming::Armed => armed(model, command, at),
        Arming::Staged { at: staged } => second(model, command, staged, at),
    }
}

/// So until time makes it something else.
fn rest(paper: &mut dyn Signable, rest: Arming) -> Vec<Effect> {
    *paper.arming() = rest;
    rest.due().map(Effect::Wake).into_iter().collect()
}

/// Rests anew from now on.
fn rest_anew(paper: &mut dyn Signable, at: Moment) -> Vec<Effect> {
    paper.rest_from(at);
    paper.armed().due().map(Effect::Wake).into_iter().collect()
}

fn armed(model: &mut Model, command: Option<Command>, at: Moment) -> Vec<Effect> {
    match command {
        Some(Command::Approve) => first(model, at),
        Some(Command::Release) => {
            let words = model.tell("{approve} first");
            refuse(model, &words)
        }
        Some(Command::Deny) => decide::ask_reason(model),
        Some(Command::EditProposal) => decide::edit(model),
        Some(Command::Later) => decide::later(model),
        Some(Command::NextPending) => pending::next(model),
        Some(Command::Arguments) => decide::arguments(model),
        Some(Command::Mark) => toggle(model),
        Some(Command::Back) => back(model),
        Some(Command::Help) => help::open(model),
        Some(Command::Move(motion)) => moving::go(model, motion),
        Some(_) | None => vec![],
    }
}

/// `A`: approves, or stages when a second key is needed.
fn first(model: &mut Model, at: Moment) -> Vec<Effect> {
    if let Some(obstacle) = obstacle(model) {
        return refuse(model, &obstacle);
    }
    let Some(paper) = signable(model) else { return vec![] };
    if paper.needs_two() {
        return rest(paper, Arming::Staged { at });
    }
    approve(model)
}

/// What keeps this person from approving now, in words.
fn obstacle(model: &mut Model) -> Option<String> {
    let me = model.desk.me.clone();
    if !model.link.is_up() {
        return Some(model.tell("the desk cannot be reached · {back} leaves it in the tray"));
    }
    signable(model).and_then(|paper| paper.obstacle(&me))
}

/// Signed.
fn approve(model: &mut Model) -> Vec<Effect> {
    if let Page::Bulk(_) = model.page { bulk::approve(model) } else { decide::approve(model) }
}

fn back(model: &mut Model) -> Vec<Effect> {
    if let Page::Bulk(_) = model.page { bulk::back(model) } else { decide::back(model) }
}

/// Takes a ticket out of the bulk, or puts it back.
fn toggle(model: &mut Model) -> Vec<Effect> {
    if let Page::Bulk(bulk) = &mut model.page {
        bulk.toggle();
    }
    vec![]
}

/// After `A`: only `R`, and not too soon, goes on; everything else takes `A` back.
fn second(model: &mut Model, command: Option<Command>, staged: Moment, at: Moment) -> Vec<Effect> {
    let obstacle = obstacle(model);
    let in_time = (staged + APART..staged + TOGETHER).contains(&at);
    if obstacle.is_none() && command == Some(Command::Release) && in_time {
        return approve(model);
    }
    if at >= staged + TOGETHER {
        return forgotten(model);
    }
    if let Some(paper) = signable(model) {
        *paper.arming() = Arming::Armed;
    }
    if let Some(obstacle) = obstacle {
        return refuse(model, &obstacle);
    }
    let quick = command == Some(Command::Release);
    let words = if quick { "too quick: {approve} again, read, then {release}" } else { "{approve} was taken back" };
    let words = model.tell(words);
    refuse(model, &words)
}

/// Nobody has added the second key.
fn forgotten(model: &mut Model) -> Vec<Effect> {
    if let Some(paper) = signable(model) {
        *paper.arming() = Arming::Armed;
    }
    let words = format!("{} after {} s", model.tell("{approve} was taken back"), TOGETHER.as_secs());
    refuse(model, &words)
}

fn refuse(model: &mut Model, words: &str) -> Vec<Effect> {
    model.note(Notice::plain(format!("nothing was approved: {words}")));
    vec![]
}

/// Something was pasted: it answers nothing, and neither does what comes with it and is not marked as pasted.
pub(super) fn pasted(model: &mut Model, at: Moment) -> Vec<Effect> {
    let Some(paper) = signable(model).filter(|paper| paper.armed() != Arming::Undrawn) else { return vec![] };
    let effects = rest_anew(paper, at);
    model.changed = true;
    effects
}

/// The mouse did something: it answers nothing and disturbs the quiet.
pub(super) fn disturbed(model: &mut Model, at: Moment) -> Vec<Effect> {
    let Some(paper) = signable(model) else { return vec![] };
    let effects = match *paper.arming() {
        Arming::Resting { opened, signed, .. } => rest(paper, Arming::Resting { opened, last: at, signed }),
        Arming::Staged { .. } => {
            *paper.arming() = Arming::Armed;
            vec![]
        }
        Arming::Undrawn | Arming::Armed => return vec![],
    };
    model.changed = true;
    effects
}

/// The window came to the front or left it: what was typed for another one must not count here.
pub(super) fn focused(model: &mut Model, gained: bool, at: Moment) -> Vec<Effect> {
    let Some(paper) = signable(model) else { return vec![] };
    match (gained, *paper.arming()) {
        (_, Arming::Undrawn) => vec![],
        (true, _) => rest_anew(paper, at),
        (false, _) => {
            paper.rest_again();
            vec![]
        }
    }
}

/// Another picture comes: what was pressed before it does not count, and it rests like every other.
pub(super) fn redrawn(model: &mut Model) {
    if let Some(paper) = signable(model) {
        paper.rest_again();
    }
}

/// Keys count once their time has come, unless the program slept through it.
pub(super) fn woke(model: &mut Model, at: Moment) -> Vec<Effect> {
    let Some(paper) = signable(model) else { return vec![] };
    let Some(due) = paper.armed().due().filter(|due| at >= *due) else { return vec![] };
    if let Arming::Staged { .. } = paper.armed() {
        return forgotten(model);
    }
    if at > due + LATE {
        return rest_anew(paper, at);
    }
    *paper.arming() = Arming::Armed;
    model.changed = true;
    vec![]
}

/// What can be signed now: the card that is read, or the bulk.
pub(super) fn signable(model: &mut Model) -> Option<&mut dyn Signable> {
    if let Page::Bulk(_) = model.page {
        let Page::Bulk(bulk) = &mut model.page else { return None };
        return Some(bulk.as_mut());
    }
    reading(model).map(|reading| reading as &mut dyn Signable)
}

/// The card, while it is the card that is read.
pub(super) fn reading(model: &mut Model) -> Option<&mut Reading> {
    match &mut model.page {
        Page::Card(page) => match &mut page.stage {
            Stage::Reading(reading) => Some(reading),
            Stage::Opening { .. }
            | Stage::Arguments(..)
            | Stage::Denying(_)
            | Stage::Commenting(..)
            | Stage::EditingText(..)
            | Stage::EditingForm(..)
            | Stage::Held(_)
            | Stage::Deciding { .. }
            | Stage::Over(_) => None,
        },
        Page::Work
        | Page::Pending(_)
        | Page::Outbox(_)
        | Page::Log(_)
        | Page::Replay(_)
        | Page::Bulk(_)
        | Page::Help(_) => None,
    }
}
