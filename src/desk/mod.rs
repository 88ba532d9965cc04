//! The operations of a desk, the same behind every door: authorise, validate, do, record.

mod aside;
mod assistant;
mod canned;
mod confidence;
mod direct;
mod edit;
mod learn;
mod meter;
mod names;
mod privacy;
mod read;
mod records;
mod rewrite;
mod scope;
pub mod told;
mod validate;
pub mod vitals;
mod write;

use std::sync::Arc;
use std::time::Instant;

use serde_json::{Value, json};

pub use assistant::Assistant;
pub use direct::Direct;
pub use learn::{Known, NotLearned};
pub use meter::{Caps, Metered};
pub use records::Kept;

use crate::domain::actor::{Operation, Principal};
use crate::domain::audit::said::Said;
use crate::domain::audit::{self, Action, Body, Event};
use crate::domain::canonical::Digest;
use crate::domain::ids::{RunId, TicketId};
use crate::domain::policy::Policy;
use crate::domain::scope::Scope;
use crate::store::{Store, StoreError};
use crate::telemetry::metrics;

/// A result larger than this is kept in the log by its digest and its beginning.
const MOST_LOGGED: usize = 16 * 1024;

/// A desk: its memory and its rules.
pub struct Desk {
    store: Arc<dyn Store>,
    policy: Policy,
    assistant: Assistant,
    track: confidence::Track,
    habits: canned::Habits,
}

/// Who calls, and in which run.
#[derive(Clone, Debug)]
pub struct Caller {
    /// Who.
    pub principal: Principal,
    /// The name that replies are signed with.
    pub name: String,
    /// In which run or sitting.
    pub run: RunId,
    /// The model that asks, and its prompt's version, as the caller says; nothing for a person.
    pub by: Option<String>,
    /// Whether nobody waits for the texts that are asked for.
    pub ahead: bool,
    /// Which tickets there are, for this caller.
    pub scope: Scope,
}

impl Caller {
    /// Somebody in a run, for whom every ticket is there.
    #[must_use]
    pub fn new(principal: Principal, name: String, run: RunId) -> Self {
        Self { principal, name, run, by: None, ahead: false, scope: Scope::default() }
    }
}

/// Why a call has no answer.
#[derive(Debug, thiserror::Error)]
pub enum DeskError {
    /// The role may not do this.
    #[error("{who} may not {}", .operation.as_str())]
    Forbidden {
        /// Who asked.
        who: String,
        /// For what.
        operation: Operation,
    },
    /// There is no such thing.
    #[error("there is no {kind} {id}")]
    NotFound {
        /// What was looked for.
        kind: &'static str,
        /// By which name.
        id: String,
    },
    /// The values do not fit.
    #[error("{0}")]
    Invalid(String),
    /// The assistant cannot do it; why, in words.
    #[error("{0}")]
    Unable(String),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl DeskError {
    /// One word for the log.
    #[must_use]
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Forbidden { .. } => "forbidden",
            Self::NotFound { .. } => "not_found",
            Self::Invalid(_) => "invalid",
            Self::Unable(_) => "unable",
            Self::Store(_) => "store_failed",
        }
    }
}

impl Desk {
    /// A desk over a store, with the offline assistant.
    #[must_use]
    pub fn new(store: Arc<dyn Store>, policy: Policy) -> Self {
        let (track, habits) = (confidence::Track::default(), canned::Habits::default());
        Self { store, policy, assistant: Assistant::default(), track, habits }
    }

    /// The same desk with a model for summaries and replies.
    #[must_use]
    pub fn with_assistant(self, assistant: Assistant) -> Self {
        Self { assistant, ..self }
    }

    /// The desk's memory.
    #[must_use]
    pub fn store(&self) -> &Arc<dyn Store> {
        &self.store
    }

    /// The desk's rules.
    #[must_use]
    pub fn policy(&self) -> &Policy {
        &self.policy
    }

    /// That somebody may not do this, told at a door; it stands in the log as if the desk had been asked.
    pub fn refuse(&self, caller: &Caller, operation: Operation, tool: &str) -> DeskError {
        let error = forbidden(caller, operation);
        let mut record = event(caller, Action::Refused, tool, None, Value::Null);
        error.word().clone_into(&mut record.outcome);
        record.body.words = Some(error.to_string());
        self.store.record(record).err().map_or(error, DeskError::from)
    }
}

fn authorise(caller: &Caller, operation: Operation) -> Result<(), DeskError> {
    if caller.principal.role.may(operation) { Ok(()) } else { Err(forbidden(caller, operation)) }
}

fn forbidden(caller: &Caller, operation: Operation) -> DeskError {
    let Principal { id, role } = &caller.principal;
    DeskError::Forbidden { who: format!("{id} ({role})"), operation }
}

/// The record of a call, to be completed with its result.
fn event(caller: &Caller, action: Action, tool: &str, ticket: Option<&TicketId>, arguments: Value) -> Event {
    let (actor, run) = (caller.principal.id.clone(), caller.run.clone());
    Event {
        ticket: ticket.cloned(),
        body: Body { arguments, by: caller.by.clone(), ..Body::default() },
        ..Event::new(crate::clock::now(), actor, run, action, tool)
    }
}

/// Completes a record with how the call ended, as `json`, and how long it took.
fn complete<T>(event: &mut Event, since: Instant, result: &Result<T, DeskError>, json: impl FnOnce(&T) -> String) {
    event.micros = audit::micros(since.elapsed());
    match result {
        Ok(answer) => event.body.result = logged(json(answer)),
        Err(error) => {
            error.word().clone_into(&mut event.outcome);
            event.body.words = Some(error.to_string());
        }
    }
}

/// Counts a call, however it ended.
fn count(caller: &Caller, tool: &'static str, since: Instant, ended: Result<&'static str, &DeskError>) {
    let outcome = ended.unwrap_or_else(DeskError::word);
    metrics::called(tool, caller.principal.role, outcome, since.elapsed());
    if let Err(DeskError::Store(error)) = ended {
        metrics::store_failed(error.word());
    }
}

/// A result, written as JSON, as the log keeps it.
fn logged(text: String) -> Said {
    if text.len() <= MOST_LOGGED {
        return Said::Text(text);
    }
    let head: String = text.chars().take(1000).collect();
    json!({"bytes": text.len(), "sha256": Digest::of(&[text.as_bytes()]), "begins": head}).into()
}
