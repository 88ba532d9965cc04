//! The card of a split: the new ticket in words, the whole message, and what happens to the old one.

use crate::domain::approval::{Kind, Line, arrow, files, moment, push, signature};
use crate::domain::call::SplitMessage;
use crate::domain::split::SplitOff;
use crate::domain::text;
use crate::domain::ticket::{Ticket, Visibility};

/// What the split does.
///
/// # Errors
/// In words, when it cannot be carried out.
pub(crate) fn told(lines: &mut Vec<Line>, call: &SplitMessage, ticket: &Ticket) -> Result<(), String> {
    let split = SplitOff::of(ticket, call.message, &call.subject).map_err(|no| no.to_string())?;
    let (row, number) = (&ticket.row, call.message + 1);
    push(lines, Kind::Heading, "A new ticket, with the next free number");
    push(lines, Kind::Change, format!("subject   {}", text::line(&split.subject)));
    push(lines, Kind::Change, format!("customer  {} ({})", text::line(&split.customer_name), split.customer_id));
    push(lines, Kind::Change, format!("status    {}", split.status));
    push(lines, Kind::Change, format!("priority  {} (that of {})", split.priority, row.id));
    push(lines, Kind::Change, "assignee  (nobody), no tags");
    let due = split.due_at.map_or_else(|| "(none: the desk wrote it)".to_owned(), moment);
    push(lines, Kind::Change, format!("due       {due}"));
    push(lines, Kind::Heading, format!("Its message: [{number}] of {}, as it is", row.id));
    push(lines, Kind::Change, format!("by        {}", signature(&split.message)));
    for line in text::block(&split.message.body).split('\n') {
        push(lines, Kind::Text, line);
    }
    files(lines, &split.message);
    if !text::is_plain(&split.message.body) {
        push(lines, Kind::Warning, "the text holds invisible or control characters, shown as <U+…>");
    }
    push(lines, Kind::Heading, format!("{}, where it came from", row.id));
    let messages = arrow("messages", &row.messages.to_string(), &(row.messages + 1).to_string());
    push(lines, Kind::Change, messages);
    push(lines, Kind::Note, format!("message [{number}] stays in it; an internal note names the new ticket"));
    let read_by = match split.message.visibility {
        Visibility::Public => "nobody is written to: the customer sees nothing of it until an answer is sent",
        Visibility::Internal => "nobody is written to: the message stays internal",
    };
    push(lines, Kind::Note, read_by);
    push(lines, Kind::Note, "cannot be undone by a key; a merge puts the two together again");
    Ok(())
}
