//! Ollama's own chat format: an object a line, calls without ids.

use reqwest::header::HeaderMap;
use serde_json::{Value, json};

use crate::domain::usage::Usage;
use crate::llm::remote::Wire;
use crate::llm::remote::endpoint::Endpoint;
use crate::llm::remote::fault::inside;
use crate::llm::remote::gather::{Gathered, Stop};
use crate::llm::remote::openai::bearer;
use crate::llm::remote::secret::Secret;
use crate::llm::{Conversation, Entry, Form, LlmError, ToolSpec};

pub(crate) struct Chat;

impl Wire for Chat {
    fn path(&self) -> &'static str {
        "/api/chat"
    }

    fn headers(&self, key: Option<&Secret>) -> Result<HeaderMap, LlmError> {
        bearer(key)
    }

    fn body(&self, talk: &Conversation, endpoint: &Endpoint) -> Value {
        let mut messages = vec![json!({"role": "system", "content": talk.prompt.text()})];
        messages.extend(talk.entries.iter().map(|entry| message(entry, &talk.entries)));
        let mut body = json!({
            "model": endpoint.model, "messages": messages, "stream": true,
            "options": {"num_predict": endpoint.most_tokens},
        });
        endpoint.say_temperature(&mut body["options"]);
        match &talk.form {
            Form::Tools(tools) => body["tools"] = tools.iter().map(tool).collect(),
            Form::Text => {}
            Form::Json(schema) => body["format"] = json!(schema),
        }
        body
    }

    fn take(&self, event: &Value, into: &mut Gathered) -> Result<(), LlmError> {
        if let Some(error) = event.get("error") {
            return Err(inside(&into.name, error));
        }
        into.text(event["message"]["content"].as_str().unwrap_or_default())?;
        for call in event["message"]["tool_calls"].as_array().into_iter().flatten() {
            let index = into.calls() as u64;
            let (id, function) = (call["id"].as_str().unwrap_or_default(), &call["function"]);
            into.call(index, id, function["name"].as_str().unwrap_or_default())?;
            into.arguments(index, &function["arguments"].to_string())?;
        }
        if event["done"] == true {
            let (input, output) = (event["prompt_eval_count"].as_u64(), event["eval_count"].as_u64());
            into.usage = Usage { input_tokens: input.unwrap_or(0), output_tokens: output.unwrap_or(0), micro_usd: 0 };
            into.stop(if event["done_reason"] == "length" { Stop::Length } else { Stop::Done });
            into.end();
        }
        Ok(())
    }

    fn whole(&self, answer: &Value, into: &mut Gathered) -> Result<(), LlmError> {
        self.take(answer, into)
    }
}

fn message(entry: &Entry, all: &[Entry]) -> Value {
    match entry {
        Entry::Brief(text) => json!({"role": "user", "content": text}),
        Entry::Person(words) => json!({"role": "user", "content": words}),
        Entry::Tool { id, content, .. } => json!({"role": "tool", "tool_name": tool_of(id, all), "content": content}),
        Entry::Model(reply) => {
            let call = |call: &crate::llm::ToolUse| {
                let arguments: Value = serde_json::from_str(&call.arguments).unwrap_or_else(|_| json!({}));
                json!({"function": {"name": call.name, "arguments": arguments}})
            };
            let calls: Value = reply.calls.iter().map(call).collect();
            json!({"role": "assistant", "content": reply.text, "tool_calls": calls})
        }
    }
}

/// The name of the call that an answer belongs to.
fn tool_of<'a>(id: &str, all: &'a [Entry]) -> &'a str {
    let calls = all.iter().rev().filter_map(|entry| match entry {
        Entry::Model(reply) => Some(reply.calls.iter()),
        Entry::Brief(_) | Entry::Tool { .. } | Entry::Person(_) => None,
    });
    calls.flatten().find(|call| call.id == id).map_or("", |call| &call.name)
}

fn tool(tool: &ToolSpec) -> Value {
    let function = json!({"name": tool.name, "description": tool.description, "parameters": tool.input});
    json!({"type": "function", "function": function})
}
