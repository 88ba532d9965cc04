//! The one table of what can be asked at a seat, with the right that each question takes. Both ends of a wire read it.

use std::time::Duration;

use async_trait::async_trait;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::commit::{Look, Outcome, Shown};
use crate::domain::actor::{Operation, Principal};
use crate::domain::article::Article;
use crate::domain::audit::figures::Figures;
use crate::domain::audit::query::LogQuery;
use crate::domain::audit::{Body, Record};
use crate::domain::call::WriteCall;
use crate::domain::feedback::{Feedback, Given};
use crate::domain::finding::{Haystack, Hit};
use crate::domain::ids::{ArticleId, ProposalId, TicketId};
use crate::domain::presence::{Doing, Presence};
use crate::domain::proposal::Waiting;
use crate::domain::ticket::{Ticket, TicketQuery, TicketRow};
use crate::seat::SeatError;
use crate::seat::remote::Remote;
use crate::store::Filed;

/// What a desk says of itself to whoever sits down.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct About {
    /// Its own name, by which no other desk goes.
    pub desk: String,
    /// Whether it holds the sample tickets.
    pub sample: bool,
    /// Whom it takes the person for.
    pub person: Principal,
}

/// Declares what can be asked, once: a method of [`Questions`], its row in the table of rights, how a question over a
/// wire is answered, and how it is asked there.
macro_rules! questions {
    ($($(#[$doc:meta])* $row:ident: $name:ident($($arg:ident: $type:ty),*) -> $answer:ty, $right:ident;)+) => {
        /// A question by name.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Question { $($(#[$doc])* $row),+ }

        impl Question {
            /// Every question.
            pub const ALL: &'static [Self] = &[$(Self::$row),+];

            /// Its name.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$row => stringify!($name)),+ }
            }

            /// The right that it takes.
            #[must_use]
            pub const fn needs(self) -> Operation {
                match self { $(Self::$row => Operation::$right),+ }
            }
        }

        /// What can be asked at a seat.
        #[async_trait]
        pub trait Questions: Send + Sync {
            $($(#[$doc])* async fn $name(&self $(, $arg: $type)*) -> Result<$answer, SeatError>;)+
        }

        /// Answers a question that came over a wire, its arguments as an object by name.
        ///
        /// # Errors
        /// As the seat says; and when the arguments do not fit.
        pub async fn answered(seat: &dyn Questions, question: Question, asked: Value) -> Result<Value, SeatError> {
            match question {
                $(Question::$row => {
                    #[derive(Deserialize)]
                    #[serde(deny_unknown_fields)]
                    struct Asked { $($arg: $type),* }
                    let Asked { $($arg),* } = serde_json::from_value(asked).map_err(|error| misread(&error))?;
                    let answer: $answer = seat.$name($($arg),*).await?;
                    Ok(json!(answer))
                })+
            }
        }

        #[async_trait]
        impl Questions for Remote {
            $(async fn $name(&self $(, $arg: $type)*) -> Result<$answer, SeatError> {
                self.ask(Question::$row, json!({ $(stringify!($arg): $arg),* })).await
            })+
        }
    };
}

fn misread(error: &serde_json::Error) -> SeatError {
    SeatError::Gone(format!("the question cannot be read: {error}"))
}

impl Question {
    /// The question of this name; nothing where none is called so.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|question| question.as_str() == name)
    }
}

questions! {
    /// What the desk says of itself.
    About: about() -> About, Read;
    /// How many tickets each of these finds, in order.
    Counts: counts(queries: Vec<TicketQuery>) -> Vec<u64>, Read;
    /// Every ticket of a query, in its order, as a filter looks at them; `limit` and `offset` do not count.
    Haystack: haystack(query: TicketQuery) -> Haystack, Read;
    /// Rows by id, in the order asked for; unknown ones are left out.
    Rows: rows(tickets: Vec<TicketId>) -> Vec<TicketRow>, Read;
    /// The tickets in which these words were said, best first; the last word may be only the beginning of one.
    FindSaid: find_said(words: String, limit: u32) -> Vec<Hit>, Read;
    /// Tickets with their threads, for the eyes of the person only; unknown ones are left out.
    Tickets: tickets(tickets: Vec<TicketId>) -> Vec<Ticket>, Read;
    /// A whole article, for the eyes of the person only.
    Article: article(article: ArticleId) -> Option<Article>, Read;

    /// The proposals that wait for a person, oldest first.
    Pending: pending() -> Vec<Waiting>, Read;
    /// A proposal, and what became of it.
    Proposal: proposal(proposal: ProposalId) -> Option<Filed>, Read;
    /// A proposal's card from a fresh read.
    Open: open(proposal: ProposalId) -> Look, Decide;
    /// Approves what was shown and signed elsewhere, where the desk would show the same.
    Countersign: countersign(shown: Shown) -> Outcome, Decide;
    /// Denies a proposal that was read for so long; the reason reaches whoever proposed it.
    Deny: deny(proposal: ProposalId, reason: String, read: Duration) -> Outcome, Decide;
    /// Files the person's own version of a proposal in its place, and names it; or how it ended instead.
    Edit: edit(proposal: ProposalId, call: WriteCall) -> Result<ProposalId, Outcome>, Decide;
    /// Takes a proposal back that another one takes the place of.
    Withdraw: withdraw(proposal: ProposalId) -> (), Decide;

    /// Puts tickets off for the person, or not any more.
    Snooze: snooze(tickets: Vec<TicketId>, until: Option<Timestamp>) -> (), Read;
    /// Up to which version the person has seen these tickets; those never seen are left out.
    Seen: seen(tickets: Vec<TicketId>) -> Vec<(TicketId, u64)>, Read;
    /// Notes up to which version the person has seen tickets; 0 for not at all.
    See: see(tickets: Vec<(TicketId, u64)>) -> (), Read;
    /// Says which ticket the person has open, and what they do with it; to be said again every few seconds.
    Attend: attend(at: Option<(TicketId, Doing)>) -> (), Read;
    /// Who else is where.
    Present: present() -> Vec<Presence>, Read;
    /// The person's thumbs for texts about a ticket.
    Thumbs: thumbs(ticket: TicketId) -> Vec<Given>, Read;
    /// Keeps a thumb in place of the person's earlier one for the same text.
    Rate: rate(feedback: Feedback) -> (), Read;

    /// Records that a filter matches, before `before`, newest first, those of a moment ago too.
    Log: log(query: LogQuery, before: Option<u64>, limit: u32) -> Vec<Record>, ReadAudit;
    /// What the records that a filter matches come to.
    Figures: figures(query: LogQuery) -> Figures, ReadAudit;
    /// What was said in these records; nothing where it was erased.
    Said: said(records: Vec<u64>) -> Vec<Option<Body>>, ReadAudit;
}
