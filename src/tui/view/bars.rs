//! The title line above and the status line below.

use ratatui::layout::Rect;
use ratatui::text::Span;

use crate::domain::ids::TicketId;
use crate::domain::link::Link;
use crate::tui::keymap::Command;
use crate::tui::model::Model;
use crate::tui::model::pages::{Notice, Page, Weight};
use crate::tui::model::wrap::{self, fit};
use crate::tui::theme::Ink;
use crate::tui::view::canvas::Canvas;
use crate::tui::view::outbox;

/// Which desk, which page, who, and whether the backend is there.
pub(crate) fn title(model: &Model, canvas: &mut Canvas<'_, '_>, area: Rect) {
    let desk = &model.desk;
    let sample = if desk.sample { " · sample" } else { "" };
    let mut left =
        vec![canvas.say(Ink::Accent, " countersign"), canvas.say(Ink::Plain, format!("  {}{sample}  ", desk.name))];
    left.extend(page_names(model, canvas));
    let (connection, ink) = match model.link {
        Link::Up => ("● connected", Ink::Good),
        Link::Away { .. } => ("○ offline", Ink::Danger),
        Link::SignedOut { .. } => ("○ signed out", Ink::Danger),
    };
    let person = format!("  {} · {} ", desk.me.id, desk.me.role);
    let mut right = vec![canvas.say(ink, connection), canvas.say(Ink::Plain, person)];
    if area.width >= 100 {
        right.insert(0, canvas.say(Ink::Dim, format!("{}  ", desk.assistant)));
    }
    canvas.row_split(area, 0, left, right);
}

fn page_names(model: &Model, canvas: &Canvas<'_, '_>) -> Vec<Span<'static>> {
    let here = match &model.page {
        Page::Work => "Work",
        Page::Pending(_) => "Pending",
        Page::Card(_) | Page::Bulk(_) => "Approve",
        Page::Outbox(_) => "Outbox",
        Page::Log(_) => "Log",
        Page::Replay(_) => "Replay",
        Page::Help(_) => "Help",
    };
    if model.size.0 < 100 {
        return vec![canvas.say(Ink::Strong, format!("[{here}]"))];
    }
    let name = |name: &str| {
        let (ink, shown) =
            if name == here { (Ink::Strong, format!("[{name}]")) } else { (Ink::Dim, format!(" {name} ")) };
        canvas.say(ink, shown)
    };
    let mut names = vec![name("Work"), name("Pending"), name("Log")];
    if !["Work", "Pending", "Log"].contains(&here) {
        names.push(name(here));
    }
    names
}

/// What just happened, and what waits. What has failed and does not fit there begins in the line above, which is returned,
/// until the next key; what to do about it is never cut.
pub(crate) fn status(model: &Model, canvas: &mut Canvas<'_, '_>, area: Rect) -> Option<Span<'static>> {
    let (width, right) = (usize::from(area.width), beside(model, canvas, false));
    let Some(notice) = &model.notice else {
        canvas.row_split(area, 0, idle(model, canvas), right);
        return None;
    };
    let whole = parts(canvas, notice);
    let wide = columns(&whole);
    if wide + columns(&right) < width {
        canvas.row_split(area, 0, whole.into(), right);
        return None;
    }
    let right = beside(model, canvas, true);
    let room = width.saturating_sub(columns(&right) + 1);
    if notice.weight != Weight::Bad || wide <= room || keeps_keys(&model.page) {
        canvas.row_split(area, 0, shortened(whole, room), right);
        return None;
    }
    let [mark, text, way_out] = whole;
    // What waits is told by the title too, and here again with the next key; what is sent or goes on is told nowhere else.
    let goes_on = is_sending(model) || model.underway.told().is_some();
    let (right, room) = if goes_on { (right, room) } else { (vec![], width) };
    let (line, style) = (format!("{}{}", mark.content, text.content), text.style);
    let first = wrap::text(&line, width).first().map_or(line.len(), |row| row.end);
    let (above, rest) = line.split_at(first);
    let [begins, rest] = ["   ", rest.trim_start()].map(|part| Span::styled(part.to_owned(), style));
    canvas.row_split(area, 0, shortened([begins, rest, way_out], room), right);
    Some(Span::styled(above.to_owned(), style))
}

/// Whether the line of keys says what signs here.
fn keeps_keys(page: &Page) -> bool {
    match page {
        Page::Card(_) | Page::Bulk(_) => true,
        Page::Work | Page::Pending(_) | Page::Outbox(_) | Page::Log(_) | Page::Replay(_) | Page::Help(_) => false,
    }
}

fn columns(spans: &[Span<'_>]) -> usize {
    spans.iter().map(Span::width).sum()
}

/// What stands at the right: what goes on or is about to be sent, where something else is said at the left, and what
/// waits; `short` where that needs the room.
fn beside(model: &Model, canvas: &Canvas<'_, '_>, short: bool) -> Vec<Span<'static>> {
    let outbox = outbox::told(model, canvas, true).filter(|_| model.notice.is_some());
    let underway = underway(model, true).filter(|_| model.notice.is_some() || is_sending(model));
    let underway = underway.map(|words| canvas.say(Ink::Accent, words));
    underway.into_iter().chain(outbox).chain([waiting(model, canvas, short)]).collect()
}

/// How much waits; `short` where something else needs the room.
fn waiting(model: &Model, canvas: &Canvas<'_, '_>, short: bool) -> Span<'static> {
    match (model.waiting(), short) {
        (0, false) => canvas.say(Ink::Dim, "nothing waits for you "),
        (0, true) => canvas.say(Ink::Dim, ""),
        (1, false) => canvas.say(Ink::Warn, "● 1 waits for you "),
        (1, true) => canvas.say(Ink::Warn, "● 1 waits "),
        (many, false) => canvas.say(Ink::Warn, format!("● {many} wait for you ")),
        (many, true) => canvas.say(Ink::Warn, format!("● {many} wait ")),
    }
}

/// A notice: its mark, what it says, and what to do about it.
fn parts(canvas: &Canvas<'_, '_>, notice: &Notice) -> [Span<'static>; 3] {
    let (mark, ink) = match notice.weight {
        Weight::Good => (" ✓ ", Ink::Good),
        Weight::Plain => (" ", Ink::Plain),
        Weight::Bad => (" ✗ ", Ink::Danger),
    };
    let way_out = if notice.way_out.is_empty() { String::new() } else { format!(" · {}", notice.way_out) };
    [canvas.say(ink, mark), canvas.say(ink, &notice.text), canvas.say(ink, way_out)]
}

/// A notice in so many columns: what it says gives way to what to do about it.
fn shortened([mark, mut text, way_out]: [Span<'static>; 3], room: usize) -> Vec<Span<'static>> {
    let left = room.saturating_sub(mark.width() + way_out.width()).max(room / 3);
    if text.width() > left {
        text.content = fit(&text.content, left).into();
    }
    vec![mark, text, way_out]
}

fn idle(model: &Model, canvas: &Canvas<'_, '_>) -> Vec<Span<'static>> {
    if let Some(told) = outbox::told(model, canvas, false) {
        return vec![told];
    }
    if let Some(words) = underway(model, false) {
        return vec![canvas.say(Ink::Accent, words)];
    }
    if let Some(decision) = model.decisions.first() {
        let text = format!(" your decision on {} is under way", decision.call.ticket_id());
        return vec![canvas.say(Ink::Warn, text)];
    }
    match &model.run {
        Some(run) => {
            let ends = model.tell("{cancel} ends the run");
            vec![canvas.say(Ink::Accent, format!(" the agent works on {} · {ends}", run.ticket))]
        }
        None => {
            prepared(model).map(|ticket| canvas.say(Ink::Dim, format!(" preparing {ticket} …"))).into_iter().collect()
        }
    }
}

fn is_sending(model: &Model) -> bool {
    model.outbox.soonest().is_some() || model.outbox.back().next().is_some()
}

/// What takes its time, and how it is ended; `short` where something else is said there too.
fn underway(model: &Model, short: bool) -> Option<String> {
    let told = model.underway.told()?;
    let seconds = told.seconds.map(|seconds| format!(" {seconds} s")).unwrap_or_default();
    let key = model.keys.key(model.context(), Command::Back);
    let stops = if told.can_stop && !short && !key.is_empty() { format!(" · {key} stops it") } else { String::new() };
    Some(format!(" {} …{seconds}{stops} ", told.doing))
}

/// The ticket that a model writes for before it is opened.
fn prepared(model: &Model) -> Option<&TicketId> {
    model.ahead.running.as_ref().map(|(_, text)| &text.ticket)
}
