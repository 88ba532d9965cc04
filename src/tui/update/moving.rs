//! Motions: one place knows what moves in which context.

use crate::tui::events::Effect;
use crate::tui::keymap::Motion;
use crate::tui::model::card::Stage;
use crate::tui::model::layout::{self, height, inside};
use crate::tui::model::outbox::OutboxPage;
use crate::tui::model::pages::Page;
use crate::tui::model::{Dialog, Model, Pane, moved};
use crate::tui::update::{log, palette, replay, split};
use crate::tui::view::list::parts;

pub(super) fn focus(model: &mut Model, pane: Pane) -> Vec<Effect> {
    model.focus = pane;
    vec![]
}

pub(super) fn go(model: &mut Model, motion: Motion) -> Vec<Effect> {
    if model.palette.is_some() {
        palette::go(model, motion);
        return vec![];
    }
    let size = model.size;
    let half = height(layout::frame(size).body) / 2;
    match &mut model.page {
        Page::Work => return in_pane(model, motion),
        Page::Pending(tray) => {
            let len = model.pending.value.as_ref().map_or(0, Vec::len);
            tray.selected = moved(tray.selected, motion, len, half);
        }
        Page::Card(page) => in_card(&mut page.stage, motion, height(layout::card(size))),
        Page::Log(page) => {
            page.go(motion, half);
            return log::selected(model);
        }
        Page::Bulk(bulk) => bulk.go(motion, half),
        Page::Outbox(page) => match motion {
            Motion::PageUp | Motion::PageDown => page.text_top = moved(page.text_top, motion, usize::MAX, half / 2),
            Motion::Up | Motion::Down | Motion::Top | Motion::Bottom => {
                let selected = moved(page.selected, motion, model.outbox.letters.len(), half);
                *page = OutboxPage { selected, text_top: 0 };
            }
        },
        Page::Replay(replay) => {
            replay.go(motion, half);
            return replay::step(model);
        }
        Page::Help(help) => help.top = moved(help.top, motion, usize::MAX, half),
    }
    vec![]
}

fn in_pane(model: &mut Model, motion: Motion) -> Vec<Effect> {
    let text = height(layout::source_text(layout::panes(model).beside));
    if let Dialog::Splitting(splitting) = &mut model.dialog {
        split::go(splitting, motion);
        return vec![];
    }
    if let Dialog::Picking(picker) = &mut model.dialog {
        picker.go(motion, height(layout::picker(model.size, false).text) / 2);
        return vec![];
    }
    if let Dialog::Sources(sources) = &mut model.dialog {
        sources.go(motion, text);
        return vec![];
    }
    if let Dialog::Rewriting(ways) = &mut model.dialog {
        ways.go(motion);
        return vec![];
    }
    if let Dialog::List(list) = &mut model.dialog {
        list.go(motion, height(parts(list, model.size).list) / 2);
        return vec![];
    }
    let panes = layout::panes(model);
    match model.focus {
        Pane::Queue => model.queue.go(motion, height(panes.queue) / 2),
        Pane::Steps => model.steps_top = moved(model.steps_top, motion, model.steps.len(), 10),
        Pane::Ticket | Pane::Summary | Pane::Draft => in_ticket(model, motion, &panes),
    }
    vec![]
}

fn in_ticket(model: &mut Model, motion: Motion, panes: &layout::Panes) {
    let focus = model.focus;
    let Some(open) = model.open.as_deref_mut() else { return };
    match focus {
        Pane::Ticket => open.thread.go(motion, height(layout::thread(panes.ticket))),
        Pane::Summary => {
            let len = open.summary.value.as_ref().map_or(0, |summary| summary.highlights.len());
            open.highlight = moved(open.highlight, motion, len, 4);
        }
        Pane::Draft => {
            let half = height(inside(panes.draft)) / 2;
            open.draft.top = moved(open.draft.top, motion, open.draft.rows.len(), half);
        }
        Pane::Queue | Pane::Steps => {}
    }
}

pub(super) fn in_card(stage: &mut Stage, motion: Motion, rows: usize) {
    match stage {
        Stage::Reading(reading) => reading.go(motion, rows),
        Stage::Arguments(_, editor) => editor.scroll(motion, rows),
        Stage::Opening { .. }
        | Stage::Denying(_)
        | Stage::Commenting(..)
        | Stage::EditingText(..)
        | Stage::EditingForm(..)
        | Stage::Held(_)
        | Stage::Deciding { .. }
        | Stage::Over(_) => {}
    }
}
