//! The ticket: whose it is, and its thread as a conversation.

use ratatui::layout::Rect;
use ratatui::text::Span;

use crate::domain::ids::TicketId;
use crate::domain::ticket::{TicketRow, Visibility};
use crate::tui::keymap::{Command, Context};
use crate::tui::model::layout::{inside, thread};
use crate::tui::model::open::OpenTicket;
use crate::tui::model::thread::{RowKind, ThreadRow};
use crate::tui::model::{Model, Pane};
use crate::tui::theme::Ink;
use crate::tui::view::canvas::Canvas;
use crate::tui::view::queue::due;
use crate::tui::view::work::head;

pub(crate) fn draw(model: &Model, canvas: &mut Canvas<'_, '_>, area: Rect) {
    if area.height == 0 {
        return;
    }
    // What Enter opens is said once, in the empty pane: each cursor move writes it.
    let says_context = model.size.0 >= 100 && model.open.is_some();
    let (left, right) = if says_context { context(model, canvas) } else { (vec![], vec![]) };
    head(model, canvas, area, Pane::Ticket, left, right);
    let inner = inside(area);
    let Some(open) = model.open.as_deref() else {
        canvas.row(inner, 0, vec![canvas.say(Ink::Dim, nothing_open(model))]);
        return;
    };
    let Some(ticket) = &open.ticket.value else {
        canvas.row(inner, 0, vec![canvas.say(Ink::Dim, waiting(open))]);
        return;
    };
    canvas.row_split(inner, 0, whose(canvas, open, &ticket.row), beside(model, canvas, &open.id));
    let body = thread(area);
    for (at, row) in (0..body.height).zip(open.thread.rows.iter().skip(open.thread.top)) {
        message_row(canvas, body, at, row, open.thread.pointed);
    }
    more(canvas, area, open, body.height);
}

fn nothing_open(model: &Model) -> String {
    let selected = model.queue.selected_row();
    selected.map_or_else(|| "no ticket is open".to_owned(), |row| format!("{} {}", model.tell("{open} opens"), row.id))
}

fn waiting(open: &OpenTicket) -> String {
    match &open.ticket.trouble {
        Some(trouble) => format!("{} · {}", trouble.message, trouble.way_out),
        None => format!("loading {} …", open.id),
    }
}

/// The ticket in one line: id and subject, and at the right where it stands.
pub(crate) fn context(model: &Model, canvas: &Canvas<'_, '_>) -> (Vec<Span<'static>>, Vec<Span<'static>>) {
    let Some(open) = model.open.as_deref() else {
        return (vec![canvas.say(Ink::Dim, format!(" {} ", nothing_open(model)))], vec![]);
    };
    let Some(row) = open.ticket.value.as_ref().map(|ticket| &ticket.row) else {
        return (vec![canvas.say(Ink::Dim, format!(" {} ", waiting(open)))], vec![]);
    };
    let left =
        vec![canvas.say(Ink::Accent, format!(" {} ", row.id)), canvas.say(Ink::Strong, format!("{} ", row.subject))];
    let mut right = vec![canvas.say(Ink::Plain, format!(" {} · {} · v{} ", row.status, row.priority, row.version))];
    if let Some(into) = row.lives_on_in() {
        right.push(canvas.say(Ink::Warn, format!("merged into {into} ")));
    }
    if let Some(newer) = open.moved_to {
        right.push(canvas.say(Ink::Warn, format!("moved to v{newer}, {}", model.tell("{reload} loads "))));
    }
    (left, right)
}

fn whose(canvas: &Canvas<'_, '_>, open: &OpenTicket, row: &TicketRow) -> Vec<Span<'static>> {
    let mut facts = vec![canvas.say(Ink::Plain, &row.customer_name)];
    if let Some(customer) = &open.customer {
        let known = [customer.plan.as_str(), customer.email.as_str(), customer.locale.as_str()];
        facts.extend(
            known.iter().filter(|fact| !fact.is_empty()).map(|fact| canvas.say(Ink::Dim, format!(" · {fact}"))),
        );
    }
    facts
}

/// Who else has the ticket open, and where Esc leads when it is not the queue.
fn beside(model: &Model, canvas: &Canvas<'_, '_>, ticket: &TicketId) -> Vec<Span<'static>> {
    let me = &model.desk.me.id;
    let others = model.others_at(ticket).map(|presence| canvas.say(Ink::Warn, presence.in_words(me)));
    let mut spans = Vec::new();
    for part in others.chain(way_back(model, canvas)) {
        spans.extend((!spans.is_empty()).then(|| canvas.say(Ink::Dim, " · ")));
        spans.push(part);
    }
    spans
}

fn way_back(model: &Model, canvas: &Canvas<'_, '_>) -> Option<Span<'static>> {
    let before = model.trail.last().and_then(|place| place.ticket.as_ref());
    let key = model.keys.key(Context::Ticket, Command::Back);
    before.map(|(id, _)| canvas.say(Ink::Dim, format!("{key} back to {id}")))
}

fn message_row(canvas: &mut Canvas<'_, '_>, area: Rect, at: u16, row: &ThreadRow, pointed: Option<usize>) {
    match row.kind {
        RowKind::Head(visibility) => {
            let here = if pointed == Some(row.message) { "▸ " } else { "" };
            let left = vec![
                canvas.say(Ink::Accent, here),
                canvas.say(Ink::Dim, format!("[{}] ", row.message + 1)),
                canvas.say(Ink::Strong, &row.text),
            ];
            canvas.row_split(area, at, left, vec![visibility_word(canvas, visibility)]);
        }
        RowKind::Body => canvas.row(area, at, vec![canvas.say(Ink::Plain, format!("  {}", row.text))]),
        RowKind::Quote | RowKind::Attachment => {
            canvas.row(area, at, vec![canvas.say(Ink::Dim, format!("  {}", row.text))]);
        }
        RowKind::Blank => {}
    }
}

fn visibility_word(canvas: &Canvas<'_, '_>, visibility: Visibility) -> Span<'static> {
    match visibility {
        Visibility::Public => canvas.say(Ink::Plain, "public"),
        Visibility::Internal => canvas.say(Ink::Internal, "internal"),
    }
}

/// Says at the foot of the thread that there is more of it.
fn more(canvas: &mut Canvas<'_, '_>, area: Rect, open: &OpenTicket, height: u16) {
    let below = open.thread.rows.len().saturating_sub(open.thread.top + usize::from(height));
    if below > 1 {
        let inner = inside(area);
        canvas.row_split(inner, inner.height - 1, vec![], vec![canvas.say(Ink::Dim, format!("↓ {below} more "))]);
    }
}

/// When an answer is owed, as words for the ticket at hand.
pub(crate) fn due_words(model: &Model, row: &TicketRow) -> String {
    let (words, _) = due(model.now, row);
    match words.as_str() {
        "–" => "no answer is owed".to_owned(),
        late if late.starts_with("LATE") => late.to_owned(),
        left => format!("in {left}"),
    }
}
