//! An answer in the making, whatever the wire format.

use std::collections::BTreeMap;

use crate::domain::usage::Usage;
use crate::llm::remote::endpoint::Endpoint;
use crate::llm::{Form, LlmError, Reply, ToolUse};

/// Calls in one turn at most.
const MOST_CALLS: usize = 32;
/// Characters of text and arguments at most, in bytes.
const MOST_TEXT: usize = 1024 * 1024;

/// How an answer ended.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Stop {
    /// It has not.
    #[default]
    Not,
    /// The model was done.
    Done,
    /// It was cut off at the most tokens.
    Length,
    /// The model or its provider declined.
    Declined,
}

/// What has arrived.
#[derive(Debug, Default)]
pub(crate) struct Gathered {
    /// Who is speaking.
    pub(crate) name: String,
    pub(crate) text: String,
    calls: BTreeMap<u64, ToolUse>,
    pub(crate) usage: Usage,
    stop: Stop,
    /// The stream said that nothing follows.
    over: bool,
}

impl Gathered {
    /// Nothing yet, of this provider.
    pub(crate) fn of(name: &str) -> Self {
        Self { name: name.to_owned(), ..Self::default() }
    }

    /// More text.
    pub(crate) fn text(&mut self, more: &str) -> Result<(), LlmError> {
        self.text.push_str(more);
        bounded(self.text.len())
    }

    /// A call begins, or more of it is known.
    pub(crate) fn call(&mut self, index: u64, id: &str, name: &str) -> Result<(), LlmError> {
        let room = self.calls.len() < MOST_CALLS && index < 1024;
        if !room && !self.calls.contains_key(&index) {
            return Err(LlmError::Garbage(format!("it has more than {MOST_CALLS} calls")));
        }
        let call = self.calls.entry(index).or_insert_with(|| ToolUse {
            id: String::new(),
            name: String::new(),
            arguments: String::new(),
        });
        call.id.push_str(id);
        call.name.push_str(name);
        bounded(call.name.len().max(call.id.len()) * 1024)
    }

    /// More of a call's arguments.
    pub(crate) fn arguments(&mut self, index: u64, more: &str) -> Result<(), LlmError> {
        let unknown = || LlmError::Garbage("it has arguments of a call that never began".to_owned());
        let call = self.calls.get_mut(&index).ok_or_else(unknown)?;
        call.arguments.push_str(more);
        bounded(call.arguments.len())
    }

    /// Why it stopped.
    pub(crate) fn stop(&mut self, stop: Stop) {
        self.stop = stop;
    }

    /// Nothing follows.
    pub(crate) fn end(&mut self) {
        self.over = true;
    }

    pub(crate) fn is_over(&self) -> bool {
        self.over
    }

    pub(crate) fn is_declined(&self) -> bool {
        self.stop == Stop::Declined
    }

    /// How many calls there are.
    pub(crate) fn calls(&self) -> usize {
        self.calls.len()
    }

    /// The turn, when it is one; `turn` is its place in the conversation.
    pub(crate) fn reply(&mut self, endpoint: &Endpoint, form: &Form, turn: usize) -> Result<Reply, LlmError> {
        let name = std::mem::take(&mut self.name);
        match self.stop {
            Stop::Declined => return Err(LlmError::Declined(name)),
            Stop::Not => return Err(LlmError::passing(format!("{name} broke off in mid-answer"))),
            Stop::Length => {
                let most = endpoint.most_tokens;
                return Err(LlmError::Garbage(format!("it was cut off at {most} tokens (`most_tokens` raises that)")));
            }
            Stop::Done => {}
        }
        if matches!(form, Form::Json(_)) {
            // Where JSON is asked for by way of a tool, its arguments are the answer.
            self.text.extend(std::mem::take(&mut self.calls).into_values().map(|call| call.arguments));
        }
        if self.text.trim().is_empty() && self.calls.is_empty() {
            return Err(LlmError::Garbage("it is empty".to_owned()));
        }
        let calls = named_apart(std::mem::take(&mut self.calls).into_values().collect(), turn)?;
        let usage = endpoint.price.of(self.usage);
        Ok(Reply { text: std::mem::take(&mut self.text), calls, by: name, usage, passed: Vec::new() })
    }
}

/// Each call under an id of its own; a missing one is made up, a double one is refused.
fn named_apart(mut calls: Vec<ToolUse>, turn: usize) -> Result<Vec<ToolUse>, LlmError> {
    for (nth, call) in calls.iter_mut().enumerate() {
        if call.id.is_empty() {
            call.id = format!("call-{turn}-{nth}");
        }
    }
    let mut ids: Vec<&str> = calls.iter().map(|call| call.id.as_str()).collect();
    ids.sort_unstable();
    ids.dedup();
    if ids.len() < calls.len() {
        return Err(LlmError::Garbage("two of its calls have one id".to_owned()));
    }
    Ok(calls)
}

fn bounded(bytes: usize) -> Result<(), LlmError> {
    if bytes > MOST_TEXT { Err(LlmError::Garbage("it is longer than 1 MiB".to_owned())) } else { Ok(()) }
}
