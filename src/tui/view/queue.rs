//! The queue: its views, its filter, its rows.

use std::ops::Range;

use jiff::Timestamp;
use ratatui::layout::Rect;
use ratatui::text::Span;

use crate::domain::presence::Doing;
use crate::domain::ticket::{Priority, TicketRow};
use crate::domain::view::View;
use crate::tui::model::layout::{inside, queue_rows};
use crate::tui::model::queue::{Said, Seek};
use crate::tui::model::sift::{Field, Needle, Way};
use crate::tui::model::wrap::{columns, pad};
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
    let lines = u16::try_from(model.queue.lines_a_row()).unwrap_or(1);
    for nth in 0..rows.height / lines {
        row(model, canvas, Rect { y: rows.y + nth * lines, height: lines, ..rows }, u64::from(nth));
    }
}

fn title(model: &Model, canvas: &Canvas<'_, '_>) -> Vec<Span<'static>> {
    let view = canvas.say(Ink::Plain, format!("{} ", model.queue.view_name()));
    let mut facts = match &model.queue.seek {
        Seek::Filter(words) if !words.is_empty() => vec![view, canvas.say(Ink::Warn, format!("/ {words} "))],
        Seek::Said(words) if !words.is_empty() => vec![canvas.say(Ink::Warn, format!("in all messages: {words} "))],
        Seek::View | Seek::Filter(_) | Seek::Said(_) => {
            let order = model.queue.order().map(|order| canvas.say(Ink::Dim, format!("{order} ")));
            std::iter::once(view).chain(order).collect()
        }
    };
    let marked = model.queue.marked.len();
    if marked > 0 {
        facts.push(canvas.say(
            Ink::Accent,
            format!("✓ {marked} marked · {}", model.tell("{update} updates, {snooze} puts off, {back} none ")),
        ));
    }
    facts
}

fn extent(model: &Model, height: u16) -> String {
    let (top, total) = (model.queue.top, model.queue.total());
    let rows = u64::from(height) / model.queue.lines_a_row() as u64;
    let last = (top + rows).min(total);
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
        (None, _) => match &model.queue.seek {
            Seek::Filter(words) if !words.is_empty() => {
                model.tell("no ticket of this view is like that · {back} shows the whole view")
            }
            Seek::Said(words) if !words.is_empty() => {
                model.tell("nobody said that in any ticket · {back} shows the view again")
            }
            Seek::View | Seek::Filter(_) | Seek::Said(_) => {
                model.tell("no tickets in this view · {view-1} to {view-9} show another")
            }
        },
    }
}

fn views(model: &Model, canvas: &mut Canvas<'_, '_>, area: Rect) {
    if let Dialog::Filter(editor) = &model.dialog {
        let (_, column) = editor.cursor_in_sight();
        let text = editor.shown_line();
        let prompt = if let Seek::Said(_) = model.queue.seek { "find in all messages: " } else { "/ " };
        canvas.row(area, 0, vec![canvas.say(Ink::Accent, prompt), canvas.say(Ink::Plain, text)]);
        canvas.cursor(area, column + prompt.len(), 0);
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

fn row(model: &Model, canvas: &mut Canvas<'_, '_>, area: Rect, nth: u64) {
    let index = model.queue.top + nth;
    if index >= model.queue.total() {
        return;
    }
    let Some(window) = &model.queue.window.value else { return };
    match window.row(index) {
        Some(ticket) => ticket_row(model, canvas, area, ticket),
        None => canvas.row(area, 0, vec![canvas.say(Ink::Dim, "    …")]),
    }
    if let Some(said) = window.said(index) {
        canvas.row(area, 1, said_row(canvas, usize::from(area.width), said));
    }
    if index == model.queue.selected {
        let ink = if model.focus == Pane::Queue { Ink::Selected } else { Ink::SelectedIdle };
        for at in 0..area.height {
            canvas.tint_row(area, at, ink);
        }
    }
}

fn ticket_row(model: &Model, canvas: &mut Canvas<'_, '_>, area: Rect, ticket: &TicketRow) {
    let width = usize::from(area.width);
    let (due, due_ink) = due(model.now, ticket);
    let (mark, mark_ink) = mark(ticket.priority);
    let open = model.open.as_ref().is_some_and(|open| open.id == ticket.id);
    let unread = model.queue.seen.is_unread(ticket);
    let sign = match (model.queue.marked.contains(&ticket.id), open) {
        (true, _) => '✓',
        (false, true) => '▸',
        (false, false) => elsewhere(model, ticket).unwrap_or(if unread { '•' } else { ' ' }),
    };
    let customer = match width {
        84.. => 18,
        72.. => 13,
        _ => 0,
    };
    // On a narrow list the subject needs the room; the ticket itself says where it stands.
    let status = if width >= 50 { 9 } else { 0 };
    let subject = width.saturating_sub(25 + customer + status);
    let reason = Reason { needle: &model.queue.needle, ways: model.queue.needle.ways(ticket) };
    let ink = if unread { Ink::Strong } else { Ink::Plain };
    let mut spans = vec![canvas.say(mark_ink, format!("{sign}{mark:<2} "))];
    spans.extend(reason.say(canvas, Ink::Plain, Field::Id, format!("{} ", shown(ticket.id.as_str(), 8))));
    let subject = Subject { ink, row: ticket, text: &subject_of(model, ticket), width: subject };
    spans.extend(reason.subject(canvas, &subject, customer > 0));
    if customer > 0 {
        let name = shown(&ticket.customer_name, customer - 2);
        spans.extend(reason.say(canvas, Ink::Dim, Field::Customer, format!("  {name}")));
    }
    spans.push(canvas.say(due_ink, format!("  {}", pad(&due, 9))));
    spans.push(canvas.say(Ink::Plain, pad(&format!(" {}", ticket.status), status)));
    spans.retain(|span| !span.content.is_empty());
    canvas.row(area, 0, spans);
}

/// A subject as it is to be shown.
struct Subject<'a> {
    ink: Ink,
    row: &'a TicketRow,
    text: &'a str,
    width: usize,
}

/// Why a ticket is in a filtered list.
struct Reason<'a> {
    needle: &'a Needle,
    ways: Vec<Option<Way>>,
}

impl Reason<'_> {
    /// A field as it is shown, the letters that were looked for marked.
    fn say(&self, canvas: &Canvas<'_, '_>, ink: Ink, field: Field, shown: impl AsRef<str>) -> Vec<Span<'static>> {
        let shown = shown.as_ref();
        marked(canvas, ink, shown, &self.needle.marks(&self.ways, field, shown))
    }

    fn is_in(&self, field: Field, text: &str) -> bool {
        !self.needle.marks(&self.ways, field, text).is_empty()
    }

    /// The subject; where the ticket was found by nothing that the row shows, what it was found by stands before it.
    fn subject(&self, canvas: &Canvas<'_, '_>, row: &Subject<'_>, named: bool) -> Vec<Span<'static>> {
        let Subject { ink, row, text, width } = row;
        let subject = shown(text, *width);
        let seen = self.is_in(Field::Subject, &subject) || self.is_in(Field::Id, row.id.as_str());
        let by_name = self.is_in(Field::Customer, &row.customer_name);
        if seen || (by_name && named) {
            return self.say(canvas, *ink, Field::Subject, subject);
        }
        let (field, why) = match row.tags.iter().find(|tag| self.is_in(Field::Tags, tag)) {
            _ if by_name => (Field::Customer, shown(&row.customer_name, width / 2).trim_end().to_owned()),
            Some(tag) => (Field::Tags, format!("#{}", shown(tag, width / 2).trim_end())),
            None => return self.say(canvas, Ink::Plain, Field::Subject, subject),
        };
        let rest = shown(text, width.saturating_sub(columns(&why) + 1));
        let mut spans = self.say(canvas, Ink::Dim, field, why);
        spans.extend(self.say(canvas, *ink, Field::Subject, format!(" {rest}")));
        spans
    }
}

/// What was said where a ticket was found, the first of the words in sight.
fn said_row(canvas: &Canvas<'_, '_>, width: usize, said: &Said) -> Vec<Span<'static>> {
    let place = said.message.map_or_else(|| "subject: ".to_owned(), |at| format!("[{}] ", at + 1));
    let mut spans = vec![canvas.say(Ink::Dim, format!("    {place}"))];
    let room = width.saturating_sub(4 + place.len());
    let start = said.marked.first().map_or(0, |first| in_sight(&said.snippet, first, room));
    if start > 0 {
        spans.push(canvas.say(Ink::Dim, "…"));
    }
    let marks: Vec<_> = said.marked.iter().map(|mark| mark.start - start..mark.end - start).collect();
    spans.extend(marked(canvas, Ink::Dim, &said.snippet[start..], &marks));
    spans
}

/// Where a text is begun so that a place in it is seen, with some of what stands before it.
fn in_sight(text: &str, place: &Range<usize>, room: usize) -> usize {
    if columns(&text[..place.end]) <= room {
        return 0;
    }
    let from = text.floor_char_boundary(place.start.saturating_sub(room / 3));
    text[from..place.start].find(' ').map_or(place.start, |space| from + space + 1)
}

fn marked(canvas: &Canvas<'_, '_>, ink: Ink, text: &str, marks: &[Range<usize>]) -> Vec<Span<'static>> {
    let mut spans = Vec::with_capacity(marks.len() * 2 + 1);
    let mut at = 0;
    for mark in marks {
        spans.push(canvas.say(ink, &text[at..mark.start]));
        spans.push(canvas.say(Ink::Found, &text[mark.clone()]));
        at = mark.end;
    }
    spans.push(canvas.say(ink, &text[at..]));
    spans.retain(|span| !span.content.is_empty());
    spans
}

/// The subject; a ticket of the sample says so where others stand beside it.
fn subject_of(model: &Model, ticket: &TicketRow) -> String {
    let sample = if ticket.sample && model.queue.is_mixed() { "(sample) " } else { "" };
    format!("{sample}{}", ticket.subject)
}

/// A mark for a ticket that somebody else has open or writes on; the ticket itself says who.
fn elsewhere(model: &Model, ticket: &TicketRow) -> Option<char> {
    let doing = model.others_at(&ticket.id).map(|presence| presence.doing).max_by_key(|doing| *doing == Doing::Writing);
    doing.map(|doing| match doing {
        Doing::Writing => '✎',
        Doing::Reading => '@',
    })
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

/// A span of time, short: `42m`, `3h`, `2d`, `6y`.
pub(crate) fn span(seconds: i64) -> String {
    match seconds {
        ..3600 => format!("{}m", seconds / 60),
        3600..172_800 => format!("{}h", seconds / 3600),
        172_800..63_072_000 => format!("{}d", seconds / 86_400),
        _ => format!("{}y", seconds / 31_536_000),
    }
}
