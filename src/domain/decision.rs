//! What people decided about what the assistant had proposed: the ground that confidence stands on.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::domain::ids::TicketId;

words! {
    /// What a person decided about a suggestion.
    Verdict {
        /// Approved as it was.
        Approved = "approved",
        /// Approved after a change.
        Edited = "edited",
        /// Denied.
        Denied = "denied",
    }
}

/// One decision of a person about something that the assistant had proposed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Decision {
    /// Where the ticket was: its first tag, or nothing.
    pub queue: String,
    /// What was proposed: the name of the write tool.
    pub tool: String,
    /// The assistant's own score, 0 to 1, before any calibration.
    pub score: f64,
    /// What the person made of it.
    pub verdict: Verdict,
}

impl Decision {
    /// Whether it was approved unedited, which is what the probability is about.
    #[must_use]
    pub fn as_it_was(&self) -> bool {
        self.verdict == Verdict::Approved
    }
}

/// A decision, and what it was about.
#[derive(Clone, Debug, PartialEq)]
pub struct Reviewed {
    /// The decision.
    pub decision: Decision,
    /// On which ticket.
    pub ticket: TicketId,
    /// When.
    pub at: Timestamp,
    /// The reply as it was suggested, and as it was sent; nothing where it was no reply or is not known any more.
    pub texts: Option<(String, String)>,
}

/// The queue of a ticket with these tags.
#[must_use]
pub fn queue_of(tags: &[String]) -> &str {
    tags.first().map_or("", String::as_str)
}
