//! Anthropic Messages.

use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use serde_json::{Value, json};

use crate::llm::remote::Wire;
use crate::llm::remote::endpoint::Endpoint;
use crate::llm::remote::fault::inside;
use crate::llm::remote::gather::{Gathered, Stop};
use crate::llm::remote::openai::header;
use crate::llm::remote::secret::Secret;
use crate::llm::{Conversation, Entry, Form, LlmError, ToolSpec, ToolUse};

/// The revision of the format.
const VERSION: &str = "2023-06-01";
/// The tool whose arguments are the answer, where JSON is asked for.
pub(crate) const ANSWER: &str = "answer";

pub(crate) struct Messages;

impl Wire for Messages {
    fn path(&self) -> &'static str {
        "/messages"
    }

    fn headers(&self, key: Option<&Secret>) -> Result<HeaderMap, LlmError> {
        let mut headers = HeaderMap::new();
        headers.insert(HeaderName::from_static("anthropic-version"), HeaderValue::from_static(VERSION));
        if let Some(key) = key {
            headers.insert(HeaderName::from_static("x-api-key"), header(key.reveal())?);
        }
        Ok(headers)
    }

    fn body(&self, talk: &Conversation, endpoint: &Endpoint) -> Value {
        let mut body = json!({
            "model": endpoint.model, "system": talk.prompt.text(), "messages": messages(&talk.entries),
            "max_tokens": endpoint.most_tokens, "stream": true,
        });
        endpoint.say_temperature(&mut body);
        match &talk.form {
            Form::Tools(tools) => body["tools"] = tools.iter().map(tool).collect(),
            Form::Text => {}
            Form::Json(schema) => {
                body["tools"] = json!([{"name": ANSWER, "description": "Gives the answer.", "input_schema": schema}]);
                body["tool_choice"] = json!({"type": "tool", "name": ANSWER});
            }
        }
        body
    }

    fn take(&self, event: &Value, into: &mut Gathered) -> Result<(), LlmError> {
        let index = event["index"].as_u64().unwrap_or(0);
        match event["type"].as_str().unwrap_or_default() {
            "message_start" => used(&event["message"]["usage"], into),
            "content_block_start" if event["content_block"]["type"] == "tool_use" => {
                let block = &event["content_block"];
                into.call(index, word(&block["id"]), word(&block["name"]))?;
            }
            "content_block_start" => into.text(word(&event["content_block"]["text"]))?,
            "content_block_delta" => {
                into.text(word(&event["delta"]["text"]))?;
                if let Some(more) = event["delta"]["partial_json"].as_str() {
                    into.arguments(index, more)?;
                }
            }
            "message_delta" => {
                used(&event["usage"], into);
                stopped(&event["delta"], into);
            }
            "message_stop" => into.end(),
            "error" => return Err(inside(&into.name, &event["error"])),
            _ => {}
        }
        Ok(())
    }

    fn whole(&self, answer: &Value, into: &mut Gathered) -> Result<(), LlmError> {
        if answer["type"] == "error" {
            return Err(inside(&into.name, &answer["error"]));
        }
        for (index, block) in (0..).zip(answer["content"].as_array().into_iter().flatten()) {
            into.text(word(&block["text"]))?;
            if block["type"] == "tool_use" {
                into.call(index, word(&block["id"]), word(&block["name"]))?;
                into.arguments(index, &block["input"].to_string())?;
            }
        }
        used(&answer["usage"], into);
        stopped(answer, into);
        Ok(())
    }
}

/// Turns alternate: what follows each other on the user's side is one message.
fn messages(entries: &[Entry]) -> Vec<Value> {
    let mut messages: Vec<(&str, Vec<Value>)> = Vec::new();
    for entry in entries {
        let (role, blocks) = blocks(entry);
        match messages.last_mut() {
            Some((last, held)) if *last == role => held.extend(blocks),
            _ => messages.push((role, blocks)),
        }
    }
    messages.into_iter().map(|(role, content)| json!({"role": role, "content": content})).collect()
}

fn blocks(entry: &Entry) -> (&'static str, Vec<Value>) {
    match entry {
        Entry::Brief(text) => ("user", vec![json!({"type": "text", "text": text})]),
        Entry::Person(words) => ("user", vec![json!({"type": "text", "text": words})]),
        Entry::Tool { id, content, is_error } => {
            ("user", vec![json!({"type": "tool_result", "tool_use_id": id, "content": content, "is_error": is_error})])
        }
        Entry::Model(reply) => {
            let text = (!reply.text.is_empty()).then(|| json!({"type": "text", "text": reply.text}));
            ("assistant", text.into_iter().chain(reply.calls.iter().map(call)).collect())
        }
    }
}

/// A call as it was made; one whose arguments are no object is told as an empty one, its error follows.
fn call(call: &ToolUse) -> Value {
    let input = serde_json::from_str(&call.arguments).ok().filter(Value::is_object).unwrap_or_else(|| json!({}));
    json!({"type": "tool_use", "id": call.id, "name": call.name, "input": input})
}

fn tool(tool: &ToolSpec) -> Value {
    json!({"name": tool.name, "description": tool.description, "input_schema": tool.input})
}

fn word(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

fn stopped(of: &Value, into: &mut Gathered) {
    match of["stop_reason"].as_str() {
        None => {}
        Some("max_tokens" | "model_context_window_exceeded") => into.stop(Stop::Length),
        Some("refusal") => into.stop(Stop::Declined),
        Some(_) => into.stop(Stop::Done),
    }
}

fn used(usage: &Value, into: &mut Gathered) {
    let cached = ["cache_creation_input_tokens", "cache_read_input_tokens"].map(|k| usage[k].as_u64().unwrap_or(0));
    if let Some(input) = usage["input_tokens"].as_u64() {
        into.usage.input_tokens = input.saturating_add(cached[0]).saturating_add(cached[1]);
    }
    if let Some(output) = usage["output_tokens"].as_u64() {
        into.usage.output_tokens = output;
    }
}
