//! Two tickets become one: what becomes of each field, and of the threads. The card shows it and the store does it,
//! from here both.

use jiff::Timestamp;

use crate::domain::ids::{PrincipalId, TicketId};
use crate::domain::ticket::{Author, Message, Priority, Status, TicketRow, Visibility};

/// Who a message is by that the desk itself writes.
pub const DESK: &str = "desk";

/// Why two tickets cannot become one.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotMerged {
    /// They are one.
    #[error("{0} cannot be merged into itself")]
    Same(TicketId),
    /// One of them was merged before and is closed.
    #[error("{ticket} was merged into {into} and is closed: work goes on there")]
    Gone {
        /// Which.
        ticket: TicketId,
        /// Where it went.
        into: TicketId,
    },
}

/// The fields of the ticket that stays, once the other one is merged into it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Merged {
    /// As before; a ticket whose work had ended is open again when the other one still waits.
    pub status: Status,
    /// The more urgent of the two, if the other one still waits.
    pub priority: Priority,
    /// As before; where nobody was, whoever had the other one.
    pub assignee: Option<PrincipalId>,
    /// Those of both, sorted.
    pub tags: Vec<String>,
    /// The earlier of the two.
    pub due_at: Option<Timestamp>,
    /// Messages of both, and the desk's own note.
    pub messages: u64,
}

impl Merged {
    /// What `stays` becomes when `from` is merged into it.
    ///
    /// # Errors
    /// When they cannot be merged.
    pub fn of(stays: &TicketRow, from: &TicketRow) -> Result<Self, NotMerged> {
        if stays.id == from.id {
            return Err(NotMerged::Same(stays.id.clone()));
        }
        for row in [stays, from] {
            if let Some(into) = row.lives_on_in() {
                return Err(NotMerged::Gone { ticket: row.id.clone(), into: into.clone() });
            }
        }
        let waits = !from.status.is_done();
        let status = if waits && stays.status.is_done() { Status::Open } else { stays.status };
        let mut tags: Vec<String> = stays.tags.iter().chain(&from.tags).cloned().collect();
        tags.sort();
        tags.dedup();
        Ok(Self {
            status,
            priority: if waits { stays.priority.min(from.priority) } else { stays.priority },
            assignee: stays.assignee.clone().or_else(|| from.assignee.clone()),
            tags,
            due_at: [stays.due_at, from.due_at].into_iter().flatten().min().filter(|_| !status.is_done()),
            messages: stays.messages + from.messages + 1,
        })
    }
}

/// Both threads as one, in the order of time; each keeps its own order, and of two at once the first comes first.
#[must_use]
pub fn in_order(stays: Vec<Message>, from: Vec<Message>) -> Vec<Message> {
    let mut all = Vec::with_capacity(stays.len() + from.len());
    let (mut own, mut other) = (stays.into_iter().peekable(), from.into_iter().peekable());
    while let (Some(a), Some(b)) = (own.peek(), other.peek()) {
        let next = if b.at < a.at { other.next() } else { own.next() };
        all.extend(next);
    }
    all.extend(own.chain(other));
    all
}

/// What the desk notes in the ticket that stays. Ids and numbers only: a subject is a stranger's words.
#[must_use]
pub fn note_here(from: &TicketRow, by: &str, at: Timestamp) -> Message {
    let (id, number) = (&from.id, counted(from.messages));
    note(at, format!("{id} was merged into this ticket by {by}: {number} in the order of time. {id} is closed."))
}

/// What the desk notes in the ticket that was merged.
#[must_use]
pub fn note_there(stays: &TicketId, by: &str, at: Timestamp) -> Message {
    note(at, format!("Merged into {stays} by {by}, and closed. The conversation goes on there."))
}

/// A message of the desk itself, for the desk.
#[must_use]
pub fn note(at: Timestamp, body: String) -> Message {
    let (author, visibility) = (Author::System, Visibility::Internal);
    Message { at, author, name: DESK.to_owned(), visibility, body, attachments: Vec::new() }
}

/// So many messages, in words.
#[must_use]
pub fn counted(messages: u64) -> String {
    if messages == 1 { "1 message".to_owned() } else { format!("{messages} messages") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn row(id: &str, more: &Value) -> TicketRow {
        let mut row = json!({
            "id": id, "subject": "s", "status": "open", "priority": "normal", "tags": ["billing"], "assignee": null,
            "customer_id": "C-1", "customer_name": "x", "created_at": "2026-01-01T00:00:00Z",
            "updated_at": "2026-01-01T00:00:00Z", "due_at": "2026-01-02T00:00:00Z", "messages": 2, "version": 1,
            "sample": false,
        });
        for (key, value) in more.as_object().unwrap() {
            row[key] = value.clone();
        }
        serde_json::from_value(row).unwrap()
    }

    fn messages(times: &[(&str, u8)]) -> Vec<Message> {
        let message = |(name, day): &(&str, u8)| Message {
            name: (*name).to_owned(),
            ..note(format!("2026-01-{day:02}T00:00:00Z").parse().unwrap(), String::new())
        };
        times.iter().map(message).collect()
    }

    #[track_caller]
    fn check(stays: &Value, from: &Value, expect: &Value) {
        let merged = Merged::of(&row("T-1", stays), &row("T-2", from)).unwrap();
        let told = json!({
            "status": merged.status, "priority": merged.priority, "assignee": merged.assignee, "tags": merged.tags,
            "due_at": merged.due_at, "messages": merged.messages,
        });
        for (key, value) in expect.as_object().unwrap() {
            assert_eq!(&told[key], value, "{key} of {stays} and {from}");
        }
    }

    #[test]
    fn nothing_that_was_urgent_or_owed_gets_lost_and_what_was_decided_stays() {
        check(
            &json!({"assignee": "maya", "tags": ["b", "x"]}),
            &json!({"assignee": "tom", "priority": "urgent", "due_at": "2026-01-01T12:00:00Z", "tags": ["a", "b"]}),
            &json!({"assignee": "maya", "priority": "urgent", "due_at": "2026-01-01T12:00:00Z", "tags": ["a", "b", "x"],
                    "status": "open", "messages": 5}),
        );
        check(&json!({}), &json!({"assignee": "tom", "due_at": null}), &json!({"assignee": "tom"}));
        check(&json!({"due_at": null}), &json!({}), &json!({"due_at": "2026-01-02T00:00:00Z"}));
        check(&json!({"priority": "high"}), &json!({"priority": "low"}), &json!({"priority": "high"}));
    }

    #[test]
    fn a_ticket_that_had_ended_is_open_again_only_when_the_other_one_waits() {
        let ended = json!({"status": "resolved", "due_at": null});
        check(&ended, &json!({"status": "new"}), &json!({"status": "open", "due_at": "2026-01-02T00:00:00Z"}));
        let both = json!({"status": "closed", "due_at": null, "priority": "urgent"});
        check(&ended, &both, &json!({"status": "resolved", "due_at": null, "priority": "normal"}));
        check(&json!({"status": "pending"}), &both, &json!({"status": "pending", "priority": "normal"}));
    }

    #[test]
    fn a_ticket_goes_one_way_once() {
        let (a, b) = (row("T-1", &json!({})), row("T-2", &json!({"status": "closed", "merged_into": "T-9"})));
        assert_eq!(Merged::of(&a, &a), Err(NotMerged::Same(a.id.clone())));
        let gone = NotMerged::Gone { ticket: b.id.clone(), into: "T-9".parse().unwrap() };
        assert_eq!(Merged::of(&a, &b), Err(gone.clone()));
        assert_eq!(Merged::of(&b, &a), Err(gone));
        let opened_again = row("T-2", &json!({"merged_into": "T-9"}));
        assert!(Merged::of(&a, &opened_again).is_ok(), "a person opened it again");
    }

    #[test]
    fn threads_are_one_in_the_order_of_time_and_each_keeps_its_own() {
        let own = messages(&[("a1", 1), ("a3", 3), ("a2", 2), ("a5", 5)]);
        let other = messages(&[("b1", 1), ("b4", 4), ("b6", 6)]);
        let names: Vec<_> = in_order(own, other).into_iter().map(|message| message.name).collect();
        assert_eq!(names, ["a1", "b1", "a3", "a2", "b4", "a5", "b6"]);
        assert_eq!(in_order(vec![], messages(&[("b", 1)])).len(), 1);
    }
}
