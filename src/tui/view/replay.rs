//! A run played again: its steps, and what was said in the one at hand.

use ratatui::layout::Rect;

use crate::domain::audit::Record;
use crate::tui::model::Model;
use crate::tui::model::layout;
use crate::tui::model::replay::Replay;
use crate::tui::model::wrap::pad;
use crate::tui::theme::Ink;
use crate::tui::view::canvas::Canvas;
use crate::tui::view::log::{ink_of, said};
use crate::tui::view::queue::shown;

pub(crate) fn draw(model: &Model, replay: &Replay, canvas: &mut Canvas<'_, '_>) {
    let body = layout::frame(model.size).body;
    title(replay, canvas, body);
    let (list, said) = layout::replay(model.size);
    steps(replay, canvas, list);
    if list.y == said.y {
        canvas.bar(Rect { x: said.x - 2, width: 1, ..said });
    } else {
        canvas.rule(Rect { y: said.y - 1, height: 1, ..body }, 0);
    }
    words(model, replay, canvas, said);
}

fn title(replay: &Replay, canvas: &mut Canvas<'_, '_>, body: Rect) {
    let ticket = replay.steps().iter().find_map(|record| record.ticket.as_deref()).unwrap_or("–");
    let first = replay.steps().first().map_or_else(String::new, |r| r.at.strftime(" · %Y-%m-%d %H:%M UTC").to_string());
    let left = vec![
        canvas.say(Ink::Strong, format!(" Run {} on {ticket}", replay.run)),
        canvas.say(Ink::Dim, format!("{first} · played from the log, nothing is written")),
    ];
    let right = match (&replay.records.trouble, replay.steps().len()) {
        (Some(trouble), _) => canvas.say(Ink::Danger, format!("{} ", trouble.message)),
        (None, 0) if replay.records.is_waiting() => canvas.say(Ink::Dim, "loading … "),
        (None, 0) => canvas.say(Ink::Warn, "the log has no such run "),
        (None, all) => canvas.say(Ink::Accent, format!("step {} of {all} ", replay.selected + 1)),
    };
    canvas.row_split(body, 0, left, vec![right]);
    canvas.rule(body, 1);
}

fn steps(replay: &Replay, canvas: &mut Canvas<'_, '_>, area: Rect) {
    let width = usize::from(area.width);
    for (at, (number, record)) in (0..area.height).zip(replay.steps().iter().enumerate().skip(replay.top)) {
        let before = number.checked_sub(1).and_then(|n| replay.steps().get(n));
        let mark = if number == replay.selected { '▸' } else { ' ' };
        let ink = if number > replay.selected { Ink::Dim } else { ink_of(record) };
        let left = vec![canvas.say(ink, format!("{mark}{}", step(record, width.saturating_sub(9))))];
        canvas.row_split(area, at, left, vec![canvas.say(Ink::Dim, since(before, record))]);
        if number == replay.selected {
            canvas.tint_row(area, at, Ink::Selected);
        }
    }
}

fn step(record: &Record, width: usize) -> String {
    let outcome = if record.outcome == "ok" { "" } else { record.outcome.as_str() };
    let tail = format!("{} {outcome}", record.actor);
    let rest = width.saturating_sub(28);
    format!("{} {} {}", pad(&record.action, 10), shown(&record.tool, 16), shown(&tail, rest))
}

/// How long after the step before.
fn since(before: Option<&Record>, record: &Record) -> String {
    let Some(before) = before else { return String::new() };
    let millis = record.at.duration_since(before.at).as_millis().max(0);
    match millis {
        0..1000 => format!("+{millis} ms "),
        1000..100_000 => format!("+{}.{} s ", millis / 1000, millis % 1000 / 100),
        _ => format!("+{} min ", millis / 60_000),
    }
}

fn words(model: &Model, replay: &Replay, canvas: &mut Canvas<'_, '_>, area: Rect) {
    if replay.step.value.is_none() {
        let words = if replay.step.is_waiting() { "loading …" } else { "" };
        canvas.row(area, 0, vec![canvas.say(Ink::Dim, words)]);
        return;
    }
    let key = model.tell(", {page-down}");
    said(canvas, area, &replay.rows, replay.rows_top, &key);
}
