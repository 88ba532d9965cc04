//! A list over the page: what it is of, its rows, and all of the selected one.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use ratatui::text::Span;

use crate::domain::customer::Customer;
use crate::domain::text;
use crate::domain::ticket::TicketRow;
use crate::tui::events::Earlier;
use crate::tui::keymap::{Command, Context};
use crate::tui::model::layout::{self, ListParts, height, width};
use crate::tui::model::list::{Entry, List, Listed};
use crate::tui::model::{Model, wrap};
use crate::tui::theme::Ink;
use crate::tui::view::canvas::Canvas;
use crate::tui::view::outgoing;
use crate::tui::view::queue::{due, shown, span};

/// A row of words in their inks, escaped and no longer than it may be.
pub(crate) type Row = Vec<(Ink, String)>;

pub(crate) fn draw(model: &Model, canvas: &mut Canvas<'_, '_>, list: &List) {
    let parts = parts(list, model.size);
    let title = canvas.say(Ink::Strong, format!(" {} ", title(list)));
    let key = |command| model.keys.key(Context::List, command);
    let (enter, slash, back) = (key(Command::Submit), key(Command::Filter), key(Command::Back));
    let foot = match list.of {
        Listed::Customer { .. } | Listed::Similar(_) => format!(" {enter} opens, {slash} finds, {back} back "),
        Listed::Links(_) => format!(" {enter} copies, {slash} finds, {back} back "),
        Listed::Merge { .. } => {
            let turn = key(Command::NextField);
            format!(" {enter} opens the card, {turn} turns it round, {slash} finds, {back} back ")
        }
    };
    canvas.boxed(parts.frame, Ink::Accent, title, canvas.say(Ink::Dim, foot));
    put_rows(canvas, parts.head, &head(list, width(parts.head)), 0);
    find(canvas, list, &parts);
    rows(model, canvas, list, &parts);
    canvas.rule(parts.rule, 0);
    let detail = detail((model.now, &model.zone), list, width(parts.text));
    put_rows(canvas, parts.text, &detail, list.read_from);
}

/// Where its parts are.
pub(crate) fn parts(list: &List, size: (u16, u16)) -> ListParts {
    let wide = width(layout::list(size, 0).head);
    layout::list(size, u16::try_from(head(list, wide).len()).unwrap_or(u16::MAX))
}

fn title(list: &List) -> String {
    match &list.of {
        Listed::Customer { name, .. } => name.clone(),
        Listed::Similar(ticket) => format!("Tickets like {ticket}"),
        Listed::Links(ticket) => format!("Links and attachments of {ticket}"),
        Listed::Merge { open, .. } => format!("Merge {} with …", open.id),
    }
}

fn put_rows(canvas: &mut Canvas<'_, '_>, area: ratatui::layout::Rect, rows: &[Row], from: usize) {
    for (at, row) in (0..area.height).zip(rows.iter().skip(from)) {
        canvas.row(area, at, row.iter().map(|(ink, words)| canvas.say(*ink, words)).collect());
    }
    let below = rows.len().saturating_sub(from + height(area));
    if below > 0 && area.height > 0 {
        canvas.row_split(area, area.height - 1, vec![], vec![canvas.say(Ink::Dim, format!("↓ {below} more "))]);
    }
}

/// What stands above the rows.
fn head(list: &List, width: usize) -> Vec<Row> {
    match &list.of {
        Listed::Customer { customer: Some(customer), .. } => about(customer, width),
        Listed::Customer { customer: None, .. } | Listed::Similar(_) | Listed::Links(_) | Listed::Merge { .. } => {
            vec![]
        }
    }
}

fn about(customer: &Customer, width: usize) -> Vec<Row> {
    let plan = if customer.plan.is_empty() { String::new() } else { format!("{} plan", customer.plan) };
    let since = customer.since.map(|day| format!("since {}", day.strftime("%d %b %Y"))).unwrap_or_default();
    let facts = [plan, customer.email.clone(), customer.locale.clone(), since];
    let facts: Vec<_> = facts.iter().filter(|fact| !fact.is_empty()).map(|fact| text::line(fact)).collect();
    let mut rows = wrapped(&[(Ink::Plain, facts.join(" · "))], width);
    if !customer.notes.trim().is_empty() {
        rows.extend(wrapped(&[(Ink::Warn, "Note ".into()), (Ink::Plain, customer.notes.trim().into())], width));
    }
    rows.push(vec![]);
    rows
}

fn find(canvas: &mut Canvas<'_, '_>, list: &List, parts: &ListParts) {
    let all = list.rows.value.as_ref().map_or(0, Vec::len);
    let typed = list.filter.shown_line();
    let left = if list.typing || !typed.is_empty() {
        vec![canvas.say(Ink::Accent, "/ "), canvas.say(Ink::Strong, &typed)]
    } else {
        vec![canvas.say(Ink::Dim, extent(list))]
    };
    let right = if typed.is_empty() || matches!(list.of, Listed::Merge { .. }) {
        String::new()
    } else {
        format!("{} of {all}", list.found().len())
    };
    canvas.row_split(parts.find, 0, left, vec![canvas.say(Ink::Dim, right)]);
    if list.typing {
        canvas.cursor(parts.find, 2 + list.filter.cursor_in_sight().1, 0);
    }
}

/// How much there is.
fn extent(list: &List) -> String {
    let Some(rows) = &list.rows.value else { return String::new() };
    let tickets = |n: usize, what: &str| if n == 1 { format!("1 {what}ticket") } else { format!("{n} {what}tickets") };
    match &list.of {
        Listed::Customer { .. } if list.left_out > 0 => {
            format!("the {} changed last, {} more are not listed", tickets(rows.len(), "other "), list.left_out)
        }
        Listed::Customer { .. } => tickets(rows.len(), "other "),
        Listed::Similar(_) => format!("{}, the most alike first", tickets(rows.len(), "")),
        Listed::Links(_) => {
            let links = rows.iter().filter(|row| matches!(row, Entry::Link(..))).count();
            format!("links {links} · attachments {}", rows.len() - links)
        }
        Listed::Merge { .. } => format!("{}, this customer's first", tickets(rows.len(), "other ")),
    }
}

fn nothing(model: &Model, list: &List) -> String {
    match (&list.rows.trouble, &list.rows.value) {
        (Some(trouble), _) => format!("{} · {}", trouble.message, model.tell("{back}, then the key again")),
        (None, None) => "reading …".to_owned(),
        (None, Some(rows)) if !rows.is_empty() => "none has these words".to_owned(),
        (None, Some(_)) => match &list.of {
            Listed::Customer { .. } => "no other ticket of theirs".to_owned(),
            Listed::Similar(_) => "no ticket is like it".to_owned(),
            Listed::Links(_) => "no links and no attachments".to_owned(),
            Listed::Merge { .. } if list.filter.text().trim().is_empty() => {
                "no other ticket of theirs, and none like it: find one by number or words".to_owned()
            }
            Listed::Merge { .. } => "no ticket has these words".to_owned(),
        },
    }
}

fn rows(model: &Model, canvas: &mut Canvas<'_, '_>, list: &List, parts: &ListParts) {
    if list.found().len() == 0 {
        canvas.row(parts.list, 0, vec![canvas.say(Ink::Dim, nothing(model, list))]);
    }
    let found = list.found().enumerate().skip(list.top);
    for (at, (place, (number, entry))) in (0..parts.list.height).zip(found) {
        let spans = match entry {
            Some(Entry::Ticket(earlier)) => match &list.of {
                Listed::Merge { open, .. } => candidate(canvas, open, &earlier.row, width(parts.list)),
                Listed::Customer { .. } | Listed::Similar(_) | Listed::Links(_) => {
                    ticket(model, canvas, &earlier.row, width(parts.list))
                }
            },
            Some(Entry::Link(link, _)) => outgoing::link(canvas, link, width(parts.list)),
            Some(Entry::File(file, _)) => outgoing::file(canvas, file, width(parts.list)),
            None => vec![],
        };
        let mark = if place == list.selected { "▸" } else { " " };
        let begins = [canvas.say(Ink::Accent, mark), canvas.say(Ink::Dim, format!("{number:>2} "))];
        canvas.row(parts.list, at, begins.into_iter().chain(spans).collect());
        if place == list.selected {
            canvas.tint_row(parts.list, at, Ink::Selected);
        }
    }
}

/// A ticket in columns: which, about what, where it stands, how old, when an answer is owed.
fn ticket(model: &Model, canvas: &Canvas<'_, '_>, row: &TicketRow, width: usize) -> Vec<Span<'static>> {
    let (due, ink) = due(model.now, row);
    let due = if due == "–" || due.starts_with("LATE") { due } else { format!("due {due}") };
    let subject = width.saturating_sub(4 + 9 + 10 + 10 + 10);
    vec![
        canvas.say(Ink::Plain, format!("{} ", shown(row.id.as_str(), 8))),
        canvas.say(Ink::Plain, shown(&row.subject, subject)),
        canvas.say(Ink::Plain, wrap::pad(&format!(" {}", row.status), 10)),
        canvas.say(Ink::Dim, wrap::pad(&format!(" {} old", age(model.now, row.created_at)), 10)),
        canvas.say(ink, wrap::pad(&format!(" {due}"), 10)),
    ]
}

/// A ticket to merge with, in columns: another customer is named.
fn candidate(canvas: &Canvas<'_, '_>, open: &TicketRow, row: &TicketRow, width: usize) -> Vec<Span<'static>> {
    let same = row.customer_id == open.customer_id;
    let whose = if same { "same customer".to_owned() } else { format!("of {}", row.customer_name) };
    let subject = width.saturating_sub(4 + 9 + 10 + 20);
    vec![
        canvas.say(Ink::Plain, format!("{} ", shown(row.id.as_str(), 8))),
        canvas.say(Ink::Plain, shown(&row.subject, subject)),
        canvas.say(Ink::Plain, wrap::pad(&format!(" {}", row.status), 10)),
        canvas.say(if same { Ink::Dim } else { Ink::Warn }, format!(" {}", shown(&whose, 19))),
    ]
}

fn age(now: Timestamp, since: Timestamp) -> String {
    span(now.duration_since(since).as_secs().max(0))
}

/// How many rows are said about the selected one.
pub(crate) fn said(now: Timestamp, zone: &TimeZone, list: &List, width: usize) -> usize {
    detail((now, zone), list, width).len()
}

/// All of the selected row.
fn detail(here: (Timestamp, &TimeZone), list: &List, width: usize) -> Vec<Row> {
    let about = match list.selected() {
        Some(Entry::Ticket(earlier)) => about_ticket(here, earlier, width),
        Some(Entry::Link(link, from)) => outgoing::about_link(link, from, width),
        Some(Entry::File(file, from)) => outgoing::about_file(file, from, width),
        None => vec![],
    };
    becomes(list, width).into_iter().chain(about).collect()
}

/// What a merge would make of the two.
fn becomes(list: &List, width: usize) -> Vec<Row> {
    let Some((stays, from)) = list.both() else { return vec![] };
    let line = |what: &str, row: &TicketRow| {
        let words = text::short(&format!("{} {}", row.id, row.subject), width.saturating_sub(what.len()));
        vec![(Ink::Accent, what.to_owned()), (Ink::Plain, words)]
    };
    vec![line("stays      ", stays), line("is closed  ", from)]
}

fn about_ticket((now, zone): (Timestamp, &TimeZone), earlier: &Earlier, width: usize) -> Vec<Row> {
    let row = &earlier.row;
    let with = row.assignee.as_ref().map_or("nobody", |id| id.as_str());
    let came = row.created_at.to_zoned(zone.clone()).strftime("%d %b %Y").to_string();
    let tags = if row.tags.is_empty() { String::new() } else { format!(" · {}", row.tags.join(", ")) };
    let facts = format!(
        "{}, changed {} ago · with {with} · {} · came {came} · {}{tags}",
        row.status,
        age(now, row.updated_at),
        row.priority,
        if row.messages == 1 { "1 message".to_owned() } else { format!("{} messages", row.messages) }
    );
    let mut rows = wrapped(&[(Ink::Strong, row.subject.clone())], width);
    rows.extend(wrapped(&[(Ink::Dim, facts)], width));
    if let Some(answer) = &earlier.answer {
        rows.extend(wrapped(&[(Ink::Dim, "last answer: ".into()), (Ink::Plain, answer.clone())], width));
    }
    rows
}

/// Words in their inks, escaped, in rows of a width.
pub(crate) fn wrapped(parts: &[(Ink, String)], width: usize) -> Vec<Row> {
    let mut shown = String::new();
    let mut inks = Vec::new();
    for (ink, words) in parts {
        let from = shown.len();
        shown.push_str(&text::line(words));
        inks.push((*ink, from..shown.len()));
    }
    let cut = |row: std::ops::Range<usize>| {
        let overlap = |range: &std::ops::Range<usize>| range.start.max(row.start)..range.end.min(row.end);
        let inside =
            inks.iter().map(|(ink, range)| (*ink, overlap(range))).filter(|(_, range)| range.start < range.end);
        inside.map(|(ink, range)| (ink, shown[range].to_owned())).collect()
    };
    wrap::text(&shown, width).into_iter().map(cut).collect()
}
