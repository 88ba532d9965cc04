//! What an assistant has written before anybody asked.

use jiff::Timestamp;
use serde_json::Value;

use crate::domain::ids::TicketId;
use crate::domain::ticket::Tone;

/// For what it was written: another version of the ticket, tone or prompt is another one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Occasion {
    /// The ticket.
    pub ticket: TicketId,
    /// Its version then.
    pub version: u64,
    /// The tool that answers with it.
    pub tool: &'static str,
    /// The tone, of a reply.
    pub tone: Option<Tone>,
    /// What the model was told, as `NAME@HASH`.
    pub prompt: String,
}

impl Occasion {
    /// The tone in a word; empty where there is none.
    #[must_use]
    pub fn tone_name(&self) -> &'static str {
        self.tone.map_or("", Tone::as_str)
    }
}

/// What was written.
#[derive(Clone, Debug, PartialEq)]
pub struct Prepared {
    /// For what.
    pub occasion: Occasion,
    /// The tool's answer.
    pub content: Value,
    /// When.
    pub at: Timestamp,
}
