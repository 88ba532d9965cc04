//! All that can arrive at the screen, and all that the screen may ask for.

use std::time::Duration;

use crossterm::event::KeyEvent;
use jiff::Timestamp;

use crate::domain::answer::CannedText;
use crate::domain::approval::Card;
use crate::domain::audit::{Body, Record};
use crate::domain::call::WriteCall;
use crate::domain::canonical::Digest;
use crate::domain::customer::Customer;
use crate::domain::draft::{Suggestion, Summary};
use crate::domain::ids::{ProposalId, TicketId};
use crate::domain::policy::Requirement;
use crate::domain::proposal::{Proposal, Why};
use crate::domain::ticket::{Ticket, TicketPage, TicketQuery, Tone};

/// Time since the program started. The screen has no clock of its own.
pub type Moment = Duration;

/// Names a request, so that its answer finds it and no other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RequestId(pub u64);

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
    /// The backend can be reached, or no longer.
    Connection {
        /// Whether it can.
        up: bool,
    },
}

/// What comes back for a request.
#[derive(Clone, Debug)]
pub enum Answer {
    /// To [`Effect::LoadQueue`].
    Queue(TicketPage),
    /// To [`Effect::CountViews`]: one total for each query, in order.
    Counts(Vec<u64>),
    /// To [`Effect::LoadTicket`].
    Ticket {
        /// The ticket with its thread.
        ticket: Box<Ticket>,
        /// Its customer, where the backend knows customers.
        customer: Option<Box<Customer>>,
    },
    /// To [`Effect::Summarize`].
    Summary(Box<Summary>),
    /// To [`Effect::Suggest`].
    Suggestion(Box<Suggestion>),
    /// To [`Effect::LoadCanned`]: those offered for the ticket first.
    Canned(Vec<CannedText>),
    /// To [`Effect::LoadDraft`]: what was saved, if anything was.
    Draft(Option<String>),
    /// To [`Effect::SaveDraft`].
    Saved,
    /// To [`Effect::LoadPending`].
    Pending(Vec<Waiting>),
    /// To [`Effect::Propose`], [`Effect::OpenCard`] and [`Effect::EditProposal`]: the card from a fresh read.
    Card(Box<Card>),
    /// To [`Effect::OpenCard`]: the proposal does not wait any more; the words say what became of it.
    CardGone(String),
    /// To [`Effect::Approve`] and [`Effect::Deny`].
    Decided(Outcome),
    /// To [`Effect::Handle`]: the run is over, in one line.
    Handled(String),
    /// To [`Effect::LoadLog`]: newest first.
    Log(Vec<Record>),
    /// To [`Effect::LoadLogDetail`].
    LogDetail(Box<LogDetail>),
}

/// What became of a decision. Each end is a different thing and reads differently.
#[derive(Clone, Debug)]
pub enum Outcome {
    /// The write was carried out and read back.
    Executed {
        /// The ticket's version before.
        before: u64,
        /// The ticket's version now.
        after: u64,
    },
    /// The proposal was denied.
    Denied,
    /// The ticket had moved; nothing was written. The fresh card, where one could be made.
    Superseded {
        /// The same call on the ticket as it is now: another proposal.
        fresh: Option<Box<Card>>,
    },
    /// The decision came too late; nothing was written.
    Expired,
    /// The desk or the policy said no; nothing was written.
    Refused {
        /// Why.
        why: String,
    },
    /// The write failed; nothing changed.
    Failed {
        /// What happened.
        message: String,
    },
    /// The answer to the write was lost; it is not sent again.
    Unknown {
        /// What reading the ticket back has shown.
        read_back: String,
    },
}

/// A message with a way out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// The request that failed, if one did.
    pub request: Option<RequestId>,
    /// What was tried: `load the queue`.
    pub what: String,
    /// What went wrong.
    pub message: String,
    /// What the person can do.
    pub way_out: String,
}

/// A proposal that waits for a person, as the tray lists it.
#[derive(Clone, Debug, PartialEq)]
pub struct Waiting {
    /// The proposal.
    pub proposal: Proposal,
    /// What approving it takes.
    pub requirement: Requirement,
    /// The ticket's subject.
    pub subject: String,
}

/// A record of the log with what was said.
#[derive(Clone, Debug, PartialEq)]
pub struct LogDetail {
    /// The record.
    pub record: Record,
    /// What was said; nothing when it was erased.
    pub body: Option<Body>,
}

/// Everything that the screen may ask for.
#[derive(Clone, Debug, PartialEq)]
pub enum Effect {
    /// A page of the queue.
    LoadQueue {
        /// The request.
        request: RequestId,
        /// Which tickets.
        query: TicketQuery,
    },
    /// How many tickets each of these queries has.
    CountViews {
        /// The request.
        request: RequestId,
        /// The queries.
        queries: Vec<TicketQuery>,
    },
    /// A ticket and its customer.
    LoadTicket {
        /// The request.
        request: RequestId,
        /// Which.
        ticket: TicketId,
    },
    /// A summary.
    Summarize {
        /// The request.
        request: RequestId,
        /// Of which ticket.
        ticket: TicketId,
        /// At once, without a model.
        quick: bool,
    },
    /// A reply.
    Suggest {
        /// The request.
        request: RequestId,
        /// To which ticket.
        ticket: TicketId,
        /// How it sounds.
        tone: Tone,
        /// At once, without a model.
        quick: bool,
    },
    /// The canned replies, worded for a ticket.
    LoadCanned {
        /// The request.
        request: RequestId,
        /// For which ticket.
        ticket: TicketId,
    },
    /// The draft that was saved for a ticket.
    LoadDraft {
        /// The request.
        request: RequestId,
        /// Which ticket.
        ticket: TicketId,
    },
    /// Keep a draft; nothing in place of a text forgets it.
    SaveDraft {
        /// The request.
        request: RequestId,
        /// Of which ticket.
        ticket: TicketId,
        /// The text.
        text: Option<String>,
    },
    /// File a proposal of the person and answer with its card.
    Propose {
        /// The request.
        request: RequestId,
        /// What is asked for.
        call: WriteCall,
        /// Why.
        why: Why,
    },
    /// The proposals that wait.
    LoadPending {
        /// The request.
        request: RequestId,
    },
    /// The card of a proposal, from a fresh read.
    OpenCard {
        /// The request.
        request: RequestId,
        /// Which proposal.
        proposal: ProposalId,
    },
    /// A person has read this card and pressed the keys.
    Approve {
        /// The request.
        request: RequestId,
        /// The card as it was shown.
        card: Box<Card>,
        /// SHA-256 of the text that was on screen.
        shown: Digest,
    },
    /// A person said no.
    Deny {
        /// The request.
        request: RequestId,
        /// Which proposal.
        proposal: ProposalId,
        /// Why, in the person's words.
        reason: String,
    },
    /// Replace a proposal by an edited one and answer with its card.
    EditProposal {
        /// The request.
        request: RequestId,
        /// Which proposal.
        proposal: ProposalId,
        /// The call in its place; the same tool.
        call: WriteCall,
    },
    /// Let the agent handle a ticket; the request names the run.
    Handle {
        /// The request.
        request: RequestId,
        /// Which ticket.
        ticket: TicketId,
    },
    /// End a run, or a model's answer.
    CancelRun {
        /// The request that started it.
        run: RequestId,
    },
    /// Records of the log, newest first.
    LoadLog {
        /// The request.
        request: RequestId,
        /// Only records before this one.
        before: Option<u64>,
        /// How many at most.
        limit: u32,
    },
    /// A record with what was said.
    LoadLogDetail {
        /// The request.
        request: RequestId,
        /// Which record.
        seq: u64,
    },
    /// Put a text on the clipboard.
    Copy(String),
    /// Send [`Msg::Woke`] at this moment.
    Wake(Moment),
    /// Give the terminal back and wait for `fg`.
    Suspend,
    /// Draw every cell anew.
    Redraw,
    /// End the program.
    Quit,
}
