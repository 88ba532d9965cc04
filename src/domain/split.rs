//! A message gets a ticket of its own: what that ticket is. The card shows it and the store does it, from here both.
//!
//! Nothing is taken out of a thread: the message stays where the customer wrote it, and a note says where it goes on.

use jiff::{SignedDuration, Timestamp};

use crate::domain::ids::{CustomerId, TicketId};
use crate::domain::mail::{self, PartKind};
use crate::domain::merge::note;
use crate::domain::text;
use crate::domain::ticket::{Author, Message, Priority, Status, Ticket, TicketRow};

/// Why a message cannot get a ticket of its own.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotSplit {
    /// There is none.
    #[error("there is no message {message} (counted from 0): the thread has {there}")]
    NoMessage {
        /// Which.
        message: u64,
        /// How many there are.
        there: usize,
    },
    /// There is nothing else in the ticket.
    #[error("it is the only message of the ticket: there is nothing to split")]
    Only,
    /// It says what the desk did, no more.
    #[error("message {0} is a note of the desk itself: only what people wrote can be split off")]
    OfTheDesk(u64),
}

/// The ticket that a message gets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SplitOff {
    /// Its subject.
    pub subject: String,
    /// Nobody has worked on it.
    pub status: Status,
    /// That of the ticket it came out of.
    pub priority: Priority,
    /// The same customer.
    pub customer_id: CustomerId,
    /// As shown.
    pub customer_name: String,
    /// When the message was written.
    pub created_at: Timestamp,
    /// By the desk's rule from the time of the message; what the desk itself wrote is owed no answer.
    pub due_at: Option<Timestamp>,
    /// The message, as it is.
    pub message: Message,
}

impl SplitOff {
    /// What message number `message` of a ticket, counted from 0, becomes.
    ///
    /// # Errors
    /// When it cannot be split off.
    pub fn of(ticket: &Ticket, message: u64, subject: &str) -> Result<Self, NotSplit> {
        let at = usize::try_from(message).ok();
        let Some(found) = at.and_then(|at| ticket.thread.get(at)) else {
            return Err(NotSplit::NoMessage { message, there: ticket.thread.len() });
        };
        if found.author == Author::System {
            return Err(NotSplit::OfTheDesk(message));
        }
        if ticket.thread.iter().filter(|message| message.author != Author::System).count() < 2 {
            return Err(NotSplit::Only);
        }
        let row = &ticket.row;
        Ok(Self {
            subject: subject.to_owned(),
            status: Status::Open,
            priority: row.priority,
            customer_id: row.customer_id.clone(),
            customer_name: row.customer_name.clone(),
            created_at: found.at,
            due_at: due_by_rule(row.priority, found.at).filter(|_| found.author == Author::Customer),
            message: found.clone(),
        })
    }
}

/// The desk's own rule for an answer: 4 hours urgent, 8 high, 24 normal, 72 low, from the last message.
#[must_use]
pub fn due_by_rule(priority: Priority, from: Timestamp) -> Option<Timestamp> {
    let hours = match priority {
        Priority::Urgent => 4,
        Priority::High => 8,
        Priority::Normal => 24,
        Priority::Low => 72,
    };
    from.checked_add(SignedDuration::from_hours(hours)).ok()
}

/// Words that make a line worth being a subject.
const LEAST_WORDS: usize = 3;
/// The longest subject that is offered, in characters.
const LONGEST: usize = 80;

/// A subject to begin with: the first line of the message that says something, else that of the ticket.
#[must_use]
pub fn subject(message: &Message, row: &TicketRow) -> String {
    let parts = mail::parts(&message.body);
    let own = parts.iter().filter(|part| part.kind == PartKind::Text).flat_map(|part| part.text.lines());
    let says_enough = |line: &&str| !line.starts_with('>') && line.split_whitespace().count() >= LEAST_WORDS;
    let telling = own.map(str::trim).find(says_enough);
    text::short(telling.unwrap_or(&row.subject), LONGEST)
}

/// What the desk notes in the new ticket.
#[must_use]
pub fn note_there(from: &TicketId, message: u64, by: &str, at: Timestamp) -> Message {
    note(at, format!("Split off from {from} by {by}: message [{}] of it, as it is.", message + 1))
}

/// What the desk notes in the ticket that the message came out of.
#[must_use]
pub fn note_here(to: &TicketId, message: u64, by: &str, at: Timestamp) -> Message {
    note(at, format!("Message [{}] goes on as a ticket of its own, {to}, split off by {by}.", message + 1))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn ticket(authors: &[&str]) -> Ticket {
        let message = |author: &&str| json!({"at": "2026-01-01T08:00:00Z", "author": author, "name": "x", "visibility": "public", "body": author});
        serde_json::from_value(json!({
            "id": "T-1", "subject": "s", "status": "pending", "priority": "high", "tags": ["a"], "assignee": "tom",
            "customer_id": "C-1", "customer_name": "Ines", "created_at": "2026-01-01T00:00:00Z",
            "updated_at": "2026-01-01T00:00:00Z", "due_at": null, "messages": authors.len(), "version": 1,
            "sample": false, "thread": authors.iter().map(message).collect::<Vec<_>>(),
        }))
        .unwrap()
    }

    #[test]
    fn the_new_ticket_is_the_customer_s_and_waits_for_anybody() {
        let split = SplitOff::of(&ticket(&["customer", "agent", "customer"]), 2, "VAT number").unwrap();
        assert_eq!(
            (split.status, split.priority, split.subject.as_str()),
            (Status::Open, Priority::High, "VAT number")
        );
        assert_eq!(split.due_at, Some("2026-01-01T16:00:00Z".parse().unwrap()));
        assert_eq!((split.customer_name.as_str(), split.message.body.as_str()), ("Ines", "customer"));
        let of_the_desk = SplitOff::of(&ticket(&["customer", "agent"]), 1, "x").unwrap();
        assert_eq!(of_the_desk.due_at, None, "no answer is owed to oneself");
    }

    #[test]
    fn the_subject_to_begin_with_is_the_first_line_that_says_something_and_always_fits() {
        let mut ticket = ticket(&["customer"]);
        let mut of = |body: &str| {
            body.clone_into(&mut ticket.thread[0].body);
            subject(&ticket.thread[0], &ticket.row)
        };
        assert_eq!(of("Hello,\n\nwhere is my invoice?\nInes"), "where is my invoice?");
        assert_eq!(of("Thanks!"), "s");
        assert_eq!(
            of("> what you wrote me once\n> and again\n> and again\n\nand now my second question"),
            "and now my second question"
        );
        assert_eq!(of(&"a b c ".repeat(400)).chars().count(), 80);
        assert!(text::is_plain(&of("turn\u{202e} it round please")));
    }

    #[test]
    fn what_is_not_there_alone_or_the_desk_s_own_stays() {
        let both = ticket(&["customer", "system", "agent"]);
        assert_eq!(SplitOff::of(&both, 3, "x"), Err(NotSplit::NoMessage { message: 3, there: 3 }));
        assert!(SplitOff::of(&both, u64::MAX, "x").unwrap_err().to_string().contains("has 3"));
        assert_eq!(SplitOff::of(&both, 1, "x"), Err(NotSplit::OfTheDesk(1)));
        assert_eq!(SplitOff::of(&ticket(&["customer", "system"]), 0, "x"), Err(NotSplit::Only));
    }
}
