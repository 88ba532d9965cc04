//! All that the desk knows of one customer, in one document: what a person may ask for of whoever keeps their data.
//!
//! The shape is stable: `format` and `version` name it; fields may be added within a version, and none changes its
//! meaning or goes.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::domain::audit::Record;
use crate::domain::customer::Customer;
use crate::domain::ids::TicketId;
use crate::domain::ticket::{Message, TicketRow};

/// The name of the document.
pub const FORMAT: &str = "countersign.customer";
/// The version of its shape.
pub const VERSION: u32 = 1;

/// The document.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Dossier {
    /// `countersign.customer`.
    pub format: String,
    /// 1.
    #[schemars(with = "i64")]
    pub version: u32,
    /// The name of the desk's log: by it no other desk goes.
    pub desk: String,
    /// When it was written.
    #[schemars(with = "String")]
    pub exported_at: Timestamp,
    /// The customer's record, all fields.
    pub customer: Customer,
    /// Their tickets, oldest first.
    pub tickets: Vec<TicketFile>,
    /// What they wrote in other customers' tickets, under a name that nobody else here has.
    pub messages_elsewhere: Vec<MessageElsewhere>,
    /// What was proposed about their tickets, and what people decided.
    pub proposals: Vec<ProposalFile>,
    /// Records of the log that speak of them, oldest first.
    pub records: Vec<RecordFile>,
}

/// A ticket with everything that hangs on it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct TicketFile {
    /// The ticket's fields.
    #[serde(flatten)]
    pub row: TicketRow,
    /// Its name where it came from.
    pub external_id: String,
    /// The thread, oldest first: what they wrote, what was said to them, and the desk's own notes.
    pub thread: Vec<Message>,
    /// What somebody began to answer, and an older version kept here.
    pub draft: Option<String>,
    /// Summaries and replies that a model wrote ahead.
    pub prepared: Vec<PreparedFile>,
    /// What people thought of such texts.
    pub feedback: Vec<FeedbackFile>,
}

/// A text that was written ahead.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct PreparedFile {
    /// By which tool.
    pub tool: String,
    /// In which tone; empty where it has none.
    pub tone: String,
    /// For which version of the ticket.
    pub version: i64,
    /// The text with what it rests on.
    pub content: Value,
}

/// A thumb.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct FeedbackFile {
    /// Who gave it.
    pub person: String,
    /// For a text by which tool.
    pub tool: String,
    /// Good or bad.
    pub thumb: String,
}

/// A message in somebody else's ticket.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct MessageElsewhere {
    /// The ticket.
    pub ticket_id: TicketId,
    /// When.
    #[schemars(with = "String")]
    pub at: Timestamp,
    /// The text.
    pub body: String,
}

/// A proposal and what became of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ProposalFile {
    /// Its name.
    pub id: String,
    /// The tool.
    pub tool: String,
    /// What was asked for.
    pub arguments: Value,
    /// Why, in the proposer's words.
    pub why: String,
    /// Who asked.
    pub proposer: String,
    /// When.
    #[schemars(with = "String")]
    pub filed_at: Timestamp,
    /// What became of it.
    pub state: String,
    /// Who decided.
    pub decided_by: Option<String>,
    /// In which words.
    pub reason: Option<String>,
}

/// A record of the log.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct RecordFile {
    /// The record.
    #[serde(flatten)]
    pub record: Record,
    /// What was said; nothing where it was withheld.
    pub said: Option<Value>,
    /// Whether it was withheld, since it speaks of other customers too.
    pub withheld: bool,
}
