//! A provider that replays recorded turns: for replays of a run, and for tests of the loop.

use std::sync::Mutex;

use async_trait::async_trait;

use crate::llm::{Conversation, Listener, LlmError, LlmProvider, Reply};

/// Turns to be given in order.
pub struct Scripted {
    turns: Mutex<std::vec::IntoIter<Reply>>,
}

impl Scripted {
    /// A provider that gives these turns.
    #[must_use]
    pub fn new(turns: Vec<Reply>) -> Self {
        Self { turns: Mutex::new(turns.into_iter()) }
    }
}

#[async_trait]
impl LlmProvider for Scripted {
    fn name(&self) -> &'static str {
        "recorded run"
    }

    async fn reply(&self, _talk: &Conversation, _live: Listener<'_>) -> Result<Reply, LlmError> {
        let mut turns = self.turns.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        turns.next().ok_or_else(|| LlmError::Garbage("the recorded run has no further turn".to_owned()))
    }
}
