//! The card of a merge: both tickets in words, what becomes of each field, and every message that comes over.

use crate::domain::approval::{Fresh, Kind, Line, arrow, files, moment, push, signature, tag_changes};
use crate::domain::call::MergeTickets;
use crate::domain::merge::{self, Merged};
use crate::domain::text;
use crate::domain::ticket::{Message, Status, Ticket, TicketRow};

/// The longest part of a message's first line that is shown.
const MOST: usize = 200;

/// What the merge does.
///
/// # Errors
/// In words, when it cannot be carried out.
pub(crate) fn told(lines: &mut Vec<Line>, call: &MergeTickets, fresh: Fresh<'_>) -> Result<(), String> {
    let stays = fresh.ticket;
    let from = fresh.other.filter(|other| other.row.id == call.from);
    let from = from.ok_or_else(|| format!("{} was not read", call.from))?;
    let merged = Merged::of(&stays.row, &from.row).map_err(|no| no.to_string())?;
    push(lines, Kind::Heading, "Two tickets become one");
    one(lines, "stays", &stays.row);
    one(lines, "is merged in", &from.row);
    if call.from_version != Some(from.row.version) {
        let decided = call.from_version.map_or_else(|| "no version".to_owned(), |version| format!("version {version}"));
        push(lines, Kind::Warning, format!("{} moved: proposed at {decided}", from.row.id));
    }
    strangers(lines, &stays.row, &from.row);
    becomes(lines, &stays.row, &merged);
    ends(lines, &from.row);
    comes_over(lines, stays, from);
    push(lines, Kind::Warning, "a merge cannot be undone by a key: nothing takes the messages out again");
    Ok(())
}

fn one(lines: &mut Vec<Line>, what: &str, row: &TicketRow) {
    push(lines, Kind::Change, format!("{:<13} {}  {}", what, row.id, text::line(&row.subject)));
    let customer = format!("customer {} ({})", text::line(&row.customer_name), row.customer_id);
    let messages = merge::counted(row.messages);
    push(lines, Kind::Note, format!("{customer} · {} · {} · {messages} · v{}", row.status, row.priority, row.version));
}

/// Messages of one customer in the ticket of another must not be overlooked.
fn strangers(lines: &mut Vec<Line>, stays: &TicketRow, from: &TicketRow) {
    if stays.customer_id == from.customer_id {
        return;
    }
    let (stays_with, comes_from) = (text::line(&stays.customer_name), text::line(&from.customer_name));
    let words = format!(
        "DIFFERENT CUSTOMERS: what {comes_from} ({}) wrote will stand in the ticket of {stays_with} ({})",
        from.customer_id, stays.customer_id
    );
    push(lines, Kind::Warning, words);
}

fn becomes(lines: &mut Vec<Line>, row: &TicketRow, merged: &Merged) {
    push(lines, Kind::Heading, format!("{}, which stays", row.id));
    push(lines, Kind::Change, arrow("status", row.status.as_str(), merged.status.as_str()));
    if row.status.is_done() && !merged.status.is_done() {
        push(lines, Kind::Note, "open again: the other one still waits for an answer");
    }
    push(lines, Kind::Change, arrow("priority", row.priority.as_str(), merged.priority.as_str()));
    let nobody = "(nobody)";
    let (old, new) = (row.assignee.as_ref(), merged.assignee.as_ref());
    let (old, new) = (old.map_or(nobody, |a| a.as_str()), new.map_or(nobody, |a| a.as_str()));
    push(lines, Kind::Change, arrow("assignee", old, new));
    push(lines, Kind::Change, format!("tags      {}", tag_changes(&row.tags, &merged.tags)));
    let owed = |at: Option<jiff::Timestamp>| at.map_or_else(|| "(none)".to_owned(), moment);
    push(lines, Kind::Change, arrow("due", &owed(row.due_at), &owed(merged.due_at)));
    let messages = arrow("messages", &row.messages.to_string(), &merged.messages.to_string());
    push(lines, Kind::Change, format!("{messages}  (with an internal note of the desk that says so)"));
}

fn ends(lines: &mut Vec<Line>, row: &TicketRow) {
    push(lines, Kind::Heading, format!("{}, which is merged in", row.id));
    let effect = if row.status.is_done() { "" } else { "  (ends the work on the ticket)" };
    push(lines, Kind::Change, format!("{}{effect}", arrow("status", row.status.as_str(), Status::Closed.as_str())));
    push(lines, Kind::Note, "its messages stay in it too; an internal note says where the conversation goes on");
}

/// Every message that comes over, in its order.
fn comes_over(lines: &mut Vec<Line>, stays: &Ticket, from: &Ticket) {
    let number = merge::counted(from.thread.len() as u64);
    let words = format!("{number} of {} put into {} in the order of time", from.row.id, stays.row.id);
    push(lines, Kind::Heading, words);
    for (at, message) in (1..).zip(&from.thread) {
        push(lines, Kind::Change, format!("[{at}] {}", signature(message)));
        push(lines, Kind::Text, first_line(message));
        files(lines, message);
    }
}

/// The first line that says something, and how much is not shown.
fn first_line(message: &Message) -> String {
    let shown = text::block(message.body.trim());
    let first = shown.lines().next().unwrap_or_default();
    let head: String = first.chars().take(MOST).collect();
    let cut = first.chars().count() - head.chars().count();
    let more = shown.lines().filter(|line| !line.trim().is_empty()).count().saturating_sub(1);
    let lines = if more == 1 { "+1 line".to_owned() } else { format!("+{more} lines") };
    match (cut, more) {
        (0, 0) if head.is_empty() => "(no text)".to_owned(),
        (0, 0) => head,
        (0, _) => format!("{head} … ({lines})"),
        (cut, 0) => format!("{head}… (+{cut} characters)"),
        (cut, _) => format!("{head}… (+{cut} characters, {lines})"),
    }
}
