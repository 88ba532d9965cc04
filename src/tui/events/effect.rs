//! What the screen may ask for.

use jiff::Timestamp;

use crate::domain::approval::{Card, Signature};
use crate::domain::audit::query::LogQuery;
use crate::domain::call::WriteCall;
use crate::domain::feedback::Feedback;
use crate::domain::ids::{CustomerId, ProposalId, TicketId};
use crate::domain::presence::Doing;
use crate::domain::proposal::Why;
use crate::domain::rewrite::Rewrite;
use crate::domain::ticket::{TicketQuery, Tone, Visibility};
#[cfg(doc)]
use crate::tui::events::Msg;
use crate::tui::events::{Moment, RequestId, Written};
use crate::tui::manner::Notify;
use crate::tui::model::Part;
use crate::tui::model::kept::Kept;

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
    /// A page of what a filter leaves of a view, nearest first. Nobody waits for an earlier one then.
    Sift {
        /// The request.
        request: RequestId,
        /// The view.
        query: TicketQuery,
        /// What was typed.
        words: String,
    },
    /// Where words were said, in any ticket, best first. Nobody waits for an earlier search then.
    FindSaid {
        /// The request.
        request: RequestId,
        /// What was typed.
        words: String,
        /// How many tickets at most.
        limit: u32,
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
    /// A draft, or a part of it, in other words.
    Rewrite {
        /// The request.
        request: RequestId,
        /// What, and how.
        asked: Box<Rewrite>,
    },
    /// A text for a ticket that is not open, by a model or not at all.
    Prepare {
        /// The request.
        request: RequestId,
        /// Of which ticket.
        ticket: TicketId,
        /// Which text.
        part: Part,
    },
    /// The person's thumbs for texts about a ticket.
    LoadThumbs {
        /// The request.
        request: RequestId,
        /// Which ticket.
        ticket: TicketId,
    },
    /// Keep a thumb of the person; answered as [`Effect::LoadThumbs`].
    Rate {
        /// The request.
        request: RequestId,
        /// What they thought of which text.
        feedback: Box<Feedback>,
    },
    /// Put tickets off for the person at the screen, or not any more.
    Snooze {
        /// The request.
        request: RequestId,
        /// Which.
        tickets: Vec<TicketId>,
        /// Until when.
        until: Option<Timestamp>,
    },
    /// A customer, and their tickets.
    LoadHistory {
        /// The request.
        request: RequestId,
        /// Whose.
        customer: CustomerId,
    },
    /// Tickets like one.
    FindSimilar {
        /// The request.
        request: RequestId,
        /// Like which.
        ticket: TicketId,
    },
    /// Up to which version the person at the screen has seen these tickets.
    LoadSeen {
        /// The request.
        request: RequestId,
        /// Which.
        tickets: Vec<TicketId>,
    },
    /// Note up to which version the person at the screen has seen tickets; 0 for not at all.
    See {
        /// The request.
        request: RequestId,
        /// Which, and the version.
        tickets: Vec<(TicketId, u64)>,
    },
    /// The canned replies, worded for a ticket.
    LoadCanned {
        /// The request.
        request: RequestId,
        /// For which ticket.
        ticket: TicketId,
    },
    /// What a draft for a ticket cites: an article or a canned reply.
    LoadSource {
        /// The request.
        request: RequestId,
        /// For which ticket.
        ticket: TicketId,
        /// Which.
        source: String,
    },
    /// Tickets to merge one with: by words, or those that come to mind.
    LoadOthers {
        /// The request.
        request: RequestId,
        /// The one at hand.
        ticket: TicketId,
        /// Its customer.
        customer: CustomerId,
        /// What was typed; nothing for the customer's others and similar ones.
        words: String,
    },
    /// What was written on a ticket and saved.
    LoadDraft {
        /// The request.
        request: RequestId,
        /// Which ticket.
        ticket: TicketId,
    },
    /// Keep what was written on a ticket; what is empty is forgotten.
    SaveDraft {
        /// The request.
        request: RequestId,
        /// Which ticket.
        ticket: TicketId,
        /// What was written.
        written: Written,
    },
    /// Give the terminal to the person's own editor and answer with the text that it leaves.
    EditOutside {
        /// The request.
        request: RequestId,
        /// What it is, as part of a file's name.
        name: String,
        /// The text.
        text: String,
    },
    /// Forget the draft of a ticket that is not open any more, if it still is this text: it was sent.
    ForgetDraft {
        /// The request.
        request: RequestId,
        /// Of which ticket.
        ticket: TicketId,
        /// The reply, or the note.
        of: Visibility,
        /// The text as it was when the person sent it.
        sent: String,
    },
    /// File a proposal of the person and answer with its card.
    Propose {
        /// The request.
        request: RequestId,
        /// What is asked for.
        call: WriteCall,
        /// Why.
        why: Why,
        /// A proposal of theirs that waits and that this one takes the place of.
        instead_of: Option<ProposalId>,
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
        /// What the person has put under it.
        signature: Signature,
    },
    /// A person said no.
    Deny {
        /// The request.
        request: RequestId,
        /// Which proposal.
        proposal: ProposalId,
        /// Why, in the person's words.
        reason: String,
        /// From the card on the screen to the key.
        read: Moment,
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
        /// Which.
        query: Box<LogQuery>,
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
    /// What the log comes to.
    LoadFigures {
        /// The request.
        request: RequestId,
        /// Over which records.
        query: Box<LogQuery>,
    },
    /// Write a part of the log into a file of its own.
    ExportLog {
        /// The request.
        request: RequestId,
        /// Which records.
        query: Box<LogQuery>,
        /// What of them.
        what: Exported,
        /// As what.
        format: ExportFormat,
    },
    /// Every record of a run, oldest first.
    LoadRun {
        /// The request.
        request: RequestId,
        /// Which run.
        run: String,
    },
    /// Say which ticket the person has open, and what they do with it.
    Attend(Option<(TicketId, Doing)>),
    /// Put a text on the clipboard.
    Copy(String),
    /// Call who looks elsewhere.
    Call(Notify, String),
    /// Remember this until the next start.
    Keep(Box<Kept>),
    /// Have the mouse reported, or not any more.
    Mouse(bool),
    /// Send [`Msg::Woke`] at this moment.
    Wake(Moment),
    /// Give the terminal back and wait for `fg`.
    Suspend,
    /// Draw every cell anew.
    Redraw,
    /// End the program.
    Quit,
}

/// What of the log is exported.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exported {
    /// The records.
    Records,
    /// What they come to.
    Figures,
}

/// How the log is exported.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExportFormat {
    /// Comma-separated values, without what was said.
    Csv,
    /// JSON; of records one a line, with what was said.
    Json,
}
