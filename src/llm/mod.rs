//! Models: whatever reads a conversation and answers with text and tool calls.

pub mod offline;
pub mod scripted;

use async_trait::async_trait;
use serde::{Deserialize, Serialize};

use crate::domain::ids::TicketId;
use crate::domain::ticket::Tone;

/// The prompt of the agent loop.
pub const HANDLE_TICKET: &str = include_str!("../../assets/prompts/handle_ticket.md");

/// What a run is about.
#[derive(Clone, Debug, PartialEq)]
pub struct Task {
    /// The ticket.
    pub ticket: TicketId,
    /// How the reply sounds.
    pub tone: Tone,
    /// Confidence from which `resolved` may be proposed.
    pub resolve_confidence: f64,
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
}

/// A conversation so far.
#[derive(Clone, Debug, PartialEq)]
pub struct Conversation {
    /// What the run is about.
    pub task: Task,
    /// What was said.
    pub entries: Vec<Entry>,
}

/// Why a model has no answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LlmError {
    /// Its answer makes no sense.
    #[error("the model's answer cannot be read: {0}")]
    Garbage(String),
    /// The script is at its end.
    #[error("the recorded run has no further turn")]
    ScriptEnded,
}

/// Something that continues a conversation.
#[async_trait]
pub trait LlmProvider: Send + Sync {
    /// What it is called where it speaks.
    fn name(&self) -> &'static str;

    /// The next turn.
    async fn reply(&self, conversation: &Conversation) -> Result<Reply, LlmError>;
}
