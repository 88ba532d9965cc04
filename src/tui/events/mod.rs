//! All that can arrive at the screen, and all that the screen may ask for.

mod answer;
mod effect;
mod naming;

use std::time::Duration;

use crossterm::event::KeyEvent;
use jiff::Timestamp;

use crate::domain::link::Link;
use crate::domain::presence::Presence;
pub use answer::{Answer, Earlier, Failure, LogDetail, Outcome, Source, Written};
pub use effect::{Effect, ExportFormat, Exported};
pub(crate) use naming::{Named, naming};

/// Time since the program started. The screen has no clock of its own.
pub type Moment = Duration;

/// Names a request, so that its answer finds it and no other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RequestId(pub u64);

/// What a mouse did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pointing {
    /// The wheel was turned.
    Wheel {
        /// Towards the person.
        down: bool,
        /// Over which column.
        column: u16,
        /// And row.
        row: u16,
    },
    /// The first button was pressed.
    Press {
        /// On which column.
        column: u16,
        /// And row.
        row: u16,
    },
    /// Anything else.
    Other,
}

/// Everything that can arrive.
#[derive(Clone, Debug)]
pub enum Msg {
    /// A key was pressed.
    Key {
        /// Which.
        key: KeyEvent,
        /// When it was read.
        at: Moment,
    },
    /// Text was pasted; it never answers a question.
    Paste {
        /// What.
        text: String,
        /// When.
        at: Moment,
    },
    /// The mouse did something; it never answers a question.
    Mouse {
        /// What.
        did: Pointing,
        /// When.
        at: Moment,
    },
    /// The terminal window came to the front, or left it.
    Focus {
        /// Whether it came.
        gained: bool,
        /// When.
        at: Moment,
    },
    /// The terminal has another size.
    Resized {
        /// Columns.
        width: u16,
        /// Rows.
        height: u16,
    },
    /// What the model says now is on screen.
    Drawn {
        /// When the frame was written.
        at: Moment,
    },
    /// The time of [`Effect::Wake`] has come.
    Woke {
        /// When it is.
        at: Moment,
    },
    /// What the clock on the wall says.
    Clock {
        /// Now.
        now: Timestamp,
    },
    /// The answer to a request.
    Answered {
        /// The request.
        request: RequestId,
        /// What came back.
        answer: Answer,
    },
    /// A request failed, or something did that nobody asked for.
    Failed(Failure),
    /// Tickets or proposals changed at the desk.
    QueueChanged,
    /// A run of the agent made a step.
    AgentStep {
        /// The request that started the run.
        run: RequestId,
        /// What it did, in one line.
        text: String,
    },
    /// A model is writing a reply.
    Writing {
        /// The request that asked for it.
        request: RequestId,
        /// All there is so far.
        text: String,
    },
    /// A tool was called for the person at the screen.
    Called {
        /// Tool, ticket, result and latency, in one line.
        text: String,
    },
    /// Who else has which ticket open.
    Presence(Vec<Presence>),
    /// The desk can be reached, or no longer.
    Connection(Link),
}
