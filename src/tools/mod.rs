//! The tools that a backend has, and the one trait through which they are called.

pub mod catalog;

use async_trait::async_trait;
use tokio_util::sync::CancellationToken;

use crate::domain::answer::{Answer, WriteAnswer};
use crate::domain::call::{ReadCall, WriteCall};
use crate::domain::ids::{ProposalId, RunId};
use crate::domain::proposal::{Approved, Why};

/// What went wrong with a call, named for what to do about it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BackendError {
    /// The backend said no; read its words.
    #[error("{0}")]
    Refused(String),
    /// No answer in time. A write may have happened: read the ticket.
    #[error("no answer within {0} s")]
    Timeout(u64),
    /// The connection is gone. A write may have happened: read the ticket.
    #[error("the connection to the desk is gone: {0}")]
    Lost(String),
    /// The answer makes no sense. A write may have happened: read the ticket.
    #[error("the desk's answer to {tool} cannot be read: {reason}")]
    Garbage {
        /// The tool.
        tool: &'static str,
        /// Why.
        reason: String,
    },
    /// The person stopped it.
    #[error("cancelled")]
    Cancelled,
}

impl BackendError {
    /// One word for it.
    #[must_use]
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Refused(_) => "refused",
            Self::Timeout(_) => "timeout",
            Self::Lost(_) => "lost",
            Self::Garbage { .. } => "garbage",
            Self::Cancelled => "cancelled",
        }
    }

    /// Whether a write that ended so may have been carried out all the same.
    #[must_use]
    pub const fn leaves_doubt(&self) -> bool {
        match self {
            Self::Refused(_) => false,
            Self::Timeout(_) | Self::Lost(_) | Self::Garbage { .. } | Self::Cancelled => true,
        }
    }
}

/// The run or sitting that calls belong to, and the way to stop it.
#[derive(Clone, Debug)]
pub struct Run {
    /// Its name in the log.
    pub id: RunId,
    /// Stops what is under way.
    pub cancel: CancellationToken,
    /// The model that asks, and its prompt's version; nothing for a person.
    pub by: Option<String>,
    /// Whether nobody waits for the texts it asks for: they are prepared.
    pub ahead: bool,
}

impl Run {
    /// A run under this name.
    #[must_use]
    pub fn new(id: RunId) -> Self {
        Self { id, cancel: CancellationToken::new(), by: None, ahead: false }
    }

    /// The same run for texts that nobody waits for; it is stopped on its own.
    #[must_use]
    pub fn ahead(&self) -> Self {
        Self { cancel: self.cancel.child_token(), ahead: true, ..self.clone() }
    }
}

/// A backend's tools. Reads are free; a write consumes an approval.
#[async_trait]
pub trait ToolBackend: Send + Sync {
    /// What a card calls it.
    fn desk(&self) -> &'static str {
        "the embedded desk"
    }

    /// Calls a tool that changes nothing.
    async fn read(&self, run: &Run, call: &ReadCall) -> Result<Answer, BackendError>;

    /// Asks for a change: it is filed as a proposal and waits for a person.
    async fn propose(&self, run: &Run, call: &WriteCall, why: &Why) -> Result<WriteAnswer, BackendError>;

    /// Asks for a change in the place of a proposal that a person has edited: it is filed and the other one ends in one
    /// step, or neither.
    async fn succeed(
        &self,
        run: &Run,
        call: &WriteCall,
        why: &Why,
        old: &ProposalId,
    ) -> Result<WriteAnswer, BackendError>;

    /// Carries out what a person has approved, once.
    async fn write(&self, approved: Approved) -> Result<WriteAnswer, BackendError>;
}
