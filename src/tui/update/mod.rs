//! What a message changes and what it asks for: a pure step of the model.

mod ahead;
mod answers;
mod bulk;
mod card;
mod decide;
mod draft;
mod help;
mod join;
mod keep;
mod keys;
mod list;
mod log;
mod mouse;
mod moving;
mod outbox;
mod outside;
mod palette;
mod pending;
mod picker;
mod presence;
mod propose;
mod queue;
mod rating;
mod replay;
mod rewrite;
mod seen;
mod settle;
mod sources;
mod split;
mod tour;
mod typing;
mod underway;
mod visit;
mod work;

use jiff::Timestamp;

use crate::domain::link::{Link, NEW_TOKEN};
use crate::tui::events::{Effect, Moment, Msg, RequestId};
use crate::tui::model::Model;
use crate::tui::model::pages::{Notice, Page, Step};

/// Steps of the agent that are kept.
const MOST_STEPS: usize = 500;

/// Said where a command is for a ticket and there is none.
const NOTHING_SELECTED: &str = "no ticket is selected · {view-1} to {view-9} show other tickets";

/// What a new screen asks for first.
pub fn start(model: &mut Model) -> Vec<Effect> {
    if let Page::Replay(_) = model.page {
        return replay::load(model);
    }
    // The views are counted once there are rows to look at.
    let mut effects = queue::load(model);
    effects.extend(pending::load(model));
    effects.extend(model.mouse.then_some(Effect::Mouse(true)));
    effects.extend(work::reopen(model));
    model.note_underway(&effects);
    effects
}

/// The program is about to end, whoever wants that: what was written is saved first.
pub fn leave(model: &mut Model) -> Vec<Effect> {
    let mut effects = work::leave_text(model);
    effects.extend(keep::leaving(model));
    effects
}

/// Takes one message.
pub fn update(model: &mut Model, msg: Msg) -> Vec<Effect> {
    model.underway.heard(&msg);
    let mut effects = step(model, msg);
    effects.extend(settle::settle(model));
    effects.extend(ahead::settle(model));
    model.note_underway(&effects);
    effects
}

fn step(model: &mut Model, msg: Msg) -> Vec<Effect> {
    match msg {
        Msg::Drawn { at } => return drawn(model, at),
        Msg::Woke { at } => return woke(model, at),
        Msg::Clock { now } => return clock(model, now),
        Msg::Writing { request, text } => return draft::writing(model, request, text),
        Msg::Mouse { did, at } => return mouse::pointed(model, did, at),
        Msg::Presence(others) => return presence::arrived(model, others),
        Msg::Key { .. }
        | Msg::Paste { .. }
        | Msg::Focus { .. }
        | Msg::Resized { .. }
        | Msg::Answered { .. }
        | Msg::Failed(_)
        | Msg::QueueChanged
        | Msg::AgentStep { .. }
        | Msg::Called { .. }
        | Msg::Connection(_) => model.changed = true,
    }
    visible_step(model, msg)
}

/// Messages after which a frame is due.
fn visible_step(model: &mut Model, msg: Msg) -> Vec<Effect> {
    match msg {
        Msg::Key { key, at } => keys::pressed(model, &key, at),
        Msg::Paste { text, at } => typing::pasted(model, &text, at),
        Msg::Focus { gained, at } => focused(model, gained, at),
        Msg::Resized { width, height } => resized(model, width, height),
        Msg::Answered { request, answer } => answers::arrived(model, request, answer),
        Msg::Failed(failure) => answers::failed(model, &failure),
        Msg::QueueChanged => queue::changed(model),
        Msg::AgentStep { run, text } => agent_step(model, run, text),
        Msg::Called { text } => called(model, text),
        Msg::Connection(link) => connection(model, link),
        Msg::Drawn { .. }
        | Msg::Woke { .. }
        | Msg::Clock { .. }
        | Msg::Writing { .. }
        | Msg::Mouse { .. }
        | Msg::Presence(_) => vec![],
    }
}

fn focused(model: &mut Model, gained: bool, at: Moment) -> Vec<Effect> {
    model.attention.here = gained;
    card::focused(model, gained, at)
}

fn resized(model: &mut Model, width: u16, height: u16) -> Vec<Effect> {
    model.size = (width, height);
    card::redrawn(model);
    vec![]
}

fn drawn(model: &mut Model, at: Moment) -> Vec<Effect> {
    let mut effects = card::drawn(model, at);
    effects.extend(model.watch_underway(at));
    effects
}

fn woke(model: &mut Model, at: Moment) -> Vec<Effect> {
    model.at = at;
    let mut effects = card::woke(model, at);
    effects.extend(keep::woke(model, at));
    effects.extend(outbox::woke(model, at));
    effects.extend(model.watch_underway(at));
    effects
}

/// The clock moves the screen only when it moves a minute.
fn clock(model: &mut Model, now: Timestamp) -> Vec<Effect> {
    model.changed |= model.now.as_second() / 60 != now.as_second() / 60;
    model.now = now;
    vec![]
}

fn agent_step(model: &mut Model, run: RequestId, text: String) -> Vec<Effect> {
    if model.run.as_ref().is_some_and(|running| running.request == run) {
        add_step(model, text);
    }
    vec![]
}

fn called(model: &mut Model, text: String) -> Vec<Effect> {
    add_step(model, text);
    vec![]
}

fn add_step(model: &mut Model, text: String) {
    model.steps.push(Step { at: model.now, text });
    let most = model.steps.len().saturating_sub(MOST_STEPS);
    model.steps.drain(..most);
    model.steps_top = usize::MAX;
}

fn connection(model: &mut Model, link: Link) -> Vec<Effect> {
    let notice = match &link {
        Link::Up => Notice::good("connected again"),
        Link::Away { why } => {
            let way_out = model.tell("tried again by itself, {reload} tries now");
            Notice::bad(format!("the desk cannot be reached ({why}) · {way_out}"))
        }
        Link::SignedOut { why } => Notice::bad(format!("{why} · {NEW_TOKEN}")),
    };
    model.link = link;
    model.note(notice);
    if !model.link.is_up() {
        return vec![];
    }
    let mut effects = queue::changed(model);
    // What could not be read meanwhile is read now.
    if model.open.as_deref().is_some_and(|open| open.ticket.trouble.is_some()) {
        effects.extend(work::load(model));
    }
    effects
}
