//! A person's place at a desk: all that a screen needs beside the tools, and nothing that would let it forge a decision.
//!
//! - Whoever sits here may do what the one table of rights ([`crate::domain::actor::Role::may`]) allows them.
//! - Nothing here writes to a ticket but [`Seat::approve`], and that only what a person has read and signed.

pub mod bounds;
mod local;
mod questions;
mod remote;
mod wire;

use async_trait::async_trait;
use tokio::sync::watch;

use crate::commit::{CommitError, Outcome};
use crate::domain::actor::Principal;
use crate::domain::approval::{Card, Signature};
use crate::domain::ids::TicketId;
use crate::domain::link::{Link, NEW_TOKEN};
use crate::store::StoreError;
use crate::tools::BackendError;

pub use local::Local;
pub use questions::{About, Question, Questions, answered};
pub use remote::{Arrival, Remote};
pub use wire::{Address, NoWay};

/// A place at a desk: the questions, and what only whoever sits there can do.
#[async_trait]
pub trait Seat: Questions {
    /// Who sits here.
    fn person(&self) -> &Principal;

    /// Goes up with every change of the desk.
    fn changes(&self) -> watch::Receiver<u64>;

    /// Whether the desk can be reached.
    fn link(&self) -> watch::Receiver<Link>;

    /// Approves the card as it was shown and signed: carried out once, and read back.
    async fn approve(&self, card: Card, signature: Signature) -> Result<Outcome, SeatError>;

    /// Unsent replies that an older version kept in the desk's file; none where the desk is elsewhere.
    async fn old_drafts(&self) -> Result<Vec<(TicketId, String)>, SeatError>;

    /// Forgets one of them: it is kept elsewhere now.
    async fn forget_old_draft(&self, ticket: &TicketId) -> Result<(), SeatError>;

    /// Gets up: nobody has a ticket open here any more, and all that was recorded is durable.
    async fn leave(&self) -> Result<(), SeatError>;
}

/// Why a question has no answer, named for what to do about it.
#[derive(Debug, thiserror::Error)]
pub enum SeatError {
    /// Ask somebody who may.
    #[error("{0}")]
    NotAllowed(String),
    /// Look again: what it was about is not there, or not as it was.
    #[error("{0}")]
    Gone(String),
    /// Try again: the desk could not do it, and nothing was decided.
    #[error("{0}")]
    Failed(String),
    /// Ask for less at a time; nothing was done.
    #[error("{0}")]
    TooMuch(String),
    /// As the store says; nothing was decided.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Wait: there is no answer from the desk.
    #[error("{}: {why}", if *asked { "the answer did not come, and what was asked may have been done" } else { "the desk cannot be reached" })]
    Away {
        /// Why.
        why: String,
        /// Whether the desk may have heard the question.
        asked: bool,
    },
    /// Get a new token.
    #[error("{0}")]
    SignedOut(String),
}

impl SeatError {
    /// What the person can do, in words.
    #[must_use]
    pub const fn way_out(&self) -> &'static str {
        match self {
            Self::NotAllowed(_) => "ask an agent or a supervisor",
            Self::Gone(_) | Self::Failed(_) | Self::TooMuch(_) | Self::Store(_) => "{reload} tries again",
            Self::Away { asked: true, .. } => "{reload} shows what became of it",
            Self::Away { asked: false, .. } => "it is tried again by itself, {reload} tries now",
            Self::SignedOut(_) => NEW_TOKEN,
        }
    }
}

impl From<BackendError> for SeatError {
    fn from(error: BackendError) -> Self {
        Self::Failed(error.to_string())
    }
}

impl From<CommitError> for SeatError {
    fn from(error: CommitError) -> Self {
        match error {
            CommitError::NoProposal(_) => Self::Gone(error.to_string()),
            CommitError::NotYours(_) => Self::NotAllowed(error.to_string()),
            CommitError::NotRead(_) => Self::Failed(error.to_string()),
            CommitError::Store(error) => Self::Store(error),
        }
    }
}
