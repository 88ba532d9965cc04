//! What comes back: answers, outcomes, failures.

use serde::{Deserialize, Serialize};

use crate::domain::answer::CannedText;
use crate::domain::approval::Card;
use crate::domain::audit::figures::Figures;
use crate::domain::audit::{Body, Record};
use crate::domain::customer::Customer;
use crate::domain::draft::{Suggestion, Summary};
use crate::domain::feedback::Given;
use crate::domain::finding::Hit;
use crate::domain::ids::TicketId;
use crate::domain::proposal::ProposalState;
use crate::domain::proposal::Waiting;
use crate::domain::rewrite::Rewritten;
use crate::domain::ticket::{Ticket, TicketPage, TicketRow, Visibility};
#[cfg(doc)]
use crate::tui::events::Effect;
use crate::tui::events::RequestId;

/// What comes back for a request.
#[derive(Clone, Debug)]
pub enum Answer {
    /// To [`Effect::LoadQueue`] and [`Effect::Sift`].
    Queue(TicketPage),
    /// To [`Effect::FindSaid`].
    Said(Vec<Hit>),
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
    /// To [`Effect::Rewrite`].
    Rewritten(Box<Rewritten>),
    /// To [`Effect::LoadSource`]; nothing where the desk does not have it any more.
    Source(Option<Source>),
    /// To [`Effect::LoadHistory`].
    History {
        /// The customer, where the backend knows customers.
        customer: Option<Box<Customer>>,
        /// Their tickets, last changed first.
        tickets: TicketPage,
    },
    /// To [`Effect::FindSimilar`]: the most alike first.
    Similar(Vec<Earlier>),
    /// To [`Effect::LoadCanned`]: those offered for the ticket first.
    Canned(Vec<CannedText>),
    /// To [`Effect::LoadOthers`]: those of the same customer first.
    Others(Vec<TicketRow>),
    /// To [`Effect::LoadDraft`]: what was saved.
    Draft(Written),
    /// To [`Effect::SaveDraft`] and [`Effect::ForgetDraft`].
    Saved {
        /// The file with what another window had written meanwhile, if one had.
        aside: Option<String>,
    },
    /// To [`Effect::LoadThumbs`] and [`Effect::Rate`]: as they stand now.
    Thumbs(Vec<Given>),
    /// To [`Effect::Snooze`].
    Snoozed,
    /// To [`Effect::LoadSeen`] and [`Effect::See`]: each ticket with the version that was seen, 0 for none.
    Seen(Vec<(TicketId, u64)>),
    /// To [`Effect::EditOutside`]: the text as it is now; nothing when it stayed as it was.
    Edited(Option<String>),
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
    /// To [`Effect::LoadFigures`].
    Figures(Box<Figures>),
    /// To [`Effect::ExportLog`]: where it lies now.
    Exported(String),
    /// To [`Effect::LoadRun`]: oldest first.
    Run(Vec<Record>),
    /// To [`Effect::LoadLogDetail`].
    LogDetail(Box<LogDetail>),
}

/// What a person has written on a ticket and not sent; empty where nothing was.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Written {
    /// The reply, where it is not what the assistant suggested.
    #[serde(default)]
    pub reply: String,
    /// The internal note.
    #[serde(default)]
    pub note: String,
    /// The ticket's version that the reply was written for, where that was known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub made_for: Option<u64>,
}

impl Written {
    /// Whether there is nothing to keep.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.reply.is_empty() && self.note.is_empty()
    }

    /// Forgets what was sent, unless it is another text by now: a reply is public, a note internal.
    pub fn forget(&mut self, of: Visibility, sent: &str) {
        let text = match of {
            Visibility::Public => &mut self.reply,
            Visibility::Internal => &mut self.note,
        };
        if text.trim() == sent.trim() {
            text.clear();
        }
    }
}

/// What a draft cites: an article, or a canned reply as it is worded for the ticket.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    /// Its text.
    pub text: String,
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
    /// A message was split off: the write was carried out and read back.
    Split {
        /// The ticket's version before.
        before: u64,
        /// The ticket's version now.
        after: u64,
        /// The new ticket.
        new: TicketId,
    },
    /// Of two tickets one is as the write would have left it, and the other is not.
    Partly {
        /// What reading both back has shown.
        read_back: String,
    },
    /// The proposal was denied.
    Denied,
    /// The ticket had moved; nothing was written. The fresh card, where one could be made.
    Superseded {
        /// The same call on the ticket as it is now: another proposal.
        fresh: Option<Box<Card>>,
    },
    /// The card that was signed is not what the desk would show; nothing was written. The fresh card, where there is one.
    NotAsShown {
        /// The same proposal as the desk shows it now.
        fresh: Option<Box<Card>>,
    },
    /// The decision came too late; nothing was written.
    Expired,
    /// Another decision came first, somebody else's or the person's own from elsewhere; this one did nothing.
    Already {
        /// How it ended.
        state: ProposalState,
    },
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

/// A ticket beside the one at hand, and how it ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Earlier {
    /// The ticket.
    pub row: TicketRow,
    /// What the customer was answered last, the beginning of it.
    pub answer: Option<String>,
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

/// A record of the log with what was said.
#[derive(Clone, Debug, PartialEq)]
pub struct LogDetail {
    /// The record.
    pub record: Record,
    /// What was said; nothing when it was erased.
    pub body: Option<Body>,
}
