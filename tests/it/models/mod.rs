//! Models over HTTP: four wire formats, what goes wrong with them, and what must never reach them.

mod bills;
mod canaries;
mod faults;
mod hostile;
mod injections;
mod precedents;
mod rewrites;
mod wires;

use std::sync::Arc;
use std::time::Duration;

use countersign::domain::ticket::Tone;
use countersign::llm::patience::{Patience, Patient};
use countersign::llm::prompt::Prompts;
use countersign::llm::remote::{Endpoint, Key, Kind, Price, Remote};
use countersign::llm::veil::Veiled;
use countersign::llm::{Conversation, Entry, Form, LlmError, LlmProvider, NOBODY, Reply, Task};

use crate::stub_model::{StubModel, Wire};

/// The key that must stand in its header and nowhere else.
const KEY: &str = "sk-test-THE-KEY-0123456789";

/// How a wire is called in the configuration.
fn kind(wire: Wire) -> Kind {
    match wire {
        Wire::OpenAi => Kind::OpenAi,
        Wire::OpenAiResponses => Kind::OpenAiResponses,
        Wire::Anthropic => Kind::Anthropic,
        Wire::Ollama => Kind::Ollama,
    }
}

/// Where the stub is, with a key from a command.
fn endpoint(stub: &StubModel, wire: Wire) -> Endpoint {
    let version = if wire == Wire::Ollama { "" } else { "v1" };
    Endpoint {
        name: format!("{} stub", kind(wire)),
        kind: kind(wire),
        base: format!("{}{version}", stub.base()),
        model: "stub".to_owned(),
        key: Key::Keyring(vec!["echo".to_owned(), KEY.to_owned()]),
        most_tokens: 500,
        temperature: None,
        price: Price { input: 1.0, output: 2.0 },
        idle: Duration::from_secs(2),
    }
}

/// As the program asks: with patience, but not much of it, and placeholders.
fn provider(stub: &StubModel, wire: Wire) -> Arc<dyn LlmProvider> {
    let patience = Patience { deadline: Duration::from_secs(4), retries: 2, pause: Duration::from_millis(20) };
    Arc::new(Veiled::new(Patient::new(Remote::new(endpoint(stub, wire)).unwrap(), patience)))
}

fn task() -> Task {
    Task { ticket: "T-1".parse().unwrap(), tone: Tone::Polite, resolve_confidence: 0.85, people: vec![] }
}

fn talk(form: Form) -> Conversation {
    let mut talk = Conversation::new(task(), Prompts::default().handle_ticket, form);
    talk.entries.push(Entry::Brief("Ticket: T-1.".to_owned()));
    talk
}

async fn ask(provider: &dyn LlmProvider) -> Result<Reply, LlmError> {
    provider.reply(&talk(Form::Text), NOBODY).await
}
