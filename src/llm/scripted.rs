//! Recorded turns: a provider that replays them, and one that records another.

use std::sync::{Arc, Mutex, PoisonError};

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
        let mut turns = self.turns.lock().unwrap_or_else(PoisonError::into_inner);
        turns.next().ok_or_else(|| LlmError::Garbage("the recorded run has no further turn".to_owned()))
    }
}

/// Keeps what another provider says.
pub struct Recorder {
    provider: Arc<dyn LlmProvider>,
    said: Mutex<Vec<Reply>>,
}

impl Recorder {
    /// Records this provider.
    #[must_use]
    pub fn new(provider: Arc<dyn LlmProvider>) -> Self {
        Self { provider, said: Mutex::default() }
    }

    /// What it said so far.
    #[must_use]
    pub fn turns(&self) -> Vec<Reply> {
        self.said.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

#[async_trait]
impl LlmProvider for Recorder {
    fn name(&self) -> &str {
        self.provider.name()
    }

    async fn reply(&self, talk: &Conversation, live: Listener<'_>) -> Result<Reply, LlmError> {
        let reply = self.provider.reply(talk, live).await?;
        self.said.lock().unwrap_or_else(PoisonError::into_inner).push(reply.clone());
        Ok(reply)
    }
}
