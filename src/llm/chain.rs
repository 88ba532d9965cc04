//! Several providers in order of preference: the next one answers where one cannot.

use std::sync::Arc;

use async_trait::async_trait;

use crate::llm::{Conversation, Listener, Live, LlmError, LlmProvider, Reply};

/// Providers in order.
pub struct Chain {
    providers: Vec<Arc<dyn LlmProvider>>,
}

impl Chain {
    /// Asks these in this order.
    #[must_use]
    pub fn new(providers: Vec<Arc<dyn LlmProvider>>) -> Self {
        Self { providers }
    }
}

#[async_trait]
impl LlmProvider for Chain {
    fn name(&self) -> &str {
        self.providers.first().map_or("no model", |first| first.name())
    }

    async fn reply(&self, talk: &Conversation, live: Listener<'_>) -> Result<Reply, LlmError> {
        let mut passed = Vec::new();
        let mut last = LlmError::Garbage("there is no model to ask".to_owned());
        for provider in &self.providers {
            match provider.reply(talk, live).await {
                Ok(reply) => {
                    let by = if reply.by.is_empty() { provider.name().to_owned() } else { reply.by };
                    return Ok(Reply { by, passed, ..reply });
                }
                Err(error) => {
                    let words = error.to_string();
                    live(Live::Anew(&words));
                    passed.push(words);
                    last = error;
                }
            }
        }
        Err(last)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::llm::NOBODY;
    use crate::llm::offline::OfflinePlanner;
    use crate::llm::scripted::Scripted;
    use crate::llm::shared_tests::talk;

    #[tokio::test]
    async fn where_one_cannot_the_next_answers_and_says_why() {
        let chain = Chain::new(vec![Arc::new(Scripted::new(vec![])), Arc::new(OfflinePlanner)]);
        let reply = chain.reply(&talk(), NOBODY).await.unwrap();
        assert_eq!(reply.by, "offline assistant");
        assert!(reply.passed[0].contains("no further turn"), "{:?}", reply.passed);
        let nobody = Chain::new(vec![Arc::new(Scripted::new(vec![]))]);
        assert!(nobody.reply(&talk(), NOBODY).await.is_err());
    }
}
