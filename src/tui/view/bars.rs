//! The title line above and the status line below.

use ratatui::layout::Rect;
use ratatui::text::Span;

use crate::domain::ids::TicketId;
use crate::tui::keymap::Command;
use crate::tui::model::Model;
use crate::tui::model::pages::{Page, Weight};
use crate::tui::model::wrap;
use crate::tui::theme::Ink;
use crate::tui::view::canvas::{Canvas, outside};
use crate::tui::view::outbox;

/// Which desk, which page, who, and whether the backend is there.
pub(crate) fn title(model: &Model, canvas: &mut Canvas<'_, '_>, area: Rect) {
    let desk = &model.desk;
    let sample = if desk.sample { " · sample" } else { "" };
    let mut left =
        vec![canvas.say(Ink::Accent, " countersign"), canvas.say(Ink::Plain, format!("  {}{sample}  ", desk.name))];
    left.extend(page_names(model, canvas));
    let (connection, ink) = if model.connected { ("● connected", Ink::Good) } else { ("○ offline", Ink::Danger) };
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
/// until the next key.
pub(crate) fn status(model: &Model, canvas: &mut Canvas<'_, '_>, area: Rect) -> Option<Span<'static>> {
    let right = waiting(model, canvas);
    let room = usize::from(area.width).saturating_sub(right.iter().map(Span::width).sum::<usize>() + 1);
    let Some(notice) = &model.notice else {
        canvas.row_split(area, 0, idle(model, canvas), right);
        return None;
    };
    let (mark, ink) = match notice.weight {
        Weight::Good => (" ✓ ", Ink::Good),
        Weight::Plain => (" ", Ink::Plain),
        Weight::Bad => (" ✗ ", Ink::Danger),
    };
    let text = format!("{mark}{}", outside(&notice.text));
    if notice.weight != Weight::Bad || wrap::columns(&text) <= room || keeps_keys(&model.page) {
        canvas.row_split(area, 0, vec![canvas.say(ink, text)], right);
        return None;
    }
    let first = wrap::text(&text, usize::from(area.width)).first().map_or(text.len(), |row| row.end);
    let (above, rest) = text.split_at(first);
    // What waits is told by the title too, and here again with the next key; what is sent or goes on is told nowhere else.
    let goes_on = is_sending(model) || model.underway.told().is_some();
    let right = if goes_on { right } else { vec![] };
    canvas.row_split(area, 0, vec![canvas.say(ink, format!("   {}", rest.trim_start()))], right);
    Some(canvas.say(ink, above))
}

/// Whether the line of keys says what signs here.
fn keeps_keys(page: &Page) -> bool {
    match page {
        Page::Card(_) | Page::Bulk(_) => true,
        Page::Work | Page::Pending(_) | Page::Outbox(_) | Page::Log(_) | Page::Replay(_) | Page::Help(_) => false,
    }
}

fn waiting(model: &Model, canvas: &Canvas<'_, '_>) -> Vec<Span<'static>> {
    let waiting = match model.waiting() {
        0 => canvas.say(Ink::Dim, "nothing waits for you "),
        1 => canvas.say(Ink::Warn, "● 1 waits for you "),
        many => canvas.say(Ink::Warn, format!("● {many} wait for you ")),
    };
    // Beside a notice: what is about to be sent is never out of sight, nor is what goes on.
    let outbox = outbox::told(model, canvas, true).filter(|_| model.notice.is_some());
    let underway = underway(model, true).filter(|_| model.notice.is_some() || is_sending(model));
    let underway = underway.map(|words| canvas.say(Ink::Accent, words));
    underway.into_iter().chain(outbox).chain([waiting]).collect()
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
