//! What models are told to do: shipped files that a desk may replace, known by their hash.

use std::sync::{Arc, LazyLock};

use crate::domain::canonical::Digest;

/// A prompt under its name, with the hash that stands in the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Prompt {
    name: &'static str,
    text: String,
    version: String,
}

impl Prompt {
    fn new(name: &'static str, text: &str) -> Self {
        let version = Digest::of(&[text.as_bytes()]).as_str().chars().take(12).collect();
        Self { name, text: text.to_owned(), version }
    }

    /// The text.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// `NAME@HASH`: which words were used, as the log names them.
    #[must_use]
    pub fn version(&self) -> String {
        format!("{}@{}", self.name, self.version)
    }
}

/// Every prompt there is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Prompts {
    /// Of the agent loop.
    pub handle_ticket: Prompt,
    /// Of a summary.
    pub summarize_ticket: Prompt,
    /// Of a reply.
    pub suggest_response: Prompt,
    /// Of a text in other words.
    pub rewrite_text: Prompt,
    /// For a person's own client: a ticket's triage.
    pub triage_ticket: Prompt,
    /// For a person's own client: a reply.
    pub draft_reply: Prompt,
}

/// Names and shipped texts.
const SHIPPED: [(&str, &str); 6] = [
    ("handle_ticket", include_str!("../../assets/prompts/handle_ticket.md")),
    ("summarize_ticket", include_str!("../../assets/prompts/summarize_ticket.md")),
    ("suggest_response", include_str!("../../assets/prompts/suggest_response.md")),
    ("rewrite_text", include_str!("../../assets/prompts/rewrite_text.md")),
    ("triage_ticket", include_str!("../../assets/prompts/triage_ticket.md")),
    ("draft_reply", include_str!("../../assets/prompts/draft_reply.md")),
];

impl Prompts {
    /// The shipped prompts, each replaced by what `other` has under its name.
    #[must_use]
    pub fn or(mut other: impl FnMut(&str) -> Option<String>) -> Self {
        let [handle_ticket, summarize_ticket, suggest_response, rewrite_text, triage_ticket, draft_reply] =
            SHIPPED.map(|(name, shipped)| Prompt::new(name, other(name).as_deref().unwrap_or(shipped)));
        Self { handle_ticket, summarize_ticket, suggest_response, rewrite_text, triage_ticket, draft_reply }
    }

    /// The shipped ones, read once.
    #[must_use]
    pub fn shipped() -> Arc<Self> {
        static PROMPTS: LazyLock<Arc<Prompts>> = LazyLock::new(Arc::default);
        Arc::clone(&PROMPTS)
    }
}

impl Default for Prompts {
    fn default() -> Self {
        Self::or(|_| None)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_text_is_another_version() {
        let own = Prompts::or(|name| (name == "suggest_response").then(|| "Be kind.".to_owned()));
        let shipped = Prompts::default();
        assert_eq!(own.handle_ticket, shipped.handle_ticket);
        assert_eq!(own.suggest_response.text(), "Be kind.");
        assert_ne!(own.suggest_response.version(), shipped.suggest_response.version());
        assert!(own.suggest_response.version().starts_with("suggest_response@"));
    }
}
