//! What comes in from files and mail, before the desk has given it a place.

use jiff::Timestamp;

use crate::domain::article::{Article, CannedReply};
use crate::domain::customer::Customer;
use crate::domain::ticket::{Message, Priority, Status};

/// A ticket as it stands in a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewTicket {
    /// Names the ticket in its source; the same one is never imported twice.
    pub external_id: String,
    /// One line.
    pub subject: String,
    /// Where it stands.
    pub status: Status,
    /// How much it hurts.
    pub priority: Priority,
    /// Labels.
    pub tags: Vec<String>,
    /// Who works on it.
    pub assignee: Option<String>,
    /// Whose it is.
    pub customer: NewCustomer,
    /// When it came in.
    pub created_at: Timestamp,
    /// When an answer is owed; the desk's own rule by priority when the file does not say.
    pub due_at: Option<Timestamp>,
    /// The thread, at least one message, oldest first.
    pub messages: Vec<Message>,
}

/// A customer as a ticket names one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NewCustomer {
    /// One that the desk or the same file already has, by id.
    Known(String),
    /// One found or made by address; by name when the address is empty.
    Contact {
        /// Name as shown.
        name: String,
        /// Mail address, may be empty.
        email: String,
    },
}

/// One good row of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Intake {
    /// A ticket.
    Ticket(Box<NewTicket>),
    /// A customer.
    Customer(Customer),
    /// An article.
    Article(Article),
    /// A canned reply.
    Canned(CannedReply),
}

/// A row that could not be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BadRow {
    /// Line of the file, from 1; for one mail in an mbox, the line it starts on.
    pub line: usize,
    /// What is wrong, in words, escaped.
    pub reason: String,
}
