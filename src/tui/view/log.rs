//! The log: every tool call, newest first, and the record that is selected.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use ratatui::layout::Rect;

use crate::domain::audit::{Action, Record};
use crate::tui::highlight::{JsonRow, Tint, millis};
use crate::tui::model::Model;
use crate::tui::model::layout;
use crate::tui::model::log::LogPage;
use crate::tui::model::wrap::pad;
use crate::tui::theme::Ink;
use crate::tui::view::canvas::Canvas;
use crate::tui::view::figures;
use crate::tui::view::queue::shown;

/// A tenth of a second, in microseconds: no person reads a card faster.
const TENTH: u64 = 100_000;

pub(crate) fn draw(model: &Model, page: &LogPage, canvas: &mut Canvas<'_, '_>) {
    if page.figures.is_some() {
        let body = layout::frame(model.size).body;
        filter_line(model, page, canvas, body);
        return figures::draw(page, canvas, Rect { y: body.y + 1, height: body.height - 1, ..body });
    }
    let (list, detail) = layout::log(model.size, page.reading);
    if list.height > 0 {
        draw_list(model, page, canvas, list);
    }
    if detail.height > 0 {
        if list.height > 0 {
            canvas.bar(Rect { x: detail.x - 2, width: 1, ..detail });
        }
        draw_detail(page, canvas, detail);
    }
}

fn draw_list(model: &Model, page: &LogPage, canvas: &mut Canvas<'_, '_>, area: Rect) {
    filter_line(model, page, canvas, area);
    let area = Rect { y: area.y + 1, height: area.height - 1, ..area };
    let names = columns(["time", "run", "ticket", "tool", "who", "what", "ms"], outcome_width(area));
    canvas.row(area, 0, vec![canvas.say(Ink::Strong, names)]);
    let rows = Rect::new(area.x, area.y + 1, area.width, area.height.saturating_sub(1));
    if page.records.is_empty() {
        let words = match (&page.loading.trouble, page.loading.is_waiting()) {
            (_, true) => "loading …".to_owned(),
            (Some(trouble), _) => format!("{} · {}", trouble.message, trouble.way_out),
            (None, _) if page.filter.is_empty() => "No call was logged yet.".to_owned(),
            (None, _) => model.tell("No record matches · {filter} then {back} clears the filter"),
        };
        canvas.row(rows, 0, vec![canvas.say(Ink::Dim, format!(" {words}"))]);
    }
    for (at, record) in (0..rows.height).zip(page.records.iter().skip(page.top)) {
        let ink = ink_of(record);
        canvas.row(rows, at, vec![canvas.say(ink, record_row(record, model, outcome_width(area)))]);
        if usize::from(at) + page.top == page.selected {
            canvas.tint_row(rows, at, if page.reading { Ink::SelectedIdle } else { Ink::Selected });
        }
    }
}

/// The filter: what is typed, or what is in force.
fn filter_line(model: &Model, page: &LogPage, canvas: &mut Canvas<'_, '_>, area: Rect) {
    let wrong = page.misread.iter().map(|words| canvas.say(Ink::Danger, format!("✗ {words} "))).collect();
    if let Some(editor) = &page.typing {
        let (_, column) = editor.cursor_in_sight();
        let typed = editor.shown_line();
        let left = vec![canvas.say(Ink::Accent, " / "), canvas.say(Ink::Plain, typed)];
        canvas.row_split(area, 0, left, wrong);
        canvas.cursor(area, column + 3, 0);
        return;
    }
    let words = match page.filter.as_str() {
        "" => vec![canvas.say(
            Ink::Dim,
            model.tell(" every record · {filter} filters: ticket: tool: who: what: run: since: until: or words"),
        )],
        filter => vec![canvas.say(Ink::Accent, " / "), canvas.say(Ink::Warn, filter)],
    };
    canvas.row(area, 0, words);
}

fn outcome_width(area: Rect) -> usize {
    usize::from(area.width).saturating_sub(62).max(8)
}

fn record_row(record: &Record, model: &Model, outcome: usize) -> String {
    let what = what(record);
    let time = when(record.at, model.now, &model.zone);
    let ticket = record.ticket.as_deref().unwrap_or("–");
    columns([&time, &record.run, ticket, &record.tool, &record.actor, &what, &millis(record.micros)], outcome)
}

/// What was done and how it went; of a decision, how long the card was read before.
fn what(record: &Record) -> String {
    let decided = [Action::Approved, Action::Denied].iter().any(|action| record.action == action.as_str());
    match record.outcome.as_str() {
        "ok" if decided && record.micros >= TENTH => format!("{} {}", record.action, read_for(record.micros)),
        "ok" => record.action.clone(),
        other => format!("{} {other}", record.action),
    }
}

fn read_for(micros: u64) -> String {
    match micros / 1_000_000 {
        0 => format!("0.{} s", micros / TENTH),
        seconds @ 1..120 => format!("{seconds} s"),
        seconds => format!("{} min", seconds / 60),
    }
}

/// A time where the person is, with as much of its date as it takes to tell it from one of today.
fn when(at: Timestamp, now: Timestamp, zone: &TimeZone) -> String {
    let [at, now] = [at, now].map(|time| time.to_zoned(zone.clone()));
    let same = |format: &str| at.strftime(format).to_string() == now.strftime(format).to_string();
    let format = if same("%F") {
        "%H:%M:%S"
    } else if same("%Y") {
        "%d %b %H:%M"
    } else {
        "%d %b %Y"
    };
    at.strftime(format).to_string()
}

fn columns(cells: [&str; 7], outcome: usize) -> String {
    let [time, run, ticket, tool, who, what, ms] = cells;
    let (time, run, ticket) = (pad(time, 12), shown(run, 5), shown(ticket, 8));
    format!(" {time} {run} {ticket} {} {} {} {ms:>5}", shown(tool, 16), shown(who, 9), shown(what, outcome))
}

pub(crate) fn ink_of(record: &Record) -> Ink {
    match record.action.as_str() {
        "read" | "prepared" | "step" | "read_back" => Ink::Dim,
        "approved" | "executed" => Ink::Good,
        "denied" | "refused" | "failed" | "unknown" => Ink::Danger,
        _ => Ink::Plain,
    }
}

fn draw_detail(page: &LogPage, canvas: &mut Canvas<'_, '_>, area: Rect) {
    let Some(detail) = &page.detail.value else {
        let words = if page.detail.is_waiting() { "loading …" } else { "" };
        canvas.row(area, 0, vec![canvas.say(Ink::Dim, words)]);
        return;
    };
    if page.reading {
        canvas.stand(area, 0);
    }
    said(canvas, area, &detail.rows, detail.top, "");
}

/// A window of what was said, how much is below it, and the key that leads there where it is not the arrow.
pub(crate) fn said(canvas: &mut Canvas<'_, '_>, area: Rect, rows: &[JsonRow], top: usize, key: &str) {
    for (at, row) in (0..area.height).zip(rows.iter().skip(top)) {
        canvas.row(area, at, row.iter().map(|(tint, text)| canvas.say(ink_of_tint(*tint), text)).collect());
    }
    let below = rows.len().saturating_sub(top + usize::from(area.height));
    if below > 0 && area.height > 0 {
        canvas.row_split(area, area.height - 1, vec![], vec![canvas.say(Ink::Dim, format!("↓ {below} more{key} "))]);
    }
}

fn ink_of_tint(tint: Tint) -> Ink {
    match tint {
        Tint::Plain => Ink::Plain,
        Tint::Title => Ink::Strong,
        Tint::Key => Ink::Accent,
        Tint::Text => Ink::Good,
        Tint::Number | Tint::Word => Ink::Warn,
        Tint::Mark => Ink::Dim,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_that_of_the_place_where_the_person_is() {
        let (now, tokyo) = ("2026-11-28T15:30:00Z".parse().unwrap(), TimeZone::fixed(jiff::tz::offset(9)));
        for (at, expect) in [("2026-11-28T15:10:00Z", "00:10:00"), ("2026-11-28T14:59:00Z", "28 Nov 23:59")] {
            assert_eq!(when(at.parse().unwrap(), now, &tokyo), expect);
        }
    }

    #[test]
    fn a_time_says_its_day_unless_that_is_today_and_its_year_unless_that_is_this_one() {
        let now = "2026-11-28T15:00:00Z".parse().unwrap();
        for (at, expect) in [
            ("2026-11-28T00:00:01Z", "00:00:01"),
            ("2026-11-27T23:59:59Z", "27 Nov 23:59"),
            ("2025-11-28T15:00:00Z", "28 Nov 2025"),
        ] {
            assert_eq!(when(at.parse().unwrap(), now, &TimeZone::UTC), expect);
        }
    }
}
