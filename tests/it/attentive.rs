//! A model that only listens.

use std::sync::Mutex;

use countersign::llm::{Conversation, Entry, Listener, LlmError, LlmProvider, Reply};

/// A model that notes what it was told.
#[derive(Default)]
pub(crate) struct Attentive(pub(crate) Mutex<Vec<String>>);

#[async_trait::async_trait]
impl LlmProvider for Attentive {
    fn name(&self) -> &'static str {
        "attentive"
    }

    async fn reply(&self, talk: &Conversation, _live: Listener<'_>) -> Result<Reply, LlmError> {
        let told = talk.entries.iter().filter_map(|entry| match entry {
            Entry::Brief(text) => Some(text.clone()),
            _ => None,
        });
        self.0.lock().unwrap().extend(told);
        Ok(Reply { text: "Hello,\n\nwe look into it.\n\nMaya".into(), by: "attentive".into(), ..Reply::default() })
    }
}
