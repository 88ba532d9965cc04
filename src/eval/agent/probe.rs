//! Looks on while a provider answers: how long until the first word, and how long in all.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use async_trait::async_trait;

use crate::llm::{Conversation, Listener, Live, LlmError, LlmProvider, Reply};

/// One question to a model.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Asked {
    /// Milliseconds until its first word of text; nothing where it wrote none.
    pub first_word: Option<u64>,
    /// Milliseconds until it was done.
    pub whole: u64,
    /// Whether it answered at all.
    pub answered: bool,
}

/// What was seen.
#[derive(Clone, Default)]
pub struct Probe {
    seen: Arc<Mutex<Vec<Asked>>>,
}

impl Probe {
    /// Looks on at this provider from now on.
    #[must_use]
    pub fn at(&self, provider: Arc<dyn LlmProvider>) -> Arc<dyn LlmProvider> {
        Arc::new(Watched { provider, probe: self.clone() })
    }

    /// What was seen since the last time.
    #[must_use]
    pub fn take(&self) -> Vec<Asked> {
        std::mem::take(&mut *self.seen.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

struct Watched {
    provider: Arc<dyn LlmProvider>,
    probe: Probe,
}

#[async_trait]
impl LlmProvider for Watched {
    fn name(&self) -> &str {
        self.provider.name()
    }

    async fn reply(&self, talk: &Conversation, live: Listener<'_>) -> Result<Reply, LlmError> {
        let since = Instant::now();
        let first = Mutex::new(None);
        let listen = |told: Live<'_>| {
            if matches!(told, Live::Text(text) if !text.is_empty()) {
                first.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert_with(|| millis(since));
            }
            live(told);
        };
        let result = self.provider.reply(talk, &listen).await;
        let first_word = first.into_inner().unwrap_or_else(PoisonError::into_inner);
        let asked = Asked { first_word, whole: millis(since), answered: result.is_ok() };
        self.probe.seen.lock().unwrap_or_else(PoisonError::into_inner).push(asked);
        result
    }
}

fn millis(since: Instant) -> u64 {
    u64::try_from(since.elapsed().as_millis()).unwrap_or(u64::MAX)
}
