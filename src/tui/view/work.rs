//! The work page: queue, ticket, summary, draft and the agent's steps, side by side or as tabs.

use ratatui::layout::Rect;
use ratatui::text::Span;

use crate::tui::model::layout::{self, Panes, inside};
use crate::tui::model::{Dialog, Model, Pane};
use crate::tui::theme::Ink;
use crate::tui::view::canvas::Canvas;
use crate::tui::view::{draft, list, overlay, picker, queue, rating, rewrite, sources, split, summary, ticket, tour};

pub(crate) fn draw(model: &Model, canvas: &mut Canvas<'_, '_>) {
    let panes = layout::panes(model);
    if panes.wide {
        canvas.bar(panes.middle);
    } else {
        tabs(model, canvas, &panes);
    }
    queue::draw(model, canvas, panes.queue);
    ticket::draw(model, canvas, panes.ticket);
    summary::draw(model, canvas, panes.summary);
    draft::draw(model, canvas, panes.draft);
    steps(model, canvas, panes.steps);
    if let Some(open) = model.source() {
        sources::draw(model, canvas, open, panes.beside);
    }
    match &model.dialog {
        Dialog::Picking(open) => picker::draw(model, canvas, open),
        Dialog::Rewriting(ways) => rewrite::draw(model, canvas, *ways),
        Dialog::Form(form) => overlay::form(model, canvas, form),
        Dialog::Snooze(snooze) => overlay::snooze(canvas, snooze),
        Dialog::Splitting(open) => split::draw(model, canvas, open),
        Dialog::Confirm(question) => overlay::confirm(model, canvas, *question),
        Dialog::List(open) => list::draw(model, canvas, open),
        Dialog::Rating(open) => rating::draw(canvas, open, model.size),
        Dialog::Tour(step) => tour::draw(model, canvas, *step),
        Dialog::Leaving => overlay::leaving(model, canvas, model.outbox.waiting().count()),
        Dialog::None | Dialog::Filter(_) | Dialog::Editing | Dialog::Sources(_) | Dialog::Note(_) => {}
    }
}

/// The title row of a pane: its name, what it holds, a rule.
pub(crate) fn head(
    model: &Model,
    canvas: &mut Canvas<'_, '_>,
    area: Rect,
    pane: Pane,
    facts: Vec<Span<'static>>,
    right: Vec<Span<'static>>,
) {
    canvas.rule(area, 0);
    let focused = model.focus == pane;
    if focused {
        canvas.stand(area, 0);
    }
    let name = format!("{} {} ", if focused { "▸" } else { "─" }, pane.name());
    let ink = if focused { Ink::Accent } else { Ink::Strong };
    let mut left = vec![canvas.say(ink, name)];
    left.extend(facts);
    canvas.row_split(area, 0, left, right);
}

fn tabs(model: &Model, canvas: &mut Canvas<'_, '_>, panes: &Panes) {
    let mut spans = vec![canvas.say(Ink::Plain, " ")];
    for pane in Pane::ALL {
        let (ink, name) = if pane == model.focus {
            (Ink::Selected, format!(" {} ", pane.name()))
        } else {
            (Ink::Dim, format!(" {} ", pane.name()))
        };
        spans.push(canvas.say(ink, name));
        spans.push(canvas.say(Ink::Plain, " "));
    }
    canvas.row_split(panes.tabs, 0, spans, vec![canvas.say(Ink::Dim, model.tell("{next-pane} next "))]);
    let (left, right) = ticket::context(model, canvas);
    canvas.row_split(panes.context, 0, left, right);
}

fn steps(model: &Model, canvas: &mut Canvas<'_, '_>, area: Rect) {
    if area.height == 0 {
        return;
    }
    let facts = match &model.run {
        Some(run) => vec![canvas.say(Ink::Accent, format!("agent on {} ", run.ticket))],
        None => vec![canvas.say(Ink::Dim, model.tell("tool calls of this sitting · {log} shows all "))],
    };
    head(model, canvas, area, Pane::Steps, facts, vec![]);
    let inner = inside(area);
    if model.steps.is_empty() {
        canvas.row(
            inner,
            0,
            vec![
                canvas.say(Ink::Dim, model.tell("nothing was called yet; {handle} lets the assistant handle a ticket")),
            ],
        );
    }
    for (at, step) in (0..inner.height).zip(model.steps.iter().skip(model.steps_top)) {
        let time = step.at.to_zoned(model.zone.clone()).strftime("%H:%M:%S  ").to_string();
        canvas.row(inner, at, vec![canvas.say(Ink::Dim, time), canvas.say(Ink::Plain, &step.text)]);
    }
}
