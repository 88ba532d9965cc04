//! The offline planner: does what the prompt says, step by step, without a model.

use async_trait::async_trait;
use serde_json::{Value, json};

use crate::domain::draft::{Section, Suggestion, Summary, without_marks};
use crate::llm::{Conversation, Entry, Listener, LlmError, LlmProvider, Reply, ToolUse};

/// The offline assistant as a provider of the agent loop.
pub struct OfflinePlanner;

#[async_trait]
impl LlmProvider for OfflinePlanner {
    fn name(&self) -> &'static str {
        "offline assistant"
    }

    async fn reply(&self, talk: &Conversation, _live: Listener<'_>) -> Result<Reply, LlmError> {
        Ok(Reply { by: self.name().to_owned(), ..next(talk) })
    }
}

fn next(talk: &Conversation) -> Reply {
    let ticket = talk.task.ticket.as_str();
    if let Some(words) = last_decision(talk) {
        return say(format!("A person decided: {words}"));
    }
    let Some(summary) = answer(talk, "summarize_ticket") else {
        return call(talk, "summarize_ticket", &json!({"ticket_id": ticket}), "What is this ticket about?");
    };
    let Some(articles) = answer(talk, "get_faq") else {
        return call(talk, "get_faq", &json!({"query": question(&summary)}), "Is there an article that helps?");
    };
    let Some(suggested) = answer(talk, "suggest_response") else {
        let found = articles["articles"].as_array().map_or(0, Vec::len);
        let arguments = json!({"ticket_id": ticket, "tone": talk.task.tone});
        return call(
            talk,
            "suggest_response",
            &arguments,
            &format!("{found} articles found; what would the reply be?"),
        );
    };
    match serde_json::from_value(suggested) {
        Ok(suggestion) if asked(talk, "send_reply").is_none() => decide(talk, &suggestion),
        Ok(_) => say("Proposed; a person decides.".to_owned()),
        Err(_) => say("No reply could be composed; nothing is proposed.".to_owned()),
    }
}

/// At or above the limit the reply is proposed, and `resolved` with it where the confidence has earned its number; below
/// it a person writes.
fn decide(talk: &Conversation, suggestion: &Suggestion) -> Reply {
    let limit = talk.task.resolve_confidence;
    let confidence = suggestion.confidence;
    if confidence < limit || !suggestion.unsupported.is_empty() {
        let found = in_words(suggestion);
        return say(format!("nothing is proposed, a person should look: {found}, below {limit:.2}"));
    }
    let ticket = talk.task.ticket.as_str();
    let body = without_marks(&suggestion.response_text, suggestion.citations.len());
    let reply = json!({"ticket_id": ticket, "body": body, "visibility": "public"});
    let mut calls = vec![tool_use(talk, 0, "send_reply", &reply)];
    if suggestion.calibrated {
        let update = json!({"ticket_id": ticket, "update": {"status": "resolved"}});
        calls.push(tool_use(talk, 1, "update_ticket", &update));
    }
    let why = suggestion.evidence.iter().map(|e| e.what.as_str()).collect::<Vec<_>>().join("; ");
    Reply { text: format!("{}, at or above {limit:.2}: {why}", in_words(suggestion)), calls, ..Reply::default() }
}

/// The confidence and what it rests on: until enough people have decided, it is only a score.
fn in_words(suggestion: &Suggestion) -> String {
    let Suggestion { confidence, calibrated, decisions, .. } = suggestion;
    if *calibrated {
        format!("Confidence {confidence:.2}")
    } else {
        format!("Score {confidence:.2} (not enough data for a confidence, n={decisions})")
    }
}

fn question(summary: &Value) -> String {
    let Ok(summary) = serde_json::from_value::<Summary>(summary.clone()) else { return String::new() };
    let wants = summary.highlights.iter().filter(|h| h.section == Section::Wants).map(|h| h.text.as_str());
    let wants = wants.collect::<Vec<_>>().join(" ");
    let words = if wants.is_empty() { summary.summary } else { wants };
    words.chars().take(1000).collect()
}

fn call(talk: &Conversation, tool: &str, arguments: &Value, text: &str) -> Reply {
    if let Some(Err(words)) = asked(talk, tool) {
        return say(format!("{tool} failed: {words}"));
    }
    Reply { text: text.to_owned(), calls: vec![tool_use(talk, 0, tool, arguments)], ..Reply::default() }
}

fn tool_use(talk: &Conversation, nth: usize, tool: &str, arguments: &Value) -> ToolUse {
    ToolUse { id: format!("c{}-{nth}", talk.entries.len()), name: tool.to_owned(), arguments: arguments.to_string() }
}

fn say(text: String) -> Reply {
    Reply { text, ..Reply::default() }
}

/// The answer to the last call of `tool`, when it was a good one.
fn answer(talk: &Conversation, tool: &str) -> Option<Value> {
    asked(talk, tool)?.ok()
}

/// What the last call of `tool` came to: its content, or its error in words.
fn asked(talk: &Conversation, tool: &str) -> Option<Result<Value, String>> {
    let mut calls = talk.entries.iter().filter_map(|entry| match entry {
        Entry::Model(reply) => reply.calls.iter().rev().find(|call| call.name == tool),
        Entry::Brief(_) | Entry::Tool { .. } | Entry::Person(_) => None,
    });
    let id = &calls.next_back()?.id;
    talk.entries.iter().rev().find_map(|entry| match entry {
        Entry::Tool { id: of, content, is_error } if of == id => Some(if *is_error {
            Err(content.clone())
        } else {
            serde_json::from_str(content).map_err(|e| e.to_string())
        }),
        Entry::Tool { .. } | Entry::Brief(_) | Entry::Model(_) | Entry::Person(_) => None,
    })
}

fn last_decision(talk: &Conversation) -> Option<&str> {
    match talk.entries.last()? {
        Entry::Person(words) => Some(words),
        Entry::Brief(_) | Entry::Model(_) | Entry::Tool { .. } => None,
    }
}
