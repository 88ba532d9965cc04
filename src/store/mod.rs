//! The desk's memory: tickets, articles, proposals, receipts and the log, behind one trait.

pub mod answers;
pub mod backlog;
mod checkpoints;
mod columns;
pub mod copying;
pub mod credentials;
pub mod erasing;
mod execution;
mod filter;
pub mod finding;
mod intake;
pub mod keeping;
pub mod load;
pub mod naming;
pub mod postgres;
mod rows;
pub mod search;
pub mod sqlite;

use std::time::Duration;

use async_trait::async_trait;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use tokio::sync::watch;

use crate::domain::actor::{Principal, Role};
use crate::domain::article::{Article, ArticleHit, CannedReply};
use crate::domain::audit::chain::{Broken, Head};
use crate::domain::audit::figures::Mark;
use crate::domain::audit::query::LogQuery;
use crate::domain::audit::{Body, Event, Record};
use crate::domain::call::{ProposalQuery, WriteCall};
use crate::domain::canonical::Digest;
use crate::domain::customer::Customer;
use crate::domain::decision::Reviewed;
use crate::domain::feedback::{Feedback, Given, Kept};
use crate::domain::ids::{ArticleId, CustomerId, PrincipalId, ProposalId, ReceiptId, RunId, TicketId};
use crate::domain::intake::Intake;
use crate::domain::lesson::{Settled, Settlement};
use crate::domain::prepared::{Occasion, Prepared};
use crate::domain::presence::Presence;
use crate::domain::proposal::{Proposal, ProposalState};
use crate::domain::receipt::{Receipt, Refusal};
use crate::domain::ticket::{Ticket, TicketPage, TicketQuery, TicketRow};
use crate::domain::usage::{Spending, Spent, Usage};
use crate::store::answers::Answers;
use crate::store::backlog::Backlog;
use crate::store::credentials::Credentials;
use crate::store::erasing::Erasing;
use crate::store::finding::Finding;
use crate::store::keeping::Keeping;
use crate::store::load::Loaded;
use crate::store::naming::Naming;

pub use checkpoints::carry as carry_checkpoints;

/// How long the record of a read may wait for company.
const COMPANY: Duration = Duration::from_millis(90);
/// Records that may wait while the disk does not take them; then reads wait too ([`load::Loaded::room`]).
const MOST_QUEUED: usize = 20_000;

/// Whether a write changes what people see.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Touches {
    /// Tickets, proposals, articles: others are told.
    Desk,
    /// Only the log or a draft.
    Nothing,
}

/// What went wrong with the store, named for what to do about it.
#[derive(Clone, Debug, thiserror::Error)]
pub enum StoreError {
    /// Wait and try again.
    #[error("the desk is locked by another program; close it or try again in a moment")]
    Busy,
    /// Wait and try again; it comes back by itself. A write that was under way may stand: look before it is done again.
    #[error("the desk's database does not answer; try again in a moment")]
    Away,
    /// Make room.
    #[error("the disk is full: nothing was saved. Free some space and try again")]
    Full,
    /// Take a newer program.
    #[error(
        "this desk was written by a newer countersign (format {found}, this one knows {known}): update countersign"
    )]
    Newer {
        /// The file's format.
        found: i64,
        /// The newest format this program knows.
        known: i64,
    },
    /// Look at the path.
    #[error("cannot open the desk {path}: {reason}")]
    Unopenable {
        /// The file.
        path: String,
        /// Why.
        reason: String,
    },
    /// Restore a backup.
    #[error("the desk is damaged: {0}. Restore a backup")]
    Damaged(String),
    /// Report it.
    #[error("the desk answered: {0}")]
    Failed(String),
}

impl StoreError {
    /// One word for it.
    #[must_use]
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Busy => "busy",
            Self::Away => "away",
            Self::Full => "full",
            Self::Newer { .. } => "newer",
            Self::Unopenable { .. } => "unopenable",
            Self::Damaged(_) => "damaged",
            Self::Failed(_) => "failed",
        }
    }
}

/// A proposal and what became of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Filed {
    /// The proposal.
    pub proposal: Proposal,
    /// What became of it.
    pub state: ProposalState,
    /// Who decided.
    pub decided_by: Option<PrincipalId>,
    /// The person's words.
    pub reason: Option<String>,
    /// What stands in its place, when it was edited or filed anew.
    pub replaced_by: Option<ProposalId>,
    /// The second ticket: the one to be merged in, or the one that was split off.
    pub other_id: Option<TicketId>,
}

/// A decision by a person, about to be recorded.
#[derive(Debug)]
pub enum Decision {
    /// Yes: a receipt for one write.
    Approve(Receipt),
    /// Any end that is not a yes.
    End {
        /// Which proposal.
        proposal: ProposalId,
        /// Which end.
        state: ProposalState,
        /// Who decided; nobody when time did.
        by: Option<PrincipalId>,
        /// In words.
        reason: Option<String>,
        /// What stands in its place now.
        successor: Option<ProposalId>,
    },
}

impl Decision {
    /// Which proposal it is about.
    #[must_use]
    pub const fn proposal(&self) -> &ProposalId {
        match self {
            Self::Approve(Receipt { proposal, .. }) | Self::End { proposal, .. } => proposal,
        }
    }
}

/// What recording a decision came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Decided {
    /// It stands.
    Recorded,
    /// Somebody was faster; this is how it ended.
    Already(ProposalState),
}

/// A write at the door, with the receipt that it needs.
#[derive(Clone, Debug)]
pub struct Execution {
    /// What is asked for.
    pub call: WriteCall,
    /// Its digest.
    pub digest: Digest,
    /// The receipt presented.
    pub receipt: ReceiptId,
    /// Who presents it.
    pub by: Principal,
    /// The least role that may have approved.
    pub needs: Role,
    /// When.
    pub now: Timestamp,
    /// The name that a message is signed with.
    pub author_name: String,
}

/// A write that was carried out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Executed {
    /// Version before.
    pub before: u64,
    /// Version after.
    pub after: u64,
    /// The second ticket that changed with it.
    pub second: Option<Second>,
}

/// A second ticket that a write changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Second {
    /// Which: the one merged in, or the new one.
    pub ticket: TicketId,
    /// Version before; nothing when it is new.
    pub before: Option<u64>,
    /// Version after.
    pub after: u64,
}

/// What an import did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Imported {
    /// Rows that are new.
    pub added: u64,
    /// Rows that the desk already had.
    pub present: u64,
}

/// How a row is brought in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// From a person's file.
    File,
    /// From the sample desk.
    Sample,
}

/// Counts by what people filter on.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Counts {
    /// All that are not resolved or closed.
    pub active: u64,
    /// Of these, urgent ones.
    pub urgent: u64,
    /// Of these, with nobody assigned.
    pub unassigned: u64,
    /// Waiting for the customer.
    pub pending: u64,
    /// All tickets.
    pub all: u64,
}

/// A wish for a ticket to work on.
#[derive(Clone, Copy, Debug)]
pub struct Lease<'a> {
    /// In order of preference, each with its version.
    pub tickets: &'a [(TicketId, u64)],
    /// Who asks.
    pub holder: &'a str,
    /// Now: what was held until then is free again.
    pub now: Timestamp,
    /// Until when it is held.
    pub until: Timestamp,
}

/// Where a sitting says that it is.
#[derive(Clone, Copy, Debug)]
pub struct Attendance<'a> {
    /// The sitting; it is in one place.
    pub sitting: &'a RunId,
    /// Who is there, at which ticket; nothing for nowhere.
    pub at: Option<&'a Presence>,
    /// How long this holds without being said again.
    pub holds: Duration,
}

/// The desk's memory. Every write is one transaction, durable when it answers, its log record among it.
#[async_trait]
pub trait Store: Finding + Loaded + Naming + Credentials + Keeping + Answers + Erasing + Backlog + Send + Sync {
    /// A ticket with its thread.
    async fn ticket(&self, id: &TicketId) -> Result<Option<Ticket>, StoreError>;
    /// A page of tickets.
    async fn tickets(&self, query: &TicketQuery) -> Result<TicketPage, StoreError>;
    /// How many tickets there are by view.
    async fn counts(&self) -> Result<Counts, StoreError>;
    /// A customer.
    async fn customer(&self, id: &CustomerId) -> Result<Option<Customer>, StoreError>;
    /// Articles for a query, best first.
    async fn find_articles(&self, query: &str, limit: u32) -> Result<Vec<ArticleHit>, StoreError>;
    /// Whole articles, in the order asked for; unknown ones are left out.
    async fn articles(&self, ids: &[ArticleId]) -> Result<Vec<Article>, StoreError>;
    /// Every article, by id.
    async fn every_article(&self) -> Result<Vec<Article>, StoreError>;
    /// Every canned reply.
    async fn canned(&self) -> Result<Vec<CannedReply>, StoreError>;
    /// Tickets for words.
    async fn find_tickets(&self, query: &str, limit: u32) -> Result<Vec<TicketRow>, StoreError>;
    /// Tickets like another one.
    async fn similar_tickets(&self, to: &TicketId, limit: u32) -> Result<Vec<TicketRow>, StoreError>;
    /// Somebody of the desk, as of now.
    async fn person(&self, id: &PrincipalId) -> Result<Option<Principal>, StoreError>;
    /// Adds or changes somebody of the desk.
    async fn save_person(&self, person: &Principal, name: &str) -> Result<(), StoreError>;
    /// Proposals, oldest first.
    async fn proposals(&self, query: &ProposalQuery) -> Result<Vec<Filed>, StoreError>;
    /// One proposal.
    async fn proposal(&self, id: &ProposalId) -> Result<Option<Filed>, StoreError>;
    /// How often the same was asked for and denied on this ticket, whatever the version.
    async fn denials(&self, call: &WriteCall) -> Result<u32, StoreError>;
    /// The desk's own name, by which no other desk goes.
    async fn desk_id(&self) -> Result<String, StoreError>;
    /// Unsent replies that an older version kept in the desk.
    async fn drafts(&self) -> Result<Vec<(TicketId, String)>, StoreError>;
    /// Forgets one of them: it is kept elsewhere now.
    async fn forget_draft(&self, ticket: &TicketId) -> Result<(), StoreError>;

    /// Puts a ticket off for a person, or not any more; a newer version of the ticket wakes it earlier.
    async fn snooze(&self, by: &PrincipalId, ticket: &TicketId, until: Option<Timestamp>) -> Result<(), StoreError>;

    /// Up to which version a person has seen these tickets; those never seen are left out.
    async fn seen(&self, by: &PrincipalId, tickets: &[TicketId]) -> Result<Vec<(TicketId, u64)>, StoreError>;
    /// Notes up to which version a person has seen a ticket; 0 stands for not at all.
    async fn see(&self, by: &PrincipalId, ticket: &TicketId, version: u64) -> Result<(), StoreError>;
    /// Says where a sitting is, in place of what it said before. It is in no log and changes no ticket.
    async fn attend(&self, attendance: Attendance<'_>) -> Result<(), StoreError>;
    /// Who is where, but for one sitting.
    async fn present(&self, but: &RunId) -> Result<Vec<Presence>, StoreError>;

    /// Queues the record of a read: durable at most 100 ms later and before any later write.
    ///
    /// # Errors
    /// When too many wait already, because the disk takes none.
    fn record(&self, event: Event) -> Result<(), StoreError>;
    /// Waits until everything queued is durable.
    async fn flush(&self) -> Result<(), StoreError>;
    /// Files a proposal.
    async fn file(&self, proposal: &Proposal, event: Event) -> Result<(), StoreError>;
    /// Records a decision, with the card as it was shown among its events.
    async fn decide(&self, decision: Decision, now: Timestamp, events: Vec<Event>) -> Result<Decided, StoreError>;
    /// Spends a receipt and carries the write out, or refuses; either is recorded.
    async fn execute(&self, execution: Execution, event: Event) -> Result<Result<Executed, Refusal>, StoreError>;
    /// Brings rows in, all or none.
    async fn import(&self, rows: Vec<Intake>, origin: Origin, event: Event) -> Result<Imported, StoreError>;

    /// What models took: by the desk since `since`, and by a ticket.
    async fn spent(&self, since: Timestamp, ticket: &TicketId) -> Result<Spent, StoreError>;
    /// Notes what a model took.
    async fn spend(&self, spending: &Spending, now: Timestamp) -> Result<(), StoreError>;
    /// What each model took in all, and for how many calls, those without an answer too.
    async fn spending(&self) -> Result<Vec<(String, u64, Usage)>, StoreError>;
    /// What was written for this occasion.
    async fn prepared(&self, occasion: &Occasion) -> Result<Option<Value>, StoreError>;
    /// Keeps what was written, in place of what was before.
    async fn prepare(&self, prepared: Prepared) -> Result<(), StoreError>;
    /// Takes the first of these tickets that nobody works on and nobody has done at its version; it is held until `until`.
    async fn lease(&self, lease: Lease<'_>) -> Result<Option<TicketId>, StoreError>;
    /// Gives a ticket back, done at this version or not.
    async fn release(&self, ticket: &TicketId, holder: &str, done: Option<(u64, &str)>) -> Result<(), StoreError>;
    /// What people decided about what the assistant had proposed, oldest first, the newest `limit` of them.
    async fn decisions(&self, limit: u32) -> Result<Vec<Reviewed>, StoreError>;
    /// Lessons that were signed or dismissed, oldest first.
    async fn settled(&self) -> Result<Vec<Settled>, StoreError>;
    /// The signed notes on style in force, oldest first.
    async fn style_notes(&self) -> Result<Vec<String>, StoreError>;
    /// Applies or dismisses a lesson, its record in the same transaction; false, and nothing changed, where the desk is
    /// not any more as the lesson found it.
    async fn settle(&self, settlement: Settlement, event: Event) -> Result<bool, StoreError>;

    /// Keeps a thumb in place of the same person's for the same text, its record in the same transaction.
    async fn rate(&self, rated: Feedback, event: Event) -> Result<(), StoreError>;
    /// A person's thumbs for texts about a ticket.
    async fn given(&self, by: &PrincipalId, ticket: &TicketId) -> Result<Vec<Given>, StoreError>;
    /// Every thumb as it stands, oldest first, with what was read and shown where that was not erased.
    async fn feedback(&self) -> Result<Vec<Kept>, StoreError>;

    /// Records before `before`, newest first.
    async fn log(&self, before: Option<u64>, limit: u32) -> Result<Vec<Record>, StoreError> {
        self.find_log(&LogQuery::default(), before, limit).await
    }
    /// Records that a filter matches, before `before`, newest first.
    async fn find_log(&self, query: &LogQuery, before: Option<u64>, limit: u32) -> Result<Vec<Record>, StoreError>;
    /// What the figures need of every record that a filter matches, oldest first.
    async fn log_marks(&self, query: &LogQuery) -> Result<Vec<Mark>, StoreError>;
    /// What was said in a record; nothing when it was erased.
    async fn log_body(&self, seq: u64) -> Result<Option<Body>, StoreError>;
    /// Walks the whole chain and its checkpoints.
    async fn verify(&self, expect: Option<Head>) -> Result<Result<Head, Broken>, StoreError>;
    /// Goes up with every change of the desk, by this program or another.
    fn changes(&self) -> watch::Receiver<u64>;
}
