//! A conversation for tests.

use crate::domain::ticket::Tone;
use crate::llm::prompt::Prompts;
use crate::llm::{Conversation, Form, Task};

pub(crate) fn talk() -> Conversation {
    let task = Task { ticket: "T-1".parse().unwrap(), tone: Tone::Polite, resolve_confidence: 0.85, people: vec![] };
    Conversation::new(task, Prompts::default().handle_ticket, Form::Text)
}
