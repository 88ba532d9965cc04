//! What people decided about what the assistant had proposed: the ground that confidence stands on.

use jiff::Timestamp;

use crate::domain::ids::TicketId;

words! {
    /// How a person answered a proposal.
    Verdict {
        /// As it was.
        Approved = "approved",
        /// After a change.
        Edited = "edited",
        /// Not at all.
        Denied = "denied",
    }
}

/// A person's decision about something that the assistant had proposed.
#[derive(Clone, Debug, PartialEq)]
pub struct Decision {
    /// The queue: the ticket's first tag, or nothing.
    pub queue: String,
    /// The tool.
    pub tool: String,
    /// How sure the assistant was, 0 to 1, before any calibration.
    pub score: f64,
    /// What the person said.
    pub verdict: Verdict,
    /// On which ticket.
    pub ticket: TicketId,
    /// When.
    pub at: Timestamp,
    /// The reply as it was suggested, and as it was sent; nothing where it was no reply or is not known any more.
    pub texts: Option<(String, String)>,
}
