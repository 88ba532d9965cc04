//! What the log comes to: latency and errors by tool, what people decided, day by day.

use ratatui::layout::Rect;

use crate::domain::audit::figures::{Decided, Figures, ToolFigures};
use crate::domain::audit::thumbs::Thumbs;
use crate::tui::highlight::millis;
use crate::tui::model::log::LogPage;
use crate::tui::model::wrap::pad;
use crate::tui::theme::Ink;
use crate::tui::view::canvas::Canvas;
use crate::tui::view::queue::shown;

/// A row: parts with their inks.
type Row = Vec<(Ink, String)>;

/// Eight heights of a bar.
const HEIGHTS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
/// Days that are drawn.
const DAYS: usize = 60;

pub(crate) fn draw(page: &LogPage, canvas: &mut Canvas<'_, '_>, area: Rect) {
    let rows = rows(page, usize::from(area.width));
    for (at, row) in (0..area.height).zip(rows.iter().skip(page.figures_top)) {
        canvas.row(area, at, row.iter().map(|(ink, text)| canvas.say(*ink, text)).collect());
    }
    let below = rows.len().saturating_sub(page.figures_top + usize::from(area.height));
    if below > 0 && area.height > 0 {
        canvas.row_split(area, area.height - 1, vec![], vec![canvas.say(Ink::Dim, format!("↓ {below} more "))]);
    }
}

/// The figures as rows of this width; none while they are not looked at.
pub(crate) fn rows(page: &LogPage, width: usize) -> Vec<Row> {
    let Some(slot) = &page.figures else { return Vec::new() };
    let Some(figures) = &slot.value else {
        let words = match &slot.trouble {
            Some(trouble) => format!(" {} · {}", trouble.message, trouble.way_out),
            None => " adding up …".to_owned(),
        };
        return vec![vec![(Ink::Dim, words)]];
    };
    let mut rows =
        vec![vec![(Ink::Dim, format!(" {} record{}", figures.records, if figures.records == 1 { "" } else { "s" }))]];
    rows.extend(tools(figures, width));
    rows.extend(decided("person", &figures.people, width));
    rows.extend(decided("about", &figures.proposals, width));
    rows.extend(decided("tone", &figures.tones, width));
    rows.extend(thumbs(figures, width));
    rows.extend(days(figures, width));
    rows
}

fn heading(text: String) -> [Row; 2] {
    [vec![], vec![(Ink::Strong, text)]]
}

fn tools(figures: &Figures, width: usize) -> Vec<Row> {
    let names = format!(
        " {} {:>7} {:>7} {:>8} {:>8} {:>8}  p95",
        pad("tool", 17),
        "calls",
        "errors",
        "p50 ms",
        "p95 ms",
        "p99 ms"
    );
    let most = figures.tools.iter().map(|tool| tool.p95).max().unwrap_or(0);
    let room = width.saturating_sub(64);
    let row = |tool: &ToolFigures| {
        let rate = percent(tool.errors, tool.calls);
        let ink = if tool.errors > 0 { Ink::Warn } else { Ink::Plain };
        let [p50, p95, p99] = [tool.p50, tool.p95, tool.p99].map(millis);
        vec![
            (Ink::Plain, format!(" {} {:>7} ", shown(&tool.tool, 17), tool.calls)),
            (ink, format!("{rate:>7} ")),
            (Ink::Plain, format!("{p50:>8} {p95:>8} {p99:>8}  ")),
            (Ink::Accent, bar(tool.p95, most, room)),
        ]
    };
    heading(names).into_iter().chain(figures.tools.iter().map(row)).collect()
}

fn decided(title: &str, all: &[Decided], width: usize) -> Vec<Row> {
    if all.is_empty() {
        return Vec::new();
    }
    let names = format!(
        " {} {:>8} {:>7} {:>7} {:>9} {:>9} {:>6}",
        pad(title, 17),
        "as it was",
        "edited",
        "denied",
        "accepted",
        "decided",
        "kept"
    );
    let most = all.iter().map(Decided::all).max().unwrap_or(0);
    let room = width.saturating_sub(74);
    let row = |one: &Decided| {
        let seconds = one.seconds.map_or_else(|| "–".to_owned(), wait);
        let kept = one.kept.map_or_else(|| "–".to_owned(), |kept| format!("{kept} %"));
        let Decided { name, approved, edited, denied, .. } = one;
        let accepted = percent(*approved, one.all());
        let length = |n: usize| n * room / most.max(1);
        vec![
            (
                Ink::Plain,
                format!(
                    " {} {approved:>9} {edited:>7} {denied:>7} {accepted:>9} {seconds:>9} {kept:>6}  ",
                    shown(name, 17)
                ),
            ),
            (Ink::Good, "█".repeat(length(*approved))),
            (Ink::Warn, "▓".repeat(length(*edited))),
            (Ink::Danger, "░".repeat(length(*denied))),
        ]
    };
    heading(names).into_iter().chain(all.iter().map(row)).collect()
}

/// What people thought of the assistant's texts.
fn thumbs(figures: &Figures, width: usize) -> Vec<Row> {
    if figures.thumbs.is_empty() {
        return Vec::new();
    }
    let names = format!(" {} {:>6} {:>6} {:>8}", pad("thumbs", 39), "good", "bad", "liked");
    let most = figures.thumbs.iter().map(|thumbs| thumbs.good + thumbs.bad).max().unwrap_or(0);
    let length = |n: usize| n * width.saturating_sub(66) / most.max(1);
    let row = |Thumbs { of, name, good, bad }: &Thumbs| {
        let share = percent(*good, good + bad);
        let about = format!(" {} {} {good:>6} {bad:>6} {share:>8}  ", pad(of.as_str(), 4), shown(name, 34));
        vec![(Ink::Plain, about), (Ink::Good, "█".repeat(length(*good))), (Ink::Danger, "░".repeat(length(*bad)))]
    };
    let hint = vec![(Ink::Dim, " / what:rated bad, then f: the bad ones with what was read and shown".to_owned())];
    heading(names).into_iter().chain(figures.thumbs.iter().map(row)).chain([hint]).collect()
}

fn days(figures: &Figures, width: usize) -> Vec<Row> {
    let room = width.saturating_sub(22).min(DAYS);
    let shown = &figures.days[figures.days.len().saturating_sub(room)..];
    let (Some((first, ..)), Some((last, ..))) = (shown.first(), shown.last()) else { return Vec::new() };
    let most = shown.iter().map(|(_, _, all)| *all).max().unwrap_or(0);
    let line = |value: fn(&(jiff::civil::Date, usize, usize)) -> usize| {
        shown.iter().map(|day| height(value(day), most)).collect::<String>()
    };
    let mut rows: Vec<Row> = heading(format!(" by day (UTC), {first} to {last}, {most} at most")).into();
    rows.push(vec![(Ink::Plain, " decided           ".to_owned()), (Ink::Accent, line(|(_, _, all)| *all))]);
    rows.push(vec![(Ink::Plain, " as it was         ".to_owned()), (Ink::Good, line(|(_, approved, _)| *approved))]);
    rows
}

fn height(value: usize, most: usize) -> char {
    match value {
        0 => ' ',
        _ => HEIGHTS[(value * HEIGHTS.len()).div_ceil(most.max(1)).clamp(1, HEIGHTS.len()) - 1],
    }
}

/// A bar of at most `room` columns; whatever is more than nothing has one.
fn bar(value: u64, most: u64, room: usize) -> String {
    let columns = value.saturating_mul(room as u64).div_ceil(most.max(1));
    "█".repeat(usize::try_from(columns).unwrap_or(room).min(room))
}

fn percent(part: usize, whole: usize) -> String {
    (part * 100 + whole / 2).checked_div(whole).map_or_else(|| "–".to_owned(), |share| format!("{share} %"))
}

/// A wait in its largest unit.
fn wait(seconds: u64) -> String {
    match seconds {
        0..120 => format!("{seconds} s"),
        120..7200 => format!("{} min", seconds / 60),
        _ => format!("{} h", seconds / 3600),
    }
}
