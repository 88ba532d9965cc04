//! The queue: its views, its filter, its rows.

use jiff::Timestamp;
use ratatui::layout::Rect;
use ratatui::text::Span;

use crate::domain::ticket::{Priority, TicketRow};
use crate::domain::view::View;
use crate::tui::model::layout::{inside, queue_rows};
use crate::tui::model::wrap::pad;
use crate::tui::model::{Dialog, Model, Pane};
use crate::tui::theme::Ink;
use crate::tui::view::canvas::Canvas;
use crate::tui::view::work::head;

pub(crate) fn draw(model: &Model, canvas: &mut Canvas<'_, '_>, area: Rect) {
    if area.height == 0 {
        return;
    }
    let rows = queue_rows(area);
    head(
        model,
        canvas,
        area,
        Pane::Queue,
        title(model, canvas),
        vec![canvas.say(Ink::Dim, extent(model, rows.height))],
    );
    views(model, canvas, inside(area));
    if model.queue.total() == 0 {
        canvas.row(inside(rows), 0, vec![canvas.say(Ink::Dim, empty(model))]);
        return;
    }
    for at in 0..rows.height {
        row(model, canvas, rows, at);
    }
}

fn title(model: &Model, canvas: &Canvas<'_, '_>) -> Vec<Span<'static>> {
    let filter = &model.queue.filter;
    let mut facts = vec![canvas.say(Ink::Plain, format!("{} ", model.queue.view_name()))];
    if !filter.is_empty() {
        facts.push(canvas.say(Ink::Warn, format!("/ {filter} ")));
    }
    let marked = model.queue.marked.len();
    if marked > 0 {
        facts.push(canvas.say(Ink::Accent, format!("✓ {marked} marked · u updates, Z puts off, Esc none ")));
    }
    facts
}

fn extent(model: &Model, height: u16) -> String {
    let (top, total) = (model.queue.top, model.queue.total());
    let last = (top + u64::from(height)).min(total);
    let more = if model.queue.window.is_waiting() { " …" } else { "" };
    let new = match model.queue.new_above {
        0 => String::new(),
        n => format!(" ↑ {n} new above ·"),
    };
    if total == 0 { more.to_owned() } else { format!("{new} {}–{last} of {total}{more} ", top + 1) }
}

fn empty(model: &Model) -> String {
    match (&model.queue.window.trouble, model.queue.window.is_waiting()) {
        (_, true) => "loading …".to_owned(),
        (Some(trouble), _) => format!("{} · {}", trouble.message, trouble.way_out),
        (None, _) if model.queue.filter.is_empty() => "no tickets in this view · a number key shows another".to_owned(),
        (None, _) => "no ticket has these words · / then Esc clears the filter".to_owned(),
    }
}

fn views(model: &Model, canvas: &mut Canvas<'_, '_>, area: Rect) {
    if let Dialog::Filter(editor) = &model.dialog {
        let (_, column) = editor.cursor_in_sight();
        let text = editor.shown_line();
        canvas.row(area, 0, vec![canvas.say(Ink::Accent, "/ "), canvas.say(Ink::Plain, text)]);
        canvas.cursor(area, column + 2, 0);
        return;
    }
    let room = usize::from(area.width);
    let whole = [true, false].map(|numbered| view_names(model, canvas, numbered));
    let fitting = whole.iter().find(|names| names.iter().map(Span::width).sum::<usize>() <= room + GAP.len());
    canvas.row(area, 0, fitting.cloned().unwrap_or_else(|| folded(model, canvas, room)));
}

/// What parts two views.
const GAP: &str = "  ";

/// Every view with its count, and with its key where there is room.
fn view_names(model: &Model, canvas: &Canvas<'_, '_>, numbered: bool) -> Vec<Span<'static>> {
    let counts = model.queue.counts.value.as_ref();
    let name = |(at, view): (usize, &View)| {
        let count = counts.and_then(|counts| counts.get(at)).map(|n| format!(" {n}")).unwrap_or_default();
        let key = if numbered { format!("{} ", at + 1) } else { String::new() };
        let ink = if at == model.queue.view { Ink::Accent } else { Ink::Dim };
        canvas.say(ink, format!("{key}{}{count}{GAP}", view.name))
    };
    model.queue.views.iter().enumerate().map(name).collect()
}

/// The view that is looked at, as many before and after it as fit, and how many do not.
fn folded(model: &Model, canvas: &Canvas<'_, '_>, room: usize) -> Vec<Span<'static>> {
    let names = view_names(model, canvas, false);
    let more = |left_out: usize| format!("+{left_out}");
    let here = names.get(model.queue.view).map_or(0, Span::width);
    let mut left = room.saturating_sub(here + more(names.len()).len());
    let mut full = false;
    let kept: Vec<Span<'static>> = names
        .iter()
        .enumerate()
        .filter(|(at, name)| {
            let is_here = *at == model.queue.view;
            full |= !is_here && name.width() > left;
            left = left.saturating_sub(if is_here || full { 0 } else { name.width() });
            is_here || !full
        })
        .map(|(_, name)| name.clone())
        .collect();
    let left_out = canvas.say(Ink::Dim, more(names.len() - kept.len()));
    kept.into_iter().chain([left_out]).collect()
}

fn row(model: &Model, canvas: &mut Canvas<'_, '_>, area: Rect, at: u16) {
    let index = model.queue.top + u64::from(at);
    if index >= model.queue.total() {
        return;
    }
    match model.queue.window.value.as_ref().and_then(|window| window.row(index)) {
        Some(ticket) => ticket_row(model, canvas, area, at, ticket),
        None => canvas.row(area, at, vec![canvas.say(Ink::Dim, "    …")]),
    }
    if index == model.queue.selected {
        let ink = if model.focus == Pane::Queue { Ink::Selected } else { Ink::SelectedIdle };
        canvas.tint_row(area, at, ink);
    }
}

fn ticket_row(model: &Model, canvas: &mut Canvas<'_, '_>, area: Rect, at: u16, ticket: &TicketRow) {
    let width = usize::from(area.width);
    let (due, due_ink) = due(model.now, ticket);
    let (mark, mark_ink) = mark(ticket.priority);
    let open = model.open.as_ref().is_some_and(|open| open.id == ticket.id);
    let unread = model.queue.seen.is_unread(ticket);
    let sign = match (model.queue.marked.contains(&ticket.id), open, unread) {
        (true, _, _) => '✓',
        (false, true, _) => '▸',
        (false, false, true) => '•',
        (false, false, false) => ' ',
    };
    let customer = if width >= 84 { 18 } else { 0 };
    // On a narrow list the subject needs the room; the ticket itself says where it stands.
    let status = if width >= 50 { 9 } else { 0 };
    let subject = width.saturating_sub(25 + customer + status);
    let mut spans = vec![
        canvas.say(mark_ink, format!("{sign}{mark:<2} ")),
        canvas.say(Ink::Plain, format!("{} ", shown(ticket.id.as_str(), 8))),
        canvas.say(if unread { Ink::Strong } else { Ink::Plain }, shown(&subject_of(model, ticket), subject)),
        canvas.say(
            Ink::Dim,
            if customer > 0 { format!("  {}", shown(&ticket.customer_name, customer - 2)) } else { String::new() },
        ),
        canvas.say(due_ink, format!("  {}", pad(&due, 9))),
        canvas.say(Ink::Plain, pad(&format!(" {}", ticket.status), status)),
    ];
    spans.retain(|span| !span.content.is_empty());
    canvas.row(area, at, spans);
}

/// The subject; a ticket of the sample says so where others stand beside it.
fn subject_of(model: &Model, ticket: &TicketRow) -> String {
    let sample = if ticket.sample && model.queue.is_mixed() { "(sample) " } else { "" };
    format!("{sample}{}", ticket.subject)
}

/// A field in a column: escaped first, so that its marks count too.
pub(crate) fn shown(text: &str, width: usize) -> String {
    pad(&crate::domain::text::short(text, 400), width)
}

/// A mark and its ink; the word stands on the ticket.
fn mark(priority: Priority) -> (&'static str, Ink) {
    match priority {
        Priority::Urgent => ("!!", Ink::Danger),
        Priority::High => ("!", Ink::Warn),
        Priority::Normal | Priority::Low => ("", Ink::Plain),
    }
}

/// When an answer is owed, in words.
pub(crate) fn due(now: Timestamp, ticket: &TicketRow) -> (String, Ink) {
    let Some(due) = ticket.due_at.filter(|_| !ticket.status.is_done()) else { return ("–".to_owned(), Ink::Dim) };
    let seconds = due.duration_since(now).as_secs();
    match seconds {
        ..=-1 => (format!("LATE {}", span(-seconds)), Ink::Danger),
        0..3600 => (span(seconds), Ink::Warn),
        _ => (span(seconds), Ink::Plain),
    }
}

/// A span of time, short: `42m`, `3h`, `2d`.
pub(crate) fn span(seconds: i64) -> String {
    match seconds {
        ..3600 => format!("{}m", seconds / 60),
        3600..172_800 => format!("{}h", seconds / 3600),
        _ => format!("{}d", seconds / 86_400),
    }
}
