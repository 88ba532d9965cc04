//! Tickets and their threads.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::domain::erasure::ERASED;
use crate::domain::ids::{CustomerId, PrincipalId, TicketId};
use crate::domain::scope::Scope;

words! {
    /// Where a ticket stands.
    Status {
        /// Nobody has answered.
        New = "new",
        /// Being worked on.
        Open = "open",
        /// Waiting for the customer.
        Pending = "pending",
        /// Waiting for somebody else.
        OnHold = "on_hold",
        /// Answered for good, may be reopened.
        Resolved = "resolved",
        /// Finished.
        Closed = "closed",
    }
}

impl Status {
    /// Whether the ticket asks for no more work.
    #[must_use]
    pub const fn is_done(self) -> bool {
        matches!(self, Self::Resolved | Self::Closed)
    }
}

words! {
    /// How much it hurts, most first.
    Priority {
        /// Drop everything.
        Urgent = "urgent",
        /// Today.
        High = "high",
        /// In turn.
        Normal = "normal",
        /// When there is time.
        Low = "low",
    }
}

words! {
    /// Who wrote a message.
    Author {
        /// The customer.
        Customer = "customer",
        /// Somebody of the desk.
        Agent = "agent",
        /// The desk itself.
        System = "system",
    }
}

words! {
    /// Who may read a message.
    Visibility {
        /// The customer reads it.
        Public = "public",
        /// Only the desk reads it.
        Internal = "internal",
    }
}

words! {
    /// How a reply sounds.
    Tone {
        /// Friendly and complete.
        Polite = "polite",
        /// As short as it can be.
        Concise = "concise",
        /// Personal.
        Warm = "warm",
        /// Reserved.
        Formal = "formal",
    }
}

/// A file that came with a message; its content is not kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Attachment {
    /// File name as sent; hostile until escaped.
    pub name: String,
    /// Media type as sent.
    pub mime: String,
    /// Size in bytes.
    #[schemars(with = "i64")]
    pub size: u64,
}

/// One message of a thread.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Message {
    /// When it was written.
    #[schemars(with = "String")]
    pub at: Timestamp,
    /// Which side wrote it.
    pub author: Author,
    /// The writer's name as shown.
    pub name: String,
    /// Who may read it.
    pub visibility: Visibility,
    /// Plain text.
    pub body: String,
    /// Files that came with it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub attachments: Vec<Attachment>,
}

/// A ticket without its thread: what a queue row needs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct TicketRow {
    /// Identifier.
    pub id: TicketId,
    /// One line, as the customer wrote it.
    pub subject: String,
    /// Where it stands.
    pub status: Status,
    /// How much it hurts.
    pub priority: Priority,
    /// Labels, sorted.
    pub tags: Vec<String>,
    /// Who works on it.
    pub assignee: Option<PrincipalId>,
    /// Whose ticket it is.
    pub customer_id: CustomerId,
    /// The customer's name, as shown.
    pub customer_name: String,
    /// When it came in.
    #[schemars(with = "String")]
    pub created_at: Timestamp,
    /// When it last changed.
    #[schemars(with = "String")]
    pub updated_at: Timestamp,
    /// When an answer is owed, if one is.
    #[schemars(with = "Option<String>")]
    pub due_at: Option<Timestamp>,
    /// How many messages its thread has.
    #[schemars(with = "i64")]
    pub messages: u64,
    /// Counts the changes; a write names the version that it was decided on.
    #[schemars(with = "i64")]
    pub version: u64,
    /// Whether it belongs to the sample desk.
    pub sample: bool,
    /// The ticket that it was merged into, if it was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub merged_into: Option<TicketId>,
}

impl TicketRow {
    /// Whether it is a husk: its customer's data was erased.
    #[must_use]
    pub fn is_erased(&self) -> bool {
        // Whoever sees no names sees that of a husk as empty.
        self.subject == ERASED && (self.customer_name == ERASED || self.customer_name.is_empty())
    }

    /// Where the work goes on, when this ticket was merged and nobody has opened it again.
    #[must_use]
    pub fn lives_on_in(&self) -> Option<&TicketId> {
        self.merged_into.as_ref().filter(|_| self.status == Status::Closed)
    }
}

/// A ticket with its thread, oldest message first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Ticket {
    /// The row.
    #[serde(flatten)]
    pub row: TicketRow,
    /// The thread.
    pub thread: Vec<Message>,
}

impl Ticket {
    /// Names of the customer and of whoever wrote on their side.
    #[must_use]
    pub fn people(&self) -> Vec<String> {
        let writers = self.thread.iter().filter(|message| message.author == Author::Customer);
        let mut names: Vec<String> = writers.map(|message| message.name.clone()).collect();
        names.push(self.row.customer_name.clone());
        names.sort();
        names.dedup();
        names
    }

    /// The first message's text: what the customer came with.
    #[must_use]
    pub fn body(&self) -> &str {
        self.thread.first().map_or("", |m| m.body.as_str())
    }
}

words! {
    /// How a list of tickets is sorted.
    Sort {
        /// Soonest due first, then by priority.
        Due = "due",
        /// Most urgent first, then soonest due.
        Priority = "priority",
        /// Last changed first.
        Updated = "updated",
        /// Newest first.
        Created = "created",
    }
}

/// Which tickets, in which order, which page.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TicketQuery {
    /// Only these states; empty for every state.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub status: Vec<Status>,
    /// Only these priorities; empty for all.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub priority: Vec<Priority>,
    /// Only tickets of this assignee; `nobody` for unassigned ones.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub assignee: Option<PrincipalId>,
    /// Only this customer's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub customer_id: Option<CustomerId>,
    /// Only with this tag.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tag: Option<String>,
    /// Only with these words in the subject, the customer or the thread.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// Only tickets whose answer is owed before this time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    pub due_before: Option<Timestamp>,
    /// Without the tickets that this person has put off.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub awake_for: Option<PrincipalId>,
    /// Only the tickets that this person has put off.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub snoozed_by: Option<PrincipalId>,
    /// Only what is there for whoever asks; not theirs to say.
    #[serde(skip)]
    pub scope: Scope,
    /// The order.
    #[serde(default = "by_priority")]
    pub sort: Sort,
    /// How many rows, 1 to 500.
    #[serde(default = "a_page")]
    #[schemars(with = "i64", range(min = 1, max = 500))]
    pub limit: u32,
    /// How many rows to leave out first.
    #[serde(default)]
    #[schemars(with = "i64", range(min = 0))]
    pub offset: u32,
    /// Only what stands behind this place, in the order asked for; it is in no count.
    #[serde(skip)]
    pub behind: Option<Box<Behind>>,
}

/// A place in a list, whatever its order: a ticket as it stood when it was seen there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Behind {
    /// The ticket.
    pub id: TicketId,
    /// How much it hurt.
    pub priority: Priority,
    /// When an answer was owed.
    pub due_at: Option<Timestamp>,
    /// When it came in.
    pub created_at: Timestamp,
    /// When it had last changed.
    pub updated_at: Timestamp,
}

impl From<&TicketRow> for Behind {
    fn from(row: &TicketRow) -> Self {
        let TicketRow { id, priority, due_at, created_at, updated_at, .. } = row.clone();
        Self { id, priority, due_at, created_at, updated_at }
    }
}

const fn by_priority() -> Sort {
    Sort::Priority
}

const fn a_page() -> u32 {
    100
}

impl Default for TicketQuery {
    fn default() -> Self {
        Self {
            status: Vec::new(),
            priority: Vec::new(),
            assignee: None,
            customer_id: None,
            tag: None,
            text: None,
            due_before: None,
            awake_for: None,
            snoozed_by: None,
            scope: Scope::default(),
            sort: by_priority(),
            limit: a_page(),
            offset: 0,
            behind: None,
        }
    }
}

impl TicketQuery {
    /// The words to look for, where there are any.
    #[must_use]
    pub fn words(&self) -> Option<&str> {
        self.text.as_deref().filter(|text| !text.trim().is_empty())
    }
}

/// One page of tickets.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct TicketPage {
    /// The rows.
    pub tickets: Vec<TicketRow>,
    /// How many tickets the query has in all.
    #[schemars(with = "i64")]
    pub total: u64,
}
