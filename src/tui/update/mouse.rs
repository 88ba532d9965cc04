//! The mouse: the wheel scrolls, a press selects. At the gate, and where something is asked or typed, it does nothing.

use ratatui::layout::{Position, Rect};

use crate::tui::events::{Effect, Moment, Pointing};
use crate::tui::keymap::{Context, Motion};
use crate::tui::model::layout;
use crate::tui::model::pages::{Notice, Page};
use crate::tui::model::{Model, Pane};
use crate::tui::update::{card, log, moving};

/// Rows that one turn of the wheel moves.
const TURN: usize = 3;

pub(super) fn toggle(model: &mut Model) -> Vec<Effect> {
    model.mouse = !model.mouse;
    model.chosen.mouse = Some(model.mouse);
    let words = if model.mouse {
        "the mouse is listened to: the wheel scrolls, a click selects · {mouse} leaves it to the terminal"
    } else {
        "the mouse is the terminal's again · {mouse} listens to it"
    };
    let words = model.tell(words);
    model.note(Notice::plain(words));
    vec![Effect::Mouse(model.mouse)]
}

pub(super) fn pointed(model: &mut Model, did: Pointing, at: Moment) -> Vec<Effect> {
    let mut effects = card::disturbed(model, at);
    if model.mouse && is_for(model.context()) {
        model.changed = true;
        effects.extend(match did {
            Pointing::Wheel { down, column, row } => turned(model, down, Position::new(column, row)),
            Pointing::Press { column, row } => pressed(model, Position::new(column, row)),
            Pointing::Other => vec![],
        });
    }
    effects
}

/// Where a person looks around.
fn is_for(context: Context) -> bool {
    match context {
        Context::Queue
        | Context::Ticket
        | Context::Summary
        | Context::Draft
        | Context::Steps
        | Context::Pending
        | Context::Log
        | Context::LogDetail
        | Context::Figures
        | Context::Replay
        | Context::Palette
        | Context::Help => true,
        Context::Editing
        | Context::Finding
        | Context::Leaving
        | Context::List
        | Context::Outbox
        | Context::Rating
        | Context::Splitting
        | Context::Tour
        | Context::Picking
        | Context::Rewriting
        | Context::Sources
        | Context::Filter
        | Context::Confirm
        | Context::Form
        | Context::Snooze
        | Context::Card
        | Context::Bulk
        | Context::Arguments
        | Context::Deny
        | Context::Comment
        | Context::Deciding
        | Context::Outcome
        | Context::TooSmall => false,
    }
}

/// Scrolls what is under the pointer; the keyboard stays where it is.
fn turned(model: &mut Model, down: bool, at: Position) -> Vec<Effect> {
    let motion = if down { Motion::Down } else { Motion::Up };
    let focus = model.focus;
    if let (Page::Work, None) = (&model.page, &model.palette) {
        let Some(pane) = pane_at(model, at) else { return vec![] };
        model.focus = pane;
    }
    let effects = (0..TURN).flat_map(|_| moving::go(model, motion)).collect();
    model.focus = focus;
    effects
}

/// Gives the keyboard to the pane under the pointer and selects the row there.
fn pressed(model: &mut Model, at: Position) -> Vec<Effect> {
    if let Some(palette) = &mut model.palette {
        let list = layout::palette(model.size, palette.all.len()).list;
        let row = row_of(list, at, palette.top, palette.found().len());
        palette.selected = row.unwrap_or(palette.selected);
        return vec![];
    }
    let body = layout::frame(model.size).body;
    match &mut model.page {
        Page::Work => on_work(model, at),
        Page::Pending(tray) => {
            let list = below(body, 2);
            let len = model.pending.value.as_ref().map_or(0, Vec::len);
            tray.selected = row_of(list, at, tray.top, len).unwrap_or(tray.selected);
        }
        Page::Log(page) if !page.reading && page.figures.is_none() => {
            let list = below(layout::log(model.size, false).0, 2);
            let Some(row) = row_of(list, at, page.top, page.records.len()) else { return vec![] };
            page.selected = row;
            return log::selected(model);
        }
        Page::Log(_) | Page::Replay(_) | Page::Card(_) | Page::Bulk(_) | Page::Outbox(_) | Page::Help(_) => {}
    }
    vec![]
}

fn on_work(model: &mut Model, at: Position) {
    let panes = layout::panes(model);
    let Some(pane) = layout::tab_at(&panes, at).or_else(|| pane_at(model, at)) else { return };
    model.focus = pane;
    if model.queue.lines_a_row() > 1 {
        return;
    }
    let small = |n: u64| usize::try_from(n).unwrap_or(usize::MAX);
    let (top, total) = (small(model.queue.top), small(model.queue.total()));
    if let Some(row) = row_of(layout::queue_rows(panes.queue), at, top, total).filter(|_| pane == Pane::Queue) {
        model.queue.selected = row as u64;
    }
}

fn pane_at(model: &Model, at: Position) -> Option<Pane> {
    let panes = layout::panes(model);
    let of = |pane: &Pane| match pane {
        Pane::Queue => panes.queue,
        Pane::Ticket => panes.ticket,
        Pane::Summary => panes.summary,
        Pane::Draft => panes.draft,
        Pane::Steps => panes.steps,
    };
    Pane::ALL.into_iter().find(|pane| of(pane).contains(at))
}

fn below(area: Rect, rows: u16) -> Rect {
    Rect::new(area.x, (area.y + rows).min(area.bottom()), area.width, area.height.saturating_sub(rows))
}

/// The row of a list under the pointer.
fn row_of(list: Rect, at: Position, top: usize, len: usize) -> Option<usize> {
    let row = list.contains(at).then(|| top + usize::from(at.y - list.y))?;
    (row < len).then_some(row)
}
