//! After each message: everything is wrapped and scrolled for where it will be drawn, and lists ask for what they lack.

use crate::tui::events::Effect;
use crate::tui::model::card::Stage;
use crate::tui::model::layout::{self, Panes, height, inside, width};
use crate::tui::model::pages::{Page, Tray};
use crate::tui::model::sources::Sources;
use crate::tui::model::{Dialog, Model, scrolled};
use crate::tui::update::{log, presence, queue};
use crate::tui::view::{self, draft_notes, figures};

pub(super) fn settle(model: &mut Model) -> Vec<Effect> {
    if !layout::fits(&model.page, model.size) {
        return vec![];
    }
    if let Some(open) = model.open.as_deref_mut().filter(|_| !model.dialog.is_editing()) {
        open.draft.source = None;
    }
    let panes = layout::panes(model);
    arrange_work(model, &panes);
    arrange_page(model);
    let mut effects = more(model);
    effects.extend(presence::say(model));
    effects
}

fn more(model: &mut Model) -> Vec<Effect> {
    let log_wants = matches!(&model.page, Page::Log(page) if page.wants_more());
    if log_wants {
        return log::more(model);
    }
    if model.queue.wants_more() { queue::load(model) } else { vec![] }
}

fn arrange_work(model: &mut Model, panes: &Panes) {
    // Out of sight it stays where it was.
    if panes.queue.height > 0 {
        model.queue.arrange(height(layout::queue_rows(panes.queue)));
    }
    let steps = height(panes.steps).saturating_sub(1);
    model.steps_top = model.steps_top.min(model.steps.len().saturating_sub(steps));
    let here = model.now.to_zoned(model.zone.clone());
    let editing = model.dialog.is_editing();
    let mark = model.source().map(Sources::mark);
    if let Some(open) = model.open.as_deref_mut() {
        if panes.ticket.height > 0
            && let Some(ticket) = &open.ticket.value
        {
            let area = layout::thread(panes.ticket);
            open.thread.arrange(&here, &ticket.thread, width(area), height(area));
        }
        if panes.draft.height > 0 {
            let inner = inside(panes.draft);
            open.draft.editor.arrange(width(inner), height(inner), editing);
            let notes = if mark.is_some() { 0 } else { draft_notes::count(open) };
            let area = layout::draft_text(panes.draft, notes, &open.draft);
            open.draft.arrange(width(area), height(area));
            if let Some(mark) = &mark {
                open.draft.show(mark, height(area));
            }
        }
    }
    if let Some(palette) = &mut model.palette {
        palette.arrange(&layout::palette(model.size, palette.all.len()));
    }
    if let Dialog::Picking(picker) = &mut model.dialog {
        picker.arrange(&layout::picker(model.size, picker.warns()));
    }
    if let Some(sources) = model.source_mut() {
        let area = layout::source_text(panes.beside);
        sources.arrange(width(area).saturating_sub(1), height(area));
    }
    if let Dialog::List(list) = &mut model.dialog {
        let parts = view::list::parts(list, model.size);
        let below =
            view::list::said(model.now, &model.zone, list, width(parts.text)).saturating_sub(height(parts.text));
        list.arrange(width(parts.find), height(parts.list), below);
    }
    if let Dialog::Snooze(snooze) = &mut model.dialog {
        snooze.until.arrange(40, 1, true);
    }
    if let Dialog::Rating(rating) = &mut model.dialog {
        let area = inside(layout::rating(model.size));
        rating.words.arrange(width(area).saturating_sub(5), 1, true);
    }
    if let Dialog::Splitting(splitting) = &mut model.dialog {
        let area = layout::splitting(model.size).subject;
        splitting.subject.arrange(width(area), height(area), true);
    }
    if let Dialog::Note(editor) = &mut model.dialog {
        let area = inside(panes.draft);
        editor.arrange(width(area), height(area), true);
    }
}

fn arrange_page(model: &mut Model) {
    let size = model.size;
    let body = height(layout::frame(size).body);
    match &mut model.page {
        Page::Work => {}
        Page::Pending(tray) => {
            let len = model.pending.value.as_ref().map_or(0, Vec::len);
            *tray = Tray { top: scrolled(tray.top, tray.selected, len, body.saturating_sub(2)), ..*tray };
        }
        Page::Card(page) => arrange_card(&mut page.stage, size),
        Page::Bulk(bulk) => {
            let area = layout::card(size);
            bulk.arrange(width(area).saturating_sub(1), height(area));
        }
        Page::Outbox(page) => {
            let letters = &model.outbox.letters;
            page.selected = page.selected.min(letters.len().saturating_sub(1));
            let (_, _, text) = layout::outbox(size, letters.len());
            let rows = letters.get(page.selected).map_or(0, |letter| letter.rows(width(text)).len());
            page.text_top = page.text_top.min(rows.saturating_sub(height(text)));
        }
        Page::Log(page) => {
            let (list, detail) = layout::log(size, page.reading);
            page.arrange(height(list).saturating_sub(2), (width(detail), height(detail)));
            let rows = figures::rows(page, usize::from(size.0)).len();
            page.figures_top = page.figures_top.min(rows.saturating_sub(body.saturating_sub(1)));
            if let Some(editor) = &mut page.typing {
                editor.arrange(usize::from(size.0).saturating_sub(4), 1, true);
            }
        }
        Page::Replay(replay) => {
            let (list, step) = layout::replay(size);
            replay.arrange(height(list), (width(step), height(step)));
        }
        Page::Help(help) => {
            let rows = crate::tui::view::help::rows(&model.keys, help, width(layout::frame(size).body)).len();
            help.top = help.top.min(rows.saturating_sub(body.saturating_sub(2)));
        }
    }
}

fn arrange_card(stage: &mut Stage, size: (u16, u16)) {
    let area = layout::card(size);
    let (wide, high) = (width(area), height(area));
    match stage {
        Stage::Reading(reading) => reading.arrange(wide, high),
        Stage::Arguments(_, editor) => editor.arrange(wide, high, false),
        Stage::EditingText(_, editor) => editor.arrange(wide, high, true),
        Stage::Opening { .. }
        | Stage::Denying(_)
        | Stage::Commenting(..)
        | Stage::EditingForm(..)
        | Stage::Held(_)
        | Stage::Deciding { .. }
        | Stage::Over(_) => {}
    }
}
