//! Models: whatever reads a conversation and answers with text and tool calls.
//!
//! [`remote`] speaks to a provider over HTTP in its own wire format. Around it go, from the inside out:
//! [`patience`] (retries, one deadline, a breaker), [`veil`] (no personal data leaves) and [`chain`] (the next provider in
//! order of preference, down to the [`offline`] planner). [`scripted`] replays a recorded run.

pub mod chain;
pub mod offline;
pub mod patience;
pub mod prompt;
pub mod remote;
pub mod scripted;
pub mod veil;

#[cfg(test)]
pub(crate) mod shared_tests;

use std::time::Duration;

use async_trait::async_trait;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::domain::ids::TicketId;
use crate::domain::ticket::Tone;
use crate::domain::usage::Usage;
use crate::llm::prompt::Prompt;

/// What a run is about.
#[derive(Clone, Debug, PartialEq)]
pub struct Task {
    /// The ticket.
    pub ticket: TicketId,
    /// How the reply sounds.
    pub tone: Tone,
    /// Confidence from which `resolved` may be proposed.
    pub resolve_confidence: f64,
    /// Names of the ticket's people, which a provider is not told.
    pub people: Vec<String>,
}

/// A call that a model asks for: its arguments are text until they are parsed, strictly.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ToolUse {
    /// Names this call in the conversation.
    pub id: String,
    /// The tool.
    pub name: String,
    /// JSON, as the model wrote it.
    pub arguments: String,
}

/// One entry of a conversation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Entry {
    /// What the program says: the task, and data that strangers wrote.
    Brief(String),
    /// The model's turn.
    Model(Reply),
    /// A tool's answer.
    Tool {
        /// Which call.
        id: String,
        /// Its structured content, or an error in words.
        content: String,
        /// Whether it is an error.
        is_error: bool,
    },
    /// What a person decided, in their words.
    Person(String),
}

/// A model's turn: text, calls, or both.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reply {
    /// The text.
    #[serde(default)]
    pub text: String,
    /// The calls, in order.
    #[serde(default)]
    pub calls: Vec<ToolUse>,
    /// Who spoke; empty in recorded runs.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub by: String,
    /// What it took.
    #[serde(default)]
    pub usage: Usage,
    /// Providers that were asked before and why they gave no answer, in words.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub passed: Vec<String>,
}

/// A tool as a model is told of it.
#[derive(Clone, Debug, PartialEq)]
pub struct ToolSpec {
    /// Its name.
    pub name: String,
    /// What it does.
    pub description: String,
    /// JSON schema of its arguments.
    pub input: Map<String, Value>,
}

/// What form an answer may take.
#[derive(Clone, Debug, PartialEq)]
pub enum Form {
    /// Text, and calls of these tools.
    Tools(Vec<ToolSpec>),
    /// Text alone.
    Text,
    /// JSON of this schema, in the text.
    Json(Map<String, Value>),
}

/// A conversation so far.
#[derive(Clone, Debug, PartialEq)]
pub struct Conversation {
    /// What the run is about.
    pub task: Task,
    /// What the model is told to do.
    pub prompt: Prompt,
    /// How it may answer.
    pub form: Form,
    /// What was said.
    pub entries: Vec<Entry>,
}

impl Conversation {
    /// A conversation in which nothing was said.
    #[must_use]
    pub const fn new(task: Task, prompt: Prompt, form: Form) -> Self {
        Self { task, prompt, form, entries: Vec::new() }
    }
}

/// What is told while a model writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Live<'a> {
    /// More of the text.
    Text(&'a str),
    /// It begins anew, for this reason; what was told before does not count.
    Anew(&'a str),
    /// A try that came to nothing took this much, as it said or by the length of what was sent. It is to be billed.
    Wasted(Usage),
}

/// Who is told.
pub type Listener<'a> = &'a (dyn Fn(Live<'_>) + Send + Sync);

/// Tells nobody.
pub const NOBODY: Listener<'static> = &|_| {};

/// Why a model has no answer, named for what to do about it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LlmError {
    /// Set it right: the key, the model's name, the address.
    #[error("{what}: {way_out}")]
    Setup {
        /// What is wrong.
        what: String,
        /// What to do.
        way_out: &'static str,
    },
    /// Send less.
    #[error("{0} cannot read that much at once: shorten the thread, or take a model with a longer context")]
    TooLong(String),
    /// Let a person do it.
    #[error("{0} declined to answer this: write the reply yourself")]
    Declined(String),
    /// Try again later.
    #[error("{what}")]
    Unavailable {
        /// What happened.
        what: String,
        /// How long the provider asks to be left alone.
        after: Option<Duration>,
    },
    /// Its answer makes no sense; the same question may get a better one.
    #[error("the model's answer cannot be read: {0}")]
    Garbage(String),
    /// Wait for tomorrow, or raise the cap.
    #[error("the budget is spent: {0}")]
    Spent(String),
}

impl LlmError {
    /// One word for it.
    #[must_use]
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Setup { .. } => "setup",
            Self::TooLong(_) => "too_long",
            Self::Declined(_) => "declined",
            Self::Unavailable { .. } => "unavailable",
            Self::Garbage(_) => "garbage",
            Self::Spent(_) => "spent",
        }
    }

    /// Something that passes.
    pub(crate) fn passing(what: impl Into<String>) -> Self {
        Self::Unavailable { what: what.into(), after: None }
    }
}

/// Something that continues a conversation. Dropping the future stops it.
#[async_trait]
pub trait LlmProvider: Send + Sync {
    /// What it is called where it speaks.
    fn name(&self) -> &str;

    /// The next turn; what is written of it meanwhile goes to `live`.
    async fn reply(&self, talk: &Conversation, live: Listener<'_>) -> Result<Reply, LlmError>;
}
